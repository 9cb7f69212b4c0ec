"""How many optimizer steps an epoch has, by the rules of those who count them.

A framework that counts in its own way has a module `counting` in its folder, with RULES. The rules were read in, and
their batch counts come from running, PyTorch 2.13, accelerate 1.15, transformers 4.31 to 5.23 and Lightning 2.6. They
differ only where something is left over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from lrcli.frameworks.base import framework_modules
from lrcli.spec.data import Data
from lrcli.values import dataclass


class CountingRule(NamedTuple):
    """One way of counting: the batches of a process in an epoch, and the steps that so many batches are.

    steps: from the batches and grad_accum. how: in a few words. first: whether it stands before those of others.
    """

    who: str
    batches: Callable[[Data], int]
    steps: Callable[[int, int], int]
    how: str
    first: bool = False


@dataclass(frozen=True)
class Count:
    """What one rule counts in an epoch: the batches of a process, and the optimizer steps."""

    who: str
    batches: int
    steps: int
    how: str


def counts(data: Data) -> tuple[Count, ...]:
    """Count by every rule; the first one is PyTorch's, which a spec uses.

    >>> for count in counts(Data(samples=101, batch_size=10, grad_accum=3)):
    ...     print(count.who, count.batches, count.steps)
    PyTorch 11 3
    PyTorch, sampler drop_last 11 3
    accelerate 11 4
    HF Trainer before 4.52 11 3
    HF Trainer from 4.52 on 11 4
    Lightning 11 4
    """
    rules = (rule for module in framework_modules("counting") for rule in module.RULES)
    return tuple(
        Count(rule.who, batches := rule.batches(data), rule.steps(batches, data.grad_accum), rule.how)
        for rule in sorted(rules, key=lambda rule: (not rule.first, rule.who.lower()))
    )
