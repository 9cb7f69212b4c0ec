"""The parameter groups of a spec: their learning rates and schedules, after `warmup:` where there is one."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from lrcli.errors import InvalidValue
from lrcli.reader.forms import is_short
from lrcli.reader.keys import LR, check_keys, type_named
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.schedule import MAX_PARTS, build_phases, build_schedule, explain_refusal, in_sequence, phase_length
from lrcli.reader.source import Problems, is_call
from lrcli.reader.values import BAD, Context, Scope, as_number, is_null, read_value, refuse_unknown_keys, refuse_value
from lrcli.schedules import Schedule, param_of, parameters
from lrcli.schedules.base import Setting
from lrcli.schedules.params import are_numbers
from lrcli.spec import GROUP_KEYS, WARMUP_KEYS, Group, key_names

_GROUP_KEYS, _WARMUP_KEYS = key_names(GROUP_KEYS), key_names(WARMUP_KEYS)


def group_nodes(root: Mapping, problems: Problems) -> list[Mapping]:
    """The mappings of the groups; none where there are none, or after a problem."""
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
    mappings = []
    for item in node.items:
        if not isinstance(item, Mapping):
            problems.add(
                item.place, "wrong-type", f"a group must be a mapping, not {item}", "write {name: head, lr: 0.1}"
            )
            item = Mapping(item.place, ())
        check_keys(item, _GROUP_KEYS, "in a group", problems)
        name = item.get("name")
        if name is not None and (not isinstance(name, Scalar) or not name.text):
            problems.add(name.place, "wrong-type", f"name must be a text, not {name}")
        elif isinstance(name, Scalar) and name.text in names:
            problems.add(name.place, "duplicate-key", f"there are two groups with the name {name.text!r}")
        elif isinstance(name, Scalar):
            names.add(name.text)
        mappings.append(item)
    return mappings


def read_groups(root: Mapping, nodes: list[Mapping], context: Context) -> tuple[Group, ...]:
    """The parameter groups, a single unnamed one where the spec has none."""
    n = max(1, len(nodes))
    warmup = read_warmup(root, context)
    common = root.get("schedule")
    if common is not None and is_null(common):
        common = None
    shared = None if common is None else _after_warmup(common, n, warmup, context)
    lacking = not nodes or any(node.get("schedule") is None for node in nodes)
    if common is None and lacking and "schedule" not in context.misspelled:
        hint = "write schedule: {type: cosine}"
        context.problems.add(root.place.source.whole, "missing-key", "missing key 'schedule'", hint)
    base = _lr(root, context.problems)
    pieces: list[tuple[str | None, Any, Schedule, Node]] = []
    for i, node in enumerate(nodes or [Mapping(root.place, ())]):
        written = node.get("schedule")
        lr = _lr(node, context.problems)
        lr = base if lr is None else lr
        used = common if written is None else written
        if lr is None and "lr" not in context.misspelled and not _sets_lr(used):
            hint = "add --lr 0.1" if is_call(root.place.source.text) else "write lr: 0.1"
            context.problems.add(root.place.source.whole, "missing-key", "missing key 'lr'", hint)
        schedule = shared if written is None else _after_warmup(written, 1, warmup, context)
        name = node.get("name")
        if schedule is not None and lr is not BAD:
            schedule = schedule.for_group(i, n) if written is None else schedule.for_group(0, 1)
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
        parts = bound.groups() if own_groups else ()
        groups += [Group(each, lr, part) for each, part in parts] or [Group(name, lr, bound)]
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


class Warmup(NamedTuple):
    """The rows of `warmup:`, its linear schedule, and whether it is written in its short form."""

    rows: int
    ramp: Schedule
    is_short: bool


def read_warmup(root: Mapping, context: Context) -> Warmup | None:
    """The warmup of a spec, None where it has none and after a problem."""
    node = root.get("warmup")
    if node is None or is_null(node):
        return None
    problems = context.problems
    if not isinstance(node, Mapping):
        hint = f"write {{for: {node.text}}}" if isinstance(node, Scalar) else "write {for: 5ep}"
        problems.add(node.place, "wrong-type", f"warmup must be a mapping, not {node}", hint)
        return None
    refuse_unknown_keys(node, _WARMUP_KEYS, "warmup", problems)
    scope = Scope(context.length, 0, context.length)
    written = node.get("for")
    if written is None:
        problems.add(node.place, "missing-key", "missing key 'for' in warmup", "write {for: 5ep}")
        return None
    if as_number(written) == 0:
        return None
    rows = phase_length(written, scope, context)
    from lrcli.schedules.linear import Linear

    start = node.get("start_factor")
    if start is None and is_short(node):
        note = "the warmup starts at a third of the lr, as PyTorch's LinearLR"
        problems.note(node.place, "warmup-start", f"{note}; warmup: {{for: ..., start_factor: 0}} starts at 0")
    factor = Linear.start_factor
    if start is not None:
        param = next(param_of(f) for f in parameters(Linear) if f.name == "start_factor")
        factor = read_value("start_factor", param, start, scope, context)
    if rows is None or factor is BAD:
        return None
    return Warmup(rows, Linear(start_factor=factor, total_iters=rows), is_short(node))


def _after_warmup(node: Node, groups: int, warmup: Warmup | None, context: Context) -> Schedule | None:
    """The schedule of a node, after the warmup if there is one."""
    scope = Scope(context.length, 0, context.length, groups)
    if warmup is None:
        return build_schedule(node, scope, context)
    rows, ramp, short = warmup
    whole, scope = scope, scope.part(rows, None, phase=True)
    if isinstance(node, Sequence):
        phases = build_phases(node, scope, context, whole)
        if phases is None:
            return None
        parts, milestones = phases
        return in_sequence((ramp, *parts), (rows, *(rows + at for at in milestones)))
    schedule = build_schedule(node, scope, context)
    if schedule is None:
        return None
    written = node.get("milestones") if isinstance(node, Mapping) else None
    positions: Any = getattr(schedule, "milestones", None)
    if short and written is not None and are_numbers(positions):
        here, there = (", ".join(f"{by + position:g}" for position in positions) for by in (0, rows))
        note = f"milestones count from the end of the warmup: {here} are {context.clock.interval}s {there} of the run"
        context.problems.note(written.place, "milestones-after-warmup", note)
    return in_sequence((ramp, schedule), (rows,))
