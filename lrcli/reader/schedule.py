"""The node under `schedule:` -> a frozen schedule. What the types and their keys are, the schedule classes say."""

from __future__ import annotations

from dataclasses import MISSING, Field
from typing import Any

from lrcli.errors import InvalidValue, Refuses
from lrcli.reader.keys import PLURALS, given_fields, given_place, spellings_of, type_named, type_of
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, Problems
from lrcli.reader.values import (
    BAD,
    Context,
    Scope,
    as_number,
    is_null,
    neighbours,
    read_length,
    read_value,
    refuse_value,
)
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import param_of

_FORM = "write {type: cosine} or a list of phases"
MAX_PARTS = 1_000
"""The longest list of phases, schedules or groups."""


def build_schedule(node: Node, scope: Scope, context: Context) -> Schedule | None:
    """The schedule that a node describes, None after a problem."""
    if isinstance(node, Sequence):
        phases = build_phases(node, scope, context)
        return None if phases is None else in_sequence(*phases)
    if isinstance(node, Mapping):
        return _from_mapping(node, scope, context)
    hint = f"write {{type: {node.text}}}" if type_named(node) else _FORM
    context.problems.add(
        node.place, "wrong-type", f"a schedule must be a mapping or a list of phases, not {node}", hint
    )
    return None


def in_sequence(parts: tuple[Schedule, ...], milestones: tuple[float, ...]) -> Schedule:
    """The phases as one schedule; a single phase is itself."""
    if len(parts) == 1:
        return parts[0]
    from lrcli.schedules.sequential import Sequential

    return Sequential(parts, milestones)


def build_phases(
    node: Sequence, scope: Scope, context: Context, whole: Scope | None = None
) -> tuple[tuple[Schedule, ...], tuple[float, ...]] | None:
    """The schedules of a list of phases, and the rows at which all but the first begin.

    A percentage under `for:` is of `whole` (the run, where the list stands beside a warmup), else of the scope.
    """
    if not 1 <= len(node.items) <= MAX_PARTS:
        rule = f"a list of phases must hold 1 to {MAX_PARTS:,}, not {len(node.items):,}"
        context.problems.add(node.place, "bad-value", rule, _FORM)
        return None
    parts: list[Schedule | None] = []
    starts: list[int] = []
    begin = 0
    for i, item in enumerate(node.items):
        last = i == len(node.items) - 1
        starts.append(begin)
        if not isinstance(item, Mapping):
            context.problems.add(item.place, "wrong-type", f"a phase must be a mapping, not {item}", _FORM)
            parts.append(None)
            continue
        written = item.get("for")
        rows = None if written is None else phase_length(written, whole or scope, context)
        if written is None and not last:
            hint = "only the last phase may leave it out"
            context.problems.add(item.place, "missing-key", "missing key 'for' in a phase", hint)
        inner = scope.part(begin, None if rows is None else begin + rows, phase=True)
        if last and rows is not None:  # the last phase goes on to the end of the run
            inner = Scope(inner.length, inner.begin, scope.end, scope.groups, phase=True)
        part = _from_mapping(item, inner, context, phase=True)
        parts.append(None if rows is None and (written is not None or not last) else part)
        begin += rows or 0
    built = tuple(part for part in parts if part is not None)
    return (built, tuple(starts[1:])) if len(built) == len(parts) else None


def phase_length(node: Node, scope: Scope, context: Context) -> int | None:
    """The rows of a phase: whole, and at least one. None after a problem."""
    rows = read_length("for", node, scope.length, context)
    if rows is BAD:
        return None
    if isinstance(rows, float) and rows % 1 and 0 < rows < 1e12:
        message = f"for: {node.text if isinstance(node, Scalar) else rows} is {rows:g}"
        message += f" {context.clock.interval}s, and a phase has whole ones"
        context.problems.add(node.place, "bad-value", message, neighbours(rows, node, context.clock))
        return None
    if rows is None or not 1 <= rows < 1e12 or rows % 1:
        refuse_value(context.problems, "for", "must be a whole number of at least 1", node)
        return None
    return int(rows)


def _from_mapping(node: Mapping, scope: Scope, context: Context, phase: bool = False) -> Schedule | None:
    cls = type_of(node, context.problems, phase)
    if cls is None:
        return None
    given, misspelled = given_fields(node, cls, context, phase)
    values = _values(node, cls, given, misspelled, scope, context)
    if values is None:
        return None
    place = given_place(node)
    try:
        schedule = cls(**values)
    except InvalidValue as error:
        _explain(error, given, place, context.problems)
        return None
    if not context.replay:
        inner = [child for value in values.values() for child in _children(value)]
        inside = {str(problem) for child in inner for problem in child.formula_problems()}
        for problem in schedule.formula_problems():
            if str(problem) not in inside:
                _explain(problem, given, place, context.problems)
    return schedule


def _children(value: object) -> list[Schedule]:
    if isinstance(value, Schedule):
        return [value]
    return [item for item in value if isinstance(item, Schedule)] if isinstance(value, tuple) else []


def _values(
    node: Mapping,
    cls: type[Schedule],
    given: dict[str, tuple[Scalar, Node]],
    misspelled: set[str],
    scope: Scope,
    context: Context,
) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    # positions first: they say where the schedules of a sequence begin
    for f in sorted(parameters(cls), key=lambda f: param_of(f).kind == "schedules"):
        param = param_of(f)
        if f.name in given and param.kind == "schedules":
            values[f.name] = _build_children(cls, f, given[f.name][1], values, scope, context)
        elif f.name in given and param.kind == "schedule":
            inner = given[f.name][1]
            child = None if is_null(inner) else build_schedule(inner, scope, context)
            values[f.name] = BAD if child is None and not (is_null(inner) and param.optional) else child
        elif f.name in given:
            values[f.name] = _read(cls, f, *given[f.name], scope, context)
        elif param.kind == "metric":
            values[f.name] = context.series(None) or ()
        elif param.fills and (param.fills == "run" or scope.phase) and not _gives_any(given, param.unless):
            values[f.name] = scope.length
        elif f.default is MISSING:
            if f.name not in misspelled:
                hint = f"{f.name}: {param.doc}"
                context.problems.add(given_place(node), "missing-key", f"missing key {f.name!r} in {cls.name}", hint)
            values[f.name] = BAD
        if param.kind == "metric" and param.optional and values[f.name] is not BAD:
            values[f.name] = values[f.name][max(0, scope.begin) :]  # the class itself says how many it needs
        elif param.kind == "metric" and values[f.name] is not BAD:
            place = given[f.name][1].place if f.name in given else given_place(node)
            values[f.name] = _active_part(values[f.name], place, f.name in given, scope, context)
    return None if any(value is BAD for value in values.values()) else values


def _gives_any(given: dict[str, tuple[Scalar, Node]], names: tuple[str, ...]) -> bool:
    """Whether one of these is given, and not as null, which is PyTorch's own default."""
    return any(name in given and not is_null(given[name][1]) for name in names)


def _read(cls: type[Schedule], f: Field[Any], key: Scalar, node: Node, scope: Scope, context: Context) -> Any:
    """The value of a field; a spelling that carries a unit gives it to a bare number."""
    spellings = spellings_of(cls)
    if key.text in spellings and as_number(node) is not None and isinstance(node, Scalar):
        node = Scalar(node.place, node.text + spellings[key.text][1])
    raises = f"{cls.name.partition('.')[0]} raises {cls.value_raises}: " if cls.value_raises else ""
    return read_value(key.text, param_of(f), node, scope, context, raises)


def _build_children(
    cls: type[Schedule], f: Field[Any], node: Node, values: dict[str, Any], scope: Scope, context: Context
) -> Any:
    """The schedules of a composition; those of a sequence begin at its positions."""
    if not isinstance(node, Sequence):
        return context.refused(node.place, "wrong-type", f"{f.name} must be a list of schedules, not {node}", _FORM)
    if len(node.items) > MAX_PARTS:
        return context.refused(node.place, "limit", f"more than {MAX_PARTS:,} schedules")
    positions = next((values.get(other.name) for other in parameters(cls) if param_of(other).kind == "positions"), None)
    milestones = [int(m) for m in positions] if isinstance(positions, tuple) else None
    parts = []
    for i, item in enumerate(node.items):
        inner = scope
        if milestones is not None:
            begin = milestones[i - 1] if 0 < i <= len(milestones) else 0
            inner = scope.part(begin, milestones[i] if i < len(milestones) else None)
        parts.append(build_schedule(item, inner, context))
    return BAD if None in parts else tuple(parts)


def _active_part(series: tuple[float, ...], place: Place, given: bool, scope: Scope, context: Context) -> Any:
    """The part of a metric that is read while the schedule is active; BAD if it is too short for that."""
    rows = min(scope.end, context.length)
    needed = rows if context.scheduler_first else rows - 1
    if context.complete and rows > scope.begin and len(series) < needed:
        if not series and not given:
            hint = "metric: a list, or {file: val.csv, column: val_loss}; or --metric FILE[:COLUMN]"
            return context.refused(place, "missing-key", "missing key 'metric'", hint)
        of = f"the run of {context.length} {context.clock.interval}s"
        message = f"the metric has {len(series)} value{'s' * (len(series) != 1)}, {of} needs at least {needed}"
        return context.refused(place, "metric", message, "give more values, or a shorter run")
    return series[max(0, scope.begin) :]


def _explain(error: InvalidValue, given: dict[str, tuple[Scalar, Node]], place: Place, problems: Problems) -> None:
    """A constructor's refusal, at the value that it is about."""
    key, node = given.get(error.field, (None, None))
    place = place if node is None else node.place
    if isinstance(error, Refuses):
        problems.add(place, "framework-refuses", str(error))
    elif key is not None and isinstance(node, Scalar):
        # what the form of a value does not show, its constructor says: a schema accepts it
        refuse_value(problems, key.text, error.rule, node, kind="bad-value")
    else:
        is_list = node is not None and isinstance(error.received, tuple)
        received = list(error.received) if is_list and isinstance(error.received, tuple) else error.received
        instead = "" if error.received is None else f", not {received}"
        problems.add(place, "bad-value", f"{error.field if key is None else key.text} {error.rule}{instead}")


def explain_refusal(error: InvalidValue, node: Node, problems: Problems) -> None:
    """Tell what the run does not allow a schedule, at the key of its node that it is about."""
    if not isinstance(node, Mapping):
        _explain(error, {}, node.place, problems)
        return
    given = {PLURALS.get(key.text, key.text): (key, value) for key, value in node.entries}
    given.update({key.text: (key, value) for key, value in node.entries})
    _explain(error, given, given_place(node), problems)


def step_counter(holders: list[Mapping]) -> tuple[str, Node] | None:
    """The first schedule of these mappings that is given in epochs of so many steps: its type, its steps_per_epoch."""
    for holder in holders:
        node = holder.get("schedule")
        for part in node.items if isinstance(node, Sequence) else (node,):
            if not isinstance(part, Mapping) or part.get("epochs") is None:
                continue
            kind, steps = part.get("type"), part.get("steps_per_epoch")
            cls = type_named(kind)
            takes = cls is not None and any(f.name == "steps_per_epoch" for f in parameters(cls))
            if isinstance(kind, Scalar) and steps is not None and takes:
                return kind.text, steps
    return None


def metric_nodes(node: Node | None) -> list[Node | None]:
    """The `metric:` of every schedule in a node that takes one; None for one that is left out."""
    if isinstance(node, Sequence):
        return [inner for item in node.items for inner in metric_nodes(item)]
    if not isinstance(node, Mapping):
        return []
    kind = node.get("type")
    cls = type_named(kind)
    if cls is None:
        return []
    nodes: list[Node | None] = []
    for f in parameters(cls):
        if param_of(f).kind == "metric":
            nodes.append(node.get(f.name))
        elif param_of(f).kind in ("schedules", "schedule"):
            nodes += metric_nodes(node.get(f.name, *(word for word, name in PLURALS.items() if name == f.name)))
    return nodes
