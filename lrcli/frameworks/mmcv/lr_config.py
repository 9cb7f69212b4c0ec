"""The learning rate of an `lr_config`: a policy by epoch or iteration, and a warmup over it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import Refuses
from lrcli.frameworks.mmcv._policies import KEYS, NEEDED, bends, every, regular
from lrcli.frameworks.stateless import Stateless, StatelessRule
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import data, flag, length, number, positions, text
from lrcli.values import dataclass

_OWN = sorted({key for keys in KEYS.values() for key in keys})


def _refuses(exception: str, reason: str, field: str, received: object = None) -> Refuses:
    return Refuses("mmcv", exception, reason, field, received)


@dataclass(frozen=True)
class LRConfig(Stateless):
    """Follow a policy by epoch (by_epoch) or by iteration; for warmup_iters iterations multiply it with a warmup.

    With p the epoch or iteration, T the run's length in those, m = min_lr or base_lr * min_lr_ratio:

    step                 base_lr * gamma ** (p // step, or how many of the steps are <= p), not below min_lr
    exp, inv             base_lr * gamma ** p, base_lr * (1 + gamma * p) ** -power
    poly                 (base_lr - min_lr) * (1 - p / T) ** power + min_lr
    CosineAnnealing      m + 0.5 * (base_lr - m) * (cos(pi * p / T) + 1); LinearAnnealing: a line from base_lr to m
    FlatCosineAnnealing  base_lr up to round(T * start_percent), then as CosineAnnealing over the rest
    CosineRestart        as CosineAnnealing over each of the periods, its height times restart_weights
    cyclic               cyclic_times cycles: up to base_lr * target_ratio[0], down to base_lr * target_ratio[1]
    OneCycle             from max_lr / div_factor to max_lr, then down to that / final_div_factor

    Below iteration W = warmup_iters, a warmup multiplies that with warmup_ratio (constant), with
    1 - (1 - t / W) * (1 - warmup_ratio) (linear) or with warmup_ratio ** (1 - t / W) (exp). Rows are epochs or, in a
    run of steps, iterations.

    >>> schedule = LRConfig("step", step=(3,), warmup="linear", warmup_iters=1, warmup_by_epoch=True, warmup_ratio=0.1)
    >>> [schedule.lr_at(t, 1.0) for t in range(4)]
    [0.09999999999999998, 1.0, 1.0, 0.1]

    Source: mmcv/runner/hooks/lr_updater.py, 1.7.2 (read; CosineRestart was run).
    """

    name = "mmcv.lr_config"

    policy: str = text(doc=f"{', '.join(KEYS)}; step is Step", example="step")
    by_epoch: bool | None = flag(
        None, doc="whether it changes by epoch; left out: true, for Cyclic and OneCycle false", optional=True
    )
    warmup: str | None = text(None, doc="linear, constant or exp", optional=True)
    warmup_iters: float = length(0, doc="iterations of the warmup (epochs with warmup_by_epoch)", any_number=True)
    warmup_ratio: float = number(0.1, doc="the share of the rate at the start")
    warmup_by_epoch: bool = flag(False, doc="whether warmup_iters are epochs")
    step: Any = data(None, doc="of Step: where it falls, or every how many", takes="a list of counts, or a count",
                     optional=True, example="[60, 80]")  # fmt: skip
    gamma: float | None = number(None, doc="factor of Step (0.1), Exp, Inv, Cyclic (1)", optional=True)
    power: float | None = number(None, doc="of Poly and Inv (1)", optional=True)
    min_lr: float | None = number(None, doc="the lowest rate", optional=True)
    min_lr_ratio: float | None = number(None, doc="the same as a share", optional=True)
    start_percent: float | None = number(None, doc="of FlatCosineAnnealing (0.75)", optional=True)
    periods: tuple[float, ...] | None = positions(None, doc="of CosineRestart", optional=True)
    restart_weights: tuple[float, ...] | None = positions(None, doc="of CosineRestart ([1])", optional=True)
    target_ratio: Any = data(None, doc="of Cyclic ([10, 1e-4])", takes="a number or a list of two", optional=True)
    cyclic_times: float | None = number(None, doc="cycles of Cyclic (1)", optional=True)
    step_ratio_up: float | None = number(None, doc="the climbing part of a cycle (0.4)", optional=True)
    anneal_strategy: str | None = text(None, doc="cos or linear, of Cyclic and OneCycle (cos)", optional=True)
    max_lr: float | None = number(None, doc="the highest rate of OneCycle", optional=True, per_group=True)
    total_steps: float | None = length(None, doc="of OneCycle; left out: the run", any_number=True, optional=True)
    pct_start: float | None = number(None, doc="the climbing part of OneCycle (0.3)", optional=True)
    div_factor: float | None = number(None, doc="of OneCycle (25)", optional=True)
    final_div_factor: float | None = number(None, doc="of OneCycle (1e4)", optional=True)
    three_phase: bool | None = flag(None, doc="of OneCycle (false)", optional=True)
    setting: Setting | None = setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self._policy not in KEYS:
            reason = f"{self._policy}LrUpdaterHook is not in its registry: it has {', '.join(KEYS)}"
            raise _refuses("KeyError", reason, "policy", self.policy)
        self._check_keys()
        self._check_warmup()
        self._check_values()

    @property
    def _policy(self) -> str:
        """The policy's name as the hook is called: a lower-case one with its first letter raised."""
        return self.policy.capitalize() if self.policy.islower() else self.policy

    @cached_property
    def _keys(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in KEYS[self._policy]}
        keys = {name: default if given[name] is None else given[name] for name, default in KEYS[self._policy].items()}
        if self._policy == "Cyclic":
            keys["target_ratio"] = _two_ratios(keys["target_ratio"])
        return keys

    def _check_keys(self) -> None:
        for name in _OWN:
            if getattr(self, name) is not None and name not in KEYS[self._policy]:
                raise _refuses("TypeError", f"{self._policy} has no argument {name!r}", name, getattr(self, name))
        missing = [name for name, value in self._keys.items() if value is NEEDED]
        if missing:
            raise _refuses("TypeError", f"{self._policy} needs {' and '.join(missing)}", missing[0])
        if self._policy in ("Cyclic", "OneCycle") and self.by_epoch:
            raise _refuses("AssertionError", f"{self._policy} only supports by_epoch: false", "by_epoch", True)

    def _check_warmup(self) -> None:
        if self.warmup is None:
            return
        if self.warmup not in ("constant", "linear", "exp"):
            reason = f"{self.warmup!r} is not a supported type for warming up: it is constant, linear or exp"
            raise _refuses("ValueError", reason, "warmup", self.warmup)
        if self.warmup_iters <= 0 or self.warmup_iters % 1:
            raise _refuses(
                "AssertionError", "warmup_iters must be a positive integer", "warmup_iters", self.warmup_iters
            )
        if not 0 < self.warmup_ratio <= 1:
            raise _refuses("AssertionError", "warmup_ratio must be in range (0, 1]", "warmup_ratio", self.warmup_ratio)

    def _check_values(self) -> None:
        keys = self._keys
        if "min_lr_ratio" in keys and (keys["min_lr"] is None) == (keys["min_lr_ratio"] is None):
            reason = f"{self._policy} needs min_lr or min_lr_ratio, and not both"
            raise _refuses("AssertionError", reason, "min_lr", self.min_lr)
        if self._policy == "Step":
            steps = keys["step"] if isinstance(keys["step"], tuple) else (keys["step"],)
            if not all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in steps):
                raise _refuses("AssertionError", "step must be a positive integer, or a list of them", "step", steps)
        if self._policy == "CosineRestart" and len(keys["periods"]) != len(keys["restart_weights"]):
            raise _refuses("AssertionError", "periods and restart_weights should have the same length", "periods")
        for name in ("start_percent", "pct_start"):
            if name in keys and not (isinstance(keys[name], float) and 0 <= keys[name] <= 1):
                raise _refuses("ValueError", f"expected float between 0 and 1 {name}, not {keys[name]!r}", name)
        if self._policy in ("Cyclic", "OneCycle") and keys["anneal_strategy"] not in ("cos", "linear"):
            raise _refuses("ValueError", "anneal_strategy must be one of cos or linear", "anneal_strategy")
        if self._policy == "Cyclic":
            if not 0 <= keys["step_ratio_up"] < 1:
                raise _refuses("AssertionError", "step_ratio_up must be in range [0, 1)", "step_ratio_up")
            if not 0 < keys["gamma"] <= 1:
                raise _refuses("AssertionError", "gamma must be in range (0, 1]", "gamma", self.gamma)
            if keys["cyclic_times"] < 1 or keys["cyclic_times"] % 1:
                raise InvalidValue("cyclic_times", "must be a whole number of at least 1", keys["cyclic_times"])
        for name in ("div_factor", "final_div_factor"):
            if keys.get(name) == 0:
                raise _refuses("ZeroDivisionError", f"{name} is 0", name, 0)

    def bind(self, setting: Setting) -> LRConfig:
        bound = super().bind(setting)
        by_step = setting.interval == "step"
        mixed = (
            bound._by_epoch or (self.warmup is not None and self.warmup_by_epoch) if by_step else bound._counts_batches
        )
        if mixed and not setting.steps_per_epoch:
            rule = "counts epochs and iterations: give steps_per_epoch (or data) at the top level"
            raise InvalidValue("policy", rule, self.policy)
        steps = self._keys.get("total_steps")
        if steps is not None and bound._total > steps:
            reason = f"total_steps must be at least the {bound._total:g} iterations of the run"
            raise _refuses("ValueError", reason, "total_steps", steps)
        if self._policy == "Cyclic" and bound._total < self._keys["cyclic_times"]:
            raise InvalidValue("cyclic_times", "must not be above the iterations of the run", self.cyclic_times)
        return bound

    @property
    def _by_epoch(self) -> bool:
        return self._policy not in ("Cyclic", "OneCycle") if self.by_epoch is None else self.by_epoch

    @property
    def _counts_batches(self) -> bool:
        """Whether something is counted in iterations."""
        return not self._by_epoch or (self.warmup is not None and not self.warmup_by_epoch)

    @property
    def _per_epoch(self) -> int:
        return (self.setting.steps_per_epoch if self.setting else None) or 1

    @property
    def _rows_are_steps(self) -> bool:
        return self.setting is not None and self.setting.interval == "step"

    @property
    def _total(self) -> float:
        """The run's length on the clock of the policy."""
        rows = self.setting.length if self.setting else 1000
        if self._rows_are_steps:
            return rows // self._per_epoch if self._by_epoch else rows
        return rows if self._by_epoch else rows * self._per_epoch

    @property
    def _warmup_iters(self) -> float:
        if self.warmup is None:
            return 0
        return self.warmup_iters * (self._per_epoch if self.warmup_by_epoch else 1)

    def rule(self, base_lr: float) -> StatelessRule:
        rate = regular(self._policy, self._keys, base_lr, self._total)
        per_epoch, by_epoch = self._per_epoch, self._by_epoch
        iterations = 1 if self._rows_are_steps else per_epoch
        warmup, kind, ratio = self._warmup_iters, self.warmup, self.warmup_ratio

        def lr_at(t: int) -> float:
            t *= iterations
            lr = rate(t // per_epoch if by_epoch else t)
            if t >= warmup:
                return lr
            if kind == "constant":
                return lr * ratio
            if kind == "linear":
                k = (1 - t / warmup) * (1 - ratio)
                return lr * (1 - k)
            return float(lr * ratio ** (1 - t / warmup))

        return lr_at

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        warm = min(max(start, math.ceil(self._warmup_row)), stop)
        rate = regular(self._policy, self._keys, base_lr, self._total)
        steps_of_row = 1 if self._rows_are_steps else self._per_epoch
        clock: Iterable[int] = range(warm * steps_of_row, stop * steps_of_row, steps_of_row)
        if self._by_epoch:
            per_epoch = self._per_epoch
            clock = (at // per_epoch for at in clock)
        return [*map(self.rule(base_lr), range(start, warm)), *map(rate, clock)]

    def ignores(self, lr: float) -> bool:
        return self._policy == "OneCycle" and lr != self.max_lr

    def _rows(self, progress: float) -> float:
        """The row of a progress of the policy."""
        if self._rows_are_steps:
            return progress * (self._per_epoch if self._by_epoch else 1)
        return progress if self._by_epoch else progress / self._per_epoch

    @property
    def _warmup_row(self) -> float:
        return self._warmup_iters / (1 if self._rows_are_steps else self._per_epoch)

    def breaks(self) -> tuple[float, ...]:
        return (self._warmup_row, *(self._rows(at) for at in bends(self._policy, self._keys, self._total)))

    def next_break(self, t: int) -> int | None:
        found = [super().next_break(t)]
        least = max(t, 1)
        if self._by_epoch and self._rows_are_steps:
            found.append(-(-least // self._per_epoch) * self._per_epoch)
        period, *offsets = every(self._policy, self._keys, self._total) or (0,)
        for offset in offsets:
            each, begin = self._rows(period), self._rows(offset)
            found.append(math.ceil(begin + max(0, math.ceil((least - begin) / each)) * each) if each > 0 else None)
        return min((at for at in found if at is not None and at >= least), default=None)

    def monotone_until(self, t: int) -> int | None:
        if t < self._warmup_row:
            return t + 1
        if self._policy in ("Cyclic", "OneCycle", "CosineRestart"):
            return t + 1  # the iterations of a turn are no whole rows
        return super().monotone_until(t)

    def event_at(self, t: int) -> str:
        if t < 1:
            return ""
        events = ["warmup ends"] if self.warmup is not None and math.ceil(self._warmup_row) == t else []
        marks = bends(self._policy, self._keys, self._total) if self._policy in ("Step", "CosineRestart") else ()
        if any(math.ceil(self._rows(at)) == t for at in marks):
            events.append("restart" if self._policy == "CosineRestart" else f"milestone x{self._keys['gamma']:g}")
        return "; ".join(events)

    def notes(self) -> tuple[Problem, ...]:
        return tuple(self._notes())

    def _notes(self) -> Iterator[Problem]:
        if self.warmup is None and any(getattr(self, f.name) != f.default for f in fields(self) if f.name in _WARMUP):
            yield Problem("no-warmup", "there is no warmup: warmup is not given, whatever warmup_iters says")
        rows = self.setting.length if self.setting else 0
        if self._by_epoch and self._rows_are_steps and rows % self._per_epoch:
            yield Problem(
                "part-epoch", f"{rows} steps are no whole epochs of {self._per_epoch}: the policy counts the whole ones"
            )


_WARMUP = ("warmup_iters", "warmup_ratio", "warmup_by_epoch")


def _two_ratios(ratio: Any) -> tuple[float, float]:
    """The highest and the lowest ratio of Cyclic: one number, or one or two in a list."""
    found = ratio if isinstance(ratio, Sequence) and not isinstance(ratio, str) else (ratio,)
    if not 1 <= len(found) <= 2 or not all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in found
    ):
        raise _refuses("AssertionError", "target_ratio must be a number, or a list of two", "target_ratio", ratio)
    return (found[0], found[0] / 1e5) if len(found) == 1 else (found[0], found[1])
