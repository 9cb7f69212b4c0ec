"""What public bug reports saw of PyTorch's schedulers, replayed: the reports' own numbers."""

from __future__ import annotations

import lrcli

COSINE = "{lr: 1.0, epochs: 10, schedule: {type: cosine, T_max: 3}}"
CONSTANTS = """{lr: 1.0, epochs: 8, schedule: {type: sequential, milestones: [3], schedulers:
  [{type: ConstantLR, factor: 0.5, total_iters: 3}, {type: ConstantLR, factor: 0.3, total_iters: 4}]}}"""


def shown(spec: str, emulation: str) -> list[float | None]:
    return list(lrcli.emulate(lrcli.load(spec), emulation).shown())


def test_get_lr_of_a_cosine_in_1_1() -> None:
    """Pytorch #20086: get_lr() printed before step() applies each ratio twice."""
    first = [1.0, 0.5625, 0.08333333333333341, 0.0, 0.4999999999999999]
    then = [2.2500000000000036, 1.333333333333334, 0.5625000000000006, 0.0833333333333336, 0.0]
    assert first + then == shown(COSINE, "torch-1.1:get_lr")


def test_get_lr_of_a_cosine_in_1_0() -> None:
    """The same loop in 1.0: right, but for the counter at -1 before the first step()."""
    first = [0.75, 1.0, 0.75, 0.2500000000000001, 0.0]
    then = [0.24999999999999978, 0.75, 1.0, 0.7500000000000002, 0.2500000000000004]
    assert first + then == shown(COSINE, "torch-1.0:get_lr:optimizer_first")


def test_sequential_constants() -> None:
    """Pytorch #82684: until 1.12 the first phase runs with both factors."""
    assert [0.15, 0.15, 0.15, 0.3, 0.3, 0.3, 0.3] == shown(CONSTANTS, "torch-1.12:lr")[:7]
    assert [0.5, 0.15, 0.15, 0.3, 0.3, 0.3, 0.3] == shown(CONSTANTS, "torch-1.12:get_last_lr")[:7]
    assert [0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3] == shown(CONSTANTS, "torch-1.13:lr")[:7]
