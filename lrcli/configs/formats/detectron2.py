"""detectron2's YAML: the SOLVER of a file and of the files that it is based on."""

from __future__ import annotations

from typing import Any

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.counts import Length
from lrcli.configs.draft import defaults_of
from lrcli.configs.nodes import Unread, Value
from lrcli.configs.syntax.yacs import BASE
from lrcli.reader.nodes import Mapping, Sequence
from lrcli.reader.source import refuse

_ALL = ("LR_SCHEDULER_NAME", "MAX_ITER", "BASE_LR", "WARMUP_ITERS", "WARMUP_FACTOR", "WARMUP_METHOD")
_READ = {
    "WarmupMultiStepLR": ("GAMMA", "STEPS", "RESCALE_INTERVAL"),
    "WarmupCosineLR": ("BASE_LR_END", "RESCALE_INTERVAL"),
    "WarmupStepWithFixedGammaLR": ("GAMMA", "NUM_DECAYS", "RESCALE_INTERVAL"),
    "WarmupPolyLR": ("POLY_LR_POWER", "POLY_LR_CONSTANT_ENDING"),
}
_CHOICES = {"LR_SCHEDULER_NAME": tuple(_READ), "WARMUP_METHOD": ("linear", "constant")}
_NEW = ("RESCALE_INTERVAL", "BASE_LR_END", "POLY_LR_POWER", "POLY_LR_CONSTANT_ENDING")
"""Keys that hardly any base file gives: without it, they are taken to be detectron2's defaults."""
_OWN = (
    *("VERSION", "SOLVER.LR_SCHEDULER_NAME", "SOLVER.WARMUP_FACTOR", "SOLVER.WARMUP_ITERS", "SOLVER.AMP"),
    *("MODEL.WEIGHTS", "MODEL.RESNETS", "MODEL.ANCHOR_GENERATOR", "MODEL.PROPOSAL_GENERATOR", "MODEL.BACKBONE.NAME"),
    *("MODEL.PIXEL_MEAN", "MODEL.ROI_HEADS.NAME", "SOLVER.CLIP_GRADIENTS"),
)
"""A file of detectron2 has these keys, one of maskrcnn-benchmark and its kin does not."""


def _lacks(root: Mapping) -> tuple[str, ...]:
    solver = root.get("SOLVER")
    if solver is None and root.get(BASE) is not None:
        return lacking(root, "MODEL|DATASETS|INPUT")
    marks = lacking(root, "SOLVER.BASE_LR|SOLVER.MAX_ITER|SOLVER.STEPS|SOLVER.LR_SCHEDULER_NAME")
    for key, _ in solver.entries if isinstance(solver, Mapping) else ():
        if "EPOCH" in key.text or key.text in ("LR_POLICY", "SCHED"):
            return (*marks, f"a run in iterations (it has SOLVER.{key.text})")
    return marks


def translate(config: Config, draft: Draft) -> None:
    config.mapping("SOLVER")
    is_whole = config.forced or config.default is not None
    if config.root.get(BASE) is None and not is_whole and not any(has(config.root, path) for path in _OWN):
        message = (
            "without a warmup this may be detectron2 (1000 iterations from 1/1000) or maskrcnn-benchmark and its kin "
            "(500 from 1/3)"
        )
        raise config.fail("SOLVER", "ambiguous", message, "--from detectron2, or --set SOLVER.WARMUP_ITERS=...")
    defaults: dict[str, Any] = {**defaults_of("detectron2.build_lr_scheduler"), "BASE_LR": 0.001}
    name = _value(config, "LR_SCHEDULER_NAME", defaults["LR_SCHEDULER_NAME"])
    if name not in _READ:
        raise config.raises("SOLVER.LR_SCHEDULER_NAME", f"ValueError: Unknown LR scheduler: {name}")
    keys = (*_ALL, *_READ[name])
    _check_base(config, keys)
    values = {key: _value(config, key, defaults[key]) for key in keys}
    _rescale(config, values)
    draft.put_length(Length(values["MAX_ITER"], "MAX_ITER", "SOLVER.MAX_ITER"))
    draft.put("schedule.type", "detectron2.build_lr_scheduler")
    for key, value in values.items():
        why = "" if config.has(f"SOLVER.{key}") else "detectron2's default"
        draft.put(f"schedule.{key}", value, at=f"SOLVER.{key}", why=why)
    for key in ("BIAS_LR_FACTOR", "BACKBONE_MULTIPLIER"):
        factor = config.number(f"SOLVER.{key}", 1.0)
        if factor != 1:
            what = f"{key} {factor:g}: some parameters have that many times the rate, which is not shown"
            config.remark(f"SOLVER.{key}", "other-groups", what, level="note")
    config.remark_long_warmup("SOLVER.WARMUP_ITERS", values["WARMUP_ITERS"], values["MAX_ITER"], "iterations")


def _check_base(config: Config, keys: tuple[str, ...]) -> None:
    """Refuse what may stand in a base file that is not here."""
    base = config.node(BASE)
    absent = [f"SOLVER.{key}" for key in keys if key not in _NEW and not config.has(f"SOLVER.{key}")]
    if isinstance(base, Unread) and absent:
        files = ", ".join(dict.fromkeys(problem.message for problem in base.error.problems))
        names = f"{', '.join(absent[:-1])} and {absent[-1]}" if len(absent) > 1 else absent[0]
        message = f"{names} may stand in the file that this one is based on, which is not here ({files})"
        sets = " ".join(f"--set {name}=..." for name in absent)
        raise refuse(base.place, "file", message, f"put that file beside this one, or {sets}")


def _value(config: Config, key: str, default: Any) -> Any:
    """A value of the SOLVER, or detectron2's default; yacs takes no value of another type than that has."""
    path = f"SOLVER.{key}"
    node = config.node(path)
    if node is None and isinstance(default, (int, float)) and not isinstance(default, bool):
        return config.count(path, default) if isinstance(default, int) else config.number(path, default)
    if node is None:
        config.offer(path, str(default), _CHOICES.get(key, ()))
        return default
    value: Any
    if isinstance(default, list):
        value = config.numbers(path) if isinstance(node, Sequence) else None
        if value is not None and not all(isinstance(milestone, int) and milestone > 0 for milestone in value):
            raise config.raises(path, f"ValueError: Milestones must be a list of positive integers, not {value}")
    elif isinstance(default, str):
        value = config.text(path, choices=_CHOICES.get(key, ()))
    else:
        value = config.flag(path) if isinstance(default, bool) else config.number(path)
    written = node.value if isinstance(node, Value) else value
    if written is None:
        raise config.fail(path, "wrong-type", f"{key} is null, which detectron2 cannot use")
    if value is None or type(written) is not type(default):
        message = f"ValueError: Type mismatch ({type(default)} vs. {type(written)}) for config key: {path}"
        raise config.raises(path, message, f"detectron2 takes a value like {default}")
    return config.count(path, at_least=0) if type(default) is int else value


def _rescale(config: Config, values: dict[str, Any]) -> None:
    """Scale rate and length as DefaultTrainer does on another number of GPUs than REFERENCE_WORLD_SIZE."""
    reference = config.count("SOLVER.REFERENCE_WORLD_SIZE", 0, at_least=0)
    if not reference:
        return
    if config.given.world_size is None:
        message = f"REFERENCE_WORLD_SIZE {reference}: rate and length are scaled by the number of GPUs"
        raise config.fail("SOLVER.REFERENCE_WORLD_SIZE", "needs-value", message, "--world-size N")
    scale = config.given.world_size / reference
    values["BASE_LR"] *= scale
    for key in ("MAX_ITER", "WARMUP_ITERS"):
        values[key] = round(values[key] / scale)
    if "STEPS" in values:
        values["STEPS"] = [round(step / scale) for step in values["STEPS"]]


FORMAT = Format("detectron2", "detectron2 YAML", ("yacs",), translate, lacks=_lacks)
