"""No scheduler: the group's LR stays."""

from __future__ import annotations

from lrcli.emulate.torch.machine import Replay, Ruled, Rules
from lrcli.emulate.torch.releases import Release
from lrcli.schedules.constant import Constant

SINCE = (1, 0)


def replay(schedule: Constant, release: Release) -> Replay:
    return Ruled(release, lambda base: Rules(lambda lr, t: base))
