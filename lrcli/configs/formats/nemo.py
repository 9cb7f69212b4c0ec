"""NeMo's YAML: `model.optim` with its `sched`, as prepare_lr_scheduler takes it."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, has
from lrcli.configs.counts import EpochCount, Length, batches_of, updates_of, whole_epochs
from lrcli.configs.draft import arguments_of
from lrcli.configs.named import Named
from lrcli.configs.nodes import entry_at, mapping_of, parts_of, without_entries
from lrcli.configs.torch_objects import put_epochs, put_scheduler
from lrcli.reader.nodes import Mapping, Scalar
from lrcli.reader.values import is_null

_WARMUP = ("warmup_steps", "warmup_ratio")
_POLICIES = (
    *("WarmupPolicy", "WarmupHoldPolicy", "SquareAnnealing", "CosineAnnealing", "NoamAnnealing", "NoamHoldAnnealing"),
    *("WarmupAnnealing", "InverseSquareRootAnnealing", "T5InverseSquareRootAnnealing", "SquareRootAnnealing"),
    *("PolynomialDecayAnnealing", "PolynomialHoldDecayAnnealing", "WarmupHoldAnnealOneMinusSquareRoot"),
    "WarmupHoldAnnealLinear",
)
_DROPPED = (
    *("name", "args", "monitor", "reduce_on_plateau", "iters_per_batch", "last_epoch", "max_steps", "_target_"),
    *("t_max_epochs", "t_accumulate_grad_batches", "t_limit_train_batches", "t_num_workers"),
)
_ROOTS = ("model.optim", "optim")
_OF_TORCH = {"StepLR": "step", "CyclicLR": "step", "ExponentialLR": "epoch", "ReduceLROnPlateau": "epoch"}
"""PyTorch's schedulers that NeMo knows by name, and how often each is stepped."""
_MAX_EPOCHS = 10**9


def _lacks(root: Mapping) -> tuple[str, ...]:
    """A `_target_` of torch is Hydra's."""
    lacks = () if any(has(root, f"{path}.sched") for path in _ROOTS) else ("model.optim.sched",)
    targets = [entry_at(root, f"{path}.sched._target_")[1] for path in _ROOTS]
    if any(str(getattr(target, "value", "")).startswith("torch.") for target in targets):
        lacks = ("model.optim.sched with a policy of NeMo",)
    return (*lacks, *(() if any(has(root, f"{path}.lr") for path in _ROOTS) else ("model.optim.lr",)))


def translate(config: Config, draft: Draft) -> None:
    optim = next((path for path in _ROOTS if has(config.root, f"{path}.lr")), _ROOTS[0])
    sched = f"{optim}.sched"
    config.knows(optim, "trainer", "model.train_ds", "train_ds")
    rate = config.rate(f"{optim}.lr", "the optimizer's lr is null", at=f"{optim}.lr")
    draft.put("lr", rate, at=f"{optim}.lr")
    name = _policy_name(config, sched)
    if name in _OF_TORCH:
        _put_torch(config, draft, sched, name)
        return
    arguments = _arguments(config, sched, name)
    length = _length(config, sched, arguments)
    draft.put_length(length)
    if config.number(f"{sched}.max_steps") == -1 and not _trainer_steps(config):
        what = "max_steps: -1 beside trainer.max_epochs is for NeMo: no scheduler, so that the rate is constant"
        config.remark(f"{sched}.max_steps", "warmup-ignored", what, "", "leave it out, and it follows from the epochs")
        draft.put("schedule.type", "constant", at=f"{sched}.max_steps")
        return
    draft.put("schedule.type", f"nemo.{name}", at=f"{sched}.name")
    draft.put("schedule.max_steps", length.steps, at=length.at)
    if arguments:
        warmup = _put_warmup(config, draft, arguments, length.steps)
        draft.put_fields(arguments_of(f"nemo.{name}", "max_steps", *_WARMUP), arguments)
        _remark(config, name, arguments, rate, warmup, length.steps)


def _policy_name(config: Config, sched: str) -> str:
    """The policy's name: that of its class of parameters, or `name`."""
    if config.known(sched) is None:
        message = "TypeError: 'NoneType' object does not support item assignment: NeMo writes into sched"
        raise config.raises(sched, message, "delete sched for a constant rate")
    config.mapping(sched)
    name, path = None, ""
    for path in (f"{sched}._target_", f"{sched}.args._target_"):
        target = config.text(path) if entry_at(config.root, path)[1] is not None else None
        if target is not None and not target.endswith("Params"):
            message = f"{target} is not a class of parameters of NeMo's policies"
            raise config.fail(path, "unknown-scheduler", message, "it is code of this project, or of another package")
        if target is not None:
            name = target.rpartition(".")[2].removesuffix("Params")
            break
    if name is None:
        path = f"{sched}.name"
        name = config.text(path, choices=(*_POLICIES, *_OF_TORCH))
    if name is None:
        raise config.fail(sched, "missing-key", "sched has no name, so that NeMo makes no schedule", "--set sched.name")
    message = f"ValueError: Cannot resolve scheduler {name!r}. Available optimizers are {', '.join(_POLICIES)}"
    config.refuse_first((name not in _POLICIES and name not in _OF_TORCH, path, message))
    return name


def _put_torch(config: Config, draft: Draft, sched: str, name: str) -> None:
    """Write a scheduler of PyTorch, whose arguments stand in sched or its args; max_steps is not given to it."""
    block = config.mapping(f"{sched}.args") or config.mapping(sched)
    place = config.value_place(sched)
    entries = [] if block is None else without_entries(block, _DROPPED).entries
    scheduler = Named(f"torch.optim.lr_scheduler.{name}", mapping_of(entries, place), sched, place)
    put_scheduler(config, draft, scheduler)
    if _OF_TORCH[name] == "epoch":
        put_epochs(config, draft, "trainer", "epoch", scheduler)
    else:
        draft.put_length(_length(config, sched, ""))


def _arguments(config: Config, sched: str, name: str) -> str:
    """The path of the policy's arguments; "" where NeMo takes its defaults whatever the file says."""
    beside = config.mapping(f"{sched}.args")
    path, known = sched, tuple(arguments_of(f"nemo.{name}", "max_steps"))
    if beside is not None:
        path = f"{sched}.args"
        inner = beside.get("params")
        if entry_at(beside, "name")[1] is not None:
            ignored = [key for key, value in parts_of(beside) if key in known and not is_null(value)]
            ignored += [key for key, value in parts_of(inner) if not is_null(value)] if inner is not None else []
            if ignored:
                what = f"{', '.join(ignored)} beside args.name is ignored: {name} has its defaults"
                advice = "put the arguments into sched itself, without args"
                config.remark(f"{path}.{ignored[0]}", "sched-args", what, "NeMo looks for them elsewhere", advice)
            return ""
        path = f"{path}.params" if isinstance(inner, Mapping) else path
    config.refuse_others(path, known, f"{name}.__init__()", _DROPPED)
    return path


def _trainer_steps(config: Config) -> int | None:
    steps = config.count("trainer.max_steps", -1)
    return steps if steps > 0 else None


def _length(config: Config, sched: str, arguments: str) -> Length:
    """max_steps: the trainer's, else sched's own, else the trainer's epochs times the updates of one."""
    given = config.given
    config.knows(f"{sched}.max_steps", "trainer.max_steps", "trainer.max_epochs", "trainer.accumulate_grad_batches")
    if given.steps is not None:
        return Length(given.steps)
    if given.epochs is None:
        own_steps, steps = config.count(f"{sched}.max_steps", -1), _trainer_steps(config)
        if steps is not None:
            if own_steps > 0 and own_steps != steps:
                what = f"max_steps {own_steps} is not used: NeMo puts trainer.max_steps, {steps}, in its place"
                config.remark(f"{sched}.max_steps", "unread-key", what)
            return Length(steps, "trainer.max_steps", "trainer.max_steps")
        if own_steps > 0:
            return Length(own_steps, f"{sched}.max_steps", f"{sched}.max_steps")
    epochs = given.epochs or config.number("trainer.max_epochs")
    candidates = (f"{arguments}.warmup_ratio" if arguments else "", "trainer.max_epochs")
    needed = next((path for path in candidates if path and config.has(path)), sched)
    if epochs is None or epochs < 1:
        raise config.needs_steps(needed, ("--steps N",))
    if epochs % 1 or epochs > _MAX_EPOCHS:
        raise config.fail("trainer.max_epochs", "bad-value", f"max_epochs must be a whole number, not {epochs:g}")
    updates = updates_of(config, "trainer.accumulate_grad_batches", _batches(config))
    return whole_epochs(config, int(epochs), updates, "trainer.max_epochs", needed)


def _batches(config: Config) -> EpochCount:
    """The batches of an epoch, as compute_max_steps counts them."""
    data = "model.train_ds" if has(config.root, "model.train_ds") else "train_ds"
    batches = batches_of(config, f"{data}.batch_size", world=_world, drop=f"{data}.drop_last")
    limit = config.number("trainer.limit_train_batches", 1.0, least=0)
    if batches.number is None or config.given.steps_per_epoch is not None:
        return batches
    number: float = batches.number
    number = min(number, limit) if isinstance(limit, int) else int(number * limit)
    if not number:
        raise config.fail("trainer.max_epochs", "bad-value", "an epoch has no batch")
    return EpochCount(int(number), batches.how)


def _world(config: Config) -> int:
    """The processes: as given, or the trainer's devices (gpus in older files) times num_nodes, 1 where it says none."""
    if config.given.world_size is not None:
        return config.given.world_size
    nodes = config.count("trainer.num_nodes", 1, at_least=1)
    written = [config.node(key) for key in ("trainer.devices", "trainer.gpus")]
    devices = [node.value for node in written if isinstance(node, Scalar)]
    per_node = (value for value in devices if isinstance(value, int) and not isinstance(value, bool) and value > 0)
    return next(per_node, 1) * nodes


def _put_warmup(config: Config, draft: Draft, arguments: str, steps: int) -> float:
    counted_at, ratio_at = (f"{arguments}.{name}" for name in _WARMUP)
    counted, ratio = config.number(counted_at, least=0), config.number(ratio_at, least=0, most=1)
    if counted is not None and ratio is not None:
        message = "AssertionError: Either use particular number of step or ratio"
        raise config.raises(ratio_at, message, "leave out warmup_steps or warmup_ratio")
    if counted is not None:
        draft.put("schedule.warmup_steps", counted, at=counted_at)
        return counted
    if ratio is None:
        return 0
    why = f"int({ratio!r} * {steps}) from warmup_ratio"
    draft.put("schedule.warmup_steps", int(ratio * steps), at=ratio_at, why=why)
    return int(ratio * steps)


def _remark(config: Config, name: str, arguments: str, rate: float, warmup: float, steps: int) -> None:
    width = config.number(f"{arguments}.d_model") if name == "NoamAnnealing" else None
    low = config.number(f"{arguments}.min_lr", 0.0)
    if width is not None and width > 0:
        peak = rate * width**-0.5 * max(1.0, warmup) ** -0.5
        if peak < low <= rate:
            what = f"NoamAnnealing peaks at {peak:.3g}, below min_lr {low:g}, and goes up to it after the warmup"
            why = "its lr is a factor: the peak is lr * d_model**-0.5 * warmup_steps**-0.5"
            advice = f"lr {low / peak * rate:.3g} would peak at min_lr; files of NeMo have lr 1 to 5"
            config.remark(f"{arguments}.min_lr", "peak-below-min-lr", what, why, advice)
    if name == "T5InverseSquareRootAnnealing":
        config.remark(f"{arguments.removesuffix('.args')}.name", "lr-unused", f"{name} ignores lr {rate:g}")
    key = next((key for key in reversed(_WARMUP) if config.has(f"{arguments}.{key}")), "warmup_steps")
    config.remark_long_warmup(f"{arguments}.{key}", warmup, steps, help="shorten the warmup")


FORMAT = Format("nemo", "NeMo YAML", ("omegaconf",), translate, lacks=_lacks, over=("hydra",))
