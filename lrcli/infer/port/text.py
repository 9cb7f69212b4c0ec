"""The text of a schedule that was found in another framework."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING

from lrcli.configs.write import scalar_text
from lrcli.expression import Expression
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import Record
from lrcli.spec import Spec


def spec_lines(spec: Spec, schedule: Schedule, lr: float) -> Iterator[str]:
    """The text of a spec with the schedule, without the keys that have their default."""
    yield f"name: {_text(spec.name)}\n"
    if not (schedule.sets_lr and not schedule.own_rate):
        yield f"lr: {lr!r}\n"
    yield f"{'epochs' if spec.interval == 'epoch' else 'steps'}: {spec.length}\n"
    if spec.steps_per_epoch is not None:
        yield f"steps_per_epoch: {spec.steps_per_epoch}\n"
    if spec.first_step:
        yield f"first_step: {spec.first_step}\n"
    yield "schedule:\n"
    for key, value in written_keys(schedule):
        yield f"  {key}: {value}\n"


def written_keys(schedule: Schedule) -> list[tuple[str, str]]:
    """The type of a schedule and its keys, without those that have their default."""
    values = [(f, getattr(schedule, f.name)) for f in parameters(schedule)]
    keys = [(f.name, _text(value)) for f, value in values if f.default is MISSING or value != f.default]
    return [("type", schedule.name), *keys]


def _text(value: object) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Schedule):
        return "{" + ", ".join(f"{key}: {item}" for key, item in written_keys(value)) + "}"
    if isinstance(value, Expression):
        return scalar_text(value.text)
    if isinstance(value, Record):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return scalar_text(value)
    return repr(value)
