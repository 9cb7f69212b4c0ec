"""The README's pictures of a terminal, in light and dark: `python -m tests.terminal_picture` draws them again.

rich sets what `lrcli` prints in colour as an SVG. Nothing in it is fetched: the viewer's own monospaced font is used.
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.cli_world import run_cli

FOLDER = Path(__file__).parent.parent / "lrcli" / "manual" / "pictures"
COMMAND = ("plot", "schedules/resnet50.yaml", "schedules/cosine.yaml", "--height", "20", "--width", "78")
_NORMAL = [(0, 0, 0), (197, 15, 31), (19, 121, 61), (150, 100, 0), (0, 92, 197), (136, 23, 152), (14, 112, 130)]
_BRIGHT = [
    (90, 90, 90),
    (255, 123, 114),
    (86, 211, 100),
    (227, 179, 65),
    (121, 192, 255),
    (210, 168, 255),
    (86, 212, 221),
]
THEMES = {
    "light": TerminalTheme((255, 255, 255), (31, 35, 40), [*_NORMAL, (110, 119, 129)], [*_NORMAL, (31, 35, 40)]),
    "dark": TerminalTheme((13, 17, 23), (201, 209, 217), [*_BRIGHT, (177, 186, 196)], [*_BRIGHT, (240, 246, 252)]),
}


def picture(theme: str) -> str:
    """The SVG of the command and of what it prints."""
    printed = run_cli(*COMMAND, "--color", "always").stdout
    console = Console(record=True, width=80, file=StringIO(), force_terminal=True, color_system="standard")
    console.print(Text(f"$ lrcli {' '.join(COMMAND[:3])}", style="bold"))
    console.print(Text.from_ansi(printed))
    svg = console.export_svg(title="lrcli", theme=THEMES[theme], unique_id=f"lrcli-{theme}")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # no font is fetched
    return re.sub(
        r"font-family: Fira Code, monospace", "font-family: ui-monospace, Menlo, DejaVu Sans Mono, monospace", svg
    )


if __name__ == "__main__":
    for name in THEMES:
        (FOLDER / f"terminal-{name}.svg").write_text(picture(name) + "\n", encoding="utf-8")
