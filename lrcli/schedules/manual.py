"""Several schedulers on one optimizer."""

from __future__ import annotations

from lrcli.schedules import dataclass
from lrcli.schedules.chained import Chained


@dataclass(frozen=True)
class Manual(Chained):
    """Several schedulers on one optimizer, stepped by hand one after the other: `a.step(); b.step()`.

    lr(t) is that of chained. What a release of PyTorch makes of it is another matter: where its rules are the closed
    form (1.0, 1.2, 1.3) the last scheduler wins.

    >>> from lrcli.schedules.exponential import Exponential
    >>> Manual((Exponential(gamma=0.5), Exponential(gamma=0.1))).lr_at(1, base_lr=1.0)
    0.05

    Source: the "chaining" of schedulers in PyTorch's documentation of torch.optim from 1.4 on.
    """

    name = "manual"
    torch = None
