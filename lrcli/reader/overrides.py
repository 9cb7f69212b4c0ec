"""`--set KEY=VALUE` and its relatives: values of the command line that replace values of the spec.

They are put into the nodes, so that everything after treats them as if they stood in the file. Problems with them point
at the option.
"""

from __future__ import annotations

from collections.abc import Mapping as Mapping_
from collections.abc import Sequence as Sequence_
from dataclasses import replace

from lrcli.reader.forms import spelled_out
from lrcli.reader.nodes import MAX_DEPTH, Mapping, Node, Scalar, ScalarOf, Sequence, compose_nodes
from lrcli.reader.request import Given
from lrcli.reader.source import Place, Problems, Source, checked, refuse
from lrcli.reader.units import resolve_scalar

_SAME = {"lr": ("lr", "base_lr", "learning_rate"), "schedules": ("schedules", "schedulers")}


def with_options(root: Mapping, sets: Sequence_[str], given: Given, lengths: Mapping_[str, str]) -> Mapping:
    """`root` with the values of `--set`, what the options say of the data, and the lengths, by their units."""
    for text in sets:
        root = spelled_out(apply_set(root, text))
    root = set_given(root, given)
    for unit, text in lengths.items():
        root = set_length(root, unit, text)
    return root


def apply_set(root: Mapping, text: str, scalar: ScalarOf | None = None) -> Mapping:
    """`root` with the value that `KEY=VALUE` sets. Raises SpecError if it cannot be set.

    KEY is a dotted path; a list takes an index, a list of groups also a group's name (`groups.head.lr`). `scalar` makes
    the values of a file that is no spec of ours, in which a key has one spelling.
    """
    source = Source(f"--set {text}", placed=False)
    key, equals, value = text.partition("=")
    path = key.strip().split(".")
    if not equals or not all(path):
        raise refuse(source.whole, "set", "--set takes KEY=VALUE, as in --set schedule.gamma=0.5")
    if len(path) > MAX_DEPTH:
        raise refuse(source.whole, "limit", f"the key has more than {MAX_DEPTH} parts")
    changed = _replaced(root, path, _value(source, value, scalar), source.whole, _SAME if scalar is None else {})
    assert isinstance(changed, Mapping)
    return changed


def apply_sets(root: Mapping, texts: Sequence_[str], scalar: ScalarOf) -> Mapping:
    """A mapping of another reader with the values of several `KEY=VALUE`, one after the other."""
    for text in texts:
        root = apply_set(root, text, scalar)
    return root


def with_value(root: Mapping, key: str, text: str) -> Mapping:
    """`root` with a value as `--set` has it, for whoever tries many of them: a plain number is not parsed as YAML."""
    if not resolves_to_number(text):
        return apply_set(root, f"{key}={text}")
    source = Source(f"--set {key}={text}", placed=False)
    changed = _replaced(root, key.split("."), Scalar(source.whole, text), source.whole)
    assert isinstance(changed, Mapping)
    return changed


def resolves_to_number(text: str) -> bool:
    """Whether a text is a number in YAML, without its parser."""
    return isinstance(resolve_scalar(text), (int, float)) and text.strip() == text


def set_length(root: Mapping, unit: str, text: str) -> Mapping:
    """`root` with the length that `--epochs` or `--steps` sets. What its rows count stays as it is."""
    source = Source(f"--{unit} {text}", placed=False)
    kept = [entry for entry in root.entries if entry[0].text not in ("epochs", "steps")]
    if root.get("interval") is None and len(kept) < len(root.entries):
        interval = "epoch" if root.get("epochs") is not None else "step"
        kept.append((Scalar(source.whole, "interval"), Scalar(source.whole, interval)))
    kept.append((Scalar(source.whole, unit), _value(source, text)))
    return replace(root, entries=tuple(kept))


def set_given(root: Mapping, given: Given) -> Mapping:
    """`root` with what the options say about the data and the rows."""

    def put(path: str, name: str, value: object) -> None:
        nonlocal root
        place = Source(given.option(name), placed=False).whole
        changed = _replaced(root, path.split("."), Scalar(place, str(value)), place, {})
        assert isinstance(changed, Mapping)
        root = changed

    def drop(*names: str) -> None:
        nonlocal root
        root = replace(root, entries=tuple(entry for entry in root.entries if entry[0].text not in names))

    names = given.names()
    for name in ("samples", "batch_size", "world_size"):
        if name in names:
            put(f"data.{name}", name, getattr(given, name))
    if given.batches_per_epoch is not None:
        data = root.get("data")
        written = data.get("grad_accum") if isinstance(data, Mapping) else None
        value = written.value if isinstance(written, Scalar) else 1
        accumulation = value if isinstance(value, int) and value > 0 else 1
        drop("data", "steps_per_epoch")
        steps = given.batches_per_epoch // accumulation
        put("steps_per_epoch", "batches_per_epoch", max(1, steps) if accumulation > 1 else steps)
    if given.steps_per_epoch is not None:
        drop("data")
        put("steps_per_epoch", "steps_per_epoch", given.steps_per_epoch)
    if given.interval is not None:
        put("interval", "interval", given.interval)
    return root


def _value(source: Source, text: str, scalar: ScalarOf | None = None) -> Node:
    """The node of a value that is written on the command line."""
    problems = Problems()
    written = checked(Source(source.name, text, placed=False))
    node = compose_nodes(written, problems) if scalar is None else compose_nodes(written, problems, scalar)
    problems.raise_any()
    if node is not None:
        return node
    return Scalar(source.whole, "") if scalar is None else scalar(source.whole, "", True, "")


def _replaced(
    node: Node | None, path: list[str], value: Node, place: Place, spellings: Mapping_[str, tuple[str, ...]] = _SAME
) -> Node:
    """`node` with `value` at `path`; a mapping that is not there yet is made."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(node, Sequence):
        i, used = _index(node, path, place)
        items = list(node.items)
        items[i] = _replaced(items[i], path[used:], value, place, spellings)
        return replace(node, items=tuple(items))
    if isinstance(node, Scalar) and node.value is not None:
        raise refuse(place, "set", f"{head!r} cannot be set: there is {node}, not a mapping")
    entries = dict(node.entries) if isinstance(node, Mapping) else {}
    same = next((names for names in spellings.values() if head in names), (head,))
    key = next((key for key in entries if key.text in same), Scalar(place, head))
    entries[key] = _replaced(entries.get(key), rest, value, place, spellings)
    if isinstance(node, Mapping):
        return replace(node, entries=tuple(entries.items()))
    return Mapping(place, tuple(entries.items()))


def _index(node: Sequence, path: list[str], place: Place) -> tuple[int, int]:
    """(the entry that the path names, how many parts of the path name it: a group's name may hold dots)."""
    names = [item.get("name") if isinstance(item, Mapping) else None for item in node.items]
    for used in range(len(path), 0, -1):
        wanted = ".".join(path[:used])
        for i, name in enumerate(names):
            if isinstance(name, Scalar) and name.text == wanted:
                return i, used
    if path[0].isdecimal() and len(path[0]) < 10 and int(path[0]) < len(node.items):
        return int(path[0]), 1
    named = [name.text for name in names if isinstance(name, Scalar)]
    hint = f"the names are {', '.join(named)}" if named else f"the entries are 0 to {len(node.items) - 1}"
    raise refuse(place, "set", f"there is no entry {path[0]!r} in the list", hint if node.items else "it is empty")
