"""The entries of a `param_scheduler` list: their keys with mmengine's defaults, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from lrcli.errors import InvalidValue
from lrcli.frameworks.base import Refuses
from lrcli.values import dataclass

INF = int(1e9)
"""mmengine's "never"."""

COMMON: dict[str, Any] = {
    "begin": 0, "end": INF, "last_step": -1, "by_epoch": True, "verbose": False, "convert_to_iter_based": False,
}  # fmt: skip
NEEDED = object()
"""What stands for a key without a default."""

KEYS: dict[str, dict[str, Any]] = {
    "StepLR": {"step_size": NEEDED, "gamma": 0.1},
    "MultiStepLR": {"milestones": NEEDED, "gamma": 0.1},
    "ConstantLR": {"factor": 1.0 / 3},
    "ExponentialLR": {"gamma": NEEDED},
    "LinearLR": {"start_factor": 1.0 / 3, "end_factor": 1.0},
    "CosineAnnealingLR": {"T_max": None, "eta_min": None, "eta_min_ratio": None},
    "PolyLR": {"eta_min": 0, "power": 1.0},
    "OneCycleLR": {
        "eta_max": 0, "total_steps": None, "pct_start": 0.3, "anneal_strategy": "cos", "div_factor": 25.0,
        "final_div_factor": 1e4, "three_phase": False,
    },
    "CosineRestartLR": {"periods": NEEDED, "restart_weights": (1,), "eta_min": None, "eta_min_ratio": None},
    "QuadraticWarmupLR": {},  # mmdet, mmpose and mmyolo register it
    "ReduceOnPlateauLR": {
        "monitor": "loss", "rule": "less", "factor": 0.1, "patience": 10, "threshold": 1e-4, "threshold_rule": "rel",
        "cooldown": 0, "min_value": 0.0, "eps": 1e-8,
    },
}  # fmt: skip
"""The classes, each with its own keys and their defaults."""

_GENERAL = "ParamScheduler"
"""How the classes end whose param_name says what they move."""
_LISTS = ("milestones", "periods", "restart_weights")
_NULLS = ("T_max", "eta_min", "eta_min_ratio", "total_steps")
_TEXTS = ("monitor", "rule", "threshold_rule", "anneal_strategy")
_FLAGS = ("by_epoch", "verbose", "convert_to_iter_based", "three_phase")
_PER_GROUP = ("eta_max", "min_value")
_LENGTHS = ("step_size", "milestones", "T_max", "total_steps", "periods")
"""What is multiplied with the batches of an epoch, apart from begin and end."""


def refuses(exception: str, reason: str) -> Refuses:
    """What mmengine raises for the list."""
    return Refuses("mmengine", exception, reason, "schedulers")


def is_number(value: object) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e308


@dataclass(frozen=True)
class Entry:
    """One scheduler of the list: its class and all its arguments; `given` are those that the list has.

    by_iter: whether it is stepped after each iteration, and not after each epoch.
    """

    kind: str
    values: Mapping[str, Any] = field(hash=False)
    given: frozenset[str]
    by_iter: bool = False

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    @property
    def begin(self) -> float:
        """The first step at which it acts."""
        return self.values["begin"]  # type: ignore[no-any-return]

    @property
    def end(self) -> float:
        """The first step at which it acts no more."""
        return self.values["end"]  # type: ignore[no-any-return]

    def in_iterations(self, per_epoch: int) -> Entry:
        """This entry as build_iter_from_epoch makes it: its lengths in iterations (but not a gamma)."""
        values = dict(self.values)
        for key in ("begin", "end"):
            if values[key] != INF:
                values[key] = int(values[key] * per_epoch)
        for key in _LENGTHS:
            value = values.get(key)
            if isinstance(value, tuple):
                values[key] = tuple(item * per_epoch for item in value)
            elif value is not None:
                values[key] = value * per_epoch
        return replace(self, values=values, by_iter=True)


def read_entries(schedulers: Any) -> tuple[Entry, ...]:
    """The entries of a list; those of another value than the rate are left out. Raises InvalidValue."""
    entries = schedulers if isinstance(schedulers, tuple) else (schedulers,)
    if not entries or not all(isinstance(entry, Mapping) and entry.get("type") for entry in entries):
        raise InvalidValue("schedulers", "must be a list of mappings, each with a type", None)
    return tuple(_entry(entry) for entry in entries if not is_other(entry))


def is_other(entry: Mapping[str, Any]) -> bool:
    """Whether an entry moves the momentum, the weight decay or the like, which is not shown."""
    kind = str(entry.get("type"))
    return kind.endswith(("Momentum", "WeightDecay")) or (
        kind.endswith(_GENERAL) and entry.get("param_name", "lr") != "lr"
    )


def _entry(written: Mapping[str, Any]) -> Entry:
    kind = str(written["type"]).rpartition(".")[2]
    if kind.endswith(_GENERAL):
        if "param_name" not in written:
            raise refuses("TypeError", f"{kind} needs param_name")
        written = {key: value for key, value in written.items() if key != "param_name"}
        kind = f"{kind.removesuffix(_GENERAL)}LR"
    own = KEYS.get(kind)
    if own is None:
        raise refuses("KeyError", f"{kind} is not in its registry: it has {', '.join(KEYS)}")
    known = {**COMMON, **own}
    given = {key: value for key, value in written.items() if key != "type"}
    for key, value in given.items():
        if key not in known:
            raise refuses("TypeError", f"{kind} has no argument {key!r}: it takes {', '.join(known)}")
        rule = _broken_rule(key, value)
        if rule:
            raise InvalidValue("schedulers", f"{kind}: {key} {rule}, not {value!r}", None)
    values = {**known, **given}
    missing = [key for key, value in values.items() if value is NEEDED]
    if missing:
        raise refuses("TypeError", f"{kind} needs {' and '.join(missing)}")
    if values["last_step"] != -1:
        raise InvalidValue("schedulers", f"{kind}: last_step must be -1, a run from its beginning", None)
    _check(kind, values)
    return Entry(kind, values, frozenset(given), by_iter=not values["by_epoch"])


def _broken_rule(key: str, value: Any) -> str:
    """What a value must be, where it is not that."""
    if key in _FLAGS:
        return "" if isinstance(value, bool) else "must be true or false"
    if key in _TEXTS:
        return "" if isinstance(value, str) else "must be a text"
    if key in _LISTS:
        fits = isinstance(value, tuple) and all(map(is_number, value))
        return "" if fits else "must be a list of numbers"
    if value is None and key in _NULLS:
        return ""
    if key in _PER_GROUP and isinstance(value, tuple):
        return "" if all(map(is_number, value)) else "must be a number, or one for each group"
    return "" if is_number(value) else "must be a number"


def _check(kind: str, values: Mapping[str, Any]) -> None:
    """Raise what the constructors raise."""
    begin, end = values["begin"], values["end"]
    if end <= begin:
        raise refuses("ValueError", f"end should be larger than begin, but got begin={begin}, end={end}")
    if values["convert_to_iter_based"] and not values["by_epoch"]:
        raise refuses("AssertionError", "only an entry with by_epoch: true can be converted to iterations")
    check = _CHECKS.get(kind)
    if check is not None:
        check(values)


def _between(values: Mapping[str, Any], key: str, name: str) -> None:
    if not 0 <= values[key] <= 1:
        raise refuses("ValueError", f"{name} should between 0 and 1, not {values[key]!r}")


def _check_linear(values: Mapping[str, Any]) -> None:
    _between(values, "start_factor", "Starting multiplicative factor")
    _between(values, "end_factor", "Ending multiplicative factor")


def _check_minimum(values: Mapping[str, Any]) -> None:
    if values["eta_min"] is not None and values["eta_min_ratio"] is not None:
        raise refuses("AssertionError", "either eta_min or eta_min_ratio should be specified")


def _check_restarts(values: Mapping[str, Any]) -> None:
    if (values["eta_min"] is None) == (values["eta_min_ratio"] is None):
        raise refuses("AssertionError", "CosineRestartLR needs eta_min or eta_min_ratio, and not both")
    if len(values["periods"]) != len(values["restart_weights"]):
        raise refuses("AssertionError", "periods and restart_weights should have the same length")


def _check_one_cycle(values: Mapping[str, Any]) -> None:
    total, part = values["total_steps"], values["pct_start"]
    if total is not None and (total <= 0 or not isinstance(total, int)):
        raise refuses("ValueError", f"Expected positive integer total_steps, but got {total!r}")
    if not isinstance(part, float) or not 0 <= part <= 1:
        raise refuses("ValueError", f"Expected float between 0 and 1 pct_start, but got {part!r}")
    if values["anneal_strategy"] not in ("cos", "linear"):
        raise refuses("ValueError", f"anneal_strategy must by one of cos or linear, not {values['anneal_strategy']!r}")


def _check_plateau(values: Mapping[str, Any]) -> None:
    if not values["by_epoch"]:
        raise refuses("AssertionError", "ReduceOnPlateauLR only supports by_epoch: true")
    if values["factor"] >= 1.0:
        raise refuses("ValueError", f"Factor should be < 1.0, not {values['factor']!r}")
    if values["threshold"] < 0:
        raise refuses("ValueError", f"threshold {values['threshold']!r} should be >= 0")
    if values["rule"] not in ("less", "greater"):
        raise refuses("ValueError", f"mode {values['rule']} is unknown")
    if values["threshold_rule"] not in ("rel", "abs"):
        raise refuses("ValueError", f"threshold mode {values['threshold_rule']} is unknown")


def _check_quadratic(values: Mapping[str, Any]) -> None:
    if values["end"] >= INF:
        raise refuses("ValueError", "QuadraticWarmupLR needs an end, that of the warmup")


def _check_steps(values: Mapping[str, Any]) -> None:
    if values["step_size"] == 0:
        raise refuses("ZeroDivisionError", "step_size is 0")


_CHECKS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "StepLR": _check_steps,
    "ConstantLR": lambda values: _between(values, "factor", "Constant multiplicative factor"),
    "LinearLR": _check_linear,
    "CosineAnnealingLR": _check_minimum,
    "CosineRestartLR": _check_restarts,
    "OneCycleLR": _check_one_cycle,
    "QuadraticWarmupLR": _check_quadratic,
    "ReduceOnPlateauLR": _check_plateau,
}


def for_group(value: Any, group: int) -> float:
    """The value of one group, where a list gives one for each."""
    if not isinstance(value, Sequence):
        return float(value)
    if group >= len(value):
        raise refuses("ValueError", f"expected {group + 1} values or more, one for each group, got {len(value)}")
    return float(value[group])
