"""A scheduler as one rule and a counter.

PyTorch's `get_lr()` is here a rule (lr, t) -> lr, made for one base LR. Reading `get_lr()` in the training loop applies
the rule to the LR that it has just produced: where the rule is chained (`lr * gamma`), the reading is one gamma too far
(pytorch #22107); where it is the closed form, the reading is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from lrcli.frameworks.torch.machine import ParamGroup, RateRule, Reason, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.base import Schedule


class Rules(NamedTuple):
    """get_lr() in its variants; a variant that is None is the rule itself.

    rule: in step(), and where get_lr() is read in the loop.
    zero: at epoch 0 in all of these and those below, but for `closed`.
    first: while the constructor runs.
    fresh: where get_lr() is read before the first step() after construction.
    closed: in step(epoch) with an explicit epoch, from 1.4 on (_get_closed_form_lr()).
    over: the rule over a range of epochs, for one that does not look at the group's LR.
    factors: by what the rule multiplies in each of a range of epochs after 0, for one that does nothing else.
    """

    rule: RateRule
    zero: RateRule | None = None
    first: RateRule | None = None
    fresh: RateRule | None = None
    closed: RateRule | None = None
    over: Callable[[int, int], list[float]] | None = None
    factors: Callable[[Iterable[float]], list[float]] | None = None


def closed_form(schedule: Schedule, base: float) -> Rules:
    """The schedule's own formula as the rule: it is written in PyTorch's order of operations."""
    lr_at = schedule.lr_at
    return Rules(lambda lr, t: lr_at(t, base), over=partial(schedule.lrs, base))


def hold(lr: float, t: int) -> float:
    """The rule of a constructor that leaves the group's LR alone (from 2.8 on)."""
    return lr


HELD = Reason(
    "from torch 2.8 on the constructor leaves the LR alone, so the factor of this epoch is lost for good",
    "pytorch #149312",
)
"""Why a resumed run differs in the classes that look at the "initial" flag of 2.8."""


class Ruled(Replay):
    """A scheduler that is one rule and a counter: nearly all of them."""

    def __init__(self, release: Release, rules: Callable[[float], Rules], reading: str = "") -> None:
        """`reading` says what get_lr() does once more to the LR, where the rule is chained."""
        super().__init__(release)
        self._make_rules = rules
        self._reading = reading

    @cached_property
    def rules(self) -> Rules:
        return self._make_rules(self.group.base_lr())

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        self.group = group
        self._given, self._resumed_from = group.lr, last_epoch
        # 1.1 to 1.3 evaluate epoch 0 (or last_epoch), the others the epoch after last_epoch
        self.last_epoch = max(last_epoch, 0) - 1 if (1, 1) <= self.release < (1, 4) else last_epoch
        group.lr = self.initial_step(group.lr)
        if self.release < (1, 1):
            self.last_epoch = last_epoch  # 1.0 sets its counter back
        self._held = group.lr == self._given
        return group.lr

    def initial_step(self, lr: float) -> float:
        self.calls = 1
        self.last_epoch += 1
        return self._apply(self._rule_at(self.last_epoch, self.rules.first), lr, self.last_epoch)

    def update(self, lr: float, epoch: float | None = None) -> float:
        if epoch is None:
            self.last_epoch += 1
            return self._apply(self._rule_at(self.last_epoch), lr, self.last_epoch)
        self.last_epoch = epoch  # type: ignore[assignment]  # step(0.5) is allowed, and kept
        explicit = self.rules.closed if self.release >= (1, 4) else None
        return self._apply(explicit or self._rule_at(epoch), lr, self.last_epoch)

    def _rule_at(self, t: float, variant: RateRule | None = None) -> RateRule:
        rules = self.rules
        return rules.zero if t == 0 and rules.zero else variant or rules.rule

    def _apply(self, rule: RateRule, lr: float, t: int) -> float:
        try:
            new_lr = rule(lr, t)
        except Exception as exc:
            raise self._surfaced(exc) from exc
        if isinstance(new_lr, complex):  # a negative gamma to the power of a fractional epoch
            raise refuse(self.release, "TypeError", "the learning rate would be a complex number")
        self.last_lr = new_lr
        if self.momentum_at is not None:
            self.group.momentum = self.momentum_at(t)
        return new_lr

    def _surfaced(self, exc: Exception) -> Exception:
        """What a caller of step() sees of an exception in get_lr()."""
        if self.release == (1, 4):
            # the context manager around get_lr() swallows it, and the next line has no values
            return refuse(self.release, "UnboundLocalError", f"get_lr() failed: {exc}")
        return exc

    def get_lr(self, lr: float) -> float:
        fresh = self.rules.fresh if self.calls == 1 else None
        return self._rule_at(self.last_epoch, fresh)(lr, self.last_epoch)

    @property
    def is_chained(self) -> bool:
        """Whether the rule goes on from the group's LR, instead of computing from the base LR."""
        return self.rules.over is None

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        if self.release < (1, 1):
            counter = f"the constructor sets its counter back to {self._resumed_from}, where get_lr() evaluates it"
            return Reason(f"{counter} until the first scheduler.step()", "pytorch #7889")
        if not self.is_chained:
            return Reason("")
        if not (fresh and self._held):
            return Reason(self._reading, "pytorch #22107")
        if self.rules.fresh is not None and self._resumed_from >= 0:
            first = "right after a resume get_lr() computes from the base LR, and the constructor left the LR alone"
        else:
            first = "the constructor leaves the LR alone, and reading get_lr() applies the rule"
        return Reason(f"{first}; later {self._reading}" if later else first, "pytorch #22107" if later else "")

    def resume_reason(self) -> Reason:
        k = self._resumed_from
        if self.release < (1, 1):
            return Reason(f"its constructor computes epoch {k + 1} and sets its counter back to {k}")
        if not self.is_chained:
            return Reason(f"its constructor sets the LR of epoch {k} again" if self.release < (1, 4) else "")
        if self.release < (1, 4):
            return Reason(f"its constructor applies the rule of epoch {k} again, to the LR that the optimizer holds")
        if self._held and self.rules.first is not None and self.release >= (2, 8):
            return HELD
        return Reason("its constructor steps, too, from the LR that the optimizer holds", "pytorch #102261")

    def plain_rule(self) -> RateRule | None:
        return None if self.rules.zero and self.last_epoch < 0 else self.rules.rule

    def stretch(self, lr: float, n: int, metrics: Sequence[float], out: list[float]) -> bool:
        first, rules = self.last_epoch + 1, self.rules
        if rules.over is not None:
            out += rules.over(first, first + n)
        elif rules.factors is not None and first > 0:
            for factor in rules.factors(range(first, first + n)):
                lr *= factor
                out.append(lr)
        else:
            return super().stretch(lr, n, metrics, out)
        return True
