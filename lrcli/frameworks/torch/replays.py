"""What other rooms ask of PyTorch's replays: see `lrcli.frameworks.replaying`."""

from __future__ import annotations

from itertools import pairwise

from lrcli.errors import Problem
from lrcli.frameworks.replaying import ReleaseChange
from lrcli.frameworks.torch import NotReplayed, foreign_schedule, replay, since
from lrcli.frameworks.torch.loop import take_together, training_loop, training_loops
from lrcli.frameworks.torch.releases import NEWEST, RELEASES, documented_reading, find_release, parse
from lrcli.spec import READINGS, Emulation, Spec

__all__ = [
    "CHANGES",
    "DOCUMENTED",
    "NEWEST",
    "RELEASES",
    "TITLE",
    "find_release",
    "foreign_schedule",
    "missing_reading",
    "not_replayed",
    "notes_of",
    "readings_of",
    "shown_reading",
    "since",
    "source",
    "take_together",
    "training_loop",
    "training_loops",
]

TITLE = "PyTorch"
DOCUMENTED = "get_lr() until 1.3, get_last_lr() from 1.4 on"

not_replayed = NotReplayed


_WHAT_CHANGED = (
    ("1.1", "the constructor sets epoch 0; scheduler.step() comes after optimizer.step() (#20124)"),
    ("1.1", "Step, MultiStep, Exponential, CosineAnnealingLR are chained: double gamma (#22107)"),
    ("1.1", "CyclicLR and CosineAnnealingWarmRestarts are new; the latter is one epoch late (#23480)"),
    ("1.2", "these four are the closed form again; milestones must be sorted; warm restarts are right"),
    ("1.3", "CyclicLR starts from its base_lr argument; OneCycleLR is new"),
    ("1.4", "these four are chained again; get_last_lr() and MultiplicativeLR are new"),
    ("1.4", "step(epoch) is the closed form, wrong for MultiStepLR (#36913)"),
    ("1.4", "a resumed scheduler starts at last_epoch + 1, from the LR that the optimizer holds"),
    ("1.4", "an exception in get_lr() surfaces as UnboundLocalError; warm restarts cannot be resumed"),
    ("1.4", "OneCycleLR overwrites a left-over initial_lr"),
    ("1.5", "MultiStepLR.step(epoch) is right; exceptions surface as they are"),
    ("1.6", "SWALR is new"),
    ("1.7", "ReduceLROnPlateau: verbose moves from the 5th to the last positional argument"),
    ("1.8", "OneCycleLR: three_phase, and another rounding; SWALR takes anneal_epochs=0"),
    ("1.10", "Exponential, Cosine, MultiplicativeLR begin at the group's LR instead of the base LR"),
    ("1.10", "ConstantLR, LinearLR, SequentialLR and ChainedScheduler are new"),
    ("1.11", "warm restarts can be resumed; SequentialLR and ChainedScheduler have get_last_lr()"),
    ("1.12", "a resumed CosineAnnealingLR starts from the closed form; SWALR.get_lr() can be read"),
    ("1.13", "SequentialLR's first learning rate is right (#72874); PolynomialLR is new"),
    ("2.0", "LinearLR refuses start_factor=0"),
    ("2.3", "CyclicLR takes Adam, and its momentum from the argument when it is resumed"),
    ("2.6", "SequentialLR takes a ChainedScheduler as its first child; plateau sees added groups"),
    ("2.8", "resumed Exponential, Cosine, Linear, Polynomial, MultiplicativeLR lose one factor for good"),
    ("2.8", "MultiplicativeLR applies lambda(0) at a milestone; get_lr() at epoch 0 reads a factor too many"),
    ("2.9", "SequentialLR no longer warns at its milestones; SWALR inside it comes one epoch later"),
    ("2.10", "a parameter group that is added later raises ValueError in more classes"),
    ("2.13", "SequentialLR with milestone 0 begins with the schedule that is active then"),
)

_BEFORE = {until: since for since, until in pairwise(RELEASES)}

CHANGES = tuple(ReleaseChange(_BEFORE[release], release, what) for release, what in _WHAT_CHANGED)
"""Between which releases PyTorch's numbers change: what `lrcli versions` prints without a spec.

Every boundary is one at which the recorded numbers of some run differ. "1.0 -> 1.1" means that the change happened
somewhere after the examined 1.0.1 and not after the examined 1.1.0.
"""


def readings_of(emulation: Emulation) -> tuple[str, ...]:
    """The readings that exist: the LR in use, what get_lr() returns, and from 1.4 on what get_last_lr() does.

    The momentum is one where it is asked for.
    """
    readings = READINGS if parse(emulation.release) >= (1, 4) else READINGS[:2]
    return (*readings, "momentum") if emulation.read == "momentum" else readings


def missing_reading(emulation: Emulation) -> tuple[str, str]:
    """Why the release has not the reading that is asked for, and what to read instead; "" where it has."""
    if emulation.read in (None, *readings_of(emulation)):
        return "", ""
    return f"torch {emulation.release} has no {emulation.read}, it first appears in 1.4", "read get_lr or lr"


def shown_reading(spec: Spec) -> str:
    """The reading that is shown as the curve: the one asked for, else the documented one, else the LR in use."""
    emulation = spec.emulation
    assert emulation is not None
    if emulation.read is not None:
        return emulation.read
    documented = documented_reading(emulation.release)
    release = parse(emulation.release)
    return documented if all(replay(group.schedule, release).has(documented) for group in spec.groups) else "lr"


def notes_of(spec: Spec) -> tuple[Problem, ...]:
    from lrcli.frameworks.torch.notes import of_replay  # not above: `versions` and `check` ask for numbers alone

    return of_replay(spec, shown_reading(spec))


def source(spec: Spec) -> str:
    """The Python of `to_torch`."""
    from lrcli.frameworks.torch.source import source

    return source(spec)
