"""Composer's curves between two factors, each without and with a linear warmup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.errors import Problem
from lrcli.frameworks.composer._scheduler import (
    ComposerScheduler,
    ComposerTimed,
    ComposerWarmedTimed,
    cosine_anneal,
    line,
)
from lrcli.schedules import CurveMarks, dataclass, number, text


@dataclass(frozen=True, kw_only=True)
class ComposerConstantScheduler(ComposerTimed):
    """Multiply the learning rate by alpha until t_max.

    lr(t) = base_lr * alpha    for t < t_max
            base_lr            from there on

    >>> [ComposerConstantScheduler(alpha=0.5, t_max="2ba").lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.05, 0.05, 0.1]

    Source: composer.optim.ConstantScheduler (run in 0.32.1).
    """

    name = "composer.ConstantScheduler"

    t_max: str = text("1dur", doc="where it ends, as a time string", example="1000ba")
    alpha: float = number(1.0, doc="the factor", example="0.5")

    def factors(self, rows: Sequence[int]) -> list[float]:
        end, alpha = self.row("t_max"), self.alpha
        return [alpha if t < end else 1.0 for t in rows]

    def marks(self) -> CurveMarks:
        yield self.row("t_max"), "factor ends" if self.alpha != 1 else ""


@dataclass(frozen=True, kw_only=True)
class ComposerConstantWithWarmupScheduler(ComposerWarmedTimed):
    """Warm up linearly from 0 to alpha of the learning rate, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup) * alpha    for t < t_warmup
            base_lr * alpha                           from there on

    >>> constant = ComposerConstantWithWarmupScheduler(t_warmup="2ba", max_duration="9ba")
    >>> [constant.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3)]
    [0.0, 0.05, 0.1, 0.1]

    Source: composer.optim.ConstantWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.ConstantWithWarmupScheduler"

    alpha: float = number(1.0, doc="the factor after the warmup")

    def warmup_top(self) -> float:
        return self.alpha

    def after(self, shares: list[float]) -> list[float]:
        return line(shares, self.alpha, self.alpha)

    def marks(self) -> CurveMarks:
        return ((at, event) for at, event in super().marks() if event != "decay ends")

    def notes(self) -> Iterator[Problem]:
        return (note for note in super().notes() if note.code != "no-decay")


@dataclass(frozen=True, kw_only=True)
class ComposerLine(ComposerScheduler):
    """A line from alpha_i to alpha_f."""

    alpha_i: float = number(1.0, doc="the first factor")
    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        return line(shares, self.alpha_i, self.alpha_f)


@dataclass(frozen=True, kw_only=True)
class ComposerLinearScheduler(ComposerLine, ComposerTimed):
    """Move the factor of the learning rate in a line from alpha_i to alpha_f, and stay there.

    lr(t) = base_lr * (alpha_i + min(1, t / t_max) * (alpha_f - alpha_i))

    >>> [ComposerLinearScheduler(t_max="4ba").lr_at(t, base_lr=0.1) for t in (0, 1, 4, 5)]
    [0.1, 0.07500000000000001, 0.0, 0.0]

    Source: composer.optim.LinearScheduler (run in 0.32.1).
    """

    name = "composer.LinearScheduler"


@dataclass(frozen=True, kw_only=True)
class ComposerLinearWithWarmupScheduler(ComposerLine, ComposerWarmedTimed):
    """Warm up linearly from 0 to alpha_i of the learning rate, move in a line to alpha_f, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup) * alpha_i                  for t < t_warmup
            base_lr * (alpha_i + share * (alpha_f - alpha_i))         from there on
                with share = min(1, (t - t_warmup) / (t_max - t_warmup)), 0 where t_max is not above t_warmup

    >>> line = ComposerLinearWithWarmupScheduler(t_warmup="2ba", max_duration="6ba")
    >>> [line.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: composer.optim.LinearWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.LinearWithWarmupScheduler"

    alpha_i: float = number(1.0, doc="the factor after the warmup")

    def warmup_top(self) -> float:
        return self.alpha_i


@dataclass(frozen=True, kw_only=True)
class ComposerPolynomial(ComposerScheduler):
    """A polynomial from 1 to alpha_f."""

    power: float = number(2.0, doc="the exponent")
    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        """Composer's polynomial at these shares of the way."""
        power, low, rest = self.power, self.alpha_f, 1.0 - self.alpha_f
        return [low + (1 - share) ** power * rest for share in shares]


@dataclass(frozen=True, kw_only=True)
class ComposerPolynomialScheduler(ComposerPolynomial, ComposerTimed):
    """Follow a polynomial down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * (alpha_f + (1 - min(1, t / t_max))**power * (1 - alpha_f))

    >>> [ComposerPolynomialScheduler(power=2, t_max="4ba").lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.025, 0.0, 0.0]

    Source: composer.optim.PolynomialScheduler (run in 0.32.1).
    """

    name = "composer.PolynomialScheduler"

    power: float = number(doc="the exponent", example="2.0")


@dataclass(frozen=True, kw_only=True)
class ComposerPolynomialWithWarmupScheduler(ComposerPolynomial, ComposerWarmedTimed):
    """Warm up linearly from 0, follow a polynomial down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup)                              for t < t_warmup
            base_lr * (alpha_f + (1 - share)**power * (1 - alpha_f))    from there on
                with share = min(1, (t - t_warmup) / (t_max - t_warmup)), 0 where t_max is not above t_warmup

    >>> curve = ComposerPolynomialWithWarmupScheduler(t_warmup="2ba", max_duration="6ba")
    >>> [curve.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.025, 0.0]

    Source: composer.optim.PolynomialWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.PolynomialWithWarmupScheduler"


@dataclass(frozen=True, kw_only=True)
class ComposerCosine(ComposerScheduler):
    """Half a cosine from 1 to alpha_f."""

    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        return cosine_anneal(shares, self.alpha_f)


@dataclass(frozen=True, kw_only=True)
class ComposerCosineAnnealingScheduler(ComposerCosine, ComposerTimed):
    """Follow half a cosine down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * (alpha_f + (1 - alpha_f) * (1 + cos(pi * min(1, t / t_max))) / 2)

    >>> [ComposerCosineAnnealingScheduler(t_max="4ba").lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]

    Source: composer.optim.CosineAnnealingScheduler (run in 0.32.1).
    """

    name = "composer.CosineAnnealingScheduler"


@dataclass(frozen=True, kw_only=True)
class ComposerCosineAnnealingWithWarmupScheduler(ComposerCosine, ComposerWarmedTimed):
    """Warm up linearly from 0, follow half a cosine down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup)                                        for t < t_warmup
            base_lr * (alpha_f + (1 - alpha_f) * (1 + cos(pi * share)) / 2)       from there on
                with share = min(1, (t - t_warmup) / (t_max - t_warmup)), 0 where t_max is not above t_warmup

    >>> cosine = ComposerCosineAnnealingWithWarmupScheduler(t_warmup="2ba", max_duration="6ba")
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: composer.optim.CosineAnnealingWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.CosineAnnealingWithWarmupScheduler"
