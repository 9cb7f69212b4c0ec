"""A row of the golden series as a spec of lrcli: what the types and their keys are called, and which column is meant.

python to_spec.py FILE.json [CASE]       prints the specs
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

NAMES = {"keras_torch_f64": "keras", "optax_x64": "optax", "ultralytics83": "ultralytics"}
PER_EPOCH = {"timm", "mmengine"}
TORCH_ARGS = {
    "CosineAnnealingLR": ("T_max", "eta_min"),
    "ExponentialLR": ("gamma",),
    "MultiStepLR": ("milestones", "gamma"),
    "StepLR": ("step_size", "gamma"),
    "PolynomialLR": ("total_iters", "power"),
    "LinearLR": ("start_factor", "end_factor", "total_iters"),
    "CosineAnnealingWarmRestarts": ("T_0", "T_mult"),
    "OneCycleLR": ("max_lr",),
}
IGNITE_ARGS = {
    "CosineAnnealingScheduler": ("start_value", "end_value", "cycle_size"),
    "LinearCyclicalScheduler": ("start_value", "end_value", "cycle_size"),
    "PiecewiseLinear": ("milestones_values",),
}


def yaml(value: Any) -> str:
    """YAML (JSON is YAML), floats exact."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {yaml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(yaml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: ".inf", -math.inf: "-.inf"}.get(value, ".nan")
    return json.dumps(value)


def _call(text: str) -> dict[str, Any] | None:
    """'CosineAnnealingLR(257,1e-05)' as a schedule; None where it is not of that form."""
    m = re.fullmatch(r"(?:torch )?(\w+)\((.*)\)", text)
    if not m:
        return None
    name = {"LinearCyclical": "LinearCyclicalScheduler", "CosineAnnealing": "CosineAnnealingScheduler"}.get(m[1], m[1])
    names = TORCH_ARGS.get(name) or IGNITE_ARGS.get(name)
    if names is None:
        return None
    made = {"type": name if name in TORCH_ARGS else "ignite." + name}
    args = re.findall(r"\[[^\]]*\]|[^,]+", m[2])
    for i, arg in enumerate(args):
        key, _, rest = arg.partition("=") if re.match(r"\s*[a-z_]+=", arg) else (names[i], "", arg)
        made[key.strip()] = json.loads(
            re.sub(r"(?<![\d])\.(\d)", r"0.\1", rest.strip().replace("(", "[").replace(")", "]"))
        )
    return made


def spec(row: dict[str, Any]) -> tuple[dict[str, Any], str] | None:
    """(the spec as a dict, the column of its table), or None for a row that no spec is meant to say."""
    name = row["framework"]
    framework, kind, params = NAMES.get(name, name), row["kind"], row["params"]
    if (
        row.get("quantity", "lr") != "lr"
        or "State" in kind
        or kind.startswith("_")
        or (isinstance(params, dict) and "noise_range_t" in params)
    ):
        return None
    given = {k: v for k, v in params.items() if v is not None} if isinstance(params, dict) else {}
    made = {"type": f"{framework}.{kind}", **given}
    by_step = "epoch_length" in row or (
        isinstance(params, dict) and False in (params.get("t_in_epochs"), params.get("step_on_epochs"))
    )
    out = {"epochs" if framework in PER_EPOCH and not by_step else "steps": row["steps"]}
    column = "lr"
    if framework == "mmengine":
        entries = params if isinstance(params, list) else [{"type": kind, **params}]
        entries = [
            {"convert_to_iter_based": True, **e} if "epoch_length" in row and e.get("by_epoch", True) else e
            for e in entries
        ]
        if any("Momentum" in e["type"] for e in entries):
            return None
        made = {"type": "mmengine.param_scheduler", "schedulers": entries}
        if "epoch_length" in row:
            out["steps_per_epoch"] = row["epoch_length"]
    elif framework == "pytorch_warmup":
        inner = made.pop("inner", None)
        if inner:
            made["lr_scheduler"] = _call(inner)
    elif framework == "ignite":
        if "use_legacy" in made:
            return None
        for key in ("torch", "then"):
            if key in made:
                made["lr_scheduler"] = _call(made.pop(key))
        if kind == "ConcatScheduler":
            made["schedulers"] = [_call(text) for text in made["schedulers"]]
        if "param_group_index" in made or None in (made.get("lr_scheduler", 0), *made.get("schedulers", [0])):
            return None
    elif framework == "composer":
        made["max_duration"], made["scale_schedule_ratio"] = row["max_duration"], row["ssr"]
        out["steps_per_epoch"] = row["dataloader_len"]
    elif framework == "optax" and kind == "join_schedules":
        return None
    elif framework == "ultralytics":
        if given.pop("start_epoch", 0) or -(-given["dataset"] // given["batch"]) != given["nb"]:
            return None
        keys = (
            "epochs",
            "batch",
            "lr0",
            "lrf",
            "cos_lr",
            "warmup_epochs",
            "warmup_bias_lr",
            "warmup_momentum",
            "momentum",
            "nbs",
            "optimizer",
            "weight_decay",
            "nc",
        )
        made = {"type": "ultralytics.trainer", **{k: given[k] for k in keys if k in given}}
        out["data"] = {"samples": given["dataset"], "batch_size": given["batch"]}
        column = "lr/" + row.get("param_group", "weight")
        if name == "ultralytics83":
            out["emulate"] = "ultralytics-8.3"
    elif framework == "torchtitan":
        made["type"] = "torchtitan.lr_scheduler"
    elif framework == "megatron":
        made = {k: v for k, v in made.items() if "wd" not in k}
    elif framework == "timm" and "lr_scale" in row:
        made["lr_scale"] = row["lr_scale"]  # one for each group
    if framework in ("keras", "optax"):
        made["dtype"] = row["dtype"]
    if "metrics" in row:
        missing = row["steps"] - len(row["metrics"])  # a value after the last row is never looked at
        made["metric"] = [*row["metrics"], *[row["metrics"][-1]] * max(missing, 0)]
    if row["base_lr"] is not None:
        out["lr"] = row["group_lrs"][0] if "group_lrs" in row else row["base_lr"]
    if "group_lrs" in row and framework != "ultralytics":
        out["groups"] = [{"lr": lr} for lr in row["group_lrs"]]
        column = f"lr/{row['group']}"
    out["schedule"] = made
    return out, column


def text(row: dict[str, Any]) -> str | None:
    """The spec as YAML, or None."""
    made = spec(row)
    return None if made is None else "\n".join(f"{k}: {yaml(v)}" for k, v in made[0].items()) + "\n"
