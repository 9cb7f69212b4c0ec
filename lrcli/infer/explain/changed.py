"""Changed keys: the spec with another value of one key, or of two, that gives the rows of the log."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations

from lrcli.errors import LrcliError
from lrcli.infer.effort import spend
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis, Part
from lrcli.infer.explain.marks import PROBES, first_share, near_lengths, positions_shown, probed
from lrcli.infer.explain.sources import Formula, RateSource, plain_source
from lrcli.infer.keys import Change, Key, Variants, keys_of
from lrcli.infer.keys.key import list_text, text_of_number
from lrcli.infer.keys.pairs import near_values
from lrcli.infer.keys.solving import Solver, Wanted
from lrcli.infer.numbers import digits, rounded, simplest
from lrcli.progress import report_progress
from lrcli.reader import Declared
from lrcli.series import series_of

ONE_KEY = 1.55
"""What it takes to believe that one key has another value: more than a step ahead or behind, less than a shift."""

TWO_KEYS = 3.6
"""The same of two keys: less than of two causes together."""

TRIED_WITH = 16
"""With so many lengths a second key is solved for."""

ANOTHER_LENGTH = 0.02
"""A log that is this share longer or shorter than the run is of a run of another length."""

FEW = 5
"""A whole number below this one counts something (cycles, bad epochs), and is no length."""

SHARES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.1, 0.15, 0.2, 0.3)
"""Shares of a run that people write."""

UNLIKELY = 0.1
"""What a key costs more whose change comes to the same as that of another one, which people change rather."""


class ChangedKeys:
    """The keys of a declared spec, to be solved for on the evidence of a log."""

    def __init__(self, declared: Declared, group: int) -> None:
        self.variants = Variants(declared)
        self.group = group
        self.reading = series_of(declared.spec).reading
        self.of_config = declared.values is not None

    @cached_property
    def keys(self) -> list[Key]:
        """The keys, looked for when they are needed."""
        return keys_of(self.variants.declared, self.group)

    @cached_property
    def offsets(self) -> list[int]:
        """Where the lengths of a schedule may begin: at 0, and after a phase."""
        ends = (key for key in self.keys if key.kind == "whole" and (key.path == "warmup" or key.path.endswith(".for")))
        return sorted({0, *(int(key.number) for key in ends)})

    def one(
        self, evidence: Evidence, more: Sequence[Change] = (), keys: Sequence[Key] | None = None
    ) -> Iterator[Hypothesis]:
        """The base with another value of one of the keys (default: all), beside the changes that it has already."""
        taken = {change.key for change in more}
        probe = _Probe(self, evidence, more)
        for i, key in enumerate(self.keys if keys is None else keys):
            if not more:
                report_progress(i, len(self.keys), "keys")
            whole = any(key.path.startswith(f"{path}.") or path.startswith(f"{key.path}.") for path in taken)
            if key.path in taken or whole:
                continue
            for change, numbers in self._sharpened(key, probe):
                yield self._hypothesis(evidence, (*more, change), numbers + len(more))
        if not more:
            for change, numbers in self._with_warmup(probe):
                yield self._hypothesis(evidence, (change,), numbers)

    def _sharpened(self, key: Key, probe: _Probe) -> Iterator[tuple[Change, int]]:
        """The changes of a key: where one meets the probed rows and not the others, some of these are probed, too."""
        changes = list(self._values(key, probe))
        yield from changes
        if key.kind != "words" and len(changes) == 1 and (wrong := probe.missed(changes[0][0])):
            yield from self._values(key, _Probe(self, probe.evidence, probe.more, wrong))

    def _with_warmup(self, probe: _Probe) -> Iterator[tuple[Change, int]]:
        """A warmup where the spec has none: its length solved for, from 0 or from what the first row shows."""
        if self._lacks_warmup():
            for factor in self._first_factors(probe.evidence):
                key = _warmup_of(max(self.variants.declared.spec.length // 10, 1), factor)
                solver = Solver(key, probe.values(key.to), probe.wanted, near_lengths(probe.evidence, self.offsets))
                yield from ((key.to(value), 1 + bool(factor)) for value in solver.solutions())

    def _lacks_warmup(self) -> bool:
        return not self.of_config and not any(key.path.startswith("warmup") for key in self.keys)

    def _first_factors(self, evidence: Evidence) -> list[float]:
        """The factors that a warmup may begin with: 0, or what the first rows show."""
        lr = self.variants.declared.spec.groups[self.group].lr
        return [x for x in dict.fromkeys((0.0, first_share(evidence, lr) if lr else 0.0)) if 0 <= x < 1]

    def two(self, evidence: Evidence) -> Iterator[Hypothesis]:
        """The base with other values of two keys.

        Two numbers are moved together until the rows are nearly right, and the one is solved for with the other. Of
        what jumps (a type, a choice, milestones, a step size) the usual values are tried, and those that the log shows.
        """
        probe = _Probe(self, evidence, ())
        numbers = [key for key in self.keys if key.kind in ("number", "whole") and probe.moves(key)]
        simple = [key for key in numbers if key.kind == "number" or key.number < FEW]
        for change in self._longer(evidence):
            yield from self.one(evidence, (change,), simple)
        likely = sorted(numbers, key=lambda key: key.unlikely)
        pairs = [(a, b) for a, b in combinations(likely, 2) if a.path != b.path]
        for i, (a, b) in enumerate(pairs):
            report_progress(i, len(pairs), "pairs of keys")
            near = near_values((a, b), lambda x, y, a=a, b=b: probe.lrs(a.to(x), b.to(y)), probe.wanted)  # type: ignore[misc]
            if near is not None:
                first, value, second = (a, near[0], b) if a.kind == "whole" or a.jumps else (b, near[1], a)
                for change in _around(first, value):
                    yield from self.one(evidence, (change,), (second,))
        others = [key for key in self.keys if key not in simple]
        words = [key.to(word) for key in self.keys if key.kind == "words" for word in key.words]
        if self._lacks_warmup():
            lengths = [n for n in near_lengths(evidence, self.offsets) if 1 < n < evidence.spec.length / 2]
            words += [_warmup_of(n, factor).to(n) for n in lengths for factor in self._first_factors(evidence)]
        for keys, changes in ((simple, words), (simple, self._usual(evidence)), (others, words)):
            tried = list(changes)
            for i, change in enumerate(tried):
                report_progress(i, len(tried), "pairs of keys")
                yield from self.one(evidence, (change,), keys)

    def _longer(self, evidence: Evidence) -> Iterator[Change]:
        """The counts that make the run as long as the log, where it has another length."""
        ratio = (evidence.at[-1] + 1) / evidence.spec.length
        if abs(ratio - 1) > ANOTHER_LENGTH:
            for key in self.keys:
                if key.number >= 1 and key.kind in ("number", "whole") and round(key.number * ratio) >= 1:
                    change = key.to(float(round(key.number * ratio)))
                    spec = self.variants.spec([change])
                    if spec is not None and abs(spec.length / (evidence.at[-1] + 1) - 1) < ANOTHER_LENGTH:
                        yield change

    def _usual(self, evidence: Evidence) -> Iterator[Change]:
        """Values that one of two keys may have: of what jumps, and of lengths that the log shows."""
        for key in self.keys:
            if key.kind == "positions":
                yield from (change for change, _ in positions_shown(key, evidence, self.offsets))
        near = near_lengths(evidence, self.offsets)
        for key in self.keys:
            if key.kind == "whole":
                lengths = [n for n in (*near, key.number / 2, key.number * 2) if n == int(n) and n >= 1]
                yield from map(key.to, [n for n in dict.fromkeys(lengths) if n != key.number][:TRIED_WITH])
            elif key.jumps and key.number < 1:
                run = evidence.spec.length
                seen = [simplest((n - 0.99) / run, n / run) for n in near if n < run]
                shares = [*SHARES, *seen[: TRIED_WITH - len(SHARES)]]
                yield from map(key.to, [share for share in dict.fromkeys(shares) if share != key.number])

    def _values(self, key: Key, probe: _Probe) -> Iterator[tuple[Change, int]]:
        """(a change of the key that meets the probed rows, how many numbers were taken from the log)."""
        if key.kind == "words":
            yield from ((key.to(word), 1) for word in key.words if probe.meets(key.to(word)))
        elif key.kind == "positions":
            for change, numbers in (*positions_shown(key, probe.evidence, self.offsets), *self._moved(key, probe)):
                if probe.meets(change):
                    yield change, numbers
        elif probe.moves(key):
            solver = Solver(key, probe.values(key.to), probe.wanted, near_lengths(probe.evidence, self.offsets))
            for value in solver.solutions():
                if value != key.number:
                    yield key.to(value), 1

    def _moved(self, key: Key, probe: _Probe) -> Iterator[tuple[Change, int]]:
        """One position moved, or all of them stretched."""

        def stretched(last: float) -> Change:
            share = last / key.entries[-1]
            return key.to(list_text(round(entry * share) for entry in key.entries))

        if key.entries and key.entries[-1]:
            forms: list[Callable[[float], Change]] = [stretched] if len(key.entries) > 1 else []
            forms += [_moving(key, i) for i in range(min(len(key.entries), 8))]
            for i, form in enumerate(forms, -(len(forms) > len(key.entries))):
                position = replace(key, kind="whole", number=key.entries[max(i, -1)], at_least=0)
                solver = Solver(position, probe.values(form), probe.wanted, near_lengths(probe.evidence, self.offsets))
                yield from ((form(value), 1) for value in solver.solutions() if value < probe.evidence.spec.length)
            for i in range(len(key.entries)):
                change = key.to(list_text((*key.entries[:i], *key.entries[i + 1 :])))
                if probe.meets(change):
                    yield change, 1

    def _hypothesis(self, evidence: Evidence, changes: tuple[Change, ...], numbers: int) -> Hypothesis:
        source = self.source(changes)
        assert source is not None
        told = " and ".join(change.sentence for change in changes)
        spent = ONE_KEY if len(changes) == 1 else TWO_KEYS
        spent += sum(map(_odd, changes)) + 0.25 * (numbers - len(changes))
        spent += UNLIKELY * any(self._unlikely(change) for change in changes)
        spent += len(set(evidence.values)) == 1  # of a log that never moves, nobody can tell why
        spent += sum(self._run_length(change, evidence) for change in changes)
        part = Part("changed", f"o(t) = s(t) with {told}", spent, numbers, changes=changes)
        return replace(evidence.base, source=source, parts=(*evidence.base.parts, part))

    def _run_length(self, change: Change, evidence: Evidence) -> float:
        """What a change of the run's length costs more: what else depends on it, and rows of the log past its end."""
        if not self.of_config and change.key not in ("epochs", "steps"):
            return 0.0
        spec = self.variants.spec([change])
        if self.of_config and spec is not None and spec.length == evidence.spec.length:
            return 0.0
        return 0.1 + 0.4 * (spec is not None and evidence.at[-1] > spec.length)

    def _unlikely(self, change: Change) -> bool:
        """Whether the key is a worse name for the change than another; one with a unit is not, its rows are."""
        keys = [key for key in self.keys if key.path == change.key]
        return bool(keys) and all(key.unlikely or not change.value.endswith(key.after) for key in keys)

    def source(self, changes: Sequence[Change]) -> RateSource | None:
        """The numbers of the spec with these changes; None where that is no spec."""
        spec = self.variants.spec(changes)
        try:
            return None if spec is None else plain_source(spec, self.group, self.reading)
        except (LrcliError, ArithmeticError, ValueError, IndexError):  # it has no first learning rate
            return None


class _Probe:
    """Some rows of a log, against the spec with changed keys."""

    def __init__(
        self, changed: ChangedKeys, evidence: Evidence, more: Sequence[Change], also: Sequence[int] = ()
    ) -> None:
        self.changed, self.evidence, self.more = changed, evidence, tuple(more)
        rows = sorted({*probed(evidence), *also})
        self.at = [evidence.at[i] for i in rows]
        self.wanted = Wanted([evidence.values[i] for i in rows], [evidence.slack[i] for i in rows])
        self.times = evidence.base.clock.times(self.at)
        self.factors = [evidence.base.factor if t >= evidence.base.factor_from else 1.0 for t in self.at]

    @cached_property
    def now(self) -> list[float] | None:
        """What the spec gives for the rows without another change."""
        return self.lrs()

    def lrs(self, *changes: Change) -> list[float] | None:
        """What the spec with these changes gives for the rows; None where that is no spec."""
        source = self.changed.source((*self.more, *changes))
        if source is None:
            return None
        spend(len(self.times))
        alone = isinstance(source, Formula) and source.schedule.stands_alone()
        values = [source.one(t) for t in self.times] if alone else source.at(self.times)  # type: ignore[attr-defined]
        return [factor * value for factor, value in zip(self.factors, values, strict=True)]

    def values(self, change: Callable[[float], Change]) -> Callable[[float], list[float] | None]:
        """The same as a function of the key's value."""
        return lambda value: self.lrs(change(value))

    def moves(self, key: Key) -> bool:
        """Whether another value of the key changes any of the rows."""
        values = [key.number * share for share in (1.5, 0.5, 0.1)] if key.number else [1.0, max(self.wanted.values)]
        if key.kind == "whole":
            values = [float(round(value)) for value in (*values, self.evidence.spec.length / 3)]
        return any((made := self.lrs(key.to(value))) is not None and made != self.now for value in values)

    def missed(self, change: Change) -> list[int]:
        """Some rows that are wrong with this change, if they are more than a few that nothing explains."""
        source = self.changed.source((*self.more, change))
        base = replace(self.evidence.base, source=source or self.evidence.base.source)
        wrong = [i for i, missed in enumerate(self.evidence.missed_by(base.at(self.evidence.at))) if missed]
        return wrong[:: max(len(wrong) // PROBES, 1)] if len(wrong) > 2 else []

    def meets(self, change: Change) -> bool:
        """Whether nearly all rows are right with this change."""
        values = self.lrs(change)
        return values is not None and self.wanted.met(self.wanted.signs(values))


def _around(key: Key, value: float) -> list[Change]:
    """The values that one near the right one may stand for."""
    if key.kind == "whole":
        return [key.to(value + d) for d in (0, 1, -1, 2, -2)]
    return [key.to(v) for v in rounded(value, 6)]


def _moving(key: Key, i: int) -> Callable[[float], Change]:
    return lambda value: key.to(list_text((*key.entries[:i], value, *key.entries[i + 1 :])))


def _odd(change: Change) -> float:
    """What a value costs more that is not round: 250 is nothing to wonder at, 0.0570154375 is."""
    if change.value.startswith("["):
        return 0.5 * sum(float(entry) % 5 != 0 for entry in change.value[1:-1].split(",") if entry.strip())
    return 0.0 if math.isnan(change.number) else min(0.15 * max(digits(change.number) - 2, 0), 0.9)


def _warmup_of(length: float, factor: float) -> Key:
    """The key of a warmup that the spec does not have."""
    after = f", start_factor: {text_of_number(factor)}}}"
    return Key("warmup", "none", "whole", float(length), "{for: ", after, at_least=1)
