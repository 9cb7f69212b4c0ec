"""`warmup:`, the linear phase before the schedule of every group."""

from __future__ import annotations

from typing import Any, NamedTuple

from lrcli.reader.forms import is_short
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.schedule import build_phases, build_schedule, in_sequence, phase_length
from lrcli.reader.values import BAD, Context, Scope, as_number, is_null, read_value, refuse_unknown_keys
from lrcli.schedules import Schedule, param_of, parameters
from lrcli.schedules.params import are_numbers
from lrcli.spec.keys import WARMUP_KEYS, key_names

_KEYS = key_names(WARMUP_KEYS)


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
    refuse_unknown_keys(node, _KEYS, "warmup", problems)
    scope = Scope(context.length, 0, context.length)
    written = node.get("for")
    if written is None:
        problems.add(node.place, "missing-key", "missing key 'for' in warmup", "write {for: 5ep}")
        return None
    if as_number(written) == 0:
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
    if rows is None or factor is BAD:
        return None
    return Warmup(rows, Linear(start_factor=factor, total_iters=rows), is_short(node))


def after_warmup(node: Node, groups: int, warmup: Warmup | None, context: Context) -> Schedule | None:
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
