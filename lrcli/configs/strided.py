"""Schedules of transformers whose scheduler is stepped several times in each update, as an expression of the update.

accelerate steps a scheduler that it prepares once for each process, so that update i uses the value at i * processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lrcli.errors import SpecError


def strided(
    name: str,
    stride: int,
    warm: int,
    total: int,
    keys: Mapping[str, tuple[float | int, str]],
    refuse: Callable[[str], SpecError],
) -> str:
    """The factor of update `epoch`, in transformers' order of operations.

    >>> strided("linear", 2, 4, 20, {}, ValueError)
    'epoch * 2 / 4 if epoch * 2 < 4 else max(0.0, (20 - epoch * 2) / 16)'
    """
    step = f"epoch * {stride}"
    ramp = f"{step} / {warm} if {step} < {warm} else " if warm else ""
    rest = max(1, total - warm)
    part = f"({step} - {warm}) / {rest}"
    value = {key: found for key, (found, _) in keys.items()}
    if name == "constant_with_warmup":
        return f"{ramp}1.0"
    if name == "linear":
        return f"{ramp}max(0.0, ({total} - {step}) / {rest})"
    if name in ("cosine", "cosine_with_min_lr"):
        cycles, floor = float(value.get("num_cycles", 0.5)), value.get("min_lr_rate", 0.0)
        wave = f"0.5 * (1.0 + cos(pi * {cycles!r} * 2.0 * ({part})))"
        return f"{ramp}max(0.0, {wave} * (1 - {floor!r}) + {floor!r})"
    if name == "cosine_with_restarts":
        cycles = float(value.get("num_cycles", 1))
        wave = f"max(0.0, 0.5 * (1.0 + cos(pi * (({cycles!r} * ({part})) % 1.0))))"
        return f"{ramp}0.0 if {part} >= 1.0 else {wave}"
    raise refuse(f"{name} on {stride} processes is not read: its scheduler is stepped {stride} times in each update")
