"""mmcv's Python configs (OpenMMLab before mmengine): the `lr_config` of its LrUpdaterHook over the optimizer's rate."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.draft import arguments_of
from lrcli.configs.nodes import parts_of, refuse_unknown, without_entries
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
from lrcli.reader.nodes import Mapping, Sequence

_POLICIES = (
    *("Fixed", "Step", "Exp", "Poly", "Inv", "CosineAnnealing", "LinearAnnealing", "FlatCosineAnnealing"),
    *("CosineRestart", "Cyclic", "OneCycle"),
)
_NULLS = ("warmup", "min_lr", "min_lr_ratio", "total_steps")
_HOOK = "LrUpdaterHook"


def _lacks(root: Mapping) -> tuple[str, ...]:
    if root.get("lr_config") is not None:
        return ()
    if root.get("optim_wrapper") is not None:
        return ("lr_config (optim_wrapper is mmengine's)",)
    return lacking(root, "lr_config|optimizer", "lr_config|runner|total_epochs|optimizer_config")


def translate(config: Config, draft: Draft) -> None:
    config.knows("lr_config", "optimizer", "runner", "total_epochs", "data", "auto_scale_lr")
    check_bases(config.root)
    run = _run(config)
    by_iter = run.by_iter
    policy = _policy(config)
    by_epoch = config.flag("lr_config.by_epoch", not by_iter and policy not in ("Cyclic", "OneCycle"))
    if by_iter and by_epoch:
        message = "by_epoch: an IterBasedRunner has no epochs, so that this policy would never act"
        raise config.fail("lr_config.by_epoch", "bad-value", message, "--set lr_config.by_epoch=False")
    warmup = config.text("lr_config.warmup") if policy is not None else None
    in_epochs = warmup is not None and config.flag("lr_config.warmup_by_epoch")
    _put_length(config, draft, run, policy is not None and (not by_epoch or bool(warmup)), in_epochs)
    put_openmmlab_rate(config, draft, "optimizer.lr", _batch_key(config))
    remark_groups(config, "optimizer.paramwise_cfg")
    if policy is None:
        draft.put("schedule.type", "constant", at="lr_config" if config.has("lr_config") else None, why="no lr_config")
        return
    draft.put("schedule.type", "mmcv.lr_config", at="lr_config", why="lr_config")
    draft.put("schedule.policy", policy, at="lr_config.policy")
    draft.put("schedule.by_epoch", by_epoch, at="lr_config.by_epoch" if config.has("lr_config.by_epoch") else None,
              why="" if config.has("lr_config.by_epoch") else f"the default of {policy}, in a run of "
              f"{'iterations' if by_iter else 'epochs'}")  # fmt: skip
    _put_keys(config, draft, policy, warmup)
    _remark_late_steps(config, policy, run.length * (1 if by_epoch or by_iter else run.batches.number or 0), by_epoch)


def _run(config: Config) -> OpenMMLabRun:
    runner = config.mapping("runner")
    kind = class_name(config, "runner.type") if runner is not None else None
    counts = ("runner.max_iters", "runner.max_epochs") if runner is not None else ("total_iters", "total_epochs")
    iters, epochs_ = map(config.has, counts)
    by_iter = kind == "IterBasedRunner" or (kind != "EpochBasedRunner" and iters and not epochs_)
    names = ("runner.max_iters", "total_iters") if by_iter else ("runner.max_epochs", "total_epochs")
    key = next((name for name in names if config.has(name)), names[0])
    written, total = config.count(key, at_least=1), config.count("total_epochs")
    differs = not by_iter and key == "runner.max_epochs" and total is not None and total != written
    message = f"AssertionError: total_epochs {total} and runner.max_epochs {written} must be the same"
    config.refuse_first((differs, "total_epochs", message))
    length = whole_length(config, by_iter, key)
    if length is None:
        message = "the length of the run is not in the file: it has no runner and no total_epochs"
        raise config.fail("runner", "needs-steps", message, "--epochs N")
    loader = _batch_key(config).rpartition(".")[0]
    return run_of(config, by_iter, length, key, loader_batches(config, loader, "samples_per_gpu"))


def _policy(config: Config) -> str | None:
    """The policy as its hook is called; None where the rate is constant."""
    if config.known("lr_config") is None:
        return None
    config.mapping("lr_config")
    name, path = config.text("lr_config.policy", choices=_POLICIES), "lr_config.policy"
    policy = name.title() if name is not None and name == name.lower() else name
    if policy is None:
        path = "lr_config.type"
        hook = class_name(config, path)
        if hook is None:
            raise config.raises("lr_config", "AssertionError: lr_config has no policy ('policy' in lr_config)")
        policy = hook.removesuffix(_HOOK)
    message = f"KeyError: '{policy}{_HOOK} is not in the hook registry'"
    help = f"a project's own hook is not read (mmdet's YOLOX, for one); mmcv's are {', '.join(_POLICIES)}"
    config.refuse_first((policy not in _POLICIES, path, message, help))
    return policy


def _batch_key(config: Config) -> str:
    newer = "data.train_dataloader.samples_per_gpu"
    return newer if config.has(newer) else "data.samples_per_gpu"


def _put_length(config: Config, draft: Draft, run: OpenMMLabRun, counts_batches: bool, in_epochs: bool) -> None:
    path = ""
    if run.by_iter and in_epochs:
        path = "lr_config.warmup_by_epoch"
    elif counts_batches and not run.by_iter and not in_epochs:
        path = "lr_config.warmup_iters" if config.has("lr_config.warmup_iters") else "lr_config"
    what = f"{path.rpartition('.')[2]} counts iterations beside epochs"
    put_openmmlab_length(config, draft, run, in_epochs, needs_batches(config.place(path), what) if path else None)


def _put_keys(config: Config, draft: Draft, policy: str, warmup: str | None) -> None:
    hook, known = config.mapping("lr_config"), arguments_of("mmcv.lr_config")
    for name, node in () if hook is None else parts_of(without_entries(hook, ("policy", "type", "by_epoch"))):
        path, of_warmup = f"lr_config.{name}", name.startswith("warmup")
        refuse_unknown(node, path)
        if name not in known:
            message = f"TypeError: {_HOOK}.__init__() got an unexpected keyword argument {name!r}"
            raise config.raises(path, message, f"this is an argument of {policy}{_HOOK}")
        if of_warmup and warmup is None:
            continue
        if config.has(path):
            draft.put(f"schedule.{name}", node, at=path)
        elif name not in _NULLS:
            raise config.fail(path, "needs-value", f"{name} is None, and a value is needed")
    if warmup is None and config.has("lr_config.warmup_iters"):
        what = "warmup_iters is ignored: there is no warmup"
        config.remark("lr_config.warmup_iters", "warmup-ignored", what, "", "add warmup='linear'")


def _remark_late_steps(config: Config, policy: str, length: int, by_epoch: bool) -> None:
    if policy == "Step" and length and isinstance(config.node("lr_config.step"), Sequence):
        until = f"the run has {length} {'epochs' if by_epoch else 'iterations'}"
        config.remark_late("lr_config.step", config.numbers("lr_config.step") or (), length, until)


FORMAT = Format("mmcv", "mmcv .py (lr_config)", ("openmmlab", "pyyaml"), translate, lacks=_lacks)
