"""Which values of a training config the learning rate depends on: those that change the spec it comes to."""

from __future__ import annotations

from dataclasses import replace

from lrcli.infer.keys.key import Change, Key
from lrcli.infer.keys.variants import Variants
from lrcli.infer.limits import SMALL_CHANGE
from lrcli.reader import Declared
from lrcli.reader.request import ConfigValue
from lrcli.spec import Spec

_FROM_ZERO = (0.1, 1.0, 10.0)
"""What is put for a number that is 0 or less, to see whether it means anything."""

_INDIRECT = ("batch", "accum", "val_s", "devices", "nodes", "nbs")
"""Keys that change the length of the run by way of the data: who trained for longer has changed the epochs or steps."""


def keys_of_config(declared: Declared) -> list[Key]:
    """The values of a training config, in its own words, without those that do not bear on the learning rate."""
    assert declared.values is not None
    variants = Variants(declared)
    keys = (_key(value, declared.spec, variants) for value in declared.values())
    return [key for key in keys if key is not None]


def _key(setting: ConfigValue, spec: Spec, variants: Variants) -> Key | None:
    for path in setting.spellings:
        if setting.words:
            words = tuple(
                word for word in setting.words if _matters([Change(path, setting.text, word)], spec, variants)
            )
            if words:
                return Key(path, setting.text, "words", words=words, unlikely=not setting.text)
            continue
        unlikely = not setting.text or setting.value <= 0 or any(part in path.lower() for part in _INDIRECT)
        kind = "positions" if setting.entries else "whole" if setting.whole else "number"
        key = Key(
            path, setting.text, kind, setting.value, entries=setting.entries, pointed=setting.pointed, unlikely=unlikely
        )
        if setting.entries:
            if _matters([key.to(tuple(float(round(entry / 2)) for entry in setting.entries))], spec, variants):
                return key
            continue
        others = (setting.value * 1.5, setting.value / 2) if setting.value > 0 else (*_FROM_ZERO, setting.value * 1.5)
        if any(_matters([key.to(float(round(other)) if setting.whole else other)], spec, variants) for other in others):
            return replace(key, jumps=not setting.whole and setting.value > 0 and _jumps(key, variants))
    return None


def _jumps(key: Key, variants: Variants) -> bool:
    """Whether two values of a number that are hardly different come to the same."""
    near, further = (variants.spec([key.to(key.number * (1 + n * SMALL_CHANGE))]) for n in (1, 2))
    return near is not None and further is not None and near.groups == further.groups


def _matters(changes: list[Change], spec: Spec, variants: Variants) -> bool:
    """Whether the spec is another one with these changes."""
    other = variants.spec(changes)
    return other is not None and (other.groups, other.length) != (spec.groups, spec.length)
