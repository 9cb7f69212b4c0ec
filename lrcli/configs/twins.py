"""Keys that stand twice in one mapping of a config: which of them counts, and whose reader takes neither."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.configs.config import Config
from lrcli.configs.nodes import joined, parts_of
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import refuse


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
