"""The text of the spec that the search for another framework's schedule ends with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, replace

from lrcli.configs.write import scalar_text
from lrcli.infer.port import Ported, rates_of
from lrcli.reader import parse_text
from lrcli.schedules.base import parameters
from lrcli.schedules.params import Record
from lrcli.spec import Spec


def confirmed(spec: Spec, ported: Ported) -> Ported:
    """What was found with the gap that its text has when it is read again. Raises SpecError where it is no spec."""
    other = rates_of(parse_text("".join(spec_lines(spec, ported)), ported.schedule.name))
    gaps = [abs(a - b) for a, b in zip(rates_of(spec), other, strict=True)]
    return replace(ported, gap=max(gaps), row=gaps.index(max(gaps)))


def spec_lines(spec: Spec, ported: Ported) -> Iterator[str]:
    """The text of a spec with the schedule, without the keys that have their default."""
    schedule = ported.schedule
    yield f"name: {_text(spec.name)}\n"
    if not (schedule.sets_lr and not schedule.own_rate):
        yield f"lr: {ported.lr!r}\n"
    yield f"{'epochs' if spec.interval == 'epoch' else 'steps'}: {spec.length}\n"
    if spec.steps_per_epoch is not None:
        yield f"steps_per_epoch: {spec.steps_per_epoch}\n"
    if spec.first_step:
        yield f"first_step: {spec.first_step}\n"
    yield "schedule:\n"
    yield f"  type: {schedule.name}\n"
    for f in parameters(schedule):
        value = getattr(schedule, f.name)
        if f.default is MISSING or value != f.default:
            yield f"  {f.name}: {_text(value)}\n"


def _text(value: object) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Record):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return scalar_text(value)
    return repr(value)
