"""A fitted run as text: a spec in YAML whose comments say what speaks for it, or JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from lrcli.infer.fit import Fitted
from lrcli.infer.fit.spec import spec_mapping
from lrcli.infer.written import flow_text, split_schedule
from lrcli.printable import printable
from lrcli.render import Formats, json_document

FITTED = Formats("yaml", ("json",), prose=("yaml",))

_WIDTH = 118
_WHOLE: Any = {"break_long_words": False, "break_on_hyphens": False}


def write_fit(fitted: Fitted, form: str) -> Iterator[str]:
    """The text of a fitted run, in one of the formats of FITTED."""
    yield from (_json(fitted) if form == "json" else _yaml(fitted))


def sentence(fitted: Fitted) -> str:
    """The result in one line: the schedule, how many rows it gives and how exactly."""
    candidate = fitted.candidate
    if candidate is None:
        return f"no schedule found that gives all {fitted.rows} rows"
    exact = "to the bit" if fitted.residual == 0 else f"to {fitted.residual:.2g} of their value"
    return f"{candidate.kind}, lr {candidate.lr:g}: {fitted.explained} of {fitted.rows} rows, {exact}"


def _yaml(fitted: Fitted) -> Iterator[str]:
    candidate = fitted.candidate
    assert candidate is not None
    unit = fitted.log.unit
    comments = {
        "first_step": f"  # {unit} {candidate.first_step} of the log is step 0 of the scheduler",
        "skipped": f"  # {unit}s of the log at which the scheduler did not move on, or just before",
    }
    evidence = [sentence(fitted), *candidate.evidence, *(f"not determined: {text}" for text in candidate.free)]
    evidence += [f"gives the same rows: {_other(other)}" for other in fitted.others]
    yield from (f"# {printable(text)}\n" for text in evidence)
    for key, value in spec_mapping(fitted).items():
        yield from _entry(key, value, comments.get(key, ""))


def _other(candidate: Any) -> str:
    warmup, schedule = split_schedule(candidate.schedule)
    if isinstance(schedule, dict) and "metric" in schedule:
        schedule = {**schedule, "metric": "..."}
    parts = [f"lr: {flow_text(candidate.lr)}"]
    if candidate.first_step:
        parts.append(f"first_step: {candidate.first_step}")
    if warmup:
        parts.append(f"warmup: {flow_text(warmup)}")
    text = ", ".join([*parts, f"schedule: {flow_text(schedule)}"])
    return text if len(text) <= 300 else f"{text[:297]}..."


def _entry(key: str, value: Any, comment: str = "") -> Iterator[str]:
    """One key at the top level."""
    line = f"{key}: {flow_text(value)}{comment}"
    if len(line) <= _WIDTH or not isinstance(value, (list, dict)):
        yield line + "\n"
        return
    yield f"{key}:{comment}\n"
    if isinstance(value, list) and not all(isinstance(item, Mapping) for item in value):
        yield _wrapped(value, "  ")
    elif isinstance(value, list):
        for item in value:
            yield from _block(item, "  - ")
    else:
        yield from _block(value, "  ")


def _block(value: Mapping[str, Any], lead: str) -> Iterator[str]:
    """A mapping, a key a line; long lists are wrapped."""
    if "- " in lead and len(lead) + len(flow_text(value)) <= _WIDTH:
        yield f"{lead}{flow_text(value)}\n"
        return
    for key, item in value.items():
        line = f"{lead}{key}: {flow_text(item)}"
        lead = " " * len(lead)
        if isinstance(item, list) and len(line) > _WIDTH:
            yield line[: len(line) - len(flow_text(item))].rstrip() + "\n"
            yield _wrapped(item, lead + "  ")
        else:
            yield line + "\n"


def _wrapped(values: list[Any], lead: str) -> str:
    """A list in lines, broken between its items."""
    return textwrap.fill(flow_text(values), _WIDTH, initial_indent=lead, subsequent_indent=f"{lead} ", **_WHOLE) + "\n"


def _json(fitted: Fitted) -> Iterator[str]:
    candidate = fitted.candidate
    runs = fitted.log.runs
    report = {
        "log": fitted.log.name,
        "run": runs.index(fitted.run) + 1 if runs else 1,
        "kind": fitted.kind,
        "rows": fitted.rows,
        "explained": fitted.explained,
        "residual": fitted.residual,
        "spec": spec_mapping(fitted),
        "evidence": list(candidate.evidence) if candidate else [],
        "free": list(candidate.free) if candidate else [],
        "others": [_other(other) for other in fitted.others],
    }
    yield json_document(report)
