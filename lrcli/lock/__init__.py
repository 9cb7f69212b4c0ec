"""Pinned curves: the learning rates that a spec had when it was locked, in a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lrcli.errors import LrcliError
from lrcli.inputs import FileTrouble, Inputs
from lrcli.reader import Declared

if TYPE_CHECKING:
    from lrcli.lock.lock import Lock


def lock_path(declared: Declared) -> Path | None:
    """Where the lock of a spec is: beside its file. None for what is no file, and for a spec that was changed.

    A lock records what the file itself says, so nothing else is compared with it.
    """
    path = declared.path
    return None if path is None or declared.changed else path.with_name(f"{path.name}.lock")


def recorded(declared: Declared) -> Lock | None:
    """The lock of a spec, None where it has none. Raises LrcliError for a file that is no lock."""
    path = lock_path(declared)
    if path is None or not path.exists():
        return None
    from lrcli.lock.lock import LARGEST, read_lock  # not above: few specs are pinned

    try:
        data = Inputs().get(str(path)).read(LARGEST + 1)
        if len(data) > LARGEST:
            raise LrcliError(f"{path}: a lock has at most {LARGEST:,} bytes, write it anew with lrcli check --pin")
        text = data.decode("utf-8")
    except FileTrouble as error:
        raise LrcliError(f"{path}: {error}") from None
    except UnicodeDecodeError:
        text = ""
    return read_lock(text, str(path))
