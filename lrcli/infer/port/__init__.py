"""The same curve in the words of another framework: searched for among the schedules that it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import MISSING, replace
from itertools import pairwise, product

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

    One that has it already comes first, then a single class that has it at once, then phases of several in a class that
    runs schedules one after the other, then the nearest classes improved.
    """
    curve = curve_of(spec)
    classes = sorted(registry.framework_types(framework), key=lambda cls: len(parameters(cls)))
    plain = [cls for cls in classes if not any(kind in _NOT_SEARCHED for kind in _required(cls))]
    search = Search(curve)
    schedule = spec.groups[0].schedule
    if type(schedule) in classes and (own := search.compared(schedule, curve.lr)) is not None and own.same:
        return own
    drafts = search.drafts(plain)
    found = search.same(drafts)[:1]
    if not _has_simple(found):
        found += _joined(curve, search, plain, classes)
    if not _has_simple(found):
        found += search.nearest(drafts[: PHASE_IMPROVED if any(each.same for each in found) else MOST_IMPROVED])
    if not found:
        why = f" ({search.refusal})" if search.refusal else ""
        raise LrcliError(f"{spec.name}: {framework} has no schedule that can run this curve{why}")
    return min(found, key=lambda each: each.order)


def _has_simple(found: Sequence[Ported]) -> bool:
    return any(each.same and each.cost <= SIMPLE for each in found)


def confirmed(spec: Spec, ported: Ported) -> Ported:
    """The schedule with the gap that its text has when it is read again. Raises SpecError where it is no spec."""
    other = rates_of(parse_text("".join(spec_lines(spec, ported.schedule, ported.lr)), ported.schedule.name))
    gaps = [abs(a - b) for a, b in zip(rates_of(spec), other, strict=True)]
    return replace(ported, gap=max(gaps), row=gaps.index(max(gaps)))


def _required(cls: type[Schedule]) -> dict[str, str]:
    """The keys of a class that have no default, by their kinds."""
    return {param_of(f).kind: f.name for f in parameters(cls) if f.default is MISSING}


def _joined(
    curve: WantedCurve, search: Search, plain: Sequence[type[Schedule]], classes: Sequence[type[Schedule]]
) -> Iterator[Ported]:
    """The curve in phases, by each class that holds schedules and the positions or durations of their hand-over.

    Nothing is looked at after the first that has the curve.
    """
    joining = [(cls, names) for cls in classes if {"schedules", "positions"} <= (names := _required(cls)).keys()]
    phases: dict[tuple[int, int], list[Schedule]] = {}
    for cuts in curve.cuts() if joining else ():
        edges = [*pairwise((0, *cuts, len(curve.rates)))]
        for edge in edges:
            if search.left < 0:
                return
            if edge not in phases:
                part = Search(curve.part(*edge), (curve.lr,), search.left)
                drafts = part.drafts(plain)
                nearest = part.same(drafts) or part.nearest(drafts[:PHASE_IMPROVED])
                phases[edge] = [ported.schedule for ported in nearest if ported.same]
                search.left = part.left
        for (cls, names), positions in product(joining, (cuts, tuple(stop - start for start, stop in edges[:-1]))):
            parts = [next((s for s in phases[edge] if _holds(cls, names, s)), None) for edge in edges]
            if None not in parts:
                held = {names["schedules"]: tuple(parts), names["positions"]: positions}
                if (ported := search.compared(cls(**held), curve.lr)) is not None:
                    yield ported
                    if ported.same:
                        return


def _holds(cls: type[Schedule], names: dict[str, str], schedule: Schedule) -> bool:
    """Whether a class takes the schedule as one of its phases."""
    with suppress(InvalidValue):
        return bool(cls(**{names["schedules"]: (schedule, schedule), names["positions"]: (1,)}))
    return False
