"""SPEC.lock: a compact record of a curve, to the last bit, so that a change of it is seen.

A curve of up to CHANGES changes is recorded in full, as the rows in which its LR changes. A longer one is recorded as
BLOCKS blocks of rows, each with a hash of its doubles, its first and its last LR: that says in which rows a change is,
in a file of a few kilobytes.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise

from lrcli.comparison import Gap
from lrcli.errors import LrcliError
from lrcli.progress import report_progress
from lrcli.series import series_of
from lrcli.spec import Spec
from lrcli.values import dataclass

FORMAT = 1
CHANGES = 512
BLOCKS = 64
MOST = 100_000_000
"""More rows are not recorded: every one has to be computed, here and at each check."""
LARGEST = 20_000_000
"""Bytes of a lock file: reading a larger one takes more memory than a schedule is worth."""
SHOWN = 10
"""At most this many rows or blocks of a difference are shown of each group."""


@dataclass(frozen=True)
class Track:
    """The LRs of one parameter group: all of them, or block by block.

    changes: (row, LR) wherever the LR is another than in the row before, from the first row on. blocks: (first row,
    its LR, the LR of the last row, hash) of each block. One of the two is empty.
    """

    name: str
    changes: tuple[tuple[int, float], ...] = ()
    blocks: tuple[tuple[int, float, float, str], ...] = ()


@dataclass(frozen=True)
class Lock:
    """A recorded curve: rows start <= t < stop, counted in `interval`s, by the arithmetic of a release or "formula"."""

    arithmetic: str
    interval: str
    start: int
    stop: int
    groups: tuple[Track, ...]

    def text(self) -> str:
        """The lock as a file: JSON, one change or block a line, so that a diff of it can be read."""
        head = {"lrcli": FORMAT, **{name: value for name, value in asdict(self).items() if name != "groups"}}
        lines = [f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
        groups = ",\n".join(_group_text(group) for group in self.groups)
        return "{\n" + "\n".join(lines) + f'\n  "groups": [\n{groups}\n  ]\n}}\n'


def _group_text(group: Track) -> str:
    kind, rows = ("changes", group.changes) if group.changes else ("blocks", group.blocks)
    listed = ",\n".join(f"      {json.dumps(row)}" for row in rows)
    return f'    {{"name": {json.dumps(group.name)}, "{kind}": [\n{listed}\n    ]}}'


def record(spec: Spec) -> Lock:
    """The lock of a spec's curve, the LR in use. Raises what evaluating it raises, LrcliError for too long a run."""
    if spec.length > MOST:
        raise LrcliError(f"{spec.name}: a run of more than {MOST:,} {spec.interval}s is too long for a lock")
    run = series_of(spec)
    start = run.start
    size = max(1, math.ceil((spec.length - start) / BLOCKS))
    tracks = [_Recorder(name, start, size) for name in run.groups]
    for block in run.blocks(("lr",)):
        for track, group in zip(tracks, block.groups, strict=True):
            track.add(block.start, group.lr)
        report_progress(block.stop - start, spec.length - start)
    return Lock(run.arithmetic, spec.interval, start, spec.length, tuple(track.track() for track in tracks))


class _Recorder:
    """Takes a group's rows in order, and keeps what a lock holds of them."""

    def __init__(self, name: str, start: int, size: int) -> None:
        self._name, self._start, self._size = name, start, size
        self._changes: list[tuple[int, float]] = []
        self._blocks: list[tuple[int, float, float, str]] = []
        self._open = array("d")  # the rows of the block that has not ended

    def add(self, t: int, values: Sequence[float]) -> None:
        if len(self._changes) <= CHANGES:
            self._find_changes(t, values)
        self._open.extend(values)
        while len(self._open) >= self._size:
            self._close(self._open[: self._size])
            del self._open[: self._size]

    def _find_changes(self, t: int, values: Sequence[float]) -> None:
        last = bits_of(self._changes[-1][1]) if self._changes else None
        if values[0] and bits_of(values[0]) == last and values.count(values[0]) == len(values):
            return  # most blocks of a long run of steps; -0.0 equals 0.0, and is not the same
        for n, value in enumerate(values, t):
            bits = bits_of(value)
            if bits != last:
                self._changes.append((n, value))
                last = bits

    def _close(self, values: array[float]) -> None:
        first = self._start + len(self._blocks) * self._size
        digest = hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest()[:16]
        self._blocks.append((first, values[0], values[-1], digest))

    def track(self) -> Track:
        if self._open:
            self._close(self._open)
            self._open = array("d")
        if len(self._changes) <= CHANGES:
            return Track(self._name, changes=tuple(self._changes))
        return Track(self._name, blocks=tuple(self._blocks))


def bits_of(value: float) -> bytes:
    """The double as bytes; one NaN is like the other."""
    return struct.pack("<d", value if value == value else math.nan)


def read_lock(text: str, name: str) -> Lock:
    try:
        data = json.loads(text)
        if data["lrcli"] != FORMAT:
            raise LrcliError(f"{name}: this lock has another format, write it anew with lrcli check --pin")
        groups = tuple(
            Track(
                str(group["name"]),
                tuple((_row(t), float(lr)) for t, lr in group.get("changes", ())),
                tuple((_row(t), float(a), float(b), str(code)) for t, a, b, code in group.get("blocks", ())),
            )
            for group in data["groups"]
        )
        lock = Lock(str(data["arithmetic"]), str(data["interval"]), _row(data["start"]), _row(data["stop"]), groups)
        for track in groups:
            _check(track, lock)
        return lock
    except (ArithmeticError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LrcliError(f"{name}: this is no lock file, write it anew with lrcli check --pin") from error


def _row(value: object) -> int:
    """A row as a lock has it: a whole number, and none that no run has."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise ValueError(f"{value!r} is no row")
    return value


def _check(track: Track, lock: Lock) -> None:
    """Raise ValueError for rows that no curve of the lock's length has: the first one is there, and they go forward."""
    rows = [row[0] for row in track.changes or track.blocks]
    if len(rows) > CHANGES + BLOCKS or not lock.start <= lock.stop:
        raise ValueError("more rows than a lock has")
    if lock.start < lock.stop and rows[:1] != [lock.start]:
        raise ValueError("the first row is missing")
    if any(a >= b for a, b in pairwise(rows)) or (rows and rows[-1] >= max(lock.stop, lock.start + 1)):
        raise ValueError("the rows do not go forward")


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
