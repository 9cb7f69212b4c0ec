"""`--sweep KEY=V1,V2,...`: the overrides of every curve that a sweep asks for, and their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from lrcli.errors import LrcliError

_WHOLE = re.compile("[+-]?[0-9]{1,15}")

_LONG = 7
"""A number of more characters is rounded in a curve's name."""

MOST = 100
"""A sweep makes at most so many curves: more cannot be told apart, and a slip in N should not take minutes."""


def sweep_settings(sweeps: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """One tuple of KEY=VALUE overrides per curve, the product of all sweeps. Without a sweep one empty tuple.

    >>> sweep_settings(["schedule.gamma=0.1,0.5"])
    (('schedule.gamma=0.1',), ('schedule.gamma=0.5',))
    >>> sweep_settings(["lr=0:1:3"])
    (('lr=0',), ('lr=0.5',), ('lr=1',))
    >>> sweep_settings(["lr=1e-3:1e-1:3:log", "epochs=5"])
    (('lr=0.001', 'epochs=5'), ('lr=0.01', 'epochs=5'), ('lr=0.1', 'epochs=5'))
    """
    axes = [_axis(sweep) for sweep in sweeps]
    count = 1
    for axis in axes:
        count *= len(axis)
    if count > MOST:
        raise LrcliError(f"--sweep asks for {count} curves, {MOST} is the most")
    return tuple(product(*axes))


def sweep_name(settings: Sequence[str]) -> str:
    """What a curve of a sweep is called: the last part of each key, more where that says too little, and its value.

    >>> sweep_name(["schedule.gamma=0.5", "lr=0.1"])
    'gamma=0.5 lr=0.1'
    >>> sweep_name(["groups.head.lr=0.5", "groups.body.lr=0.1"])
    'head.lr=0.5 body.lr=0.1'
    >>> sweep_name(["warmup.for=5"])
    'warmup.for=5'
    """
    keys = [setting.partition("=")[0].split(".") for setting in settings]
    values = [setting.partition("=")[2] for setting in settings]
    for n in range(1, max(map(len, keys), default=1) + 1):
        names = [".".join(key[-max(n, 1 + (key[-1] == "for")) :]) for key in keys]
        if len(set(names)) == len(names):
            break
    return " ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))


def shown_settings(settings: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each setting as its curve's name shows it: long numbers in as few digits (three or more) as tell them apart.

    >>> list(shown_settings(sweep_settings(["lr=0:1:4"])).values())
    [('lr=0',), ('lr=0.333',), ('lr=0.667',), ('lr=1',)]
    """
    names = zip(*(_shown_axis(axis) for axis in zip(*settings, strict=True)), strict=True)
    return dict(zip(settings, names, strict=True))


def _shown_axis(axis: Sequence[str]) -> list[str]:
    keys, texts = zip(*((key, text) for key, _, text in (setting.partition("=") for setting in axis)), strict=True)
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return list(axis)
    count = len(set(texts))
    for digits in range(3, 17):
        short = [text if len(text) <= _LONG else f"{x:.{digits}g}" for x, text in zip(values, texts, strict=True)]
        if len(set(map(float, short))) == count:
            return [f"{key}={text}" for key, text in zip(keys, short, strict=True)]
    return list(axis)


def _axis(sweep: str) -> list[str]:
    key, equals, text = sweep.partition("=")
    key, text = key.strip(), text.strip()
    if not equals or not key or not text:
        raise LrcliError(f"--sweep wants KEY=V1,V2,... or KEY=A:B:N[:log]. Received: {sweep!r}")
    values = _ramp(sweep, text) or _items(text)
    if not all(values):
        raise LrcliError(f"--sweep has an empty value. Received: {sweep!r}")
    return [f"{key}={value}" for value in values]


def _ramp(sweep: str, text: str) -> list[str] | None:
    """The values of A:B:N[:log]; None where the text is no ramp."""
    parts = text.split(":")
    if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3] not in ("log", "lin")):
        return None
    try:
        first, last, count = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError:
        return None
    logarithmic = parts[3:] == ["log"]
    if not 2 <= count <= MOST:
        raise LrcliError(f"--sweep KEY=A:B:N wants N from 2 to {MOST}. Received: {sweep!r}")
    if not (abs(first) < float("inf") and abs(last) < float("inf")):
        raise LrcliError(f"--sweep KEY=A:B:N wants finite ends. Received: {sweep!r}")
    if logarithmic and (first <= 0 or last <= 0):
        raise LrcliError(f"--sweep KEY=A:B:N:log wants A and B above 0. Received: {sweep!r}")
    ramp = [first]
    for i in range(1, count - 1):
        share = i / (count - 1)
        value = first * (last / first) ** share if logarithmic else first + (last - first) * share
        ramp.append(float(f"{value:.12g}"))  # 0.01, not 0.010000000000000002: the value is also the curve's name
    ramp.append(last)
    # step_size=2:8:3 are 2, 5 and 8: some keys take whole numbers only
    whole = all(_WHOLE.fullmatch(part.strip()) for part in parts[:2])
    return [str(int(value)) if whole and value.is_integer() else repr(value) for value in ramp]


def _items(text: str) -> list[str]:
    """The text at its commas, but not at those inside brackets or quotes: a value may be a list.

    >>> _items("[30, 60],[40]")
    ['[30, 60]', '[40]']
    """
    items, depth, quote, start = [], 0, "", 0
    for i, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "[{(":
            depth += 1
        elif char in "]})":
            depth -= 1
        elif char == "," and depth <= 0:
            items.append(text[start:i].strip())
            start = i + 1
    items.append(text[start:].strip())
    return items
