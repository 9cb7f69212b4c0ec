"""SWALR: chained, and counted in calls of step() instead of epochs."""

from __future__ import annotations

from lrcli.emulate.torch.machine import Replay, Rule, Ruled, Rules
from lrcli.emulate.torch.releases import Release, refuse
from lrcli.schedules.swalr import SWALR

SINCE = (1, 6)
READING = "the rule anneals by one call, and reading it anneals once more"


class SWALRReplay(Ruled):
    """Its clock is _step_count - 1, so step(epoch) is the same as step()."""

    def _apply(self, rule: Rule, lr: float, t: int) -> float:
        return super()._apply(rule, lr, self.calls - 1)

    def get_lr(self, lr: float) -> float:
        if self.release < (1, 12):
            raise refuse(self.release, "NameError", "name 'warnings' is not defined")
        return self.rules.rule(lr, self.calls - 1)

    def plain_rule(self) -> Rule:
        rule, ahead = self.rules.rule, self.calls - 1 - self.last_epoch
        return (lambda lr, t: rule(lr, t + ahead)) if ahead else rule


def replay(schedule: SWALR, release: Release) -> Replay:
    least = 1 if release < (1, 8) else 0
    if not isinstance(schedule.anneal_epochs, int) or schedule.anneal_epochs < least:
        found = schedule.anneal_epochs
        raise refuse(release, "ValueError", f"anneal_epochs must be an int of at least {least}, not {found!r}")

    def rules(base: float) -> Rules:
        alpha_at, swa_lr, zero = schedule.alpha_at, schedule.swa_lr, schedule.anneal_epochs == 0

        def chained(lr: float, n: int) -> float:
            if zero:
                n = max(1, n)
            before = alpha_at(n - 1)
            start = swa_lr if before == 1 else (lr - before * swa_lr) / (1 - before)
            alpha = alpha_at(n)
            return swa_lr * alpha + start * (1 - alpha)

        return Rules(chained)

    return SWALRReplay(release, rules, READING)
