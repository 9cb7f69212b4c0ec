"""detectron2's YAML: the SOLVER of a file and of the files that it is based on."""

from __future__ import annotations

from dataclasses import replace

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.detectron2 import merged, solver_of
from lrcli.configs.nodes import entry_at
from lrcli.reader.nodes import Mapping

_NAMES = ("WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR", "WarmupPolyLR")
_DATED = ("VERSION", "SOLVER.LR_SCHEDULER_NAME", "SOLVER.WARMUP_FACTOR", "SOLVER.WARMUP_ITERS", "SOLVER.AMP")
_DEFAULTS: dict[str, float] = {
    "BASE_LR": 0.001,
    "MAX_ITER": 40000,
    "GAMMA": 0.1,
    "WARMUP_ITERS": 1000,
    "WARMUP_FACTOR": 1.0 / 1000,
    "BASE_LR_END": 0.0,
    "NUM_DECAYS": 3,
}
_READ = {
    "WarmupMultiStepLR": ("GAMMA",),
    "WarmupCosineLR": ("BASE_LR_END",),
    "WarmupStepWithFixedGammaLR": ("GAMMA", "NUM_DECAYS"),
    "WarmupPolyLR": (),
}
_WHOLE = ("MAX_ITER", "WARMUP_ITERS", "NUM_DECAYS")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a detectron2 config."""
    lacks = lacking(root, "SOLVER")
    marks = lacking(root, "SOLVER.BASE_LR|SOLVER.MAX_ITER|SOLVER.STEPS|SOLVER.LR_SCHEDULER_NAME|_BASE_")
    return lacks or marks


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a detectron2 config."""
    root, missing = merged(config)
    if not missing and not config.forced and not any(entry_at(root, path)[1] is not None for path in _DATED):
        message = (
            "without a warmup this may be detectron2 (1000 iterations from 1/1000) or maskrcnn-benchmark and its kin "
            "(500 from 1/3)"
        )
        raise config.fail("SOLVER", "ambiguous", message, "--from detectron2, or --set SOLVER.WARMUP_ITERS=...")
    solver = solver_of(replace(config, root=root, read=config.read, remarks=config.remarks), missing)
    name = solver.text("LR_SCHEDULER_NAME", "WarmupMultiStepLR")
    if name not in _NAMES:
        raise solver.config.raises("SOLVER.LR_SCHEDULER_NAME", f"ValueError: Unknown LR scheduler: {name}")
    values = {
        key: solver.number(key, _DEFAULTS[key])
        for key in ("BASE_LR", "MAX_ITER", "WARMUP_ITERS", "WARMUP_FACTOR", *_READ[name])
    }
    steps = solver.numbers("STEPS", [30000]) if name == "WarmupMultiStepLR" else []
    scaled = solver.number("REFERENCE_WORLD_SIZE", 0)
    if scaled:
        world = config.given.world_size
        if world is None:
            message = f"REFERENCE_WORLD_SIZE {scaled:g}: rate and length are scaled by the number of GPUs"
            raise solver.config.fail("SOLVER.REFERENCE_WORLD_SIZE", "needs-value", message, "--world-size N")
        scale = world / scaled
        values["BASE_LR"] *= scale
        for key in ("MAX_ITER", "WARMUP_ITERS"):
            values[key] = round(values[key] / scale)
        steps = [round(step / scale) for step in steps]
    for key in _WHOLE:
        if key in values and (values[key] % 1 or values[key] < 0):
            raise solver.fail(key, f"{key} must be a whole number, not {values[key]:g}")
    length = int(values["MAX_ITER"])
    if length < 1:
        raise solver.fail("MAX_ITER", "MAX_ITER must be at least 1")
    if name == "WarmupMultiStepLR":
        solver.check_steps(steps, length)
    draft.put("steps", config.given.steps or length, at=solver.place("MAX_ITER"), why="MAX_ITER")
    if name == "WarmupPolyLR":
        solver.put(draft, "lr", "BASE_LR", float(values["BASE_LR"]))
        solver.put_poly(draft, length, values)
        return
    draft.put("schedule.type", "detectron2.build_lr_scheduler")
    solver.put(draft, "schedule.LR_SCHEDULER_NAME", "LR_SCHEDULER_NAME", name)
    for key, value in values.items():
        solver.put(draft, f"schedule.{key}", key, int(value) if key in _WHOLE else float(value))
    if name == "WarmupMultiStepLR":
        solver.put(draft, "schedule.STEPS", "STEPS", [int(step) for step in steps])
    solver.put(draft, "schedule.WARMUP_METHOD", "WARMUP_METHOD", solver.text("WARMUP_METHOD", "linear"))
    solver.put(draft, "schedule.RESCALE_INTERVAL", "RESCALE_INTERVAL", solver.flag("RESCALE_INTERVAL"))
    for key in ("BIAS_LR_FACTOR", "BACKBONE_MULTIPLIER"):
        factor = solver.number(key, 1.0)
        if factor not in (1.0, 1):
            what = f"{key} {factor:g}: some parameters have that many times the rate, which is not shown"
            solver.config.remark(f"SOLVER.{key}", "other-groups", what, level="note")
    if values["WARMUP_ITERS"] >= length:
        what = f"the warmup of {int(values['WARMUP_ITERS'])} iterations is as long as the run of {length}"
        solver.config.remark("SOLVER.WARMUP_ITERS", "warmup-too-long", what)


FORMAT = Format("detectron2", "detectron2 YAML", ("pyyaml",), misses, translate)
