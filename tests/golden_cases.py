"""The golden data of `tests/golden`, and each of its cases as the spec that a user would write for it."""

from __future__ import annotations

import gzip
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "golden" / "torch.json.gz"

FIRST_RELEASE = {
    "CyclicLR": "1.1",
    "CosineAnnealingWarmRestarts": "1.1",
    "OneCycleLR": "1.3",
    "MultiplicativeLR": "1.4",
    "SWALR": "1.6",
    "ConstantLR": "1.10",
    "LinearLR": "1.10",
    "SequentialLR": "1.10",
    "ChainedScheduler": "1.10",
    "PolynomialLR": "1.13",
}
"""Where the classes appear that torch 1.0 does not have."""


@cache
def golden() -> dict[str, Any]:
    """The whole file."""
    data: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
    return data


def case_ids() -> list[str]:
    """Every case, in the order of the file."""
    return list(golden()["cases"])


def column(index: int | None) -> list[list[float] | None] | None:
    """A recorded column: rows of one value per parameter group; None where the call raised."""
    if index is None:
        return None
    return [None if row is None else [float(value) for value in row] for row in golden()["columns"][index]]


def classes(sched: dict[str, Any]) -> set[str]:
    """The PyTorch classes that a case is made of."""
    inner = {name for child in sched.get("children", []) for name in classes(child)}
    return inner if sched["cls"] == "ManualChain" else inner | {sched["cls"]}


def minor(release: str) -> str:
    """The minor release of an examined patch release.

    >>> minor("1.10.2")
    '1.10'
    """
    return ".".join(release.split(".")[:2])


def spec_text(case_id: str, release: str) -> str:
    """A golden case, in one release, as the YAML text of a spec."""
    return yaml.safe_dump(spec_mapping(case_id, release), sort_keys=False, width=10_000)


def spec_mapping(case_id: str, release: str) -> dict[str, Any]:
    """A golden case, in one release, as the mapping that its YAML holds."""
    case = golden()["cases"][case_id]["case"]
    sched = case["sched"]
    emulate: dict[str, Any] = {
        "torch": minor(release),
        "step_order": "scheduler_first" if case.get("order") == "before" else "optimizer_first",
    }
    base_lr, length = case["base_lr"], case["epochs"]
    last_epoch = sched.get("kwargs", {}).get("last_epoch", -1)
    if last_epoch >= 0:
        emulate["last_epoch"] = last_epoch
        emulate["saved"] = [_number(lr) for lr in base_lr]
        base_lr = case.get("resume", {}).get("initial_lr", base_lr)
        length += last_epoch + 1
    if "initial_lr" in case:
        emulate["initial_lr"] = [_number(lr) for lr in case["initial_lr"]]
    if "momenta" in golden()["cases"][case_id]:
        emulate["momentum"] = case.get("opt_momentum", 0)
    if "step_epoch" in case:
        emulate["step_epoch"] = case["step_epoch"]
    spec: dict[str, Any] = {"name": case_id}
    if len(base_lr) == 1:
        spec["lr"] = base_lr[0]
    spec["epochs"] = length
    spec["schedule"] = _schedule(sched, [_number(value) for value in case.get("metrics", [1.0] * length)])
    if len(base_lr) > 1:
        spec["groups"] = [{"lr": lr} for lr in base_lr]
    spec["emulate"] = emulate
    return spec


def _schedule(sched: dict[str, Any], metric: list[Any]) -> dict[str, Any]:
    """PyTorch's class name and keyword arguments, as they stand under `schedule:`."""
    children = [_schedule(child, metric) for child in sched.get("children", [])]
    if sched["cls"] == "ManualChain":
        return {"type": "manual", "schedules": children}
    spec = {"type": sched["cls"]}
    if "children" in sched:
        spec["schedulers"] = children
    if sched["cls"] == "ReduceLROnPlateau":
        spec["metric"] = metric
    arguments = sched.get("kwargs", {})
    return spec | {name: _value(value) for name, value in arguments.items() if name != "last_epoch"}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(item) for item in value]
    return value["expr"] if isinstance(value, dict) else value


def _number(value: Any) -> Any:
    """A recorded number; YAML's own spelling of NaN and infinities comes from the float."""
    return float(value) if isinstance(value, str) else value


def same(expected: float | None, actual: float | None) -> bool:
    """Equal to the last bit; NaN equals NaN, and None (the call raises) only None.

    >>> same(0.1, 0.1), same(math.nan, math.nan), same(None, 0.1), same(0.1, 0.10000000000000002)
    (True, True, False, False)
    """
    if expected is None or actual is None:
        return expected is actual
    return expected == actual or (math.isnan(expected) and math.isnan(actual))
