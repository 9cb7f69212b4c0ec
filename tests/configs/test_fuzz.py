"""Whatever stands in a config: a refusal at a place, or numbers; never an internal error, never another type's number.

`LRCLI_FUZZ=20000 python -m pytest tests/configs/test_fuzz.py` looks longer.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from lrcli.configs import all_formats, read_config
from lrcli.configs.base import Config, Draft
from lrcli.configs.nodes import Value, entry_at, mapping_of, sequence_of
from lrcli.configs.recognise import Match, Texts
from lrcli.curve import evaluate
from lrcli.errors import EvaluationError, LrcliError, SpecError
from lrcli.inputs import Inputs
from lrcli.reader import Given, Request
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import Source, checked

FOLDER = Path(__file__).parent / "inputs"
INPUTS = sorted(path for path in FOLDER.glob("*/*") if path.is_file())
GIVEN = Given(samples=1000, world_size=1, interval="epoch")
_WORDS = (
    *("0", "-1", "1e400", "nan", ".inf", "null", "true", "''", "abc", "[]", "{}", "[1, 2]", "{a: 1}", "1e-5", "010"),
    *("1_000", "0x10", "${a}", "???", "auto", "1e15", "0.5", "'1'", "!!python/name:os.system", "&a [*a]", "*b", "<<"),
)


_MARKS = "\"'{}[]:#&*!|>%@`$(), \t0-e.\\"


def source_of(path: Path, text: str | None = None) -> Source:
    return checked(Source(str(path), path.read_text("utf-8") if text is None else text, path.stem, path.parent))


def mutated(text: str, random: random.Random) -> str:
    """The text with a line, a value or a few characters changed."""
    lines = text.splitlines()
    kind = random.randrange(6)
    i = random.randrange(len(lines))
    if kind == 0:
        del lines[i]
    elif kind == 1:
        lines.insert(i, lines[random.randrange(len(lines))])
    elif kind in (2, 3):
        for mark in (":", "=", " "):
            head, found, _ = lines[i].partition(mark)
            if found:
                lines[i] = f"{head}{mark} {random.choice(_WORDS)}"
                break
    elif kind == 4:
        lines[i] = "  " * random.randrange(3) + lines[i].strip()
    else:
        at = random.randrange(len(lines[i]) + 1)
        lines[i] = lines[i][:at] + random.choice(_MARKS) + lines[i][at + random.randrange(2) :]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_mutations(path: Path) -> None:
    chance = random.Random(path.name)
    for _ in range(int(os.environ.get("LRCLI_FUZZ", "40"))):
        text = path.read_text("utf-8")
        for _ in range(chance.randrange(1, 4)):
            text = mutated(text, chance)
        try:
            given = Given(steps_per_epoch=10) if chance.random() < 0.3 else GIVEN
            request = Request(
                str(path), source_of(path, text), Inputs(), given=given, steps=chance.choice((None, "50"))
            )
            declared = read_config(request)
            if declared is not None and declared.spec.length < 2000:
                evaluate(declared.spec)
        except (LrcliError, EvaluationError) as error:
            assert str(error)


def _match(path: Path) -> Match | None:
    matches = Texts(source_of(path)).matches()
    return matches[0] if len(matches) == 1 else None


def _config(match: Match, path: Path, root: Mapping) -> Config:
    one = match.format
    release = one.releases[-1] if one.releases else ""
    config = Config(one.name, root, source_of(path), match.syntax, Inputs(), GIVEN, release)
    if one.accepts is not None and not release:
        config.release = one.accepts(config) or release
    if one.framework == "transformers":
        config.release = "5.14"
    return config


def _put(node: Node, path: list[str], value: Node) -> Node:
    assert isinstance(node, Mapping)
    entries = [(key, _put(inner, path[1:], value) if key.text == path[0] and len(path) > 1 else inner)
               for key, inner in node.entries]  # fmt: skip
    if len(path) == 1:
        entries = [(key, value if key.text == path[0] else inner) for key, inner in entries]
    return mapping_of(entries, node.place)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_value_of_another_type_is_refused(path: Path) -> None:
    """Where a number is read, a list, a mapping, a truth or a word is an error at that place."""
    match = _match(path)
    if match is None or match.format.name not in {one.name for one in all_formats()}:
        pytest.skip("not read")
    config = _config(match, path, match.root)
    try:
        match.format.translate(config, Draft(config))
    except SpecError:
        pytest.skip("it is refused as it is")
    for key in sorted(config.read):
        node = entry_at(match.root, key)[1]
        number = node.value if isinstance(node, Scalar) else None
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            continue
        assert node is not None
        wrong: list[Node] = [Value(node.place, "abc", False, read="abc"), mapping_of([], node.place)]
        wrong.append(sequence_of([node, node], node.place))
        for value in wrong:
            changed = _config(match, path, mapping_of(match.root.entries, match.root.place))
            root = _put(match.root, key.split("."), value)
            assert isinstance(root, Mapping)
            changed.root = root
            with pytest.raises(SpecError):
                match.format.translate(changed, Draft(changed))
