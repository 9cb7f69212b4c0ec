"""The same curve in the words of another framework: searched for among the schedules that it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, replace
from itertools import pairwise

from lrcli.catalog import registry
from lrcli.errors import InvalidValue, LrcliError, closest
from lrcli.frameworks.porting import WantedCurve
from lrcli.infer.limits import MOST_IMPROVED, PHASE_IMPROVED, SIMPLE
from lrcli.infer.port.curve import curve_of, rates_of
from lrcli.infer.port.search import Ported, Search
from lrcli.infer.written import spec_lines
from lrcli.reader import parse_text
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.spec import Spec

_NOT_SEARCHED = ("schedules", "expression")


def target_framework(name: str) -> str:
    """The framework whose schedules are searched. Raises LrcliError for one that has none."""
    known = registry.framework(name)
    if known is not None and registry.framework_types(known.name):
        return known.name
    names = [each for each in registry.framework_names() if registry.framework_types(each)]
    near = closest(name, names)
    hint = f"did you mean {near!r}? There" if near else "there"
    raise LrcliError(f"--to has no framework {name[:60]!r}: {hint} are spec, torch, {', '.join(names)}")


def port(spec: Spec, framework: str) -> Ported:
    """The schedule of a framework that is nearest to the curve of a spec. Raises LrcliError where none can run.

    A single class that has it at once comes first, then phases of several in a class that runs schedules one after the
    other, then the nearest classes improved.
    """
    curve = curve_of(spec)
    classes = sorted(registry.framework_types(framework), key=lambda cls: len(parameters(cls)))
    plain = [cls for cls in classes if not any(kind in _NOT_SEARCHED for kind in _required(cls))]
    search = Search(curve)
    schedule = spec.groups[0].schedule
    if type(schedule) in classes and (ported := search.compared(schedule, curve.lr)) is not None and ported.same:
        return ported
    drafts = search.drafts(plain)
    best = next(iter(search.same(drafts)), None)
    if best is None or best.cost > SIMPLE:
        for ported in _joined(curve, search, plain, classes):
            best = _better(best, ported)
            if ported.same:
                break
    if best is None or not best.same or best.cost > SIMPLE:
        for ported in search.nearest(drafts[: PHASE_IMPROVED if best and best.same else MOST_IMPROVED]):
            best = _better(best, ported)
    if best is None:
        why = f" ({search.refusal})" if search.refusal else ""
        raise LrcliError(f"{spec.name}: {framework} has no schedule that can run this curve{why}")
    return best


def confirmed(spec: Spec, ported: Ported) -> Ported:
    """The schedule with the gap that its text has when it is read again. Raises SpecError where it is no spec."""
    other = rates_of(parse_text("".join(spec_lines(spec, ported.schedule, ported.lr)), ported.schedule.name))
    gaps = [abs(a - b) for a, b in zip(rates_of(spec), other, strict=True)]
    return replace(ported, gap=max(gaps), row=gaps.index(max(gaps)))


def _better(best: Ported | None, ported: Ported) -> Ported:
    """The nearer one; of two with the same curve the simpler one."""
    if best is None:
        return ported
    if best.same and ported.same:
        return min(best, ported, key=lambda each: each.cost)
    return ported if ported.gap < best.gap else best


def _required(cls: type[Schedule]) -> dict[str, str]:
    """The keys of a class that have no default, by their kinds."""
    return {param_of(f).kind: f.name for f in parameters(cls) if f.default is MISSING}


def _joined(
    curve: WantedCurve, search: Search, plain: Sequence[type[Schedule]], classes: Sequence[type[Schedule]]
) -> Iterator[Ported]:
    """The curve in phases, by each class that holds schedules and the positions or durations of their hand-over."""
    joining = [cls for cls in classes if {"schedules", "positions"} <= _required(cls).keys()]
    phases: dict[tuple[int, int], list[Schedule]] = {}
    for cuts in curve.cuts() if joining else ():
        if search.left < 0:
            return
        edges = [*pairwise((0, *cuts, len(curve.rates)))]
        for start, stop in edges:
            if (start, stop) not in phases:
                part = Search(curve.part(start, stop), (curve.lr,), search.left)
                drafts = part.drafts(plain)
                nearest = part.same(drafts) or part.nearest(drafts[:PHASE_IMPROVED])
                phases[start, stop] = [ported.schedule for ported in nearest if ported.same]
                search.left = part.left
        for cls in joining:
            names = _required(cls)
            parts = [next((s for s in phases[edge] if _holds(cls, names, s)), None) for edge in edges]
            for positions in (cuts, tuple(stop - start for start, stop in edges[:-1])):
                if None not in parts:
                    held = {names["schedules"]: tuple(parts), names["positions"]: positions}
                    ported = search.compared(cls(**held), curve.lr)
                    yield from [ported] if ported else ()


def _holds(cls: type[Schedule], names: dict[str, str], schedule: Schedule) -> bool:
    """Whether a class takes the schedule as one of its phases."""
    try:
        cls(**{names["schedules"]: (schedule, schedule), names["positions"]: (1,)})
    except InvalidValue:
        return False
    return True
