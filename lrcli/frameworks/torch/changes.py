"""Between which releases PyTorch's numbers change: what `lrcli versions` prints without a spec.

Every boundary is one at which the recorded numbers of some run differ. "1.0 -> 1.1" means that the change happened
somewhere after the examined 1.0.1 and not after the examined 1.1.0.
"""

from __future__ import annotations

from lrcli.frameworks.replaying import ReleaseChange

CHANGES = (
    ReleaseChange("1.0", "1.1", "the constructor sets epoch 0; scheduler.step() comes after optimizer.step() (#20124)"),
    ReleaseChange("1.0", "1.1", "Step, MultiStep, Exponential, CosineAnnealingLR are chained: double gamma (#22107)"),
    ReleaseChange(
        "1.0", "1.1", "CyclicLR and CosineAnnealingWarmRestarts are new; the latter is one epoch late (#23480)"
    ),
    ReleaseChange(
        "1.1", "1.2", "these four are the closed form again; milestones must be sorted; warm restarts are right"
    ),
    ReleaseChange("1.2", "1.3", "CyclicLR starts from its base_lr argument; OneCycleLR is new"),
    ReleaseChange("1.3", "1.4", "these four are chained again; get_last_lr() and MultiplicativeLR are new"),
    ReleaseChange(
        "1.3",
        "1.4",
        "step(epoch) is the closed form, wrong for MultiStepLR (#36913)",
    ),
    ReleaseChange("1.3", "1.4", "a resumed scheduler starts at last_epoch + 1, from the LR that the optimizer holds"),
    ReleaseChange(
        "1.3", "1.4", "an exception in get_lr() surfaces as UnboundLocalError; warm restarts cannot be resumed"
    ),
    ReleaseChange("1.3", "1.4", "OneCycleLR overwrites a left-over initial_lr"),
    ReleaseChange("1.4", "1.5", "MultiStepLR.step(epoch) is right; exceptions surface as they are"),
    ReleaseChange("1.5", "1.6", "SWALR is new"),
    ReleaseChange("1.6", "1.7", "ReduceLROnPlateau: verbose moves from the 5th to the last positional argument"),
    ReleaseChange("1.7", "1.8", "OneCycleLR: three_phase, and another rounding; SWALR takes anneal_epochs=0"),
    ReleaseChange(
        "1.9", "1.10", "Exponential, Cosine, MultiplicativeLR begin at the group's LR instead of the base LR"
    ),
    ReleaseChange("1.9", "1.10", "ConstantLR, LinearLR, SequentialLR and ChainedScheduler are new"),
    ReleaseChange("1.10", "1.11", "warm restarts can be resumed; SequentialLR and ChainedScheduler have get_last_lr()"),
    ReleaseChange(
        "1.11", "1.12", "a resumed CosineAnnealingLR starts from the closed form; SWALR.get_lr() can be read"
    ),
    ReleaseChange("1.12", "1.13", "SequentialLR's first learning rate is right (#72874); PolynomialLR is new"),
    ReleaseChange("1.13", "2.0", "LinearLR refuses start_factor=0"),
    ReleaseChange("2.2", "2.3", "CyclicLR takes Adam, and its momentum from the argument when it is resumed"),
    ReleaseChange("2.5", "2.6", "SequentialLR takes a ChainedScheduler as its first child; plateau sees added groups"),
    ReleaseChange(
        "2.7", "2.8", "resumed Exponential, Cosine, Linear, Polynomial, MultiplicativeLR lose one factor for good"
    ),
    ReleaseChange(
        "2.7",
        "2.8",
        "MultiplicativeLR applies lambda(0) at a milestone; get_lr() at epoch 0 reads a factor too many",
    ),
    ReleaseChange(
        "2.8", "2.9", "SequentialLR no longer warns at its milestones; SWALR inside it comes one epoch later"
    ),
    ReleaseChange("2.9", "2.10", "a parameter group that is added later raises ValueError in more classes"),
    ReleaseChange("2.12", "2.13", "SequentialLR with milestone 0 begins with the schedule that is active then"),
)
