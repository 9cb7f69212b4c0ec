"""What ignite's state schedulers have in common: they set an attribute of the engine's state, and no learning rate."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import dataclass, flag, number, text


@dataclass(frozen=True, kw_only=True)
class IgniteState(FrameworkSchedule):
    """A value of the engine's state; row t is what event t + 1 sets, the first that there is."""

    sets_lr = True

    param_name: str | None = text(None, doc="the attribute of the engine's state", optional=True)
    save_history: bool = flag(False, doc="whether the engine's state keeps the values; it changes nothing here")
    create_new: bool = flag(False, doc="whether the attribute is a new one; it changes nothing here")

    def notes(self) -> Iterator[Problem]:
        what = f"{self.name} sets engine.state.{self.param_name or 'PARAM_NAME'}, and not the optimizer's learning rate"
        yield Problem("no-lr", what)


@dataclass(frozen=True, kw_only=True)
class IgniteDecayingState(IgniteState):
    """A value that is multiplied by gamma."""

    initial_value: float = number(doc="the value of event 0, which no row has", example="0.1")
    gamma: float = number(doc="the factor", example="0.9")
