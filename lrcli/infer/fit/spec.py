"""From a fitted schedule to what a spec says: plain mappings, in the order in which a person would write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from itertools import pairwise
from typing import Any

from lrcli.expression import Expression
from lrcli.infer.fit.search import Fitted
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.linear import Linear
from lrcli.schedules.params import param_of
from lrcli.schedules.sequential import Sequential


def spec_mapping(fitted: Fitted) -> dict[str, Any]:
    """The spec of a fitted run, as YAML and JSON hold it.

    Raises nothing: a run that was not explained has no spec, which is an empty mapping.
    """
    candidate = fitted.candidate
    if candidate is None:
        return {}
    unit = "epochs" if fitted.log.unit == "epoch" else "steps"
    spec: dict[str, Any] = {"name": fitted.log.name}
    if not candidate.schedule.sets_lr:
        spec["lr"] = _plain(candidate.lr)
    spec[unit] = fitted.length
    if candidate.epochs:
        spec |= {"steps_per_epoch": candidate.epochs.steps, "interval": "step"}
    elif fitted.steps_per_epoch:
        spec["steps_per_epoch"] = fitted.steps_per_epoch
    if candidate.setting and candidate.setting.release:
        spec["emulate"] = f"{candidate.schedule.name.partition('.')[0]}-{candidate.setting.release}"
    if candidate.first_step:
        spec["first_step"] = candidate.first_step
    if candidate.epochs:
        spec["epoch_shows"] = candidate.epochs.shows
    if candidate.skipped:
        spec["skipped"] = list(candidate.skipped)
    warmup, schedule = split_schedule(candidate.schedule)
    if not fitted.groups:
        return {**spec, **({"warmup": warmup} if warmup else {}), "schedule": schedule}
    spec.pop("lr", None)
    shared = all(split_schedule(schedule)[0] == warmup for _, _, schedule in fitted.groups)
    if shared and warmup:
        spec["warmup"] = warmup
    schedules = (split_schedule(schedule)[1] if shared else phases_of(schedule) for _, _, schedule in fitted.groups)
    groups = zip(fitted.groups, schedules, strict=True)
    return {**spec, "groups": [{"name": name, "lr": _plain(lr), "schedule": text} for (name, lr, _), text in groups]}


def split_schedule(schedule: Schedule) -> tuple[dict[str, Any], Any]:
    """(the warmup, the rest) as mappings; a sequence is a list of phases."""
    if not isinstance(schedule, Sequential):
        return {}, schedule_mapping(schedule)
    first = schedule.schedules[0]
    if not isinstance(first, Linear) or first.end_factor != 1 or first.total_iters != schedule.milestones[0]:
        return {}, phases_of(schedule)
    warmup = {"for": int(schedule.milestones[0]), "start_factor": _plain(first.start_factor)}
    return warmup, phases_of(schedule.rest())


def phases_of(schedule: Schedule) -> Any:
    """A sequence as a list of phases, any other schedule as its mapping."""
    if not isinstance(schedule, Sequential):
        return schedule_mapping(schedule)
    milestones = [int(m) for m in schedule.milestones]
    lengths = [end - begin for begin, end in pairwise([0, *milestones])]
    phases: list[dict[str, Any]] = []
    for i, part in enumerate(schedule.schedules):
        phase = schedule_mapping(part)
        phases.append({"type": phase.pop("type"), **({"for": lengths[i]} if i < len(lengths) else {}), **phase})
    return phases


def schedule_mapping(schedule: Schedule) -> dict[str, Any]:
    """The type of a schedule and its keys, those left out that have their defaults."""
    mapping: dict[str, Any] = {"type": schedule.name}
    for f in parameters(schedule):
        param, value = param_of(f), getattr(schedule, f.name)
        if param.momentum or value is None:
            continue
        # start_factor says which way a line goes
        usual = f.default is not MISSING and value == f.default
        if usual and not param.fills and not isinstance(schedule, Linear):
            continue
        if param.kind == "schedules":
            mapping[f.name] = [schedule_mapping(child) for child in value]
        else:
            mapping[f.name] = _plain(value)
    return mapping


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
