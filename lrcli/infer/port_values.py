"""Which values a key of another framework's schedule may have, so that the curve is a given one.

The likeliest come first. The values follow from the curve (its peak, its end, where it jumps and bends) and from the
numbers of the schedule that it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from itertools import pairwise
from typing import Any

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import Record, param_of

WORDS: dict[str, tuple[Any, ...]] = {
    "warmup_type": ("linear", "log"),
    "warmup_method": ("linear", "constant"),
    "lr_decay_style": ("linear", "cosine", "constant", "inverse-square-root", "WSD"),
    "lr_wsd_decay_style": ("linear", "cosine", "minus_sqrt", "exponential"),
    "LR_SCHEDULER_NAME": ("WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR", "WarmupPolyLR"),
    "policy": ("fixed", "step", "exp", "poly", "inv", "CosineAnnealing", "FlatCosineAnnealing"),
    "warmup": (None, "linear", "constant", "exp"),
    "sched": ("cosine", "step", "multistep", "poly", "tanh"),
}
"""The words of the keys that are any text to the reader."""

LEFT_OUT = frozenset((
    "noise_range_t", "noise_pct", "noise_std", "noise_seed", "noise", "noise_type", "initialize", "lr_scale", "dtype",
    "verbose", "save_history", "last_batch_iteration", "last_step", "param_group_index", "start_wd", "end_wd",
    "wd_incr_steps", "wd_incr_style", "increment", "rampup_batch_size", "group_overrides",
    "use_checkpoint_opt_param_scheduler", "override_opt_param_scheduler", "scale_schedule_ratio", "scale_warmup",
    "force_anneal", "step_rules", "constant_ratio", "hold_ratio", "warmup_ratio", "num_stable_steps", "phase_ratio",
    "sgdr_cycle", "sgdr_mult", "gpus",
))  # fmt: skip
"""The keys that say nothing of the curve, or what another key says as well."""

NEARLY_0 = 1e-6
"""The start_factor where a warmup begins at 0 and the framework refuses that."""
MOST_JUMPS = 50
"""A curve with more jumps than this is not taken for a list of constant pieces."""


def numbers_of(schedule: Schedule) -> Iterator[float]:
    """The numbers that a schedule and its parts were given."""
    for f in fields(schedule):
        value = getattr(schedule, f.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, (int, float)) and not isinstance(item, bool) and item == item and abs(item) < 1e9:
                yield item
    for part in schedule.parts():
        yield from numbers_of(part)


@dataclass(frozen=True)
class Hints:
    """What is known of a curve.

    rates: all of it. lengths: where it may begin, bend, jump or end, as counts of steps. numbers: those of its own
    schedule. lr: the base learning rate that it was given. unit: "epoch" or "step".
    """

    rates: Sequence[float]
    lengths: tuple[int, ...]
    numbers: tuple[float, ...]
    lr: float
    unit: str

    @property
    def peak(self) -> float:
        """The largest learning rate."""
        return max(self.rates)

    @property
    def warmups(self) -> tuple[int, ...]:
        """How long the warmup may be: up to the first row of the peak, or about that."""
        top = self.rates.index(self.peak) if self.rates[0] < self.peak else 0
        near = [top, top + 1, top - 1] if top else []
        return tuple(dict.fromkeys(n for n in (0, *near, *self.lengths[:4], 1) if 0 <= n <= len(self.rates)))

    def jumps(self) -> list[int]:
        """The rows at which a new value begins; [] for a curve that is not made of a few constant pieces."""
        found = [t for t in range(1, len(self.rates)) if self.rates[t] != self.rates[t - 1]]
        beside = any(b - a == 1 for a, b in pairwise(found))
        return [] if beside or len(found) > MOST_JUMPS else found

    def bases(self) -> tuple[float, ...]:
        """The base learning rates that the schedule may start from."""
        return tuple(rate for rate in dict.fromkeys((self.lr, self.peak, self.rates[0])) if rate) or (0.0,)

    def values(self, f: Field[Any], lr: float) -> tuple[Any, ...]:
        """The values of a key where the base learning rate is lr, the default first."""
        param = param_of(f)
        default = () if f.default is MISSING else (f.default,)
        if f.name in LEFT_OUT and default and not (f.name == "warmup_ratio" and default[0]):
            return default
        if f.name == "by_epoch" and self.unit == "step":
            return (False, True)
        found = dict.fromkeys((*default, *self._of_kind(f.name, param.kind, param.choices, lr)))
        return tuple(value for value in found if value in default or (value is not None and param.test(value)))

    def _of_kind(self, name: str, kind: str, choices: tuple[str, ...], lr: float) -> tuple[Any, ...]:
        if name in WORDS:
            return WORDS[name]
        if kind == "choice":
            return choices
        if kind == "flag":
            return (False, True)
        if kind in ("length", "count") or name in ("step", "lr_warmup_steps", "lr_decay_steps", "wsd_decay_steps"):
            warm = "warmup" in name.lower() or name == "burn_in"
            return self.warmups if warm else (*(self._positions() if name == "step" else ()), *self.lengths)
        if kind == "number":
            return self._rates(name, lr)
        if kind == "positions":
            return self._positions()
        if kind == "text":
            unit = "ep" if self.unit == "epoch" else "ba"
            warm = name.startswith("t_warmup")
            return tuple(f"{n}{unit}" for n in (self.warmups if warm else self.lengths) if n)
        return self._data(name, lr)

    def _rates(self, name: str, lr: float) -> tuple[float, ...]:
        """Rates, and shares of the base rate, as a number may be either."""
        low = name.lower()
        first, last, least = self.rates[0], self.rates[-1], min(self.rates)
        if any(word in low for word in ("gamma", "rate", "power", "factor", "shrink", "cycle", "decay")) and not any(
            word in low for word in ("min_lr", "learning_rate", "min_ratio", "_lr_rate")
        ):
            ratios = [b / a for a, b in pairwise(self.rates) if a and b != a][:3]
            return tuple(dict.fromkeys((*(x for x in self.numbers if 0 <= x <= 10), 0.0, 1.0, 0.5, 2.0, *ratios)))
        shared = [x * lr for x in self.numbers if 0 < x < 1 and x * lr < self.peak]
        rates = [0.0, *shared[:3], last, least, first, lr, self.peak, *(x for x in self.numbers if 0 < x < self.peak)]
        shares = [rate / lr for rate in (last, least, first) if lr] + [x for x in self.numbers if 0 < x <= 1]
        shares += [NEARLY_0] if low == "warmup_ratio" and not first else []
        mixed = shares + rates if any(w in low for w in ("ratio", "factor", "alpha", "scale", "_rate")) else rates
        return tuple(dict.fromkeys([0.0, 1.0, *mixed] if mixed is not rates else mixed))

    def _positions(self) -> tuple[tuple[float, ...], ...]:
        jumps = self.jumps()
        moved = [tuple(t + by for t in jumps) for by in (0, -1, 1)] if jumps else []
        return tuple(moved)

    def _data(self, name: str, lr: float) -> tuple[Any, ...]:
        """Lists of pieces."""
        jumps = self.jumps()
        pieces = [self.rates[0], *(self.rates[t] for t in jumps)]
        if name == "values":
            return (tuple(pieces),)
        if name == "milestones":
            unit = "ep" if self.unit == "epoch" else "ba"
            return (tuple(f"{t}{unit}" for t in jumps),) if jumps else ()
        if name == "step":
            return self._positions()
        if name == "boundaries_and_scales" and 0 not in pieces:
            scales = [b / a for a, b in pairwise(pieces)]
            plain = [next((x for x in self.numbers if abs(x - scale) < 1e-9 * x), scale) for scale in scales]
            return (
                Record({str(t): scale for t, scale in zip(jumps, plain, strict=True)}),
                Record({str(t - 1): scale for t, scale in zip(jumps, plain, strict=True)}),
            )
        if name == "schedulers":
            return tuple(self._entries(lr))
        return ()

    def _entries(self, lr: float) -> Iterator[tuple[Record, ...]]:
        """Lists of entries as mmengine has them: a main curve, alone or behind a linear warmup."""
        by_epoch = {} if self.unit == "epoch" else {"by_epoch": False}
        steps, jumps = len(self.rates), self.jumps()
        least = min(self.rates)
        powers = [x for x in self.numbers if 0 < x <= 10] or [1.0]
        for warm in self.warmups:
            starts = dict.fromkeys(x for x in (self.rates[0] / lr if lr else 0.0, NEARLY_0) if 0 < x <= 1)
            fronts: list[list[dict[str, Any]]] = [[]]
            if warm:
                ends = (warm + 1, warm)  # it reaches its end_factor one step before its end
                fronts = [
                    [{"type": "LinearLR", "start_factor": x, **by_epoch, "end": end}] for x in starts for end in ends
                ]
            begin = {"begin": warm} if warm else {}
            mains: list[list[dict[str, Any]]] = [[]]
            for end in (steps, *self.lengths[:4]):
                if end > warm:
                    for low in dict.fromkeys((0.0, least)):
                        main = {"type": "CosineAnnealingLR", "T_max": end - warm, "eta_min": low, **by_epoch, **begin}
                        mains.append([{**main, "end": end}])
                        for power in dict.fromkeys((1.0, *powers)):
                            main = {"type": "PolyLR", "power": power, "eta_min": low, **by_epoch, **begin}
                            mains += [[{**main, "end": end + 1}], [{**main, "end": end}]]
            for gamma in powers:
                mains.append([{"type": "ExponentialLR", "gamma": gamma, **by_epoch, **begin}])
                if jumps:
                    mains.append([{"type": "MultiStepLR", "milestones": tuple(jumps), "gamma": gamma, **by_epoch}])
            for front in fronts:
                for rest in mains:
                    if front or rest:
                        yield tuple(Record(entry) for entry in [*front, *rest])
