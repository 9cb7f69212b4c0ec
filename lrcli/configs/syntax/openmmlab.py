"""OpenMMLab's Python configs: as any Python file that only assigns, over the files that it is based on.

`_base_ = [...]` names files, whose values stand below those of this one and in `_base_`; `with read_base():` imports
modules. What is missing leaves `_base_` behind, as `Unknown`, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.configs.nodes import Unknown, Unread, mapping_of, merged, without_entries
from lrcli.configs.syntax import Chain, file_beside
from lrcli.configs.syntax.python import BASE, Imports, given_names, names_of, python_scalar
from lrcli.errors import SpecError
from lrcli.inputs import Inputs
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse

_WHOLE = "give the whole config, as training writes it into work_dirs"


def read(source: Source, sets: Sequence[str] = (), inputs: Inputs | None = None) -> Mapping:
    """The names of a config, with those of its base files below them; without `inputs`, its own alone."""
    bases = Imports() if inputs is None else _Bases(source, inputs, sets, Chain())
    return apply_sets(_whole(source, sets, bases), sets, python_scalar)


def _whole(source: Source, sets: Sequence[str], bases: Imports) -> Mapping:
    names = names_of(source, given_names(sets, source), bases)
    entries = [entry for name, entry in names.items() if name != BASE]
    base = names.get(BASE, (None, None))[1]
    if isinstance(base, Mapping):
        return merged(without_entries(mapping_of(entries, source.whole), ("_delete_",)), base, _over)
    null = base is None or (isinstance(base, Scalar) and base.value is None)
    return mapping_of(entries if null else [*entries, names[BASE]], source.whole)


def check_bases(root: Mapping) -> None:
    """Raise the SpecError of a config whose base files cannot be read."""
    left = root.get(BASE)
    if isinstance(left, Unread):
        raise left.error
    if isinstance(left, Unknown):
        raise refuse(left.place, left.code, f"_base_: {left.why}", _WHOLE)
    if left is not None and not (isinstance(left, Scalar) and left.value is None):
        raise refuse(left.place, "file", "the _base_ of a YAML file is not read", _WHOLE)


class _Bases(Imports):
    """The files that a file is based on, read when they are asked for."""

    def __init__(self, source: Source, inputs: Inputs, sets: Sequence[str], chain: Chain) -> None:
        self.source, self.inputs, self.sets, self.chain = source, inputs, sets, chain.with_file(source)

    def base(self, written: Node) -> Node:
        if isinstance(written, Scalar) and (isinstance(written, Unknown) or written.value is None):
            return written
        problems: list[SpecError] = []
        base = mapping_of([], self.source.whole)
        for node in written.items if isinstance(written, List) else (written,):
            try:
                lower = self._file(node)
                twins = {key.text for key, _ in base.entries} & {key.text for key, _ in lower.entries}
                if twins:
                    message = f"KeyError: Duplicate key is not allowed among bases. Duplicate keys: {sorted(twins)}"
                    raise refuse(node.place, "framework-raises", message)
                base = mapping_of([*base.entries, *lower.entries], self.source.whole)
            except SpecError as error:
                problems.append(error)
        return Unread.of(written.place, problems) if problems else base

    def _file(self, node: Node) -> Mapping:
        if isinstance(node, Unknown):
            raise refuse(node.place, node.code, f"_base_: {node.why}", _WHOLE)
        name = node.value if isinstance(node, Scalar) else None
        if not isinstance(name, str) or not name:
            raise refuse(node.place, "wrong-type", f"_base_ must be the names of files, not {node}")
        try:
            base_source = file_beside(self.inputs, self.source, name, node.place)
        except SpecError:
            message = f"FileNotFoundError: the _base_ {name!r} is not there, and may bear on the learning rate"
            help = "put it beside this file, or give the whole config from work_dirs; --set _base_=None does without it"
            raise refuse(node.place, "framework-raises", message, help) from None
        return self._read(base_source, node.place)

    def module(self, level: int, name: str, place: Place) -> Mapping:
        shown = f"{'.' * level}{name}"
        if not level or not name:
            message = f"the module {shown} belongs to a package that is installed, where lrcli does not look"
            raise refuse(place, "file", message, _WHOLE)
        path = "../" * (level - 1) + name.replace(".", "/") + ".py"
        try:
            base_source = file_beside(self.inputs, self.source, path, place)
        except SpecError:
            message = f"ConfigParsingError: the module {shown} is not there, and may bear on the learning rate"
            help = f"put it at {path} beside this file; or {_WHOLE}"
            raise refuse(place, "framework-raises", message, help) from None
        return self._read(base_source, place)

    def _read(self, base_source: Source, place: Place) -> Mapping:
        self.chain.check(base_source, place)
        root = _whole(base_source, self.sets, _Bases(base_source, self.inputs, self.sets, self.chain))
        check_bases(root)
        return root


def _over(key: Scalar, value: Mapping, below: Node | None) -> Node:
    """A mapping over what the base has there, unless it says `_delete_`. Raises SpecError."""
    deletes = value.get("_delete_")
    if below is None or (isinstance(deletes, Scalar) and deletes.value is True):
        below = mapping_of([], value.place)
    if isinstance(below, Unknown):
        return below
    if not isinstance(below, Mapping):
        message = f"TypeError: {key.text} is a dict here and {below} in the base: it needs _delete_=True"
        raise refuse(key.place, "framework-raises", message)
    return merged(without_entries(value, ("_delete_",)), below, _over)
