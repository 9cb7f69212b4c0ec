"""Bad specs: each file of `bad_specs` beside the exact text of what is said about it.

`pytest tests/reader/test_bad.py --refresh` writes what is said now: review it with git diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lrcli.errors import LrcliError, SpecError
from lrcli.inputs import Inputs
from lrcli.reader import parse_text, read_spec
from lrcli.reader.source import MAX_SIZE

FOLDER = Path(__file__).parents[1] / "bad_specs"


def told(argument: str) -> str:
    """What is said about a spec, with the file's name alone."""
    with pytest.raises(SpecError) as caught:
        read_spec(argument)
    return f"{caught.value}\n"


def told_text(text: str) -> str:
    """What is said about a text."""
    with pytest.raises(SpecError) as caught:
        parse_text(text)
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_spec(path: Path, refresh: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem is reported at once, with its place, in the order of the file."""
    monkeypatch.chdir(FOLDER)
    said = told(path.name)
    out = path.with_suffix(".out")
    if refresh:
        out.write_text(said, encoding="utf-8")
    assert out.read_text(encoding="utf-8") == said


def test_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML without its C library says the same."""
    import yaml

    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    monkeypatch.chdir(FOLDER)
    for path in sorted(FOLDER.glob("*.yaml")):
        assert path.with_suffix(".out").read_text(encoding="utf-8") == told(path.name)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is one line."""
    path = tmp_path / "step.yaml"
    assert f"{path}: error: no such file [file]\n" == told(str(path))
    assert f"{path}: error: no such file [file]\n" == told(f"{path}@torch-1.1")


def test_directory(tmp_path: Path) -> None:
    """A directory is one line."""
    assert f"{tmp_path}: error: this is a directory, not a file [file]\n" == told(str(tmp_path))


def test_too_large(tmp_path: Path) -> None:
    """A file that is no spec by its size is not read to its end."""
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"a" * (MAX_SIZE + 1))
    assert f"{path}: error: a spec has at most 1,000,000 bytes [limit]\n" == told(str(path))


def test_nul_in_path() -> None:
    """A path that no system can hold is no crash."""
    assert told("a\0b") == "a\0b: error: cannot be read: embedded null byte [file]\n"


def test_two_readers_of_stdin() -> None:
    """The spec and its metric cannot both come from stdin."""
    text = b"{lr: 0.1, schedule: {type: plateau, metric: {file: '-'}}}"
    with pytest.raises(LrcliError, match="cannot both be read from stdin"):
        read_spec("-", inputs=Inputs.of(text))


def test_length_twice() -> None:
    """--epochs and --steps exclude each other."""
    with pytest.raises(LrcliError, match="give --epochs or --steps, not both"):
        read_spec("{lr: 1, schedule: {type: constant}}", epochs="1", steps="2")


def test_other_slips() -> None:
    """What has no words of ours comes in those of PyYAML, with its place."""
    assert "<inline>:1:1: error: this is not YAML: found incompatible YAML document" in told_text(
        "%YAML 3.0\n---\na: 1"
    )


def test_long_line_is_not_shown() -> None:
    """A line that no terminal holds is not repeated."""
    assert "<inline>:1:606: error: lr must be a number of at least 0, not the text 'x' [wrong-type]\n" == told(
        "{" + " " * 600 + "lr: x, epochs: 1, schedule: {type: constant}}"
    )


def test_number_of_problems_is_bounded() -> None:
    """Nobody reads more than a hundred problems."""
    said = told("{" + ", ".join(f"k{i}: 1" for i in range(300)) + "}")
    assert said.count(": error: ") == 101
    assert said.endswith("<inline>: error: more than 100 problems [limit]\n")
