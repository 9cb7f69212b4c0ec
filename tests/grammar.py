"""Specs, logs, locks, metrics and command lines by the rules of the language: all types, and numbers of every size.

Each is made by a `random.Random`, which may be hypothesis's own. Most of what comes out is valid: a command has to have
an answer to it, or a reason.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

from lrcli.catalog.registry import all_types
from lrcli.frameworks.torch.releases import RELEASES
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import Param, param_of

ORDINARY = ("0.1", "0.01", "1e-3", "0.5", "1", "2", "0.9", "0.25", "3", "1e-6")
EXTREME = ("0", "-0.0", "-1", "5e-324", "1e-320", "2.2250738585072014e-308", "1e-300", "1e-150", "1e150", "1e300",
           "1e308", "1.7e308", "1.7976931348623157e308", "-1e308", "1e400", ".nan", "-.inf", "0.3333333333333333",
           "1.0000000000000002", "0.9999999999999999", "9007199254740993", "1e15", "9" * 400)  # fmt: skip
LENGTHS = ("1", "2", "3", "5", "7", "9", "4ep", "10%", "50%", "100%", "0.1dur", "2st", "3", "4", "6", "8")
LONG = (
    "0",
    "-1",
    "2.4",
    "0.5",
    "1%",
    "99%",
    "1000",
    "1e9",
    "1e15",
    "1e18",
    "1e300",
    "5e-324",
    "1e308",
    "1e15ep",
    "1e300%",
    "0.001%",
    "2.4ep",
)
EXPRESSIONS = ("0.95 ** epoch", "1 / (epoch - 3)", "cos(pi * epoch / 9) / 2 + 0.5", "1e308 * epoch", "exp(epoch)",
               "exp(-epoch * 100)", "1 / epoch", "log(epoch)", "(-1) ** epoch", "epoch // 3 % 2",
               "1 if epoch < 3 else 0", "5e-324", "1e-300 ** epoch",
               "sqrt(epoch - 2)", "10 ** 308 * (epoch + 1)")  # fmt: skip
METRICS = (
    "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
    "[1, .nan, .inf, -.inf, 5e-324]",
    "[1e308, -1e308]",
    "[0]",
    "[3, 2, 1, 1, 1, 1]",
)
COMPOSED = ("sequential", "chained", "manual")


def number(rnd: random.Random) -> str:
    """A number as YAML has it, one in seven of an extreme size."""
    return rnd.choice(EXTREME if rnd.random() < 0.15 else ORDINARY)


def length(rnd: random.Random) -> str:
    """A length or a position."""
    return rnd.choice(LONG if rnd.random() < 0.1 else LENGTHS)


def spec(rnd: random.Random, *, most: int = 30, replays: bool = True) -> str:
    """A spec as an inline mapping, of a run of at most so many rows; `replays` is whether it may ask for a release."""
    keys = {"lr": number(rnd)} if rnd.random() < 0.95 else {}
    rows = rnd.choice((1, 2, 3, 5, 9, 10, most))
    if rnd.random() < 0.03:
        rows = rnd.choice((0, -1, 10**30))
    keys[rnd.choice(("epochs", "epochs", "steps"))] = str(rows)
    if rnd.random() < 0.7:
        keys["steps_per_epoch"] = rnd.choice(("1", "3", "10", "10", "97"))
    if rnd.random() < 0.1:
        keys["interval"] = rnd.choice(("epoch", "step"))
    if rnd.random() < 0.1:
        keys["first_step"] = rnd.choice(("1", "-5", "1000", "0.5"))
    keys["schedule"] = phases(rnd) if rnd.random() < 0.2 else schedule(rnd)
    if rnd.random() < 0.2:
        keys["warmup"] = f"{{for: {length(rnd)}, start_factor: {number(rnd)}}}"
    if rnd.random() < 0.2:
        own = (f"{{name: g{n}, lr: {number(rnd)}, schedule: {schedule(rnd)}}}" for n in range(rnd.randint(1, 3)))
        keys["groups"] = f"[{', '.join(own)}]"
    if replays and rnd.random() < 0.2:
        keys["emulate"] = emulation(rnd)
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def phases(rnd: random.Random) -> str:
    """A list of phases, the last of which may leave out its length."""
    parts = [schedule(rnd, deep=False) for _ in range(rnd.randint(1, 3))]
    parts[:-1] = [f"{part[:-1]}, for: {length(rnd)}}}" for part in parts[:-1]]
    return f"[{', '.join(parts)}]"


def schedule(rnd: random.Random, *, deep: bool = True) -> str:
    """A schedule of any type, with all the keys that it needs and some of the others."""
    types = [cls for cls in all_types() if deep or cls.name not in COMPOSED]
    cls = rnd.choice(types)
    keys = {"type": cls.name}
    for field in parameters(cls):
        param = param_of(field)
        if param.kind != "setting" and (param.example or rnd.random() < 0.25):
            keys[field.name] = value(rnd, param)
    return "{" + ", ".join(f"{key}: {text}" for key, text in keys.items()) + "}"


def value(rnd: random.Random, param: Param) -> str:
    """A value for a key of that kind; now and then one of another kind."""
    if param.kind in ("data", "text") or rnd.random() < 0.02:
        return rnd.choice((param.example or "[1, 2]", "[]", "{a: 1}", "x", number(rnd)))
    make = _VALUES.get(param.kind)
    text = make(rnd, param) if make else number(rnd)
    return f"[{text}, {make(rnd, param) if make else number(rnd)}]" if param.per_group and rnd.random() < 0.1 else text


def _listed(rnd: random.Random, make: Callable[[random.Random], str], most: int = 3) -> str:
    return f"[{', '.join(make(rnd) for _ in range(rnd.randint(0, most)))}]"


_VALUES: dict[str, Callable[[random.Random, Param], str]] = {
    "length": lambda rnd, param: length(rnd),
    "count": lambda rnd, param: rnd.choice(("0", "1", "2", "3", "1", "2", "3", "1e15", "2.5", "-1", "1e308")),
    "positions": lambda rnd, param: _listed(rnd, length),
    "choice": lambda rnd, param: rnd.choice(param.choices),
    "flag": lambda rnd, param: rnd.choice(("true", "false")),
    "expression": lambda rnd, param: json.dumps(rnd.choice(EXPRESSIONS)),
    "metric": lambda rnd, param: rnd.choice(METRICS),
    "schedules": lambda rnd, param: _listed(rnd, lambda rnd: schedule(rnd, deep=False)),
    "schedule": lambda rnd, param: schedule(rnd, deep=False),
}


def emulation(rnd: random.Random) -> str:
    """A replay, as `emulate:` has it."""
    keys = {"torch": f'"{rnd.choice(list(RELEASES))}"'}
    if rnd.random() < 0.3:
        keys["read"] = rnd.choice(("lr", "get_lr", "get_last_lr", "momentum"))
    if rnd.random() < 0.3:
        keys["step_order"] = rnd.choice(("optimizer_first", "scheduler_first"))
    if rnd.random() < 0.3:
        keys["last_epoch"] = rnd.choice(("0", "2", "8", "1e15"))
        keys["saved"] = rnd.choice(("after_step", "before_step", "fresh", number(rnd)))
    if rnd.random() < 0.1:
        keys["initial_lr"] = number(rnd)
    if rnd.random() < 0.1:
        keys["momentum"] = number(rnd)
    return "{" + ", ".join(f"{key}: {text}" for key, text in keys.items()) + "}"


def suffix(rnd: random.Random) -> str:
    """What may stand behind a SPEC."""
    return f"@torch-{rnd.choice(list(RELEASES))}" if rnd.random() < 0.3 else ""


_CELLS = ("0.1", "0.05", "0.025", "1e-3", "0", "5e-324", "1e-320", "1e-300", "1e300", "1.7e308", "-1e308", "inf", "nan",
          "", "1e400", "0.0010000000474974513", "9" * 400)  # fmt: skip


def log(rnd: random.Random, *, most: int = 25) -> str:
    """A log as CSV or JSON lines: a few laws, positions and numbers of every size."""
    rows = rnd.randint(0, most)
    start, stride = rnd.choice((0, 0, 1, 500, -3)), rnd.choice((1, 1, 10, 1000))
    base, ratio = rnd.choice((0.1, 1.0, 5e-324, 1e-300, 1.7e308, 1e-3)), rnd.choice((1.0, 0.5, 0.9, 0.0, 1e-100, 2.0))
    kind = rnd.randrange(4)
    rates = [
        base * ratio**t if kind == 0 else base * (1 - t / max(rows, 1)) if kind == 1 else base for t in range(rows)
    ]
    cells = [repr(rate) if kind < 3 else rnd.choice(_CELLS) for rate in rates]
    places = [repr(start + stride * t) for t in range(rows)]
    for _ in range(rnd.choice((0, 0, 1, 3))):
        if rows:
            cells[rnd.randrange(rows)] = rnd.choice(_CELLS)
            places[rnd.randrange(rows)] = rnd.choice(("1e300", "0", "-5", "2.5", "1e5", "nan", "inf", "", "9" * 400))
    name = rnd.choice(("epoch", "step", "global_step"))
    losses = [rnd.choice((*_CELLS, "1.5", "0.7")) for _ in range(rows)]
    if rnd.random() < 0.3:
        lines = (
            f'{{"{name}": {place or "null"}, "lr": {cell or "null"}, "loss": {loss or "null"}}}'.replace(
                "nan", "NaN"
            ).replace("inf", "Infinity")
            for place, cell, loss in zip(places, cells, losses, strict=True)
        )
        return "".join(f"{line}\n" for line in lines)
    head = f"{name},lr,loss\n"
    return head + "".join(f"{line}\n" for line in map(",".join, zip(places, cells, losses, strict=True)))


_JSON_NUMBERS = ("0", "1", "-1", "0.1", "1e999", "Infinity", "NaN", "1e308", "5e-324", "9" * 400, "1.5", "null", '"x"',
                 "[]", "true", "1e15", "1" + "0" * 30)  # fmt: skip


def lock(rnd: random.Random) -> str:
    """A lock in which some numbers are of other sizes and kinds."""

    def one() -> str:
        return rnd.choice(_JSON_NUMBERS) if rnd.random() < 0.15 else str(rnd.randrange(12))

    if rnd.random() < 0.7:
        rows = ", ".join(f"[{t if rnd.random() < 0.8 else one()}, {one()}]" for t in range(0, rnd.randint(0, 9), 2))
        kind = f'"changes": [{rows}]'
    else:
        kind = '"blocks": [' + ", ".join(f'[{t}, {one()}, {one()}, "{t:016x}"]' for t in range(rnd.randint(0, 4))) + "]"
    group = f'{{"name": "", {kind}}}'
    start, stop = ("0", "9") if rnd.random() < 0.7 else (one(), one())
    interval = rnd.choice(("epoch", "epoch", "step", "x"))
    form = "1" if rnd.random() < 0.9 else one()
    return (
        f'{{"lrcli": {form}, "arithmetic": "formula", "interval": "{interval}", "start": {start}, "stop": {stop}, '
        f'"groups": [{group}{f", {group}" * (rnd.random() < 0.1)}]}}'
    )


def positions(rnd: random.Random) -> list[str]:
    """STEPs as `at` takes them."""
    return [
        rnd.choice(("0", "1", "3", "8", "50%", "100%", "2ep", "3st", "1000", "-1", "1.5", "99ep")) for _ in range(2)
    ]


def bound(rnd: random.Random) -> str:
    """A number that a learning rate may be below or above."""
    return rnd.choice(("0", "1e-3", "0.05", "5e-324", "1e308", "-1", "1e-320", "1e400", "nan"))


def range_of(rnd: random.Random) -> str:
    """What `--range` may be given."""
    return rnd.choice((":3", "2:", "1:4", "-2:", "50%:", "10%:90%", "1ep:2ep", "5:1", "1e300:", ":1e15", ":"))


def pick(rnd: random.Random, options: Sequence[Sequence[str]], share: float = 0.3) -> list[str]:
    """Some of the options, each with its value."""
    return [word for option in options if rnd.random() < share for word in option]


__all__ = ["Schedule", "bound", "lock", "log", "number", "pick", "positions", "range_of", "spec", "suffix"]
