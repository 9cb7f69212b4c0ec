"""An entry has events at some of its steps, and notes on what mmengine does without a word."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.mmengine._entries import INF, Entry
from lrcli.schedules import CurveMarks


def events_of(entry: Entry) -> CurveMarks:
    """The steps of an entry's clock at which something happens."""
    begin, end = entry.begin, entry.end
    if begin > 0:
        yield begin, ""
    if entry.kind == "MultiStepLR":
        for at in sorted(set(entry["milestones"])):
            if begin + at < end:
                yield begin + at, f"milestone x{entry['gamma']:g}"
    if entry.kind == "CosineRestartLR":
        at = begin
        for period in entry["periods"]:
            if at > begin:
                yield at, "restart"
            at += period
    if entry.kind == "QuadraticWarmupLR":
        yield end - 1, "warmup ends"
    if entry.kind in ("LinearLR", "ConstantLR") and end < INF and begin + 1 < end:
        warmup = entry["start_factor"] < entry["end_factor"] if entry.kind == "LinearLR" else entry["factor"] < 1
        yield end - 1, "warmup ends" if warmup else ""
    if end < INF:
        yield end, ""


def notes_of(entry: Entry) -> Iterator[Problem]:
    """What mmengine makes of an entry without a word."""
    steps = entry.end - entry.begin
    if entry.kind == "LinearLR" and steps == 1:
        what = f"a LinearLR of one step stays at {entry['start_factor']:g} times the rate for ever"
        yield Problem("one-step", what, "end_factor would come at its second step")
    if entry.kind == "ConstantLR" and (steps == 1 or entry.end == INF) and entry["factor"] != 1:
        why = "its factor is taken back at its last step but the first"
        yield Problem("not-restored", f"ConstantLR keeps {entry['factor']:.3g} times the rate for ever", why)
    whole = entry.kind in ("LinearLR", "PolyLR") or (entry.kind == "CosineAnnealingLR" and not entry["T_max"])
    whole = whole or (entry.kind == "OneCycleLR" and entry["total_steps"] is None)
    if whole and entry.end == INF:
        why = "where a Runner builds the list, it is the length of the run: give end"
        yield Problem("no-end", f"{entry.kind} without an end takes 1e9 steps", why)
