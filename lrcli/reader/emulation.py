"""Which release a spec asks to be replayed: `torch-1.1:get_lr:scheduler_first`, or a mapping under `emulate:`."""

from __future__ import annotations

import math
from dataclasses import replace

from lrcli.catalog import registry
from lrcli.errors import LrcliError, Unreadable, suggest
from lrcli.frameworks.base import Framework
from lrcli.frameworks.replaying import replaying
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Problems
from lrcli.spec import REPLAYED, SHOWABLE, STEP_ORDERS, Emulation
from lrcli.spec.keys import EMULATE_KEYS, SAVED, key_names

_KEYS = key_names(EMULATE_KEYS)
_FORM = f"write {REPLAYED}-1.1, {REPLAYED}-1.1:get_lr or formula"


def parse_emulation(text: str) -> Emulation | None:
    """The emulation that a text asks for, None for `formula`. Raises LrcliError.

    >>> parse_emulation("torch-1.1:get_lr:scheduler_first")  # doctest: +ELLIPSIS
    Emulation(release='1.1', read='get_lr', step_order='scheduler_first', ...)
    """
    return emulation_text(text)[0]


def emulation_text(text: str) -> tuple[Emulation | None, str]:
    """(the emulation, a note or "")."""
    which, *rest = text.strip().split(":")
    if which == "formula":
        if rest:
            raise Unreadable("formula has no reading and no step order")
        return None, ""
    framework, _, version = which.partition("-")
    if framework != REPLAYED:
        known = registry.framework(framework)
        if known is None:
            hint = f"write {REPLAYED}-{which}" if which[:1].isdigit() else _FORM
            raise Unreadable(f"unknown emulation {which!r}", hint)
        if rest:
            raise Unreadable(f"{known.title} has no readings and no step order")
        return _release_of(known, version, text.strip())
    if which == f"{REPLAYED}-":
        raise Unreadable(f"the version is missing after {which!r}", f"{REPLAYED} alone is the newest one")
    release, note = _release(version)
    emulation = Emulation(release, label=text.strip())
    for part in rest:
        if part in SHOWABLE and emulation.read is None:
            emulation = replace(emulation, read=part)
        elif part in STEP_ORDERS and emulation.step_order is None:
            emulation = replace(emulation, step_order=part)
        else:
            raise Unreadable(f"unknown reading or step order {part!r}", _one_of(part, (*SHOWABLE, *STEP_ORDERS)))
    _check_reading(emulation)
    return emulation, note


def read_emulation(node: Node, problems: Problems, groups: int) -> tuple[Emulation | None, str]:
    """(the emulation, a note or "") that `emulate:` asks for."""
    try:
        if isinstance(node, Scalar):
            return (None, "") if node.value is None else emulation_text(node.text)
        if isinstance(node, Mapping):
            return _from_mapping(node, problems, groups)
        problems.add(node.place, "wrong-type", f"emulate must be a text or a mapping, not {node}", _FORM)
    except Unreadable as error:
        problems.add(node.place, "emulation", error.message, error.help)
    return None, ""


def _from_mapping(node: Mapping, problems: Problems, groups: int) -> tuple[Emulation | None, str]:
    for key, _ in node.entries:
        if key.text not in _KEYS and registry.framework(key.text) is None:
            problems.add(key.place, "unknown-key", f"unknown key {key.text!r} in emulate", _one_of(key.text, _KEYS))
    written = node.get(REPLAYED)
    if written is None:
        for key, value in node.entries:
            known = registry.framework(key.text)
            if known is None:
                continue
            if not isinstance(value, Scalar):
                raise Unreadable(f"{key.text} must be a version, not {value}")
            return _release_of(known, value.text, f"{known.name}-{value.text}")
        raise Unreadable(f"emulate needs {REPLAYED!r}", f'write {{{REPLAYED}: "1.1"}}')
    if not isinstance(written, Scalar):
        message = f"{REPLAYED} must be a version, not {written}"
        problems.add(written.place, "wrong-type", message, f'write {REPLAYED}: "1.1"')
        return None, ""
    version = "" if written.plain and written.value is None else written.text.removeprefix(f"{REPLAYED}-")
    try:
        release, note = _release(version)
    except Unreadable as error:
        problems.add(written.place, "emulation", error.message, error.help)
        return None, ""
    emulation = Emulation(
        release,
        read=_word(node, "read", SHOWABLE, problems),
        step_order=_word(node, "step_order", STEP_ORDERS, problems),
        last_epoch=_last_epoch(node, problems),
        saved=_saved(node, problems, groups),
        initial_lr=_number_or_none(node, "initial_lr", problems, groups),
        momentum=_number_or_none(node, "momentum", problems, groups),
        step_epoch=_step_epoch(node, problems),
        label=f"{REPLAYED}-{version}" if version else REPLAYED,
    )
    try:
        _check_reading(emulation)
    except Unreadable as error:
        read = node.get("read")
        problems.add(read.place if read else node.place, "emulation", error.message, error.help)
    return emulation, note


def _release_of(framework: Framework, version: str, label: str) -> tuple[Emulation, str]:
    try:
        release = framework.release(version)
    except LrcliError as error:
        raise Unreadable(str(error)) from None
    exact = not version or version == release or release.startswith(f"{version}.")
    note = "" if exact else f"{framework.title} {version} was not examined; {release} stands for it"
    return Emulation(release, label=label, framework=framework.name), note


def _release(version: str) -> tuple[str, str]:
    try:
        release, note = replaying().find_release(version)
    except LrcliError as error:
        raise Unreadable(str(error)) from None
    return release, note or ""


def _check_reading(emulation: Emulation) -> None:
    message, hint = replaying(emulation.framework).missing_reading(emulation)
    if message:
        raise Unreadable(message, hint)


def _word(node: Mapping, key: str, words: tuple[str, ...], problems: Problems) -> str | None:
    value = node.get(key)
    if value is None or (isinstance(value, Scalar) and value.value is None):
        return None
    if isinstance(value, Scalar) and value.text in words:
        return value.text
    hint = _one_of(value.text, words) if isinstance(value, Scalar) else ""
    problems.add(value.place, "bad-value", f"{key} must be {', '.join(words[:-1])} or {words[-1]}, not {value}", hint)
    return None


def _last_epoch(node: Mapping, problems: Problems) -> int:
    value = node.get("last_epoch")
    if value is None:
        return -1
    number = value.value if isinstance(value, Scalar) else None
    if isinstance(number, (int, float)) and not isinstance(number, bool) and -1 <= number < 1e12 and number % 1 == 0:
        return int(number)
    problems.add(value.place, "bad-value", f"last_epoch must be a whole number of at least -1, not {value}")
    return -1


def _number(node: Node) -> float | None:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return value
    return None


def _numbers(node: Node, key: str, problems: Problems, groups: int, rule: str) -> float | tuple[float, ...] | None:
    """A number, or a list with one number per group."""
    if isinstance(node, Sequence):
        values = [number for item in node.items if (number := _number(item)) is not None]
        if len(values) == len(node.items) == groups:
            return tuple(values)
        if len(values) == len(node.items):
            problems.add(
                node.place, "bad-value", f"{key} must have one number per group, {groups} here, not {len(values)}"
            )
            return None
    elif (number := _number(node)) is not None:
        return number
    problems.add(node.place, "bad-value", f"{key} must be {rule}, not {node}")
    return None


def _saved(node: Mapping, problems: Problems, groups: int) -> str | float | tuple[float, ...]:
    value = node.get("saved")
    if value is None:
        return "after_step"
    if isinstance(value, Scalar) and value.text in SAVED:
        return "after_step" if value.text == "groups" else value.text
    numbers = _numbers(value, "saved", problems, groups, f"{', '.join(SAVED)} or a number (a list: one per group)")
    return "after_step" if numbers is None else numbers


def _number_or_none(node: Mapping, key: str, problems: Problems, groups: int) -> float | tuple[float, ...] | None:
    value = node.get(key)
    if value is None or (isinstance(value, Scalar) and value.value is None):
        return None
    return _numbers(value, key, problems, groups, "a number or a list of numbers")


def _step_epoch(node: Mapping, problems: Problems) -> str | tuple[float | None, ...]:
    value = node.get("step_epoch")
    if isinstance(value, Sequence):
        numbers: list[float | None] = []
        for item in value.items:
            number = _number(item)
            if number is None and not (isinstance(item, Scalar) and item.value is None):
                problems.add(item.place, "bad-value", f"step_epoch holds numbers and null, not {item}")
            numbers.append(number)
        return tuple(numbers)
    if value is None or (isinstance(value, Scalar) and value.value is None):
        return ()
    if not isinstance(value, Scalar):
        problems.add(value.place, "wrong-type", f"step_epoch must be a list or an expression, not {value}")
        return ()
    from lrcli.expression import Expression, ExpressionError

    try:
        Expression(value.text)
    except ExpressionError as error:
        problems.add(value.place, "bad-expression", f"step_epoch: {error.message}", error.help)
    return value.text


def _one_of(word: str, words: tuple[str, ...]) -> str:
    return suggest(word, words, f"it is one of {', '.join(words)}")
