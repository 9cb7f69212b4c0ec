"""Makes logs of known schedules, as real tools write them, and measures what `fit` makes of them.

`python -m tests.fit_holdout [N] [SEED]` prints a table of N of them; `python -m tests.fit_holdout FOLDER` one of the
logs in a folder.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from lrcli.infer.fit import Fitted, fit_run
from lrcli.logs import Log, Rounding, Run
from lrcli.logs.rounding import WrittenDigits, quantise
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine, CosineRestarts
from lrcli.schedules.cyclic import OneCycle
from lrcli.schedules.linear import Linear, Polynomial
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Sequential
from lrcli.schedules.step import Exponential, MultiStep, Step

PEAKS = (0.1, 0.01, 0.001, 1e-4, 2e-5, 5e-5, 3e-4, 6e-4, 2e-4, 0.05, 0.02, 1e-5, 3e-5, 2.5e-4, 6.25e-5, 8e-6, 0.0015)
ROUNDINGS = (Rounding(), Rounding(), Rounding("float32"), Rounding("significant", 6), Rounding("significant", 4))


class Case(NamedTuple):
    """A log, and the schedule that it is of."""

    name: str
    kind: str
    log: Log
    lr: float
    schedule: Schedule
    first_step: int
    said: str


def constant(r: random.Random, n: int) -> Schedule:
    return Constant()


def step(r: random.Random, n: int) -> Schedule:
    return Step(step_size=max(2, n // r.choice((3, 4, 5, 8))), gamma=r.choice((0.1, 0.5, 0.2, 0.3, 0.9)))


def multistep(r: random.Random, n: int) -> Schedule:
    shares = r.choice(((0.5, 0.75), (0.6, 0.8), (0.3, 0.6, 0.9), (0.67, 0.92), (0.4,)))
    return MultiStep(tuple(int(n * share) for share in shares), r.choice((0.1, 0.5, 0.2)))


def exponential(r: random.Random, n: int) -> Schedule:
    return Exponential(gamma=r.choice((0.95, 0.9, 0.99, 0.97, 0.85)) if n < 300 else r.choice((0.999, 0.9995, 0.9999)))


def linear(r: random.Random, n: int) -> Schedule:
    return Linear(start_factor=1.0, end_factor=r.choice((0.0, 0.0, 0.0, 0.1, 0.01)), total_iters=n)


def polynomial(r: random.Random, n: int) -> Schedule:
    return Polynomial(total_iters=n, power=r.choice((0.9, 2.0, 0.5, 3.0)))


def cosine(r: random.Random, n: int) -> Schedule:
    return Cosine(T_max=n, eta_min=r.choice((0.0, 0.0, 1e-6, 1e-5)))


def cosine_restarts(r: random.Random, n: int) -> Schedule:
    mult = r.choice((1, 2))
    return CosineRestarts(T_0=max(3, n // (r.choice((2, 3, 4)) if mult == 1 else 5)), T_mult=mult)


def one_cycle(r: random.Random, n: int) -> Schedule:
    return OneCycle(
        max_lr=r.choice(PEAKS),
        total_steps=n,
        pct_start=r.choice((0.3, 0.1, 0.25, 0.2)),
        anneal_strategy=r.choice(("cos", "linear")),
        div_factor=r.choice((25.0, 25.0, 10.0)),
        final_div_factor=r.choice((1e4, 1e4, 100.0)),
        three_phase=r.choice((False, False, True)),
    )


def phases(r: random.Random, n: int) -> Schedule:
    a, b = n // 5, n // 2
    return Sequential(
        (
            Linear(start_factor=0.1, total_iters=a),
            Constant(),
            Linear(start_factor=1.0, end_factor=0.0, total_iters=n - b),
        ),
        (a, b),
    )


KINDS: tuple[Callable[[random.Random, int], Schedule], ...] = (
    constant,
    step,
    multistep,
    exponential,
    linear,
    polynomial,
    cosine,
    cosine_restarts,
    one_cycle,
    phases,
)


def cases(count: int, seed: int) -> Iterator[Case]:
    """That many logs, each kind as often as any other."""
    for i in range(count):
        r = random.Random(f"{seed}-{i}")
        kind = (*KINDS, plateau_case)[i % (len(KINDS) + 1)]
        yield plateau_case(r, i) if kind is plateau_case else _case(r, i, kind)  # type: ignore[arg-type]


def _case(r: random.Random, i: int, make: Callable[[random.Random, int], Schedule]) -> Case:
    per_epoch = r.random() < 0.4
    n = (
        r.choice((20, 30, 50, 90, 100, 200, 300))
        if per_epoch
        else r.choice((1000, 2315, 6687, 10000, 5490, 939, 20000))
    )
    lr = r.choice(PEAKS)
    warmup = 0
    schedule = make(r, n)
    said = []
    if make not in (one_cycle, phases, cosine_restarts) and r.random() < 0.5:
        warmup = (
            r.choice((3, 5, 10)) if per_epoch else r.choice((50, 100, 500, math.ceil(0.03 * n), math.ceil(0.1 * n)))
        )
        warmup = min(warmup, n // 3)
        schedule = make(r, n - warmup)
        factor = r.choice((0.0, 0.0, 0.001, 0.1))
        schedule = Sequential((Linear(start_factor=factor, total_iters=warmup), schedule), (warmup,))
        said.append(f"w{warmup} from {factor:g}")
    if isinstance(schedule, OneCycle):
        lr = float(schedule.max_lr)
    first_step = r.choice((0, 0, 1, 1))
    every = 1 if per_epoch else r.choice((1, 10, 50, 100)) if n < 3000 else r.choice((10, 50, 100, 250))
    places = [p for p in range(first_step if every == 1 else every, first_step + n) if p % every == 0 or every == 1]
    cut = r.random()
    if cut < 0.15:
        places = places[: max(6, int(len(places) * r.uniform(0.4, 0.9)))]
        said.append("stopped")
    elif cut < 0.25 and len(places) > 40:
        places = places[-r.choice((12, 20, 30)) :]
        said.append("tail")
    rounding = r.choice(ROUNDINGS)
    skipped: list[int] = []
    if make in (linear, cosine) and rounding.kind == "full" and not per_epoch and r.random() < 0.3 and len(places) > 8:
        skipped = sorted(r.sample(range(places[0] + 1, places[-1]), min(3, len(places) // 6)))
        said.append(f"skips {skipped}")
    said.append(f"every {every}")
    rows = [schedule.lr_at(p - first_step - sum(s <= p for s in skipped), lr) for p in places]
    log = _log(f"{i:03d}-{make.__name__}", "epoch" if per_epoch else "step", places, rows, rounding, {}, r)
    return Case(log.name, make.__name__, log, lr, schedule, first_step, " ".join(said))


def plateau_case(r: random.Random, i: int) -> Case:
    """A loss that gets better ever more slowly, and what a plateau schedule makes of it."""
    n = r.choice((30, 60, 100))
    loss, series = 1.0, []
    for t in range(n):
        loss = 0.3 + 0.7 * math.exp(-t / (n / 6))
        series.append(loss + r.gauss(0, 0.02))
    counting = r.choice(("torch", "keras"))
    schedule = Plateau(
        factor=r.choice((0.1, 0.5, 0.2)),
        patience=r.choice((2, 3, 5, 7, 10)),
        cooldown=r.choice((0, 0, 0, 2)),
        min_lr=r.choice((0.0, 0.0, 1e-6)),
        threshold_mode="abs" if counting == "keras" else "rel",
        counting=counting,
        metric=tuple(series),
    )
    lr = r.choice((0.001, 1e-4, 0.01, 3e-4))
    first_step = r.choice((0, 1))
    places = list(range(first_step, first_step + n))
    rounding = Rounding("float32") if counting == "keras" else r.choice((Rounding(), Rounding("significant", 4)))
    rows = [schedule.lr_at(p - first_step, lr) for p in places]
    others = {"loss": [value * 0.9 - 0.001 * t for t, value in enumerate(series)], "val_loss": series}
    log = _log(f"{i:03d}-plateau", "epoch", places, rows, rounding, others, r)
    return Case(log.name, "plateau", log, lr, schedule, first_step, f"{counting} {schedule.factor} {schedule.patience}")


def _log(
    name: str,
    unit: str,
    places: list[int],
    rows: list[float],
    rounding: Rounding,
    others: dict[str, list[float]],
    r: random.Random,
) -> Log:
    texts = [repr(quantise(y, rounding)) for y in rows]
    runs: tuple[Run, ...] = (Run(0, len(places)),)
    if r.random() < 0.1:  # the log of an aborted start stands before it
        head = min(3, len(places))
        runs = (Run(0, head), Run(head, head + len(places)))
        places, texts = places[:head] + places, texts[:head] + texts
        others = {key: values[:head] + values for key, values in others.items()}
    rounding = WrittenDigits(texts).rounding()
    return Log(name, unit, places, {"lr": [float(text) for text in texts]}, None, others, runs, rounding)


def parameters(fitted: Fitted) -> str:
    """What was found, on one line."""
    candidate = fitted.candidate
    if candidate is None:
        return "-"
    text = f"lr={candidate.lr:g} first={candidate.first_step} {candidate.schedule}"
    return text if len(text) < 200 else f"{text[:197]}..."


def same(case: Case, fitted: Fitted) -> bool:
    """Whether the schedule is the one that the log was made of: the same at every step, logged or not."""
    candidate = fitted.candidate
    if candidate is None:
        return False
    last = int(max(case.log.positions))
    try:
        return all(
            math.isclose(
                candidate.at(p), case.schedule.lr_at(p - case.first_step, case.lr), rel_tol=1e-6, abs_tol=1e-9 * case.lr
            )
            for p in range(case.first_step, last, max(1, last // 200))
        )
    except ValueError:
        return False


def _folder(folder: Path) -> None:
    from lrcli.logs.read import read_log

    good = 0
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".jsonl", ".txt"))
    for path in files:
        log = read_log(str(path))
        began = time.perf_counter()
        fitted = fit_run(log)
        seconds = time.perf_counter() - began
        good += fitted.candidate is not None
        print(f"{path.stem[:44]:44} {fitted.kind:12} {fitted.residual:8.1e} {seconds:6.2f} s  {parameters(fitted)}")
    print(f"{good} of {len(files)}")


def main(arguments: list[str]) -> None:
    """Print the table."""
    if arguments and Path(arguments[0]).is_dir():
        _folder(Path(arguments[0]))
        return
    count = int(arguments[0]) if arguments else 110
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    tally: Counter[tuple[str, str]] = Counter()
    slowest = 0.0
    for case in cases(count, seed):
        began = time.perf_counter()
        fitted = fit_run(case.log)
        seconds = time.perf_counter() - began
        slowest = max(slowest, seconds)
        outcome = "lost" if fitted.candidate is None else "exact" if same(case, fitted) else "equal"
        tally[case.kind, outcome] += 1
        shown = f"{case.name:20} {outcome:6} {fitted.kind:12} {seconds:5.2f} s {case.log.rounding.kind:11} {case.said}"
        if outcome != "exact":
            print(f"{shown}\n      truth lr={case.lr:g} first={case.first_step} {case.schedule}"[:400])
            print(f"      candidate {parameters(fitted)}  rows {fitted.rows}")
    for kind in dict.fromkeys(kind for kind, _ in tally):
        print(f"{kind:16}", *(f"{tally[kind, one]:4} {one}" for one in ("exact", "equal", "lost")))
    lost = sum(n for (_, one), n in tally.items() if one == "lost")
    print(f"{count - lost} of {count} reproduced, the slowest took {slowest:.2f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
