"""The README's pictures of a terminal, in light and dark: `python -m tests.terminal_picture` draws them again.

The words are text in the viewer's own monospaced font. Braille and box characters are drawn, dot by dot and line by
line: a browser without such a font shows them from another one, out of their column.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from rich.text import Text

from tests.cli_world import run_cli

FOLDER = Path(__file__).parent.parent / "lrcli" / "manual" / "pictures"
COMMAND = ("plot", "schedules/resnet50.yaml", "schedules/cosine.yaml")
SIZE = ("--height", "20", "--width", "78")
WIDE, HIGH = 10, 20
"""The width and height of a cell, in pixels."""
LEFT, TOP = 16, 44
THEMES = {
    "light": {"back": "#ffffff", "ink": "#1f2328", "dim": "#59636e", "frame": "#d1d9e0"},
    "dark": {"back": "#0d1117", "ink": "#e6edf3", "dim": "#9198a1", "frame": "#3d444d"},
}
CURVES = {"color(32)": "#0087d7", "color(166)": "#d75f00"}
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""The column and row of each bit of a Braille character, from the lowest bit on."""
BOXES = {"─": "lr", "━": "lr", "│": "ud", "┤": "lud", "└": "ur", "┬": "lrd", "┘": "lu"}
"""The directions from the middle of the cell in which a box character has a line."""
ENDS = {"l": f"h{-WIDE // 2}", "r": f"h{WIDE // 2}", "u": f"v{-HIGH // 2}", "d": f"v{HIGH // 2}"}
Cell = tuple[str, str, bool]
"""A character, its colour and whether it is bold."""


def cells(line: Text, theme: dict[str, str]) -> list[Cell]:
    """The characters of a line as a terminal shows them."""
    shown = [(character, theme["ink"], False) for character in line.plain]
    for span in line.spans:
        style = str(span.style)
        color = next((hue for name, hue in CURVES.items() if name in style), None)
        for at in range(span.start, min(span.end, len(shown))):
            hue = color or (theme["dim"] if "dim" in style else shown[at][1])
            shown[at] = (shown[at][0], hue, shown[at][2] or "bold" in style)
    return shown


def drawn(lines: list[list[Cell]]) -> Iterator[str]:
    """The SVG elements of the lines: a path of dots and lines for each colour, then the words."""
    dots: dict[str, str] = {}
    strokes: dict[str, str] = {}
    for row, line in enumerate(lines):
        for column, (character, color, _) in enumerate(line):
            x, y = LEFT + column * WIDE, TOP + row * HIGH
            if "\u2800" < character <= "\u28ff":
                raised = [place for bit, place in enumerate(DOTS) if (ord(character) - 0x2800) >> bit & 1]
                path = "".join(f"M{x + 2.5 + 5 * right:g},{y + 2.5 + 5 * down:g}h0" for right, down in raised)
                dots[color] = dots.get(color, "") + path
            elif character in BOXES:
                path = "".join(f"M{x + WIDE // 2},{y + HIGH // 2}{ENDS[to]}" for to in BOXES[character])
                strokes[color] = strokes.get(color, "") + path
    for paths in (dots, strokes):
        for color, path in paths.items():
            yield f'<path d="{path}" stroke="{color}" stroke-width="{4.2 if color in CURVES.values() else 1.5}"/>'
    for row, line in enumerate(lines):
        yield from words(line, TOP + row * HIGH + 15)


def words(line: list[Cell], y: int) -> Iterator[str]:
    """The text elements of a line: one for each stretch of a style, from its first word to its last."""
    column = 0
    for (color, bold), group in groupby(line, key=lambda cell: cell[1:]):
        text = "".join(" " if "\u2800" <= cell[0] <= "\u28ff" or cell[0] in BOXES else cell[0] for cell in group)
        kept = text.strip()
        if kept:
            x = LEFT + WIDE * (column + len(text) - len(text.lstrip()))
            weight = ' font-weight="bold"' if bold else ""
            shown = escape(kept, quote=False).replace(" ", "\N{NO-BREAK SPACE}")
            length = f' textLength="{WIDE * len(kept)}"'
            yield f'<text x="{x}" y="{y}"{length} fill="{color}"{weight}>{shown}</text>'
        column += len(text)


def picture(name: str) -> str:
    """The SVG of the command and of what it prints."""
    theme = THEMES[name]
    printed = Text.from_ansi(run_cli(*COMMAND, *SIZE, "--color", "always").stdout)
    prompt = Text()
    prompt.append(f"$ lrcli {' '.join(COMMAND)}", "bold")
    lines = [cells(line, theme) for line in (prompt, *printed.split("\n"))]
    width, height = 2 * LEFT + 78 * WIDE, TOP + HIGH * len(lines) + 12
    lights = "".join(
        f'<circle cx="{LEFT + 6 + 20 * n}" cy="22" r="6" fill="{color}" stroke="none"/>'
        for n, color in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" stroke-linecap="round"',
            ' fill="none" font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="16">',
            f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8" fill="{theme["back"]}"',
            f' stroke="{theme["frame"]}"/>{lights}',
            *drawn(lines),
            "</svg>",
        ]
    )


if __name__ == "__main__":
    for each in THEMES:
        (FOLDER / f"terminal-{each}.svg").write_text(picture(each) + "\n", encoding="utf-8")
