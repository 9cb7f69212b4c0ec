"""What `convert --to torch` prints of a schedule that PyTorch has no class for: as little as there is to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from lrcli.frameworks.torch.printed import Printed
from lrcli.reader import parse_text

SHORT = [
    ("{type: transformers.linear, num_warmup_steps: 10}", 4),
    ("{type: transformers.cosine_with_min_lr, num_warmup_steps: 10, min_lr_rate: 0.1}", 4),
    ("{type: deepspeed.WarmupDecayLR, warmup_max_lr: 0.1, warmup_num_steps: 10}", 6),
    ("{type: timm.CosineLRScheduler, t_initial: 100, warmup_t: 5}", 14),
    ("{type: megatron.OptimizerParamScheduler, max_lr: 0.1, lr_warmup_steps: 10, lr_decay_style: cosine}", 10),
    ("{type: darknet.get_current_rate, burn_in: 10, policy: steps, steps: [50], scales: [0.1]}", 8),
    ("[{type: linear, for: 10, start_factor: 0}, {type: step, step_size: 30}]", 8),
    ('{type: multiplicative, lr_lambda: "1 - 0.5 / (epoch + 1)"}', 15),
    ('{type: keras.LearningRateScheduler, schedule: "0.1 * 0.5 ** (epoch // 10)"}', 9),
    ("{type: mmengine.param_scheduler, schedulers: [{type: StepLR, by_epoch: false, step_size: 30}]}", 15),
    ("{type: plateau, patience: 1, metric: [3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1]}", 30),
]


@pytest.mark.parametrize(("schedule", "most"), SHORT)
def test_all_that_is_known_is_put_in(schedule: str, most: int) -> None:
    """The fields, the run, branches and helpers are gone: few lines are left, with the numbers of the formula."""
    group = parse_text(f"{{lr: 0.5, steps: 13, schedule: {schedule}}}").groups[0]
    code = Printed()
    lines, (name,) = code.lines([code.named(group.schedule.lr_at, {"base_lr": group.base_lr}, "lr_at")])
    assert name == "lr_at"
    assert len([line for line in lines if line]) <= most
    assert "self" not in "\n".join(lines)
    names: dict[str, Any] = {module: import_module(module) for module in code.imports}
    exec("\n".join(lines), names)
    assert [names["lr_at"](t) for t in range(13)] == group.schedule.lrs(group.base_lr, 0, 13)


def test_what_is_not_called_is_not_printed() -> None:
    """A function with known arguments is put in its caller, and those of the same text are one."""
    groups = parse_text("{lr: 1, steps: 9, schedule: {type: cosine}, groups: [{lr: 1}, {lr: 1}]}").groups
    code = Printed()
    used = [code.named(group.schedule.lr_at, {"base_lr": group.base_lr}, "lr_at") for group in groups]
    lines, names = code.lines(used)
    assert names == ["lr_at", "lr_at"]
    assert "\n".join(lines).count("def ") == 1


def test_a_rule_stands_for_a_call_whatever_its_step_is_called() -> None:
    """A phase's lr_at(t) is called by the warmup before it; fairseq's rule calls its step `update`."""
    schedule = "{type: fairseq.polynomial_decay, warmup_updates: 5, end_learning_rate: 0.1}"
    text = f"{{lr: 0.5, steps: 10, schedule: {schedule}, warmup: {{for: 1, start_factor: 2}}}}"
    group = parse_text(text).groups[0]
    code = Printed()
    lines, (name,) = code.lines([code.named(group.schedule.lr_at, {"base_lr": group.base_lr}, "lr_at")])
    names: dict[str, Any] = {module: import_module(module) for module in code.imports}
    exec("\n".join(lines), names)
    assert [names[name](t) for t in range(10)] == group.schedule.lrs(group.base_lr, 0, 10)


def test_phases_are_printed_in_their_order() -> None:
    """Each phase ends where the next one begins."""
    schedule = "[{type: linear, start_factor: 0.1, for: 5}, {type: constant, for: 2}, {type: cosine}]"
    group = parse_text(f"{{lr: 0.5, steps: 10, schedule: {schedule}}}").groups[0]
    code = Printed()
    lines, _ = code.lines([code.named(group.schedule.lr_at, {"base_lr": group.base_lr}, "lr_at")])
    assert [line for line in lines if "if" in line] == ["    if t < 5:", "    if t < 7:"]


def test_pieces_are_printed_one_below_the_other() -> None:
    """No conditional stands in another one, and no line of a formula is longer than the code that it is of."""
    schedule = "{type: transformers.warmup_stable_decay, num_warmup_steps: 5, num_decay_steps: 3, min_lr_ratio: 0.1}"
    group = parse_text(f"{{lr: 0.5, steps: 10, schedule: {schedule}}}").groups[0]
    code = Printed()
    lines, _ = code.lines([code.named(group.schedule.lr_at, {"base_lr": group.base_lr}, "lr_at")])
    assert [line for line in lines if "if" in line] == ["    if t < 5:", "    if t < 7:", "    if t < 10:"]
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("seed", ["1", "4"])
def test_definitions_stand_in_one_order_whatever_the_hash_seed(seed: str) -> None:
    """The variables that several functions change come in the order in which their function takes them."""
    spec = "{lr: 0.01, steps: 600, steps_per_epoch: 30, schedule: {type: ultralytics.trainer, epochs: 20}}"
    command = [sys.executable, "-m", "lrcli", "convert", spec, "--to", "torch"]
    printed = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed})
    variables = re.findall(r"^(\w+) = -?[\d.]+$", printed.stdout, re.M)
    assert variables[:3] == ["epoch_of", "slope", "target"]
