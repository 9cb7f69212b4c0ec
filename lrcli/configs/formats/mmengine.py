"""mmengine's Python configs: a `param_scheduler` list over the rate of `optim_wrapper`, as its Runner builds them."""

from __future__ import annotations

from dataclasses import replace

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.counts import EpochCount
from lrcli.configs.nodes import (
    Unknown,
    Value,
    entry_at,
    refuse_unknown,
    sequence_of,
    with_entry,
    without_entries,
)
from lrcli.configs.openmmlab import (
    OpenMMLabRun,
    class_name,
    loader_batches,
    needs_batches,
    put_openmmlab_length,
    put_openmmlab_rate,
    remark_groups,
    run_of,
    whole_length,
)
from lrcli.configs.syntax.openmmlab import check_bases
from lrcli.reader.nodes import Mapping, Scalar, Sequence
from lrcli.reader.source import refuse
from lrcli.reader.units import text_of
from lrcli.reader.values import as_number

_OLD = ("lr_config", "runner", "total_epochs", "optimizer", "optimizer_config", "evaluation")
_DROPPED = ("_scope_", "verbose", "_delete_")
_LR = "optim_wrapper.optimizer.lr"
_LIST = "param_scheduler"


def _lacks(root: Mapping) -> tuple[str, ...]:
    if root.get(_LIST) is not None:
        return ()
    if root.get("_base_") is not None:  # files that are not here, or not looked for
        return ("no key of mmcv's",) if any(root.get(name) is not None for name in _OLD) else ()
    return lacking(root, "param_scheduler|optim_wrapper", "train_cfg")


def translate(config: Config, draft: Draft) -> None:
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
    ended = (_with_end(config, run, entry, i) for i, entry in enumerate(entries))
    draft.put("schedule.schedulers", sequence_of(ended, entries[0].place), at=entries[0].place)
    remark_groups(config, "optim_wrapper.paramwise_cfg")


def _run(config: Config) -> OpenMMLabRun:
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
    length = whole_length(config, by_iter, key)
    if length is None:
        loop = "IterBasedTrainLoop" if by_iter else "EpochBasedTrainLoop"
        message = f"TypeError: {loop}.__init__() missing 1 required positional argument: {key.rpartition('.')[2]!r}"
        raise config.raises("train_cfg", message)
    return run_of(config, by_iter, length, key, _batches(config))


def _batches(config: Config) -> EpochCount:
    counted = config.count("train_dataloader.num_batch_per_epoch", at_least=1)
    sampler = class_name(config, "train_dataloader.sampler.type") or ""
    batches = loader_batches(config, "train_dataloader", "batch_size", sampler)
    times = config.count("train_dataloader.dataset.times", 1, at_least=1)
    if times > 1 and batches.number is not None and config.given.samples is not None:
        what = f"the data set is repeated {times} times in an epoch: --samples counts it with its repetitions"
        config.remark("train_dataloader.dataset.times", "repeated-data", what, level="note")
    if batches.number is None and counted is not None:
        return EpochCount(counted, "num_batch_per_epoch")
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
    schedulers: list[Mapping] = []
    for i, item in enumerate(items):
        path = f"{_LIST}.{i}" if isinstance(node, Sequence) else _LIST
        if isinstance(item, Unknown):
            raise item.refusal(path)
        if not isinstance(item, Mapping):
            raise refuse(item.place, "wrong-type", f"{path} must be dict(type=...), not {item}")
        kind, written = class_name(config, f"{path}.type"), item.get("type")
        if kind is None or written is None:
            raise refuse(item.place, "framework-raises", f'KeyError: `cfg` must contain the key "type" ({path})')
        entry = without_entries(item, _DROPPED)
        refuse_unknown(without_entries(entry, ("type",)), path)
        config.offer(f"{path}.by_epoch", text_of(_is(entry, "by_epoch", True)), ("false", "true"))
        schedulers.append(with_entry(entry, "type", Value(written.place, kind, False, read=kind)))
    return schedulers


def _is(entry: Mapping, key: str, default: bool) -> bool:
    node = entry.get(key)
    value = node.value if isinstance(node, Scalar) else default
    if not isinstance(value, bool):
        assert node is not None
        raise refuse(node.place, "wrong-type", f"{key} must be True or False, not {node}")
    return value


def _put_length(config: Config, draft: Draft, run: OpenMMLabRun, entries: list[Mapping]) -> None:
    by_epoch = [entry for entry in entries if _is(entry, "by_epoch", True)]
    converted = [entry for entry in entries if _is(entry, "convert_to_iter_based", False)]
    by_epoch = [entry for entry in by_epoch if entry not in converted]
    counting = converted if run.by_iter else [entry for entry in entries if entry not in by_epoch]
    if run.by_iter and by_epoch:
        what = f"{_kind(by_epoch[0])} counts epochs, of which an IterBasedTrainLoop has one: it never moves on"
        config.remark(_LIST, "epochs-in-iters", what, "", "write by_epoch=False in its entry")
        if converted:
            message = "some entries count epochs, which an IterBasedTrainLoop has not, and some are converted"
            raise refuse(by_epoch[0].place, "bad-value", message)
        run = replace(run, batches=replace(run.batches, number=run.length))  # the loop is one epoch
    needs = None
    if counting:
        key = entry_at(counting[0], "convert_to_iter_based" if run.by_iter else "by_epoch")[0]
        needs = needs_batches((key or counting[0]).place, f"{_kind(counting[0])} counts iterations")
    put_openmmlab_length(config, draft, run, bool(converted or by_epoch), needs)


def _with_end(config: Config, run: OpenMMLabRun, entry: Mapping, i: int) -> Mapping:
    """An entry with the end that the Runner gives it, and what there is to say of it."""
    by_epoch = _is(entry, "by_epoch", True)
    per_epoch = run.batches.number or 1
    length = (1 if run.by_iter else run.length) if by_epoch else run.length if run.by_iter else run.length * per_epoch
    if entry.get("end") is None:
        entry = with_entry(entry, "end", Scalar(entry.place, text_of(length)))
    end, begin = min(_number(entry, "end", length), length), _number(entry, "begin", 0)
    milestones = entry.get("milestones")
    if isinstance(milestones, Sequence) and not (run.by_iter and by_epoch):
        positions = [number for item in milestones.items if (number := as_number(item)) is not None]
        until = f"the run has {length} {'epochs' if by_epoch else 'iterations'}"
        until = f"the entry ends at {end:g}" if end < length else until
        config.remark_late(f"{_LIST}.{i}.milestones", positions, end - begin, until)
    return entry


def _kind(entry: Mapping) -> str:
    node = entry.get("type")
    return str(node.value) if isinstance(node, Scalar) else "it"


def _number(entry: Mapping, key: str, default: float) -> float:
    node = entry.get(key)
    number = None if node is None else as_number(node)
    return default if number is None else number


FORMAT = Format("mmengine", "mmengine .py", ("openmmlab", "pyyaml"), translate, lacks=_lacks)
