"""Training configs are read as their framework's own reader reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrcli.configs.nodes import Unknown
from lrcli.configs.syntax import read
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import Source


def plain(node: Node) -> Any:
    """A node as Python values."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Scalar):
        return f"?{node.code}" if isinstance(node, Unknown) else node.value
    return [plain(item) for item in node.items]


def values(syntax: str, text: str, *sets: str) -> Any:
    """What a text holds."""
    return plain(read(syntax, Source("config", text), sets))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-5", "1e-5"),
        ("1.0e-5", 1e-5),
        ("1.0e5", "1.0e5"),
        ("010", 8),
        ("16_000", 16000),
        ("0x1F", 31),
        ("1:30", 90),
        ("on", True),
        ("No", False),
        ("nO", "nO"),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        (".inf", float("inf")),
        ("!!float 2e-5", 2e-5),
        ("!!str 1", "1"),
        ("2024-01-01", "2024-01-01"),
    ],
)
def test_pyyaml_scalars(text: str, expected: object) -> None:
    assert values("pyyaml", f"x: {text}") == {"x": expected}


def test_of_twin_keys_the_last_counts() -> None:
    assert values("pyyaml", "x: 1\nx: 2\n") == {"x": 2}


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['id']", "!new:torch.Adam {}", "!ref <x>"])
def test_a_tag_is_refused(tag: str) -> None:
    with pytest.raises(SpecError, match="is not allowed"):
        values("pyyaml", f"x: {tag}")


def test_omegaconf_resolves_references_and_keeps_what_it_cannot() -> None:
    text = """
a: {lr: 1e-4, n: 3, twice: "${.n}", up: "${..b.x}"}
b: {x: "${a.lr}", name: "run_${a.n}", env: "${oc.env:HOME}", missing: "???", loop: "${b.loop}"}
"""
    assert values("omegaconf", text) == {
        "a": {"lr": 1e-4, "n": 3, "twice": 3, "up": 1e-4},
        "b": {
            "x": 1e-4,
            "name": "run_3",
            "env": "?needs-value",
            "missing": "?needs-value",
            "loop": "?needs-value",
        },
    }
    assert values("omegaconf", text, "a.lr=2e-4")["b"]["x"] == 2e-4


def test_omegaconf_scalars() -> None:
    text = "{a: 1e-5, b: 010, c: on, d: !!float 2e-5, e: !!float x y, f: '1e-5', g: 1_0.5e1, h: !!int 7}"
    assert values("omegaconf", text) == {
        "a": 1e-5,
        "b": 8,
        "c": True,
        "d": 2e-5,
        "e": "x y",
        "f": "1e-5",
        "g": 105.0,
        "h": 7,
    }


def test_json_is_what_python_reads() -> None:
    text = '{"a": [1, -2.5e3, true, null, "\\u00e9\\n"],\t"b": {"c": 1e-5}, "n": NaN}'
    found, expected = values("json", text), json.loads(text)
    assert found["a"] == expected["a"] and found["b"] == expected["b"] and found["n"] != found["n"]


@pytest.mark.parametrize("text", ["{'a': 1}", '{"a": 1,}', '{"a": 01}', '{"a": 1} {"a": 2}', "[1]", "", '{"a" 1}', "{"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        values("json", text)


def test_hjson_takes_comments_and_a_last_comma() -> None:
    text = '{// a\n "a": [1, 2,], /* b\n */ "b": {"c": "# no",}, # c\n}\n'
    assert values("hjson", text) == {"a": [1, 2], "b": {"c": "# no"}}
    with pytest.raises(SpecError):
        values("json", text)


def test_toml() -> None:
    text = """
lr = 1e-4  # comment
steps = 1_000
args = [ "a=1",
  "b=2", ]
[net.work]
name = 'x'
inline = {a = 1, b.c = true}
when = 2024-01-01T00:00:00Z
"""
    assert values("toml", text) == {
        "lr": 1e-4,
        "steps": 1000,
        "args": ["a=1", "b=2"],
        "net": {"work": {"name": "x", "inline": {"a": 1, "b": {"c": True}}, "when": "2024-01-01T00:00:00Z"}},
    }
    for bad in ("a = 1\na = 2", "a =", "= 1", "a = 1 2", "[a", "a = steps", "a = 01"):
        with pytest.raises(SpecError):
            values("toml", bad)


def test_ini_drops_blanks_and_takes_the_first_of_twins() -> None:
    text = "[net]\n# c\nlr = .1 # rate\nlr=2\nsteps=1, 2 ; two\npolicy=a#b\n[conv]\nx=a\n[conv]\nx=b\n"
    assert values("ini", text) == {
        "net": {"lr": 0.1, "steps": "1,2", "policy": "a#b"},
        "conv": {"x": "a"},
    }


def test_python_assigns_and_computes_and_runs_nothing() -> None:
    text = """
import os
a = 5 * 8
b = a // 3 + 1.0 / 10
c = dict(x=[1] * 3, y=-a, **{'z': None})
c['w'] = (1, 2)
d = os.environ['HOME']
e = 9 ** 9 ** 9
f = 1
if a:
    f = 2
if d:
    m = 3
g = {'q': f}
h = 'x' 'y' + 'z'
a += 1
l = []
l.append(1)
n = o = min(7, int(2.5))
p, q = l, 1e-3 * 10 ** 10 ** 10
p.append(c['w'][1])
r = [p]
p.sort()
"""
    assert values("python", text) == {
        "os": "?code-not-data",
        "a": 41,
        "b": 13.1,
        "c": {"x": [1, 1, 1], "y": -40, "z": None, "w": [1, 2]},
        "d": "?code-not-data",
        "e": "?code-not-data",
        "f": 2,
        "m": "?code-not-data",
        "g": {"q": 2},
        "h": "xyz",
        "l": "?code-not-data",
        "n": 2,
        "o": 2,
        "p": "?code-not-data",
        "q": "?code-not-data",
        "r": ["?code-not-data"],
    }


SCRIPT = r"""#!/bin/bash
GBS=1_024   # a comment
W=${WARM:-$((GBS_2 * 90 / 100))}
GBS_2=7
X=$(nproc)
ARGS=(
    --lr 6e-5 --min-lr=1e-6
    # --lr 1
    --global-batch-size $GBS
    --warmup ${WARM:-$((GBS_2 * 90 / 100))}
    --cpus $X --path $UNSET
)
STR=" --bf16 \
   --split 1,2,3 --betas 0.9 0.95 \
   $OTHER "
cat <<EOF
{"--not": 1}
EOF
torchrun main.py ${ARGS[@]} $STR --note 'a $b' name=1
"""


def test_shell_finds_flags_wherever_they_stand() -> None:
    assert values("shell", SCRIPT) == {
        "lr": "6e-5",
        "min-lr": "1e-6",
        "global-batch-size": "1_024",
        "warmup": "6",
        "cpus": "?needs-value",
        "path": "?needs-value",
        "bf16": True,
        "split": "1,2,3",
        "betas": ["0.9", "0.95", "?needs-value"],
        "note": ["a $b", "name=1"],
    }
    assert values("shell", SCRIPT, "UNSET=here")["path"] == "here"
    assert values("shell", SCRIPT, "lr=1")["lr"] == "1"
    assert values("shell", "x --lr 1\ny --lr 2\n")["lr"] == "?ambiguous"


def test_shell_leaves_out_streams_and_what_a_script_is_called_with() -> None:
    for rest in ('"$@" 2>&1 | tee log', "$* > log 2> errors", "${@:2} &> log"):
        assert values("shell", f"x --lr 1 --n 2 {rest}\n") == {"lr": "1", "n": "2"}


def test_a_tag_of_another_kind_leaves_a_text() -> None:
    """PyYAML fails on them; they stop only who needs the value."""
    assert {"a": "", "b": "x", "c": 3} == values("pyyaml", "a: !!int ''\nb: !!float x\nc: !!int 3\n")
