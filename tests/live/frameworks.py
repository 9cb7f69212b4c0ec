"""What the live comparisons of the frameworks share: the numbers of a package and lrcli's, row by row.

LIVE_ROUNDS=50 in the environment compares fifty times as many random schedules as an ordinary run.
"""

from __future__ import annotations

import json
import math
import os
import platform
import random
from collections.abc import Callable, Iterator
from typing import Any

from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.reader import parse_text

Rows = Iterator[list[float]]
"""The learning rates of all parameter groups, row after row; an exception is what the package raises there."""

SCALE = int(os.environ.get("LIVE_ROUNDS", "1"))


def lrcli_lrs(
    kind: str,
    params: dict[str, Any],
    steps: int,
    lrs: list[float],
    unit: str = "steps",
    more: dict[str, Any] | None = None,
) -> list[list[float]]:
    """The learning rates of each parameter group, as lrcli has them; `more` are other keys of the spec."""
    spec: dict[str, Any] = {
        "lr": lrs[0],
        unit: steps,
        "schedule": {"type": kind, **{key: value for key, value in params.items() if value is not None}},
    }
    spec.update(more or {})
    if len(lrs) > 1:
        spec["groups"] = [{"lr": lr} for lr in lrs]
    return [list(group["lr"]) for group in evaluate(parse_text(json.dumps(spec))).groups]


def some(rng: random.Random, **choices: list[Any]) -> dict[str, Any]:
    """One value of each list; now and then an argument is left out, as it is where the value is None."""
    drawn = {key: rng.choice(values) for key, values in choices.items() if rng.random() < 0.8}
    return {key: value for key, value in drawn.items() if value is not None}


def optimizer_of(torch: Any, lrs: list[float], **more: Any) -> Any:
    """An SGD with a parameter group for each learning rate."""
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
    return torch.optim.SGD(groups, lr=lrs[0], **more)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:250]


class Agreement:
    """The comparisons of one test: what was the same, what both refuse, and everything in which they are apart.

    stricter: arguments that lrcli refuses at once although the package only fails (or computes nonsense) later.
    within: how far two numbers may be apart, as a share; 0 compares every bit.
    """

    def __init__(self, stricter: Callable[[dict[str, Any]], bool] = lambda params: False, within: float = 0.0) -> None:
        self.same = self.refused = 0
        self.apart: list[str] = []
        self._stricter, self._within = stricter, within

    def compare(
        self,
        kind: str,
        params: dict[str, Any],
        steps: int,
        lrs: list[float],
        real: Callable[[], Rows],
        unit: str = "steps",
        more: dict[str, Any] | None = None,
    ) -> None:
        """Compare the package's rows with lrcli's, up to where the package raises; there lrcli has to refuse."""
        rows, raised = [], None
        try:
            for row in real():
                rows.append([float(lr) for lr in row])
                if len(rows) == steps:
                    break
        except Exception as error:
            raised = error
        told = {key: value if key != "metric" else f"{len(value)} metrics" for key, value in params.items()}
        case = f"{kind} {told} lrs={lrs} {unit}={steps} {more or ''}"
        if raised is not None:
            self._expect_refusal(case, kind, params, steps, lrs, raised, unit, more)
        if rows and not (raised is not None and self._stricter(params)):
            metric = params.get("metric")
            if raised is not None and isinstance(metric, list):
                params = {**params, "metric": metric[: len(rows)]}
            self._expect_rows(case, kind, params, rows, lrs, unit, more)

    def _expect_refusal(
        self,
        case: str,
        kind: str,
        params: dict[str, Any],
        steps: int,
        lrs: list[float],
        raised: Exception,
        unit: str,
        more: dict[str, Any] | None,
    ) -> None:
        name = type(raised).__name__
        try:
            lrcli_lrs(kind, params, steps, lrs, unit, more)
        except LrcliError as error:
            self.refused += 1
            if name not in str(error):
                self.apart.append(f"{case}: raises {name} ({raised}), refused without that name: {_first_line(error)}")
        except Exception as error:
            self.apart.append(f"{case}: raises {name} ({raised}), lrcli crashes: {error!r}")
        else:
            self.apart.append(f"{case}: raises {name} ({raised}), lrcli computes it")

    def _expect_rows(
        self,
        case: str,
        kind: str,
        params: dict[str, Any],
        rows: list[list[float]],
        lrs: list[float],
        unit: str,
        more: dict[str, Any] | None,
    ) -> None:
        try:
            found = lrcli_lrs(kind, params, len(rows), lrs, unit, more)
        except LrcliError as error:
            endless = (t for t, row in enumerate(rows) if not all(map(math.isfinite, row)))
            until = next(endless, None)
            if until is not None:  # what is infinite or no number is refused
                self.refused += 1
                if until and "metric" not in params:
                    self._expect_rows(case, kind, params, rows[:until], lrs, unit, more)
            elif not self._stricter(params):
                self.apart.append(f"{case}: refused: {_first_line(error)}")
            return
        except Exception as error:
            self.apart.append(f"{case}: lrcli crashes: {error!r}")
            return
        for group, have in enumerate(found):
            for t, (row, lr) in enumerate(zip(rows, have, strict=True)):
                want = row[group]
                if want == lr or (want != want and lr != lr):
                    continue
                if abs(want - lr) <= self._within * max(abs(want), abs(lr)):
                    continue
                self.apart.append(f"{case}: group {group}, row {t}: {lr!r}, the package has {want!r}")
                return
        self.same += 1

    def check(self, least: int = 1) -> None:
        """Raise where anything was apart, or too little was compared."""
        print(f"{self.same} the same, {self.refused} refused by both, {len(self.apart)} apart")
        assert not self.apart, f"{len(self.apart)} apart, {self.same} the same:\n" + "\n".join(self.apart[:8])
        assert self.same >= least, f"only {self.same} compared, {self.refused} refused"


def assert_same(wanted: list[list[float]], found: list[list[float]], where: object) -> None:
    """Every number is the same to the last bit."""
    for group, (want, have) in enumerate(zip(wanted, found, strict=True)):
        pairs = [(t, *pair) for t, pair in enumerate(zip(want, have, strict=False))]
        apart = [(t, a, b) for t, a, b in pairs if a != b and not (a != a and b != b)]
        assert not apart, (where, group, apart[:3])


def has_newer_libm() -> bool:
    """Whether cos and pow of singles are those of glibc 2.41 and later, which round otherwise than the ones before."""
    name, version = platform.libc_ver()
    return name != "glibc" or tuple(map(int, version.split(".")[:2])) >= (2, 41)
