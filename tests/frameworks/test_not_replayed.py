"""What PyTorch's releases have to do with another framework's schedule: nothing, and every command says so."""

from __future__ import annotations

import pytest

from tests.cli_world import run_cli

SPEC = "{lr: 0.1, steps: 20, schedule: {type: deepspeed.WarmupLR, warmup_num_steps: 4}}"
PHASES = "{lr: 0.1, steps: 20, schedule: [{type: constant, for: 2}, {type: deepspeed.WarmupLR, warmup_num_steps: 4}]}"


@pytest.mark.parametrize("spec", [SPEC, PHASES])
@pytest.mark.parametrize("command", ["versions", "table --emulate torch-1.11", "plot --emulate torch-2.4"])
def test_no_release_has_it(spec: str, command: str) -> None:
    """A replay of it is an error with the reason."""
    name, *options = command.split()
    outcome = run_cli(name, spec, *options)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "deepspeed.WarmupLR is no schedule of PyTorch: no release of torch replays it" in outcome.stderr


@pytest.mark.parametrize("spec", [SPEC, PHASES])
def test_check_looks_at_the_curve_alone(spec: str) -> None:
    """The rules that replay leave it alone."""
    outcome = run_cli("check", spec)
    assert (outcome.status, "torch" in outcome.stdout) == (0, False)
