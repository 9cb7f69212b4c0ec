"""OneCycleLR: the closed form in every release, with another arithmetic until 1.7."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import cos, pi

from lrcli.frameworks.torch.machine import ParamGroup, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.frameworks.torch.ruled import GroupRuled, Rules
from lrcli.schedules.one_cycle import OneCycle


class OneCycleReplay(GroupRuled):
    """A new one writes its initial LR into the group; a resumed one needs what the old one wrote."""

    def __init__(self, schedule: OneCycle, release: Release) -> None:
        self.schedule = schedule
        super().__init__(release, self._rules_from)

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
            return [curve_at(t) for t in range(start, stop)]

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


def replay(schedule: OneCycle, release: Release) -> Replay:
    if schedule.three_phase is not None and release < (1, 8):
        raise refuse(release, "TypeError", "OneCycleLR has three_phase from torch 1.8 on")
    lengths = {"total_steps": schedule.total_steps}
    if schedule.total_steps is None:
        lengths = {"epochs": schedule.epochs, "steps_per_epoch": schedule.steps_per_epoch}
    for name, value in lengths.items():
        if not isinstance(value, int) or value <= 0:
            raise refuse(release, "ValueError", f"{name} must be a positive int, not {value!r}")
    if not isinstance(schedule.pct_start, float) or not 0 <= schedule.pct_start <= 1:
        raise refuse(release, "ValueError", f"pct_start must be a float between 0 and 1, not {schedule.pct_start!r}")
    return OneCycleReplay(schedule, release)
