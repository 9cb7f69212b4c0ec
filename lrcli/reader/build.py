"""The mapping at the top of a spec -> a Spec."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lrcli.catalog.registry import general_types
from lrcli.errors import InvalidValue, Unreadable, closest, suggest
from lrcli.inputs import Inputs
from lrcli.reader.elsewhere import key_hint
from lrcli.reader.emulation import emulation_text, read_emulation
from lrcli.reader.forms import is_short
from lrcli.reader.keys import type_named
from lrcli.reader.metric import metric_option, read_metric
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.run import read_clock, read_first_step, read_run_length, read_skipped
from lrcli.reader.schedule import (
    MAX_PARTS,
    build_phases,
    build_schedule,
    explain_refusal,
    in_sequence,
    metric_nodes,
    phase_length,
    step_counter,
)
from lrcli.reader.source import Problems, Source, refuse
from lrcli.reader.values import BAD, Context, Scope, as_number, is_null, read_value, refuse_value
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.base import Setting
from lrcli.schedules.params import param_of
from lrcli.spec import REPLAYED, Emulation, Group, Spec
from lrcli.spec.keys import GROUP_KEYS, RATE_KEYS, TOP_KEYS, WARMUP_KEYS, names_of

LR = names_of(RATE_KEYS)
KEYS = names_of(TOP_KEYS)
_GROUP_KEYS = names_of(GROUP_KEYS)
_WARMUP_KEYS = names_of(WARMUP_KEYS)


@dataclass(frozen=True)
class Asked:
    """What the command line asks for beyond the spec's values: texts, with the option that they came by."""

    emulation: str | None = None
    emulation_by: str = ""
    metric: str | None = None


Metrics: TypeAlias = dict[int, "tuple[float, ...] | None"]
"""The metrics that have been read, by the identity of their nodes; 0 is the one of --metric."""


def build_spec(
    root: Node | None,
    source: Source,
    asked: Asked,
    problems: Problems,
    inputs: Inputs,
    known: Metrics | None = None,
) -> Spec:
    """The Spec that a text declares. Raises SpecError with every problem of it.

    known: the metrics that were read before, to which new ones are added: a spec that is built again reads none twice.
    """
    if root is None:
        raise refuse(source.whole, "empty", "the spec is empty")
    if not isinstance(root, Mapping):
        raise refuse(
            root.place, "wrong-type", f"a spec must be a mapping, not {root}", "write lr: 0.1, epochs: 90, ..."
        )
    meant = _check_keys(root, KEYS, "at the top level", problems)
    groups = _group_nodes(root, problems)
    clock = read_clock(root, step_counter([root, *groups]), problems)
    context = Context(problems, clock, _series(asked.metric, problems, inputs, known), meant=meant)
    emulation = _emulation(root, asked, max(1, len(groups)), context)
    metrics = [node for top in (root, *groups) for node in metric_nodes(top.get("schedule"))]
    series = [context.series(node) for node in metrics if node is not None or asked.metric is not None]
    # 0 is a metric that had problems: they are reported, and not that there is no length
    read_run_length(root, min((len(values or ()) for values in series), default=None), context)
    _check_resume(root, emulation, context)
    built = _groups(root, groups, context)
    _check_release(built, context, root.get("emulate") or root, asked)
    first_step, skipped = read_first_step(root, problems), read_skipped(root, problems)
    name = root.get("name")
    if name is not None and (not isinstance(name, Scalar) or not name.text):
        problems.add(name.place, "wrong-type", f"name must be a text, not {name}")
    problems.raise_any()
    return Spec(
        name=name.text if isinstance(name, Scalar) else source.stem,
        groups=built,
        length=context.length,
        interval=context.clock.interval,
        steps_per_epoch=context.clock.steps_per_epoch,
        emulation=emulation,
        notes=tuple(problems.notes.values()),
        data=context.clock.data,
        first_step=first_step,
        skipped=skipped,
        release=f"{context.framework}-{context.release}" if context.framework else "",
    )


def _check_keys(node: Mapping, known: tuple[str, ...], where: str, problems: Problems) -> set[str]:
    """Tell of unknown keys; the known ones that they may stand for."""
    meant = set()
    for key, value in node.entries:
        if key.text in known:
            continue
        other = key_hint(key.text, value, top=True) if "schedule" in known else ""
        misplaced = "schedule" in known and key.text in _schedule_keys()
        name = "" if misplaced else closest(key.text, known)
        meant.add("schedule" if key.text == "type" else "lr" if name in LR else name)
        hint = other or "put it under schedule:" if misplaced or other else f"did you mean {name!r}?" if name else ""
        problems.add(key.place, "unknown-key", f"unknown key {key.text[:60]!r} {where}", hint)
    spelled = [name for name in LR if node.key(name) is not None]
    if len(spelled) > 1 and (second := node.key(spelled[1])):
        message = f"{spelled[1]} and {spelled[0]} are the same, give one of them"
        problems.add(second.place, "duplicate-key", message)
    return meant


def _schedule_keys() -> set[str]:
    return {"type", "milestones", *(f.name for cls in general_types() for f in parameters(cls))}


def _group_nodes(root: Mapping, problems: Problems) -> list[Mapping]:
    node = root.get("groups")
    if node is None or is_null(node):
        return []
    if not isinstance(node, Sequence) or not node.items:
        hint = "write [{name: backbone, lr: 0.01}, ...]"
        problems.add(node.place, "wrong-type", f"groups must be a list of mappings, not {node}", hint)
        return []
    if len(node.items) > MAX_PARTS:
        problems.add(node.place, "limit", f"more than {MAX_PARTS:,} groups")
        return []
    names: set[str] = set()
    found = []
    for item in node.items:
        if not isinstance(item, Mapping):
            problems.add(
                item.place, "wrong-type", f"a group must be a mapping, not {item}", "write {name: head, lr: 0.1}"
            )
            item = Mapping(item.place, ())
        _check_keys(item, _GROUP_KEYS, "in a group", problems)
        name = item.get("name")
        if name is not None and (not isinstance(name, Scalar) or not name.text):
            problems.add(name.place, "wrong-type", f"name must be a text, not {name}")
        elif isinstance(name, Scalar) and name.text in names:
            problems.add(name.place, "duplicate-key", f"there are two groups with the name {name.text!r}")
        elif isinstance(name, Scalar):
            names.add(name.text)
        found.append(item)
    return found


def _series(
    option: str | None, problems: Problems, inputs: Inputs, metrics: Metrics | None
) -> Callable[[Node | None], tuple[float, ...] | None]:
    """A reader of metrics that reads each one once, and the one of --metric instead of any other."""
    read: Metrics = {} if metrics is None else metrics

    def series(node: Node | None) -> tuple[float, ...] | None:
        which = 0 if option is not None or node is None else id(node)
        if which not in read:
            if option is not None:
                place = Source(f"--metric {option}", placed=False).whole
                read[which] = metric_option(option, place, problems, inputs)
            else:
                read[which] = None if node is None else read_metric(node, problems, inputs)
        return read[which]

    return series


def _emulation(root: Mapping, asked: Asked, groups: int, context: Context) -> Emulation | None:
    """The replay that is asked for. What the command line asks for keeps what the file says about the training loop."""
    problems = context.problems
    before = len(problems)
    node = root.get("emulate")
    emulation, note = (None, "") if node is None else read_emulation(node, problems, groups)
    if asked.emulation is not None:
        place = Source(asked.emulation_by, placed=False).whole
        try:
            chosen, note = emulation_text(asked.emulation)
        except Unreadable as error:
            problems.add(place, "emulation", error.message, error.help)
            chosen = None
        if chosen is not None and emulation is not None:
            chosen = replace(
                emulation,
                release=chosen.release,
                read=chosen.read,
                step_order=chosen.step_order or emulation.step_order,
                label=chosen.label,
            )
        emulation = chosen
    if note:
        problems.note(root.place, "release", note)
    if emulation is not None and emulation.framework != REPLAYED:
        context.framework, context.release = emulation.framework, emulation.release
        return None
    # after a problem here, whether the formula has a value is not yet the question
    context.replay = emulation is not None or len(problems) > before
    context.scheduler_first = emulation is not None and emulation.step_order == "scheduler_first"
    return emulation


def _check_release(groups: tuple[Group, ...], context: Context, node: Node, asked: Asked) -> None:
    """Tell of a release of a framework that the spec has no schedule of."""
    if not context.framework or len(context.problems):
        return
    if not any(_is_of(group.schedule, context.framework) for group in groups):
        place = Source(asked.emulation_by, placed=False).whole if asked.emulation is not None else node.place
        message = f"{context.framework}-{context.release}: the spec has no schedule of {context.framework}"
        context.problems.add(
            place, "emulation", message, f"a release of {REPLAYED} replays PyTorch's schedules: {REPLAYED}-2.4"
        )


def _is_of(schedule: Schedule, framework: str) -> bool:
    return schedule.name.startswith(f"{framework}.") or any(_is_of(part, framework) for part in schedule.parts())


def _check_resume(root: Mapping, emulation: Emulation | None, context: Context) -> None:
    """Tell of a run that is over where it resumes: it has no row to show."""
    node = root.get("emulate")
    last = node.get("last_epoch") if isinstance(node, Mapping) else None
    if emulation is None or last is None or not context.complete or emulation.last_epoch < context.length - 1:
        return
    unit, rest = context.clock.interval, context.length - 2
    has = f"the run has {context.length} {unit}{'s' if context.length > 1 else ''}"
    hint = f"resume after {unit} {rest} or before" if rest >= 0 else ""
    context.problems.add(last.place, "bad-value", f"last_epoch {emulation.last_epoch} leaves nothing: {has}", hint)


def _groups(root: Mapping, nodes: list[Mapping], context: Context) -> tuple[Group, ...]:
    """The parameter groups, a single unnamed one where the spec has none."""
    n = max(1, len(nodes))
    warmup = _warmup(root, context)
    common = root.get("schedule")
    if common is not None and is_null(common):
        common = None
    shared = None if common is None else _schedule(common, n, warmup, context)
    lacking = not nodes or any(node.get("schedule") is None for node in nodes)
    if common is None and lacking and "schedule" not in context.meant:
        hint = "write schedule: {type: cosine}"
        context.problems.add(root.place.source.whole, "missing-key", "missing key 'schedule'", hint)
    base = _lr(root, context.problems)
    pieces: list[tuple[str | None, Any, Schedule, Node]] = []
    for i, node in enumerate(nodes or [Mapping(root.place, ())]):
        own = node.get("schedule")
        lr = _lr(node, context.problems)
        lr = base if lr is None else lr
        used = common if own is None else own
        if lr is None and "lr" not in context.meant and not _sets_lr(used):
            context.problems.add(root.place.source.whole, "missing-key", "missing key 'lr'", "write lr: 0.1")
        schedule = shared if own is None else _schedule(own, 1, warmup, context)
        name = node.get("name")
        if schedule is not None and lr is not BAD:
            schedule = schedule.for_group(i, n) if own is None else schedule.for_group(0, 1)
            assert used is not None
            pieces.append((name.text if isinstance(name, Scalar) else None, lr, schedule, used))
    return _bound(pieces, base, context, own_groups=not nodes)


def _bound(
    pieces: list[tuple[str | None, Any, Schedule, Node]], base: Any, context: Context, own_groups: bool
) -> tuple[Group, ...]:
    """The groups, each schedule told of the run. A framework's own groups stand where the spec has none."""
    lrs = tuple(lr for _, lr, _, _ in pieces)
    clock = context.clock
    common = Setting(
        length=context.length,
        interval=clock.interval,
        steps_per_epoch=clock.steps_per_epoch,
        lrs=lrs,
        default_lr=base if base is not None and base is not BAD else next((lr for lr in lrs if lr is not None), None),
        release=context.release,
        samples_per_step=clock.data.samples_per_step if clock.data else None,
        samples=clock.data.samples if clock.data else None,
    )
    groups: list[Group] = []
    for i, (name, lr, schedule, node) in enumerate(pieces):
        try:
            bound = schedule.bind(common._replace(group=i))
        except InvalidValue as error:
            explain_refusal(error, node, context.problems)
            continue
        own = bound.groups() if own_groups else ()
        groups += [Group(each, lr, part) for each, part in own] or [Group(name, lr, bound)]
    return tuple(groups)


def _lr(node: Mapping, problems: Problems) -> Any:
    """The learning rate that a mapping gives; None if it gives none, BAD after a problem."""
    value = node.get(*LR)
    if value is None or is_null(value):
        return None
    number = as_number(value)
    if number is not None and number >= 0 and math.isfinite(number):
        return float(number)
    refuse_value(problems, "lr", "must be a number of at least 0", value)
    return BAD


def _sets_lr(node: Node | None) -> bool:
    """Whether a schedule brings its own learning rates."""
    if isinstance(node, Sequence):
        return bool(node.items) and all(_sets_lr(item) for item in node.items)
    kind = node.get("type") if isinstance(node, Mapping) else None
    cls = type_named(kind)
    if cls is None or not isinstance(node, Mapping):
        return False
    kinds = {param_of(f).kind: f.name for f in parameters(cls)}
    if "schedules" in kinds:
        return _sets_lr(node.get("schedules", "schedulers"))
    if "schedule" in kinds and not cls.sets_lr:
        return _sets_lr(node.get(kinds["schedule"]))
    rate = node.get(cls.own_rate) if cls.own_rate else None
    return cls.sets_lr or (rate is not None and not is_null(rate))


def _warmup(root: Mapping, context: Context) -> tuple[int, Schedule] | None:
    """(its rows, the linear schedule) of `warmup:`."""
    node = root.get("warmup")
    if node is None or is_null(node):
        return None
    problems = context.problems
    if not isinstance(node, Mapping):
        hint = f"write {{for: {node.text}}}" if isinstance(node, Scalar) else "write {for: 5ep}"
        problems.add(node.place, "wrong-type", f"warmup must be a mapping, not {node}", hint)
        return None
    for key, _ in node.entries:
        if key.text not in _WARMUP_KEYS:
            hint = suggest(key.text, _WARMUP_KEYS, f"its keys are {', '.join(_WARMUP_KEYS)}")
            problems.add(key.place, "unknown-key", f"unknown key {key.text[:60]!r} in warmup", hint)
    scope = Scope(context.length, 0, context.length)
    written = node.get("for")
    if written is None:
        problems.add(node.place, "missing-key", "missing key 'for' in warmup", "write {for: 5ep}")
        return None
    rows = phase_length("for", written, scope, context)
    from lrcli.schedules.linear import Linear

    start = node.get("start_factor")
    if start is None and is_short(node):
        note = "the warmup starts at a third of the lr, as PyTorch's LinearLR"
        problems.note(node.place, "warmup-start", f"{note}; warmup: {{for: ..., start_factor: 0}} starts at 0")
    factor = Linear.start_factor
    if start is not None:
        param = next(param_of(f) for f in parameters(Linear) if f.name == "start_factor")
        factor = read_value("start_factor", param, start, scope, context)
    return None if rows is None or factor is BAD else (rows, Linear(start_factor=factor, total_iters=rows))


def _schedule(node: Node, groups: int, warmup: tuple[int, Schedule] | None, context: Context) -> Schedule | None:
    """The schedule of a node, after the warmup if there is one."""
    scope = Scope(context.length, 0, context.length, groups)
    if warmup is None:
        return build_schedule(node, scope, context)
    rows, ramp = warmup
    whole, scope = scope, scope.part(rows, None, phase=True)
    if isinstance(node, Sequence):
        phases = build_phases(node, scope, context, whole)
        if phases is None:
            return None
        parts, milestones = phases
        return in_sequence((ramp, *parts), (rows, *(rows + at for at in milestones)))
    schedule = build_schedule(node, scope, context)
    return None if schedule is None else in_sequence((ramp, schedule), (rows,))
