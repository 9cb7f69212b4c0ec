"""Changed keys: the spec with another value of one of them that gives the rows of the log."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from lrcli.infer.costs import EXTRA
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.probe import Probe
from lrcli.infer.keys import Change, Key, Variants, keys_of
from lrcli.infer.keys.key import KeyValue
from lrcli.infer.keys.solving import Solver
from lrcli.infer.keys.variants import Trial
from lrcli.infer.limits import FEWEST_BEFORE
from lrcli.infer.numbers import digits, is_round, simplest
from lrcli.infer.sources import NO_VALUE, Formula, plain_source
from lrcli.infer.transforms import RateSource, switched
from lrcli.infer.usual import CYCLES, UNIT_FLAGS
from lrcli.infer.written import text_of_value
from lrcli.progress import report_progress
from lrcli.reader import Declared
from lrcli.series import series_of
from lrcli.spec import Spec

_OF_ROWS = ("interval", "first_step")
"""What says which row of a log is which of a spec."""


_WITHIN = re.compile("warm|size|cycle|_0$|_mult$|pct|decay_t|for$|patience|cooldown", re.IGNORECASE)
"""Keys of lengths within a schedule, none of which is its horizon, and of counts."""


class ChangedKeys:
    """The keys of a declared spec, to be solved for on the evidence of a log."""

    def __init__(self, declared: Declared, group: int) -> None:
        self.variants = Variants(declared, group)
        self.spec, self.group = declared.spec, group
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

    def units(self, evidence: Evidence) -> Iterator[Hypothesis]:
        """The base with lengths that count another unit: of each part of the schedule, and of all of them."""
        if self.of_config:
            values = self.variants.declared.values
            assert values is not None
            flags = [Key(value.spellings[-1], value.text, "words", words=value.words) for value in values()]
        else:
            flags = self.keys
        trials: list[Trial] = [(key, word) for key in flags if _is_unit(key.path) for word in key.words]
        for some in (*((trial,) for trial in trials), *([tuple(trials)] if len(trials) > 1 else [])):
            if self.source([key.to(value) for key, value in some]) is not None:
                yield self._hypothesis(evidence, some, len(some))

    def one(
        self, evidence: Evidence, more: tuple[Trial, ...] = (), keys: Sequence[Key] | None = None
    ) -> Iterator[Hypothesis]:
        """The base with another value of one of the keys (default: all), beside the changes that it has already."""
        probe = Probe(self.tried, evidence, more)
        for i, key in enumerate(self.keys if keys is None else keys):
            if not more:
                report_progress(i, len(self.keys), "keys")
            if not any(_nested(key.path, other.path) for other, _ in more) and probe.could(key):
                for value, numbers in self._sharpened(key, probe):
                    yield self._hypothesis(evidence, (*more, (key, value)), numbers + len(more))
        if keys is None:
            for key, value in self._warmups(probe):
                numbers = 1 + (key.after != NO_FACTOR) + len(more)
                yield self._hypothesis(evidence, (*more, (key, value)), numbers)

    def _sharpened(self, key: Key, probe: Probe) -> Iterator[tuple[KeyValue, int]]:
        """The values of a key; where one meets the probed rows and misses others, some of these have to be met, too."""
        values = list(self._values(key, probe))
        yield from values
        if key.kind != "words" and values and (wrong := probe.missed(key, values[0][0])):
            yield from self._values(key, Probe(self.tried, probe.evidence, probe.more, wrong))

    def _warmups(self, probe: Probe) -> Iterator[Trial]:
        """A warmup where the spec has none: its length solved for, from 0 or from what the first row shows."""
        if self._lacks_warmup():
            for factor in self._first_factors(probe.evidence):
                key = _warmup_of(max(self.spec.length // 10, 1), factor)
                yield from ((key, value) for value in self._solved(key, probe))

    def shown_warmups(self, evidence: Evidence) -> Iterator[Trial]:
        """Warmups of the lengths that the log shows, where the spec has none."""
        if self._lacks_warmup():
            lengths = [n for n in evidence.marks.lengths(self.offsets) if 1 < n < evidence.spec.length / 2]
            factors = dict.fromkeys((*self._first_factors(evidence), _first_share(evidence, max(evidence.rows.values))))
            yield from ((_warmup_of(n, factor), n) for n in lengths for factor in factors if 0 <= factor < 1)

    def _lacks_warmup(self) -> bool:
        return not self.of_config and not any(key.path.startswith("warmup") for key in self.keys)

    def _first_factors(self, evidence: Evidence) -> list[float]:
        """The factors that a warmup may begin with: what the first rows show, or 0 where row 0 is missing."""
        lr = self.spec.groups[self.group].base_lr
        factors = [_first_share(evidence, lr), *([0.0] if evidence.rows.at[0] else [])]
        return [factor for factor in dict.fromkeys(factors) if 0 <= factor < 1]

    def extended(self, evidence: Evidence) -> Iterator[Hypothesis]:
        """The base up to some row, and from there on the spec with another length, which all of it follows."""
        asked = evidence.asked()
        if not asked or asked[0] < FEWEST_BEFORE:
            return
        probe = Probe(self.tried, evidence.since_row(asked[0]))
        for key in self.keys:
            last = key.entries[-1] if key.entries else key.number
            if key.unlikely or key.kind == "words" or not last > 0:
                continue
            form: Callable[[float], KeyValue] = _stretching(key.entries) if key.entries else float
            other = self.variants.spec([key.to(form(2 * last))])
            if other is None or (key.kind == "number" and other.length == self.spec.length):
                continue
            whole = replace(key, kind="whole", number=last, at_least=1)
            solved = (self._solved(whole, probe, form, key, strict) for strict in (True, False))
            for value in next(filter(None, solved), ()):
                change = key.to(form(value))
                if value == last or (source := self.source([change])) is None:
                    continue
                rows = evidence.switch(replace(evidence.base, source=source).at(evidence.rows.at))
                if rows is not None and rows[0]:
                    row = evidence.log.at[evidence.refined(rows[1])]
                    extra = EXTRA["a length that is not doubled"] * (not is_round(value / last))
                    later = switched(evidence.base.source, source, row)
                    words = f"s(t); from t = {row} on with {change.sentence}"
                    yield evidence.propose("horizon-after", words, extra=extra, params=2, source=later)

    def _values(self, key: Key, probe: Probe) -> Iterator[tuple[KeyValue, int]]:
        """(a value of the key that meets the probed rows, how many numbers were taken from the log)."""
        if key.kind == "words":
            yield from ((word, 1) for word in key.words if probe.meets(key, word))
        elif key.kind == "positions":
            shown = self.falls(key, probe.evidence)
            yield from ((value, numbers) for value, numbers in shown if probe.meets(key, value))
            yield from ((value, 1) for value in self._moved(key, probe))
        else:
            yield from ((value, 1) for value in self._solved(key, probe) if value != key.number)

    def _solved(
        self,
        key: Key,
        probe: Probe,
        form: Callable[[float], KeyValue] = float,
        of: Key | None = None,
        strict: bool = False,
    ) -> list[float]:
        """The values of a number that meet the probed rows: of lengths, those that the log shows, or else any."""
        near: Sequence[float] = CYCLES if "cycle" in key.path.lower() else ()
        if key.kind == "whole":
            near = probe.evidence.marks.lengths(self.offsets)
        solver = Solver(
            key,
            lambda value: probe.lrs((of or key, form(value))),
            probe.wanted,
            near,
            strict=strict or bool(probe.also),
        )
        return solver.likely()

    def falls(self, key: Key, evidence: Evidence) -> Iterator[tuple[KeyValue, int]]:
        """(positions at which the log falls, how many of them are not the key's own)."""
        per = evidence.spec.steps_per_epoch
        for falls in evidence.marks.falls(self.offsets):
            changed = sum(a != b for a, b in zip(falls, key.entries, strict=False)) + abs(len(falls) - len(key.entries))
            if changed:
                yield tuple(map(float, falls)), changed
                if per and all(position % per == 0 for position in falls):
                    yield tuple(float(position // per) for position in falls), changed

    def _moved(self, key: Key, probe: Probe) -> Iterator[KeyValue]:
        """One position moved, left out, or all of them stretched."""
        entries = key.entries
        if not entries or not entries[-1]:
            return

        for i in range(-(len(entries) > 1), min(len(entries), 8)):
            form = _moving(entries, i) if i >= 0 else _stretching(entries)
            position = replace(key, kind="whole", number=entries[max(i, -1)], at_least=0)
            values = self._solved(position, probe, form, key)
            yield from (form(value) for value in values if value < probe.evidence.spec.length)
        for i in range(len(entries)):
            fewer = (*entries[:i], *entries[i + 1 :])
            if probe.meets(key, fewer):
                yield fewer

    def _hypothesis(self, evidence: Evidence, trials: tuple[Trial, ...], numbers: int) -> Hypothesis:
        changes = tuple(key.to(value) for key, value in trials)
        source = self.source(changes)
        assert source is not None
        extra = EXTRA["a second key"] * (len(changes) - 1) + EXTRA["a further number"] * (numbers - len(changes))
        extra += sum(map(_odd, changes)) + EXTRA["an unlikely key"] * any(map(self._unlikely, changes))
        extra += EXTRA["half cycles"] * any("cycle" in change.key and change.number in CYCLES for change in changes)
        extra += sum(self._run_length(change, evidence) for change in changes)
        form = f"s(t) with {' and '.join(change.sentence for change in changes)}"
        name = "unit" if all(_is_unit(change.key) for change in changes) else "changed"
        if len(trials) == 1 and trials[0][0].kind == "whole" and not _WITHIN.search(trials[0][0].path):
            name = "horizon"
        if name == "unit":
            extra -= EXTRA["a second key"] * (len(changes) - 1)
        elif len(set(evidence.rows.values)) == 1:
            extra += EXTRA["a log that never moves"]
        return evidence.propose(name, form, extra=extra, params=numbers, changes=changes, source=source)

    def _run_length(self, change: Change, evidence: Evidence) -> float:
        """What another length costs more: what else depends on that of the run, and rows of the log past its end."""
        if not self.of_config and change.key not in ("epochs", "steps"):
            ends = any(key.ends for key in self.keys if key.path == change.key)
            return EXTRA["rows past the end"] * (ends and evidence.rows.at[-1] > change.number)
        spec = self.variants.spec([change])
        if self.of_config and spec is not None and spec.length == evidence.spec.length:
            return 0.0
        past_end = spec is not None and evidence.rows.at[-1] > spec.length
        return EXTRA["another length of the run"] + EXTRA["rows past the end"] * past_end

    def _unlikely(self, change: Change) -> bool:
        """Whether the key is a worse name for the change than another; one with a unit is not, its rows are."""
        keys = [key for key in self.keys if key.path == change.key]
        return bool(keys) and all(key.unlikely or not change.value.endswith(key.after) for key in keys)

    def source(self, changes: Sequence[Change]) -> RateSource | None:
        """The numbers of the spec with these changes, read again; None where that is no spec."""
        spec = self.variants.spec(changes)
        return None if spec is None else self.source_of(spec)

    def source_of(self, spec: Spec) -> RateSource | None:
        """The numbers of another spec; None where it has none, or its rows are not those of this one."""
        if any(getattr(spec, name) != getattr(self.spec, name) for name in _OF_ROWS):
            return None
        try:
            return plain_source(spec, self.group, self.reading)
        except NO_VALUE:  # it has no first learning rate
            return None

    def tried(self, trials: Sequence[Trial]) -> RateSource | None:
        """The same without reading it again, where it can be told without that."""
        if self.spec.emulation is not None:
            return self.source([key.to(value) for key, value in trials])
        group = self.variants.group(trials)
        try:
            return None if group is None else Formula(group.schedule, group.base_lr)
        except NO_VALUE:
            return None


def _is_unit(path: str) -> bool:
    """Whether a key says in which unit lengths count."""
    return path.rpartition(".")[2] in UNIT_FLAGS


def _nested(path: str, other: str) -> bool:
    """Whether one key is the other, or stands in it."""
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")


def _moving(entries: tuple[float, ...], i: int) -> Callable[[float], KeyValue]:
    return lambda value: (*entries[:i], value, *entries[i + 1 :])


def _stretching(entries: tuple[float, ...]) -> Callable[[float], KeyValue]:
    return lambda last: tuple(float(round(entry * last / entries[-1])) for entry in entries)


def _first_share(evidence: Evidence, lr: float) -> float:
    """The factor that a linear warmup begins with, by the first two rows."""
    if len(evidence.rows) < 2 or not lr:
        return 0.0
    (t, u), (a, b) = evidence.base.clock.times(evidence.rows.at[:2]), evidence.rows.values[:2]
    slope = (b - a) / (u - t) if t and u > t else 0.0
    error = (evidence.rows.slack[0] * u + evidence.rows.slack[1] * t) / (u - t) if slope else evidence.rows.slack[0]
    first = a - slope * t
    return simplest((first - error) / lr, (first + error) / lr)


def _odd(change: Change) -> float:
    """What a value costs more that is not round: 250 is nothing to wonder at, 0.0570154375 is."""
    if _POSITIONS.fullmatch(change.value):
        entries = [entry for entry in change.value.strip("[]").split(",") if entry.strip()]
        return EXTRA["a position that is not round"] * sum(float(entry) % 5 != 0 for entry in entries)
    further = 0 if math.isnan(change.number) else max(digits(change.number) - 2, 0)
    return min(EXTRA["a digit"] * further, EXTRA["many digits"])


_POSITIONS = re.compile(r"\[[\d., ]*\]|\d+(,\d+)+")
"""Positions as a spec, or an .ini, has them."""

NO_FACTOR = ", start_factor: 0}"
"""How the key of a warmup from 0 ends."""


def _warmup_of(length: float, factor: float) -> Key:
    """The key of a warmup that the spec does not have."""
    after = f", start_factor: {text_of_value(factor)}}}"
    return Key("warmup", "none", "whole", float(length), "{for: ", after, at_least=1)
