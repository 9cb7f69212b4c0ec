"""Another schedule, warmed up again after each restart."""

from __future__ import annotations

from lrcli.errors import InvalidValue
from lrcli.frameworks.axolotl.rex_lr import AxolotlRexLR
from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number, schedule


@dataclass(frozen=True, kw_only=True)
class AxolotlJaggedLRRestartScheduler(Schedule):
    """Scale another schedule down before every restart and warm it up after it, one step ahead of the update.

    lr(t) = inner_schedule(t + 1) * scale(s)

    with s = t + 1 (s = t + 2 over RexLR), as both constructors make a step, and
    scale(s) = 1                                        for s < jagged_restart_steps - jagged_restart_anneal_steps
               cycle * (1 - min_lr_scale) + min_lr_scale    from there on, with p = s % jagged_restart_steps and
    cycle = p / jagged_restart_warmup_steps             for p < jagged_restart_warmup_steps
            (jagged_restart_steps - p) / jagged_restart_anneal_steps, at most 1, for p in the last anneal steps, else 1

    >>> from lrcli.schedules.constant import Constant
    >>> jagged = AxolotlJaggedLRRestartScheduler(
    ...     inner_schedule=Constant(), jagged_restart_steps=6, jagged_restart_warmup_steps=2, min_lr_scale=0.0)
    >>> [jagged.lr_at(t, base_lr=0.1) for t in range(12)]
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.0, 0.05, 0.1, 0.1, 0.1, 0.1, 0.0]

    Source: axolotl.utils.schedulers.JaggedLRRestartScheduler (run in 0.19.0).
    """

    name = "axolotl.JaggedLRRestartScheduler"
    counts = "step"

    inner_schedule: Schedule = schedule(
        doc="the schedule that is restarted", example="{type: transformers.cosine, num_warmup_steps: 100}"
    )
    jagged_restart_steps: float = length(doc="steps from one restart to the next", example="1000")
    jagged_restart_warmup_steps: float = length(doc="steps of the warmup after one", any_number=True, example="50")
    jagged_restart_anneal_steps: float = length(1, doc="steps before a restart in which the rate comes down")
    min_lr_scale: float = number(0.001, doc="the share of the rate at a restart")

    def check_values(self) -> None:
        inner = self.inner_schedule
        if not inner.stands_alone() or inner.name == "one_cycle":  # one_cycle has no formula one step past its end
            rule = "must be a function of the step alone that goes on past the end of the run"
            raise InvalidValue("inner_schedule", rule, inner.name)

    def rule(self, base_lr: float) -> LrRule:
        inner, every, least = self.inner_schedule, self.jagged_restart_steps, self.min_lr_scale
        warmup, anneal, ahead = self.jagged_restart_warmup_steps, self.jagged_restart_anneal_steps, self._ahead
        value = inner.rule(base_lr)

        def lr_at(t: int) -> float:
            step = t + ahead
            scale: float = 1
            if step >= every - anneal:
                progress = step % every
                cycle: float = 1
                if progress < warmup:
                    cycle = min(1.0, progress / warmup)
                elif progress > every - anneal:
                    cycle = min(1.0, (every - progress) / anneal)
                scale = cycle * (1 - least) + least
            return value(t + 1) * scale

        return lr_at

    @property
    def _ahead(self) -> int:
        return 2 if isinstance(self.inner_schedule, AxolotlRexLR) else 1

    def turns(self, t: int) -> CurveMarks:
        every, warmup = int(self.jagged_restart_steps), int(self.jagged_restart_warmup_steps)
        begin = (t + self._ahead) // every * every
        for start in (begin, begin + every):
            end = start + every - int(self.jagged_restart_anneal_steps)
            for bend in (start, start + warmup, end, end + 1):
                at = bend - self._ahead
                yield from ((at - 1, ""), (at, ""), (at + 1, ""))
        inner = self.inner_schedule.next_break(t + 1)
        if inner is not None:
            yield inner - 1, ""

    def event_at(self, t: int) -> str:
        at = t + self._ahead
        return "restart" if t > 0 and at >= self.jagged_restart_steps and at % self.jagged_restart_steps == 0 else ""
