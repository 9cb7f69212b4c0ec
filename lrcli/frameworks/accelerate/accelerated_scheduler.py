"""A scheduler that accelerate steps once for each process."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.errors import InvalidValue
from lrcli.frameworks.schedule import Listed
from lrcli.schedules import Schedule, dataclass, length, schedule


@dataclass(frozen=True, kw_only=True)
class AcceleratedScheduler(Listed):
    """Step a scheduler num_processes times in each update, as `accelerator.prepare(scheduler)` does.

    lr(t) = scheduler(t * num_processes)    (a scheduler with total_steps is not stepped past them)

    >>> from lrcli.frameworks.transformers.warmups import TransformersLinear
    >>> line = TransformersLinear(num_warmup_steps=4, num_training_steps=20)
    >>> [AcceleratedScheduler(scheduler=line, num_processes=2).lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: accelerate.scheduler.AcceleratedScheduler (run in 1.15.0), with split_batches and step_with_optimizer as
    they are by default.
    """

    name = "accelerate.AcceleratedScheduler"
    counts = "step"

    scheduler: Schedule = schedule(
        doc="the scheduler, in its own steps", example="{type: transformers.cosine, num_warmup_steps: 100}"
    )
    num_processes: float = length(doc="processes (GPUs) of the run", example="2")

    def check_values(self) -> None:
        if not self.scheduler.stands_alone():
            raise InvalidValue("scheduler", "must be a function of the step alone", self.scheduler.name)

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        times, last = int(self.num_processes), getattr(self.scheduler, "total_steps", None)
        inner = [t * times for t in steps]
        return self.scheduler.lrs_at(base_lr, inner if last is None else [min(t, int(last)) for t in inner])

    def next_break(self, t: int) -> int | None:
        times = int(self.num_processes)
        inner_break = self.scheduler.next_break(max(t - 1, 0) * times + 1)
        return None if inner_break is None else max(t, 1, -(-inner_break // times))

    def event_at(self, t: int) -> str:
        times = int(self.num_processes)
        steps = range((t - 1) * times + 1, t * times + 1) if t > 0 else ()
        return "; ".join(event for step in steps if (event := self.scheduler.event_at(step)))
