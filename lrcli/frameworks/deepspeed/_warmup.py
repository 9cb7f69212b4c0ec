"""What DeepSpeed's three warmup schedules share: their checks, the share of the warmup that is done, their notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import Refuses


def check_start(last_batch_iteration: float) -> None:
    """A spec is a run from its beginning: DeepSpeed's own default is the only value."""
    if last_batch_iteration != -1:
        raise InvalidValue("last_batch_iteration", "must be -1, a run from its beginning", last_batch_iteration)


def check_integer(field: str, value: float) -> None:
    """DeepSpeed takes a positive int and no float, not even 10.0."""
    if not isinstance(value, int) or value <= 0:
        raise Refuses("deepspeed", "ValueError", f"{field} must be a positive integer, not {value!r}", field, value)


def warmup_steps(warmup_num_steps: float) -> int:
    """The batches of the warmup: DeepSpeed makes at least 2 of them."""
    return max(2, int(warmup_num_steps))


def warmup_share(warmup_num_steps: float, warmup_type: str) -> Callable[[int], float]:
    """The share of the warmup that is done at batch j: log(j + 1) / log(W), or j / W where it is linear."""
    steps = warmup_steps(warmup_num_steps)
    if warmup_type == "linear":
        return lambda j: j / steps
    inverse, log = 1.0 / math.log(steps), math.log
    return lambda j: inverse * log(j + 1)


def warmup_event(t: int, warmup_num_steps: float, total_num_steps: float | None = None) -> str:
    """What happens at update t, which trains with the learning rate of batch t - 1."""
    if t == warmup_steps(warmup_num_steps) + 1:
        return "warmup ends"
    return "decay ends" if total_num_steps is not None and t == total_num_steps + 1 else ""


def warmup_notes(
    name: str, start: float, warmup_num_steps: float, warmup_type: str, total_num_steps: float | None = None
) -> Iterator[Problem]:
    """What DeepSpeed does without a word."""
    if warmup_type not in ("log", "linear"):
        yield Problem("warmup-type", f"{name} does not know the warmup_type {warmup_type!r} and warms up by log")
    why = "the scheduler is stepped after each update, and its first step gives batch 0"
    yield Problem("first-updates", f"{name} trains the updates 0 and 1 both at {start!r}", why)
    steps = warmup_steps(warmup_num_steps)
    if total_num_steps is not None and total_num_steps < steps:
        what = f"total_num_steps {total_num_steps:g} of {name} is less than its warmup of {steps} steps"
        yield Problem("horizon", what, "the learning rate drops right after the warmup")
