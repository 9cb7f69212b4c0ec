"""What a schedule is: a frozen value with a pure function from the step to the learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import MISSING, Field, field, fields, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from lrcli.errors import InvalidValue, Refuses
from lrcli.schedules.params import Param, frozen, param_field, param_of
from lrcli.schedules.turns import next_turn
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.errors import Problem

S = TypeVar("S", bound="Schedule")
LrRule = Callable[[int], float]
"""A function from the step to the learning rate."""
CurveMarks = Iterator[tuple[float, str]]
"""Positions at which a curve jumps, bends or turns, each with what people read there ("" for nothing)."""


class Setting(NamedTuple):
    """What a run tells the schedule of one parameter group: see `Schedule.bind`.

    length: rows of the run, 0 where a schedule is bound to none (`UNBOUND`). interval: what one row is, "epoch" or
    "step". steps_per_epoch: None where nothing says so.
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

    @property
    def steps_per_row(self) -> int:
        """The steps of a row: 1, or those of an epoch; 1 too where nothing says how many an epoch has."""
        return (self.steps_per_epoch or 1) if self.interval == "epoch" else 1


UNBOUND = Setting(0)


def schedules(*, doc: str, example: str, **more: Any) -> Any:
    """A tuple of schedules: what a composition is made of."""

    def test(value: Any) -> bool:
        return isinstance(value, tuple) and all(isinstance(item, Schedule) for item in value)

    return param_field("schedules", MISSING, doc, "must be a list of schedules", test, example=example, **more)


def schedule(default: Any = MISSING, *, doc: str, optional: bool = False, example: str = "") -> Any:
    """One schedule, which this one wraps."""

    def test(value: Any) -> bool:
        return isinstance(value, Schedule)

    return param_field("schedule", default, doc, "must be a schedule", test, optional, example=example)


def setting() -> Any:
    """What the run tells the schedule: no key of a spec, filled in by `Schedule.bind`."""
    param = Param("setting", "", "must be a Setting", lambda value: isinstance(value, Setting))
    return field(default=UNBOUND, repr=False, kw_only=True, metadata={"param": param})


@dataclass(frozen=True)
class Schedule:
    """A learning-rate schedule: a frozen value.

    A subclass's docstring is its documentation. It writes the curve as `rule` (or as `lr_at`), and says in `marks`, and
    in `repeats` or `turns`, where the curve jumps, bends or turns. `lr_at(t, base_lr)` is pure: any step t >= 0, in any
    order. Equal schedules compare equal, `repr` is the constructor call. What a class says of itself:

    name: the type's name in a spec; aliases: others. torch: PyTorch's class of the same meaning.
    sets_lr: whether the schedule sets the learning rate itself, so that a spec may leave `lr` out.
    overwrites: whether it overwrites what schedules before it did to the learning rate (chained and manual).
    counts: what its steps usually are in a training script, "epoch" or "step".
    horizon: the field that says at which of its steps the decay ends, and others that say the same.
    own_rate: the field that holds the schedule's own learning rate, where it has one: left out, it is the group's.
    one_rate: why groups cannot have different base learning rates, "" where they can.
    lr_is_factor: whether lr is a factor of a curve that has a scale of its own, as in the Transformer's.
    value_raises: the exception that the framework raises for a word it does not know, or a list of another length than
        groups.
    walks: whether a step can only be computed after those before it (a metric, a product of factors).
    irregular: whether the curve may turn at any step, as an expression may.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    torch: ClassVar[str | None] = None
    sets_lr: ClassVar[bool] = False
    overwrites: ClassVar[bool] = False
    counts: ClassVar[str] = "epoch"
    horizon: ClassVar[tuple[str, ...]] = ()
    own_rate: ClassVar[str] = ""
    one_rate: ClassVar[str] = ""
    lr_is_factor: ClassVar[bool] = False
    value_raises: ClassVar[str] = ""
    walks: ClassVar[bool] = False
    irregular: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            param = param_of(f)
            if isinstance(value, (list, dict)) and (param.per_group or param.kind == "data"):
                value = frozen(value)
                object.__setattr__(self, f.name, value)
            values = value if param.per_group and isinstance(value, tuple) else (value,)
            if not all(param.test(item) for item in values):
                raise InvalidValue(f.name, param.rule, value)
            for demand in param.demands if value is not None else ():
                holds = all(map(demand.holds, values))
                self.require(holds, f"{f.name} {demand.rule}", f.name, demand.exception)
        self.check_values()

    def check_values(self) -> None:
        """Raise InvalidValue for values that each pass their own test, and are still none of this class."""

    def require(self, holds: bool, reason: str, field: str, exception: str = "ValueError") -> None:
        """Raise what the schedule's framework raises, for this reason, unless its rule holds."""
        if not holds:
            raise self.refusal(exception, reason, field)

    def refusal(self, exception: str, reason: str, field: str = "") -> Refuses:
        """What the schedule's framework raises for the value of a field."""
        return Refuses(self.framework, exception, reason, field, getattr(self, field, None))

    @property
    def framework(self) -> str:
        """Whose schedule it is: the first part of its name."""
        return self.name.partition(".")[0]

    def rule(self, base_lr: float) -> LrRule:
        """The function from the step to the learning rate, for a group of this base learning rate.

        It works on local variables: a million steps then cost what a plain function costs that is called for each.
        """
        return lambda t: self.lr_at(t, base_lr)

    def lr_at(self, t: int, base_lr: float) -> float:
        """The learning rate of step t (t >= 0), for a group whose base learning rate is base_lr."""
        return self._rule_of(base_lr)(t)

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        """`lr_at` of the steps start <= t < stop, in order."""
        return self.lrs_at(base_lr, range(start, stop))

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        """`lr_at` of some steps, in increasing order."""
        return list(map(self._rule_of(base_lr), steps))

    @cached_property
    def _rule_of(self) -> Callable[[float], LrRule]:
        """`rule` that keeps its last value: steps that are asked for one by one then cost no more than together."""
        return lru_cache(maxsize=1)(self.rule)

    def marks(self) -> CurveMarks:
        """Yield the marks that the curve has once, in any order."""
        return iter(())

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        """Yield (begin, every, event) of marks that repeat: they come at begin, begin + every, and so on for ever."""
        return iter(())

    def turns(self, t: int) -> CurveMarks:
        """Yield the next marks, from step t (t >= 1) on, of those that come again and again."""
        return ((next_turn(t, begin, every), event) for begin, every, event in self.repeats() if every > 0)

    def next_break(self, t: int) -> int | None:
        """Return the first step >= t (and >= 1) at which the curve jumps, bends or turns; None if there is none."""
        t = max(t, 1)
        places = (place for place, _ in (*self.marks(), *self.turns(t)) if t - 1 < place < math.inf)
        return min(map(math.ceil, places), default=None)

    def breaks(self, start: int, stop: int, most: int) -> Iterator[int]:
        """Yield the first breaks at steps start <= t < stop, at most so many."""
        for _ in range(most):
            at = self.next_break(start)
            if at is None or at >= stop:
                return
            yield at
            start = at + 1

    def event_at(self, t: int) -> str:
        """Say what happens at step t, in a few words for people ("milestone x0.1"); "" if nothing does."""
        if t < 1:
            return ""
        marks = (*self.marks(), *self.turns(t))
        return "; ".join(event for place, event in marks if event and t - 1 < place <= t)

    def monotone_until(self, t: int) -> int | None:
        """Return a step after t until which the curve only falls or only rises; None if it does so for ever."""
        return t + 1 if self.irregular else self.next_break(t + 1)

    def formula_problems(self) -> Iterator[InvalidValue]:
        """Yield what keeps this schedule from having a value as a formula, though some release may run it."""
        for f in fields(self):
            param, value = param_of(f), getattr(self, f.name)
            if param.formula_test and not param.formula_test(value):
                yield InvalidValue(f.name, param.formula_rule, list(value) if isinstance(value, tuple) else value)

    def parts(self) -> tuple[Schedule, ...]:
        """The schedules that this one is made of."""
        values = (getattr(self, f.name) for f in fields(self) if param_of(f).kind in ("schedule", "schedules"))
        parts = (part for value in values for part in (value if isinstance(value, tuple) else (value,)))
        return tuple(part for part in parts if part is not None)

    def _change_parts(self, change: Callable[[Schedule], Schedule]) -> dict[str, Any]:
        """Change every schedule that this one is made of, and return the new values by their fields."""
        changes: dict[str, Any] = {}
        for f in fields(self):
            kind, value = param_of(f).kind, getattr(self, f.name)
            if kind == "schedules":
                changes[f.name] = tuple(map(change, value))
            elif kind == "schedule" and value is not None:
                changes[f.name] = change(value)
        return changes

    def __getstate__(self) -> dict[str, Any]:
        """What pickle writes: the fields alone. Whatever is kept beside them, as the last rule, is made again."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def unwarmed(self) -> Schedule | None:
        """Return this schedule without its warmup, its decay from step 0 to where it ends now; None if it cannot tell.

        One whose lengths say in their names that they are a warmup's has no need to.
        """
        return None

    def stands_alone(self) -> bool:
        """Whether any step can be computed without those before it."""
        return not self.walks and all(part.stands_alone() for part in self.parts())

    def bind(self: S, setting: Setting) -> S:
        """This schedule in a run: its parts bound, its `setting` and its own rate filled in.

        A class says more here: what follows from the run. What the run does not allow, `check_run` raises.
        """
        if self.one_rate and len(set(setting.lrs)) > 1:
            raise InvalidValue("type", self.one_rate, None)
        changes = self._change_parts(lambda part: part.bind(setting))
        changes |= {f.name: setting for f in fields(self) if param_of(f).kind == "setting"}
        if self.own_rate and getattr(self, self.own_rate) is None and setting.lr is not None:
            changes[self.own_rate] = setting.lr
        same = all(getattr(self, name) == value for name, value in changes.items())
        bound = self if same else replace(self, **changes)
        bound.check_run(setting)
        return bound

    def check_run(self, setting: Setting) -> None:
        """Raise InvalidValue for what the run does not allow this bound schedule."""

    def for_group(self: S, i: int, n: int) -> S:
        """This schedule for parameter group i of n: a per-group tuple is replaced by its i-th value."""
        changes = self._change_parts(lambda part: part.for_group(i, n))
        for f in fields(self):
            value = getattr(self, f.name)
            if param_of(f).per_group and isinstance(value, tuple):
                if len(value) != n:
                    raise InvalidValue(f.name, f"must have one value per parameter group, {n} here", value)
                changes[f.name] = value[i]
        return replace(self, **changes) if changes else self

    def groups(self) -> tuple[tuple[str, Schedule], ...]:
        """The parameter groups that the framework makes by itself, each with its schedule; () where it makes none."""
        return ()

    def notes(self) -> Iterable[Problem]:
        """What a user should know of this schedule's numbers in this run (of a bound one)."""
        return (note for part in self.parts() for note in part.notes())

    def rate(self, base_lr: float) -> float:
        """The schedule's own learning rate, where it has one, else the group's."""
        own_rate: float | None = getattr(self, self.own_rate)
        return base_lr if own_rate is None else float(own_rate)

    @property
    def moves_momentum(self) -> bool:
        """Whether the schedule moves the optimizer's momentum (or beta1), too."""
        return self.momentum_key() is not None

    def momentum_key(self) -> Hashable | None:
        """Return what the momentum follows from: schedules with equal keys move it alike; None does not move it."""
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
        """Return the step from which on the curve stays, but for rounding, between values that it had; or None."""
        return None

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        """More columns for the steps start <= t < stop (a plateau's metric, best, bad, cooldown)."""
        return {}


def parameters(cls: type[Schedule] | Schedule) -> tuple[Field[Any], ...]:
    """The fields of a class that are keys of a spec."""
    return tuple(f for f in fields(cls) if param_of(f).kind != "setting")
