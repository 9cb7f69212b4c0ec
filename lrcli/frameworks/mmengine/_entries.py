"""The entries of a `param_scheduler` list have keys with mmengine's defaults, and conditions that it checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from lrcli.errors import InvalidValue, Refuses
from lrcli.schedules import are_numbers, dataclass, is_number

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
_Form = tuple[Callable[[Any], bool], str]
"""The test of a value, and what it must be."""

_IS_FLAG: _Form = lambda value: isinstance(value, bool), "must be true or false"
_IS_TEXT: _Form = lambda value: isinstance(value, str), "must be a text"
_IS_LIST: _Form = (
    lambda value: value == () or are_numbers(value),
    "must be a list of numbers",
)
_MAY_BE_NULL: _Form = lambda value: value is None or is_number(value), "must be a number"
_IS_OF_GROUPS: _Form = (
    lambda value: value == () or are_numbers(value, alone=True),
    "must be a number, or one for each group",
)
_FORMS = {
    **dict.fromkeys(("by_epoch", "verbose", "convert_to_iter_based", "three_phase"), _IS_FLAG),
    **dict.fromkeys(("monitor", "rule", "threshold_rule", "anneal_strategy"), _IS_TEXT),
    **dict.fromkeys(("milestones", "periods", "restart_weights"), _IS_LIST),
    **dict.fromkeys(("T_max", "eta_min", "eta_min_ratio", "total_steps"), _MAY_BE_NULL),
    **dict.fromkeys(("eta_max", "min_value"), _IS_OF_GROUPS),
}
"""The test and the rule of the values that are not just a number."""
_LENGTHS = ("step_size", "milestones", "T_max", "total_steps", "periods")
"""What is multiplied with the batches of an epoch, apart from begin and end."""


def refuses(exception: str, reason: str) -> Refuses:
    """What mmengine raises for the list."""
    return Refuses("mmengine", exception, reason, "schedulers")


def require_entry(holds: bool, reason: str, exception: str = "ValueError") -> None:
    """Raise what mmengine raises for an entry, unless its condition holds."""
    if not holds:
        raise refuses(exception, reason)


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
        require_entry("param_name" in written, f"{kind} needs param_name", "TypeError")
        written = {key: value for key, value in written.items() if key != "param_name"}
        kind = f"{kind.removesuffix(_GENERAL)}LR"
    require_entry(kind in KEYS, f"{kind} is not in its registry: it has {', '.join(KEYS)}", "KeyError")
    known = {**COMMON, **KEYS[kind]}
    given = {key: value for key, value in written.items() if key != "type"}
    for key, value in given.items():
        reason = f"{kind} has no argument {key!r}: it takes {', '.join(known)}"
        require_entry(key in known, reason, "TypeError")
        fits, rule = _FORMS.get(key, (is_number, "must be a number"))
        if not fits(value):
            raise InvalidValue("schedulers", f"{kind}: {key} {rule}, not {value!r}", None)
    values = {**known, **given}
    missing = [key for key, value in values.items() if value is NEEDED]
    require_entry(not missing, f"{kind} needs {' and '.join(missing)}", "TypeError")
    if values["last_step"] != -1:
        raise InvalidValue("schedulers", f"{kind}: last_step must be -1, a run from its beginning", None)
    for holds, exception, reason in (*_OF_ALL, *_OF_ONE.get(kind, ())):
        require_entry(holds(values), reason.format(**values), exception)
    return Entry(kind, values, frozenset(given), by_iter=not values["by_epoch"])


_Condition = tuple[Callable[[Mapping[str, Any]], bool], str, str]
"""What must hold of an entry's values, the exception that mmengine raises otherwise, and its reason."""

_OF_ALL: tuple[_Condition, ...] = (
    (
        lambda of: of["begin"] < of["end"],
        "ValueError",
        "end should be larger than begin, but got begin={begin}, end={end}",
    ),
    (
        lambda of: of["by_epoch"] or not of["convert_to_iter_based"],
        "AssertionError",
        "only an entry with by_epoch: true can be converted to iterations",
    ),
)


def _share(key: str, name: str) -> _Condition:
    return lambda of: 0 <= of[key] <= 1, "ValueError", f"{name} should between 0 and 1, not {{{key}!r}}"


_OF_ONE: dict[str, tuple[_Condition, ...]] = {
    "StepLR": ((lambda of: of["step_size"] != 0, "ZeroDivisionError", "step_size is 0"),),
    "ConstantLR": (_share("factor", "Constant multiplicative factor"),),
    "LinearLR": (
        _share("start_factor", "Starting multiplicative factor"),
        _share("end_factor", "Ending multiplicative factor"),
    ),
    "CosineAnnealingLR": (
        (
            lambda of: of["eta_min"] is None or of["eta_min_ratio"] is None,
            "AssertionError",
            "either eta_min or eta_min_ratio should be specified",
        ),
    ),
    "CosineRestartLR": (
        (
            lambda of: (of["eta_min"] is None) != (of["eta_min_ratio"] is None),
            "AssertionError",
            "CosineRestartLR needs eta_min or eta_min_ratio, and not both",
        ),
        (
            lambda of: len(of["periods"]) == len(of["restart_weights"]),
            "AssertionError",
            "periods and restart_weights should have the same length",
        ),
    ),
    "OneCycleLR": (
        (
            lambda of: of["total_steps"] is None or (of["total_steps"] > 0 and isinstance(of["total_steps"], int)),
            "ValueError",
            "Expected positive integer total_steps, but got {total_steps!r}",
        ),
        (
            lambda of: isinstance(of["pct_start"], float) and 0 <= of["pct_start"] <= 1,
            "ValueError",
            "Expected float between 0 and 1 pct_start, but got {pct_start!r}",
        ),
        (
            lambda of: of["anneal_strategy"] in ("cos", "linear"),
            "ValueError",
            "anneal_strategy must by one of cos or linear, not {anneal_strategy!r}",
        ),
    ),
    "QuadraticWarmupLR": (
        (lambda of: of["end"] < INF, "ValueError", "QuadraticWarmupLR needs an end, that of the warmup"),
    ),
    "ReduceOnPlateauLR": (
        (lambda of: of["by_epoch"], "AssertionError", "ReduceOnPlateauLR only supports by_epoch: true"),
        (lambda of: of["factor"] < 1.0, "ValueError", "Factor should be < 1.0, not {factor!r}"),
        (lambda of: of["threshold"] >= 0, "ValueError", "threshold {threshold!r} should be >= 0"),
        (lambda of: of["rule"] in ("less", "greater"), "ValueError", "mode {rule} is unknown"),
        (lambda of: of["threshold_rule"] in ("rel", "abs"), "ValueError", "threshold mode {threshold_rule} is unknown"),
    ),
}


def for_group(value: Any, group: int) -> float:
    """The value of one group, where a list gives one for each."""
    if not isinstance(value, Sequence):
        return float(value)
    reason = f"expected {group + 1} values or more, one for each group, got {len(value)}"
    require_entry(group < len(value), reason)
    return float(value[group])
