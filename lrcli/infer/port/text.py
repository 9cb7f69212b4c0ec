"""The text of a schedule that was found in another framework."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.infer.written import flow_text, schedule_mapping
from lrcli.schedules.base import Schedule
from lrcli.spec import Spec


def spec_lines(spec: Spec, schedule: Schedule, lr: float) -> Iterator[str]:
    """The text of a spec with the schedule, without the keys that have their default."""
    keys = {
        "name": spec.name,
        "lr": None if schedule.sets_lr and not schedule.own_rate else lr,
        "epochs" if spec.interval == "epoch" else "steps": spec.length,
        "steps_per_epoch": spec.steps_per_epoch,
        "first_step": spec.first_step or None,
    }
    yield from (f"{key}: {flow_text(value)}\n" for key, value in keys.items() if value is not None)
    yield "schedule:\n"
    yield from (f"  {key}: {flow_text(value)}\n" for key, value in schedule_mapping(schedule).items())
