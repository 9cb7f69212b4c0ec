"""Schedules whose clock runs during the warmup: the decay has begun before its first row is seen.

Three ways: the warmup's own values, then a jump onto the decay (timm); the product of both (detectron2's cosine,
Ultralytics, which samples it once an epoch); and, without a warmup, a wave that is no multiple of whole steps, because
the log holds the mean of an epoch (MAE) or one sample of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.expression import Expression
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws import Decay, Law, Power, Slope, Wave
from lrcli.infer.fit.mains import Main, mains
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment
from lrcli.infer.numbers import cost, simplest, simplest_whole
from lrcli.schedules.base import Schedule
from lrcli.schedules.chained import Chained
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.linear import Linear


def clocked_candidates(rows: FitRows, segments: list[Segment]) -> Iterator[Candidate]:
    """Candidates whose main law is the last stretch and began before it."""
    segment = segments[-1]
    law = segment.law
    if not isinstance(law, (Slope, Wave, Decay, Power)) or segment.stop - segment.start < 3:
        return
    inner, before = rows.part(segment.start, segment.stop), rows.part(0, segment.start)
    if isinstance(law, Wave) and abs(law.top - round(law.top)) > 1e-6:
        yield from _between_steps(rows, law)
    if not len(before):
        return
    for begin in _begins(rows, law):
        for main in mains(inner, law, begin, begin):
            if not main.lr > 0:
                continue
            for candidate in (*_jumped(rows, before, main), *_product(rows, before, main)):
                if rows.holds(candidate.at):
                    yield candidate


def _begins(rows: FitRows, law: Law) -> list[int]:
    if isinstance(law, Wave):
        return [round(law.top)]
    return [p for p in (rows.p[0], rows.p[0] + 1, 0, 1) if p <= rows.p[0] + 1]


def factor_text(schedule: Schedule, lr: float, clock: str) -> str | None:
    """The factor of a main schedule as an expression of `clock`."""
    if isinstance(schedule, Cosine):
        share = simplest(*sorted((schedule.eta_min / lr * (1 - 1e-12), schedule.eta_min / lr * (1 + 1e-12))))
        half = f"(1 + cos(pi * {clock} / {schedule.T_max:g})) / 2"
        return half if not share else f"({share!r} + {1 - share!r} * {half})"
    if isinstance(schedule, Linear) and schedule.start_factor == 1:
        end = schedule.end_factor
        left = f"(1 - {clock} / {int(schedule.total_iters)})"
        return left if end == 0 else f"({left} * {float(f'{1 - end:.12g}')!r} + {end!r})"
    return None


def _jumped(rows: FitRows, before: FitRows, main: Main) -> Iterator[Candidate]:
    """The warmup's own values, then the decay as if it had run from the start."""
    begin, lr = main.begin, main.lr
    rising = [i for i, p in enumerate(before.p) if p >= begin]
    if len(rising) < 2 or before.p[rising[0]] == before.p[rising[-1]]:
        return
    ramp = before.pick(rising)
    line = Slope.fit(ramp)
    if line is None or line.slope <= 0:
        return
    tail = factor_text(main.schedule, lr, "max(0, epoch - 1)" if rows.p[0] < begin else "epoch")
    if tail is None:
        return
    start = simplest(*_near(line(begin) / lr))
    length = simplest_whole(*_near((lr - line(begin)) / line.slope, 1e-6))
    if length is None:
        return
    late = rows.p[0] < begin
    clock = "max(0, epoch - 1)" if late else "epoch"
    text = f"{start!r} + {float(f'{1 - start:.15g}')!r} * {clock} / {length} if {clock} < {length} else {tail}"
    evidence = [f"a warmup of {length} steps from {start * lr:g}; the decay's clock runs meanwhile: a jump at its end"]
    if late:
        evidence.append("the first row repeats: the log is one step late")
    spent = main.cost + cost(length) + cost(start) + 2.0
    yield Candidate(
        main.kind,
        lr,
        Lambda(lr_lambda=Expression(text)),
        begin - late,
        spent,
        main.lengths[0] if main.lengths else 0,
        main.free,
        tuple(evidence),
    )


def _near(value: float, part: float = 1e-9) -> tuple[float, float]:
    low, high = sorted((value * (1 - part), value * (1 + part)))
    return low, high


def _product(rows: FitRows, before: FitRows, main: Main) -> Iterator[Candidate]:
    """The warmup's factor times the decay."""
    begin = main.begin
    if any(p < begin - 1 for p in before.p) or len(before) > 2000:
        return
    yield from _chained(rows, before, main)
    yield from _sampled(rows, before, main)


def _chained(rows: FitRows, before: FitRows, main: Main) -> Iterator[Candidate]:
    begin, lr = main.begin, main.lr
    if before.p[0] < begin or len(before) < 2:
        return
    ratios, noises = [], []
    for p, y, tol in zip(before.p, before.y, before.tol, strict=True):
        value = main.schedule.lr_at(p - begin, lr)
        if value <= 0:
            return
        ratios.append(y / value)
        noises.append(max(tol / value, 1e-15))
    line = Slope.fit(FitRows(before.p, ratios, noises, 1.0))
    if line is None or line.slope <= 0:
        return
    start = simplest(line(begin) - 3 * max(noises), line(begin) + 3 * max(noises))
    around = 6 * max(noises) / line.slope + 1e-9
    exact = (1 - line(begin)) / line.slope
    length = simplest_whole(exact * (1 - 1e-9) - around, exact * (1 + 1e-9) + around)
    if length is None or length <= 0 or not 0 <= start < 1:
        return
    schedule = Chained((Linear(start_factor=start, total_iters=length), main.schedule))
    yield Candidate(
        main.kind,
        lr,
        schedule,
        begin,
        main.cost + cost(length) + cost(start) + 1.5,
        main.lengths[0] if main.lengths else 0,
        main.free,
        ("the decay runs during the warmup: the learning rate is the product of both",),
    )


def _sampled(rows: FitRows, before: FitRows, main: Main) -> Iterator[Candidate]:
    """Ultralytics: warmup and decay are multiplied at every batch, and the log holds the last batch of each epoch."""
    lr = main.lr
    if len(before) > 12 or not isinstance(main.schedule, (Linear, Cosine)):
        return
    late = main.begin == rows.p[0] + 1
    begin = rows.p[0]
    if main.begin != begin and not late:
        return
    decay = factor_text(main.schedule, lr, "epoch")
    earlier = factor_text(main.schedule, lr, "(epoch - 1)")
    if decay is None or earlier is None:
        return
    for bias in (None, 0.1, 0.0):
        for epochs in (3, 5, 1, 2, 4, 10):
            fitting = [nb for nb in range(2, 6000) if _batches(before, main, begin, nb, epochs, bias)]
            if not fitting:
                continue
            batches = simplest_whole(fitting[0], fitting[-1])
            if batches not in fitting:
                batches = fitting[len(fitting) // 2]
            warm = max(round(epochs * batches), 100)
            done = f"min(1, ({batches} * (epoch + 1) - 1) / {warm})"
            if bias:
                start = simplest(*_near(bias / lr, 1e-12))
                text = f"{start!r} + ({decay} - {start!r}) * {done}"
            else:
                text = f"{decay} * {done}"
            if late:
                text = f"{text} if {batches} * epoch <= {warm} else {earlier}"
            free: tuple[str, ...] = ()
            if len(fitting) > 1:
                free = (f"the batches of an epoch: {fitting[0]} to {fitting[-1]} fit",)
            start_text = f" from {bias:g}" if bias else ""
            evidence = (
                f"as Ultralytics trains: lr0 {lr:g}, a warmup{start_text} over {warm} batches, {batches} batches an"
                " epoch, logged at the last batch of each epoch",
            )
            yield Candidate(
                main.kind,
                lr,
                Lambda(lr_lambda=Expression(text)),
                begin,
                main.cost + 2.5 + (0 if epochs == 3 else 1),
                main.lengths[0] if main.lengths else 0,
                (*main.free, *free),
                evidence,
            )
            return


def _batches(before: FitRows, main: Main, begin: int, nb: int, epochs: int, bias: float | None) -> bool:
    """Whether the rows of the warmup fit so many batches in an epoch."""
    warm = max(round(epochs * nb), 100)
    for p, y, tol in zip(before.p, before.y, before.tol, strict=True):
        x = p - begin
        if nb * x > warm:
            return False
        done = min(1.0, (nb * (x + 1) - 1) / warm)
        value = main.schedule.lr_at(x, main.lr)
        start = bias or 0.0
        if abs(start + (value - start) * done - y) > tol:
            return False
    return True


def _between_steps(rows: FitRows, law: Wave) -> Iterator[Candidate]:
    """A wave whose peak lies between two steps: the log samples or averages a schedule that runs per iteration."""
    half = round(law.half)
    if half < 1 or abs(law.half - half) > 1e-5 * half:
        return
    low, high = law.middle - law.height, law.middle + law.height
    whole = math.ceil(law.top)
    shift = whole - law.top
    # the mean over n iterations lies (n - 1) / 2n of a step later, and is flatter than what it averages
    if 0.25 < shift < 0.5:
        n = round(1 / (1 - 2 * shift))
        flat = math.sin(math.pi / (2 * half)) / (n * math.sin(math.pi / (2 * half * n)))
        height = law.height / flat
        lr = simplest(*_near(law.middle + height, 1e-8))
        floor = law.middle - height
        share = 0.0 if abs(floor) < 1e-7 * lr else simplest(*_near(floor / lr, 1e-6))
        middle, size = (1 + share) / 2, (1 - share) / 2
        text = (
            f"{middle!r} + {size!r} * sin(pi / {2 * half}) / ({n} * sin(pi / {2 * half * n}))"
            f" * cos(pi * (epoch - {whole} + {(n - 1)} / {2 * n}) / {half})"
        )
        if rows.p[0] < whole:
            text = f"(epoch + {n - 1} / {2 * n}) / {whole} if epoch < {whole} else {text}"
        evidence = (
            f"each row is the mean of an epoch of {n} iterations: half a cosine from {lr:g} over {half} epochs,"
            f" after {whole} epochs of warmup",
        )
        candidate = Candidate(
            "cosine",
            lr,
            Lambda(lr_lambda=Expression(text)),
            0,
            cost(lr) + cost(half) + cost(whole) + 3.0,
            whole + half,
            ("the warmup: its rows are not in the log",) if whole < rows.p[0] else (),
            evidence,
        )
        if rows.holds(candidate.at):
            yield candidate
    lr = simplest(*_near(high, 1e-9))
    share = 0.0 if abs(low) < 1e-9 * high else simplest(*_near(low / lr, 1e-9))
    middle, size = (1 + share) / 2, (1 - share) / 2
    for top in (simplest(*_near(law.top, 1e-9)), law.top):
        text = f"{middle!r} + {size!r} * cos(pi * (epoch - {top!r}) / {half})".replace("- -", "+ ")
        candidate = Candidate(
            "cosine",
            lr,
            Lambda(lr_lambda=Expression(text)),
            0,
            cost(lr) + cost(half) + cost(share) + cost(top) + 3.0,
            evidence=("the peak lies between two rows: the schedule runs in smaller steps than the log",),
        )
        if rows.holds(candidate.at):
            yield candidate
            return
