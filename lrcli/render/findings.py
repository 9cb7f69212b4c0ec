"""Problems as text for people, as JSON or SARIF, or as the annotations of a GitHub workflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from lrcli.errors import LEVELS, Problem
from lrcli.printable import printable
from lrcli.render import Style
from lrcli.render.formats import Formats

FINDINGS = Formats("text", ("json", "github", "sarif"), prose=("text",))

_COLORS = {"error": "31", "warning": "33", "note": "36"}


def write_findings(findings: Sequence[Problem], specs: int, format: str, style: Style) -> Iterator[str]:
    """The findings of so many specs, in one of the formats of FINDINGS."""
    if format == "json":
        yield _json(findings)
    elif format == "sarif":
        yield _sarif(findings)
    elif format == "github":
        yield from map(_annotation, findings)
    else:
        for finding in findings:
            yield _text(finding, style)
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
    of = f"{specs} spec{'s' * (specs != 1)}"
    if not findings:
        return f"no findings in {of}\n"
    counts = Counter(finding.level for finding in findings)
    listed = [f"{n} {level}{'s' * (n != 1)}" for level in LEVELS if (n := counts[level])]
    return f"{', '.join(listed)} in {of}\n"


def _json(findings: Sequence[Problem]) -> str:
    """An array of flat objects; what has no place has null there."""
    import json

    rows = [
        {
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
        for finding in findings
    ]
    return "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]\n" if rows else "[]\n"


def _sarif(findings: Sequence[Problem]) -> str:
    """SARIF 2.1.0: a run with the rules that found something, and a result for each finding."""
    import json
    from urllib.parse import quote

    from lrcli.checks import all_rules
    from lrcli.version import __version__

    finds = {rule.code: rule.finds for rule in all_rules()}
    rules = {finding.code: finding for finding in findings}
    results = []
    for finding in findings:
        place: dict[str, object] = {"artifactLocation": {"uri": quote(finding.file.replace("\\", "/"))}}
        if finding.line:
            place["region"] = {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endColumn": finding.column + finding.width,
            }
        beside = [f"{word}: {text}" for word, text in (("Why", finding.why), ("Help", finding.help)) if text]
        text = ". ".join((finding.message, *finding.details, *beside))
        results.append(
            {
                "ruleId": finding.code,
                "level": finding.level,
                "message": {"text": text},
                "locations": [{"physicalLocation": place}],
            }
        )
    driver = {
        "name": "lrcli",
        "version": __version__,
        "rules": [
            {
                "id": code,
                "shortDescription": {"text": finds.get(code) or finding.message},
                "defaultConfiguration": {"level": finding.level},
            }
            for code, finding in sorted(rules.items())
        ],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}],
    }
    return json.dumps(log, indent=2) + "\n"


def _annotation(finding: Problem) -> str:
    """A workflow command: `::warning file=...,line=...::message`, with its own escapes."""
    level = {"note": "notice"}.get(finding.level, finding.level)
    properties = {"file": finding.file, "title": f"lrcli {finding.code}"}
    if finding.line:
        properties |= {"line": str(finding.line), "col": str(finding.column)}
        properties |= {"endColumn": str(finding.column + finding.width)}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    more = (("why", finding.why), ("help", finding.help))
    text = "\n".join((finding.message, *finding.details, *(f"{word}: {said}" for word, said in more if said)))
    return f"::{level} {listed}::{_data(text)}\n"


def _data(text: str) -> str:
    lines = (printable(line) for line in text.replace("%", "%25").split("\n"))
    return "%0A".join(lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
