"""Keys of a training config that a run did not use: what its framework has as their defaults gives the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from lrcli.errors import LrcliError
from lrcli.infer.costs import EXTRA
from lrcli.infer.effort import spend
from lrcli.infer.explain.changed import ChangedKeys
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.probe import Probe
from lrcli.infer.keys import Change, Key
from lrcli.infer.keys.solving import Solver
from lrcli.infer.keys.variants import CONFIG
from lrcli.infer.limits import DEFAULTS, MOST_UNUSED
from lrcli.infer.transforms import RateSource
from lrcli.reader import Declared
from lrcli.reader.request import ConfigValue


class Unused(NamedTuple):
    """How a config is read: without these keys (None: any), at one of several defaults, with a length solved for."""

    paths: Sequence[str] | None
    default: int
    steps: int | None = None


class UnusedKeys:
    """The defaults of a config's framework, on the evidence of a log."""

    def __init__(self, changed: ChangedKeys, probe: Probe) -> None:
        self.changed, self.probe = changed, probe
        self.declared = changed.variants.declared

    def whole(self) -> Iterator[Hypothesis]:
        """The config with none of its keys."""
        if self.declared.without is not None:
            yield from self._left_out("unused", None)

    def some(self) -> Iterator[Hypothesis]:
        """The config without two of its keys or more, and without any in a run of a length that is solved for."""
        if self.declared.without is None:
            return
        written = [*self._written][:MOST_UNUSED]
        for count in range(len(written), 1, -1):
            for paths in combinations(written, count):
                yield from self._left_out("unused-keys", paths)
        for default in range(DEFAULTS):

            def rates(length: float, default: int = default) -> list[float] | None:
                read = self._read(Unused(None, default, int(length)))
                return None if read is None else self.probe.rates(read[1])

            steps = Key("--steps", "", "whole", float(self.declared.spec.length), at_least=1)
            solver = Solver(steps, rates, self.probe.wanted, self.probe.evidence.marks.lengths((0,)))
            for length in solver.likely():
                unused = Unused(None, default, int(length))
                if read := self._read(unused):
                    yield self._hypothesis("unused", unused, *read)
                return

    def _left_out(self, key: str, paths: Sequence[str] | None) -> Iterator[Hypothesis]:
        """The config without these keys, with each of the framework's defaults for them."""
        last = None
        for default in range(DEFAULTS):
            unused = Unused(paths, default)
            read = self._read(unused)
            if read is None or read[0].spec == last:
                return
            last = read[0].spec
            if self.probe.wanted.met(self.probe.rates(read[1])):
                yield self._hypothesis(key, unused, *read)

    def _read(self, unused: Unused) -> tuple[Declared, RateSource] | None:
        """The config as it is read so, and the learning rates that it comes to."""
        assert self.declared.without is not None
        spend(CONFIG, 1)
        try:
            declared = self.declared.without(*unused)
        except (LrcliError, ArithmeticError):
            return None
        source = self.changed.source_of(declared.spec)
        return None if source is None else (declared, source)

    def _hypothesis(self, key: str, unused: Unused, declared: Declared, source: RateSource) -> Hypothesis:
        solved = unused.steps is not None
        form = "s(t) of the framework's defaults" + (f" with --steps {unused.steps}" if solved else "")
        extra = EXTRA["a further key"] * len(unused.paths or ()) + EXTRA["a length that is solved for"] * solved
        changes = self._changes(unused, declared)
        return self.probe.evidence.propose(key, form, extra=extra, params=solved, changes=changes, source=source)

    def _changes(self, unused: Unused, declared: Declared) -> tuple[Change, ...]:
        """What the keys have instead of their own values: those without which the schedule would be another one."""
        taken = {value.spellings[-1]: value.taken for value in self._values(declared)}
        left_out = {path: key for path, key in self._written.items() if unused.paths is None or path in unused.paths}
        changes = []
        for path, key in left_out.items():
            others = [other for other in left_out if other != path]
            kept = self._read(unused._replace(paths=others))
            if kept is None or kept[0].spec.groups != declared.spec.groups:
                text = taken.get(path)
                default = key.to(text if key.words else float(text)) if text else Change(key.path, key.was, "null")
                changes.append(default)
        return tuple(changes)

    @cached_property
    def _written(self) -> dict[str, Key]:
        """The keys that the file has, by their paths there; none in a list."""
        paths = {name: value.spellings[-1] for value in self._values(self.declared) for name in value.spellings}
        keys = {paths[key.path]: key for key in reversed(self.changed.keys) if key.was and key.path in paths}
        return {path: key for path, key in keys.items() if not any(part.isdigit() for part in path.split("."))}

    @staticmethod
    def _values(declared: Declared) -> tuple[ConfigValue, ...]:
        assert declared.values is not None
        return declared.values()
