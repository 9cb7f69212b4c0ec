"""mmengine's Python configs: a `param_scheduler` list over the rate of `optim_wrapper`, as its Runner builds them."""

from __future__ import annotations

from dataclasses import dataclass

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.nodes import Unknown, Value, entry_at, mapping_of, sequence_of, text_of
from lrcli.configs.openmmlab import Batches, batches_of, class_name, put_openmmlab_rate, refuse_unknown, remark_groups
from lrcli.configs.syntax.openmmlab import check_bases
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import refuse

_OLD = ("lr_config", "runner", "total_epochs", "optimizer", "optimizer_config", "evaluation")
_DROPPED = ("_scope_", "verbose", "_delete_")
_LR = "optim_wrapper.optimizer.lr"
_LIST = "param_scheduler"


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a config of mmengine."""
    if root.get(_LIST) is not None:
        return ()
    if root.get("_base_") is not None:  # files that are not here, or not looked for
        return ("no key of mmcv's",) if any(root.get(name) is not None for name in _OLD) else ()
    return lacking(root, "param_scheduler|optim_wrapper", "train_cfg")


@dataclass(frozen=True)
class _Run:
    """A training loop: its length in its own unit, the key of it, and the batches of an epoch."""

    by_iter: bool
    length: int
    key: str
    batches: Batches


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of an mmengine config."""
    config.knows("auto_scale_lr", "train_dataloader", "train_cfg", _LIST, "optim_wrapper")
    check_bases(config.root)
    run = _run(config)
    entries = _entries(config)
    _put_length(config, draft, run, entries)
    put_openmmlab_rate(config, draft, _LR, "train_dataloader.batch_size")
    if not entries:
        draft.put("schedule.type", "constant", at=_LIST if config.has(_LIST) else None, why="no param_scheduler")
        return
    draft.put("schedule.type", "mmengine.param_scheduler", at=_LIST, why=_LIST)
    made = [_with_end(config, run, entry, i) for i, entry in enumerate(entries)]
    draft.put("schedule.schedulers", sequence_of(made, entries[0].place), at=entries[0].place)
    remark_groups(config, "optim_wrapper.paramwise_cfg")


def _run(config: Config) -> _Run:
    """The training loop that train_cfg describes."""
    cfg = config.mapping("train_cfg")
    if cfg is None:
        message = "train_cfg is not in the file: the length of the run is not known"
        raise config.fail("train_cfg", "needs-value", message, "--set train_cfg.max_epochs=N")
    kind = class_name(config, "train_cfg.type")
    by_epoch = config.node("train_cfg.by_epoch")
    if kind is not None and by_epoch is not None:
        message = "RuntimeError: Only one of `type` or `by_epoch` can exist in `loop_cfg`."
        raise config.raises("train_cfg.by_epoch", message)
    if kind in ("EpochBasedTrainLoop", "IterBasedTrainLoop"):
        by_iter = kind == "IterBasedTrainLoop"
    elif kind is not None:  # a loop of the project's own
        by_iter = config.has("train_cfg.max_iters") and not config.has("train_cfg.max_epochs")
    elif by_epoch is None:
        raise config.raises("train_cfg", "KeyError: 'by_epoch' (train_cfg has neither type nor by_epoch)")
    else:
        by_iter = not config.flag("train_cfg.by_epoch")
    key = "train_cfg.max_iters" if by_iter else "train_cfg.max_epochs"
    config.knows(key)
    length = config.count(key, at_least=1)
    epochs = config.given.epochs
    if not by_iter and epochs is not None:
        if epochs % 1:
            raise config.fail(key, "bad-value", f"--epochs must be a whole number here, not {epochs:g}")
        length = int(epochs)
    if length is None and by_iter:
        length = config.given.steps
    if length is None:
        loop = "IterBasedTrainLoop" if by_iter else "EpochBasedTrainLoop"
        message = f"TypeError: {loop}.__init__() missing 1 required positional argument: {key.rpartition('.')[2]!r}"
        raise config.raises("train_cfg", message)
    return _Run(by_iter, length, key, _batches(config, by_iter, length))


def _batches(config: Config, by_iter: bool, length: int) -> Batches:
    """The batches of an epoch; of a run of epochs whose steps are given, its share of them."""
    counted = config.count("train_dataloader.num_batch_per_epoch", at_least=1)
    sampler = class_name(config, "train_dataloader.sampler.type") or ""
    batches = batches_of(config, "train_dataloader", "batch_size", sampler)
    times = config.count("train_dataloader.dataset.times", 1, at_least=1)
    steps = config.given.steps
    if batches.count is not None and config.given.samples is not None and times > 1:
        what = f"the data set is repeated {times} times in an epoch: --samples counts it with its repetitions"
        config.remark("train_dataloader.dataset.times", "repeated-data", what, level="note")
    if batches.count is None and counted is not None:
        return Batches(counted, "num_batch_per_epoch")
    if batches.count is None and steps is not None and not by_iter and steps % length == 0:
        return Batches(steps // length, f"{steps} steps in {length} epochs")
    return batches


def _entries(config: Config) -> list[Mapping]:
    """The schedulers of the list, whatever they are written as."""
    node = config.known(_LIST)
    if node is None:
        return []
    if isinstance(node, Mapping) and node.get("type") is None:
        message = "param_scheduler has a list for each of several optimizers, of which one has to be chosen"
        raise config.fail(_LIST, "ambiguous", message, "--set param_scheduler=... with the list of one of them")
    items = node.items if isinstance(node, Sequence) else (node,)
    found: list[Mapping] = []
    for i, item in enumerate(items):
        path = f"{_LIST}.{i}" if isinstance(node, Sequence) else _LIST
        if isinstance(item, Unknown):
            raise refuse(item.place, item.code, f"{path}: {item.why}", item.help)
        if not isinstance(item, Mapping):
            raise refuse(item.place, "wrong-type", f"{path} must be dict(type=...), not {item}")
        entries: list[tuple[Scalar, Node]] = []
        kind = class_name(config, f"{path}.type")
        if kind is None:
            raise refuse(item.place, "framework-raises", f'KeyError: `cfg` must contain the key "type" ({path})')
        for key, value in item.entries:
            if key.text in _DROPPED:
                continue
            if key.text == "type":
                entries.append((key, Value(value.place, kind, False, read=kind)))
                continue
            refuse_unknown(value, f"{path}.{key.text}")
            entries.append((key, value))
        found.append(mapping_of(entries, item.place))
    return found


def _is(entry: Mapping, key: str, default: bool) -> bool:
    node = entry.get(key)
    value = node.value if isinstance(node, Scalar) else default
    if not isinstance(value, bool):
        assert node is not None
        raise refuse(node.place, "wrong-type", f"{key} must be True or False, not {node}")
    return value


def _put_length(config: Config, draft: Draft, run: _Run, entries: list[Mapping]) -> None:
    """Write how long the run is: in iterations where batches count or are known, else in epochs."""
    iters = [one for one in entries if not _is(one, "by_epoch", True) or _is(one, "convert_to_iter_based", False)]
    converted = [one for one in entries if _is(one, "convert_to_iter_based", False)]
    why = "--epochs" if config.given.epochs is not None and not run.by_iter else ""
    if run.by_iter:
        by_epoch = [one for one in entries if one not in iters]
        per_epoch = run.batches.count
        if converted and per_epoch is None:
            raise _needs(converted[0], "convert_to_iter_based")
        if by_epoch:
            _remark_epochs(config, by_epoch[0])
            if converted:
                message = "some entries count epochs, which an IterBasedTrainLoop has not, and some are converted"
                raise refuse(by_epoch[0].place, "bad-value", message)
            per_epoch = run.length  # the loop is one epoch: what counts epochs never moves on
        steps = config.given.steps or run.length
        draft.put("steps", steps, at=run.key, why=config.given.option("steps") if config.given.steps else "")
        if per_epoch is not None and (converted or by_epoch):
            draft.put("steps_per_epoch", per_epoch, why=run.batches.how)
        return
    if run.batches.count is None:
        if iters:
            raise _needs(iters[0], "by_epoch")
        draft.put("epochs", run.length, at=run.key, why=why)
        return
    steps = config.given.steps or run.length * run.batches.count
    draft.put("steps", steps, at=run.key, why=f"{run.length} epochs * {run.batches.count}; {run.batches.how}")
    draft.put("steps_per_epoch", run.batches.count, why=run.batches.how)


def _needs(entry: Mapping, key: str) -> SpecError:
    """The error of an entry whose length depends on the batches of an epoch."""
    place = entry_at(entry, key)[0]
    message = f"{_kind(entry)} counts iterations: it needs the batches of an epoch, which depend on the data"
    help = "--samples N (1 GPU; --world-size N), or --batches-per-epoch N"
    return refuse(entry.place if place is None else place.place, "needs-steps", message, help)


def _with_end(config: Config, run: _Run, entry: Mapping, i: int) -> Mapping:
    """An entry with the end that the Runner gives it, and what there is to say of it."""
    by_epoch = _is(entry, "by_epoch", True)
    per_epoch = run.batches.count or 1
    length = (1 if run.by_iter else run.length) if by_epoch else run.length if run.by_iter else run.length * per_epoch
    if entry.get("end") is None:
        entry = mapping_of([*entry.entries, (Scalar(entry.place, "end"), Scalar(entry.place, text_of(length)))],
                           entry.place)  # fmt: skip
    end = min(_number(entry, "end", length), length)
    begin = _number(entry, "begin", 0)
    milestones = entry.get("milestones")
    if isinstance(milestones, Sequence) and not (run.by_iter and by_epoch):
        late = [
            one.value
            for one in milestones.items
            if isinstance(one, Scalar) and isinstance(one.value, (int, float)) and begin + one.value >= end
        ]
        if late:
            unit = "epochs" if by_epoch else "iterations"
            what = f"milestone {', '.join(f'{one:g}' for one in late)} is never reached: the run has {length} {unit}"
            if end < length:
                what = f"milestone {', '.join(f'{one:g}' for one in late)} is never reached: the entry ends at {end:g}"
            config.remark(f"{_LIST}.{i}.milestones", "milestone-outside", what, "the rate is not lowered there")
    return entry


def _kind(entry: Mapping) -> str:
    node = entry.get("type")
    return str(node.value) if isinstance(node, Scalar) else "it"


def _number(entry: Mapping, key: str, default: float) -> float:
    node = entry.get(key)
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else default


def _remark_epochs(config: Config, entry: Mapping) -> None:
    what = f"{_kind(entry)} counts epochs, of which an IterBasedTrainLoop has one: it never moves on"
    config.remark(_LIST, "epochs-in-iters", what, "", "write by_epoch=False in its entry")


FORMAT = Format("mmengine", "mmengine .py", ("openmmlab", "pyyaml"), misses, translate)
