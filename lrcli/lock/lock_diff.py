"""How a curve differs from the recorded one, in lines for people."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from lrcli.comparison.gaps import Gap
from lrcli.lock.lock import Lock, Track, bits_of

SHOWN = 10
"""At most this many rows or blocks of a difference are shown of each group."""


def differences(old: Lock, new: Lock) -> tuple[str, ...]:
    """What is another curve than the recorded one, in lines for people; nothing where every bit is the same."""
    lines = [
        f"{name}: {before} -> {after}"
        for name, before, after in (
            ("arithmetic", old.arithmetic, new.arithmetic),
            ("interval", old.interval, new.interval),
            (f"first {new.interval}", old.start, new.start),
            (f"{new.interval}s", old.stop, new.stop),
        )
        if before != after
    ]
    before, after = ({group.name: group for group in lock.groups} for lock in (old, new))
    lines += [f"group {name}: not recorded" for name in after if name not in before]
    lines += [f"group {name}: gone" for name in before if name not in after]
    for name in before:
        if name in after and old.interval == new.interval:
            changes = list(_track_lines(before[name], after[name], old, new))
            lines += [f"group {name}:", *changes] if changes and name else changes
    return tuple(lines)


def _track_lines(a: Track, b: Track, old: Lock, new: Lock) -> Iterator[str]:
    start, stop = max(old.start, new.start), min(old.stop, new.stop)
    if a.changes and b.changes and start < stop:
        yield from _row_lines(a, b, start, stop, new.interval)
    elif a.blocks and b.blocks and (old.start, old.stop, len(a.blocks)) == (new.start, new.stop, len(b.blocks)):
        yield from _block_lines(a, b, stop, new.interval)
    elif a != b:
        yield f"not comparable {new.interval} by {new.interval} with what was recorded"


def _row_lines(a: Track, b: Track, start: int, stop: int, unit: str) -> Iterator[str]:
    """The rows that differ; consecutive ones with the same two LRs are one line."""
    edges = sorted({start, *(t for t, _ in (*a.changes, *b.changes) if start < t < stop)})
    stretches = []
    for t, end in zip(edges, [*edges[1:], stop], strict=True):
        x, y = _value_at(a, t), _value_at(b, t)
        if bits_of(x) != bits_of(y):
            stretches.append((t, end, x, y))
    differing = sum(end - t for t, end, _, _ in stretches)
    for t, end, x, y in stretches[:SHOWN]:
        where = f"{unit} {t}" if end == t + 1 else f"{unit}s {t} to {end - 1}"
        yield f"{where}: {_change(t, x, y)}"
    if stretches:
        rest = f", {len(stretches) - SHOWN} more stretches of them" if len(stretches) > SHOWN else ""
        yield f"{differing} of {stop - start} {unit}s differ{rest}"


def _value_at(track: Track, t: int) -> float:
    return track.changes[bisect_right(track.changes, t, key=lambda change: change[0]) - 1][1]


def _block_lines(a: Track, b: Track, stop: int, unit: str) -> Iterator[str]:
    """The blocks that differ, with their ends where those do."""
    ends = [*(first for first, *_ in a.blocks[1:]), stop]
    blocks = [(x, y, end) for x, y, end in zip(a.blocks, b.blocks, ends, strict=True) if x[3] != y[3]]
    for x, y, end in blocks[:SHOWN]:
        at_ends = ((x[0], x[1], y[1]), (end - 1, x[2], y[2]))
        changes = [f"{unit} {t}: {_change(t, old, new)}" for t, old, new in at_ends if bits_of(old) != bits_of(new)]
        yield f"{unit}s {x[0]} to {end - 1} differ: {'; '.join(changes) or 'between their ends'}"
    if len(blocks) > SHOWN:
        yield f"{len(blocks)} of {len(a.blocks)} blocks differ in all"


def _change(t: int, x: float, y: float) -> str:
    ulps = Gap.of(t, x, y).ulps
    apart = "" if ulps is None else f" ({ulps} ulp)" if ulps < 1_000_000 else f" ({y / x:.6g}x)" if x else ""
    return f"{x!r} -> {y!r}{apart}"
