"""An lr beside a schedule that sets the learning rate itself."""

import math

from lrcli.checks.rules import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for i, group in enumerate(subject.spec.groups):
        schedule = group.schedule
        if schedule.sets_lr and group.lr is not None and subject.failure is None:
            first = schedule.lr_at(0, group.lr)
            if not math.isclose(first, group.lr):  # PyTorch's arithmetic of step 0 rounds
                yield subject.of_lr(i).problem(
                    f"{schedule.name} sets the LR itself: lr {group.lr:g} is not used, it begins at {first:g}",
                    "leave lr out",
                    i,
                )


RULE = Rule(
    "warning",
    find,
    why="whoever changes that lr changes nothing: OneCycleLR and CyclicLR bring their own",
)
