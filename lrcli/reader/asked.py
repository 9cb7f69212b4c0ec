"""What the command line asks for beyond the spec's values."""

from __future__ import annotations

from lrcli.values import dataclass


@dataclass(frozen=True)
class Asked:
    """What the command line asks for beyond the spec's values: texts, with the option that they came by."""

    emulation: str | None = None
    emulation_by: str = ""
    metric: str | None = None
