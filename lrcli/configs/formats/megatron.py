"""Megatron-LM's flags, in shell scripts and command lines, as its arguments.py and training.py take them."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.counts import Length

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


def translate(config: Config, draft: Draft) -> None:
    config.knows(*_FLAGS, *_PARALLEL)
    _refuse(config)
    config.note_other_rates(*_OTHERS)
    by_samples = config.has("train-samples") and not config.has("train-iters")
    unit = "samples" if by_samples else "iters"
    length = _count(config, f"train-{unit}")
    if not length:
        raise config.raises("lr", "Exception: either train-iters or train-samples should be provided.")
    _exclude(config, by_samples)
    style = _choice(config, "lr-decay-style", "linear", _STYLES)
    size, how = _batch(config, by_samples, style)
    ramp = _ramp(config, size) if by_samples else None
    decay_at = f"lr-decay-{unit}" if config.has(f"lr-decay-{unit}") else f"train-{unit}"
    decay = _count(config, f"lr-decay-{unit}") or length
    draft.put("lr", config.rate("lr", "--lr is not in the file", at="lr"), at="lr")
    iterations = _iterations(length, size, ramp) if by_samples else length
    if iterations < 1:
        raise config.fail(f"train-{unit}", "bad-value", f"{length} samples make no batch of {size}")
    why = f"{length} samples in batches of {size}, the last part of one dropped" if by_samples else ""
    draft.put_length(Length(iterations, why, f"train-{unit}"))
    draft.put("schedule.type", "megatron.OptimizerParamScheduler")
    draft.put_fields({"lr-warmup-init": float}, names={"lr-warmup-init": "init_lr"})
    draft.put_fields({"min-lr": 0.0}, names={"min-lr": "min_lr"})

    def put_samples(field: str, count: int, at: str, note: str = "") -> None:
        times = "" if by_samples else f" * {size}"
        draft.put(f"schedule.{field}", count * (1 if by_samples else size), at, f"in samples: {count}{times}{note}")

    fraction, warmup_at = config.number("lr-warmup-fraction"), f"lr-warmup-{unit}"
    if fraction is not None:
        samples = decay * (1 if by_samples else size)
        why = f"in samples, not rounded: {fraction!r} * {samples}"
        draft.put("schedule.lr_warmup_steps", fraction * samples, at="lr-warmup-fraction", why=why)
    elif warmup := _count(config, warmup_at):
        put_samples("lr_warmup_steps", warmup, warmup_at)
    put_samples("lr_decay_steps", decay, decay_at, f", from {decay_at}")
    draft.put("schedule.lr_decay_style", style, at="lr-decay-style")
    if style == "WSD":
        wsd_at = f"lr-wsd-decay-{unit}"
        wsd = _count(config, wsd_at)
        if wsd is None:
            raise config.raises("lr-decay-style", f"AssertionError: WSD needs --{wsd_at}", f"--set {wsd_at}=N")
        put_samples("wsd_decay_steps", wsd, wsd_at)
        anneal = _choice(config, "lr-wsd-decay-style", "exponential", _ANNEALS)
        draft.put("schedule.lr_wsd_decay_style", anneal, at="lr-wsd-decay-style")
    draft.put("schedule.increment", size, at="global-batch-size", why=how)
    if ramp is not None:
        draft.put("schedule.rampup_batch_size", list(ramp), at="rampup-batch-size")


def _refuse(config: Config) -> None:
    for key, _ in config.root.entries:
        name = key.text.replace("_", "-")
        if name != key.text and name in _FLAGS:
            message = f"error: unrecognized arguments: --{key.text}"
            raise config.raises(key.text, message, f"Megatron writes it --{name}")
    for name, message in _OLD.items():
        if config.node(name) is not None:
            raise config.raises(name, f"AssertionError: {message}")
    for name in _TOKENS:
        if config.has(name):
            message = f"{name} counts tokens, which are no steps (a fork of Megatron-LM reads it)"
            raise config.fail(name, "not-in-steps", message, "give iterations or samples instead")


def _exclude(config: Config, by_samples: bool) -> None:
    """Refuse flags of the two ways of counting beside each other, as validate_args does."""
    word, unit, other = ("sample", "samples", "iters") if by_samples else ("iteration", "iters", "samples")
    parts = {"train": "training", "lr-decay": "learning rate decay", "lr-warmup": "learning rate warmup"}
    for part, what in parts.items():
        name = f"{part}-{other}"
        if config.has(name) and _count(config, name) != 0:
            raise config.raises(name, f"AssertionError: expected {word}-based {what}")
    ramps = not by_samples and config.has("rampup-batch-size") and not config.at_least("0.18")
    no_ramp = "AssertionError: expected no batch-size rampup for iteration-based training"
    twice = config.has("lr-warmup-fraction") and _count(config, f"lr-warmup-{unit}")
    only_one = f"AssertionError: can only specify one of lr-warmup-fraction and lr-warmup-{unit}"
    config.refuse_first((ramps, "rampup-batch-size", no_ramp), (twice, "lr-warmup-fraction", only_one))


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
    listed = ", ".join(map(repr, choices))
    message = f"error: argument --{name}: invalid choice: {{!r}} (choose from {listed})"
    return config.choice(name, default, choices, message)


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
    if len(numbers) != 3 or any(number % 1 or number < 1 for number in numbers):
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
    if ramp is None:
        return samples // size
    from lrcli.frameworks.megatron.optimizer_param_scheduler import ramp_sizes  # not above: every format is imported

    seen = count = 0
    for batch in ramp_sizes(*ramp, size):
        if seen > samples:
            return count
        seen, count = seen + batch, count + 1
    return count + max(0, samples - seen) // size


FORMAT = Format(
    "megatron",
    "Megatron-LM flags",
    ("shell",),
    translate,
    ("lr", "train-iters|train-samples|lr-decay-style|lr-decay-iters|lr-decay-samples"),
    framework="megatron",
    releases=RELEASES,
)
