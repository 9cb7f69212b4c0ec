"""Which values of a training config the learning rate depends on: those that change the spec it comes to."""

from __future__ import annotations

from dataclasses import replace

from lrcli.infer.keys.key import Change, Key
from lrcli.infer.keys.variants import Variants
from lrcli.infer.limits import SMALL_CHANGE
from lrcli.reader import Declared
from lrcli.reader.request import ConfigValue
from lrcli.spec import Spec

MOST_OTHERS = 2
"""So many other values of a number show whether it means anything."""

_INDIRECT = ("batch", "accum", "val_s", "devices", "nodes", "nbs")
"""Keys that change the length of the run by way of the data: who trained for longer has changed the epochs or steps."""


def keys_of_config(declared: Declared) -> list[Key]:
    """The values of a training config, in its own words, without those that do not bear on the learning rate."""
    assert declared.values is not None
    variants = Variants(declared)
    keys = (_key(value, declared.spec, variants) for value in declared.values())
    return [key for key in keys if key is not None]


def _key(setting: ConfigValue, spec: Spec, variants: Variants) -> Key | None:
    """The key by the first of its names with which other values of it make another spec."""
    words, value = setting.words, setting.value
    kind = "words" if words else "positions" if setting.entries else "whole" if setting.whole else "number"
    for path in setting.spellings:
        is_indirect = any(part in path.lower() for part in _INDIRECT)
        key = Key(
            path,
            setting.text,
            kind,
            value,
            entries=setting.entries,
            words=words,
            pointed=setting.pointed,
            unlikely=not setting.text or (not words and (value <= 0 or is_indirect)),
        )
        if words:
            matter = tuple(word for word in words if _matters([key.to(word)], spec, variants))
            if matter:
                return replace(key, words=matter)
        elif any(_matters([key.to(other)], spec, variants) for other in key.others(spec.length)[:MOST_OTHERS]):
            return replace(key, jumps=kind == "number" and value > 0 and _jumps(key, variants))
    return None


def _jumps(key: Key, variants: Variants) -> bool:
    """Whether two values of a number that are hardly different come to the same."""
    near, further = (variants.spec([key.to(key.number * (1 + n * SMALL_CHANGE))]) for n in (1, 2))
    return near is not None and further is not None and near.groups == further.groups


def _matters(changes: list[Change], spec: Spec, variants: Variants) -> bool:
    """Whether the spec is another one with these changes."""
    other = variants.spec(changes)
    return other is not None and (other.groups, other.length) != (spec.groups, spec.length)
