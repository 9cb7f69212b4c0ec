"""How a curve that was found in a log is said in the words of a framework.

A framework whose schedules are looked for in logs has a module `fitting` in its folder, with

    RANK    whose words are taken where several say the same: the smallest

and, as far as it has any, with the ways of saying the curve with its schedules:

    spell(shape)            for every log
    spell_single(shape)     more ways, for a log of values in single precision
    spell_own(shape)        more ways, for its own log, of which LOG, a regular expression, tells a line
    spell_sampled(shape)    for a log of epochs that shows the last batch of each, of a warmup that counts batches

A way need not be right: `lrcli fit` holds each against the rows of the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from lrcli.frameworks.base import framework_modules
from lrcli.values import dataclass


class CycleFactors(NamedTuple):
    """The factor from each cycle to the next of its length, its top, its floor and its height above the floor.

    0 stands for none.
    """

    length: float
    top: float
    floor: float
    height: float


@dataclass(frozen=True)
class Shape:
    """A warmup and a decay, in scheduler steps and absolute learning rates.

    decay: what comes after the warmup: "constant", "line", "cosine", "waves" (half ones up and down), "tanh", "power"
    (of what is left), "root" (1 - the root of what is done), "inverse" (a negative power), "exponential", "steps",
    "restarts" (half cosines), "phases", "dips" (of another decay), "rise" (half a cosine upwards).
    lr: where it begins; of phases the largest. warmup: the step at which the warmup is at lr, 0 for none. start: the
    learning rate of step 0 then. ramp: how it climbs: "line", "power", "cosine"; of products also "exp" (of so many
    steps), "radam", "level" (a factor that stays), "growth" (one that is multiplied at each step). begin: the decay's
    own step 0; less than the warmup where its clock runs meanwhile. end: the step at which it is at the floor; 0 where
    it has no end. power: the exponent; of exponential and steps the factor, of restarts and waves their number. scale:
    the time scale of an inverse; the size of equal steps, 0 where they differ; by what each cycle of restarts is longer
    than the one before, 0 where all are alike. climb: the exponent of a ramp that is a power. product: whether the
    warmup multiplies the decay. meets: whether the warmup is a line up to the decay's own value. rests: whether the run
    goes on at the floor. milestones: of steps; of phases, and of such cycles, where each but the first begins. parts:
    the phases, and the cycles that are not alike, each from its own step 0. epochs: whether a step is an epoch.
    per_epoch: the steps of an epoch, 0 where the log does not say.
    """

    decay: str
    lr: float
    warmup: int = 0
    start: float = 0.0
    ramp: str = "line"
    begin: int = 0
    end: int = 0
    floor: float = 0.0
    power: float = 1.0
    scale: float = 0.0
    climb: float = 1.0
    product: bool = False
    meets: bool = False
    rests: bool = False
    milestones: tuple[int, ...] = ()
    parts: tuple[Shape, ...] = ()
    epochs: bool = False
    per_epoch: int = 0

    @property
    def by_epoch(self) -> int:
        """The steps of an epoch, if the milestones are whole epochs; else 0."""
        size = 1 if self.epochs else self.per_epoch
        return size if size and not any(m % size for m in self.milestones) else 0

    @property
    def decay_alone(self) -> Shape:
        """What comes after the warmup, from its own step 0 on."""
        milestones = tuple(m - self.begin for m in self.milestones)
        end = self.end - self.begin if self.end else 0
        return replace(self, warmup=0, start=0.0, ramp="line", climb=1.0, begin=0, end=end, milestones=milestones)

    @property
    def phases(self) -> list[tuple[int, Shape]]:
        """(first step, curve) of what follows one another; none where two run at once, or the warmup is no line."""
        if self.parts:
            return [*zip((0, *self.milestones), self.parts, strict=True)] if not self.warmup else []
        if self.ramp != "line" or self.product or self.begin < self.warmup:
            return []
        climb = Shape("line", self.start, end=self.warmup, floor=self.lr)
        before = [(0, climb)] * bool(self.warmup) + [(self.warmup, Shape("constant", self.lr))] * bool(self.held)
        return [*before, (self.begin, self.decay_alone)]

    @property
    def cycles(self) -> tuple[Shape, ...]:
        """Each cycle of restarts; () of none, or where a cycle is no whole number of steps."""
        if self.decay != "restarts" or self.parts:
            return self.parts if self.decay == "restarts" else ()
        powers = [(self.scale or 1.0) ** i for i in range(int(self.power))]
        first = (self.end - self.begin) / sum(powers)
        lengths = [round(first * power) for power in powers] if abs(first - round(first)) < 1e-2 else []
        return tuple(Shape("cosine", self.lr, end=length, floor=self.floor) for length in lengths)

    @property
    def cycle_factors(self) -> CycleFactors | None:
        """What each cycle of restarts is times the one before; None where there are none, or their lengths are odd."""
        cycles, factor = self.cycles, self.scale or 1.0
        if not cycles or any(abs(part.end - cycles[0].end * factor**i) > 1 for i, part in enumerate(cycles)):
            return None
        floors = [part.floor for part in cycles]
        heights = [part.lr - part.floor for part in cycles]
        return CycleFactors(factor, _factor([part.lr for part in cycles]), _factor(floors), _factor(heights))

    @property
    def levels(self) -> tuple[float, ...]:
        """The learning rates of steps of any size; () for what is not constant in between."""
        if self.decay == "steps" and not self.begin:
            return tuple(self.lr * self.power**i for i in range(len(self.milestones) + 1))
        return tuple(part.lr for part in self.parts if part.decay == "constant") if self._has("constant") else ()

    @property
    def corners(self) -> tuple[tuple[int, float], ...]:
        """(step, learning rate) between which it is made of lines; () for a curve, or where it jumps."""
        phases = self.phases if self._has("line", "constant") else []
        points = [(0, phases[0][1].lr)] if phases else []
        for i, (begin, part) in enumerate(phases):
            end = phases[i + 1][0] if i + 1 < len(phases) else begin + part.end
            if abs(points[-1][1] - part.lr) > 1e-9 * self.lr:
                return ()
            points += [(end, part.floor if part.decay == "line" else part.lr)] * (end > begin)
        return tuple(points)

    def _has(self, *decays: str) -> bool:
        """Whether it is made of such phases only."""
        return all(part.decay in decays for part in self.parts or (self,))

    @property
    def plain(self) -> bool:
        """Whether the decay begins where the warmup, a line, ends."""
        return self.begin == self.warmup and self.ramp == "line" and not self.product

    @property
    def start_factor(self) -> float:
        """The share of lr at step 0: one over a whole number, or of at most 12 digits."""
        share = self.start / self.lr
        parts = round(1 / share) if share else 0
        return 1 / parts if parts and abs(share * parts - 1) < 1e-11 else float(f"{share:.12g}")

    @property
    def floor_share(self) -> float:
        """The share of lr at the floor, of at most 12 digits."""
        return float(f"{self.floor / self.lr:.12g}")

    @property
    def from_zero(self) -> bool:
        """Whether it is plain, and without a warmup or with one from 0."""
        return self.plain and not self.start

    @property
    def held(self) -> int:
        """The steps at lr between the warmup and the decay; 0 where the warmup is no line of its own."""
        return max(self.begin - self.warmup, 0) if self.ramp in ("line", "cosine") and not self.product else 0

    @property
    def counts_from_one(self) -> bool:
        """Whether the warmup begins with one of its equal steps: (t + 1) / (warmup + 1) of lr."""
        return self.ramp == "line" and abs(self.start * (self.warmup + 1) - self.lr) <= 1e-3 * self.lr

    @property
    def from_first_part(self) -> bool:
        """Whether it is plain, with such a warmup."""
        return self.plain and self.counts_from_one


def _factor(values: Sequence[float]) -> float:
    """The factor from each value to the next, of at most 12 digits; 0 where there is none."""
    first, *later = values
    factor = float(f"{later[0] / first:.12g}") if later and first else 1.0
    same = all(abs(value - first * factor**i) <= 1e-9 * abs(first) for i, value in enumerate(later, 1))
    return factor if same else 0.0


class Words(NamedTuple):
    """A schedule in a framework's words: its type, the keywords that are given, and how many steps ahead of the
    shape's the schedule counts. release: the newest that has the schedule so, "" for the newest of all. lr: the base
    learning rate, where that is not the shape's.
    """

    type: str
    keys: Mapping[str, Any]
    ahead: int = 0
    release: str = ""
    lr: float | None = None


def decays_of(gamma: float) -> Iterator[tuple[int, float]]:
    """(steps, rate) of an exponential: the round lengths over which the factor of one step makes a round rate."""
    lengths = sorted(lead * 10**power for lead in (1, 2, 3, 4, 5, 6, 8) for power in range(6))
    for steps in lengths if gamma < 1 else ():
        rate = float(f"{gamma**steps:.3g}")
        if 0 < rate < 1 and abs(rate / gamma**steps - 1) < 1e-6:
            yield steps, rate


@cache
def _spellers() -> dict[str, ModuleType]:
    """The modules by their frameworks' names, those whose words are taken first before the others."""
    modules = sorted(framework_modules("fitting"), key=lambda module: int(module.RANK))
    return {module.__name__.split(".")[-2]: module for module in modules}


def writer_of(opening: str) -> str:
    """The framework that writes a log with this text at its beginning, "" where none is known by it."""
    for framework, module in _spellers().items():
        if (pattern := getattr(module, "LOG", None)) and re.search(pattern, opening, re.MULTILINE):
            return framework
    return ""


def spellings(shape: Shape, *ways: str, writer: str = "") -> Iterator[Words]:
    """Every way in which a framework may say the curve, the best known framework first; or only the writer of a log."""
    for framework, module in _spellers().items():
        for way in ways or ("spell",):
            if writer in ("", framework) and (spell := getattr(module, way, None)):
                yield from spell(shape)
