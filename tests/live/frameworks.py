"""What the live comparisons of the frameworks share: a spec of a type, and its numbers."""

from __future__ import annotations

import json
import platform
from typing import Any

from lrcli.curve import evaluate
from lrcli.reader import parse_text


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
