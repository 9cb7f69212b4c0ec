"""The warmup_cosine that people write: a LambdaLR."""

from __future__ import annotations

from lrcli.emulate.torch.machine import Replay, Ruled, Rules
from lrcli.emulate.torch.releases import Release
from lrcli.schedules.warmup_cosine import WarmupCosine

SINCE = (1, 0)


def replay(schedule: WarmupCosine, release: Release) -> Replay:
    factor_at = schedule.factor_at
    return Ruled(release, lambda base: Rules(lambda lr, t: base * factor_at(t, base)))
