"""The values of a training config, by the keys that `--set` takes: what `explain` and `solve` may change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

from lrcli.configs.config import Config
from lrcli.configs.nodes import entry_at, parts_of
from lrcli.configs.syntax import read
from lrcli.configs.wandb import unwrapped
from lrcli.errors import SpecError
from lrcli.reader.declared import ConfigValue
from lrcli.reader.nodes import Mapping, Scalar, Sequence

_FEWEST = 2
"""A whole number from here on, written without a point, counts something; 0 and 1 may be shares as well."""

_MOST, _DEEPEST = 60, 5
"""This many numbers inside other values are looked at, and none deeper than this."""


def config_values(config: Config, block: str = "") -> tuple[ConfigValue, ...]:
    """List what the translation looked for: words, then what the file gives, then defaults, in the order of looking."""
    wrapped = _is_wrapped(config)
    words = []
    for path, (word, others) in config.words.items():
        written = isinstance(entry_at(config.root, path)[1], Scalar)
        words.append(ConfigValue(_spellings(path, block, wrapped), word if written else "", 0, False, words=others))
    values = []
    for path in dict.fromkeys((*config.read, *config.meaningful, *islice(_inside(config), _MOST))):
        node = entry_at(config.root, path)[1]
        written = isinstance(node, Scalar) and node.value is not None
        value = config.taken.get(path)
        if value is None and written:
            value = _number(config, node, path)
        if value is None and isinstance(node, Sequence) and (entries := _positions(config, node, path)):
            text = f"[{', '.join(item.text for item in node.items if isinstance(item, Scalar))}]"
            values.append(ConfigValue(_spellings(path, block, wrapped), text, entries[-1], True, entries=entries))
            continue
        if value is None and (written or isinstance(node, (Mapping, Sequence))):
            continue
        if not written and path not in config.numeric and path not in config.meaningful:
            continue
        text = node.text if isinstance(node, Scalar) and written else ""
        whole = config.numeric.get(path) or (isinstance(value, int) and abs(value) >= _FEWEST)
        pointed = not config.texts_count and config.syntax == "pyyaml"
        values.append(ConfigValue(_spellings(path, block, wrapped), text, float(value or 0), whole, pointed))
    return (*words, *sorted(values, key=lambda value: not value.text))


def _inside(config: Config) -> Iterator[str]:
    """The paths of the numbers inside what was looked for as a whole: arguments of a class, entries of a list."""
    waiting = [(path, entry_at(config.root, path)[1]) for path in config.read]
    for path, node in waiting:
        for name, value in parts_of(node) if node is not None else ():
            where = f"{path}.{name}"
            if isinstance(value, Scalar):
                if _number(config, value, where) is not None:
                    yield where
            elif isinstance(value, Sequence) and _positions(config, value, where):
                yield where
            elif len(waiting) < _MOST and where.count(".") < _DEEPEST:
                waiting.append((where, value))


def _number(config: Config, node: object, path: str) -> float | None:
    try:
        return config.number_of(node, path) if isinstance(node, Scalar) else None
    except SpecError:
        return None


def _positions(config: Config, node: Sequence, path: str) -> tuple[float, ...]:
    """A list of rising whole numbers, such as milestones; () where it is another one."""
    numbers = [_number(config, item, path) for item in node.items]
    entries = tuple(float(number) for number in numbers if number is not None and number % 1 == 0)
    rising = len(entries) == len(numbers) and all(a < b for a, b in pairwise((0.0, *entries)))
    return entries if rising else ()


def _is_wrapped(config: Config) -> bool:
    """Whether the file is one of W&B's, with each value inside `{value: ...}`."""
    root = read(config.syntax, config.source, (), config.inputs)
    return unwrapped(root) is not root


def _spellings(path: str, block: str, wrapped: bool) -> tuple[str, ...]:
    """List the names that `--set` may give a path: inside the block or above it, and inside W&B's wrapping."""
    parts = block.split(".") if block else []
    names = [".".join((*parts[:used], path)) for used in range(len(parts), -1, -1)]
    if wrapped:
        first = [name.partition(".") for name in names]
        names = [f"{head}.value{dot}{rest}" for head, dot, rest in first] + names
    return tuple(names)
