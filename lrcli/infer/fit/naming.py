"""From a shape to a schedule: PyTorch's classes, or a registered class of a framework with its own keywords."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from lrcli.catalog.registry import find_type
from lrcli.errors import LrcliError
from lrcli.expression import Expression
from lrcli.frameworks.fitting import Shape, Words, spellings
from lrcli.infer.fit.candidate import UNSHAPED, Candidate
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.limits import MOST_SAID, UNROUND
from lrcli.infer.numbers import cost, digits
from lrcli.logs.rounding import quantise
from lrcli.schedules.base import Schedule, Setting, parameters
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine, CosineRestarts, WarmupCosine
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.linear import Linear, Polynomial
from lrcli.schedules.sequential import Chained, Sequential
from lrcli.schedules.step import Exponential, MultiStep, Step


def plain_schedule(shape: Shape) -> Schedule | None:
    """The schedule for a base learning rate of shape.lr; None for a curve that PyTorch has no class for."""
    decay = _decay(shape)
    if decay is None or (shape.warmup > shape.begin and not shape.product):
        return None
    if shape.product:
        if shape.ramp != "line" or (isinstance(decay, Cosine) and decay.eta_min):  # which is no product there
            return None
        return Chained((Linear(start_factor=shape.start_factor, total_iters=shape.warmup), decay))
    if shape.ramp == "line" and shape.rests and isinstance(decay, Cosine) and not shape.held:
        start = shape.start_factor if shape.begin else 0.0
        return WarmupCosine(warmup=shape.begin, T_max=shape.end, eta_min=decay.eta_min, start_factor=start)
    if not shape.begin:
        return decay
    climb = plain_climb(shape)
    return None if climb is None else after(climb, shape.begin, decay)


def after(first: Schedule, begin: int, rest: Schedule) -> Schedule:
    """A schedule that begins at a step, and another one before it."""
    if isinstance(rest, Sequential):
        return Sequential((first, *rest.schedules), (begin, *(begin + m for m in rest.milestones)))
    return Sequential((first, rest), (begin,))


def plain_climb(shape: Shape) -> Schedule | None:
    """The schedule of a warmup; None for one of products."""
    if not shape.warmup:
        return Constant()
    if shape.ramp == "line":
        return Linear(start_factor=shape.start_factor, total_iters=shape.warmup)
    if shape.ramp == "power":
        return Lambda(lr_lambda=Expression(f"(epoch / {shape.warmup}) ** {shape.climb:g}"))
    return None


def _decay(shape: Shape) -> Schedule | None:
    """The schedule of what comes after the warmup."""
    size = shape.end - shape.begin
    if shape.decay == "constant":
        return Constant()
    if shape.decay == "line":
        return Linear(start_factor=1.0, end_factor=shape.floor_share, total_iters=size)
    if shape.decay == "cosine":
        return Cosine(T_max=size, eta_min=shape.floor)
    if shape.decay == "power" and not shape.floor:
        return Polynomial(total_iters=size, power=shape.power)
    if shape.decay == "exponential":
        return Exponential(gamma=shape.power)
    if shape.decay == "steps" and shape.scale:
        return Step(step_size=int(shape.scale), gamma=shape.power)
    if shape.decay == "steps":
        return MultiStep(tuple(m - shape.begin for m in shape.milestones), shape.power)
    if shape.decay == "restarts":
        factor = int(shape.scale) or 1
        parts = sum(factor**k for k in range(int(shape.power)))
        known = not shape.parts and not shape.rests and not shape.scale % 1 and not size % parts
        return CosineRestarts(T_0=size // parts, T_mult=factor, eta_min=shape.floor) if known else None
    return None


def curves(shape: Shape, rows: FitRows, begin: int) -> Iterator[Callable[[int], float]]:
    """The curves by which PyTorch, or else a framework, says a shape from a position on, whether right or not."""
    if (schedule := plain_schedule(shape)) is not None:
        yield Candidate("", shape.lr, begin, 0.0, schedule=schedule).at
        return
    for words in spellings(replace(shape, epochs=rows.in_epochs, per_epoch=rows.epoch)):
        with suppress(LrcliError):
            yield Candidate("", shape.lr, begin - words.ahead, 0.0, schedule=schedule_of(words)).at


def in_words(drafts: Iterable[Candidate], rows: FitRows) -> list[Candidate]:
    """The cheapest of the drafts that are schedules which give the rows, as many as anybody asks for."""
    known: dict[tuple[float, Schedule, int], Candidate] = {}
    for draft in sorted(drafts, key=lambda draft: draft.cost):
        candidate = said(draft, rows)
        if candidate is not None:
            known.setdefault(candidate.said, candidate)
            if len(known) == MOST_SAID:
                break
    return list(known.values())


def said(bare: Candidate, rows: FitRows) -> Candidate | None:
    """A candidate with a shape as a schedule that gives the rows, None if there is none.

    It is PyTorch's, or the first framework's that has one, or PyTorch's warmup before a framework's decay.
    """
    is_code = bare.shape.ramp != "line"  # which has a name elsewhere
    worded = next(spoken(bare, rows), None) if is_code else None
    if worded is not None:
        return worded
    schedule = plain_schedule(bare.shape)
    if schedule is None:
        return (None if is_code else next(spoken(bare, rows), None)) or _in_parts(bare, bare.shape, rows)
    candidate = replace(bare, schedule=schedule)
    if rows.holds(candidate.at):
        return candidate
    return next(spoken(bare, rows), None) if rows.loose else None  # which its own arithmetic may give


def _in_parts(bare: Candidate, shape: Shape, rows: FitRows) -> Candidate | None:
    """The candidate as PyTorch's warmup before what a framework has for the decay alone."""
    climb = plain_climb(shape)
    if climb is None or not shape.begin or shape.warmup > shape.begin:
        return None
    begin = bare.first_step + shape.begin
    alone = replace(bare, first_step=begin, horizon=shape.decay_alone.end, shape=shape.decay_alone)
    part = next(spoken(alone, rows.part(bisect_left(rows.at, begin), len(rows))), None)
    if part is None:
        return None
    candidate = replace(bare, schedule=after(climb, shape.begin, part.schedule), setting=part.setting)
    return candidate if rows.holds(candidate.at) else None


def spoken(candidate: Candidate, rows: FitRows, *, writer: str = "") -> Iterator[Candidate]:
    """The candidate in the words of each framework, or of one, that has some and gives all rows with them."""
    if candidate.shape == UNSHAPED:
        return
    shape = replace(candidate.shape, epochs=rows.in_epochs, per_epoch=rows.epoch)
    if writer:
        shape = replace(shape, end=shape.end or rows.at[-1] + 1 - candidate.first_step)
    ways = (*(["spell_own"] if writer else []), "spell", *(["spell_single"] if rows.single or rows.loose else []))
    for words in spellings(shape, *ways, writer=writer):
        with suppress(LrcliError):
            worded = _in_words(words, candidate, rows)
            if gives(worded, rows):
                yield worded


def exact_words(near: Candidate, rows: FitRows) -> list[Candidate]:
    """The candidate, which is near the rows, in the words of a framework that gives each as it is printed."""
    return sorted((worded for worded in spoken(near, rows) if is_exact(worded, rows)), key=keys_cost)


def is_exact(candidate: Candidate, rows: FitRows) -> bool:
    """Whether a candidate gives every row as it is printed."""
    how = rows.rounding
    return all(quantise(candidate.at(p), how) == quantise(y, how) for p, y in zip(rows.at, rows.values, strict=True))


def _in_words(words: Words, candidate: Candidate, rows: FitRows) -> Candidate:
    """The candidate in these words. Raises LrcliError where the framework refuses them."""
    schedule = schedule_of(words)
    lr = candidate.lr if words.lr is None else words.lr
    first = candidate.first_step - words.ahead
    length = max(candidate.horizon, rows.at[-1] - first + 1)
    unit = "epoch" if rows.in_epochs else "step"
    setting = Setting(length, unit, rows.epoch or None, lrs=(lr,), default_lr=lr)
    return replace(candidate, kind=schedule.name, lr=lr, schedule=schedule, first_step=first, setting=setting)


def schedule_of(words: Words) -> Schedule:
    """The schedule that the words name. Raises LrcliError where the framework refuses them."""
    cls = find_type(words.type)
    assert cls is not None
    return cls(**{key: _value_of(value) for key, value in words.keys.items()})


def _value_of(value: Any) -> Any:
    """The value of a keyword: a shape and words are schedules in it, those of words with their own learning rates."""
    if isinstance(value, Shape):
        return plain_schedule(value)
    if isinstance(value, Words):
        schedule = schedule_of(value)
        return replace(schedule, **{schedule.own_rate: value.lr}) if schedule.own_rate else schedule
    return tuple(map(_value_of, value)) if isinstance(value, tuple) else value


def gives(candidate: Candidate, rows: FitRows) -> bool:
    """Whether a candidate gives these rows; one that the framework refuses in its run does not."""
    try:
        return rows.holds(candidate.at)
    except (LrcliError, ArithmeticError, ValueError):
        return False


def best_named(candidates: list[Candidate], rows: FitRows) -> list[Candidate]:
    """The candidates, the first one in the words of the framework that says it best.

    What gives every row as it is printed comes before what only comes near. Then PyTorch's words do, unless they are
    code or need more numbers, or PyTorch itself refuses them (a warmup from 0). The framework that wrote the log comes
    before all others, where its words give every row as printed with at most two numbers more.
    """
    if not candidates:
        return []
    plain = candidates[0]
    for candidate in candidates if rows.writer else ():
        for worded in spoken(candidate, rows, writer=rows.writer):
            if worded.numbers <= plain.numbers + 2 and is_exact(worded, rows):
                return [worded, *candidates]
    named = sorted(spoken(plain, rows), key=keys_cost)  # the best known of equals first
    if not named:
        return candidates
    worse = plain.is_code or _refused(plain) or _numbers(plain) > _numbers(named[0])
    first = named[0]
    if is_exact(plain, rows):
        best = first if plain.is_code or (worse and is_exact(first, rows)) else plain
    else:
        best = next((each for each in named if is_exact(each, rows)), first if worse else plain)
    equal = best is plain and first.schedule != plain.schedule and is_exact(first, rows)
    return [best, *named[:equal], *candidates[1:]]


def _numbers(candidate: Candidate) -> int:
    """How many numbers there are to say; a base LR that nobody wrote counts as three."""
    return candidate.numbers + 2 * (digits(candidate.lr) >= UNROUND)


def keys_cost(candidate: Candidate) -> float:
    """How much there is to say with its keywords, a word like a number; the length of the run is said already."""
    schedule, length = candidate.schedule, candidate.setting.length if candidate.setting else 0
    parts = _parts_of(tuple(value for value in _given(schedule) if value != length))
    lr_cost = cost(candidate.lr) if digits(candidate.lr) >= UNROUND else 0.0
    return round(lr_cost + sum(cost(x) if type(x) in (int, float) else 1.0 for x in parts), 6)


def _given(schedule: Schedule) -> Iterator[Any]:
    """The values of a schedule that are not its defaults."""
    given = ((getattr(schedule, f.name), f.default) for f in parameters(schedule))
    return (value for value, default in given if value != default)


def _parts_of(value: Any) -> Iterator[Any]:
    """The numbers and words in a value, which may be a list of records or of schedules, or a mapping of steps."""
    if isinstance(value, Schedule):
        value = (value.name, *_given(value))
    if isinstance(value, Mapping):
        value = (*(int(key) for key in value if key.isdecimal()), *value.values())
    if isinstance(value, tuple):
        for part in value:
            yield from _parts_of(part)
    else:
        yield value


def _refused(candidate: Candidate) -> bool:
    """Whether nobody writes that with PyTorch: it refuses a line from 0, and a product is written as a lambda.

    Nor is a schedule of a framework a phase there, and hardly a ConstantLR.
    """
    parts = candidate.schedule.parts()
    return isinstance(candidate.schedule, Chained) or any(
        "." in part.name or part.name == "ConstantLR" or (isinstance(part, Linear) and not part.start_factor)
        for part in (candidate.schedule, *parts)
    )
