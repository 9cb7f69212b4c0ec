"""Schedulers that write into the optimizer's group: CyclicLR, OneCycleLR, SWALR, and a range test (its LR is 1).

CyclicLR is the closed form in every release, until 1.2 from the group's initial_lr. OneCycleLR is the closed form, with
another arithmetic until 1.7. SWALR is chained, and counted in calls of step() instead of epochs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import cos, pi
from typing import TYPE_CHECKING

from lrcli.frameworks.torch.machine import ParamGroup, RateRule, Reason
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form

if TYPE_CHECKING:
    from lrcli.schedules.cyclic import Cyclic, OneCycle
    from lrcli.schedules.range_test import RangeTest
    from lrcli.schedules.swalr import SWALR


class RangeTestReplay(Ruled):
    """A LambdaLR on an optimizer whose LR is 1."""

    def __init__(self, schedule: RangeTest, release: Release) -> None:
        super().__init__(release, partial(closed_form, schedule))

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        group.lr = group.initial_lr = 1.0
        return super().construct(group, last_epoch)


class CyclicReplay(Ruled):
    """A new one writes its base_lr into the group before the base class looks at it."""

    def __init__(self, schedule: Cyclic, release: Release) -> None:
        self.schedule = schedule
        self.base_lr = schedule.base_lr

        def rules(initial_lr: float) -> Rules:
            self.initial_lr = initial_lr
            curve = schedule.curve_from(initial_lr)

            def from_initial_lr(lr: float, t: int) -> float:
                return curve(t)

            if release < (1, 3):
                return Rules(from_initial_lr, over=lambda start, stop: list(map(curve, range(start, stop))))
            return closed_form(schedule, initial_lr)._replace(first=from_initial_lr)

        super().__init__(release, rules)

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        if last_epoch == -1:
            group.lr = self.base_lr
        if self.schedule.cycle_momentum:
            self._take_momentum(group, last_epoch)
        lr = super().construct(group, last_epoch)
        self.rules = self.rules._replace(first=None)  # base_lrs is set once the base class has stepped
        return lr

    def _take_momentum(self, group: ParamGroup, last_epoch: int) -> None:
        """Until 2.2 base_momentum goes by way of the group, so a resumed one takes what the group has."""
        base, top = self.schedule.base_momentum, self.schedule.max_momentum
        if self.release >= (2, 3):
            if last_epoch == -1:
                group.momentum = top
                group.arguments.update(base_momentum=base, max_momentum=top)
            self.momentum_at = self.schedule.momentum_from(base)
            return
        if last_epoch == -1:
            group.momentum = base
        if group.momentum is not None:
            self.momentum_at = self.schedule.momentum_from(group.momentum)

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        return self._stale() if self.release >= (1, 3) else Reason("")

    def resume_reason(self) -> Reason:
        return self._stale() if self.release >= (1, 4) else super().resume_reason()

    def _stale(self) -> Reason:
        used = f"the constructor computes the first LR from the group's initial_lr, {self.initial_lr!r}"
        return Reason(f"{used}, and what follows comes from base_lr, {self.base_lr!r}")


class GroupRuled(Ruled):
    """One whose rule reads its arguments from the group at every call: a scheduler built later may overwrite them."""

    _seen: tuple[float | None, dict[str, float]] | None = None

    @property
    def rules(self) -> Rules:
        now = (self.group.initial_lr, dict(self.group.arguments))
        if now != self._seen:
            self._seen, self._current = now, self._make_rules(self.group.base_lr())
        return self._current


class OneCycleReplay(GroupRuled):
    """A new one writes its initial LR into the group; a resumed one needs what the old one wrote."""

    def __init__(self, schedule: OneCycle, release: Release) -> None:
        super().__init__(release, self._rules_from)
        self.schedule = schedule
        has_phases = schedule.three_phase is None or release >= (1, 8)
        self.require(has_phases, "TypeError", "OneCycleLR has three_phase from torch 1.8 on")
        lengths = {"total_steps": schedule.total_steps}
        if schedule.total_steps is None:
            lengths = {"epochs": schedule.epochs, "steps_per_epoch": schedule.steps_per_epoch}
        for name, value in lengths.items():
            is_count = isinstance(value, int) and value > 0
            self.require(is_count, "ValueError", f"{name} must be a positive int, not {value!r}")
        part = schedule.pct_start
        is_share = isinstance(part, float) and 0 <= part <= 1
        self.require(is_share, "ValueError", f"pct_start must be a float between 0 and 1, not {part!r}")

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        if last_epoch != -1:
            self._check(last_epoch + (self.release >= (1, 4)))
            if "max_lr" not in group.arguments:
                missing = "the group has no 'max_lr': OneCycleLR resumes only with the optimizer's own saved groups"
                raise self._surfaced(refuse(self.release, "KeyError", missing))
            return super().construct(group, last_epoch)
        if self.release < (1, 4):
            group.lr = self.schedule.initial_lr  # a left-over initial_lr wins over it
        else:
            group.initial_lr = self.schedule.initial_lr
        group.arguments.update(max_lr=self.schedule.max_lr, min_lr=self.schedule.final_lr)
        if self.schedule.cycle_momentum:
            base, top = self.schedule.base_momentum, self.schedule.max_momentum
            group.momentum = top
            group.arguments.update(base_momentum=base, max_momentum=top)
        return super().construct(group, last_epoch)

    def _check(self, t: float) -> None:
        total = self.schedule.total
        if t > total:
            past = f"step {t} is past the end, total_steps is {total}"
            raise self._surfaced(refuse(self.release, "ValueError", past))

    def _rules_from(self, initial_lr: float) -> Rules:
        schedule, total, check = self.schedule, self.schedule.total, self._check
        peak, final = self.group.arguments["max_lr"], self.group.arguments["min_lr"]
        curve_from = schedule.curve_from if self.release >= (1, 8) else partial(_until_1_7, schedule)
        curve_at = curve_from(initial_lr, peak, final)

        if schedule.cycle_momentum:
            base = self.group.arguments.get("base_momentum", schedule.base_momentum)
            top = self.group.arguments.get("max_momentum", schedule.max_momentum)
            self.momentum_at = curve_from(top, base, top)  # the same curve the other way round

        def rule(lr: float, t: int) -> float:
            check(t)
            return curve_at(t)

        def over(start: int, stop: int) -> list[float]:
            if stop - 1 > total:
                raise ValueError("past the end")
            return list(map(curve_at, range(start, stop)))

        return Rules(rule, over=over)


def _until_1_7(schedule: OneCycle, initial: float, peak: float, final: float) -> Callable[[float], float]:
    """Two phases, each with its length: rounded otherwise where pct_start * total_steps is no whole number."""
    up = float(schedule.pct_start * schedule.total) - 1
    down = float(schedule.total - up) - 1

    def along_cosine(t: float) -> float:
        if t <= up:
            return peak + (initial - peak) / 2.0 * (cos(pi * (t / up)) + 1)
        return final + (peak - final) / 2.0 * (cos(pi * ((t - up) / down)) + 1)

    def along_line(t: float) -> float:
        if t <= up:
            return (peak - initial) * (t / up) + initial
        return (final - peak) * ((t - up) / down) + peak

    return along_cosine if schedule.anneal_strategy == "cos" else along_line


class SWALRReplay(GroupRuled):
    """Its clock is _step_count - 1, so step(epoch) is the same as step()."""

    def __init__(self, schedule: SWALR, release: Release) -> None:
        super().__init__(release, self._rules, "the rule anneals by one call, and reading it anneals once more")
        self.schedule = schedule
        least, length = 1 if release < (1, 8) else 0, schedule.anneal_epochs
        is_count = isinstance(length, int) and length >= least
        self.require(is_count, "ValueError", f"anneal_epochs must be an int of at least {least}, not {length!r}")

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        group.arguments["swa_lr"] = self.schedule.swa_lr
        return super().construct(group, last_epoch)

    def _rules(self, base: float) -> Rules:
        alpha_at, zero = self.schedule.alpha_at, self.schedule.anneal_epochs == 0
        swa_lr = self.group.arguments["swa_lr"]

        def chained(lr: float, n: int) -> float:
            if zero:
                n = max(1, n)
            before = alpha_at(n - 1)
            start = swa_lr if before == 1 else (lr - before * swa_lr) / (1 - before)
            alpha = alpha_at(n)
            return swa_lr * alpha + start * (1 - alpha)

        return Rules(chained)

    def _apply(self, rule: RateRule, lr: float, t: int) -> float:
        return super()._apply(rule, lr, self.calls - 1)

    def get_lr(self, lr: float) -> float:
        self.require(self.release >= (1, 12), "NameError", "name 'warnings' is not defined")
        return self.rules.rule(lr, self.calls - 1)

    def resume_reason(self) -> Reason:
        return Reason("its clock counts the calls of step(), so a new one begins to anneal anew")

    def plain_rule(self) -> RateRule:
        rule, ahead = self.rules.rule, self.calls - 1 - self.last_epoch
        return (lambda lr, t: rule(lr, t + ahead)) if ahead else rule
