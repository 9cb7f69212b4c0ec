"""An optimizer and a torch scheduler that a config names by their classes (Hydra, LightningCLI) -> a spec."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lrcli.configs.config import Config
from lrcli.configs.counts import Length, batches_of, option_count, updates_of
from lrcli.configs.draft import Draft, required_of
from lrcli.configs.named import OF_TORCH, Named, object_at
from lrcli.configs.nodes import joined, mapping_of, parts_of, refuse_unknown, sequence_of, with_entry, without_entries
from lrcli.frameworks.replaying import replaying
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import refuse
from lrcli.reader.values import as_number, is_null

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
    for named in (scheduler, optimizer):
        if named is not None:
            config.read.setdefault(named.path)
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


_PACKAGES = {"transformers.": "transformers", "timm.": "timm", "pl_bolts.": "lightning_bolts", "mmengine.": "mmengine"}
"""Packages with schedulers that lrcli knows, and whose they are."""


def put_scheduler(config: Config, draft: Draft, scheduler: Named) -> None:
    """Write the schedule of a scheduler of PyTorch, or of another package that lrcli knows."""
    if scheduler.is_of_torch:
        draft.put("schedule", _torch_schedule(scheduler), at=scheduler.place, why=scheduler.name)
        draft.put("emulate", f"torch-{replaying().NEWEST}:lr", why="as PyTorch computes it, step by step")
        return
    framework = next((name for prefix, name in _PACKAGES.items() if scheduler.name.startswith(prefix)), "")
    if not framework:
        message = f"{scheduler.name} is not a scheduler that lrcli knows"
        raise refuse(scheduler.place, "unknown-scheduler", message, "it is code of this project, or of another package")
    if framework == "transformers":
        scheduler = _with_steps(config, scheduler)
    arguments = _known_arguments(scheduler)
    draft.put("schedule", _typed(scheduler, f"{framework}.{scheduler.short}", arguments), at=scheduler.place)


def _typed(scheduler: Named, name: str, arguments: Iterable[tuple[Scalar, Node]]) -> Mapping:
    entries = [(Scalar(scheduler.place, "type"), Scalar(scheduler.place, name)), *arguments]
    return mapping_of(entries, scheduler.place)


def _known_arguments(scheduler: Named) -> tuple[tuple[Scalar, Node], ...]:
    """The arguments that bear on the rate. Raises SpecError for one that the file does not give."""
    arguments = without_entries(scheduler.arguments, _DROPPED).entries
    for key, value in arguments:
        if key.text != "schedulers" or not isinstance(value, Sequence):
            refuse_unknown(value, key.text)
    return arguments


def _torch_schedule(scheduler: Named) -> Mapping:
    given = [key for key, value in parts_of(scheduler.arguments) if not is_null(value)]
    for name in required_of(scheduler.short):
        name = {"schedules": "schedulers"}.get(name, name)
        if name not in given:
            message = f"TypeError: {scheduler.short}.__init__() missing 1 required positional argument: {name!r}"
            raise refuse(scheduler.place, "framework-raises", message)
    counted = "total_steps" in given or {"epochs", "steps_per_epoch"} <= set(given)
    if scheduler.short == "OneCycleLR" and not counted:
        message = "ValueError: You must define either total_steps OR (epochs AND steps_per_epoch)"
        missing = "steps_per_epoch" if "epochs" in given else "total_steps"
        help = f"where the code of the project fills it in: --set {scheduler.arguments_path}.{missing}=..."
        raise refuse(scheduler.place, "framework-raises", message, help)
    arguments: list[tuple[Scalar, Node]] = []
    for key, value in _known_arguments(scheduler):
        if key.text == "schedulers" and isinstance(value, Sequence):
            inner = sequence_of((_inner_schedule(item, scheduler.key) for item in value.items), value.place)
            arguments.append((key, inner))
            continue
        if key.text == "lr_lambda" and not (isinstance(value, Scalar) and isinstance(value.value, str)):
            raise refuse(value.place, "code-not-data", "lr_lambda is code of the project, which lrcli does not run")
        arguments.append((key, value))
    return _typed(scheduler, scheduler.short, arguments)


def _inner_schedule(item: Node, key: str) -> Mapping:
    scheduler = object_at(item, key) if key else None
    if scheduler is None or scheduler.short not in OF_TORCH:
        raise refuse(item.place, "unknown-scheduler", "this is not a scheduler of torch.optim.lr_scheduler")
    return _torch_schedule(scheduler)


def _with_steps(config: Config, scheduler: Named) -> Named:
    """The scheduler with the steps that the project's code computes, as --steps says them; they may be left out, or -1.

    Such code makes a share of a num_warmup_steps below 1, too.
    """
    steps, path = scheduler.arguments.get("num_training_steps"), scheduler.arguments_path
    is_open = "constant" not in scheduler.short and (steps is None or _is_placeholder(steps))
    if is_open and config.given.steps is None:
        how = "is not in the file" if steps is None else f"{steps} is a placeholder"
        message = f"num_training_steps {how}: the code of the project computes the steps"
        place = scheduler.place if steps is None else steps.place
        raise refuse(place, "needs-value", message, f"--steps N, or --set {path}.num_training_steps=...")
    warmup = scheduler.arguments.get("num_warmup_steps")
    share = as_number(warmup) if is_open and warmup is not None else None
    if warmup is not None and (_is_placeholder(warmup) or (isinstance(share, float) and 0 < share < 1)):
        message = f"num_warmup_steps {warmup} stands for what the code of the project computes"
        raise refuse(warmup.place, "needs-value", message, f"--set {path}.num_warmup_steps=...")
    if not is_open:
        return scheduler
    given = Scalar(scheduler.place, str(config.given.steps))
    return replace(scheduler, arguments=with_entry(scheduler.arguments, "num_training_steps", given))


def _is_placeholder(node: Node) -> bool:
    """Whether a number stands for what the project's code computes, as Lightning Transformers writes -1."""
    number = as_number(node)
    return number is not None and number < 0


def put_epochs(config: Config, draft: Draft, trainer: str, interval: str, scheduler: Named) -> None:
    """Write how long the run is: in epochs, or in steps where the scheduler is stepped in each of them.

    trainer: where the keys of Lightning's Trainer stand, "" where they do not.
    """
    given, at = config.given, joined(trainer, "max_epochs") if trainer else ""
    epochs = given.epochs if given.epochs is not None else config.number(at) if trainer else None
    per_epoch = _updates(config, trainer)
    if per_epoch is not None:
        draft.put("steps_per_epoch", per_epoch)
    steps_at = f"{trainer}.max_steps"
    max_steps = config.number(steps_at) if trainer else None
    if max_steps is not None and (max_steps < 1 or given.epochs or given.steps):
        max_steps = None
    if max_steps and epochs and epochs > 0 and per_epoch is None:
        what = f"the run ends at the first of max_steps and max_epochs: that in {interval}s is taken for it"
        config.remark(steps_at, "two-lengths", what, help="--steps-per-epoch N tells which it is", level="note")
    if interval == "step":
        lengths = [Length(int(max_steps), at=steps_at)] if max_steps else []
        if epochs is not None and epochs > 0 and per_epoch is not None:
            lengths.append(Length(int(epochs * per_epoch), at=f"{trainer}.max_epochs"))
        if not lengths and given.epochs is None and (own_steps := _own_length(config, scheduler)) is not None:
            lengths.append(Length(own_steps, at=f"{scheduler.arguments_path}.total_steps"))
        if given.steps is not None:
            lengths = [Length(given.steps)]
        if not lengths:
            raise config.needs_steps(f"{trainer}.max_epochs", ("--steps N", "--steps-per-epoch N"))
        draft.put_length(min(lengths, key=lambda length: length.steps))  # the Trainer stops at the first of them
    elif given.steps is not None and given.epochs is None:
        draft.put_length(Length(given.steps))
        draft.put("interval", "epoch")
    elif epochs is None or epochs < 1:
        raise config.fail(at, "needs-steps", "the number of epochs is not in the file", "--epochs N")
    elif epochs % 1:
        raise config.fail(at, "bad-value", f"max_epochs must be a whole number, not {epochs:g}")
    else:
        if max_steps and per_epoch and max_steps < epochs * per_epoch:
            epochs, at = -(-max_steps // per_epoch), steps_at
        draft.put("epochs", int(epochs), at=at or None)


def _own_length(config: Config, scheduler: Named) -> int | None:
    """The steps of a OneCycleLR, past which torch raises."""
    counts = {}
    for name in ("total_steps", "epochs", "steps_per_epoch") if scheduler.short == "OneCycleLR" else ():
        node = scheduler.arguments.get(name)
        if node is not None and not is_null(node):
            counts[name] = config.count_of(node, f"{scheduler.arguments_path}.{name}", 1)
    product = counts["epochs"] * counts["steps_per_epoch"] if len(counts) == 2 and "total_steps" not in counts else None
    return counts.get("total_steps", product)


def _updates(config: Config, trainer: str) -> int | None:
    """The optimizer steps of an epoch, as Lightning counts them; None where nothing says so."""
    batch = config.given.batch_size
    accumulation = f"{trainer}.accumulate_grad_batches" if trainer else ""
    batches = batches_of(config, "", batch=batch) if batch else option_count(config, "batches_per_epoch")
    return updates_of(config, accumulation, batches).number
