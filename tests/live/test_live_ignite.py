"""ignite's schedulers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_ignite.py` in an environment that has pytorch-ignite and torch.
"""

from __future__ import annotations

import random
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of, some

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
handlers = pytest.importorskip("ignite.handlers", reason="the live comparison needs pytorch-ignite")
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 60 * SCALE


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
    """A scheduler of ignite's own, with random arguments: ordinary ones, and those at the edges."""
    if rng.random() < 0.3:
        at: list[Any] = sorted(rng.randint(0, 40) for _ in range(rng.randint(0 if rng.random() < 0.1 else 1, 4)))
        if rng.random() < 0.1:
            at = [*at, rng.choice([2, 3.5])]
        return {"type": "ignite.PiecewiseLinear", "milestones_values": [[t, round(rng.random(), 3)] for t in at]}
    made: dict[str, Any] = {
        "type": rng.choice(["ignite.CosineAnnealingScheduler", "ignite.LinearCyclicalScheduler"]),
        "start_value": rng.choice([0.1, 0.3, 0, -0.1]),
        "end_value": rng.choice([0.0, 0, 0.01, 0.7]),
        "cycle_size": rng.choice([1, 2, rng.randint(2, 25), rng.randint(2, 25)]),
    }
    if rng.random() < 0.5:
        made.update(
            some(rng, cycle_mult=[2.0, 2, 1.3, 0.9, 0.1, 1], start_value_mult=[0.7, 2], end_value_mult=[1.1, 0])
        )
    made.update(some(rng, warmup_duration=[0, 0, 1, rng.randint(1, 9)], save_history=[False, False, True]))
    if made["type"] == "ignite.LinearCyclicalScheduler":
        made.update(some(rng, monotonic=[True, True, False]))
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


def real(made: dict[str, Any], lrs: list[float]) -> Rows:
    """The learning rates of every group after each event."""
    optimizer = optimizer_of(torch, lrs)
    scheduler = build(made, optimizer)
    while True:
        scheduler(SimpleNamespace(state=SimpleNamespace(param_history={})))
        yield [group["lr"] for group in optimizer.param_groups]


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
    rng, both = random.Random(kind), Agreement()
    for _ in range(4 * ROUNDS):
        made, steps = drawn(kind, rng), rng.randint(1, 120)
        lrs = [rng.choice([0.1, 0.3]) for _ in range(rng.choice([1, 1, 2]))]
        if kind == "own" and rng.random() < 0.2:
            made["param_group_index"] = rng.randrange(len(lrs) + 1)
        name, params = made["type"], {key: value for key, value in made.items() if key != "type"}
        wrapped = [part["lr_scheduler"]["type"] for part in made.get("schedulers", ()) if "lr_scheduler" in part]
        if len(wrapped) > 1 and {"OneCycleLR", "CyclicLR"} & {*wrapped}:
            continue  # refused: one sets the rate that the others begin from
        both.compare(name, params, steps, lrs, partial(real, made, lrs))
    both.check(ROUNDS)


def test_groups() -> None:
    """A scheduler for each parameter group, for some, or several for one."""
    rng, both = random.Random("groups"), Agreement()

    def rows(made: dict[str, Any], lrs: list[float]) -> Rows:
        optimizer = optimizer_of(torch, lrs)
        scheduler = handlers.ParamGroupScheduler([build(part, optimizer) for part in made["schedulers"]])
        while True:
            scheduler(SimpleNamespace(state=SimpleNamespace(param_history={})))
            yield [group["lr"] for group in optimizer.param_groups]

    for _ in range(2 * ROUNDS):
        lrs = [rng.choice([0.1, 0.3]) for _ in range(rng.choice([1, 2, 3]))]
        parts = [own_schedule(rng) for _ in range(rng.randint(0 if rng.random() < 0.1 else 1, 3))]
        for part in parts:
            part.update(some(rng, param_group_index=[rng.randrange(len(lrs))]))
        made = {"schedulers": parts}
        both.compare("ignite.ParamGroupScheduler", made, 60, lrs, partial(rows, made, lrs))
    both.check(ROUNDS // 2)


def test_states() -> None:
    """The schedulers of the engine's state."""
    rng, both = random.Random("states"), Agreement()

    def rows(name: str, params: dict[str, Any]) -> Rows:
        params = dict(params)
        if "lambda_obj" in params:
            params["lambda_obj"] = lambda t: 0.1 * 0.9**t
        if "milestones_values" in params:
            params["milestones_values"] = [tuple(pair) for pair in params["milestones_values"]]
        scheduler = getattr(handlers, name)(param_name="value", **params)
        engine = SimpleNamespace(state=SimpleNamespace(value=None))
        while True:
            scheduler(engine)
            yield [engine.state.value]

    for _ in range(2 * ROUNDS):
        decay = {"initial_value": rng.choice([10.0, 1, 0.1]), "gamma": rng.choice([0.9, 0.5, 2, 0])}
        at = sorted(rng.randint(0, 30) for _ in range(rng.randint(0 if rng.random() < 0.2 else 1, 4)))
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("ExpStateScheduler", decay),
            ("StepStateScheduler", {**decay, "step_size": rng.choice([1, 4, rng.randint(1, 20), 0])}),
            ("MultiStepStateScheduler", {**decay, "milestones": at}),
            ("PiecewiseLinearStateScheduler", {"milestones_values": [[t, round(rng.random(), 3)] for t in at]}),
            ("LambdaStateScheduler", {"lambda_obj": "0.1 * 0.9 ** t"}),
        ]
        name, params = rng.choice(kinds)
        both.compare(f"ignite.{name}", params, 60, [0.1], partial(rows, name, params))
    both.check(ROUNDS)


def test_plateau() -> None:
    """Random metrics: the row after a metric is what ignite has set then."""
    rng = random.Random("plateau")
    both = Agreement()

    def rows(params: dict[str, Any], lrs: list[float]) -> Rows:
        params = dict(params)
        metric = params.pop("metric")
        optimizer = optimizer_of(torch, lrs)
        scheduler = handlers.ReduceLROnPlateauScheduler(optimizer, "loss", **params)
        yield lrs
        for value in metric:
            scheduler(SimpleNamespace(state=SimpleNamespace(metrics={"loss": value}, param_history={})))
            yield [group["lr"] for group in optimizer.param_groups]

    for _ in range(ROUNDS):
        lrs = [rng.choice([0.1, 0.3]) for _ in range(rng.choice([1, 2]))]
        params = some(
            rng,
            mode=["min", "max"],
            factor=[0.1, rng.random(), 0.5, 1.0],
            patience=[0, 1, 3],
            threshold=[1e-4, 0.1, 0],
            threshold_mode=["rel", "abs"],
            cooldown=[0, 1, 2],
            min_lr=[None, 0.03, 0.0, 0],
            eps=[1e-8, 1e-3],
            param_group_index=[None, rng.randrange(len(lrs))],
        )
        params["metric"] = [round(rng.random(), 1) for _ in range(40)]
        both.compare("ignite.ReduceLROnPlateauScheduler", params, 41, lrs, partial(rows, params, lrs))
    both.check(ROUNDS // 3)
