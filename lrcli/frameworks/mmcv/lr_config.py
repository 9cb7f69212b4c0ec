"""The learning rate of an `lr_config`: a policy by epoch or iteration, and a warmup over it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields
from functools import cached_property
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import require_epochs
from lrcli.frameworks.mmcv._policies import KEYS, NEEDED, POLICIES, bends, repeated_bends
from lrcli.frameworks.schedule import Pieced, Pieces
from lrcli.schedules import (
    CurveMarks,
    Setting,
    are_numbers,
    data,
    dataclass,
    flag,
    is_number,
    length,
    number,
    positions,
    text,
)

_KEYS_OF_POLICIES = sorted({key for keys in KEYS.values() for key in keys})
_BY_ITERATION = ("Cyclic", "OneCycle")
_WARMUP = ("warmup_iters", "warmup_ratio", "warmup_by_epoch")


@dataclass(frozen=True)
class LRConfig(Pieced):
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
    counts = "epoch"

    policy: str = text(doc=f"{', '.join(KEYS)}; step is Step", example="step", choices=tuple(KEYS))
    by_epoch: bool | None = flag(
        None,
        doc="whether it changes by epoch; left out: true, for Cyclic and OneCycle false",
        optional=True,
        tried=lambda curve: [curve.unit == "ep", None],
    )
    warmup: str | None = text(None, doc="linear, constant or exp", optional=True, choices=("linear", "constant", "exp"))
    warmup_iters: float = length(0, doc="iterations of the warmup (epochs with warmup_by_epoch)", any_number=True)
    warmup_ratio: float = number(0.1, doc="the share of the rate at the start")
    warmup_by_epoch: bool = flag(False, doc="whether warmup_iters are epochs")
    step: Any = data(
        None,
        doc="of Step: where it falls, or every how many",
        takes="a list of counts, or a count",
        optional=True,
        example="[60, 80]",
        tried=lambda curve: [None, *curve.positions(), *curve.lengths],
    )
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

    def check_values(self) -> None:
        policy = self._policy
        reason = f"{policy}LrUpdaterHook is not in its registry: it has {', '.join(KEYS)}"
        self.require(policy in KEYS, reason, "policy", "KeyError")
        for name in _KEYS_OF_POLICIES:
            fits = getattr(self, name) is None or name in KEYS[policy]
            self.require(fits, f"{policy} has no argument {name!r}", name, "TypeError")
        missing = [name for name, value in self._keys.items() if value is NEEDED]
        self.require(not missing, f"{policy} needs {' and '.join(missing)}", missing[0] if missing else "", "TypeError")
        by_epoch = policy in _BY_ITERATION and bool(self.by_epoch)
        self.require(not by_epoch, f"{policy} only supports by_epoch: false", "by_epoch", "AssertionError")
        if self.warmup is not None:
            self._check_warmup()
        self._check_values()

    @property
    def _policy(self) -> str:
        """The policy's name as the hook is called: a lower-case one with its first letter raised."""
        return self.policy.capitalize() if self.policy.islower() else self.policy

    @cached_property
    def _keys(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in KEYS[self._policy]}
        return {name: default if given[name] is None else given[name] for name, default in KEYS[self._policy].items()}

    def _check_warmup(self) -> None:
        known = self.warmup in ("constant", "linear", "exp")
        reason = f"{self.warmup!r} is not a supported type for warming up: it is constant, linear or exp"
        self.require(known, reason, "warmup")
        whole = self.warmup_iters > 0 and self.warmup_iters % 1 == 0
        self.require(whole, "warmup_iters must be a positive integer", "warmup_iters", "AssertionError")
        inside = 0 < self.warmup_ratio <= 1
        self.require(inside, "warmup_ratio must be in range (0, 1]", "warmup_ratio", "AssertionError")

    def _check_values(self) -> None:
        keys, policy = self._keys, self._policy
        single = "min_lr_ratio" not in keys or (keys["min_lr"] is None) != (keys["min_lr_ratio"] is None)
        self.require(single, f"{policy} needs min_lr or min_lr_ratio, and not both", "min_lr", "AssertionError")
        if policy == "Step":
            steps = keys["step"] if isinstance(keys["step"], tuple) else (keys["step"],)
            whole = all(isinstance(step, int) and is_number(step) and step > 0 for step in steps)
            self.require(whole, "step must be a positive integer, or a list of them", "step", "AssertionError")
        if policy == "CosineRestart":
            same = len(keys["periods"]) == len(keys["restart_weights"])
            self.require(same, "periods and restart_weights should have the same length", "periods", "AssertionError")
        for name in filter(keys.__contains__, ("start_percent", "pct_start")):
            inside = isinstance(keys[name], float) and 0 <= keys[name] <= 1
            self.require(inside, f"expected float between 0 and 1 {name}, not {keys[name]!r}", name)
        known = policy not in _BY_ITERATION or keys["anneal_strategy"] in ("cos", "linear")
        self.require(known, "anneal_strategy must be one of cos or linear", "anneal_strategy")
        if policy == "Cyclic":
            self._check_cycles()
        for name in ("div_factor", "final_div_factor"):
            self.require(keys.get(name) != 0, f"{name} is 0", name, "ZeroDivisionError")

    def _check_cycles(self) -> None:
        keys, ratio = self._keys, self._keys["target_ratio"]
        ratios = ratio if isinstance(ratio, tuple) else (ratio,)
        fits = are_numbers(ratios) and len(ratios) <= 2
        self.require(fits, "target_ratio must be a number, or a list of two", "target_ratio", "AssertionError")
        keys["target_ratio"] = ratios if len(ratios) == 2 else (ratios[0], ratios[0] / 1e5)
        inside = 0 <= keys["step_ratio_up"] < 1
        self.require(inside, "step_ratio_up must be in range [0, 1)", "step_ratio_up", "AssertionError")
        self.require(0 < keys["gamma"] <= 1, "gamma must be in range (0, 1]", "gamma", "AssertionError")
        if keys["cyclic_times"] < 1 or keys["cyclic_times"] % 1:
            raise InvalidValue("cyclic_times", "must be a whole number of at least 1", keys["cyclic_times"])

    def check_run(self, setting: Setting) -> None:
        warms_up, by_epoch = self.warmup is not None, self._by_epoch
        counts = by_epoch or (warms_up and self.warmup_by_epoch)
        if setting.interval == "epoch":
            counts = not by_epoch or (warms_up and not self.warmup_by_epoch)
        require_epochs(setting, "policy", counts, "counts epochs and iterations")
        enough = self._keys.get("total_steps") is None or self._total <= self._keys["total_steps"]
        reason = f"total_steps must be at least the {self._total:g} iterations of the run"
        self.require(enough, reason, "total_steps")
        if self._policy == "Cyclic" and self._total < self._keys["cyclic_times"]:
            raise InvalidValue("cyclic_times", "must not be above the iterations of the run", self.cyclic_times)

    @property
    def _by_epoch(self) -> bool:
        return self._policy not in _BY_ITERATION if self.by_epoch is None else self.by_epoch

    @property
    def _per_epoch(self) -> int:
        return self.setting.steps_per_epoch or 1

    @property
    def _rows_are_steps(self) -> bool:
        return self.setting.interval == "step"

    @property
    def _total(self) -> float:
        """The run's length on the clock of the policy."""
        steps = (self.setting.length or 1000) * self.setting.steps_per_row
        return steps // self._per_epoch if self._by_epoch else steps

    @property
    def _warmup_iters(self) -> float:
        return 0 if self.warmup is None else self.warmup_iters * (self._per_epoch if self.warmup_by_epoch else 1)

    @property
    def _warmup_row(self) -> float:
        """The row at which the warmup ends, 0 where there is none."""
        return self._warmup_iters / self.setting.steps_per_row

    def pieces(self, base_lr: float) -> Pieces:
        rates = POLICIES[self._policy](self._keys, base_lr, self._total)
        per_epoch, per_row, by_epoch = self._per_epoch, self.setting.steps_per_row, self._by_epoch
        kind, ratio, warmup = self.warmup, self.warmup_ratio, self._warmup_iters
        policy = rates
        if by_epoch == self._rows_are_steps:  # the policy counts what no row is
            policy = (lambda t: rates(t // per_epoch)) if by_epoch else (lambda t: rates(t * per_row))

        def warm(t: int) -> float:
            left = 1 - t * per_row / warmup
            if kind == "constant":
                return policy(t) * ratio
            return float(policy(t) * (1 - left * (1 - ratio) if kind == "linear" else ratio**left))

        return ((self._warmup_row, warm), (math.inf, policy))

    def ignores(self, lr: float) -> bool:
        return self._policy == "OneCycle" and lr != self.max_lr

    def _row(self, progress: float) -> float:
        """The row of a progress of the policy."""
        return progress * (self._per_epoch if self._by_epoch else 1) / self.setting.steps_per_row

    def marks(self) -> CurveMarks:
        yield self._warmup_row, "warmup ends"
        event = "restart" if self._policy == "CosineRestart" else ""
        if self._policy == "Step":
            event = f"milestone x{self._keys['gamma']:g}"
        for progress in dict.fromkeys(bends(self._policy, self._keys, self._total)):
            yield self._row(progress), event

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self._by_epoch and self._rows_are_steps:
            yield 0, self._per_epoch, ""
        for begin, period in repeated_bends(self._policy, self._keys, self._total):
            yield self._row(begin), self._row(period), ""

    def monotone_until(self, t: int) -> int | None:
        # within the warmup it is a product, and the iterations of a turn are no whole rows
        turns = self._policy in ("Cyclic", "OneCycle", "CosineRestart")
        return t + 1 if turns or t < self._warmup_row else super().monotone_until(t)

    def notes(self) -> Iterator[Problem]:
        if self.warmup is None and any(getattr(self, f.name) != f.default for f in fields(self) if f.name in _WARMUP):
            yield Problem("no-warmup", "there is no warmup: warmup is not given, whatever warmup_iters says")
        rows = self.setting.length
        if self._by_epoch and self._rows_are_steps and rows % self._per_epoch:
            whole = f"{rows} steps are no whole epochs of {self._per_epoch}: the policy counts the whole ones"
            yield Problem("part-epoch", whole)
