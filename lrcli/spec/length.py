"""How long a run is, in steps and in epochs."""

from __future__ import annotations

from lrcli.spec import Spec
from lrcli.spec.data import Data
from lrcli.values import dataclass


@dataclass(frozen=True)
class RunSteps:
    """The steps of a whole run: `epochs` or `steps` is None where the spec does not say how they hang together."""

    name: str
    epochs: float | None
    steps: int | None
    steps_per_epoch: int | None
    data: Data | None


def run_steps(spec: Spec) -> RunSteps:
    """How many steps and epochs the run of a spec has."""
    per = spec.steps_per_epoch
    if spec.interval == "step":
        return RunSteps(spec.name, spec.length / per if per else None, spec.length, per, spec.data)
    return RunSteps(spec.name, spec.length, spec.length * per if per else None, per, spec.data)
