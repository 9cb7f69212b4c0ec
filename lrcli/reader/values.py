"""One value of a schedule: the node under a key -> what the schedule's field of that kind holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import field
from typing import Any, Final

from lrcli.errors import Unreadable, suggest
from lrcli.reader import units
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, Problems
from lrcli.reader.units import RowClock, number_hint
from lrcli.schedules.params import Param, Record
from lrcli.values import dataclass

BAD: Final = object()
"""It stands for a value that had a problem."""


@dataclass
class Context:
    """It holds what the whole run knows, and the problems that were met on the way."""

    problems: Problems
    clock: RowClock
    series: Callable[[Node | None], tuple[float, ...] | None]  # the numbers of a `metric:`
    length: int = 0
    complete: bool = True  # whether the length is known, and not a stand-in after a problem
    replay: bool = False
    scheduler_first: bool = False
    framework: str = ""  # whose release was asked for, where it is not PyTorch's
    release: str = ""
    misspelled: set[str] = field(default_factory=set)  # keys that misspelled ones stand for: they are not missing

    def refused(self, place: Place, code: str, message: str, help: str = "") -> Any:
        """BAD, after the problem that makes it so."""
        self.problems.add(place, code, message, help)
        return BAD

    def refused_value(self, name: str, rule: str, node: Node) -> Any:
        refuse_value(self.problems, name, rule, node)
        return BAD


@dataclass(frozen=True)
class Scope:
    """Where a schedule stands: in the run, or in a phase of it.

    length: rows of the run or phase, which percentages and defaults refer to. begin, end: its rows of the run.
    phase: whether its length was written (`for:`). groups: the parameter groups it is for.
    """

    length: int
    begin: int
    end: int
    groups: int = 1
    phase: bool = False

    def part(self, begin: int, end: int | None, phase: bool = False) -> Scope:
        """The phase from begin to end, counted from this scope's own begin; end None is its end."""
        stop = self.length if end is None else end
        last = self.end if end is None else min(self.begin + end, self.end)
        return Scope(max(1, stop - begin), self.begin + begin, last, self.groups, phase)


def read_value(name: str, param: Param, node: Node, scope: Scope, context: Context, raises: str = "") -> Any:
    """The value of a field, or BAD after a problem. A list where one value per group is taken gives a tuple.

    raises: "timm raises ValueError: ", of a framework that refuses words it does not know and lists of another length.
    """
    read = _READERS[param.kind]
    if param.kind == "choice":
        name = raises + name
    if not (param.per_group and isinstance(node, Sequence)):
        return read(name, param, node, scope, context)
    values = [read(name, param, item, scope, context) for item in node.items]
    if len(values) != scope.groups:
        rule = f"one value per parameter group, {scope.groups} here"
        return context.refused(node.place, "bad-value", f"{raises}{name} must have {rule}, not {len(values)}")
    return BAD if BAD in values else tuple(values)


def as_number(node: Node) -> int | float | None:
    """The number that a node is, as it is written; None if it is none."""
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def is_null(node: Node) -> bool:
    """Whether nothing is written here, or null."""
    return isinstance(node, Scalar) and node.value is None


def refuse_unknown_keys(node: Mapping, known: tuple[str, ...], where: str, problems: Problems) -> None:
    """Tell of every key of a mapping that is none of its own, with the one that it may stand for."""
    for key, _ in node.entries:
        if key.text not in known:
            hint = suggest(key.text, known, f"its keys are {', '.join(known)}")
            problems.add(key.place, "unknown-key", f"unknown key {key.text[:60]!r} in {where}", hint)


def refuse_value(problems: Problems, name: str, rule: str, node: Node, kind: str = "") -> None:
    """The problem of a value that breaks its rule."""
    kind = kind or ("wrong-type" if as_number(node) is None else "bad-value")
    hint = number_hint(node.text, not node.plain) if isinstance(node, Scalar) and "number" in rule else ""
    problems.add(node.place, kind, f"{name} {rule}, not {node}", hint)


def read_length(name: str, node: Node, length: int, context: Context, rounds: str = "nearest") -> Any:
    """A count of rows: a number as it is written, or a length with a unit resolved against `length`."""
    number = as_number(node)
    if number is not None or not isinstance(node, Scalar) or not isinstance(node.value, str):
        return number
    try:
        rows, note = units.resolve_length(node.text, length, context.clock, rounds)
    except Unreadable as error:
        hint = number_hint(node.text, not node.plain) or error.help
        return context.refused(node.place, "unit", f"{name}: {error.message}", hint)
    if note:
        # a framework's own rule of rounding is no surprise, ours is one that nobody may miss
        level = "warning" if rounds == "nearest" else "note"
        context.problems.note(node.place, "rounded", f"{name}: {note}", level)
    return rows


def neighbours(rows: float, node: Node, clock: RowClock) -> str:
    """Say what to write instead of a fraction of a step: the two whole lengths beside it, in the node's unit."""
    low, high = math.floor(rows), math.ceil(rows)
    unit = {"epoch": "ep", "step": "st"}[clock.interval] if isinstance(node, Scalar) and as_number(node) is None else ""
    return f"write {low}{unit} or {high}{unit}" if low >= 1 else f"write {high}{unit}"


def _number(name: str, param: Param, node: Node, scope: Scope, context: Context) -> Any:
    number = as_number(node)
    if (number is not None or is_null(node)) and param.test(number):
        return number
    return context.refused_value(name, param.rule, node)


def _length(name: str, param: Param, node: Node, scope: Scope, context: Context) -> Any:
    rows = read_length(name, node, scope.length, context, param.rounds)
    if rows is BAD or ((rows is not None or is_null(node)) and param.test(rows)):
        return rows
    return context.refused_value(name, param.rule, node)


def _positions(name: str, param: Param, node: Node, scope: Scope, context: Context) -> Any:
    if is_null(node) and param.optional:
        return None
    if not isinstance(node, Sequence):
        hint = f"write [{node.text}]" if isinstance(node, Scalar) and as_number(node) is not None else ""
        return context.refused(node.place, "wrong-type", f"{name} {param.rule}, not {node}", hint)
    values = []
    for item in node.items:
        value = read_length(name, item, scope.length, context)
        if context.replay and isinstance(value, float) and value % 1 > 0:
            # a chained rule looks for a milestone that equals the step, and would never find this one
            message = f"{name}: {item.text if isinstance(item, Scalar) else value} is no whole step"
            value = context.refused(item.place, "bad-value", message, neighbours(value, item, context.clock))
        if value is not BAD and not param.test((value,)):
            value = context.refused_value(name, "must be numbers", item)
        values.append(value)
    return BAD if BAD in values else tuple(values)


def _expression(name: str, param: Param, node: Node, scope: Scope, context: Context) -> Any:
    if is_null(node) and param.test(None):
        return None
    if not isinstance(node, Scalar) or is_null(node):
        return context.refused(node.place, "wrong-type", f"{name} {param.rule}, not {node}")
    from lrcli.expression import Expression, ExpressionError

    try:
        return Expression(node.text)
    except ExpressionError as error:
        context.problems.add(_inside(node, error.column - 1), "bad-expression", f"{name}: {error.message}", error.help)
        return BAD


def _inside(node: Scalar, offset: int) -> Place:
    """The place of one character of a scalar that stands on one line as it reads, else of all of it."""
    source, line, column, _ = node.place
    text = source.lines[line - 1] if source.placed and 0 < line <= len(source.lines) else ""
    start = column + (not node.plain)
    if node.text and text.startswith(node.text, start - 1):
        return Place(source, line, start + offset, 1)
    return node.place


def _metric(name: str, param: Param, node: Node, scope: Scope, context: Context) -> Any:
    series = context.series(node)
    return BAD if series is None else series


def plain_data(node: Node) -> Any:
    """A node as it stands: lists are tuples, mappings Records, scalars what YAML 1.2 says."""
    if isinstance(node, Sequence):
        return tuple(map(plain_data, node.items))
    if isinstance(node, Mapping):
        return Record({key.text: plain_data(value) for key, value in node.entries})
    return node.value


def _choice(param: Param, node: Node) -> tuple[Any, str]:
    """A word, or what may be meant by another one."""
    text = node.text if isinstance(node, Scalar) else ""
    return (text, "") if text in param.choices else (BAD, suggest(text, param.choices) if text else "")


_TRUTHS = {"on": "true", "yes": "true", "1": "true", "off": "false", "no": "false", "0": "false"}


def _flag(param: Param, node: Node) -> tuple[Any, str]:
    """A truth, or what to write for one of YAML 1.1."""
    value = node.value if isinstance(node, Scalar) else None
    word = node.text.lower() if isinstance(node, Scalar) else ""
    hint = f"write {_TRUTHS.get(word, word)}" if word in (*_TRUTHS, "true", "false") else ""
    return (value if isinstance(value, bool) else BAD), hint


def _text(param: Param, node: Node) -> tuple[Any, str]:
    return (node.text if isinstance(node, Scalar) and not is_null(node) else BAD), ""


def _data(param: Param, node: Node) -> tuple[Any, str]:
    value = plain_data(node)
    return (value if param.test(value) else BAD), ""


_PLAIN: dict[str, tuple[str, Callable[[Param, Node], tuple[Any, str]]]] = {
    "choice": ("bad-value", _choice),
    "flag": ("wrong-type", _flag),
    "text": ("wrong-type", _text),
    "data": ("bad-value", _data),
}
"""The kinds that depend on the node alone: the code of a problem, and what gives (the value or BAD, the hint)."""


def _plain(name: str, param: Param, node: Node, scope: Scope, context: Context) -> Any:
    code, read = _PLAIN[param.kind]
    value, hint = read(param, node)
    if value is BAD and is_null(node) and param.optional:
        return None
    shown = list(plain_data(node)) if param.kind == "data" and isinstance(node, Sequence) else node
    return value if value is not BAD else context.refused(node.place, code, f"{name} {param.rule}, not {shown}", hint)


_READERS: dict[str, Callable[[str, Param, Node, Scope, Context], Any]] = {
    **dict.fromkeys(_PLAIN, _plain),
    "number": _number,
    "count": _number,
    "length": _length,
    "positions": _positions,
    "expression": _expression,
    "metric": _metric,
}
