"""Keys that stand twice in one mapping of a config: which of them counts, and whose reader takes neither."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.configs.config import Config
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import refuse


def refuse_twins(root: Mapping, message: str = "ConstructorError: found duplicate key {}") -> None:
    """Raise the SpecError of a reader that takes no key twice, as OmegaConf's."""
    for _, left, counts in _twins(root, ""):
        where = f"it stands in line {left.place.line}, too"
        raise refuse(counts.place, "framework-raises", message.format(left.text), where)


def tell_twins(config: Config, root: Mapping) -> None:
    """Remark on the keys that stand twice and bear on the rates."""
    known = (*config.read, *config.meant)
    for path, left, counts in _twins(root, ""):
        if any(_within(path, one) or _within(one, path) for one in known):
            which = "last" if left.place.line <= counts.place.line else "first"
            what = f"{left.text} stands twice: the {which} one counts, not that of line {left.place.line}"
            config.remark(path, "duplicate-key", what)


def _within(path: str, outer: str) -> bool:
    return f"{path}.".startswith(f"{outer}.")


def _twins(node: Node, path: str) -> Iterator[tuple[str, Scalar, Scalar]]:
    """(the path, the key that does not count, the one that does) of each twin."""
    if isinstance(node, Scalar):
        return
    if not isinstance(node, Mapping):
        for i, item in enumerate(node.items):
            yield from _twins(item, f"{path}.{i}" if path else str(i))
        return
    for left in node.twins:
        counts = node.key(left.text)
        if counts is not None:
            yield f"{path}.{left.text}" if path else left.text, left, counts
    for key, value in node.entries:
        yield from _twins(value, f"{path}.{key.text}" if path else key.text)
