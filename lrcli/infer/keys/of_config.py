"""Which values of a training config the learning rate depends on: those that change the spec it comes to."""

from __future__ import annotations

from dataclasses import replace

from lrcli.infer.keys.key import Change, Key
from lrcli.infer.keys.variants import Variants
from lrcli.reader import Declared
from lrcli.reader.declared import ConfigValue
from lrcli.spec import Spec

_FROM_ZERO = (0.1, 1.0, 10.0)
"""What is put for a number that is 0 or less, to see whether it means anything."""

_SMALL = 1e-4
"""A change that a number shows unless it is rounded."""

_INDIRECT = ("batch", "accum", "val_s", "devices", "nodes", "nbs")
"""Keys that change the length of the run by way of the data: who trained for longer has changed the epochs or steps."""


def keys_of_config(declared: Declared) -> list[Key]:
    """The values of a training config, in its own words, without those that do not bear on the learning rate."""
    assert declared.values is not None
    variants = Variants(declared)
    keys = (_key(value, declared.spec, variants) for value in declared.values())
    return [key for key in keys if key is not None]


def _key(one: ConfigValue, spec: Spec, variants: Variants) -> Key | None:
    for path in one.spellings:
        if one.words:
            words = tuple(word for word in one.words if _matters([Change(path, one.text, word)], spec, variants))
            if words:
                return Key(path, one.text, "words", words=words, unlikely=not one.text)
            continue
        unlikely = not one.text or one.value <= 0 or any(part in path.lower() for part in _INDIRECT)
        kind = "positions" if one.entries else "whole" if one.whole else "number"
        key = Key(path, one.text, kind, one.value, entries=one.entries, pointed=one.pointed, unlikely=unlikely)
        if one.entries:
            moved = Change(path, one.text, f"[{', '.join(f'{entry / 2:.0f}' for entry in one.entries)}]")
            if _matters([moved], spec, variants):
                return key
            continue
        others = (one.value * 1.5, one.value / 2) if one.value > 0 else (*_FROM_ZERO, one.value * 1.5)
        if any(_matters([key.to(float(round(other)) if one.whole else other)], spec, variants) for other in others):
            return replace(key, jumps=not one.whole and one.value > 0 and _jumps(key, variants))
    return None


def _jumps(key: Key, variants: Variants) -> bool:
    """Whether two values of a number that are hardly different come to the same."""
    near, further = (variants.spec([key.to(key.number * (1 + n * _SMALL))]) for n in (1, 2))
    return near is not None and further is not None and near.groups == further.groups


def _matters(changes: list[Change], spec: Spec, variants: Variants) -> bool:
    """Whether the spec is another one with these changes."""
    made = variants.spec(changes)
    return made is not None and (made.groups, made.length) != (spec.groups, spec.length)
