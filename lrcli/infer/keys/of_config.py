"""Which numbers of a training config the learning rate depends on: those that change the spec it comes to."""

from __future__ import annotations

from dataclasses import replace

from lrcli.infer.keys.key import Key
from lrcli.infer.keys.variants import Variants
from lrcli.reader import Declared
from lrcli.reader.declared import ConfigNumber
from lrcli.spec import Spec

_FROM_ZERO = (0.1, 1.0, 10.0)
"""What is put for a number that is 0 or less, to see whether it means anything."""

_SMALL = 1e-4
"""A change that a number shows unless it is rounded."""

_INDIRECT = ("batch", "accum", "val_s", "devices", "nodes", "nbs")
"""Keys that change the length of the run by way of the data: who trained for longer has changed the epochs or steps."""


def keys_of_config(declared: Declared) -> list[Key]:
    """The numbers of a training config, in its own words, without those that do not bear on the learning rate."""
    assert declared.numbers is not None
    variants = Variants(declared)
    keys = (_key(number, declared.spec, variants) for number in declared.numbers())
    return [key for key in keys if key is not None]


def _key(number: ConfigNumber, spec: Spec, variants: Variants) -> Key | None:
    kind = "whole" if number.whole else "number"
    for path in number.spellings:
        value = number.value
        unlikely = not number.text or value <= 0 or any(part in path.lower() for part in _INDIRECT)
        key = Key(path, number.text, kind, value, pointed=number.pointed, unlikely=unlikely)
        others = (value * 1.5, value / 2) if value > 0 else (*_FROM_ZERO, value * 1.5)
        for other in others:
            made = variants.spec([key.to(float(round(other)) if number.whole else other)])
            if made is not None and (made.groups, made.length) != (spec.groups, spec.length):
                near = None if number.whole or value <= 0 else variants.spec([key.to(value * (1 + _SMALL))])
                return replace(key, jumps=near is not None and near.groups == spec.groups)
    return None
