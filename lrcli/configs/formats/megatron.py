"""Megatron-LM's flags, in shell scripts and command lines, as its arguments.py and training.py take them."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.frameworks.megatron._samples import ramp_sizes
from lrcli.reader.nodes import Mapping

RELEASES = ("0.16.1", "0.18.0")
_STYLES = ("constant", "linear", "cosine", "inverse-square-root", "WSD")
_ANNEALS = ("exponential", "linear", "cosine", "minus_sqrt")
_FLAGS = (
    *("lr", "min-lr", "train-iters", "train-samples", "lr-decay-style", "lr-decay-iters", "lr-decay-samples"),
    *("lr-warmup-iters", "lr-warmup-samples", "lr-warmup-fraction", "lr-warmup-init", "lr-wsd-decay-style"),
    *("lr-wsd-decay-iters", "lr-wsd-decay-samples", "global-batch-size", "micro-batch-size", "rampup-batch-size"),
)
_TOKENS = ("train-tokens", "lr-decay-tokens", "lr-warmup-tokens")
_OTHERS = ("decoupled-lr", "head-lr-mult", "lr-mult")
_OLD = {
    "batch-size": "--batch-size argument is no longer valid, use --micro-batch-size instead",
    "warmup": "--warmup argument is no longer valid, use --lr-warmup-fraction instead",
}
_PARALLEL = ("tensor-model-parallel-size", "pipeline-model-parallel-size", "context-parallel-size")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be flags of Megatron-LM."""
    return lacking(root, "lr", "train-iters|train-samples|lr-decay-style|lr-decay-iters|lr-decay-samples")


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a command line of Megatron-LM."""
    config.knows(*_FLAGS, *_PARALLEL)
    _refuse(config)
    for name in _OTHERS:
        if config.has(name):
            what = f"--{name} gives some parameters another rate, which is not shown"
            config.remark(name, "other-groups", what, level="note")
    by_samples = config.has("train-samples") and not config.has("train-iters")
    unit = "samples" if by_samples else "iters"
    length = _count(config, f"train-{unit}")
    if not length:
        raise config.raises("lr", "Exception: either train-iters or train-samples should be provided.")
    _exclude(config, by_samples)
    style = _choice(config, "lr-decay-style", "linear", _STYLES)
    size, how = _batch(config, by_samples, style)
    ramp = _ramp(config, size) if by_samples else None
    scale = 1 if by_samples else size
    decay = _count(config, f"lr-decay-{unit}") or length
    rate = config.number("lr")
    if rate is None:
        raise config.fail("lr", "needs-value", "--lr is not in the file", "--set lr=...")
    draft.put("lr", float(rate), at="lr")
    iterations = _iterations(length, size, ramp) if by_samples else length
    if iterations < 1:
        raise config.fail(f"train-{unit}", "bad-value", f"{length} samples make no batch of {size}")
    why = f"{length} samples in batches of {size}, the last part of one dropped" if by_samples else ""
    given = config.given.steps
    draft.put("steps", given or iterations, at=f"train-{unit}", why=config.given.option("steps") if given else why)
    draft.put("schedule.type", "megatron.OptimizerParamScheduler")
    init = config.number("lr-warmup-init", 0.0)
    if init:
        draft.put("schedule.init_lr", float(init), at="lr-warmup-init")
    draft.put("schedule.min_lr", float(config.number("min-lr", 0.0)), at="min-lr")
    _put_warmup(config, draft, unit, decay, scale)
    times = "" if by_samples else f" * {size}"
    at = next((name for name in (f"lr-decay-{unit}",) if config.has(name)), f"train-{unit}")
    draft.put("schedule.lr_decay_steps", decay * scale, at=at, why=f"in samples: {decay}{times}, from {at}")
    draft.put("schedule.lr_decay_style", style, at="lr-decay-style")
    if style == "WSD":
        key = f"lr-wsd-decay-{unit}"
        wsd = _count(config, key)
        if wsd is None:
            raise config.raises("lr-decay-style", f"AssertionError: WSD needs --{key}", f"--set {key}=N")
        draft.put("schedule.wsd_decay_steps", wsd * scale, at=key, why=f"in samples: {wsd}{times}")
        anneal = _choice(config, "lr-wsd-decay-style", "exponential", _ANNEALS)
        draft.put("schedule.lr_wsd_decay_style", anneal, at="lr-wsd-decay-style")
    draft.put("schedule.increment", size, at="global-batch-size", why=how)
    if ramp is not None:
        draft.put("schedule.rampup_batch_size", list(ramp), at="rampup-batch-size")
    if config.has("decoupled-lr"):
        what = "decoupled-lr: the input and output layers have another rate than the one shown"
        config.remark("decoupled-lr", "other-groups", what, level="note")


def _refuse(config: Config) -> None:
    """Refuse what Megatron's own reader of arguments refuses, and what is counted in tokens."""
    for key, _ in config.root.entries:
        name = key.text.replace("_", "-")
        if name != key.text and name in _FLAGS:
            help = f"Megatron writes it --{name}"
            raise config.raises(key.text, f"error: unrecognized arguments: --{key.text}", help)
    for name, message in _OLD.items():
        if config.node(name) is not None:
            raise config.raises(name, f"AssertionError: {message}")
    for name in _TOKENS:
        if config.has(name):
            message = f"{name} counts tokens, which are no steps (a fork of Megatron-LM reads it)"
            raise config.fail(name, "not-in-steps", message, "give iterations or samples instead")


def _exclude(config: Config, by_samples: bool) -> None:
    """Refuse flags of the two ways of counting beside each other, as validate_args does."""
    word = "sample" if by_samples else "iteration"
    others = {"train": "training", "lr-decay": "learning rate decay", "lr-warmup": "learning rate warmup"}
    unit = "iters" if by_samples else "samples"
    for name, what in others.items():
        node = config.has(f"{name}-{unit}")
        if node and _count(config, f"{name}-{unit}") != 0:
            raise config.raises(f"{name}-{unit}", f"AssertionError: expected {word}-based {what}")
    if not by_samples and config.has("rampup-batch-size") and not config.at_least("0.18"):
        message = "AssertionError: expected no batch-size rampup for iteration-based training"
        raise config.raises("rampup-batch-size", message)
    own = f"lr-warmup-{'samples' if by_samples else 'iters'}"
    if config.has("lr-warmup-fraction") and _count(config, own):
        raise config.raises(
            "lr-warmup-fraction", f"AssertionError: can only specify one of lr-warmup-fraction and {own}"
        )


def _count(config: Config, name: str) -> int | None:
    """A flag that is a whole number, as int() takes it."""
    node = config.known(name)
    if node is None:
        return None
    text = str(getattr(node, "value", None))
    try:
        int(text)
    except ValueError:
        raise config.raises(name, f"error: argument --{name}: invalid int value: {text!r}") from None
    return config.count(name, at_least=0)


def _choice(config: Config, name: str, default: str, choices: tuple[str, ...]) -> str:
    value = config.text(name, default, choices)
    if value not in choices:
        listed = ", ".join(map(repr, choices))
        raise config.raises(name, f"error: argument --{name}: invalid choice: {value!r} (choose from {listed})")
    return value


def _batch(config: Config, by_samples: bool, style: str) -> tuple[int, str]:
    """(the global batch size, how it comes about)."""
    size = _count(config, "global-batch-size")
    if size:
        return size, ""
    micro = config.given.batch_size or _count(config, "micro-batch-size")
    world = config.given.world_size
    # In iterations the batch size cancels out of every quotient of whole numbers
    needed = by_samples or config.has("lr-warmup-fraction") or style == "inverse-square-root"
    if world is None and needed:
        message = "without --global-batch-size it is micro-batch-size times the data-parallel GPUs"
        raise config.fail("micro-batch-size", "needs-value", message, "--world-size N, or --set global-batch-size=N")
    split = 1
    for name in _PARALLEL:
        split *= _count(config, name) or 1
    if world is not None and world % split:
        raise config.raises(_PARALLEL[0], f"AssertionError: world size ({world}) is not divisible by {split}")
    parallel = (world or split) // split
    return (micro or 1) * parallel, f"micro-batch-size {micro or 1} * {parallel} data-parallel GPUs"


def _ramp(config: Config, size: int) -> tuple[int, int, int] | None:
    """--rampup-batch-size as start, increment and samples; None where the release ignores it."""
    if not config.has("rampup-batch-size"):
        return None
    if config.at_least("0.18"):
        what = "rampup-batch-size is accepted and ignored from megatron-core 0.18 on: each update has the whole batch"
        config.remark("rampup-batch-size", "releases-differ", what, "up to 0.16.1 the batch size grows",
                      "read it as it was then: @megatron-0.16.1")  # fmt: skip
        return None
    numbers = config.numbers("rampup-batch-size") or []
    if len(numbers) != 3 or any(one % 1 or one < 1 for one in numbers):
        message = "AssertionError: expected the following format: --rampup-batch-size <start> <increment> <samples>"
        raise config.raises("rampup-batch-size", message)
    start, increment, samples = map(int, numbers)
    if size <= start or (size - start) % increment:
        message = (
            f"AssertionError: expected global batch size interval ({size - start}) to be divisible by global batch "
            f"size increment ({increment})"
        )
        raise config.raises("rampup-batch-size", message)
    if samples / ((size - start) / increment) / start > 10_000:
        raise config.fail("rampup-batch-size", "limit", "the ramp has too many updates to be followed")
    return start, increment, samples


def _iterations(samples: int, size: int, ramp: tuple[int, int, int] | None) -> int:
    """The updates of a run of so many samples."""
    if ramp is None:
        return samples // size
    seen = count = 0
    for one in ramp_sizes(*ramp, size):
        if seen > samples:
            return count
        seen, count = seen + one, count + 1
    return count + max(0, samples - seen) // size


def _put_warmup(config: Config, draft: Draft, unit: str, decay: int, scale: int) -> None:
    """Write the samples of the warmup: a fraction of the decay, not rounded, or a count."""
    fraction = config.number("lr-warmup-fraction")
    if fraction is not None:
        why = f"in samples, not rounded: {fraction!r} * {decay * scale}"
        draft.put("schedule.lr_warmup_steps", fraction * (decay * scale), at="lr-warmup-fraction", why=why)
        return
    key = f"lr-warmup-{unit}"
    count = _count(config, key) or 0
    if count:
        why = f"in samples: {count}{'' if unit == 'samples' else f' * {scale}'}"
        draft.put("schedule.lr_warmup_steps", count * scale, at=key, why=why)


FORMAT = Format(
    "megatron",
    "Megatron-LM flags",
    ("shell",),
    misses,
    translate,
    framework="megatron",
    releases=RELEASES,
)
