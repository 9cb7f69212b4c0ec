"""A release is asked for by `torch-1.1:get_lr:scheduler_first`, in the file or on the command line, or by a mapping."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lrcli.catalog import registry
from lrcli.errors import LrcliError, Unreadable, suggest
from lrcli.frameworks.base import Framework
from lrcli.frameworks.replaying import replaying
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.request import ReplayOptions
from lrcli.reader.source import Place, Problems, Source
from lrcli.reader.values import Context, as_number, is_null
from lrcli.schedules import Schedule
from lrcli.spec import EMULATE_KEYS, REPLAYED, SAVED, SHOWABLE, STEP_ORDERS, Emulation, Group, key_names

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
    release, note = replaying().find_release(version)
    emulation = Emulation(release, label=text.strip())
    for part in rest:
        if part in SHOWABLE and emulation.read is None:
            emulation = replace(emulation, read=part)
        elif part in STEP_ORDERS and emulation.step_order is None:
            emulation = replace(emulation, step_order=part)
        else:
            raise Unreadable(f"unknown reading or step order {part!r}", _one_of(part, (*SHOWABLE, *STEP_ORDERS)))
    _check_reading(emulation)
    return emulation, note or ""


def read_emulation(node: Node, problems: Problems, groups: int) -> tuple[Emulation | None, str]:
    """(the emulation, a note or "") that `emulate:` asks for."""
    try:
        if isinstance(node, Scalar):
            return (None, "") if node.value is None else emulation_text(node.text)
        if isinstance(node, Mapping):
            return _from_mapping(node, problems, groups)
        problems.add(node.place, "wrong-type", f"emulate must be a text or a mapping, not {node}", _FORM)
    except LrcliError as error:
        _tell(error, node.place, problems)
    return None, ""


def _from_mapping(node: Mapping, problems: Problems, groups: int) -> tuple[Emulation | None, str]:
    known = [(key, value) for key, value in node.entries if registry.framework(key.text) is not None]
    for key, _ in node.entries:
        if key.text not in _KEYS and registry.framework(key.text) is None:
            problems.add(key.place, "unknown-key", f"unknown key {key.text!r} in emulate", _one_of(key.text, _KEYS))
    written = node.get(REPLAYED)
    if written is None:
        if not known:
            raise Unreadable(f"emulate needs {REPLAYED!r}", f'write {{{REPLAYED}: "1.1"}}')
        name, release_node = known[0][0].text, known[0][1]
        framework = registry.framework(name)
        if not isinstance(release_node, Scalar) or framework is None:
            raise Unreadable(f"{name} must be a version, not {release_node}")
        return _release_of(framework, release_node.text, f"{name}-{release_node.text}")
    if not isinstance(written, Scalar):
        message = f"{REPLAYED} must be a version, not {written}"
        problems.add(written.place, "wrong-type", message, f'write {REPLAYED}: "1.1"')
        return None, ""
    version = "" if written.plain and written.value is None else written.text.removeprefix(f"{REPLAYED}-")
    at = written.place
    try:
        release, note = replaying().find_release(version)
        values: dict[str, Any] = {}
        for word, read in _READERS.items():
            inner = node.get(word)
            value = (
                None if inner is None or (is_null(inner) and word in _NULLS) else read(word, inner, problems, groups)
            )
            values |= {} if value is None else {word: value}
        emulation = Emulation(release, label=f"{REPLAYED}-{version}" if version else REPLAYED, **values)
        at = (node.get("read") or node).place
        _check_reading(emulation)
    except LrcliError as error:
        _tell(error, at, problems)
        return None, ""
    return emulation, note or ""


def _release_of(framework: Framework, version: str, label: str) -> tuple[Emulation, str]:
    release = framework.release(version)
    exact = not version or version == release or release.startswith(f"{version}.")
    note = "" if exact else f"{framework.title} {version} was not examined; {release} stands for it"
    return Emulation(release, label=label, framework=framework.name), note


def _tell(error: LrcliError, place: Place, problems: Problems) -> None:
    message, help = (error.message, error.help) if isinstance(error, Unreadable) else (str(error), "")
    problems.add(place, "emulation", message, help)


def _check_reading(emulation: Emulation) -> None:
    message, hint = replaying(emulation.framework).missing_reading(emulation)
    if message:
        raise Unreadable(message, hint)


def _word(key: str, value: Node, problems: Problems, groups: int) -> str | None:
    words = {"read": SHOWABLE, "step_order": STEP_ORDERS}[key]
    if isinstance(value, Scalar) and value.text in words:
        return value.text
    hint = _one_of(value.text, words) if isinstance(value, Scalar) else ""
    problems.add(value.place, "bad-value", f"{key} must be {', '.join(words[:-1])} or {words[-1]}, not {value}", hint)
    return None


def _last_epoch(key: str, value: Node, problems: Problems, groups: int) -> int | None:
    number = as_number(value)
    if number is not None and -1 <= number < 1e12 and number % 1 == 0:
        return int(number)
    problems.add(value.place, "bad-value", f"{key} must be a whole number of at least -1, not {value}")
    return None


def _finite(node: Node) -> float | None:
    number = as_number(node)
    return number if number is not None and math.isfinite(number) else None


def _numbers(key: str, value: Node, problems: Problems, groups: int) -> str | float | tuple[float, ...] | None:
    """A number, or a list with one number per group; a word where `saved` has one."""
    rule = "a number or a list of numbers"
    if key == "saved":
        rule = f"{', '.join(SAVED)} or a number (a list: one per group)"
        if isinstance(value, Scalar) and value.text in SAVED:
            return None if value.text == "groups" else value.text
    message = f"{key} must be {rule}, not {value}"
    if isinstance(value, Sequence):
        numbers = [number for item in value.items if (number := _finite(item)) is not None]
        if len(numbers) == len(value.items) == groups:
            return tuple(numbers)
        if len(numbers) == len(value.items):
            message = f"{key} must have one number per group, {groups} here, not {len(numbers)}"
    elif (number := _finite(value)) is not None:
        return number
    problems.add(value.place, "bad-value", message)
    return None


def _step_epoch(key: str, value: Node, problems: Problems, groups: int) -> str | tuple[float | None, ...] | None:
    if isinstance(value, Sequence):
        numbers = [_finite(item) for item in value.items]
        for number, item in zip(numbers, value.items, strict=True):
            if number is None and not is_null(item):
                problems.add(item.place, "bad-value", f"{key} holds numbers and null, not {item}")
        return tuple(numbers)
    if not isinstance(value, Scalar):
        problems.add(value.place, "wrong-type", f"{key} must be a list or an expression, not {value}")
        return None
    from lrcli.expression import Expression, ExpressionError

    try:
        Expression(value.text)
    except ExpressionError as error:
        problems.add(value.place, "bad-expression", f"{key}: {error.message}", error.help)
    return value.text


_READERS: dict[str, Callable[[str, Node, Problems, int], Any]] = {
    "read": _word,
    "step_order": _word,
    "last_epoch": _last_epoch,
    "saved": _numbers,
    "initial_lr": _numbers,
    "momentum": _numbers,
    "step_epoch": _step_epoch,
}
"""Each key is read by a function of itself, the node, the problems and the number of groups; None is no value."""
_NULLS = ("read", "step_order", "initial_lr", "momentum", "step_epoch")
"""The keys whose null is as good as nothing."""


def _one_of(word: str, words: tuple[str, ...]) -> str:
    return suggest(word, words, f"it is one of {', '.join(words)}")


def read_release(root: Mapping, options: ReplayOptions, groups: int, context: Context) -> Emulation | None:
    """The replay that is asked for. What the command line asks for keeps what the file says about the training loop."""
    problems = context.problems
    before = len(problems)
    node = root.get("emulate")
    emulation, note = (None, "") if node is None else read_emulation(node, problems, groups)
    if options.emulation is not None:
        place = Source(options.emulation_by, placed=False).whole
        try:
            chosen, note = emulation_text(options.emulation)
        except LrcliError as error:
            _tell(error, place, problems)
            chosen = None
        if chosen is not None and emulation is not None and chosen.framework == emulation.framework:
            chosen = replace(
                emulation,
                release=chosen.release,
                read=chosen.read,
                step_order=chosen.step_order or emulation.step_order,
                label=chosen.label,
            )
        emulation = chosen
    if note:
        problems.note(root.place, "release", note)
    if emulation is not None and emulation.framework != REPLAYED:
        context.framework, context.release = emulation.framework, emulation.release
        return None
    # after a problem here, whether the formula has a value is not yet the question
    context.replay = emulation is not None or len(problems) > before
    context.scheduler_first = emulation is not None and emulation.step_order == "scheduler_first"
    return emulation


def check_release(
    root: Mapping, emulation: Emulation | None, groups: tuple[Group, ...], options: ReplayOptions, context: Context
) -> None:
    """Tell of a run that is over where it resumes, and of a release of a framework that the spec has no schedule of."""
    _check_resume(root, emulation, context)
    if not context.framework or len(context.problems):
        return
    if not any(_is_of(group.schedule, context.framework) for group in groups):
        node = root.get("emulate") or root
        place = Source(options.emulation_by, placed=False).whole if options.emulation is not None else node.place
        message = f"{context.framework}-{context.release}: the spec has no schedule of {context.framework}"
        context.problems.add(
            place, "emulation", message, f"a release of {REPLAYED} replays PyTorch's schedules: {REPLAYED}-2.4"
        )


def _is_of(schedule: Schedule, framework: str) -> bool:
    return schedule.name.startswith(f"{framework}.") or any(_is_of(part, framework) for part in schedule.parts())


def _check_resume(root: Mapping, emulation: Emulation | None, context: Context) -> None:
    """Tell of a run that is over where it resumes: it has no row to show."""
    node = root.get("emulate")
    last = node.get("last_epoch") if isinstance(node, Mapping) else None
    if emulation is None or last is None or not context.complete or emulation.last_epoch < context.length - 1:
        return
    unit, rest = context.clock.interval, context.length - 2
    has = f"the run has {context.length} {unit}{'s' if context.length > 1 else ''}"
    hint = f"resume after {unit} {rest} or before" if rest >= 0 else ""
    context.problems.add(last.place, "bad-value", f"last_epoch {emulation.last_epoch} leaves nothing: {has}", hint)
