"""A spec with other values: read again from its own nodes, so that everything that follows from a value follows."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.errors import LrcliError
from lrcli.infer.effort import spend
from lrcli.infer.keys.key import Change
from lrcli.reader import Declared
from lrcli.reader.overrides import with_value
from lrcli.spec import Spec


class Variants:
    """The specs that differ from a declared one in a few values. `tried` counts them."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.tried = 0

    def spec(self, changes: Sequence[Change]) -> Spec | None:
        """The spec with these changes; None where that is no spec."""
        assert self.declared.rebuild is not None
        self.tried += 1
        spend(200, 1)
        root = self.declared.root
        try:
            for change in changes:
                root = with_value(root, change.key, change.value)
            return self.declared.rebuild(root)
        except (LrcliError, ArithmeticError):
            return None
