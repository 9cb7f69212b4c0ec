"""The examples of the README and of the manual: each `$ command` in a console block, with the output shown under it.

`python -m tests.readme_examples` writes what the commands really print into the pages.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "lrcli" / "manual").glob("*.md")))

_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_SHELL = 'lrcli() { "$LRCLI_PYTHON" -m lrcli "$@"; }\n'


class Example(NamedTuple):
    """A command of a page, and what it prints."""

    command: str
    output: str


def examples(text: str) -> list[Example]:
    """Every example of a page, in order.

    >>> examples("```console\\n$ echo a\\na\\n$ true\\n```\\n")
    [Example(command='echo a', output='a\\n'), Example(command='true', output='')]
    """
    return [example for block in _BLOCK.findall(text) for example in _split(block)]


def _split(block: str) -> list[Example]:
    found = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        found.append(Example(command, output))
    return found


def run(command: str) -> str:
    """What a command prints on stdout and stderr, as on an 80-column pipe in the project's folder."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LRCLI_PYTHON": sys.executable,
        "PYTHONUTF8": "1",
        "COLUMNS": "80",
    }
    done = subprocess.run(
        ["bash", "-c", _SHELL + command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.stdout.decode("utf-8")


def refreshed(text: str, run: Callable[[str], str]) -> str:
    """The page with every output replaced by what the command prints.

    >>> refreshed("```console\\n$ echo a\\nb\\n```\\n", run)
    '```console\\n$ echo a\\na\\n```\\n'
    """
    return _BLOCK.sub(lambda block: "".join(f"$ {e.command}\n{run(e.command)}" for e in _split(block[0])), text)


if __name__ == "__main__":
    for page in [Path(name) for name in sys.argv[1:]] or PAGES:
        page.write_text(refreshed(page.read_text(encoding="utf-8"), run), encoding="utf-8")
