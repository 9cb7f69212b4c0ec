"""A linear warmup, an inverse square root, and a linear cooldown."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.composer._scheduler import ComposerScheduler, parse_time
from lrcli.schedules import CurveMarks, Setting, dataclass, number, text

_TIMES = ("t_warmup", "t_scale", "t_cooldown")


@dataclass(frozen=True, kw_only=True)
class LlmfoundryInverseSquareRootWithWarmupScheduler(ComposerScheduler):
    """Warm up linearly from 0, decay as the inverse square root of the time, and cool down linearly at the end.

    lr(t) = base_lr * min(1, t / t_warmup)                               for t < t_warmup
            base_lr * (alpha_f_decay + (1 - alpha_f_decay) / sqrt((t - t_warmup + t_scale) / t_scale))
            base_lr * (a + c * (alpha_f_cooldown - a))                   from t_max - t_cooldown on
                with a the factor where the cooldown begins and c = min(1, its share that has passed)

    >>> curve = LlmfoundryInverseSquareRootWithWarmupScheduler(
    ...     t_warmup="2ba", t_scale="2ba", t_cooldown="2ba", max_duration="12ba")
    >>> [round(curve.lr_at(t, base_lr=0.1), 6) for t in (0, 1, 2, 8, 10, 11, 12)]
    [0.0, 0.05, 0.1, 0.05, 0.044721, 0.022361, 0.0]

    Source: llmfoundry.optim.InverseSquareRootWithWarmupScheduler (run in 0.22.0 over Composer 0.32.1's clock).
    """

    name = "llmfoundry.InverseSquareRootWithWarmupScheduler"

    t_warmup: str = text(doc="length of the warmup, as a time string", example="100ba")
    t_scale: str = text(doc="the time scale of the decay, as a time string", example="100ba")
    t_cooldown: str = text(doc="length of the cooldown, as a time string", example="1000ba")
    t_max: str = text("1dur", doc="where the cooldown ends, as a time string")
    alpha_f_decay: float = number(0.0, doc="the factor that the decay approaches")
    alpha_f_cooldown: float = number(0.0, doc="the factor at the end of the cooldown")

    def check_values(self) -> None:
        above = self.alpha_f_decay >= self.alpha_f_cooldown
        self.require(above, "Required: alpha_f_decay >= alpha_f_cooldown", "alpha_f_decay")

    def check_run(self, setting: Setting) -> None:
        unit = self.clock.max_duration.unit
        for field in _TIMES:
            written = parse_time(getattr(self, field), field).unit
            self.require(written != "dur", f'{field} cannot be in units of "dur"', field)
            reason = f"{field} (in {written}) must match the unit of max_duration ({unit})"
            self.require(written == unit, reason, field)
        super().check_run(setting)

    def factors(self, rows: Sequence[int]) -> list[float]:
        warmup, scale, cooldown = (self.time(field, scaled=field != "t_warmup").value for field in _TIMES)
        length, low, end = warmup, self.alpha_f_decay, self.alpha_f_cooldown
        start, shift = self._cooldown_start(), scale - warmup

        def decayed(t: float) -> float:
            return float(low + 1 / ((t + shift) / scale) ** 0.5 * (1.0 - low))

        def factor(t: int) -> float:
            if t < warmup:
                return 0.0 + min(1.0, t / length) * (1.0 - 0.0)
            if t < start:
                return decayed(t)
            top = decayed(start)
            if not cooldown:
                return top
            return top + min(1.0, (t - start) / cooldown) * (end - top)

        return [factor(t) for t in self.clock.times(rows, self.time("t_scale").unit)]

    def _cooldown_start(self) -> float:
        warmup = self.time("t_warmup", scaled=False).value
        return max(warmup, self.time("t_max").value - self.time("t_cooldown").value)

    def marks(self) -> CurveMarks:
        warmup, end = self.time("t_warmup", scaled=False), self.time("t_max")
        yield self.clock.row_of(warmup), "warmup ends"
        yield self.clock.row_of(end._replace(value=self._cooldown_start())), "cooldown begins"
        yield self.clock.row_of(end), "cooldown ends"
