"""A curve that is looked for in another framework, and the values that a key of its schedules may have there.

The likeliest values come first. They follow from the curve (its peak, its end, where it jumps and bends) and from the
numbers of the schedule that it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import cached_property
from itertools import accumulate, pairwise, repeat
from typing import Any

from lrcli.errors import LrcliError
from lrcli.infer.port.tuning import MOST_CUTS, MOST_JUMPS, MOST_ROWS, MOST_VALUES, NEARLY_0
from lrcli.schedules.base import Schedule, Setting, parameters
from lrcli.schedules.params import Record, param_of
from lrcli.series import series_of
from lrcli.spec import Spec

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
    "force_anneal", "constant_ratio", "hold_ratio", "warmup_ratio", "num_stable_steps", "phase_ratio",
    "sgdr_cycle", "sgdr_mult", "gpus",
))  # fmt: skip
"""The keys that say nothing of the curve, or what another key says as well."""

_FACTORS = ("gamma", "rate", "power", "factor", "shrink", "cycle", "decay")
_RATES = ("min_lr", "learning_rate", "min_ratio", "_lr_rate")
_SHARES = ("ratio", "factor", "alpha", "scale", "_rate")


def numbers_of(schedule: Schedule) -> Iterator[float]:
    """The numbers that a schedule and its parts were given."""
    for f in fields(schedule):
        value = getattr(schedule, f.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, (int, float)) and not isinstance(item, bool) and item == item and abs(item) < 1e9:
                yield item
    for part in schedule.parts():
        yield from numbers_of(part)


def rates_of(spec: Spec) -> list[float]:
    """The learning rates of the first parameter group. Raises LrcliError where one is no finite number."""
    series = series_of(spec)
    rates: list[float] = []
    for block in series.blocks([series.reading]):
        rates += block.groups[0][series.reading]
    if not all(isinstance(rate, (int, float)) and math.isfinite(rate) for rate in rates):
        raise LrcliError(f"{spec.name}: not every learning rate is a finite number, so there is no curve to convert")
    return rates


def curve_of(spec: Spec) -> WantedCurve:
    """The curve of a spec. Raises LrcliError for one that is too long, or has several."""
    if len(spec.groups) > 1:
        reason = f"it has {len(spec.groups)} parameter groups: port each as a spec of its own"
        raise LrcliError(f"{spec.name}: one curve is converted to another framework, and {reason}")
    if spec.length > MOST_ROWS:
        reason = f"convert compares every row, of up to {MOST_ROWS:,}"
        raise LrcliError(f"{spec.name}: the run has {spec.length:,} rows, and {reason}")
    rates, (group,), data = rates_of(spec), spec.groups, spec.data
    setting = Setting(
        length=spec.length,
        interval=spec.interval,
        steps_per_epoch=spec.steps_per_epoch,
        samples_per_step=data.samples_per_step if data else None,
        samples=data.samples if data else None,
    )
    breaks = tuple(_breaks(group.schedule, spec.length))
    numbers = tuple(dict.fromkeys(numbers_of(group.schedule)))
    wrapped = (group.schedule, *group.schedule.parts())
    lr = group.lr if group.lr is not None else max(rates)
    return WantedCurve(rates, lr, breaks, numbers, setting, tuple(part for part in wrapped if part.torch))


def _breaks(schedule: Schedule, length: int) -> Iterator[int]:
    """The first steps at which a schedule jumps or bends."""
    at = schedule.next_break(0)
    for _ in range(MOST_CUTS + 1):
        if at is None or at > length:
            return
        yield at
        at = schedule.next_break(at + 1)


@dataclass(frozen=True)
class WantedCurve:
    """Learning rates, and what they may be made of.

    rates: one of each row. lr: the base learning rate that they come from. breaks: the first rows at which they jump or
    bend. numbers: those of the schedule that they come from. setting: the run. wrapped: PyTorch's schedules that they
    come from, which a framework may hold in a class of its own.
    """

    rates: Sequence[float]
    lr: float
    breaks: tuple[int, ...]
    numbers: tuple[float, ...]
    setting: Setting
    wrapped: tuple[Schedule, ...] = ()

    def part(self, start: int, stop: int) -> WantedCurve:
        """The curve of a phase, whose rows are counted from 0."""
        after = self.rates[stop : stop + 1]
        breaks = tuple(t - start for t in self.breaks if start < t < stop)
        numbers = (*self.numbers, *after)
        return WantedCurve(self.rates[start:stop], self.lr, breaks, numbers, self.setting._replace(length=stop - start))

    def cuts(self) -> Iterator[tuple[int, ...]]:
        """The rows at which the curve may be cut into phases: one of them, then all."""
        inside = [t for t in (self._top, *self.breaks) if 0 < t < len(self.rates)]
        yield from dict.fromkeys((t,) for t in inside)
        if 1 < len(set(inside)) <= MOST_CUTS:
            yield tuple(sorted(set(inside)))

    @cached_property
    def peak(self) -> float:
        """The largest learning rate."""
        return max(self.rates)

    @cached_property
    def _top(self) -> int:
        """The first row of the peak; 0 where the curve begins there."""
        return self.rates.index(self.peak)

    @cached_property
    def unit(self) -> str:
        """The unit of a time string that counts rows."""
        return "ep" if self.setting.interval == "epoch" else "ba"

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Counts of steps that a schedule may be made of, the likeliest first."""
        length = len(self.rates)
        given = [int(x) for x in self.numbers if x == int(x) and 0 < x <= 100 * length]
        plain = [length, *given, *self.breaks, *([self._top] if self._top else [])]
        between = [a - b for a in plain[:6] for b in plain[:6] if a > b]
        return tuple(dict.fromkeys([*plain[:5], 1, *plain[5:], *between, length - 1]))

    @cached_property
    def warmups(self) -> tuple[int, ...]:
        """How long the warmup may be: up to the first row of the peak, or about that."""
        near = [self._top, self._top + 1, self._top - 1] if self._top else []
        return tuple(dict.fromkeys(n for n in (0, *near, *self.lengths[:4], 1) if 0 <= n <= len(self.rates)))

    @cached_property
    def jumps(self) -> list[int]:
        """The rows at which the curve jumps: it changes by far more than in the rows beside them."""
        changes = [0.0, *(abs(b - a) for a, b in pairwise(self.rates)), 0.0]
        rows = [t for t in range(1, len(self.rates)) if changes[t] > 3 * max(changes[t - 1], changes[t + 1])]
        return rows if len(rows) <= MOST_JUMPS else []

    @cached_property
    def pieces(self) -> list[float]:
        """The learning rates of a curve that is constant between its jumps; [] for another."""
        levels = [self.rates[0], *(self.rates[t] for t in self.jumps)]
        ends = [t - 1 for t in self.jumps] + [len(self.rates) - 1]
        return levels if [self.rates[t] for t in ends] == levels and self.jumps else []

    @cached_property
    def corners(self) -> list[int]:
        """The rows between which the curve is made of straight lines; [] for one of too many."""
        slopes, last = [b - a for a, b in pairwise(self.rates)], len(self.rates) - 1
        bends = [t for t, (a, b) in enumerate(pairwise(slopes), 1) if abs(b - a) > 1e-9 * self.peak]
        is_curved = any(c - a == 2 for a, c in zip(bends, bends[2:], strict=False))
        return [0, *bends, last] if last and len(bends) <= MOST_JUMPS and not is_curved else []

    def bases(self) -> tuple[float, ...]:
        """The base learning rates that the schedule may start from."""
        return tuple(rate for rate in dict.fromkeys((self.lr, self.peak, self.rates[0])) if rate) or (0.0,)

    def values(self, f: Field[Any], lr: float) -> tuple[Any, ...]:
        """The values of a key where the base learning rate is lr, the default first."""
        param = param_of(f)
        default = () if f.default is MISSING else (f.default,)
        if f.name in LEFT_OUT and default and not (f.name == "warmup_ratio" and default[0]):
            return default
        if f.name in ("by_epoch", "warmup_by_epoch") and (f.name, self.unit) != ("by_epoch", "ep"):
            return (self.unit == "ep", self.unit == "ba")
        values = dict.fromkeys((*default, *self._of_kind(f.name, param.kind, param.choices, lr)))
        allowed = [value for value in values if value in default or (value is not None and param.test(value))]
        return tuple(allowed if param.kind == "data" else allowed[:MOST_VALUES])

    def _of_kind(self, name: str, kind: str, choices: tuple[str, ...], lr: float) -> Sequence[Any]:
        if name in WORDS:
            return WORDS[name]
        if kind == "choice":
            return choices
        if kind == "flag":
            return (False, True)
        if kind in ("length", "count") or name in ("lr_warmup_steps", "lr_decay_steps", "wsd_decay_steps"):
            warm = "warmup" in name.lower() or name == "burn_in"
            return self.warmups if warm else self.lengths
        if kind == "number":
            return self._rates(name, lr)
        if kind == "positions":
            return [tuple(self._factors)] if "scale" in name and self.jumps else self._positions()
        if kind == "text":
            times = [f"{n}{self.unit}" for n in (self.warmups if "warmup" in name else self.lengths) if n]
            return self._rules if "rules" in name else times
        if kind == "schedule":
            return self.wrapped
        return list(self._entries(lr)) if name == "schedulers" else self._data(name)

    def _rates(self, name: str, lr: float) -> Sequence[float]:
        """Rates, and shares of the base rate, as a number may be either."""
        low = name.lower()
        first, last, least = self.rates[0], self.rates[-1], min(self.rates)
        if any(word in low for word in _FACTORS) and not any(word in low for word in _RATES):
            ratios = [b / a for a, b in pairwise(self.rates) if a and b != a][:3]
            return [*(x for x in self.numbers if 0 <= x <= 10), *self._factors[:2], 0.0, 1.0, 0.5, 2.0, *ratios]
        shared = [x * lr for x in self.numbers if 0 < x < 1 and x * lr < self.peak]
        rates = [0.0, *shared[:3], last, least, first, lr, self.peak, *(x for x in self.numbers if 0 < x < self.peak)]
        shares = [rate / lr for rate in (last, least, first) if lr] + [x for x in self.numbers if 0 < x <= 1]
        shares += [NEARLY_0] if low == "warmup_ratio" and not first else []
        return [0.0, 1.0, *shares, *rates] if any(word in low for word in _SHARES) else rates

    def _positions(self) -> list[tuple[int, ...]]:
        return [tuple(t + by for t in self.jumps) for by in (0, -1, 1)] if self.jumps else []

    @cached_property
    def _factors(self) -> list[float]:
        """The factor of each jump: a number of the schedule where it is one but for rounding."""
        factors = [self.rates[t] / self.rates[t - 1] for t in self.jumps if self.rates[t - 1]]
        return [next((x for x in self.numbers if abs(x - factor) < 1e-9 * x), factor) for factor in factors]

    @cached_property
    def _rules(self) -> list[str]:
        """Constant pieces as "1:30,0.1:60,0.01": a factor up to each step, and the last one."""
        if not self.pieces or not self.lr:
            return []
        factors = accumulate(self._factors, lambda a, b: a * b, initial=self.pieces[0] / self.lr)
        rules = [f"{float(f'{factor:.12g}')!r}:{t}" for factor, t in zip(factors, [*self.jumps, ""], strict=False)]
        return [",".join(rules).rstrip(":")]

    def _data(self, name: str) -> Sequence[Any]:
        """Lists and mappings of pieces."""
        if name == "milestones":
            return [tuple(f"{t}{self.unit}" for t in self.jumps)] if self.jumps else []
        if name == "step":
            return [*self._positions(), *self.lengths]
        if name == "values":
            return [tuple(self.pieces)] if self.pieces else []
        if name in ("update2lr", "epoch2lr"):
            return [Record(dict(zip(map(str, (0, *self.jumps)), self.pieces, strict=True)))] if self.pieces else []
        if name == "milestones_values":
            return [tuple((t, self.rates[t]) for t in self.corners)] if self.corners else []
        return self._scales() if name == "boundaries_and_scales" else []

    def _scales(self) -> list[Record]:
        """The factor at each jump, or before it, and that from corner to corner."""
        factors = self._factors if len(self._factors) == len(self.jumps) else []
        scales = [Record({str(t + by): x for t, x in zip(self.jumps, factors, strict=False)}) for by in (0, -1)]
        inner = [(t, self.rates[t], self.rates[before]) for before, t in pairwise(self.corners)]
        if inner and all(before for _, _, before in inner):
            scales.append(Record({str(t): rate / before for t, rate, before in inner}))
        return scales

    def _translated(self, common: dict[str, Any]) -> list[dict[str, Any]]:
        """The entries of the same names as PyTorch's schedules have that the curve comes from."""
        entries: list[dict[str, Any]] = []
        phases = [(part, 0) for part in self.wrapped[:1]]
        while phases:
            schedule, begin = phases.pop(0)
            begins = (0, *getattr(schedule, "milestones", ())) if schedule.torch == "SequentialLR" else repeat(0)
            parts = schedule.parts()
            phases += [(part, begin + int(at)) for part, at in zip(parts, begins, strict=False)]
            if parts or schedule.torch in (None, "LambdaLR"):
                continue
            keys = {f.name: getattr(schedule, f.name) for f in parameters(schedule)}
            entry = {"type": str(schedule.torch).replace("Polynomial", "Poly"), **common, **keys}
            entry |= {"begin": begin} if begin else {}
            if "total_iters" in keys:  # it acts once more, at its end
                entry["end"] = begin + int(entry.pop("total_iters")) + 1
            entries.append(entry)
        return entries

    def _entries(self, lr: float) -> Iterator[tuple[Record, ...]]:
        """Lists of entries as mmengine has them: a main curve, alone or behind a linear or constant warmup."""
        by_epoch = {} if self.unit == "ep" else {"by_epoch": False}
        steps, jumps, least = len(self.rates), tuple(self.jumps), min(self.rates)
        powers = list(dict.fromkeys([*(x for x in self.numbers if 0 < x <= 10), *self._factors[:1]])) or [1.0]
        first = self.rates[0] / lr if lr else 0.0
        translated = self._translated(by_epoch)
        for sign in (1, -1) if translated else ():
            yield tuple(Record(entry) for entry in translated[::sign])
        for warm in self.warmups:
            fronts: list[list[dict[str, Any]]] = [[]]
            if warm:  # it reaches its end_factor one step before its end
                starts = dict.fromkeys(x for x in (first, NEARLY_0) if 0 < x <= 1)
                fronts = [
                    [{"type": "LinearLR", "start_factor": x, **by_epoch, "end": end}]
                    for x in starts
                    for end in (warm + 1, warm)
                ]
            mains: list[list[dict[str, Any]]] = [[]]
            for begin in dict.fromkeys((warm, *(t for t in self.breaks[:2] if t > warm))):
                common = {**by_epoch, **({"begin": begin} if begin else {})}
                for end in (end for end in (steps, *self.lengths[:4]) if end > begin):
                    for low in dict.fromkeys((0.0, least, self.rates[-1])):
                        cosine = {"type": "CosineAnnealingLR", "T_max": end - begin, "eta_min": low, **common}
                        mains.append([{**cosine, "end": end}])
                        for power in dict.fromkeys((1.0, *powers)):
                            poly = {"type": "PolyLR", "power": power, "eta_min": low, **common}
                            mains += [[{**poly, "end": end + 1}], [{**poly, "end": end}]]
                mains += [[{"type": "ExponentialLR", "gamma": gamma, **common}] for gamma in powers]
            for gamma in powers if jumps else ():
                mains.append([{"type": "MultiStepLR", "milestones": jumps, "gamma": gamma, **by_epoch}])
            for front in fronts:
                for rest in mains:
                    if front or rest:
                        yield tuple(Record(entry) for entry in [*front, *rest])
