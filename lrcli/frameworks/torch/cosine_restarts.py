"""CosineAnnealingWarmRestarts: the closed form of a clock (T_cur, T_i) that step() winds itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, floor, log, pi

from lrcli.errors import Problem
from lrcli.frameworks.torch.machine import ParamGroup, Reason, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.cosine import CosineRestarts


class WarmRestartsReplay(Replay):
    """T_cur steps since the last restart, in a cycle of T_i."""

    def __init__(self, schedule: CosineRestarts, release: Release) -> None:
        super().__init__(release)
        self.schedule = schedule
        is_positive = isinstance(schedule.T_0, int) and schedule.T_0 > 0
        self.require(is_positive, "ValueError", f"T_0 must be a positive int, not {schedule.T_0!r}")
        exception = "NameError" if release == (1, 1) else "ValueError"  # 1.1 misspells T_mult in the very message
        is_count = isinstance(schedule.T_mult, int) and schedule.T_mult >= 1
        self.require(is_count, exception, f"T_mult must be an int of at least 1, not {schedule.T_mult!r}")
        self.T_i: float = schedule.T_0
        self.T_cur: float | None = None

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        self.base = group.base_lr()
        self._resumed_from = last_epoch
        if self.release < (1, 4):
            group.lr = self.step(group.lr, max(last_epoch, 0))
            # 1.1 sets T_cur to the argument, -1 in a plain run (pytorch #23480), 1.2 and 1.3 to the counter
            self.T_cur = last_epoch if self.release == (1, 1) else self.last_epoch
            return group.lr
        self.last_epoch = last_epoch
        if self.release >= (1, 11):
            self.T_cur = last_epoch
        group.lr = self.initial_step(group.lr)
        return group.lr

    def initial_step(self, lr: float) -> float:
        self.calls = 0
        return self.step(lr)

    def step(self, lr: float, epoch: float | None = None, metric: float | None = None) -> float:
        self.calls += 1
        schedule = self.schedule
        if epoch is None and self.last_epoch < 0 and self.release >= (1, 2):
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self._tick()
        elif epoch < 0 and self.release >= (1, 2):
            raise refuse(self.release, "ValueError", f"epoch must not be negative, not {epoch}")
        elif epoch < schedule.T_0:
            self.T_i, self.T_cur = schedule.T_0, epoch
        elif schedule.T_mult == 1:
            self.T_cur = epoch % schedule.T_0
        else:
            n = int(log((epoch / schedule.T_0 * (schedule.T_mult - 1) + 1), schedule.T_mult))
            self.T_cur = epoch - schedule.T_0 * (schedule.T_mult**n - 1) / (schedule.T_mult - 1)
            self.T_i = schedule.T_0 * schedule.T_mult**n
        self.last_epoch = floor(epoch)
        self.last_lr = self.get_lr(lr)
        return self.last_lr

    def _tick(self) -> None:
        if self.T_cur is None:
            raise refuse(self.release, "AttributeError", "it cannot be built with last_epoch before torch 1.11")
        self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur = self.T_cur % self.T_i if self.release >= (2, 8) else self.T_cur - self.T_i
            self.T_i *= self.schedule.T_mult

    def update(self, lr: float, epoch: float | None = None) -> float:
        # LRScheduler's own: it does not know T_cur
        self.last_epoch = self.last_epoch + 1 if epoch is None else floor(epoch)
        self.last_lr = self.get_lr(lr)
        return self.last_lr

    def get_lr(self, lr: float) -> float:
        assert self.T_cur is not None
        eta_min = self.schedule.eta_min
        return eta_min + (self.base - eta_min) * (1 + cos(pi * self.T_cur / self.T_i)) / 2

    def stretch(self, lr: float, n: int, metrics: Sequence[float], out: list[float]) -> bool:
        if self.T_cur is None or self.last_epoch < 0:
            return False
        base, eta_min, T_mult = self.base, self.schedule.eta_min, self.schedule.T_mult
        T_cur, T_i, modulo = self.T_cur, self.T_i, self.release >= (2, 8)
        for _ in range(n):
            T_cur += 1
            if T_cur >= T_i:
                T_cur = T_cur % T_i if modulo else T_cur - T_i
                T_i *= T_mult
            out.append(eta_min + (base - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2)
        self.T_cur, self.T_i = T_cur, T_i
        return True

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        """Until 1.3: what step() wound back into its cycle is set to the counter again."""
        left = self._resumed_from if self.release == (1, 1) else max(self._resumed_from, 0)
        why = f"the constructor leaves T_cur at {left}"
        return Reason(why, "pytorch #23480" if self.release == (1, 1) else "")

    def resume_reason(self) -> Reason:
        k = self._resumed_from
        if self.release < (1, 4):
            return Reason(f"its constructor sets the LR of epoch {k} again, and then T_cur to {k}, whatever the cycle")
        return Reason(f"its constructor sets T_cur to {k} in a cycle of T_0, whatever the cycle", "pytorch #52236")

    def lead(self, scheduler_first: bool) -> int:
        return super().lead(scheduler_first) - (self.release == (1, 1))

    def order_notes(self) -> Iterator[Problem]:
        return iter(()) if self.release == (1, 1) else super().order_notes()  # 1.1 is late as it is

    def notes(self) -> list[Problem]:
        if self.release != (1, 1):
            return []
        return [
            Problem(
                code="restarts-late",
                message="the first learning rate comes twice, and every restart is one epoch late",
                why="the constructor of torch 1.1 leaves T_cur at -1",
                reference="pytorch #23480, fixed in 1.2",
                help="Upgrade, or pass the epoch: scheduler.step(epoch)",
            )
        ]
