"""The specs and training configs of a folder: what `check FOLDER` looks at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from lrcli.cli.environment import Environment
from lrcli.cli.load import load_declared
from lrcli.cli.options import SpecOptions
from lrcli.errors import LrcliError, SpecError
from lrcli.reader import Declared

ENDINGS = (".yaml", ".yml", ".json", ".toml", ".cfg", ".py", ".sh", ".slurm", ".args")
LARGEST = 512 * 1024
"""No spec and no config is larger; what is, is data."""
_DATA_MISSING = {"needs-steps", "needs-value", "not-in-steps"}


def is_folder(argument: str) -> bool:
    """Whether an argument is the name of a folder."""
    try:
        return Path(argument).is_dir()
    except (OSError, ValueError):
        return False


def expanded(env: Environment, arguments: Sequence[str], options: SpecOptions) -> tuple[Declared, ...]:
    """The specs of the arguments, those of a folder for its name. Says on stderr how many files it skipped.

    A file of a folder that is no spec and no config is skipped; so is a config that leaves its length to the data. A
    spec of ours with a mistake is trouble, as if it had been named.
    """
    declared: list[Declared] = []
    skipped = lacking = 0
    for argument in arguments:
        if not is_folder(argument):
            declared += load_declared(env, [argument], options, tell=False)
            continue
        for path in _files(Path(argument)):
            try:
                declared += load_declared(env, [str(path)], options, tell=False)
            except SpecError as error:
                codes = {problem.code for problem in error.problems}
                if codes & _DATA_MISSING:
                    lacking += 1
                elif path.suffix in (".yaml", ".yml") and _has_schedule(path):
                    raise
                else:
                    skipped += 1
            except LrcliError:
                skipped += 1
    if skipped:
        env.note(f"{skipped} other file{'s' * (skipped != 1)} skipped: no spec and no training config")
    if lacking:
        configs = f"{lacking} config{'s' * (lacking != 1)}"
        env.note(f"{configs} skipped: the number of steps is not in the file (--steps N, --samples N)")
    return tuple(declared)


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            path = Path(where, name)
            if path.suffix.lower() in ENDINGS and path.is_file() and path.stat().st_size <= LARGEST:
                yield path


def _has_schedule(path: Path) -> bool:
    return any(line.startswith(("schedule:", '"schedule"')) for line in path.read_text("utf-8", "replace").splitlines())
