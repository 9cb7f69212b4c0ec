"""The values that a spec's text declares, each of which could have been another one: for `explain` and `solve`."""

from __future__ import annotations

from lrcli.infer.keys.key import Change, Key
from lrcli.infer.keys.listing import keys_of
from lrcli.infer.keys.variants import Variants

__all__ = ["Change", "Key", "Variants", "keys_of"]
