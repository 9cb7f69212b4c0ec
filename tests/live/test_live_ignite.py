"""ignite's schedulers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_ignite.py` in an environment that has pytorch-ignite and torch.
"""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from lrcli.errors import LrcliError
from tests.live.frameworks import assert_same, lrcli_lrs

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
handlers = pytest.importorskip("ignite.handlers", reason="the live comparison needs pytorch-ignite")
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 60
REFUSED = (ValueError, TypeError, ArithmeticError)


def torch_schedule(rng: random.Random) -> dict[str, Any]:
    """A scheduler of PyTorch, with random arguments."""
    return rng.choice(
        [
            {"type": "CosineAnnealingLR", "T_max": rng.randint(2, 60), "eta_min": rng.choice([0, 0.01])},
            {"type": "StepLR", "step_size": rng.randint(1, 20), "gamma": rng.random()},
            {"type": "OneCycleLR", "max_lr": 0.5, "total_steps": rng.randint(60, 130), "cycle_momentum": False},
            {"type": "CyclicLR", "base_lr": 0.01, "max_lr": 0.2, "step_size_up": 7, "cycle_momentum": False},
            {"type": "MultiStepLR", "milestones": [5, 20], "gamma": 0.3},
            {"type": "ExponentialLR", "gamma": rng.uniform(0.8, 1)},
            {"type": "LinearLR", "start_factor": 0.25, "total_iters": rng.randint(1, 20)},
            {"type": "ConstantLR", "factor": 0.25, "total_iters": rng.randint(1, 20)},
            {"type": "PolynomialLR", "total_iters": rng.randint(1, 60), "power": 1.5},
            {"type": "CosineAnnealingWarmRestarts", "T_0": rng.randint(1, 20), "T_mult": rng.randint(1, 2)},
        ]
    )


def own_schedule(rng: random.Random) -> dict[str, Any]:
    """A scheduler of ignite's own, with random arguments."""
    if rng.random() < 0.3:
        at = sorted(rng.randint(0, 40) for _ in range(rng.randint(1, 4)))
        return {"type": "ignite.PiecewiseLinear", "milestones_values": [[t, round(rng.random(), 3)] for t in at]}
    made: dict[str, Any] = {
        "type": rng.choice(["ignite.CosineAnnealingScheduler", "ignite.LinearCyclicalScheduler"]),
        "start_value": rng.choice([0.1, 0.3]),
        "end_value": rng.choice([0.0, 0.01]),
        "cycle_size": rng.randint(1, 25),
    }
    if rng.random() < 0.5:
        made.update(cycle_mult=rng.choice([2.0, 1.3, 0.9]), start_value_mult=0.7, end_value_mult=1.1)
    if rng.random() < 0.4:
        made["warmup_duration"] = rng.randint(1, 9)
    if made["type"] == "ignite.LinearCyclicalScheduler" and rng.random() < 0.7:
        made["monotonic"] = True
    return made


def build(made: dict[str, Any], optimizer: Any) -> Any:
    """The scheduler of a package."""
    made = dict(made)
    name = made.pop("type")
    if "lr_scheduler" in made:
        inner = build(made.pop("lr_scheduler"), optimizer)
        return getattr(handlers, name.partition(".")[2])(inner, **made)
    if "schedulers" in made:
        parts = [build(part, optimizer) for part in made["schedulers"]]
        return handlers.ConcatScheduler(parts, made["durations"])
    if not name.startswith("ignite."):
        return getattr(torch.optim.lr_scheduler, name)(optimizer, **made)
    if "milestones_values" in made:
        made["milestones_values"] = [tuple(pair) for pair in made["milestones_values"]]
    return getattr(handlers, name.partition(".")[2])(optimizer, "lr", **made)


def real(made: dict[str, Any], steps: int, lrs: list[float]) -> list[list[float]]:
    """The learning rates of every group after each event."""
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
    optimizer = torch.optim.SGD(groups, lr=lrs[0])
    scheduler = build(made, optimizer)
    rows = []
    for _ in range(steps):
        scheduler(None)
        rows.append([float(group["lr"]) for group in optimizer.param_groups])
    return [list(column) for column in zip(*rows, strict=True)]


def drawn(kind: str, rng: random.Random) -> dict[str, Any]:
    """A scheduler of a kind, with random arguments."""
    if kind == "own":
        return own_schedule(rng)
    if kind == "torch":
        return {"type": "ignite.LRScheduler", "lr_scheduler": torch_schedule(rng)}
    if kind == "concat":
        parts = [own_schedule(rng) if rng.random() < 0.7 else drawn("torch", rng) for _ in range(rng.randint(1, 4))]
        durations = [rng.choice([0, rng.randint(1, 25)]) for _ in parts[1:]]
        return {"type": "ignite.ConcatScheduler", "schedulers": parts, "durations": durations}
    made: dict[str, Any] = {
        "type": "ignite.create_lr_scheduler_with_warmup",
        "lr_scheduler": rng.choice([own_schedule(rng), torch_schedule(rng), drawn("torch", rng)]),
        "warmup_start_value": rng.choice([0.0, 0.01]),
        "warmup_duration": rng.randint(1, 12),
    }
    if rng.random() < 0.5:
        made["warmup_end_value"] = rng.choice([0.1, 0.3, 0.05])
    return made


@pytest.mark.parametrize("kind", ["own", "torch", "concat", "warmup"])
def test_same_numbers(kind: str) -> None:
    """Random arguments, one group or two; what ignite refuses is refused."""
    rng = random.Random(kind)
    compared = 0
    for _ in range(4 * ROUNDS):
        made, steps = drawn(kind, rng), rng.randint(1, 120)
        lrs = [rng.choice([0.1, 0.3]) for _ in range(rng.choice([1, 1, 2]))]
        name, params = made["type"], {key: value for key, value in made.items() if key != "type"}
        wrapped = [part["lr_scheduler"]["type"] for part in made.get("schedulers", ()) if "lr_scheduler" in part]
        if len(wrapped) > 1 and {"OneCycleLR", "CyclicLR"} & {*wrapped}:
            continue  # refused: one sets the rate that the others begin from
        try:
            wanted = real(made, steps, lrs)
        except REFUSED:
            with pytest.raises(LrcliError):
                lrcli_lrs(name, params, steps, lrs)
            continue
        assert_same(wanted, lrcli_lrs(name, params, steps, lrs), (made, lrs))
        compared += 1
    assert compared > ROUNDS


def test_plateau() -> None:
    """Random metrics: the row after a metric is what ignite has set then."""
    rng = random.Random("plateau")
    for _ in range(ROUNDS):
        lrs = [rng.choice([0.1, 0.3]) for _ in range(rng.choice([1, 2]))]
        params: dict[str, Any] = {"patience": rng.randint(0, 3), "factor": rng.random()}
        params["cooldown"] = rng.randint(0, 2)
        if rng.random() < 0.5:
            params["min_lr"] = 0.03
        if rng.random() < 0.5:
            params["param_group_index"] = rng.randrange(len(lrs))
        metric = [round(rng.random(), 1) for _ in range(40)]
        groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
        optimizer = torch.optim.SGD(groups, lr=lrs[0])
        scheduler = handlers.ReduceLROnPlateauScheduler(optimizer, "loss", **params)
        rows = [lrs]
        for value in metric:
            scheduler(SimpleNamespace(state=SimpleNamespace(metrics={"loss": value})))
            rows.append([group["lr"] for group in optimizer.param_groups])
        wanted = [list(column) for column in zip(*rows, strict=True)]
        found = lrcli_lrs("ignite.ReduceLROnPlateauScheduler", {**params, "metric": metric}, 41, lrs)
        assert_same(wanted, found, (params, lrs))
