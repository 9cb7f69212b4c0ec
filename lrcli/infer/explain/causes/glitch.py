"""Causes that leave the schedule alone: a row or two are wrong, or something else was logged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lrcli.infer.costs import EXTRA
from lrcli.infer.explain.causes.base import Cause
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.limits import FEW_WRONG, FEWEST_BEFORE_AN_END, ROWS_FOR_EACH
from lrcli.infer.sources import Formula
from lrcli.schedules.constant import Constant


def find_glitch(evidence: Evidence) -> Iterator[Hypothesis]:
    """The base, but for one or two rows, none beside another."""
    if sum(evidence.misses) > FEW_WRONG:
        return
    log, n = evidence.log, len(evidence.log)
    wrong = [i for i, missed in enumerate(log.missed(evidence.base.at(log.at))) if missed]
    if not 0 < len(wrong) <= FEW_WRONG or n < (1 + ROWS_FOR_EACH) * len(wrong):
        return
    apart = all(b - a > 1 for a, b in pairwise(wrong))
    beside, further, at_an_end = bool(evidence.base.parts), len(wrong) - 1, wrong[0] == 0 or wrong[-1] == n - 1
    if not apart or (at_an_end and not beside and not further and n < FEWEST_BEFORE_AN_END):
        return
    if evidence.base.clock.times([log.at[wrong[-1]]])[0] >= evidence.spec.length > log.at[-1]:
        return  # the schedule is over there
    rows = [(log.at[i], log.values[i]) for i in wrong]
    places = [f"{log.unit} {t} (logged {rate:g})" for t, rate in rows]
    extra = EXTRA["another glitch beside a cause" if beside else "another glitch"] * further
    extra += EXTRA["a glitch beside another cause"] * beside + EXTRA["a row at an end"] * (beside and at_an_end)
    form = f"s(t), but for {' and '.join(places)}"
    yield evidence.propose("glitch", form, extra=extra, params=0, wrong=(*evidence.base.wrong, *rows))


def find_base(evidence: Evidence) -> Iterator[Hypothesis]:
    """The base learning rate in every row."""
    group = evidence.spec.groups[evidence.group]
    lr = getattr(group.schedule, group.schedule.own_rate) if group.schedule.own_rate and group.lr is None else group.lr
    if lr is None or len(evidence.rows) < 3:
        return
    base = all(abs(value - lr) <= slack for value, slack in zip(evidence.rows.values, evidence.rows.slack, strict=True))
    if base and 4 * sum(evidence.misses) > len(evidence.rows):
        extra = EXTRA["it may stand still"] * (evidence.unclocked([0])[0] == lr)
        source = Formula(Constant(), lr)
        form = f"{lr:g}, the base learning rate"
        yield evidence.propose("base-logged", form, extra=extra, params=0, source=source)


CAUSES = (
    Cause(
        "glitch",
        "isolated rows",
        "the log follows, but for a row or two",
        "what the loop does at these rows (an evaluation, a checkpoint, a hand-over)",
        "All rows but these are right, and those around them, too: nothing that lasts is wrong with the schedule. At a "
        "hand-over between two phases a scheduler may return another one's value for a single step.",
        "Look at what happens at these rows; a learning rate that is wrong for one step seldom matters.",
        ("pytorch-gradual-warmup-lr #26",),
        propose=find_glitch,
    ),
    Cause(
        "base-logged",
        "held",
        "the base learning rate was logged, not the current one",
        "optimizer.param_groups[0]['lr'] beside what is logged",
        "Every row holds the learning rate that the optimizer was built with: the configuration's value or "
        "group['initial_lr'] was written, or the scheduler was never stepped.",
        "Log optimizer.param_groups[0]['lr'], or scheduler.get_last_lr().",
        (),
        (
            "the base was logged: the optimizer's own learning rate moves",
            "scheduler.step() is never called: the optimizer's own learning rate stands still, too",
        ),
        needs="all",
        propose=find_base,
    ),
)
