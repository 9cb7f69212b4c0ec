"""Problems as text for people, as JSON or SARIF, or as the annotations of a GitHub workflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import quote

from lrcli.checks import all_rules
from lrcli.errors import LEVELS, Problem
from lrcli.printable import count_text, printable
from lrcli.render import Formats, Style, json_document, json_in_rows
from lrcli.version import __version__

FINDINGS = Formats("text", ("json", "github", "sarif"), prose=("text",))

_COLORS = {"error": "31", "warning": "33", "note": "36"}


def write_findings(findings: Sequence[Problem], specs: int, format: str, style: Style) -> Iterator[str]:
    if format == "json":
        yield json_in_rows(list(map(_record, findings))) + "\n"
    elif format == "sarif":
        yield json_document(_sarif(findings))
    elif format == "github":
        yield from map(_annotation, findings)
    else:
        yield from (_text(finding, style) for finding in findings)
        yield _summary(findings, specs)


def _text(finding: Problem, style: Style) -> str:
    lines = finding.report.split("\n")
    say = partial(printable, ascii=style.ascii)
    safe = ["\t".join(map(say, line.split("\t"))) for line in lines]
    if style.color:
        mark = f"{finding.level}:"
        safe[0] = safe[0].replace(f" {mark} ", f" \x1b[{_COLORS[finding.level]}m{mark}\x1b[0m ", 1)
    return "\n".join(safe) + "\n\n"


def _summary(findings: Sequence[Problem], specs: int) -> str:
    counts = Counter(finding.level for finding in findings)
    levels = ", ".join(count_text(counts[level], level) for level in LEVELS if counts[level])
    return f"{levels or 'no findings'} in {count_text(specs, 'spec')}\n"


def _record(finding: Problem) -> dict[str, object]:
    """A flat object; what has no place has null there."""
    return {
        "code": finding.code,
        "level": finding.level,
        "what": finding.message,
        "why": finding.why,
        "advice": finding.help,
        "key": finding.key,
        "file": finding.file,
        "line": finding.line or None,
        "column": finding.column if finding.line else None,
        "details": finding.details,
    }


def _paragraphs(finding: Problem, why: str, help: str) -> list[str]:
    """All that is said of a finding, `why` and `help` under these words."""
    beside = [f"{word}: {text}" for word, text in ((why, finding.why), (help, finding.help)) if text]
    return [finding.message, *finding.details, *beside]


def _sarif(findings: Sequence[Problem]) -> dict[str, object]:
    """SARIF 2.1.0: a run with the rules that found something, and a result for each finding."""
    finds = {rule.code: rule.finds for rule in all_rules()}
    rules = [
        {
            "id": code,
            "shortDescription": {"text": finds.get(code) or finding.message},
            "defaultConfiguration": {"level": finding.level},
        }
        for code, finding in sorted({finding.code: finding for finding in findings}.items())
    ]
    tool = {"driver": {"name": "lrcli", "version": __version__, "rules": rules}}
    run = {"tool": tool, "results": list(map(_result, findings)), "columnKind": "unicodeCodePoints"}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _result(finding: Problem) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": quote(finding.file.replace("\\", "/"))}}
    if finding.line:
        end = finding.column + finding.width
        place["region"] = {"startLine": finding.line, "startColumn": finding.column, "endColumn": end}
    return {
        "ruleId": finding.code,
        "level": finding.level,
        "message": {"text": ". ".join(_paragraphs(finding, "Why", "Help"))},
        "locations": [{"physicalLocation": place}],
    }


def _annotation(finding: Problem) -> str:
    """A workflow command: `::warning file=...,line=...::message`, with its own escapes."""
    level = {"note": "notice"}.get(finding.level, finding.level)
    properties = {"file": finding.file, "title": f"lrcli {finding.code}"}
    if finding.line:
        end = finding.column + finding.width
        properties |= {"line": str(finding.line), "col": str(finding.column), "endColumn": str(end)}
    escaped = {name: _data(text).replace(":", "%3A").replace(",", "%2C") for name, text in properties.items()}
    listed = ",".join(f"{name}={text}" for name, text in escaped.items())
    text = "\n".join(_paragraphs(finding, "why", "help"))
    return f"::{level} {listed}::{_data(text)}\n"


def _data(text: str) -> str:
    return "%0A".join(map(printable, text.replace("%", "%25").split("\n")))
