"""The file and the command line say together as which release a spec is computed."""

from __future__ import annotations

from dataclasses import replace

from lrcli.errors import Unreadable
from lrcli.reader.emulation import emulation_text, read_emulation
from lrcli.reader.given import ReplayOptions
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source
from lrcli.reader.values import Context
from lrcli.schedules import Schedule
from lrcli.spec import REPLAYED, Emulation, Group


def read_release(root: Mapping, options: ReplayOptions, groups: int, context: Context) -> Emulation | None:
    """The replay that is asked for. What the command line asks for keeps what the file says about the training loop."""
    problems = context.problems
    before = len(problems)
    node = root.get("emulate")
    emulation, note = (None, "") if node is None else read_emulation(node, problems, groups)
    if options.emulation is not None:
        place = Source(options.emulation_by, placed=False).whole
        try:
            chosen, note = emulation_text(options.emulation)
        except Unreadable as error:
            problems.add(place, "emulation", error.message, error.help)
            chosen = None
        if chosen is not None and emulation is not None and chosen.framework == emulation.framework:
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


def check_release(
    root: Mapping, emulation: Emulation | None, groups: tuple[Group, ...], options: ReplayOptions, context: Context
) -> None:
    """Tell of a run that is over where it resumes, and of a release of a framework that the spec has no schedule of."""
    _check_resume(root, emulation, context)
    if not context.framework or len(context.problems):
        return
    if not any(_is_of(group.schedule, context.framework) for group in groups):
        node = root.get("emulate") or root
        place = Source(options.emulation_by, placed=False).whole if options.emulation is not None else node.place
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
