"""SWALR: chained, and counted in calls of step() instead of epochs."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import ParamGroup, RateRule, Reason, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.frameworks.torch.ruled import GroupRuled, Rules
from lrcli.schedules.swalr import SWALR

READING = "the rule anneals by one call, and reading it anneals once more"


class SWALRReplay(GroupRuled):
    """Its clock is _step_count - 1, so step(epoch) is the same as step()."""

    def __init__(self, schedule: SWALR, release: Release) -> None:
        self.schedule = schedule
        super().__init__(release, self._rules, READING)

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
        if self.release < (1, 12):
            raise refuse(self.release, "NameError", "name 'warnings' is not defined")
        return self.rules.rule(lr, self.calls - 1)

    def resume_reason(self) -> Reason:
        return Reason("its clock counts the calls of step(), so a new one begins to anneal anew")

    def plain_rule(self) -> RateRule:
        rule, ahead = self.rules.rule, self.calls - 1 - self.last_epoch
        return (lambda lr, t: rule(lr, t + ahead)) if ahead else rule


def replay(schedule: SWALR, release: Release) -> Replay:
    least = 1 if release < (1, 8) else 0
    if not isinstance(schedule.anneal_epochs, int) or schedule.anneal_epochs < least:
        reason = f"anneal_epochs must be an int of at least {least}, not {schedule.anneal_epochs!r}"
        raise refuse(release, "ValueError", reason)
    return SWALRReplay(schedule, release)
