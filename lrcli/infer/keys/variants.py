"""A spec with other values: read again from its own nodes, so that everything that follows from a value follows."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.errors import LrcliError
from lrcli.infer.effort import spend
from lrcli.infer.keys.key import Change
from lrcli.reader import Declared
from lrcli.spec import Spec

SPEC, CONFIG = 200, 1000
"""So many learning rates could be computed while a spec is built, and while a training config is translated."""


class Variants:
    """The specs that differ from a declared one in a few values. `tried` counts them."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.tried = 0

    def spec(self, changes: Sequence[Change]) -> Spec | None:
        """The spec with these changes; None where that is no spec."""
        assert self.declared.variant is not None
        self.tried += 1
        spend(SPEC if self.declared.origin is None else CONFIG, 1)
        try:
            return self.declared.variant([(change.key, change.value) for change in changes])
        except (LrcliError, ArithmeticError):
            return None
