"""What a schedule is: a frozen value with a pure function from the step to the learning rate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any, ClassVar, NamedTuple, TypeVar

from lrcli.errors import InvalidValue

S = TypeVar("S", bound="Schedule")


class Param(NamedTuple):
    """What a field of a schedule means: for the reader, the help, the JSON schema and the constructor.

    kind is one of number, length (a count of scheduler steps, which YAML may write with a unit), count,
    positions, choice, flag, expression, metric and schedules. `rule` says in words what `test` holds;
    `formula_rule` and `formula_test` are stricter: a replay may run what has no meaning as a formula. `optional` says
    that None is a value, `above` and `at_least` are the bounds of a number. `example` is what a starter spec writes, as
    YAML (of schedules one per line): every field without a default has one.
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
    momentum: bool = False  # checked and not shown: it is about the momentum, not the learning rate
    optional: bool = False
    above: float | None = None
    at_least: float | None = None
    example: str = ""


def _is_number(value: object) -> bool:
    # an int beyond the doubles is none: PyTorch's arithmetic could not hold it either
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_whole(value: object) -> bool:
    return isinstance(value, (int, float)) and _is_number(value) and value == int(value)


def _field(param: Param, default: Any) -> Any:
    return field(default=default, metadata={"param": param})


def number(
    default: Any = MISSING,
    *,
    doc: str,
    above: float | None = None,
    at_least: float | None = None,
    optional: bool = False,
    per_group: bool = False,
    momentum: bool = False,
    example: str = "",
) -> Any:
    """A finite number; None is a value of it where it is `optional`."""
    rule = "must be a number"
    if above is not None:
        rule += f" above {above:g}"
    if at_least is not None:
        rule += f" of at least {at_least:g}"

    def test(value: Any) -> bool:
        if value is None:
            return optional
        return _is_number(value) and (above is None or value > above) and (at_least is None or value >= at_least)

    param = Param(
        "number",
        doc,
        rule,
        test,
        per_group=per_group,
        momentum=momentum,
        optional=optional,
        above=above,
        at_least=at_least,
        example=example,
    )
    return _field(param, default)


def length(
    default: Any = MISSING,
    *,
    doc: str,
    zero: bool = False,
    formula_zero: bool = False,
    fills: str = "",
    unless: tuple[str, ...] = (),
    optional: bool = False,
    example: str = "",
) -> Any:
    """A count of scheduler steps above 0 (a replay may run a fractional one, and 0 where `zero` says so)."""
    least = "of at least 0" if zero else "above 0"
    formula_least = 0 if formula_zero else 1

    def test(value: Any) -> bool:
        if value is None:
            return optional
        return _is_number(value) and (value >= 0 if zero else value > 0)

    def formula_test(value: Any) -> bool:
        return value is None or (_is_whole(value) and value >= formula_least)

    rule = f"must be a whole number of at least {formula_least}"
    param = Param(
        "length",
        doc,
        f"must be a number {least}",
        test,
        rule,
        formula_test,
        fills=fills,
        unless=unless,
        optional=optional,
        above=None if zero else 0,
        at_least=0 if zero else None,
        example=example,
    )
    return _field(param, default)


def count(default: Any = MISSING, *, doc: str, at_least: int = 0, optional: bool = False, example: str = "") -> Any:
    """A whole number that is not a length (a patience, a multiplier)."""

    def test(value: Any) -> bool:
        return optional if value is None else _is_number(value)

    def formula_test(value: Any) -> bool:
        return value is None or (_is_whole(value) and value >= at_least)

    rule = f"must be a whole number of at least {at_least}"
    param = Param("count", doc, "must be a number", test, rule, formula_test, optional=optional, example=example)
    return _field(param, default)


def positions(*, doc: str, example: str) -> Any:
    """A tuple of positions in the run, counted in scheduler steps."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(_is_number(item) for item in value)

    return _field(Param("positions", doc, "must be a list of numbers", test, example=example), MISSING)


def choice(default: str, *names: str, doc: str) -> Any:
    """One of a few words."""
    rule = f"must be {', '.join(repr(n) for n in names[:-1])} or {names[-1]!r}"
    return _field(Param("choice", doc, rule, lambda value: value in names, choices=names), default)


def flag(default: bool | None, *, doc: str, momentum: bool = False, optional: bool = False) -> Any:
    """True or false; None, where it is `optional`, is an argument that is not given."""

    def test(value: Any) -> bool:
        return isinstance(value, bool) or (optional and value is None)

    return _field(Param("flag", doc, "must be true or false", test, momentum=momentum, optional=optional), default)


def expression(
    default: Any = MISSING, *, doc: str, optional: bool = False, per_group: bool = False, example: str = ""
) -> Any:
    """An arithmetic expression of `epoch`."""

    def test(value: Any) -> bool:
        from lrcli.expression import Expression

        return optional if value is None else isinstance(value, Expression)

    rule = "must be an arithmetic expression of epoch"
    param = Param("expression", doc, rule, test, per_group=per_group, optional=optional, example=example)
    return _field(param, default)


def metric(*, doc: str, example: str) -> Any:
    """A series of numbers (NaN and infinities are numbers here), one per epoch."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(isinstance(item, (int, float)) for item in value)

    return _field(Param("metric", doc, "must be a list of numbers", test, example=example), ())


def schedules(*, doc: str, example: str) -> Any:
    """A tuple of schedules: what a composition is made of."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(isinstance(item, Schedule) for item in value)

    return _field(Param("schedules", doc, "must be a list of schedules", test, example=example), MISSING)


@dataclass(frozen=True)
class Schedule:
    """A learning-rate schedule: a frozen value.

    `lr_at(t, base_lr)` is pure: any step t >= 0, in any order. Equal schedules compare equal, `repr` is the constructor
    call. A subclass is one file of this package; its docstring is its documentation.
    """

    name: ClassVar[str]
    """The type's name in a spec."""
    aliases: ClassVar[tuple[str, ...]] = ()
    torch: ClassVar[str | None] = None
    """PyTorch's class of the same meaning."""
    sets_lr: ClassVar[bool] = False
    """Whether the schedule sets the learning rate itself, so that a spec may leave `lr` out."""
    overwrites: ClassVar[bool] = False
    """Whether it overwrites what schedules before it did to the learning rate (chained and manual)."""

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            param = param_of(f)
            if param.per_group and isinstance(value, list):
                value = tuple(value)
                object.__setattr__(self, f.name, value)
            values = value if param.per_group and isinstance(value, tuple) else (value,)
            if not all(param.test(item) for item in values):
                raise InvalidValue(f.name, param.rule, value)

    def lr_at(self, t: int, base_lr: float) -> float:
        """The learning rate of step t (t >= 0), for a group whose base learning rate is base_lr."""
        raise NotImplementedError

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        """`lr_at` of the steps start <= t < stop, in order."""
        lr_at = self.lr_at
        return [lr_at(t, base_lr) for t in range(start, stop)]

    def formula_problems(self) -> Iterator[InvalidValue]:
        """What keeps this schedule from having a value as a formula, though some release may run it."""
        for f in fields(self):
            param, value = param_of(f), getattr(self, f.name)
            if param.formula_test and not param.formula_test(value):
                yield InvalidValue(f.name, param.formula_rule, value)

    def next_break(self, t: int) -> int | None:
        """The first step >= t (and >= 1) at which the curve jumps, bends or turns; None if there is none."""
        return None

    def rows(self) -> Sequence[int] | None:
        """The steps that have a value, in order, where not all of them have one (what a log holds); None is all."""
        return None

    def cells(self, start: int, stop: int) -> Sequence[float | None]:
        """The steps start <= t < stop of a log, None where nothing was logged."""
        raise NotImplementedError

    def monotone_until(self, t: int) -> int | None:
        """A step after t before which the curve, from t on, only falls or only rises; None: it does so for ever."""
        return self.next_break(t + 1)

    def event_at(self, t: int) -> str:
        """What happens at step t, in a few words for people ("milestone x0.1"); "" for nothing."""
        return ""

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        """More columns for the steps start <= t < stop (a plateau's metric, best, bad, cooldown)."""
        return {}

    def for_group(self: S, i: int, n: int) -> S:
        """This schedule for parameter group i of n: a per-group tuple is replaced by its i-th value."""
        chosen: dict[str, Any] = {}
        for f in fields(self):
            param, value = param_of(f), getattr(self, f.name)
            if param.per_group and isinstance(value, tuple):
                if len(value) != n:
                    raise InvalidValue(f.name, f"must have one value per parameter group, {n} here", value)
                chosen[f.name] = value[i]
            elif param.kind == "schedules":
                chosen[f.name] = tuple(child.for_group(i, n) for child in value)
        return replace(self, **chosen) if chosen else self


def param_of(f: Field[Any]) -> Param:
    """The `Param` of a schedule's field."""
    param = f.metadata["param"]
    assert isinstance(param, Param)
    return param
