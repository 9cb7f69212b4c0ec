"""NeMo's YAML: `model.optim` with its `sched`, as prepare_lr_scheduler takes it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lrcli.configs.base import Config, Draft, Format, has
from lrcli.configs.named import Named
from lrcli.configs.nodes import entry_at, mapping_of
from lrcli.configs.torch_objects import put_length, put_scheduler
from lrcli.reader.nodes import Mapping, Scalar

_COMMON = ("warmup_steps", "warmup_ratio", "min_lr")
_HOLD = ("hold_steps", "hold_ratio")
_CONSTANT = ("constant_steps", "constant_ratio")
_KEYS: dict[str, tuple[str, ...]] = {
    "WarmupPolicy": _COMMON,
    "WarmupHoldPolicy": (*_COMMON, *_HOLD),
    "SquareAnnealing": _COMMON,
    "CosineAnnealing": (*_COMMON, *_CONSTANT),
    "NoamAnnealing": (*_COMMON, "d_model"),
    "NoamHoldAnnealing": (*_COMMON, *_HOLD, "decay_rate"),
    "WarmupAnnealing": _COMMON,
    "InverseSquareRootAnnealing": _COMMON,
    "T5InverseSquareRootAnnealing": (*_COMMON, *_CONSTANT),
    "SquareRootAnnealing": _COMMON,
    "PolynomialDecayAnnealing": (*_COMMON, "power", "cycle"),
    "PolynomialHoldDecayAnnealing": (*_COMMON, *_HOLD, "power", "cycle"),
    "WarmupHoldAnnealOneMinusSquareRoot": (*_COMMON, *_HOLD),
    "WarmupHoldAnnealLinear": (*_COMMON, *_HOLD),
}
"""The policies, with the arguments of each; all of them have max_steps, too."""
_DROPPED = (
    *("name", "args", "monitor", "reduce_on_plateau", "iters_per_batch", "last_epoch", "max_steps", "_target_"),
    *("t_max_epochs", "t_accumulate_grad_batches", "t_limit_train_batches", "t_num_workers"),
)
_ROOTS = ("model.optim", "optim")
_OF_TORCH = {"StepLR": "step", "CyclicLR": "step", "ExponentialLR": "epoch", "ReduceLROnPlateau": "epoch"}
"""PyTorch's schedulers that NeMo knows by name, and how often each is stepped."""
_MAX_EPOCHS = 10**9


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a config of NeMo; a `_target_` of torch is Hydra's."""
    lacks = () if any(has(root, f"{path}.sched") for path in _ROOTS) else ("model.optim.sched",)
    targets = [entry_at(root, f"{path}.sched._target_")[1] for path in _ROOTS]
    if any(str(getattr(target, "value", "")).startswith("torch.") for target in targets):
        lacks = ("model.optim.sched with a policy of NeMo",)
    return (*lacks, *(() if any(has(root, f"{path}.lr") for path in _ROOTS) else ("model.optim.lr",)))


@dataclass(frozen=True)
class _Length:
    """max_steps of the policy: how many, the key that gives them, and how."""

    steps: int
    at: str | None
    how: str


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a NeMo config."""
    optim = next(path for path in _ROOTS if has(config.root, f"{path}.lr"))
    sched = f"{optim}.sched"
    config.knows(optim, "trainer", "model.train_ds", "train_ds")
    rate = config.number(f"{optim}.lr")
    if rate is None:
        raise config.fail(f"{optim}.lr", "needs-value", "the optimizer's lr is null", f"--set {optim}.lr=...")
    if rate < 0:
        raise config.raises(f"{optim}.lr", f"ValueError: Invalid learning rate: {rate}")
    draft.put("lr", float(rate), at=f"{optim}.lr")
    name = _name(config, sched)
    if name in _OF_TORCH:
        _put_torch(config, draft, sched, name)
        return
    arguments = _arguments(config, sched, name)
    length = _length(config, sched, arguments)
    draft.put("steps", length.steps, at=length.at, why=length.how)
    if config.number(f"{sched}.max_steps") == -1 and not _trainer_steps(config):
        what = "max_steps: -1 beside trainer.max_epochs is for NeMo: no scheduler, so that the rate is constant"
        config.remark(f"{sched}.max_steps", "warmup-ignored", what, "", "leave it out, and it follows from the epochs")
        draft.put("schedule.type", "constant", at=f"{sched}.max_steps")
        return
    draft.put("schedule.type", f"nemo.{name}", at=f"{sched}.name")
    draft.put("schedule.max_steps", length.steps, at=length.at)
    if not arguments:
        return
    warm = _put_warmup(config, draft, arguments, length.steps)
    for key in _KEYS[name]:
        path = f"{arguments}.{key}"
        if key in ("warmup_steps", "warmup_ratio") or not config.has(path):
            continue
        value = config.flag(path) if key == "cycle" else config.number(path)
        draft.put(f"schedule.{key}", value, at=path)
    _remarks(config, name, arguments, float(rate), warm, length.steps)


def _name(config: Config, sched: str) -> str:
    """The policy's name: that of its class of parameters, or `name`."""
    if config.known(sched) is None:
        message = "TypeError: 'NoneType' object does not support item assignment: NeMo writes into sched"
        raise config.raises(sched, message, "delete sched for a constant rate")
    config.mapping(sched)
    for path in (f"{sched}._target_", f"{sched}.args._target_"):
        target = config.text(path) if entry_at(config.root, path)[1] is not None else None
        if target is not None and not target.endswith("Params"):
            message = f"{target} is not a class of parameters of NeMo's policies"
            raise config.fail(path, "unknown-scheduler", message, "it is code of this project, or of another package")
        if target is not None:
            return _known(config, path, target.rpartition(".")[2].removesuffix("Params"))
    name = config.text(f"{sched}.name", choices=(*_KEYS, *_OF_TORCH))
    if name is None:
        raise config.fail(sched, "missing-key", "sched has no name, so that NeMo makes no schedule", "--set sched.name")
    return _known(config, f"{sched}.name", name)


def _known(config: Config, path: str, name: str) -> str:
    if name in _KEYS or name in _OF_TORCH:
        return name
    message = f"ValueError: Cannot resolve scheduler {name!r}. Available optimizers are {', '.join(_KEYS)}"
    raise config.raises(path, message)


def _put_torch(config: Config, draft: Draft, sched: str, name: str) -> None:
    """Write a scheduler of PyTorch, whose arguments stand in sched or its args; max_steps is not given to it."""
    args = config.mapping(f"{sched}.args")
    block = config.mapping(sched) if args is None else args
    entries = [] if block is None else [entry for entry in block.entries if entry[0].text not in _DROPPED]
    place = config.value_place(sched)
    scheduler = Named(f"torch.optim.lr_scheduler.{name}", mapping_of(entries, place), sched, place)
    put_scheduler(config, draft, scheduler, lambda node: node)
    if _OF_TORCH[name] == "epoch":
        put_length(config, draft, "trainer", "epoch", scheduler)
        return
    length = _length(config, sched, "")
    draft.put("steps", length.steps, at=length.at, why=length.how)


def _arguments(config: Config, sched: str, name: str) -> str:
    """The path of the policy's arguments; "" where NeMo takes its defaults whatever the file says."""
    given = config.mapping(f"{sched}.args")
    path = sched
    if given is not None:
        path = f"{sched}.args"
        if entry_at(given, "name")[1] is not None:
            lost = [key.text for key, value in given.entries if key.text in _KEYS[name] and not _is_null(value)]
            inner = given.get("params")
            lost += (
                [key.text for key, value in inner.entries if not _is_null(value)] if isinstance(inner, Mapping) else []
            )
            if lost:
                what = f"{', '.join(lost)} beside args.name is ignored: {name} has its defaults"
                advice = "put the arguments into sched itself, without args"
                config.remark(f"{path}.{lost[0]}", "sched-args", what, "NeMo looks for them elsewhere", advice)
            return ""
        if isinstance(given.get("params"), Mapping):
            path = f"{path}.params"
    block = config.mapping(path)
    for key, _ in block.entries if block is not None else ():
        if key.text not in (*_KEYS[name], *_DROPPED):
            message = f"TypeError: {name}.__init__() got an unexpected keyword argument {key.text!r}"
            raise config.raises(f"{path}.{key.text}", message, f"it takes {', '.join(_KEYS[name])}")
    return path


def _is_null(node: object) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _trainer_steps(config: Config) -> int | None:
    steps = config.count("trainer.max_steps", -1)
    return steps if steps > 0 else None


def _length(config: Config, sched: str, arguments: str) -> _Length:
    """max_steps: --steps, the trainer's, else sched's own, else the trainer's epochs times the updates of one."""
    given = config.given
    config.knows(f"{sched}.max_steps", "trainer.max_steps", "trainer.max_epochs", "trainer.accumulate_grad_batches")
    if given.steps is not None:
        return _Length(given.steps, None, given.option("steps"))
    if given.epochs is None:
        own, steps = config.count(f"{sched}.max_steps", -1), _trainer_steps(config)
        if steps is not None:
            if own > 0 and own != steps:
                what = f"max_steps {own} is not used: NeMo puts trainer.max_steps, {steps}, in its place"
                config.remark(f"{sched}.max_steps", "unread-key", what)
            return _Length(steps, "trainer.max_steps", "trainer.max_steps")
        if own > 0:
            return _Length(own, f"{sched}.max_steps", f"{sched}.max_steps")
    epochs = given.epochs or config.number("trainer.max_epochs")
    ratio = f"{arguments}.warmup_ratio" if arguments else ""
    needed = ratio if ratio and config.has(ratio) else "trainer.max_epochs"
    if epochs is None or epochs < 1:
        raise config.needs_steps(needed if has(config.root, needed) else sched, ("--steps N",))
    if epochs % 1 or epochs > _MAX_EPOCHS:
        raise config.fail("trainer.max_epochs", "bad-value", f"max_epochs must be a whole number, not {epochs:g}")
    per_epoch, how = _per_epoch(config)
    if per_epoch is None:
        raise config.needs_steps(needed if has(config.root, needed) else sched)
    return _Length(int(epochs) * per_epoch, "trainer.max_epochs", f"{epochs:g} epochs * {per_epoch}; {how}")


def _per_epoch(config: Config) -> tuple[int | None, str]:
    """(updates of an epoch, how they are counted), as compute_max_steps does."""
    given = config.given
    if given.steps_per_epoch is not None:
        return given.steps_per_epoch, given.option("steps_per_epoch")
    accumulation = config.count("trainer.accumulate_grad_batches", 1, at_least=1)
    if given.batches_per_epoch is not None:
        batches, how = given.batches_per_epoch, given.option("batches_per_epoch")
    elif given.samples is not None:
        data = "model.train_ds" if has(config.root, "model.train_ds") else "train_ds"
        batch = given.batch_size or config.count(f"{data}.batch_size", at_least=1)
        if batch is None:
            message = "the samples of a batch are not in the file"
            raise config.fail(data, "needs-value", message, "--batch-size N")
        world = given.world_size or _devices(config)
        share = math.ceil(given.samples / world)
        drop = config.flag(f"{data}.drop_last")
        batches = share // batch if drop else -(-share // batch)
        how = f"{'floor' if drop else 'ceil'}(ceil({given.samples} / {world}) / {batch}) = {batches} batches"
    else:
        return None, ""
    limit = config.number("trainer.limit_train_batches", 1.0)
    if limit < 0:
        raise config.fail("trainer.limit_train_batches", "bad-value", f"it must be at least 0, not {limit:g}")
    batches = min(batches, limit) if isinstance(limit, int) else int(batches * limit)
    if not batches:
        raise config.fail("trainer.max_epochs", "bad-value", "an epoch has no batch")
    return -(-batches // accumulation), f"{how}, ceil({batches} / {accumulation}) updates"


def _devices(config: Config) -> int:
    """The processes that the trainer says: devices (gpus in older files) times num_nodes; 1 where it leaves it open."""
    nodes = config.count("trainer.num_nodes", 1, at_least=1)
    for key in ("trainer.devices", "trainer.gpus"):
        node = config.node(key)
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value * nodes
    return nodes


def _put_warmup(config: Config, draft: Draft, arguments: str, steps: int) -> float:
    """Write the warmup, a ratio rounded down; its steps."""
    counted, ratio = config.number(f"{arguments}.warmup_steps"), config.number(f"{arguments}.warmup_ratio")
    if counted is not None and ratio is not None:
        message = "AssertionError: Either use particular number of step or ratio"
        raise config.raises(f"{arguments}.warmup_ratio", message, "leave out warmup_steps or warmup_ratio")
    if counted is not None:
        if counted < 0:
            raise config.fail(f"{arguments}.warmup_steps", "bad-value", f"it must be at least 0, not {counted:g}")
        draft.put("schedule.warmup_steps", counted, at=f"{arguments}.warmup_steps")
        return counted
    if ratio is not None:
        if not 0 <= ratio <= 1:
            raise config.fail(f"{arguments}.warmup_ratio", "bad-value", f"it must be from 0 to 1, not {ratio:g}")
        why = f"int({ratio!r} * {steps}) from warmup_ratio"
        draft.put("schedule.warmup_steps", int(ratio * steps), at=f"{arguments}.warmup_ratio", why=why)
        return int(ratio * steps)
    return 0


def _remarks(config: Config, name: str, arguments: str, rate: float, warm: float, steps: int) -> None:
    """Tell of a Noam whose peak is below min_lr, of a rate that is ignored, and of a warmup that fills the run."""
    width = config.number(f"{arguments}.d_model") if name == "NoamAnnealing" else None
    low = config.number(f"{arguments}.min_lr", 0.0)
    if width is not None and width > 0:
        peak = rate * width**-0.5 * max(1.0, warm) ** -0.5
        if peak < low <= rate:
            what = f"NoamAnnealing peaks at {peak:.3g}, below min_lr {low:g}, and goes up to it after the warmup"
            why = "its lr is a factor: the peak is lr * d_model**-0.5 * warmup_steps**-0.5"
            advice = f"lr {low / peak * rate:.3g} would peak at min_lr; files of NeMo have lr 1 to 5"
            config.remark(f"{arguments}.min_lr", "peak-below-min-lr", what, why, advice)
    if name == "T5InverseSquareRootAnnealing":
        config.remark(f"{arguments.removesuffix('.args')}.name", "lr-unused", f"{name} ignores lr {rate:g}")
    if warm >= steps:
        key = "warmup_ratio" if config.has(f"{arguments}.warmup_ratio") else "warmup_steps"
        what = f"the warmup of {warm:g} updates is as long as the run of {steps}"
        config.remark(f"{arguments}.{key}", "warmup-too-long", what, "", "shorten the warmup")


FORMAT = Format("nemo", "NeMo YAML", ("omegaconf",), misses, translate, over=("hydra",))
