"""Two changed keys: the spec with other values of both that gives the rows of the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations

from lrcli.infer.costs import CAUSE_COSTS, EXTRA
from lrcli.infer.explain.changed import ChangedKeys
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.probe import Probe
from lrcli.infer.keys import Key
from lrcli.infer.keys.variants import Trial
from lrcli.infer.limits import ANOTHER_LENGTH, COUNTS_BELOW, TRIED_WITH
from lrcli.infer.numbers import rounded, simplest
from lrcli.infer.usual import SHARES
from lrcli.progress import report_progress

TWO_KEYS = CAUSE_COSTS["changed"] + EXTRA["a second key"]


class TwoKeys:
    """The pairs of keys of a declared spec, to be solved for on the evidence of a log."""

    def __init__(self, changed: ChangedKeys, probe: Probe) -> None:
        self.changed, self._probe, self.evidence = changed, probe, probe.evidence

    @cached_property
    def _numbers(self) -> list[Key]:
        """The numbers that move some of the rows."""
        return [key for key in self.changed.keys if key.kind in ("number", "whole") and self._probe.moved(key)]

    @cached_property
    def _simple(self) -> list[Key]:
        """Those of them that are no lengths."""
        return [key for key in self._numbers if key.kind == "number" or key.number < COUNTS_BELOW]

    @cached_property
    def _words(self) -> list[Trial]:
        """Every type and choice, and the warmups that the log shows."""
        words: list[Trial] = [(key, word) for key in self.changed.keys if key.kind == "words" for word in key.words]
        return [*words, *self.changed.shown_warmups(self.evidence)]

    @cached_property
    def _usual(self) -> list[Trial]:
        """Values that one of two keys may have: of what jumps, and of lengths that the log shows."""
        keys, positions = self.changed.keys, [key for key in self.changed.keys if key.kind == "positions"]
        usual: list[Trial] = [(key, value) for key in positions for value, _ in self.changed.falls(key, self.evidence)]
        run, near = self.evidence.spec.length, self.evidence.marks.lengths(self.changed.offsets)
        for key in keys:
            values: Sequence[float] = ()
            if key.kind == "whole":
                values = [n for n in dict.fromkeys((*near, key.number / 2, key.number * 2)) if n == int(n) and n >= 1]
                values = values[:TRIED_WITH]
            elif key.jumps and key.number < 1:
                seen = [simplest((n - 0.99) / run, n / run) for n in near if n < run]
                values = list(dict.fromkeys([*SHARES, *seen[: TRIED_WITH - len(SHARES)]]))
            usual += [(key, value) for value in values if value != key.number]
        return usual

    def likely(self) -> Iterator[Hypothesis]:
        """The pairs that are near the right values at once.

        Two numbers are moved together until the rows are nearly right, and the one is solved for with the other. Of
        what jumps (milestones, a step size) the values that the log shows are tried.
        """
        yield from self._near(self._longer(), self._simple)
        likely = sorted(self._numbers, key=lambda key: key.unlikely)
        pairs = [(a, b) for a, b in combinations(likely, 2) if a.path != b.path and self._probe.could(a, b)]
        for i, (a, b) in enumerate(pairs):
            report_progress(i, len(pairs), "pairs of keys")
            if (near := self._probe.near(a, b)) is not None:
                first, value, second = (a, near[0], b) if a.kind == "whole" or a.jumps else (b, near[1], a)
                for other in _around(first, value):
                    yield from self.changed.one(self.evidence, ((first, other),), (second,))
        yield from self._near((*self._words, *self._usual), self._simple)
        positions = [trial for trial in self._usual if trial[0].kind == "positions"]
        yield from self._near(positions, [key for key in self._numbers if key not in self._simple])

    def thorough(self) -> Iterator[Hypothesis]:
        """The pairs with any value of the other key, and every type and choice."""
        others = [key for key in self.changed.keys if key not in self._simple]
        stages = [(None, self._longer()), (self._simple, self._words), (self._simple, self._usual)]
        for keys, trials in (*stages, (others, self._words)):
            for i, trial in enumerate(trials):
                report_progress(i, len(trials), "pairs of keys")
                yield from self.changed.one(self.evidence, (trial,), keys)

    def _near(self, trials: Sequence[Trial], keys: Sequence[Key]) -> Iterator[Hypothesis]:
        """The base with each trial, and another value of a key that can be reached from its own."""
        for i, trial in enumerate(trials):
            report_progress(i, len(trials), "pairs of keys")
            probe = Probe(self.changed.tried, self.evidence, (trial,))
            for key in keys:
                if key.path != trial[0].path and probe.could(key) and probe.near(key) is not None:
                    yield from self.changed.one(self.evidence, (trial,), (key,))

    def _longer(self) -> list[Trial]:
        """The counts that make the run as long as the log, where it has another length."""
        rows = self.evidence.rows.at[-1] + 1
        ratio = rows / self.evidence.spec.length
        trials: list[Trial] = []
        for key in self.changed.keys if abs(ratio - 1) > ANOTHER_LENGTH else ():
            value = float(round(key.number * ratio)) if key.kind in ("number", "whole") else 0.0
            if key.number >= 1 and value >= 1:
                spec = self.changed.variants.spec([key.to(value)])
                if spec is not None and abs(spec.length / rows - 1) < ANOTHER_LENGTH:
                    trials.append((key, value))
        return trials


def _around(key: Key, value: float) -> list[float]:
    """The values that one near the right one may stand for."""
    return [value + d for d in (0, 1, -1, 2, -2)] if key.kind == "whole" else [*rounded(value, 6)]
