"""What `convert --to FRAMEWORK` prints has, in the real package, the gap that it tells."""

from __future__ import annotations

from typing import Any

import pytest

from lrcli.infer.port import confirmed, port
from lrcli.infer.port.curve import rates_of
from lrcli.reader import parse_text
from lrcli.schedules import Schedule, parameters

SPECS = [
    "{steps: 50, schedule: {type: one_cycle, max_lr: 0.4}}",
    "{lr: 0.1, steps: 90, warmup: {for: 9, start_factor: 0.1}, schedule: {type: multistep, milestones: [40, 70]}}",
    "{lr: 0.1, steps: 100, schedule: [{type: linear, for: 10, start_factor: 0.01}, {type: constant, for: 40}, cosine]}",
    "{lr: 0.1, steps: 100, warmup: {for: 10, start_factor: 0.1}, schedule: {type: cosine, eta_min: 0.01}}",
    "{lr: 0.1, steps: 100, warmup: {for: 5, start_factor: 0.1}, schedule: {type: cosine_restarts, T_0: 10, T_mult: 2}}",
]


def _optax(optax: Any, schedule: Schedule) -> Any:
    keys = {f.name: getattr(schedule, f.name) for f in parameters(schedule) if f.name != "dtype"}
    if "schedules" in keys:
        keys |= {"schedules": [_optax(optax, part) for part in keys["schedules"]]}
        keys |= {"boundaries": list(map(int, keys["boundaries"]))}
    if "boundaries_and_scales" in keys:
        keys["boundaries_and_scales"] = {int(at): scale for at, scale in keys["boundaries_and_scales"].items()}
    return getattr(optax, schedule.name.partition(".")[2])(**keys)


@pytest.mark.parametrize("text", SPECS)
def test_optax(text: str) -> None:
    optax = pytest.importorskip("optax")
    spec = parse_text(text)
    ported = confirmed(spec, port(spec, "optax"))
    curve = _optax(optax, ported.schedule)
    assert max(abs(float(curve(t)) - lr) for t, lr in enumerate(rates_of(spec))) == ported.gap


@pytest.mark.parametrize("text", SPECS)
def test_mmengine(text: str) -> None:
    torch, scheduler = pytest.importorskip("torch"), pytest.importorskip("mmengine.optim.scheduler")
    spec = parse_text(text)
    ported = confirmed(spec, port(spec, "mmengine"))
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=ported.lr)
    schedulers = []
    for entry in ported.schedule.schedulers:  # type: ignore[attr-defined]
        keys = {key: list(item) if isinstance(item, tuple) else item for key, item in entry.items() if key != "type"}
        schedulers.append(getattr(scheduler, entry["type"])(optimizer, **keys))
    rates = []
    for _ in range(spec.length):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for each in schedulers:
            each.step()
    assert max(abs(a - b) for a, b in zip(rates, rates_of(spec), strict=True)) == ported.gap
