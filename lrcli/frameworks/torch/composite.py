"""What SequentialLR, ChainedScheduler and several schedulers on one optimizer share: children on one group."""

from __future__ import annotations

from lrcli.errors import Refused
from lrcli.frameworks.torch import replay as build
from lrcli.frameworks.torch.machine import ParamGroup, Replay
from lrcli.frameworks.torch.plateau import PlateauReplay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.base import Schedule


class Unbuilt(Replay):
    """A child that the release refuses: the loop meets it once the children before it are constructed."""

    def __init__(self, release: Release, refusal: Refused) -> None:
        super().__init__(release)
        self.refusal = refusal

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        raise self.refusal


def _built(schedule: Schedule, release: Release) -> Replay:
    try:
        return build(schedule, release)
    except Refused as refusal:
        return Unbuilt(release, refusal)


class Composite(Replay):
    """Children that act on one group, in order. It has neither get_lr() nor step(epoch) of its own."""

    def __init__(self, schedules: tuple[Schedule, ...], release: Release) -> None:
        super().__init__(release)
        self.children = [_built(child, release) for child in schedules]

    def construct_children(self, group: ParamGroup, last_epoch: int = -1) -> None:
        """Construct them one after the other on the same group, which each leaves changed."""
        for child in self.children:
            child.construct(group, last_epoch)

    def check_children(self) -> None:
        """What SequentialLR and ChainedScheduler ask of their children once these are built."""
        composites = [child for child in self.children if isinstance(child, Composite)]
        if composites and self.release == (1, 10) and len(self.children) > 1:
            raise refuse(
                self.release, "AttributeError", "a composite inside another has no optimizer before torch 1.11"
            )
        if self.release >= (2, 4) and any(isinstance(child, PlateauReplay) for child in self.children):
            raise refuse(self.release, "ValueError", "ReduceLROnPlateau cannot be a child: step() needs its metric")

    def initial_step(self, lr: float) -> float:
        return self.step(lr)

    def step(self, lr: float, epoch: float | None = None, metric: float | None = None) -> float:
        if epoch is not None:
            raise refuse(self.release, "TypeError", "step() of a composite takes no epoch")
        return self.advance(lr)

    def advance(self, lr: float) -> float:
        """step() without an argument."""
        raise NotImplementedError

    def update(self, lr: float, epoch: float | None = None) -> float:
        raise refuse(self.release, "NotImplementedError", "a composite has no get_lr()")

    def has(self, reading: str) -> bool:
        return reading == "lr" or (reading == "get_last_lr" and self.release >= (1, 11))

    def undo_all(self) -> None:
        for child in self.children:
            child.undo_all()
