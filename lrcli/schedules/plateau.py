"""Reduce the learning rate when a metric stops improving."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from lrcli.schedules import Schedule, choice, count, dataclass, metric, number


class State(NamedTuple):
    """What the schedule knows after the metric of an epoch. `reduced` is how many bad epochs made it reduce, or 0."""

    lr: float
    best: float
    bad: int
    cooldown: int
    reduced: int = 0


@dataclass(frozen=True)
class Plateau(Schedule):
    """Multiply the learning rate by factor when the metric has not got better for more than patience epochs.

    metric[t] acts after epoch t, so lr(t + 1) is the first that it can change. It is better where it beats the best:

    min, rel: metric < best * (1 - threshold)      min, abs: metric < best - threshold
    max, rel: metric > best * (threshold + 1)      max, abs: metric > best + threshold

    Better sets best and bad = 0; anything else (NaN too) adds 1 to bad. During a cooldown bad stays 0. When
    bad > patience: lr = max(lr * factor, min_lr), unless that changes it by eps or less; cooldown starts, bad = 0.

    counting: keras is the callback of that name. It reduces at bad >= patience, ends a cooldown before it counts, stops
    at min_lr and has no eps; its own threshold is 1e-4 with threshold_mode abs.

    >>> plateau = Plateau(patience=1, factor=0.5, metric=(1.0, 0.8, 0.8, 0.8))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(5)]
    [0.1, 0.1, 0.1, 0.1, 0.05]

    Source: torch.optim.lr_scheduler.ReduceLROnPlateau; keras.callbacks.ReduceLROnPlateau.
    """

    name = "plateau"
    walks = True
    torch = "ReduceLROnPlateau"

    mode: str = choice("min", "min", "max", doc="whether a smaller or a larger metric is better")
    factor: float = number(0.1, doc="factor of each reduction")
    patience: float = count(10, doc="bad epochs that are tolerated before a reduction", example="2")
    threshold: float = number(1e-4, doc="how much better counts as better")
    threshold_mode: str = choice("rel", "rel", "abs", doc="whether the threshold is a share of the best, or absolute")
    cooldown: float = count(0, doc="epochs after a reduction in which no bad epoch is counted")
    min_lr: float = number(0, doc="the smallest learning rate", per_group=True)
    eps: float = number(1e-8, doc="a smaller change of the learning rate is not made")
    counting: str = choice("torch", "torch", "keras", doc="whose way of counting bad epochs")
    metric: tuple[float, ...] = metric(
        doc="the metric of each epoch: a list, or {file: val.csv, column: val_loss}",
        example="[0.9, 0.7, 0.6, 0.6, 0.6, 0.6, 0.5, 0.45, 0.45, 0.45, 0.45, 0.44, 0.44, 0.44]",
    )

    def start(self, lr: float) -> State:
        """The state before any metric."""
        return State(lr, math.inf if self.mode == "min" else -math.inf, 0, 0)

    def after(self, state: State, value: float) -> State:
        """The state after one more metric."""
        return self.follow(state, (value,), [])

    def follow(self, state: State, values: Iterable[float], lrs: list[float]) -> State:
        """The state after these metrics, in PyTorch's order of operations; the LR after each is appended to lrs."""
        if self.counting == "keras":
            return self._follow_keras(state, values, lrs)
        lr, best, bad, cooldown, reduced = state
        smaller, relative = self.mode == "min", self.threshold_mode == "rel"
        threshold, patience, append = self.threshold, self.patience, lrs.append
        for value in values:
            reduced = 0
            if smaller:
                better = value < (best * (1.0 - threshold) if relative else best - threshold)
            else:
                better = value > (best * (threshold + 1.0) if relative else best + threshold)
            if better:
                best, bad = value, 0
            else:
                bad += 1
            if cooldown > 0:
                cooldown, bad = cooldown - 1, 0
            if bad > patience:
                new = max(lr * self.factor, self.min_lr)
                if lr - new > self.eps:
                    lr = new
                cooldown, bad, reduced = int(self.cooldown), 0, bad
            append(lr)
        return State(lr, best, bad, cooldown, reduced)

    def _follow_keras(self, state: State, values: Iterable[float], lrs: list[float]) -> State:
        """`follow` as Keras's ReduceLROnPlateau does it, in its order of operations."""
        lr, best, bad, cooldown, reduced = state
        for value in values:
            reduced = 0
            if cooldown > 0:
                cooldown, bad = cooldown - 1, 0
            if self._better(value, best):
                best, bad = value, 0
            elif cooldown == 0:
                bad += 1
                if bad >= self.patience and lr > self.min_lr:
                    lr = max(lr * self.factor, self.min_lr)
                    cooldown, bad, reduced = int(self.cooldown), 0, bad
            lrs.append(lr)
        return State(lr, best, bad, cooldown, reduced)

    def _better(self, value: float, best: float) -> bool:
        threshold = self.threshold
        if self.mode == "min":
            return value < (best * (1.0 - threshold) if self.threshold_mode == "rel" else best - threshold)
        return value > (best * (threshold + 1.0) if self.threshold_mode == "rel" else best + threshold)

    def history(self, base_lr: float) -> list[State]:
        """The states of rows 0 to len(metric): row t has seen the metrics of the epochs before it."""
        states = self._histories.get(base_lr)
        if states is None:
            state = self.start(base_lr)
            states = self._histories[base_lr] = [state]
            for value in self.metric:
                state = self.after(state, value)
                states.append(state)
        return states

    @cached_property
    def _histories(self) -> dict[float, list[State]]:
        return {}  # as _walked, for who wants to see more than the LR

    def lr_at(self, t: int, base_lr: float) -> float:
        return self._all_lrs(base_lr)[self._known(t)]

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        if start < stop:
            self._known(stop - 1)
        return self._all_lrs(base_lr)[start:stop]

    def _all_lrs(self, base_lr: float) -> list[float]:
        lrs = self._walked.get(base_lr)
        if lrs is None:
            lrs = self._walked[base_lr] = [base_lr]
            self.follow(self.start(base_lr), self.metric, lrs)
        return lrs

    @cached_property
    def _walked(self) -> dict[float, list[float]]:
        return {}  # by base LR: the series is walked once

    def _known(self, t: int) -> int:
        if t > len(self.metric):
            raise ValueError(f"the metric has {len(self.metric)} values, one for each epoch before it is needed")
        return t

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        """metric, best, bad and cooldown as they are after that epoch's metric."""
        states = self.history(base_lr)[start + 1 : stop + 1]
        missing: list[Any] = [None] * (stop - start - len(states))
        return {
            "metric": [*self.metric[start:stop], *missing],
            "best": [state.best for state in states] + missing,
            "bad": [state.bad for state in states] + missing,
            "cooldown": [state.cooldown for state in states] + missing,
        }

    def next_break(self, t: int) -> int | None:
        return next((r for r in self.reductions() if r >= t), None)

    def reductions(self) -> Iterator[int]:
        """The steps at which the schedule reduces (even where min_lr or eps keeps the learning rate as it is)."""
        return (t for t, state in enumerate(self.history(1.0)) if state.reduced)

    def event_at(self, t: int) -> str:
        history = self.history(1.0)
        if t >= len(history) or not history[t].reduced:
            return ""
        bad = history[t].reduced
        return f"reduced x{self.factor:g} after {bad} bad epoch{'s' * (bad != 1)}"
