"""One writer per format: exact texts, and machine formats that read back to the bit."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrcli.render import Style
from lrcli.render.tables import TABLES
from lrcli.render.tables.plain import rounded_text
from lrcli.table import Column, Table
from tests.cli_world import printed_by

COLUMNS = (Column("epoch", "index"), Column("lr/a"), Column("metric", "number"), Column("event", "text"))
SMALL = Table(COLUMNS, (([0, 1], [0.1, 0.1 / 3], [math.nan, 12], ["", ""]), ([10], [1e-05], [None], ["warmup ends"])))
EMPTY = replace(SMALL, head=())


def text_of(format: str, table: Table, **style: Any) -> str:
    return "".join(TABLES.module(format).write(table, Style(**style)))


TEXTS = {
    "plain": """\
epoch  lr/a       metric  event
    0  0.1        nan
    1  0.0333333   12
   10  1e-05        -     warmup ends
""",
    "markdown": """\
| epoch | lr/a      | metric | event       |
| ----: | :-------- | :----- | :---------- |
|     0 | 0.1       | nan    |             |
|     1 | 0.0333333 |  12    |             |
|    10 | 1e-05     |   -    | warmup ends |
""",
    "csv": "epoch,lr/a,metric,event\n0,0.1,nan,\n1,0.03333333333333333,12,\n10,1e-05,,warmup ends\n",
    "tsv": "epoch\tlr/a\tmetric\tevent\n0\t0.1\tnan\t\n1\t0.03333333333333333\t12\t\n10\t1e-05\t\twarmup ends\n",
    "json": """\
[
{"epoch": 0, "lr/a": 0.1, "metric": null, "event": null},
{"epoch": 1, "lr/a": 0.03333333333333333, "metric": 12, "event": null},
{"epoch": 10, "lr/a": 1e-05, "metric": null, "event": "warmup ends"}
]
""",
    "jsonl": """\
{"epoch": 0, "lr/a": 0.1, "metric": null, "event": null}
{"epoch": 1, "lr/a": 0.03333333333333333, "metric": 12, "event": null}
{"epoch": 10, "lr/a": 1e-05, "metric": null, "event": "warmup ends"}
""",
    "table": """\
╭───────┬───────────┬────────┬─────────────╮
│ epoch │ lr/a      │ metric │ event       │
├───────┼───────────┼────────┼─────────────┤
│     0 │ 0.1       │ nan    │             │
│     1 │ 0.0333333 │  12    │             │
│    10 │ 1e-05     │   -    │ warmup ends │
╰───────┴───────────┴────────┴─────────────╯
""",
}


@pytest.mark.parametrize("format", TABLES.names)
def test_text(format: str) -> None:
    """Each format writes exactly this."""
    assert TEXTS[format] == text_of(format, SMALL)


def test_ascii_table() -> None:
    """A stream without box characters gets a box of ASCII."""
    expected = """\
+-------+-----------+--------+-------------+
| epoch | lr/a      | metric | event       |
+-------+-----------+--------+-------------+
|     0 | 0.1       | nan    |             |
|     1 | 0.0333333 |  12    |             |
|    10 | 1e-05     |   -    | warmup ends |
+-------+-----------+--------+-------------+
"""
    assert expected == text_of("table", SMALL, ascii=True)


EMPTY_TEXTS = {
    "csv": "epoch,lr/a,metric,event\n",
    "tsv": "epoch\tlr/a\tmetric\tevent\n",
    "json": "[]\n",
    "jsonl": "",
    "plain": "epoch  lr/a  metric  event\n",
    "markdown": "| epoch | lr/a | metric | event |\n| ----: | :--- | :----- | :---- |\n",
}


@pytest.mark.parametrize("format", EMPTY_TEXTS)
def test_empty(format: str) -> None:
    """A table without rows still has its header; JSON is an empty array."""
    assert EMPTY_TEXTS[format] == text_of(format, EMPTY)


@pytest.mark.parametrize("format", [name for name in TABLES.names if TABLES.module(name).EXACT])
def test_machine_formats_ignore_the_terminal(format: str) -> None:
    """Colour, width, digits and ASCII change nothing in a format for programs."""
    assert TEXTS[format] == text_of(format, SMALL, digits=2, color=True, width=10, ascii=True)


@pytest.mark.parametrize("format", TABLES.names)
def test_streaming(format: str) -> None:
    """Chunk by chunk or at once: the rows are the same, and none is read before it is asked for."""
    asked = []

    def rest() -> Any:
        for chunk in SMALL.head[1:]:
            asked.append(chunk)
            yield chunk

    streamed = Table(COLUMNS, SMALL.head[:1], rest(), last=10)
    chunks = TABLES.module(format).write(streamed, Style(digits=None))
    first = next(chunks)
    assert (asked, bool(first)) == ([], True)
    whole = first + "".join(chunks)
    expected = text_of("plain" if format == "table" else format, SMALL, digits=None)
    assert [line.split() for line in expected.splitlines() if "--" not in line] == [
        line.split() for line in whole.splitlines() if "--" not in line
    ]


def test_streamed_numbers_stay_aligned() -> None:
    """A column of a streamed table is wide enough for what is still to come."""
    values = [0.1, 1.2345678e-05, 0.000123456789]
    table = Table(
        (Column("step", "index"), Column("lr")), (([0], values[:1]),), iter([([1, 123456], values[1:])]), 999999
    )
    assert text_of("plain", table) == "  step  lr\n     0  0.1\n     1  1.23457e-05\n123456  0.000123457\n"


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.none()


@settings(max_examples=50, deadline=None)
@given(st.lists(NUMBERS, max_size=20))
def test_machine_formats_read_back(values: list[float | None]) -> None:
    """Every number read from CSV, TSV, JSON and JSON lines is the one written, to the bit; None stays absent."""
    table = Table((Column("epoch", "index"), Column("lr")), ((range(len(values)), values),) if values else ())
    for format, delimiter in (("csv", ","), ("tsv", "\t")):
        rows = list(csv.DictReader(io.StringIO(text_of(format, table)), delimiter=delimiter))
        assert [repr(v) for v in values] == [repr(float(row["lr"]) if row["lr"] else None) for row in rows]
    expected = [{"epoch": t, "lr": value} for t, value in enumerate(values)]
    assert repr(expected) == repr(json.loads(text_of("json", table)))
    assert repr(expected) == repr([json.loads(line) for line in text_of("jsonl", table).splitlines()])


NOT_FINITE = [math.nan, math.inf, -math.inf, None]


@pytest.mark.parametrize(("format", "cells"), [("csv", ["nan", "inf", "-inf", ""]), ("jsonl", [None] * 4)])
def test_not_finite(format: str, cells: list[str | None]) -> None:
    """CSV writes NaN and infinities as Python does; JSON has neither, so they are null."""
    text = text_of(format, Table((Column("epoch", "index"), Column("m", "number")), ((range(4), NOT_FINITE),)))
    rows = list(csv.DictReader(io.StringIO(text))) if format == "csv" else list(map(json.loads, text.splitlines()))
    assert cells == [row["m"] for row in rows]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ("=1+1:lr", "'=1+1:lr"),
        ("@SUM(A1):lr", "'@SUM(A1):lr"),
        ("-2,5", '"\'-2,5"'),
        ("a\nb\x1b[31m", r"a\nb\x1b[31m"),
        ("größe", "größe"),
    ],
)
def test_csv_names(name: str, cell: str) -> None:
    """A name cannot break out of its cell, start a spreadsheet formula or steer a terminal."""
    assert f"epoch,{cell}\n" == text_of("csv", Table((Column("epoch", "index"), Column(name)), ()))


def test_json_names() -> None:
    """Any name reads back from JSON, and its text is ASCII."""
    name = 'lr/"%s" \x1b[31m größe'
    text = text_of("jsonl", Table((Column("epoch", "index"), Column(name)), (([0], [0.5]),)))
    assert text.isascii() and text[:-1].isprintable()
    assert {"epoch": 0, name: 0.5} == json.loads(text)


def test_markdown_names() -> None:
    """What Markdown would read as its own is escaped, and the source stays aligned."""
    table = Table((Column("epoch", "index"), Column("lr/a|b*")), (([0], [0.5]),))
    assert text_of("markdown", table) == "| epoch | lr/a\\|b\\* |\n| ----: | :-------- |\n|     0 | 0.5       |\n"


@pytest.mark.parametrize("format", ["table", "plain"])
def test_peoples_names(format: str) -> None:
    """Markup in a name is text, an escape sequence is written out, and wide characters keep the columns aligned."""
    columns = (Column("epoch", "index"), Column("[red]学\x1b[0m"), Column("lr"))
    text = text_of(format, Table(columns, (([0], [0.5], [1.0]),)))
    assert "[red]学\\x1b[0m" in text
    assert "\x1b" not in text
    lines = [line for line in text.splitlines() if "0.5" in line or "red" in line]
    assert lines[0].index("lr") + 1 == lines[1].index("1")  # one character is two cells wide


def test_long_names_and_narrow_terminals() -> None:
    """Only text wraps, no number is cut; where a box does not fit the table is plain, which the terminal may wrap."""
    columns = (Column("epoch", "index"), Column("lr"), Column("event", "text"))
    table = Table(columns, (([0], [0.1 / 3], ["warmup ends and then something else happens"]),))
    text = text_of("table", table, width=54, digits=None)
    assert "0.03333333333333333" in text
    assert len([line for line in text.splitlines() if line.startswith("│")]) + 1 == 5
    assert max(map(len, text.splitlines())) == 54
    assert text_of("plain", table, digits=None) == text_of("table", table, width=53, digits=None)


def test_colour() -> None:
    """Colour comes only where it is asked for."""
    assert "\x1b[" not in text_of("table", SMALL, color=False)
    assert "\x1b[" in text_of("table", SMALL, color=True)


def test_long_table_is_plain() -> None:
    """A table too long to draw is written as plain text."""
    n = 2001
    table = Table((Column("epoch", "index"), Column("lr")), ((range(n), [0.5] * n),))
    assert text_of("plain", table) == text_of("table", table)


def test_imports() -> None:
    """The ending of a file imports its own format only, and a report in text does without json."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from lrcli.render import catalog, diff, findings, pictures, versions\n"
        "print(pictures.PICTURES.of_ending('.svg'))\n"
        "print([m for m in ('lrcli.render.pictures.html', 'json') if m in sys.modules and m not in before])"
    )
    assert "svg\n[]\n" == printed_by(code)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.1 + 0.2, 6, "0.3"),
        (0.1 + 0.2, None, "0.30000000000000004"),
        (1e-05, 6, "1e-05"),
        (0.000123456789, 6, "0.000123457"),
        (0.000123456789, 3, "0.000123"),
        (12345678, 6, "12345678"),
        (math.nan, 6, "nan"),
        (-math.inf, None, "-inf"),
        (None, 6, "-"),
    ],
)
def test_rounded(value: float | None, digits: int | None, text: str) -> None:
    """People's numbers have so many significant digits; whole numbers stay whole."""
    assert text == rounded_text(value, digits)
