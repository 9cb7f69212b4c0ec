"""MosaicML's Composer: the YAML of llm-foundry, in time strings, as the Trainer steps its schedulers."""

from __future__ import annotations

import re

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.counts import EpochCount, Length, batches_of, option_count
from lrcli.configs.draft import arguments_of, required_of
from lrcli.configs.nodes import under
from lrcli.reader.nodes import Mapping

_TYPES = {
    "cosine_with_warmup": "composer.CosineAnnealingWithWarmupScheduler",
    "linear_decay_with_warmup": "composer.LinearWithWarmupScheduler",
    "constant_with_warmup": "composer.ConstantWithWarmupScheduler",
    "inv_sqrt_with_warmup": "llmfoundry.InverseSquareRootWithWarmupScheduler",
}
"""The names of llm-foundry, each with its type."""
_TIME = re.compile(r"\s*([0-9]+|[0-9]*\.[0-9]+)\s*(ba|ep|dur|tok|sp|iter|sec)\s*")
_NOT_STEPS = {"tok": "tokens", "sp": "samples", "iter": "iterations of its own", "sec": "seconds"}


def _lacks(root: Mapping) -> tuple[str, ...]:
    inner = _inner(root)
    return lacking(inner, "max_duration", "optimizer.lr", "scheduler.t_warmup|scheduler.t_max|scheduler.alpha_f")


def _inner(root: Mapping) -> Mapping:
    """The parameters of a run file, or the mapping itself."""
    inner = under(root, "parameters") if root.get("max_duration") is None else None
    return root if inner is None else inner


def translate(config: Config, draft: Draft) -> None:
    config.root = _inner(config.root)
    name = config.text("scheduler.name", choices=_TYPES)
    if name is None:
        raise config.fail("scheduler", "missing-key", "the scheduler has no name", f"it is one of {', '.join(_TYPES)}")
    if name not in _TYPES:
        message = f"scheduler {name} is not one that lrcli knows"
        raise config.fail("scheduler.name", "unknown-scheduler", message, f"it knows {', '.join(_TYPES)}")
    rate = config.rate("optimizer.lr", "optimizer.lr is null")
    kind = _TYPES[name]
    words = tuple(arguments_of(kind, "max_duration", "scale_schedule_ratio"))
    times = _times(config, kind, words)
    total, unit = _time(config, "max_duration")
    per_epoch = _batches(config).number
    if config.given.epochs is not None:
        total, unit = config.given.epochs, "ep"
    in_epochs = [path for path, (_, word) in {"max_duration": (total, unit), **times}.items() if word == "ep"]
    if per_epoch is None and in_epochs:
        key = in_epochs[0] if in_epochs[0] == "max_duration" else f"scheduler.{in_epochs[0]}"
        raise config.needs_steps(key, ("--batches-per-epoch N", "--samples N"))
    steps = config.given.steps or int(total * (per_epoch or 1) if unit == "ep" else total)
    if steps < 1:
        raise config.fail("max_duration", "bad-value", "max_duration must be at least one batch")
    draft.put("lr", rate, at="optimizer.lr")
    draft.put_length(Length(steps, "max_duration", "max_duration", per_epoch))
    whole = unit == "ep" and not config.given.steps and total == int(total)
    phase: dict[str, object] = {"type": kind, "max_duration": f"{int(total)}ep" if whole else f"{steps}ba"}
    for key, (number, word) in times.items():
        phase[key] = f"{number!r}{word}" if word == "dur" else f"{int(number)}{word}"
    for key in words:
        if key.startswith("alpha") and config.has(f"scheduler.{key}"):
            phase[key] = float(config.number(f"scheduler.{key}", 0))
    if config.flag("scheduler.scale_warmup"):
        phase["scale_warmup"] = True
    ratio = config.number("scale_schedule_ratio", 1.0)
    if ratio != 1:
        phase["scale_schedule_ratio"] = float(ratio)
    why = "the Trainer steps the scheduler before its clock moves: batches 0 and 1 both have the first value"
    draft.put("schedule", [{"for": 1, **phase}, phase] if steps > 1 else phase, at="scheduler.name", why=why)
    number, unit = times["t_warmup"]
    warmup = number * {"dur": steps, "ep": per_epoch or 1}.get(unit, 1)
    share = f": it ends at {100 * max(0, steps - 2) / max(warmup, 1):.0f} % of the rate"
    config.remark_long_warmup("scheduler.t_warmup", warmup, steps, "batches", share)


def _times(config: Config, kind: str, words: tuple[str, ...]) -> dict[str, tuple[float, str]]:
    callee = f"{kind.partition('.')[2]}.__init__()"
    config.refuse_others("scheduler", words, callee, ("name",))
    config.require("scheduler", required_of(kind), callee, "scheduler.name")
    written = [word for word in words if word.startswith("t_") and config.has(f"scheduler.{word}")]
    return {word: _time(config, f"scheduler.{word}") for word in written}


def _time(config: Config, path: str) -> tuple[float, str]:
    """(the number, the unit) of a time string; a bare number is epochs."""
    node = config.known(path)
    value = getattr(node, "value", None)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return config.count(path, 0, at_least=0), "ep"
    match = _TIME.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    name = path.rpartition(".")[2]
    if match is None or (match[2] != "dur" and not match[1].isdecimal()):
        raise config.fail(path, "wrong-type", f"{name} must be a time string as 100ba, 1ep or 0.1dur, not {node}")
    if match[2] in _NOT_STEPS:
        message = f"{name} counts {_NOT_STEPS[match[2]]}, which are not batches"
        raise config.fail(path, "not-in-steps", message, f"--set {path}=Nba, for those that it comes to")
    if match[2] == "dur" and path == "max_duration":
        raise config.fail(path, "bad-value", "max_duration cannot be a share of itself")
    return float(match[1]), match[2]


def _batches(config: Config) -> EpochCount:
    batch = config.count("global_train_batch_size", at_least=1)
    if config.given.batch_size is not None:
        batch = config.given.batch_size * (config.given.world_size or 1)
    if batch is None:
        return option_count(config, "batches_per_epoch", "steps_per_epoch")
    return batches_of(config, "global_train_batch_size", batch=batch, world=1, drop="train_loader.drop_last")


FORMAT = Format("composer", "Composer, llm-foundry", ("omegaconf",), translate, lacks=_lacks)
