"""What a schedule is: a frozen value with a pure function from the step to the learning rate."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from lrcli.errors import InvalidValue

if TYPE_CHECKING:
    from lrcli.errors import Problem


S = TypeVar("S", bound="Schedule")


class Param(NamedTuple):
    """What a field of a schedule means: for the reader, the help, the JSON schema and the constructor.

    kind is one of number, length (a count of scheduler steps, which YAML may write with a unit), count,
    positions, choice, flag, text, expression, metric, schedules (a list of them), schedule (one), data (nested lists
    and mappings as they stand) and setting (no key: `bind` fills it in). `rule` says in words what `test` holds;
    `formula_rule` and `formula_test` are stricter: a replay may run what has no meaning as a formula. `optional` says
    that None is a value, `above` and `at_least` are the bounds of a number. `example` is what a starter spec writes, as
    YAML (of schedules one per line): every field without a default has one. `rounds` says how a percentage that comes
    to no whole number of steps is rounded: nearest, up, down or keep (it stays a fraction).
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


class Setting(NamedTuple):
    """What a run tells the schedule of one parameter group: see `Schedule.bind`.

    length: rows of the run. interval: what one row is, "epoch" or "step". steps_per_epoch: None where nothing says so.
    group, lrs: the group's number, and the base learning rate of every group (None where the schedule sets it).
    default_lr: the `lr` of the top level, which an optimizer keeps as its default; that of the first group without one.
    release: the release that was asked for of the schedule's framework ("4.51"), "" for the newest.
    samples_per_step, samples: what `data` says of a step and of the data set.
    own_group: which of the groups that the framework makes by itself the schedule is for (`Schedule.groups`).
    in_phase: whether `length` is that of a phase, not of the run.
    """

    length: int
    interval: str = "epoch"
    steps_per_epoch: int | None = None
    group: int = 0
    lrs: tuple[float | None, ...] = ()
    default_lr: float | None = None
    release: str = ""
    samples_per_step: int | None = None
    samples: int | None = None
    own_group: str = ""
    in_phase: bool = False

    @property
    def lr(self) -> float | None:
        """The base learning rate of this group."""
        return self.lrs[self.group] if self.lrs else None


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
    per_group: bool = False,
    any_number: bool = False,
    whole: bool = False,
    rounds: str = "nearest",
    example: str = "",
) -> Any:
    """A count of scheduler steps above 0 (a replay may run 0 where `zero` says so, the formula with `formula_zero`).

    any_number: any number has a meaning, as in the frameworks that check none. whole: the formula has no value for a
    fraction of a step (a replay may run one).
    """
    if any_number:
        return _field(
            Param(
                "length",
                doc,
                "must be a number",
                lambda value: optional if value is None else _is_number(value),
                fills=fills,
                unless=unless,
                optional=optional,
                per_group=per_group,
                example=example,
                rounds=rounds,
            ),
            default,
        )
    least = "of at least 0" if zero else "above 0"

    def test(value: Any) -> bool:
        if value is None:
            return optional
        return _is_number(value) and (value >= 0 if zero else value > 0)

    def formula_test(value: Any) -> bool:
        if value is None:
            return True
        return (value >= 0 if formula_zero else value > 0) and (_is_whole(value) or not whole)

    if whole:
        rule = f"must be a whole number of at least {0 if formula_zero else 1}"
    else:
        rule = f"must be a number {'of at least 0' if formula_zero else 'above 0'}"
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
        per_group=per_group,
        example=example,
        rounds=rounds,
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


def positions(default: Any = MISSING, *, doc: str, example: str = "", optional: bool = False) -> Any:
    """A tuple of positions in the run, counted in scheduler steps."""

    def test(value: Any) -> bool:
        if value is None:
            return optional
        return isinstance(value, tuple) and all(_is_number(item) for item in value)

    param = Param("positions", doc, "must be a list of numbers", test, example=example, optional=optional)
    return _field(param, default)


def text(
    default: Any = MISSING, *, doc: str, optional: bool = False, per_group: bool = False, example: str = ""
) -> Any:
    """Some words, which the class itself reads (a time string, a name)."""

    def test(value: Any) -> bool:
        return optional if value is None else isinstance(value, str)

    param = Param("text", doc, "must be a text", test, optional=optional, per_group=per_group, example=example)
    return _field(param, default)


def data(
    default: Any = MISSING, *, doc: str, takes: str, optional: bool = False, fills: str = "", example: str = ""
) -> Any:
    """Nested lists and mappings as they stand, which the class itself reads; `takes` says their form in words.

    A mapping is a `Record`, a list a tuple; numbers, texts, true, false and null are as YAML has them.
    """

    def test(value: Any) -> bool:
        return value is not None or optional

    return _field(
        Param("data", doc, f"must be {takes}", test, optional=optional, fills=fills, example=example), default
    )


def choice(default: Any, *names: str, doc: str, optional: bool = False) -> Any:
    """One of a few words."""
    rule = f"must be {', '.join(repr(n) for n in names[:-1])} or {names[-1]!r}"

    def test(value: Any) -> bool:
        return optional if value is None else value in names

    return _field(Param("choice", doc, rule, test, choices=names, optional=optional), default)


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


def metric(*, doc: str, example: str = "", optional: bool = False) -> Any:
    """A series of numbers (NaN and infinities are numbers here), one per epoch; `optional` where not all need it."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(isinstance(item, (int, float)) for item in value)

    return _field(Param("metric", doc, "must be a list of numbers", test, example=example, optional=optional), ())


def schedules(*, doc: str, example: str) -> Any:
    """A tuple of schedules: what a composition is made of."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(isinstance(item, Schedule) for item in value)

    return _field(Param("schedules", doc, "must be a list of schedules", test, example=example), MISSING)


def schedule(default: Any = MISSING, *, doc: str, optional: bool = False, example: str = "") -> Any:
    """One schedule, which this one wraps."""

    def test(value: Any) -> bool:
        return optional if value is None else isinstance(value, Schedule)

    return _field(Param("schedule", doc, "must be a schedule", test, optional=optional, example=example), default)


def setting() -> Any:
    """What the run tells the schedule: no key of a spec, filled in by `Schedule.bind`."""
    param = Param("setting", "", "must be a Setting", lambda value: isinstance(value, (Setting, type(None))))
    return field(default=None, repr=False, kw_only=True, metadata={"param": param})


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
    counts: ClassVar[str] = "epoch"
    """What its steps usually are in a training script: "epoch" or "step"."""
    horizon: ClassVar[tuple[str, ...]] = ()
    """The field that says at which of its steps the decay ends, and others that say the same."""
    own_rate: ClassVar[str] = ""
    """The field that holds the schedule's own learning rate, where it has one: left out, it is the group's."""
    lr_is_factor: ClassVar[bool] = False
    """Whether lr is a factor of a curve that has a scale of its own, as in the Transformer's."""
    walks: ClassVar[bool] = False
    """Whether a step can only be computed after those before it (a metric, a product of factors)."""

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

    def monotone_until(self, t: int) -> int | None:
        """A step after t before which the curve, from t on, only falls or only rises; None: it does so for ever."""
        return self.next_break(t + 1)

    def parts(self) -> tuple[Schedule, ...]:
        """The schedules that this one is made of."""
        found: list[Schedule] = []
        for f in fields(self):
            kind, value = param_of(f).kind, getattr(self, f.name)
            if kind == "schedules":
                found += value
            elif kind == "schedule" and value is not None:
                found.append(value)
        return tuple(found)

    def stands_alone(self) -> bool:
        """Whether any step can be computed without those before it."""
        return not self.walks and all(part.stands_alone() for part in self.parts())

    def bind(self: S, setting: Setting) -> S:
        """This schedule in a run: its parts bound, its `setting` and its own rate filled in.

        A class says more here: what follows from the run, and (as InvalidValue) what the run does not allow.
        """
        changes: dict[str, Any] = {}
        for f in fields(self):
            kind, value = param_of(f).kind, getattr(self, f.name)
            if kind == "schedules":
                changes[f.name] = tuple(part.bind(setting) for part in value)
            elif kind == "schedule" and value is not None:
                changes[f.name] = value.bind(setting)
            elif kind == "setting":
                changes[f.name] = setting
        if self.own_rate and getattr(self, self.own_rate) is None and setting.lr is not None:
            changes[self.own_rate] = setting.lr
        if not changes or all(getattr(self, name) == value for name, value in changes.items()):
            return self
        return replace(self, **changes)

    def groups(self) -> tuple[tuple[str, Schedule], ...]:
        """The parameter groups that the framework makes by itself, each with its schedule; () where it makes none."""
        return ()

    def notes(self) -> tuple[Problem, ...]:
        """What a user should know of this schedule's numbers in this run (of a bound one)."""
        return tuple(note for part in self.parts() for note in part.notes())

    @property
    def moves_momentum(self) -> bool:
        """Whether the schedule moves the optimizer's momentum (or beta1), too."""
        return self.momentum_key() is not None

    def momentum_key(self) -> Hashable | None:
        """What the momentum follows from: schedules with equal keys move it alike; None moves it not at all."""
        return None

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """The momentum of the steps start <= t < stop; None is what the optimizer has by itself."""
        return [None] * (stop - start)

    def ignores(self, lr: float) -> bool:
        """Whether this learning rate of its group is another than the one that the schedule sets or has of its own."""
        if self.own_rate:
            rate = getattr(self, self.own_rate)
            return rate is not None and bool(lr != rate)
        try:
            return self.sets_lr and lr != self.lr_at(0, lr)
        except (ArithmeticError, ValueError):
            return False  # it has no value there, which whoever computes the rows says

    def repeats_after(self) -> int | None:
        """The step from which on the curve only repeats, but for rounding, what it did before, or less; or None."""
        return None

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
            elif param.kind == "schedule" and value is not None:
                chosen[f.name] = value.for_group(i, n)
        return replace(self, **chosen) if chosen else self


def turning_step(t: int, size: float) -> int:
    """The first step >= t (and >= 1) beside a multiple of `size`: where a curve of that period bends or turns.

    >>> [turning_step(t, 2.5) for t in (0, 3, 4, 6)]
    [2, 3, 5, 7]
    """
    t = max(t, 1)
    near = int(t / size)
    beside = (
        step for k in (near - 1, near, near + 1, near + 2) for step in (math.floor(k * size), math.ceil(k * size))
    )
    return min((step for step in beside if step >= t), default=t)


def next_multiple(t: int, size: float) -> int:
    """The first step >= t (and >= 1) at which t // size is larger than a step before.

    >>> [next_multiple(t, 2.4) for t in (0, 3, 4, 6)]
    [3, 3, 5, 8]
    """
    t = max(t, 1)
    if size == int(size):
        return -(-t // int(size)) * int(size)
    before = (t - 1) // size
    step = max(t, math.ceil((before + 1) * size) - 1)
    while step // size <= before:
        step += 1
    return step


def parameters(cls: type[Schedule] | Schedule) -> tuple[Field[Any], ...]:
    """The fields of a class that are keys of a spec."""
    return tuple(f for f in fields(cls) if param_of(f).kind != "setting")


def param_of(f: Field[Any]) -> Param:
    """The `Param` of a schedule's field."""
    param = f.metadata["param"]
    assert isinstance(param, Param)
    return param
