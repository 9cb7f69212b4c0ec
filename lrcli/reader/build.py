"""The mapping at the top of a spec -> a Spec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from lrcli.errors import Unreadable
from lrcli.inputs import Inputs
from lrcli.reader.emulation import emulation_text, read_emulation
from lrcli.reader.groups import group_nodes, read_groups
from lrcli.reader.keys import check_keys
from lrcli.reader.metric import metric_option, read_metric
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.run import read_clock, read_first_step, read_run_length, read_skipped
from lrcli.reader.schedule import metric_nodes, step_counter
from lrcli.reader.source import Problems, Source, refuse
from lrcli.reader.values import Context
from lrcli.schedules import Schedule
from lrcli.spec import REPLAYED, Emulation, Group, Spec
from lrcli.spec.keys import TOP_KEYS, names_of
from lrcli.values import dataclass

KEYS = names_of(TOP_KEYS)


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
    meant = check_keys(root, KEYS, "at the top level", problems)
    groups = group_nodes(root, problems)
    clock = read_clock(root, step_counter([root, *groups]), problems)
    context = Context(problems, clock, _series(asked.metric, problems, inputs, known), meant=meant)
    emulation = _emulation(root, asked, max(1, len(groups)), context)
    metrics = [node for top in (root, *groups) for node in metric_nodes(top.get("schedule"))]
    series = [context.series(node) for node in metrics if node is not None or asked.metric is not None]
    # 0 is a metric that had problems: they are reported, and not that there is no length
    read_run_length(root, min((len(values or ()) for values in series), default=None), context)
    _check_resume(root, emulation, context)
    built = read_groups(root, groups, context)
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
