"""YAML as OmegaConf and Hydra read it: 1e-5 is a number, ${a.b} is another value of the file, ??? is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lrcli.configs.nodes import Unknown, Value, entry_at, mapped
from lrcli.configs.syntax.pyyaml import read_yaml
from lrcli.configs.syntax.pyyaml import scalar as scalar_of_pyyaml
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import Place, Source

_FLOAT = re.compile(r"[-+]?[0-9][0-9_]*\.[0-9_]*[eE][-+]?[0-9]+|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+")
_REFERENCE = re.compile(r"\$\{([^${}]*)\}")
_PATH = re.compile(r"\.*[A-Za-z_0-9][\w.\-/]*(?:\[[\w.\-]+\][\w.\-]*)*")
_MOST = 40
"""This many references may follow each other; OmegaConf itself stops at Python's recursion limit."""


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The mapping of a YAML text, references resolved where the file says what they stand for."""
    return resolve_interpolations(read_yaml(source, sets, omegaconf_scalar))


def omegaconf_scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    if plain and not tag and _FLOAT.fullmatch(text):
        return Value(place, text, plain, read=float(text.replace("_", "")))
    return scalar_of_pyyaml(place, text, plain, tag)


def resolve_interpolations(root: Mapping) -> Mapping:
    """The mapping with every `${...}` replaced; what cannot be known becomes `Unknown`, and stops who needs it."""
    resolver = _Resolver(root)
    done = resolver.node(root, (), 0)
    assert isinstance(done, Mapping)
    return done


class _Resolver:
    """Replaces references in one file; a part that stands in several places is worked on once."""

    def __init__(self, root: Mapping) -> None:
        self.root = root
        self.done: dict[int, Node] = {}

    def node(self, node: Node, path: tuple[str, ...], depth: int) -> Node:
        if isinstance(node, Scalar):
            return self.scalar(node, path, depth)
        if id(node) not in self.done:
            self.done[id(node)] = mapped(node, lambda name, part: self.node(part, (*path, name), depth))
        return self.done[id(node)]

    def scalar(self, node: Scalar, path: tuple[str, ...], depth: int) -> Node:
        text = node.value
        if not isinstance(text, str):
            return node
        if text == "???":
            where = ".".join(path)
            help = f"--set {where}=..." if where else ""
            return Unknown(
                node.place, text, why=f"{where} is ???, which has to be given when training starts", help=help
            )
        if "${" not in text:
            return node
        whole = _REFERENCE.fullmatch(text)
        if whole:
            target = self.reference(whole.group(1), path, depth)
            return self.unknown(node, path) if target is None else target
        parts: list[str] = []
        end = 0
        for match in _REFERENCE.finditer(text):
            target = self.reference(match.group(1), path, depth)
            if not isinstance(target, Scalar) or isinstance(target, Unknown):
                return self.unknown(node, path)
            value = target.value
            parts += [text[end : match.start()], str(value)]
            end = match.end()
        filled = "".join(parts) + text[end:]
        return self.unknown(node, path) if "${" in filled else Value(node.place, filled, False, read=filled)

    def reference(self, inside: str, path: tuple[str, ...], depth: int) -> Node | None:
        """Return the value that a reference stands for; None where the file does not say."""
        name = inside.strip()
        if depth >= _MOST or not _PATH.fullmatch(name):
            return None
        name = re.sub(r"\[([\w.\-]+)\]", r".\1", name)
        dots = len(name) - len(name.lstrip("."))
        # one dot is the mapping that the value stands in, each further one the mapping above that
        base = path[: len(path) - dots] if dots else ()
        if dots > len(path):
            return None
        whole = ".".join((*base, name[dots:]))
        _, target = entry_at(self.root, whole)
        if target is None and not dots:
            whole = f"parameters.{whole}"  # a run file of MosaicML's hands its parameters over as the config
            _, target = entry_at(self.root, whole)
        return None if target is None else self.node(target, tuple(whole.split(".")), depth + 1)

    @staticmethod
    def unknown(node: Scalar, path: tuple[str, ...]) -> Unknown:
        where = ".".join(path)
        why = f"{where} is {str(node.value)[:60]!r}, which the file does not resolve"
        return Unknown(node.place, node.text, why=why, help=f"--set {where}=...")
