"""An explanation of a log as text, or as one JSON document."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterator
from functools import partial
from typing import Any

from lrcli.infer.explain import Explanation, Report
from lrcli.logs import Rounding
from lrcli.printable import number_text, printable
from lrcli.render import Style
from lrcli.render.formats import Formats
from lrcli.render.numbers import rounded_text

EXPLANATIONS = Formats("text", ("json",))

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_WIDEST = 100
_FAITHFUL = 12
"""Digits in which a logged number and a computed one are shown: not the noise behind them."""


def write_explain_report(report: Report, format: str, style: Style) -> Iterator[str]:
    """The report in one of the formats of EXPLANATIONS."""
    if format == "json":
        yield explain_document(report) + "\n"
        return
    yield from (f"{line}\n" for line in _lines(report, style))


def _lines(report: Report, style: Style) -> Iterator[str]:
    say = partial(printable, ascii=style.ascii)
    it = "config" if report.of_config else "spec"
    bold, plain = (_BOLD, _PLAIN) if style.color else ("", "")
    width = min(max(style.width, 40), _WIDEST)
    log, spec = say(report.log), say(report.spec)
    if report.follows:
        largest = _residual(report.residual, report.relative, report.unit, report.worst)
        yield from _wrapped(f"{bold}{log} follows {spec}{plain}: {_rows(report)}; {largest}", width)
        if report.first_row == 1:
            told = f"{report.unit} 0 is missing: the first row is {report.unit} 1, and holds what the {it} says there"
            yield from _wrapped(told, width)
        return
    miss = report.first_miss
    assert miss is not None
    verb = "differs" if report.missed == 1 else "differ"
    yield from _wrapped(
        f"{bold}{log} does not follow {spec}{plain}: {report.missed} of {_count(report.rows)} {verb}, "
        f"first at {report.unit} {miss.at} (logged {_number(miss.logged)}, the {it} says {_number(miss.meant)})",
        width,
    )
    if report.verdict == "unexplained":
        yield ""
        if report.gave_up is None:
            yield f"{bold}unexplained{plain}: no known cause, and no two of them together, make these numbers"
        else:
            yield f"{bold}unexplained{plain}: gave up after {report.gave_up:,} candidates"
        if report.explanations:
            yield ""
            yield "What comes closest:"
            yield from _explanation(report, report.explanations[0], width, style, closest=True)
        return
    for i, explanation in enumerate(report.explanations, 1):
        yield ""
        if i == 2:
            beside = [one.equal for one in report.explanations[1:]]
            yield "The same rows are explained by:" if all(beside) else "Nearly as good:"
            yield ""
        yield from _explanation(report, explanation, width, style, number=i)


def _explanation(
    report: Report, one: Explanation, width: int, style: Style, *, number: int = 0, closest: bool = False
) -> Iterator[str]:
    bold, plain = (_BOLD, _PLAIN) if style.color else ("", "")
    lead = f"{number}. " if number else ""
    it = "config" if report.of_config else "spec"
    title = ", and ".join(entry.title for entry in one.causes).replace("the spec", f"the {it}")
    yield from _wrapped(f"{lead}{bold}{title}{plain} [{' + '.join(one.families)}]", width, "   ")
    if one.changes:
        told = " and ".join(change.sentence for change in one.changes)
        share = f"all {_count(one.rows)}" if one.explained == one.rows else f"{one.explained} of {_count(one.rows)}"
        yield from _wrapped(f"your {it} with {told} gives {share}:", width, "   ", "     ")
        yield f"     {' '.join(f'--set {_shell(change.setting)}' for change in one.changes)}"
        if one.same:
            others = ", ".join(f"--set {_shell(change.setting)}" for change in one.same)
            yield from _wrapped(f"the same with {others}", width, "   ", "     ")
    forms = () if any(entry.key == "changed" for entry in one.causes) and len(one.causes) == 1 else one.forms
    for form in (*forms, *one.details):
        yield from _wrapped(form, width, "   ", "     ")
    share = "all" if one.explained == one.rows else f"{one.explained} of"
    told = f"explains {share} {_count(one.rows)}; "
    told += _residual(one.residual, one.relative, report.unit, one.worst)
    if one.first_missed is not None:
        told += f"; it misses {report.unit} {one.first_missed} first"
    yield from _wrapped(told, width, "   ", "     ")
    if one.parts_at is not None:
        at, best, this = one.parts_at.at, _number(one.parts_at.best), _number(one.parts_at.this)
        differing = f"would differ from 1 at {report.unit} {at}: {this} instead of {best}"
        yield from _wrapped(differing, width, "   ", "     ")
    elif number > 1:
        yield from _wrapped(
            "predicts the same for every row of the run: a longer log would not tell", width, "   ", "     "
        )
    references = dict.fromkeys(name for entry in one.causes for name in entry.references)
    if references:
        yield from _wrapped(f"upstream: {', '.join(references)}", width, "   ", "     ")
    if one.unproven:
        yield from _wrapped(
            f"{_count(report.missed)} that differ are too few to prove it: a longer log would tell",
            width,
            "   ",
            "     ",
        )
    if closest:
        return
    if len(report.explanations) > 1:
        for entry in one.causes:
            yield from _wrapped(f"to tell it from the others: {entry.tell}", width, "   ", "     ")
    if number > 1:
        return
    for entry in one.causes:
        for what, text in (("meaning", entry.meaning), ("advice", entry.advice)):
            told = text.replace("the spec", f"the {it}")
            yield from _wrapped(f"{what}: {told}", width, "   ", "     ")
    alike = [text for entry in one.causes for text in entry.alike]
    if alike:
        yield "   what would tell its kinds apart:"
        for text in alike:
            yield from _wrapped(f"- {text}", width, "     ", "       ")


def _shell(text: str) -> str:
    """A word as a shell takes it."""
    import shlex

    return shlex.quote(text)


def _wrapped(text: str, width: int, first: str = "", later: str | None = None) -> list[str]:
    indent = first if later is None else later
    if later is None and first and text[:1].isdigit():
        return textwrap.wrap(text, width, subsequent_indent=first, break_long_words=False, break_on_hyphens=False)
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _count(rows: int) -> str:
    return f"{rows} row{'s' * (rows != 1)}"


def _rows(report: Report) -> str:
    """How many rows agree, and how exactly they are written."""
    share = "its only row agrees" if report.rows == 1 else f"all {report.rows} rows agree"
    return f"{share} to {precision(report.rounding)}"


def precision(rounding: Rounding) -> str:
    """How exactly a log is written, in words.

    >>> precision(Rounding("significant", 4)), precision(Rounding())
    ('4 significant digits', 'nine digits (the log holds all of them)')
    """
    if rounding.kind == "float32":
        return "float32"
    if rounding.kind == "full":
        return "nine digits (the log holds all of them)"
    kind = "significant digits" if rounding.kind == "significant" else "decimals"
    return f"{rounding.digits} {kind}"


def _residual(residual: float, relative: float, unit: str, at: int) -> str:
    if not residual:
        return "nothing is left over"
    return f"largest residual {number_text(residual, 3)} ({number_text(100 * relative, 2)} %) at {unit} {at}"


def _number(value: float) -> str:
    return rounded_text(value, _FAITHFUL)


def explain_document(report: Report) -> str:
    """The whole report as JSON; NaN and infinities are null."""
    miss = report.first_miss
    return json.dumps(
        {
            "verdict": report.verdict,
            "spec": report.spec,
            "log": report.log,
            "column": report.column,
            "group": report.group,
            "reading": report.reading,
            "unit": report.unit,
            "run": report.run,
            "runs": report.runs,
            "rows": report.rows,
            "missed": report.missed,
            "gave_up": report.gave_up,
            "first_row": report.first_row,
            "left_out": report.left_out,
            "past_end": report.past_end,
            "precision": {"kind": report.rounding.kind, "digits": report.rounding.digits},
            "residual": _residual_object(report.residual, report.relative, report.unit, report.worst),
            "first_miss": miss and {report.unit: miss.at, "logged": miss.logged, "meant": _finite(miss.meant)},
            "explanations": [_object(report, one) for one in report.explanations],
        },
        indent=2,
        allow_nan=False,
    )


def _object(report: Report, one: Explanation) -> dict[str, Any]:
    parting = one.parts_at
    return {
        "causes": [
            {
                "key": entry.key,
                "family": entry.family,
                "title": entry.title,
                "form": form,
                "references": list(entry.references),
                "meaning": entry.meaning,
                "advice": entry.advice,
                "tell": entry.tell,
                "alike": list(entry.alike),
            }
            for entry, form in zip(one.causes, one.forms, strict=True)
        ],
        "changes": [{"key": change.key, "was": change.was, "is": change.value} for change in one.changes],
        "same": [change.setting for change in one.same],
        "unproven": one.unproven,
        "details": list(one.details),
        "explained": one.explained,
        "rows": one.rows,
        "residual": _residual_object(one.residual, one.relative, report.unit, one.worst),
        "first_missed": one.first_missed,
        "equal": one.equal,
        "differs_from_best": parting
        and {report.unit: parting.at, "best": _finite(parting.best), "this": _finite(parting.this)},
    }


def _residual_object(residual: float, relative: float, unit: str, at: int) -> dict[str, Any]:
    return {"absolute": residual, "relative": relative, unit: at}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
