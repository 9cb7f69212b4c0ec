"""From a fitted schedule to what a spec says: plain mappings, in the order in which a person would write them."""

from __future__ import annotations

from typing import Any

from lrcli.infer.fit.search import Fitted
from lrcli.infer.written import phases_of, plain, split_schedule


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
        spec["lr"] = plain(candidate.lr)
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
    return {**spec, "groups": [{"name": name, "lr": plain(lr), "schedule": text} for (name, lr, _), text in groups]}
