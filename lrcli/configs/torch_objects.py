"""An optimizer and a torch scheduler that a config names by their classes (Hydra, LightningCLI) -> a spec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lrcli.configs.config import Config
from lrcli.configs.draft import Draft
from lrcli.configs.named import OF_TORCH, REQUIRED, Named
from lrcli.configs.nodes import Unknown, mapping_of, sequence_of
from lrcli.errors import SpecError
from lrcli.frameworks.replaying import replaying
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import refuse
from lrcli.reader.values import is_null

_RATES = {
    **dict.fromkeys(("SGD", "Adam", "AdamW", "RAdam", "SparseAdam"), 1e-3),
    **dict.fromkeys(("RMSprop", "Adagrad", "ASGD", "Rprop", "Adafactor"), 1e-2),
    **dict.fromkeys(("NAdam", "Adamax"), 2e-3),
    **dict.fromkeys(("Adadelta", "LBFGS"), 1.0),
}
_DROPPED = (
    "optimizer",
    "monitor",
    "verbose",
    "last_epoch",
    "_partial_",
    "_convert_",
    "_recursive_",
    "_target_",
    "_args_",
)


def put_rate(config: Config, draft: Draft, optimizer: Named | None, scheduler: Named) -> None:
    """Write the optimizer's rate: its lr, or its class's default. OneCycleLR and CyclicLR bring their own."""
    if scheduler.short in ("OneCycleLR", "CyclicLR"):
        return
    node = None if optimizer is None else optimizer.arguments.get("lr")
    if node is not None and optimizer is not None:
        rate = config.number_of(node, f"{optimizer.arguments_path}.lr")
        if rate < 0:
            raise refuse(node.place, "framework-raises", f"ValueError: Invalid learning rate: {rate}")
        draft.put("lr", float(rate), at=node.place, why=f"lr of {optimizer.short}")
        return
    of_torch = optimizer is not None and optimizer.name in (optimizer.short, f"torch.optim.{optimizer.short}")
    default = _RATES.get(optimizer.short) if optimizer is not None and of_torch else None
    if default is not None and optimizer is not None:
        draft.put("lr", default, at=optimizer.place, why=f"{optimizer.short} has no lr in the file: torch's default")
    else:
        place = config.source.whole if optimizer is None else optimizer.place
        raise refuse(place, "needs-value", "the learning rate of the optimizer is not in the file", "--set ...lr=...")


def put_scheduler(config: Config, draft: Draft, scheduler: Named, nested: Callable[[Node], Node]) -> bool:
    """Write the schedule; whether it is one of torch's. `nested` gives the class form of the schedulers inside it."""
    if scheduler.is_of_torch:
        draft.put("schedule", _torch(scheduler, nested), at=scheduler.place, why=scheduler.name)
        draft.put("emulate", f"torch-{replaying().NEWEST}:lr", why="as PyTorch computes it, step by step")
        return True
    if scheduler.name.startswith("transformers."):
        counted = _with_steps(config, scheduler)
        draft.put("schedule", _plain(counted, f"transformers.{scheduler.short}"), at=scheduler.place)
        return False
    for prefix, framework in (("timm.", "timm"), ("pl_bolts.", "lightning_bolts"), ("mmengine.", "mmengine")):
        if scheduler.name.startswith(prefix):
            draft.put("schedule", _plain(scheduler, f"{framework}.{scheduler.short}"), at=scheduler.place)
            return False
    message = f"{scheduler.name} is not a scheduler that lrcli knows"
    raise refuse(scheduler.place, "unknown-scheduler", message, "it is code of this project, or of another package")


def _torch(scheduler: Named, nested: Callable[[Node], Node]) -> Mapping:
    arguments = scheduler.arguments
    given = [key.text for key, value in arguments.entries if not is_null(value)]
    for name in REQUIRED.get(scheduler.short, ()):
        if name not in given:
            message = f"TypeError: {scheduler.short}.__init__() missing 1 required positional argument: {name!r}"
            raise refuse(scheduler.place, "framework-raises", message)
    counted = "total_steps" in given or {"epochs", "steps_per_epoch"} <= set(given)
    if scheduler.short == "OneCycleLR" and not counted:
        message = "ValueError: You must define either total_steps OR (epochs AND steps_per_epoch)"
        missing = "steps_per_epoch" if "epochs" in given else "total_steps"
        help = f"where the code of the project fills it in: --set {scheduler.arguments_path}.{missing}=..."
        raise refuse(scheduler.place, "framework-raises", message, help)
    entries: list[tuple[Scalar, Node]] = [(Scalar(scheduler.place, "type"), Scalar(scheduler.place, scheduler.short))]
    for key, value in arguments.entries:
        if key.text in _DROPPED:
            continue
        if key.text == "schedulers" and isinstance(value, Sequence):
            items = [_inside(item, nested) for item in value.items]
            entries.append((key, sequence_of(items, value.place)))
            continue
        _refuse_unknown(value, key.text)
        if key.text == "lr_lambda" and not (isinstance(value, Scalar) and isinstance(value.value, str)):
            raise refuse(value.place, "code-not-data", "lr_lambda is code of the project, which lrcli does not run")
        entries.append((key, value))
    return mapping_of(entries, scheduler.place)


def _inside(item: Node, nested: Callable[[Node], Node]) -> Node:
    """A scheduler inside another, in a spec's words."""
    made = nested(item)
    if isinstance(made, Mapping) and isinstance(kind := made.get("type"), Scalar) and kind.text in OF_TORCH:
        arguments = mapping_of((entry for entry in made.entries if entry[0].text != "type"), made.place)
        return _torch(Named(kind.text, arguments, "", kind.place), nested)
    raise refuse(item.place, "unknown-scheduler", "this is not a scheduler of torch.optim.lr_scheduler")


def _plain(scheduler: Named, name: str) -> Mapping:
    """Another framework's schedule with its arguments as they are."""
    entries: list[tuple[Scalar, Node]] = [(Scalar(scheduler.place, "type"), Scalar(scheduler.place, name))]
    for key, value in scheduler.arguments.entries:
        if key.text not in _DROPPED:
            _refuse_unknown(value, key.text)
            entries.append((key, value))
    return mapping_of(entries, scheduler.place)


def _with_steps(config: Config, scheduler: Named) -> Named:
    """The scheduler with the steps that the project's code computes, as --steps says them; they may be left out, or -1.

    Such code makes a share of a num_warmup_steps below 1, too.
    """
    steps, path = scheduler.arguments.get("num_training_steps"), scheduler.arguments_path
    left = "constant" not in scheduler.short and (steps is None or _is_placeholder(steps))
    if left and config.given.steps is None:
        how = "is not in the file" if steps is None else f"{steps} is a placeholder"
        message = f"num_training_steps {how}: the code of the project computes the steps"
        place = scheduler.place if steps is None else steps.place
        raise refuse(place, "needs-value", message, f"--steps N, or --set {path}.num_training_steps=...")
    warmup = scheduler.arguments.get("num_warmup_steps")
    value = warmup.value if isinstance(warmup, Scalar) else None
    if warmup is not None and (_is_placeholder(warmup) or (left and isinstance(value, float) and 0 < value < 1)):
        message = f"num_warmup_steps {warmup} stands for what the code of the project computes"
        raise refuse(warmup.place, "needs-value", message, f"--set {path}.num_warmup_steps=...")
    if not left:
        return scheduler
    entry = Scalar(scheduler.place, "num_training_steps"), Scalar(scheduler.place, str(config.given.steps))
    return replace(scheduler, arguments=mapping_of([*scheduler.arguments.entries, entry], scheduler.arguments.place))


def _is_placeholder(node: Node) -> bool:
    """Whether a number stands for what the project's code computes, as Lightning Transformers writes -1."""
    value = node.value if isinstance(node, Scalar) else None
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0


def _refuse_unknown(node: Node, name: str) -> None:
    """Refuse a value that the file does not give."""
    if isinstance(node, Unknown):
        raise node.refusal(name)
    if isinstance(node, Sequence):
        for item in node.items:
            _refuse_unknown(item, name)
    elif isinstance(node, Mapping):
        for _, value in node.entries:
            _refuse_unknown(value, name)


def put_length(config: Config, draft: Draft, trainer: str, interval: str, scheduler: Named) -> None:
    """Write how long the run is: in epochs, or in steps where the scheduler is stepped in each of them."""
    given = config.given
    epochs = given.epochs if given.epochs is not None else config.number(f"{trainer}.max_epochs") if trainer else None
    per = _per_epoch(config, trainer)
    if per is not None:
        draft.put("steps_per_epoch", per)
    max_steps = config.number(f"{trainer}.max_steps") if trainer else None
    if interval == "step":
        steps = given.steps
        at: str | None = None
        if steps is None and max_steps is not None and max_steps > 0:
            steps, at = int(max_steps), f"{trainer}.max_steps"
        if steps is None and epochs is not None and epochs > 0 and per is not None:
            steps, at = int(epochs * per), f"{trainer}.max_epochs"
        if steps is None:
            steps, at = _own_length(config, scheduler), f"{scheduler.arguments_path}.total_steps"
        if steps is None:
            raise config.needs_steps(f"{trainer}.max_epochs", ("--steps N", "--steps-per-epoch N"))
        draft.put("steps", steps, at=at, why="" if at else "--steps")
        return
    if given.steps is not None and given.epochs is None:
        draft.put("steps", given.steps, why="--steps")
        draft.put("interval", "epoch")
        return
    if epochs is None or epochs < 1:
        raise _needs_epochs(config, trainer)
    if epochs % 1:
        raise config.fail(f"{trainer}.max_epochs", "bad-value", f"max_epochs must be a whole number, not {epochs:g}")
    draft.put("epochs", int(epochs), at=f"{trainer}.max_epochs" if trainer else None)


def _own_length(config: Config, scheduler: Named) -> int | None:
    """The steps of a OneCycleLR, past which torch raises."""
    counts = {}
    for name in ("total_steps", "epochs", "steps_per_epoch") if scheduler.short == "OneCycleLR" else ():
        node = scheduler.arguments.get(name)
        if node is not None and not is_null(node):
            counts[name] = config.count_of(node, f"{scheduler.arguments_path}.{name}", 1)
    if "total_steps" in counts:
        return counts["total_steps"]
    return counts["epochs"] * counts["steps_per_epoch"] if len(counts) == 2 else None


def _needs_epochs(config: Config, trainer: str) -> SpecError:
    message = "the number of epochs is not in the file"
    return config.fail(f"{trainer}.max_epochs" if trainer else "", "needs-steps", message, "--epochs N")


def _per_epoch(config: Config, trainer: str) -> int | None:
    """The optimizer steps of an epoch, as Lightning counts them; None where nothing says so."""
    given = config.given
    if given.steps_per_epoch is not None:
        return given.steps_per_epoch
    batches = given.batches_per_epoch
    if batches is None and given.samples is not None and given.batch_size is not None:
        share = -(-given.samples // (given.world_size or 1))
        batches = -(-share // given.batch_size)
    if batches is None:
        return None
    accumulation = config.count(f"{trainer}.accumulate_grad_batches", 1) if trainer else 1
    return -(-batches // max(1, accumulation))
