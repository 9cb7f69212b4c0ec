"""fairseq's schedulers that follow what they are given: written learning rates, or a metric."""

from __future__ import annotations

import ast
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lrcli.errors import InvalidValue
from lrcli.frameworks.base import require_epochs
from lrcli.frameworks.fairseq.updates import ONE_RATE, FairseqScheduler
from lrcli.frameworks.metered import Metered, follow_plateau
from lrcli.frameworks.schedule import below
from lrcli.schedules import CurveMarks, LrRule, Setting, data, dataclass, flag, is_number, length, number
from lrcli.schedules.params import Record
from lrcli.schedules.plateau import Plateau

if TYPE_CHECKING:
    from lrcli.frameworks.porting import WantedCurve


def _pieces(curve: WantedCurve) -> list[Record | tuple[()]]:
    """Nothing, or the learning rate at the start and from each jump on."""
    return [(), Record(dict(zip(map(str, (0, *curve.jumps)), curve.pieces, strict=True)))] if curve.pieces else []


@dataclass(frozen=True, kw_only=True)
class FairseqManual(FairseqScheduler):
    """Take the learning rate of the last update that update2lr has, else that of the last epoch that epoch2lr has.

    lr(t) = update2lr[the largest u <= t]    where there is one
            epoch2lr[the largest e <= epoch]    where there is one; epochs count from 1
            base_lr                             before all of them; update2lr[1] from the start on

    A key may be several: "2,5" or "3-8".

    >>> manual = FairseqManual(update2lr={"2": 0.05, "4-5": 0.01})
    >>> [manual.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3, 4, 9)]
    [0.1, 0.1, 0.05, 0.05, 0.01, 0.01]

    Source: fairseq/optim/lr_scheduler/manual_lr_scheduler.py (run in 0.12.2).
    """

    name = "fairseq.manual"
    aliases = ("ManualSchedule",)

    epoch2lr: Any = data(
        (),
        doc="the learning rate from an epoch on",
        takes="a mapping, or its text \"{'1-3': 0.1}\"",
        optional=True,
        tried=_pieces,
    )
    update2lr: Any = data(
        None,
        doc="the learning rate from an update on",
        takes="a mapping, or its text \"{'100': 0.1}\"",
        optional=True,
        example='{"0": 0.1, "5000": 0.01}',
        tried=_pieces,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in ("epoch2lr", "update2lr"):
            object.__setattr__(self, field, _places(field, getattr(self, field)))

    def check_run(self, setting: Setting) -> None:
        needed = self.epoch2lr if setting.interval == "step" else self.update2lr
        field = "epoch2lr" if self.epoch2lr else "update2lr"
        require_epochs(setting, field, bool(needed), "counts epochs beside updates")
        super().check_run(setting)

    def rule(self, base_lr: float) -> LrRule:
        epochs: dict[int, float] = dict(self.epoch2lr)
        updates: dict[int, float] = dict(self.update2lr)
        by_epoch = _latest(epochs, float(epochs.get(1, updates.get(1, base_lr))))
        by_update = _latest(updates, math.nan)
        per_row, per_epoch = self.clock

        def lr_at(t: int) -> float:
            lr = by_update(t * per_row)
            return by_epoch(t * per_row // per_epoch + 1) if lr != lr else lr

        return lr_at

    def marks(self) -> CurveMarks:
        per_row, per_epoch = self.clock
        for at, lr in self.update2lr:
            yield at / per_row, f"lr {lr:g}"
        for epoch, lr in self.epoch2lr:
            yield (epoch - 1) * per_epoch / per_row, f"lr {lr:g}"


def _latest(places: Mapping[int, float], first: float) -> Callable[[int], float]:
    """The learning rate of the last place that is reached; `first` before them."""
    begins = sorted(places)
    lrs = [first, *(places[at] for at in begins)]
    return lambda at: lrs[bisect_right(begins, at)]


def _places(field: str, value: Any) -> tuple[tuple[int, float], ...]:
    """(the epoch or update, its learning rate), in the order of the mapping."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value.replace(" ", ""))
        except (SyntaxError, ValueError):
            raise InvalidValue(field, "must be a mapping of epochs or updates to rates", value) from None
    if value is None or (isinstance(value, tuple) and all(map(_is_place, value))):
        return value or ()
    if not isinstance(value, Mapping):
        raise InvalidValue(field, "must be a mapping of epochs or updates to rates", value)
    places: dict[int, float] = {}
    for key, lr in value.items():
        if not is_number(lr):
            raise InvalidValue(field, f"must have a number for {key}", lr)
        try:
            places.update(dict.fromkeys(_span(str(key)), float(lr)))
        except ValueError:
            raise InvalidValue(field, f"must have whole numbers, '2,5' or '3-8' as keys, not {key!r}", key) from None
    return tuple(places.items())


def _is_place(value: Any) -> bool:
    """Whether a value is a place that is read already."""
    return isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value))


def _span(key: str) -> list[int]:
    """The numbers of a key: "4", "2,5" or "3-8"."""
    if "," in key:
        return [int(number) for number in key.split(",")]
    first, _, last = key.partition("-")
    return list(range(int(first), int(last) + 1)) if last else [int(key)]


@dataclass(frozen=True, kw_only=True)
class FairseqReduceLROnPlateau(Metered):
    """Warm up linearly, then multiply the learning rate by lr_shrink at the end of an epoch without a better metric.

    lr(t) = first + u * ((base_lr - first) / warmup_updates)    for u <= warmup_updates, with u = t * steps_per_epoch
            the learning rate of PyTorch's ReduceLROnPlateau after the metrics of the epochs whose end lies behind it

    A row is an epoch: metric[t] acts after epoch t. first is warmup_init_lr, 0 where that is left out. lr_patience is 0
    unless it is given: one epoch without a better metric is enough.

    >>> plateau = FairseqReduceLROnPlateau(lr_shrink=0.5, metric=(1.0, 0.8, 0.8, 0.9))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(5)]
    [0.1, 0.1, 0.1, 0.05, 0.025]

    Source: fairseq/optim/lr_scheduler/reduce_lr_on_plateau.py (run in 0.12.2, with torch 2.13.0).
    """

    name = "fairseq.reduce_lr_on_plateau"
    aliases = ("ReduceLROnPlateauLRSchedule",)
    one_rate = ONE_RATE

    lr_shrink: float = number(0.1, doc="factor of each reduction", demands=(below(1.0),))
    lr_threshold: float = number(1e-4, doc="how much better counts as better, as a share of the best")
    lr_patience: float = number(0, doc="epochs without a better metric that are tolerated")
    warmup_updates: float = length(0, doc="updates of the linear warmup", any_number=True)
    warmup_init_lr: float = number(-1, doc="the learning rate at the start of the warmup; below 0: 0")
    maximize_best_checkpoint_metric: bool = flag(False, doc="whether a larger metric is better")

    def check_run(self, setting: Setting) -> None:
        if setting.interval == "step":
            raise InvalidValue("type", "looks at its metric at the end of each epoch: give epochs: for a run", None)
        require_epochs(setting, "warmup_updates", self.warmup_updates > 0, "counts updates beside epochs")

    def walk(self, base_lr: float) -> Iterator[float]:
        warmup, lr, skipped = self.warmup_updates, base_lr, 0
        if warmup > 0:
            per_epoch = self.setting.steps_per_row
            first = max(self.warmup_init_lr, 0)
            climb, skipped = (base_lr - first) / warmup, int(warmup // per_epoch)
            yield from (first + t * per_epoch * climb for t in range(skipped + 1))
            lr = first + int(warmup) * climb
        else:
            yield base_lr
        plateau = Plateau(
            mode="max" if self.maximize_best_checkpoint_metric else "min",
            factor=self.lr_shrink,
            patience=self.lr_patience,
            threshold=self.lr_threshold,
        )
        yield from follow_plateau(plateau, lr, self.metric[skipped:])
