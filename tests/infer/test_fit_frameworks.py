"""`fit` answers with the frameworks' own schedules and keywords."""

from __future__ import annotations

import pytest

from lrcli.infer.fit import Fitted, fit_run
from lrcli.infer.fit.spec import spec_mapping
from lrcli.logs import Log, Rounding
from lrcli.logs.rounding import quantise
from lrcli.reader import parse_text

FULL, FIVE = Rounding(), Rounding("significant", 5)


def fitted(text: str, places: range, rounding: Rounding = FULL, unit: str = "step", first: int = 0) -> Fitted:
    """What is found behind the log of a spec."""
    spec = parse_text(text)
    group = spec.groups[0]
    base = 0.0 if group.lr is None else group.lr
    rows = [quantise(group.schedule.lr_at(p - first, base), rounding) for p in places]
    return fit_run(Log("run", unit, list(places), {"lr": rows}, rounding=rounding))


STEPS = "lr: 0.003, steps: 2000, schedule: "
EPOCHS = "lr: 0.0005, epochs: 100, schedule: "
CASES: dict[str, tuple[str, range, str]] = {
    "hf cosine": (
        STEPS + "{type: transformers.cosine, num_warmup_steps: 100}",
        range(0, 2000, 20),
        "transformers.cosine",
    ),
    "hf linear": (
        STEPS + "{type: transformers.linear, num_warmup_steps: 60}",
        range(0, 2000, 20),
        "transformers.linear",
    ),
    "hf min_lr": (
        STEPS + "{type: transformers.cosine_with_min_lr, num_warmup_steps: 100, min_lr: 0.0001}",
        range(0, 2000, 20),
        "transformers.cosine_with_min_lr",
    ),
    "hf inverse_sqrt": (
        STEPS + "{type: transformers.inverse_sqrt, num_warmup_steps: 100}",
        range(0, 2000, 20),
        "transformers.inverse_sqrt",
    ),
    "hf polynomial": (
        STEPS + "{type: transformers.polynomial, num_warmup_steps: 100, power: 2.0, lr_end: 1.0e-05}",
        range(0, 2000, 20),
        "transformers.polynomial",
    ),
    "timm cosine": (
        EPOCHS + "{type: timm.CosineLRScheduler, warmup_t: 5, warmup_lr_init: 1.0e-06, lr_min: 1.0e-05}",
        range(100),
        "timm.CosineLRScheduler",
    ),
    "detectron2 cosine": (
        STEPS + "{type: detectron2.WarmupCosineLR, warmup_iters: 200}",
        range(0, 2000, 20),
        "detectron2.WarmupCosineLR",
    ),
    "1 - sqrt": (
        STEPS
        + "{type: transformers.warmup_stable_decay, num_warmup_steps: 100, num_decay_steps: 1900, decay_type: 1-sqrt}",
        range(0, 2000, 20),
        "transformers.warmup_stable_decay",
    ),
    "darknet": (
        STEPS + "{type: darknet.get_current_rate, burn_in: 200, power: 4}",
        range(9, 600, 10),
        "darknet.get_current_rate",
    ),
}


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize("name", CASES)
def test_framework_is_named(name: str, rounding: Rounding) -> None:
    """The log of a framework's schedule comes back in the framework's words, which give the same rows."""
    text, places, kind = CASES[name]
    found = fitted(f"{{{text}}}", places, rounding, "epoch" if "epochs" in text else "step")
    assert (kind, len(places)) == (found.kind, found.explained)
    assert "lambda" not in str(spec_mapping(found))
