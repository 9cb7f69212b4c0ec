"""Which optimizer the trainer builds, and with which learning rate: `optimizer: auto` decides both by itself."""

from __future__ import annotations

import math
from typing import NamedTuple

from lrcli.errors import InvalidValue, Refuses
from lrcli.frameworks.base import before

MANY = 10_000
"""Above this many iterations, `auto` takes SGD or MuSGD."""

_NAMES = ("SGD", "Adam", "Adamax", "AdamW", "NAdam", "RAdam", "RMSProp", "auto")


class Optimizer(NamedTuple):
    """An optimizer with its learning rate; `auto` says that the trainer has chosen both."""

    name: str
    lr: float
    auto: bool = False


def build_optimizer(
    name: str, lr0: float, nc: float, release: str, iterations: tuple[int, int] | None = None
) -> Optimizer:
    """What build_optimizer gives in a release.

    iterations: the least and the largest number of nominal batches that the run may have, where it is not known better.
    """
    known = _NAMES if before(release, "8.4") else ("MuSGD", *_NAMES)
    folded = name
    if not before(release, "8.3"):
        folded = next((spelling for spelling in known if spelling.lower() == name.lower()), name)
    if folded not in known:
        reason = f"there is no optimizer {name!r}: it is one of {', '.join(known)}"
        raise Refuses("ultralytics", "NotImplementedError", reason, "optimizer", name)
    if folded != "auto":
        return Optimizer(folded, lr0)
    if iterations is None or (iterations[0] > MANY) != (iterations[1] > MANY):
        rule = "is auto, which needs the size of the data set: give data: {samples: ...} at the top level"
        raise InvalidValue("optimizer", rule, name)
    early = before(release, "8.4.1")
    if iterations[0] > MANY:
        return Optimizer("SGD" if early else "MuSGD", 0.01, True)
    fitted = round(0.002 * 5 / (4 + nc), 6)
    return Optimizer("MuSGD" if early and not before(release, "8.4") else "AdamW", fitted, True)


def nominal_batches(samples: int | None, per_epoch: int, batch: float, nbs: float, epochs: float) -> tuple[int, int]:
    """The least and the largest number of iterations as `auto` counts them: batches of at least nbs samples."""
    size = max(batch, nbs)
    counts = (samples, samples) if samples is not None else ((per_epoch - 1) * batch + 1, per_epoch * batch)
    least, largest = (int(math.ceil(count / size) * epochs) for count in counts)
    return least, largest
