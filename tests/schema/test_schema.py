"""The JSON schema against the reader: the same samples, the same mistakes."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrcli.catalog.registry import all_types, find_type, type_names
from lrcli.errors import Problem, SpecError
from lrcli.inputs import Inputs
from lrcli.reader import parse_text, read_spec
from lrcli.reader.build import KEYS
from lrcli.reader.nodes import Mapping, Node, Scalar, compose_nodes
from lrcli.reader.source import Problems, read_source
from lrcli.schedules import parameters
from lrcli.schema import schema
from tests.cli_world import run_cli

ROOT = Path(__file__).parents[2]
FILE = ROOT / "schedules" / "lrcli.schema.json"
SAMPLES = sorted((ROOT / "schedules").glob("*.yaml"))
BAD = sorted((ROOT / "tests" / "bad_specs").glob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(schema())

# What no schema can say, with the words by which the reader's message is known. A bad spec that the schema accepts must
# be one of these, and every class must have one.
INEXPRESSIBLE = {
    "a key that stands twice": r"stands twice",
    "a text that its own comma cuts up": r"inside \{ \} a ',' ends a value",
    "a number that JSON does not have": r"not (\.inf|\.nan|1e999)$",
    "an expression": r"^(lr_lambda|step_epoch): ",
    "a file": r"\.csv: ",
    "a count that another key fixes": r"must have one (value|number|entry)",
    "one key for want of others": r"total_steps must be given",
    "a metric that is too short, or that an option brings": r"the metric has|missing key 'metric'",
    "a unit that needs another key": r"need steps_per_epoch",
    "a count that comes to nothing": r"data has no step",
    "what only a replay can run": r"must be a whole number of at least 1, not 2\.5",
    "a reading that a release does not have": r"has no get_last_lr",
}


def value_of(node: Node | None) -> Any:
    """The JSON value of a node; of a key that stands twice the reader keeps the first."""
    if node is None or isinstance(node, Scalar):
        return None if node is None else node.value
    if isinstance(node, Mapping):
        return {key.text: value_of(value) for key, value in node.entries}
    return [value_of(item) for item in node.items]


def loaded(path: Path) -> Any:
    """The JSON value of a YAML file, by the YAML 1.2 rules that editors have, too."""
    return value_of(compose_nodes(read_source(str(path), Inputs()), Problems()))


def told(read: Any, argument: str) -> tuple[Problem, ...]:
    """What the reader says about a spec."""
    try:
        read(argument)
    except SpecError as error:
        return error.problems
    return ()


def test_file_is_current() -> None:
    """The committed schema is what `lrcli schema` prints. (`lrcli schema -o schedules/lrcli.schema.json` writes it.)"""
    outcome = run_cli("schema")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert FILE.read_text(encoding="utf-8") == outcome.stdout
    assert json.loads(outcome.stdout) == schema()


def test_is_a_schema() -> None:
    """It is valid itself, by the draft that it names."""
    assert schema()["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]
    jsonschema.Draft202012Validator.check_schema(schema())


def test_knows_all_keys_and_types() -> None:
    """Every key of the top level, every spelling of a type and every key of it is in the schema, with a description."""
    found = schema()
    assert set(KEYS) == set(found["properties"])
    assert all(rule["description"] for rule in found["properties"].values())
    kind = found["$defs"]["typed"]["properties"]["type"]
    assert {name for name in type_names() if find_type(name)} <= set(kind["enum"])
    assert all(find_type(name) for name in kind["enum"])
    assert len(kind["enum"]) == len(kind["enumDescriptions"])
    for cls in all_types():
        properties = found["$defs"][cls.name]["properties"]
        names = {field.name for field in parameters(cls)}
        assert names <= set(properties)
        assert all(properties[name]["description"] for name in names)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    """Every sample is valid, and its first line leads an editor to the schema."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match is not None
    named = json.loads((path.parent / match[1]).read_text(encoding="utf-8"))
    assert [] == [error.message for error in jsonschema.Draft202012Validator(named).iter_errors(loaded(path))]


def test_bad_specs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the schema refuses the reader refuses, and the reverse but for what no schema can say."""
    monkeypatch.chdir(BAD[0].parent)
    met = set()
    for path in BAD:
        problems = told(read_spec, path.name)
        assert problems, path.stem
        try:
            refused = not VALIDATOR.is_valid(loaded(path))
        except SpecError:
            continue  # no YAML at all: an editor says so itself
        if refused:
            continue
        for problem in problems:
            classes = [name for name, words in INEXPRESSIBLE.items() if re.search(words, problem.message)]
            assert classes, f"{path.stem}: the schema misses {problem.message!r}"
            met.update(classes)
    assert set(INEXPRESSIBLE) == met


# A mistake of one of these kinds never passes the schema, whatever the spec; of another kind it may.
SEEN = {"unknown-key", "unknown-type", "wrong-type"}

VALUES: list[Any] = [
    None, True, False, -1, 0, 0.5, 1, 3, 2.5, 1e30, "", "abc", "5ep", "10%", "-3st", "3 ep", "0.1dur", "7days", "cos",
    [], [1], [1, 2], [None], ["5ep"], [0.1, "x"], {}, {"type": "step"}, {"type": "cosine"}, [{"type": "cosine"}],
    [{"type": "linear", "for": 3}, {"type": "cosine"}], [{"type": "cyclic", "base_lr": 1, "max_lr": 2}],
    {"type": "plateau", "metric": [1, 2, 3]}, {"type": "one_cycle", "max_lr": 1}, {"type": "lambda", "lr_lambda": "t"},
    "torch", "torch-1.1", "torch-1.1:get_lr", "torch-v2.4.1:scheduler_first:lr", "torch-9", "formula", "formula:lr",
    {"torch": "1.10"}, {"torch": 1.1, "read": "lr"}, {"torch": None, "saved": 0.1}, {"for": "5ep"}, {"for": 2},
    {"samples": 100, "batch_size": 10}, {"samples": 100}, [{"name": "a", "lr": 0.1}], [{"lr": 0.1}, {"lr": 0.2}],
    [{"schedule": {"type": "constant"}}], {"schedulers": [], "type": "chained"},
]  # fmt: skip
NAMES = [
    *KEYS, "type", "for", "gamma", "milestones", "schedules", "schedulers", "verbose", "last_epoch", "T_max", "warmup",
    "warmup_epochs", "metric", "lr_lambda", "torch", "read", "saved", "initial_lr", "step_epoch", "samples",
    "world_size",
]  # fmt: skip


@st.composite
def changed_samples(draw: st.DrawFn) -> Any:
    """A sample with a few values or keys of it replaced."""
    spec = copy.deepcopy(draw(st.sampled_from([loaded(path) for path in SAMPLES if path.stem != "plateau"])))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        places = list(_places(spec))
        holder, key = draw(st.sampled_from(places))
        how = draw(st.sampled_from(["set", "set", "drop", "rename", "add"]))
        value = copy.deepcopy(draw(st.sampled_from(VALUES)))
        if how == "set" or isinstance(holder, list):
            holder[key] = value
        elif how == "add":
            holder[draw(st.sampled_from(NAMES))] = value
        else:
            old = holder.pop(key)
            if how == "rename":
                holder[draw(st.sampled_from(NAMES))] = old
        if not spec:
            break
    return spec


def _places(value: Any) -> Any:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def test_data_that_breaks_its_rule() -> None:
    """The schema takes any nested data for a key whose class reads it: what the class refuses is a value, no type."""
    spec = {"lr": 0.1, "steps": 9, "schedule": {"type": "fairseq.tri_stage", "phase_ratio": True}}
    assert not list(VALIDATOR.iter_errors(spec))
    assert {problem.code for problem in told(parse_text, json.dumps(spec))} == {"bad-value"}


@pytest.mark.parametrize("key", KEYS)
def test_null_is_refused_by_both_or_by_none(key: str) -> None:
    spec = {"lr": 0.1, "epochs": 9, "schedule": {"type": "cosine"}, key: None}
    assert bool(list(VALIDATOR.iter_errors(spec))) == bool(told(parse_text, json.dumps(spec)))


@settings(max_examples=600)
@given(changed_samples())
def test_changed_samples(spec: Any) -> None:
    """Whatever is written: a refusal by the schema is one by the reader; names, types and keys are judged alike."""
    problems = told(parse_text, json.dumps(spec))
    errors = [error.message for error in VALIDATOR.iter_errors(spec)]
    if errors:
        assert problems, errors
    elif problems:
        assert not SEEN & {problem.code for problem in problems}, problems
