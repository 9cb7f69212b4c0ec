"""What `convert --to torch` prints of a framework's schedule: as little as there is to it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lrcli.frameworks.torch.printed import Printed
from lrcli.reader import parse_text


def printed(schedule: str, run: str = "steps: 100") -> str:
    """The functions of the first group's schedule."""
    group = parse_text(f"{{lr: 0.5, {run}, schedule: {schedule}}}").groups[0]
    code = Printed()
    lines, _ = code.lines([code.named(group.schedule.lr_at, {"base_lr": group.base_lr}, "lr_at")])
    return "\n".join(lines)


PRINTED = [
    (
        "{type: transformers.linear, num_warmup_steps: 10}",
        """
        def lr_at(t):
            return 0.5 * (t / 10.0 if t < 10 else max(0.0, (100 - t) / 90.0))
        """,
    ),
    (
        "{type: transformers.cosine_with_min_lr, num_warmup_steps: 10, min_lr_rate: 0.1}",
        """
        def lr_at(t):
            if t < 10:
                return 0.5 * (t / 10.0)
            return 0.5 * max(0, 0.5 * (1.0 + math.cos(3.141592653589793 * ((t - 10) / 90.0))) * 0.9 + 0.1)
        """,
    ),
    (
        "[{type: linear, for: 10, start_factor: 0}, {type: step, step_size: 30}]",
        """
        def lr_at(t):
            if t < 10:
                return 0.5 * (0 + min(10, t) / 10)
            return 0.5 * float(0.1 ** ((t - 10) // 30))
        """,
    ),
    (
        '{type: multiplicative, lr_lambda: "1 - 0.5 / (epoch + 1)"}',
        """
        def expression(epoch):
            epoch = float(epoch)
            return 1.0 - 0.5 / (epoch + 1.0)


        def walk():
            value = 1.0
            for t in itertools.count(1):
                yield (0.5 * value)
                value *= expression(t)


        rates = []
        steps = walk()


        def lr_at(t):
            while len(rates) <= t:
                rates.append(next(steps))
            return rates[t]
        """,
    ),
    (
        "{type: mmengine.param_scheduler, schedulers: [{type: StepLR, by_epoch: false, step_size: 30, gamma: 0.1}]}",
        """
        def walk():
            yield 0.5
            lr = 0.5
            for t in range(1, 1000000000):
                lr = lr if t == 0 or t % 30 != 0 else lr * 0.1
                yield lr
            for t in itertools.count(1000000000):
                yield lr


        rates = []
        steps = walk()


        def lr_at(t):
            while len(rates) <= t:
                rates.append(next(steps))
            return rates[t]
        """,
    ),
]


@pytest.mark.parametrize(("schedule", "expected"), PRINTED)
def test_all_that_is_known_is_put_in(schedule: str, expected: str) -> None:
    """Fields, the run, branches and helper functions are gone; what depends on the step is left."""
    assert printed(schedule).strip() == dedent(expected).strip()
