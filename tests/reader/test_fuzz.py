"""Any text at all: the reader gives a Spec or one of its own errors, soon."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrcli.catalog.registry import type_names
from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.reader import parse_text, read_spec
from lrcli.reader.build import KEYS
from lrcli.reader.emulation import parse_emulation

words = st.sampled_from(
    [*KEYS, *type_names(), "type", "for", "step_size", "gamma", "milestones", "schedules", "metric", "T_max",
     "lr_lambda", "max_lr", "torch", "total_iters", "samples", "batch_size", "file", "column", "<<", "verbose",
     "last_epoch"]
)  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    words,
    st.sampled_from(["10ep", "5st", "10%", "0.1dur", "1e400", "0.9 ** epoch", "torch-1.1", "1_000", "0x10", "- 1"]),
)


def nested(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and mappings with the language's keys."""
    return st.one_of(st.lists(children, max_size=4), st.dictionaries(words, children, max_size=6))


trees = st.recursive(scalars, nested, max_leaves=20)
settings.register_profile("reader", max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(settings.get_profile("reader"))
@given(st.one_of(st.text(max_size=60), trees.map(lambda tree: yaml.safe_dump(tree, allow_unicode=True))))
def test_any_text(text: str) -> None:
    """Nothing but the reader's own errors comes out."""
    with contextlib.suppress(LrcliError):
        parse_text(text)


@settings(settings.get_profile("reader"))
@given(st.dictionaries(words, trees, max_size=6))
def test_any_mapping(changes: dict[str, Any]) -> None:
    """Nor out of a good spec with anything else in it."""
    spec = {"lr": 0.1, "epochs": 10, "schedule": {"type": "step", "step_size": 3}, **changes}
    with contextlib.suppress(LrcliError):
        parse_text(yaml.safe_dump(spec))


@settings(settings.get_profile("reader"))
@given(st.sampled_from(type_names()), st.dictionaries(words, trees, max_size=6))
def test_any_schedule(name: str, keys: dict[str, Any]) -> None:
    """Nor out of a schedule with anything in it."""
    spec = {"lr": 0.1, "epochs": 10, "schedule": {**keys, "type": name}, "emulate": "torch-2.4"}
    with contextlib.suppress(LrcliError):
        parse_text(yaml.safe_dump(spec))


@settings(settings.get_profile("reader"))
@given(st.text(max_size=40), st.text(max_size=30), st.binary(max_size=40))
def test_any_option(text: str, emulate: str, data: bytes) -> None:
    """Nor out of the options, nor out of any bytes on stdin."""
    good = "{lr: 0.1, epochs: 1, schedule: {type: plateau}}"
    with contextlib.suppress(LrcliError):
        parse_emulation(emulate)
    with contextlib.suppress(LrcliError):
        read_spec(good, sets=[text], emulate=emulate)
    with contextlib.suppress(LrcliError):
        read_spec(good, metric="-", epochs=text, inputs=Inputs.of(data))
    with contextlib.suppress(LrcliError):
        read_spec("-", inputs=Inputs.of(data))


BOMBS = {
    "brackets": "[" * 10_000,
    "braces": "{a: " * 10_000,
    "dashes": "- " * 10_000,
    "questions": "? " * 10_000,
    "indents": "".join(" " * i + "a:\n" for i in range(1000)),
    "aliases": "a: &a [x, x]\n"
    + "".join(f"a{i}: &b{i} [{f'*b{i - 1},' * 9}]\n".replace("*b-1", "*a") for i in range(50)),
    "merges": "- &b0 {x: 1}\n" + "".join(f"- &b{i} {{<<: [{f'*b{i - 1},' * 9}]}}\n" for i in range(1, 50)),
    "same keys": "a: 1\n" * 100_000,
    "keys": "".join(f"k{i}: 1\n" for i in range(20_000)),
    "values": "[" + "1," * 400_000 + "1]",
    "documents": "---\n" * 200_000,
    "quote": '"' + "a" * 900_000,
    "colons": "a:" * 400_000,
    "types": "{lr: 1, epochs: 1, schedule: [" + "{type: stop}, " * 15_000 + "]}",
    "garbage": "\x00" * 900_000,
    "size": "x" * 10_000_000,
    "number": "lr: " + "1" * 900_000,
    "expression": "{lr: 1, epochs: 1, schedule: {type: lambda, lr_lambda: '" + "(" * 900_000 + "'}}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(name: str) -> None:
    """What is made to hurt is refused before it does (far under a second; the limit leaves room for a slow machine)."""
    begin = time.perf_counter()
    with pytest.raises(LrcliError):
        parse_text(BOMBS[name])
    assert time.perf_counter() - begin < 10
