"""nanoGPT's train.py and scripts like it: whose get_lr() a file has."""

from __future__ import annotations

from pathlib import Path

from tests.cli_world import run_cli
from tests.configs.files import writer

written = writer("train.py")

TRAIN = """import math
import torch
from model import GPT
eval_interval = 2000
learning_rate = 6e-4
max_iters = 100
decay_lr = True
warmup_iters = 10
lr_decay_iters = 100
min_lr = 6e-5
exec(open('configurator.py').read())
config = {k: globals()[k] for k in ('learning_rate',)}
ddp = int(os.environ.get('RANK', -1)) != -1
if ddp:
    device = 'cuda'
optimizer = GPT().configure_optimizers(learning_rate)
def get_lr(it):
    # 1) linear warmup for warmup_iters steps
    if it < warmup_iters:
        return learning_rate * it / warmup_iters
    if it > lr_decay_iters:
        return min_lr
    decay_ratio = (it - warmup_iters) / (lr_decay_iters - warmup_iters)
    assert 0 <= decay_ratio <= 1
    coeff = 0.5 * (1.0 + math.cos(math.pi * decay_ratio)) # coeff ranges 0..1
    return min_lr + coeff * (learning_rate - min_lr)
while True:
    lr = get_lr(iter_num) if decay_lr else learning_rate
    for param_group in optimizer.param_groups:
        param_group['lr'] = lr
    iter_num += 1
"""
NEW = TRAIN.replace("* it / warmup_iters", "* (it + 1) / (warmup_iters + 1)")


def test_the_warmup_of_a_script_is_that_of_its_own_get_lr(tmp_path: Path) -> None:
    assert run_cli("at", written(tmp_path, TRAIN), "0", "5").stdout == "0.0\n0.0003\n"
    assert "emulate: nanogpt-2023" in run_cli("convert", written(tmp_path, TRAIN)).stdout
    assert run_cli("at", written(tmp_path, NEW), "0").stdout == "5.454545454545454e-05\n"


def test_another_get_lr_is_code(tmp_path: Path) -> None:
    for other in (TRAIN.replace("0.5 * (1.0", "1.0 * (1.0"), TRAIN.replace("return min_lr\n", "return 0.0\n")):
        outcome = run_cli("at", written(tmp_path, other), "0")
        assert (outcome.status, outcome.stdout) == (2, "")
        assert "train.py:17:1: error: get_lr() is not that of nanoGPT's train.py" in outcome.stderr


def test_a_script_with_an_optimizer_of_its_own_is_no_config(tmp_path: Path) -> None:
    lines = [line for line in TRAIN.split("def get_lr")[0].splitlines() if "warmup" not in line]
    outcome = run_cli("at", written(tmp_path, "\n".join([*lines, "n_layer = 6", "n_head = 6", ""])), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "nanogpt (misses get_lr (it trains with an optimizer of its own))" in outcome.stderr


def test_nothing_is_no_number(tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, TRAIN.replace("min_lr = 6e-5", "min_lr = None")), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "min_lr is null, and a number is needed" in outcome.stderr
