"""The examined releases of PyTorch, and how a user's text names one."""

from __future__ import annotations

from lrcli.errors import LrcliError, Refused

Release = tuple[int, int]
"""(major, minor): one release of each minor line was examined, and it stands for the line."""

_LAST_PATCH = {
    1: (1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 2, 0, 1, 1),
    2: (1, 2, 2, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0),
}
"""The patch release that was examined of 1.0, 1.1, ... and of 2.0, 2.1, ..."""

RELEASES: dict[str, str] = {
    f"{major}.{minor}": f"{major}.{minor}.{patch}"
    for major, patches in _LAST_PATCH.items()
    for minor, patch in enumerate(patches)
}
"""The examined release of each minor line: {"1.10": "1.10.2", ...}, oldest first."""

NEWEST = list(RELEASES)[-1]


def parse(name: str) -> Release:
    """The release that a minor line's text names.

    >>> parse("1.10") > parse("1.9")
    True
    """
    major, minor = name.split(".")
    return int(major), int(minor)


def is_closed_form(release: Release) -> bool:
    """Whether StepLR, MultiStepLR, ExponentialLR and CosineAnnealingLR compute from (base_lr, t): 1.0, 1.2 and 1.3.

    In 1.1 and from 1.4 on they chain: from the LR that the group holds.
    """
    return release == (1, 0) or (1, 2) <= release <= (1, 3)


def documented_reading(name: str) -> str:
    """The call that a release documents for printing the learning rate."""
    return "get_lr" if parse(name) < (1, 4) else "get_last_lr"


def find_release(text: str) -> tuple[str, str | None]:
    """The minor line that a version names, and a note where the very patch release was not examined.

    >>> find_release("1.10")
    ('1.10', None)
    >>> find_release("1.10.1")
    ('1.10', 'torch 1.10.1 was not examined; 1.10.2 stands for it')
    >>> find_release("")
    ('2.15', None)
    """
    version = text.strip().removeprefix("v")
    if version in ("", "torch"):
        return NEWEST, None
    line = ".".join(version.split("+")[0].split(".")[:2])
    parts = version.split("+")[0].split(".")
    if line not in RELEASES or len(parts) > 3 or not all(part.isdecimal() for part in parts):
        raise LrcliError(
            f"unknown PyTorch release {text!r}: known are 1.0 to 1.13 and 2.0 to {NEWEST}"
            " (written torch-1.10, torch-2.4.1, or torch for the newest)"
        )
    examined = RELEASES[line]
    if len(parts) < 3 or ".".join(parts) == examined:
        return line, None
    return line, f"torch {version} was not examined; {examined} stands for it"


def refuse(release: Release, exception: str, reason: str) -> Refused:
    """The refusal of `release`, which raises `exception`."""
    return Refused(f"torch {release[0]}.{release[1]}", exception, reason)
