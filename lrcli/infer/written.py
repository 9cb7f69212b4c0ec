"""A schedule as a spec says it: plain mappings, in the order in which a person writes them, and YAML on one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING
from itertools import pairwise
from typing import Any

from lrcli.expression import Expression
from lrcli.reader.units import scalar_text, text_of
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.linear import Linear
from lrcli.schedules.params import param_of
from lrcli.schedules.sequential import Sequential
from lrcli.spec import Spec


def split_schedule(schedule: Schedule) -> tuple[dict[str, Any], Any]:
    """(the warmup, the rest) as mappings; a sequence is a list of phases."""
    if not isinstance(schedule, Sequential):
        return {}, schedule_mapping(schedule)
    first = schedule.schedules[0]
    if not isinstance(first, Linear) or first.end_factor != 1 or first.total_iters != schedule.milestones[0]:
        return {}, phases_of(schedule)
    warmup = {"for": int(schedule.milestones[0]), "start_factor": plain(first.start_factor)}
    return warmup, phases_of(schedule.rest())


def phases_of(schedule: Schedule) -> Any:
    """A sequence as a list of phases, any other schedule as its mapping."""
    if not isinstance(schedule, Sequential):
        return schedule_mapping(schedule)
    lengths = [{"for": int(end - begin)} for begin, end in pairwise([0, *schedule.milestones])]
    mappings = map(schedule_mapping, schedule.schedules)
    return [
        {"type": phase.pop("type"), **length, **phase} for phase, length in zip(mappings, [*lengths, {}], strict=True)
    ]


def schedule_mapping(schedule: Schedule) -> dict[str, Any]:
    """The type of a schedule and its keys, those left out that have their defaults."""
    mapping: dict[str, Any] = {"type": schedule.name}
    for f in parameters(schedule):
        param, value = param_of(f), getattr(schedule, f.name)
        usual = f.default is not MISSING and value == f.default
        # a length that fills the run says nothing by its default, and start_factor says which way a line goes
        if not usual or (value is not None and (param.fills or isinstance(schedule, Linear))):
            mapping[f.name] = plain(value, whole="." not in schedule.name)
    return mapping


def plain(value: Any, whole: bool = True) -> Any:
    """A value as YAML and JSON hold it. whole: whether 30.0 is written 30; a framework may count with its type."""
    if isinstance(value, Schedule):
        return schedule_mapping(value)
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Mapping):
        return {key: plain(item, whole) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item, whole) for item in value]
    return int(value) if whole and isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def text_of_value(value: Any) -> str:
    """A value on one line, as a spec writes it.

    >>> text_of_value(250.0), text_of_value((30, 60.5)), text_of_value(None)
    ('250', '[30, 60.5]', 'null')
    """
    return flow_text(plain(value))


def flow_text(value: Any) -> str:
    """A plain value as YAML writes it on one line.

    >>> flow_text({"type": "step", "step_size": 30, "gamma": 0.1, "milestones": [10, float("inf")], "verbose": True})
    '{type: step, step_size: 30, gamma: 0.1, milestones: [10, .inf], verbose: true}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_text, value)) + "]"
    return scalar_text(value) if isinstance(value, str) else text_of(value)


def spec_lines(spec: Spec, schedule: Schedule, lr: float) -> Iterator[str]:
    """The text of the spec with another schedule, without the keys that have their default."""
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
