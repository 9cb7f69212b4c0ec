"""The keys of a config: twins, those that `--set` names, W&B's wrapping of them, and the values that may be changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from lrcli.configs.config import Config
from lrcli.configs.nodes import Value, entry_at, joined, parts_of
from lrcli.configs.syntax import read
from lrcli.configs.syntax.shell import names_variable, variable_name
from lrcli.errors import SpecError, suggest
from lrcli.reader import Request
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.request import ConfigValue
from lrcli.reader.source import Source, refuse


def refuse_twins(root: Mapping, message: str = "ConstructorError: found duplicate key {}") -> None:
    """Raise the SpecError of a reader that takes no key twice, as OmegaConf's."""
    for _, left, counts in _twins(root, ""):
        where = f"it stands in line {left.place.line}, too"
        raise refuse(counts.place, "framework-raises", message.format(left.text), where)


def tell_twins(config: Config, root: Mapping) -> None:
    """Remark on the keys that stand twice and bear on the rates."""
    known = (*config.read, *config.meaningful)
    for path, left, counts in _twins(root, ""):
        if any(_within(path, other) or _within(other, path) for other in known):
            which = "last" if left.place.line <= counts.place.line else "first"
            what = f"{left.text} stands twice: the {which} one counts, not that of line {left.place.line}"
            config.remark(path, "duplicate-key", what)


def _within(path: str, outer: str) -> bool:
    return f"{path}.".startswith(f"{outer}.")


def _twins(node: Node, path: str) -> Iterator[tuple[str, Scalar, Scalar]]:
    """(the path, the key that does not count, the one that does) of each twin."""
    for left in node.twins if isinstance(node, Mapping) else ():
        counts = node.key(left.text) if isinstance(node, Mapping) else None
        if counts is not None:
            yield joined(path, left.text), left, counts
    for name, inner in parts_of(node):
        yield from _twins(inner, joined(path, name))


def placed_set(text: str, raw: Mapping, block: str) -> str:
    """`--set KEY=VALUE` with the key as it stands in the file: in the block, and in W&B's `{value: ...}`.

    A key is looked for in the block first, then from the top of the file; a new one belongs to the block.
    """
    key, equals, value = text.partition("=")
    name, root = key.strip(), unwrapped(raw)
    if block and name != block and not name.startswith(f"{block}."):
        inside = entry_at(root, f"{block}.{name}")[1]
        name = name if inside is None and entry_at(root, name)[1] is not None else f"{block}.{name}"
    head, dot, rest = name.partition(".")
    if root is not raw and rest.partition(".")[0] != "value":
        name = f"{head}.value{dot}{rest}"
    return f"{name}{equals}{value}"


def check_sets(config: Config, request: Request) -> None:
    """Raise SpecError for a key that neither stands in the file nor means anything to its format."""
    written = unwrapped(read(config.syntax, config.source, (), config.inputs))
    for text in request.sets:
        key = text.partition("=")[0].strip()
        if config.syntax == "shell":
            key = key.lstrip("-")
        inner = key.removeprefix(f"{request.block}.")
        is_meaningful = any(_within(inner, path) for path in (*config.read, *config.meaningful))
        if config.syntax == "shell" and names_variable(config.source.text, variable_name(key)):
            continue
        if is_meaningful or entry_at(written, key)[1] is not None:
            continue
        place = Source(f"--set {text}", placed=False).whole
        hint = suggest(inner, sorted({*config.read, *config.meaningful}), "--set takes the file's own keys")
        raise refuse(place, "unknown-key", f"nothing reads {key[:60]!r} in a {config.format} config", hint)


_OF_WANDB = ("wandb_version", "_wandb")


def unwrapped(root: Mapping) -> Mapping:
    """The mapping inside W&B's `{value: ...}`, or `root` itself where nothing is wrapped. `_wandb` stays as it is."""
    wrapped = [(key, value) for key, value in root.entries if key.text not in _OF_WANDB]
    if not wrapped or not all(_is_wrapping(value) for _, value in wrapped):
        return root
    entries: list[tuple[Scalar, Node]] = []
    for key, value in root.entries:
        inner = value.get("value") if isinstance(value, Mapping) else None
        entries.append((key, value if key.text in _OF_WANDB or inner is None else _plain(inner)))
    return replace(root, entries=tuple(entries))


def _is_wrapping(node: Node) -> bool:
    return isinstance(node, Mapping) and {"value"} <= {k.text for k, _ in node.entries} <= {"value", "desc"}


def _plain(node: Node) -> Node:
    """A value; old releases write None as a text."""
    if isinstance(node, Value) and node.read == "None":
        return replace(node, read=None)
    return node


_FEWEST = 2
"""A whole number from here on, written without a point, counts something; 0 and 1 may be shares as well."""

_COMMAS = re.compile(r"\s*\d+\s*(,\s*\d+\s*)+")
"""Whole numbers with commas between them."""

_MOST, _DEEPEST = 60, 5
"""This many numbers inside other values are looked at, and none deeper than this."""


def config_values(config: Config, block: str = "") -> tuple[ConfigValue, ...]:
    """List what the translation looked for: words, then what the file gives, then defaults, in the order of looking."""
    root = read(config.syntax, config.source, (), config.inputs)
    wrapped = unwrapped(root) is not root
    words = []
    for path, (word, others) in config.words.items():
        written = isinstance(entry_at(config.root, path)[1], Scalar)
        text, names = word if written else "", _spellings(path, block, wrapped)
        words.append(ConfigValue(names, text, 0, False, words=others, taken=word))
    values = []
    for path in dict.fromkeys((*config.read, *config.meaningful, *islice(_inside(config), _MOST))):
        node = entry_at(config.root, path)[1]
        written = isinstance(node, Scalar) and node.value is not None
        value = config.taken.get(path)
        taken = "" if value is None else repr(value)
        if value is None and written:
            value = _number(config, node, path)
        if value is None and node is not None and (entries := _positions(config, node, path)):
            items = node.items if isinstance(node, Sequence) else ()
            listed = f"[{', '.join(item.text for item in items if isinstance(item, Scalar))}]"
            text = node.text if isinstance(node, Scalar) else listed
            values.append(ConfigValue(_spellings(path, block, wrapped), text, entries[-1], True, entries=entries))
            continue
        if value is None and (written or isinstance(node, (Mapping, Sequence))):
            continue
        if not written and path not in config.numeric and path not in config.meaningful:
            continue
        text = node.text if isinstance(node, Scalar) and written else ""
        whole = config.numeric.get(path) or (isinstance(value, int) and abs(value) >= _FEWEST)
        pointed = not config.texts_count and config.syntax == "pyyaml"
        names = _spellings(path, block, wrapped)
        values.append(ConfigValue(names, text, float(value or 0), whole, pointed, taken=taken))
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


def _positions(config: Config, node: Node, path: str) -> tuple[float, ...]:
    """A list of rising whole numbers, such as milestones, or a text of them (of an .ini); () where it is none."""
    if isinstance(node, Scalar) and _COMMAS.fullmatch(node.text):
        numbers: list[float | None] = [float(part) for part in node.text.split(",")]
    else:
        numbers = [_number(config, item, path) for item in node.items] if isinstance(node, Sequence) else []
    entries = tuple(float(number) for number in numbers if number is not None and number % 1 == 0)
    rising = len(entries) == len(numbers) and all(a < b for a, b in pairwise((0.0, *entries)))
    return entries if rising else ()


def _spellings(path: str, block: str, wrapped: bool) -> tuple[str, ...]:
    """List the names that `--set` may give a path: inside the block or above it, and inside W&B's wrapping."""
    parts = block.split(".") if block else []
    names = [".".join((*parts[:used], path)) for used in range(len(parts), -1, -1)]
    if wrapped:
        first = [name.partition(".") for name in names]
        names = [f"{head}.value{dot}{rest}" for head, dot, rest in first] + names
    return tuple(names)
