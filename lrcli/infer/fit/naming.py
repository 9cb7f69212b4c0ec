"""What was found, in the words of the frameworks: a registered class with its own keywords for a curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from lrcli.catalog.registry import find_type
from lrcli.errors import InvalidValue, LrcliError
from lrcli.frameworks.fitting import Shape, Words, own_spellings, spellings
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.numbers import cost
from lrcli.schedules.base import Schedule, Setting, parameters
from lrcli.schedules.chained import Chained
from lrcli.schedules.linear import Linear


def spoken(candidate: Candidate, rows: FitRows) -> Iterator[Candidate]:
    """The candidate in the words of each framework that has some and gives all rows with them."""
    if candidate.shape is None:
        return
    shape = replace(candidate.shape, epochs=rows.in_epochs)
    for words in spellings(shape):
        made = in_words(words, candidate, rows)
        if made is not None and gives(made, rows):
            yield made


def in_words(words: Words, candidate: Candidate, rows: FitRows) -> Candidate | None:
    """The candidate in these words; None where the framework refuses them."""
    try:
        schedule = schedule_of(words)
    except (InvalidValue, LrcliError):
        return None
    first = candidate.first_step - words.ahead
    length = max(candidate.horizon, rows.p[-1] - first + 1)
    setting = Setting(length, "epoch" if rows.in_epochs else "step", lrs=(candidate.lr,), default_lr=candidate.lr)
    return replace(candidate, kind=schedule.name, schedule=schedule, first_step=first, setting=setting)


def worded(shape: Shape) -> Iterator[Schedule]:
    """The schedules by which a framework says a curve, whether they are right or not."""
    for words in spellings(shape):
        with suppress(InvalidValue, LrcliError):
            yield schedule_of(words)


def schedule_of(words: Words) -> Schedule:
    """The schedule that the words name. Raises InvalidValue or LrcliError where the framework refuses them."""
    cls = find_type(words.type)
    assert cls is not None
    return cls(**words.keys)


def gives(candidate: Candidate, rows: FitRows) -> bool:
    """Whether a candidate gives these rows; one that the framework refuses in its run does not."""
    try:
        return rows.holds(candidate.at)
    except (InvalidValue, LrcliError, ArithmeticError, ValueError):
        return False


def first_spoken(shape: Shape, rows: FitRows, begin: int) -> Candidate | None:
    """A candidate for a curve that no class of PyTorch has: in the words of the first framework that has some."""
    bare = Candidate(shape.decay, shape.lr, Linear(), begin, 0.0, shape.end, shape=shape)
    return next(spoken(bare, rows), None)


def best_named(found: list[Candidate], rows: FitRows, shown: Callable[[float], float]) -> list[Candidate]:
    """The candidates, the first one in the words of the framework that says it best.

    What gives every row as it is printed comes before what only comes near. Then PyTorch's words do, unless they are
    code or need more numbers, or PyTorch itself refuses them (a warmup from 0). The framework that wrote the log comes
    before all others, where its words give every row as printed with at most one number more. `shown` is what the log
    prints of a number.
    """
    if not found:
        return []
    plain = found[0]
    if rows.writer and (own := _own(found, rows, shown)):
        return [own, *found]
    named = sorted(spoken(plain, rows), key=_keys_cost)  # the best known of equals first
    if not named:
        return found
    worse = plain.is_code or _refused(plain) or plain.numbers > named[0].numbers
    if _printed(plain, rows, shown):
        best = named[0] if plain.is_code or (worse and _printed(named[0], rows, shown)) else plain
    else:
        best = next((one for one in named if _printed(one, rows, shown)), named[0] if worse else plain)
    equal = best is plain and named[0].schedule != plain.schedule and _printed(named[0], rows, shown)
    return [best, *named[:equal], *found[1:]]


def _own(found: list[Candidate], rows: FitRows, shown: Callable[[float], float]) -> Candidate | None:
    """The candidate in the words of the framework that wrote the log; None where they are not as good as others."""
    for one in found:
        if one.shape is None:
            continue
        end = one.shape.end or rows.p[-1] + 1 - one.first_step
        for words in own_spellings(replace(one.shape, end=end, epochs=rows.in_epochs), rows.writer):
            made = in_words(words, one, rows)
            if made and gives(made, rows) and made.numbers <= found[0].numbers + 1 and _printed(made, rows, shown):
                return made
    return None


def _keys_cost(candidate: Candidate) -> float:
    """How much there is to say with its keywords, a word like a number; the length of the run is said already."""
    schedule, length = candidate.schedule, candidate.setting.length if candidate.setting else 0
    given = (getattr(schedule, f.name) for f in parameters(schedule))
    told = (value for value, f in zip(given, parameters(schedule), strict=True) if value not in (f.default, length))
    parts = (x for value in told for x in (value if isinstance(value, tuple) else (value,)))
    return round(sum(cost(x) if type(x) in (int, float) else 1.0 for x in parts), 6)


def _printed(candidate: Candidate, rows: FitRows, shown: Callable[[float], float]) -> bool:
    return all(shown(candidate.at(p)) == y for p, y in zip(rows.p, rows.y, strict=True))


def _refused(candidate: Candidate) -> bool:
    """Whether nobody writes that with PyTorch: it refuses a line from 0, and a product is written as a lambda."""
    return isinstance(candidate.schedule, Chained) or any(
        isinstance(part, Linear) and not part.start_factor for part in (candidate.schedule, *candidate.schedule.parts())
    )
