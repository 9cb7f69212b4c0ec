"""What the fields of a schedule mean: each constructor here makes a dataclass field of one kind, with its `Param`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, field
from typing import Any, NamedTuple


class Demand(NamedTuple):
    """What a framework demands of an argument, and the exception that it raises where that does not hold."""

    exception: str
    rule: str
    holds: Callable[[Any], bool]


class Param(NamedTuple):
    """What a field of a schedule means: for the reader, the help, the JSON schema and the constructor.

    kind is one of number, length (a count of scheduler steps, which YAML may write with a unit), count,
    positions, choice, flag, text, expression, metric, schedules (a list of them), schedule (one), data (nested lists
    and mappings as they stand) and setting (no key: `bind` fills it in). `rule` says in words what `test` holds;
    `formula_rule` and `formula_test` are stricter: a replay may run what has no meaning as a formula. `optional` says
    that None is a value, `above` and `at_least` are the bounds of a number. `example` is what a starter spec writes, as
    YAML (of schedules one per line): every field without a default has one. `rounds` says how a percentage that comes
    to no whole number of steps is rounded: nearest, up, down or keep (it stays a fraction). `demands` are those of the
    framework, in the order in which it looks at them. `tried` gives the values that `convert` tries for a curve
    (`frameworks.porting.WantedCurve`), where they do not follow from the kind and the name; where it gives none, the
    default stays.
    """

    kind: str
    doc: str
    rule: str
    test: Callable[[Any], bool]
    formula_rule: str = ""
    formula_test: Callable[[Any], bool] | None = None
    choices: tuple[str, ...] = ()
    per_group: bool = False  # a list gives one value per parameter group
    fills: str = ""  # where YAML leaves it out: "run" = length of the run or phase, "phase" = of a phase with `for:`
    unless: tuple[str, ...] = ()  # it is not filled in where one of these fields is given
    momentum: bool = False  # it is about the momentum, not the learning rate
    optional: bool = False
    above: float | None = None
    at_least: float | None = None
    example: str = ""
    rounds: str = "nearest"
    demands: tuple[Demand, ...] = ()
    tried: Callable[[Any], Iterable[Any]] | None = None


def untried(curve: object) -> tuple[()]:
    """No values: the key of a `Param` with this `tried` keeps its default, as it says nothing of the curve."""
    return ()


def param_of(f: Field[Any]) -> Param:
    """The `Param` of a schedule's field."""
    param = f.metadata["param"]
    assert isinstance(param, Param)
    return param


def param_field(
    kind: str, default: Any, doc: str, rule: str, test: Callable[[Any], bool], optional: bool = False, **more: Any
) -> Any:
    """A field whose values pass the test, or are None where it is `optional`; `more` is the rest of its Param."""

    def allowed(value: Any) -> bool:
        return optional if value is None else test(value)

    param = Param(kind, doc, rule, allowed, optional=optional, **more)
    return field(default=default, metadata={"param": param})


class Record(Mapping[str, Any]):
    """A frozen mapping: what `data` holds for a mapping of YAML, in the order of the file."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, key: str) -> Any:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(tuple(self._entries.items()))

    def __repr__(self) -> str:
        return repr(self._entries)


def frozen(value: Any) -> Any:
    """Nested lists and dicts as tuples and Records."""
    if isinstance(value, Mapping):
        return Record({str(key): frozen(item) for key, item in value.items()})
    return tuple(map(frozen, value)) if isinstance(value, (list, tuple)) else value


def is_number(value: object) -> bool:
    """Whether this is a number that a double can hold; true and false are none."""
    # an int beyond the doubles is none: PyTorch's arithmetic could not hold it either
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_whole(value: object) -> bool:
    return isinstance(value, (int, float)) and is_number(value) and value == int(value)


def number(
    default: Any = MISSING, *, doc: str, above: float | None = None, at_least: float | None = None, **more: Any
) -> Any:
    """A finite number."""
    rule = "must be a number"
    if above is not None:
        rule += f" above {above:g}"
    if at_least is not None:
        rule += f" of at least {at_least:g}"

    def test(value: Any) -> bool:
        return is_number(value) and (above is None or value > above) and (at_least is None or value >= at_least)

    return param_field("number", default, doc, rule, test, above=above, at_least=at_least, **more)


def length(
    default: Any = MISSING,
    *,
    doc: str,
    zero: bool = False,
    formula_zero: bool = False,
    any_number: bool = False,
    whole: bool = False,
    **more: Any,
) -> Any:
    """A count of scheduler steps above 0 (a replay may run 0 where `zero` says so, the formula with `formula_zero`).

    any_number: any number has a meaning, as in the frameworks that check none. whole: the formula has no value for a
    fraction of a step (a replay may run one).
    """
    if any_number:
        return param_field("length", default, doc, "must be a number", is_number, **more)

    def test(value: Any) -> bool:
        return is_number(value) and (value >= 0 if zero else value > 0)

    def formula_test(value: Any) -> bool:
        if value is None:
            return True
        return (value >= 0 if formula_zero else value > 0) and (_is_whole(value) or not whole)

    if whole:
        formula_rule = f"must be a whole number of at least {0 if formula_zero else 1}"
    else:
        formula_rule = f"must be a number {'of at least 0' if formula_zero else 'above 0'}"
    rule = f"must be a number {'of at least 0' if zero else 'above 0'}"
    more |= {"above": None if zero else 0, "at_least": 0 if zero else None}
    return param_field("length", default, doc, rule, test, formula_rule=formula_rule, formula_test=formula_test, **more)


def count(default: Any = MISSING, *, doc: str, at_least: int = 0, **more: Any) -> Any:
    """A whole number that is not a length (a patience, a multiplier)."""

    def formula_test(value: Any) -> bool:
        return value is None or (_is_whole(value) and value >= at_least)

    more |= {"formula_rule": f"must be a whole number of at least {at_least}", "formula_test": formula_test}
    return param_field("count", default, doc, "must be a number", is_number, **more)


def positions(default: Any = MISSING, *, doc: str, **more: Any) -> Any:
    """A tuple of positions in the run, counted in scheduler steps."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(is_number(item) for item in value)

    return param_field("positions", default, doc, "must be a list of numbers", test, **more)


def text(default: Any = MISSING, *, doc: str, **more: Any) -> Any:
    """Some words, which the class itself reads (a time string, a name). choices: the words that it knows.

    Others are for the class to refuse or to read in its way.
    """
    return param_field("text", default, doc, "must be a text", lambda value: isinstance(value, str), **more)


def data(
    default: Any = MISSING, *, doc: str, takes: str, test: Callable[[Any], bool] = lambda value: True, **more: Any
) -> Any:
    """Nested lists and mappings as they stand, which the class itself reads; `takes` says their form in words.

    A mapping is a `Record`, a list a tuple; numbers, texts, true, false and null are as YAML has them.
    """
    return param_field("data", default, doc, f"must be {takes}", test, **more)


def are_numbers(value: object, *, alone: bool = False) -> bool:
    """Whether a value is a list of numbers, one at least, or (`alone`) a single number.

    >>> are_numbers((1, 0.5)), are_numbers(()), are_numbers(0.5, alone=True)
    (True, False, True)
    """
    return (alone and is_number(value)) or (isinstance(value, tuple) and bool(value) and all(map(is_number, value)))


def choice(default: Any, *names: str, doc: str, **more: Any) -> Any:
    """One of a few words."""
    rule = f"must be {', '.join(repr(n) for n in names[:-1])} or {names[-1]!r}"
    return param_field("choice", default, doc, rule, lambda value: value in names, choices=names, **more)


def flag(default: bool | None, *, doc: str, **more: Any) -> Any:
    """True or false; None, where it is `optional`, is an argument that is not given."""
    return param_field("flag", default, doc, "must be true or false", lambda value: isinstance(value, bool), **more)


def expression(default: Any = MISSING, *, doc: str, **more: Any) -> Any:
    """An arithmetic expression of `epoch`."""

    def test(value: Any) -> bool:
        from lrcli.expression import Expression

        return isinstance(value, Expression)

    return param_field("expression", default, doc, "must be an arithmetic expression of epoch", test, **more)


def metric(*, doc: str, optional: bool = False, example: str = "") -> Any:
    """A series of numbers (NaN and infinities are numbers here), one per epoch; `optional` where not all need it."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(isinstance(item, (int, float)) for item in value)

    param = Param("metric", doc, "must be a list of numbers", test, optional=optional, example=example)
    return field(default=(), metadata={"param": param})
