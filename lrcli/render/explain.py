"""An explanation of a log as text, or as one JSON document."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from lrcli.infer.explain import Explanation, Report
from lrcli.infer.explain.causes import Cause
from lrcli.logs import Rounding
from lrcli.printable import number_text, printable
from lrcli.render import Formats, Style, json_document
from lrcli.render.tables.plain import rounded_text
from lrcli.values import dataclass

EXPLANATIONS = Formats("text", ("json",))

_WIDEST = 100
_FAITHFUL = 12
"""Logged and computed numbers are shown in so many digits, without the noise behind them."""


_FIELDS = (
    *("verdict", "spec", "log", "column", "group", "reading", "unit", "run", "runs", "rows", "missed", "gave_up"),
    *("first_row", "left_out", "past_end"),
)
"""The JSON document has these fields of a report as they are."""

_BEGIN, _END = "\x01", "\x02"
"""Bold text stands between these two characters while lines are broken: a style's code would count as words."""

Paragraph = tuple[str, str | None, str]
"""The lead of its first line, the lead of the later ones (None: it stays one line), and its text."""


def write_explain_report(report: Report, format: str, style: Style) -> Iterator[str]:
    """The report in one of the formats of EXPLANATIONS."""
    if format == "json":
        yield explain_document(report)
        return
    width = min(max(style.width, 40), _WIDEST)
    say = partial(printable, ascii=style.ascii)
    wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    for first, later, text in _Words(report, say, style.color).paragraphs():
        wrapper.initial_indent, wrapper.subsequent_indent = first, later or ""
        lines = first + text if later is None else wrapper.fill(text)
        yield lines.replace(_BEGIN, "\x1b[1m").replace(_END, "\x1b[0m") + "\n"


@dataclass(frozen=True)
class _Words:
    """A report in paragraphs."""

    report: Report
    say: Callable[[str], str]
    color: bool

    def paragraphs(self) -> Iterator[Paragraph]:
        """The verdict, and what explains the log."""
        report = self.report
        log, spec = self.say(report.log), self.say(report.spec)
        if report.follows:
            largest = self._residual(report.plain)
            yield _flush(f"{self._bold(f'{log} follows {spec}')}: {_rows(report)}; {largest}")
            if report.first_row == 1:
                unit = report.unit
                says = self._of_spec(f"{unit} 1, and holds what the spec says there")
                yield _flush(f"{unit} 0 is missing: the first row is {says}")
            return
        miss = report.first_miss
        assert miss is not None
        verb = "differs" if report.missed == 1 else "differ"
        says = self._of_spec(f"the spec says {_number(miss.meant)}")
        logged_as = f" as {report.unit} {miss.at + report.first_step}" if report.first_step else ""
        yield _flush(
            f"{self._bold(f'{log} does not follow {spec}')}: {report.missed} of {_count(report.rows)} {verb}, "
            f"first at {report.unit} {miss.at} (logged {_number(miss.logged)}{logged_as}, {says})"
        )
        if report.verdict == "unexplained":
            why = "no known cause, and no two of them together, make these numbers; 'lrcli fit' looks for what does"
            if report.gave_up is not None:
                why = f"gave up after {report.gave_up:,} candidates"
            yield _flush("")
            yield _flush(f"{self._bold('unexplained')}: {why}")
            if report.explanations:
                yield from map(_flush, ("", "What comes closest:"))
                yield from self._explanation(report.explanations[0], 0)
            return
        for number, explanation in enumerate(report.explanations, 1):
            if number == 2:
                equal = all(explanation.equal for explanation in report.explanations[1:])
                yield from map(_flush, ("", "The same rows are explained by:" if equal else "Nearly as good:"))
            yield _flush("")
            yield from self._explanation(explanation, number)

    def _bold(self, text: str) -> str:
        return f"{_BEGIN}{text}{_END}" if self.color else text

    def _of_spec(self, text: str) -> str:
        """The text about a spec, said of a config where the log is held against one."""
        return text.replace("the spec", "the config") if self.report.of_config else text

    def _residual(self, fitted: Explanation) -> str:
        if not fitted.residual:
            return "nothing is left over"
        share = f"{number_text(fitted.residual, 3)} ({number_text(100 * fitted.relative, 2)} %)"
        return f"largest residual {share} at {self.report.unit} {fitted.worst}"

    def _explanation(self, explanation: Explanation, number: int) -> Iterator[Paragraph]:
        """The causes of one explanation; number 0 is what comes closest where nothing explains the log."""
        causes, unit = explanation.causes, self.report.unit
        title = self._bold(self._of_spec(", and ".join(cause.title for cause in causes)))
        heading = f"{title} [{' + '.join(explanation.families)}]"
        yield ("", "   ", f"{number}. {heading}") if number else ("   ", "   ", heading)
        if explanation.changes:
            yield from self._changes(explanation)
        is_change = {cause.key for cause in causes} <= {"changed", "horizon", "unit"}
        yield from map(_deep, (*(() if is_change else explanation.forms), *explanation.details))
        share = "all" if explanation.explained == explanation.rows else f"{explanation.explained} of"
        misses = f"; it misses {unit} {explanation.first_missed} first" if explanation.first_missed is not None else ""
        yield _deep(f"explains {share} {_count(explanation.rows)}; {self._residual(explanation)}{misses}")
        parting = explanation.parts_at
        if parting is not None:
            this, best = _number(parting.this), _number(parting.best)
            yield _deep(f"would differ from 1 at {unit} {parting.at}: {this} instead of {best}")
        elif number > 1:
            yield _deep("predicts the same for every row of the run: a longer log would not tell")
        references = dict.fromkeys(name for cause in causes for name in cause.references)
        if references:
            yield _deep(f"upstream: {', '.join(references)}")
        if explanation.unproven:
            yield _deep(f"{_count(self.report.missed)} that differ are too few to prove it: a longer log would tell")
        if number and len(self.report.explanations) > 1:
            yield from (_deep(f"to tell it from the others: {cause.tell}") for cause in causes)
        if number == 1:
            yield from self._advice(causes)

    def _changes(self, explanation: Explanation) -> Iterator[Paragraph]:
        """The keys of the spec whose other values make the log."""
        *first, last = (change.sentence for change in explanation.changes)
        changes = f"{', '.join(first)} and {last}" if first else last
        share = _count(explanation.rows)
        share = f"all {share}" if explanation.explained == explanation.rows else f"{explanation.explained} of {share}"
        it = "config" if self.report.of_config else "spec"
        yield _deep(f"your {it} with {changes} gives {share}:")
        yield "     ", None, " ".join(f"--set {shlex.quote(change.setting)}" for change in explanation.changes)
        if explanation.same:
            others = ", ".join(f"--set {shlex.quote(change.setting)}" for change in explanation.same)
            yield _deep(f"the same with {others}")

    def _advice(self, causes: Sequence[Cause]) -> Iterator[Paragraph]:
        """What the causes mean and what to do, and what would tell their kinds apart."""
        for cause in causes:
            yield _deep(f"meaning: {self._of_spec(cause.meaning)}")
            yield _deep(f"advice: {self._of_spec(cause.advice)}")
        alike = [kind for cause in causes for kind in cause.alike]
        if alike:
            yield "   ", "", "what would tell its kinds apart:"
            yield from (("     ", "       ", f"- {kind}") for kind in alike)


def _flush(text: str) -> Paragraph:
    return "", "", text


def _deep(text: str) -> Paragraph:
    return "   ", "     ", text


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


def _number(value: float) -> str:
    return rounded_text(value, _FAITHFUL)


def explain_document(report: Report) -> str:
    """The whole report as JSON."""
    miss = report.first_miss
    return json_document(
        {
            **{name: getattr(report, name) for name in _FIELDS},
            "precision": {"kind": report.rounding.kind, "digits": report.rounding.digits},
            "residual": _residual_object(report.plain, report.unit),
            "first_miss": miss and {report.unit: miss.at, "logged": miss.logged, "meant": miss.meant},
            "explanations": [_object(explanation, report.unit) for explanation in report.explanations],
        }
    )


def _object(explanation: Explanation, unit: str) -> dict[str, Any]:
    parting = explanation.parts_at
    return {
        "causes": [
            {
                "key": cause.key,
                "family": cause.family,
                "title": cause.title,
                "form": form,
                **{name: getattr(cause, name) for name in ("references", "meaning", "advice", "tell", "alike")},
            }
            for cause, form in zip(explanation.causes, explanation.forms, strict=True)
        ],
        "changes": [{"key": change.key, "was": change.was, "is": change.value} for change in explanation.changes],
        "same": [change.setting for change in explanation.same],
        **{name: getattr(explanation, name) for name in ("unproven", "details", "explained", "rows")},
        "residual": _residual_object(explanation, unit),
        "first_missed": explanation.first_missed,
        "equal": explanation.equal,
        "differs_from_best": parting and {unit: parting.at, "best": parting.best, "this": parting.this},
    }


def _residual_object(fitted: Explanation, unit: str) -> dict[str, Any]:
    return {"absolute": fitted.residual, "relative": fitted.relative, unit: fitted.worst}
