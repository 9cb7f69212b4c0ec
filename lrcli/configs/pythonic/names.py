"""What the names of a Python file hold after each of its statements: assignments, and changes of what they hold."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import replace

from lrcli.configs.nodes import Unknown, Unread, mapping_of, sequence_of
from lrcli.configs.pythonic.expressions import Expressions, Names, inside, keywords_of, root_of
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.source import Place, Source, refuse

Change = Callable[[Node], "Node | None"]
"""What a statement makes of a mapping or a list; None where nobody knows."""

_HARMLESS = (
    *("dict", "list", "tuple", "set", "str", "int", "float", "bool", "len", "round", "abs", "min", "max", "sum"),
    *("sorted", "range", "enumerate", "zip", "isinstance", "type", "print", "deepcopy", "copy", "hasattr", "getattr"),
    *("repr", "get", "items", "keys", "values", "join", "format", "split", "startswith", "endswith", "read_base"),
)
"""Functions and methods that change nothing that they are given."""
_MOST_CHANGES = 1000
"""So many statements may change what a name holds."""
BASE = "_base_"


class Imports:
    """The other files that a file is based on. This one knows none of them."""

    def base(self, written: Node) -> Node:
        """What `_base_ = ...` holds: the names of the files, or their values."""
        return written

    def module(self, level: int, name: str, place: Place) -> Mapping:
        """The names of a module that stands under `with read_base():`. Raises SpecError where it is not there."""
        raise refuse(place, "file", f"the module {'.' * level}{name} is not read")


def parsed(source: Source) -> list[ast.stmt]:
    """The statements of a Python file. Raises SpecError for another text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in somebody's text is nothing to tell of
            return ast.parse(source.text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = Place(source, getattr(error, "lineno", None) or 0, getattr(error, "offset", None) or 1, 1)
        raise refuse(place, "syntax", f"this is no Python: {getattr(error, 'msg', None) or error}") from None


def names_of(source: Source, given: Mapping_[str, Node], imports: Imports) -> Names:
    """What the names of a file hold at its end. `given` are the values that `--set` gives to names."""
    file = _File(source, given, imports)
    file.run(parsed(source))
    if not file.names:
        raise refuse(source.whole, "syntax", "this Python file assigns nothing")
    return file.names


class _File:
    """The names of a file while its statements are read."""

    def __init__(self, source: Source, given: Mapping_[str, Node], imports: Imports) -> None:
        self.names: Names = {}
        self.given, self.imports = given, imports
        self.shared: set[str] = set()
        self.read = Expressions(source, self.names, self.shared)
        self.changes = 0

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if not self.understands(statement):
                self.spoil(statement)

    def understands(self, statement: ast.stmt) -> bool:
        """Whether a statement is one whose effect is known; then it has taken effect."""
        if isinstance(statement, ast.Assign):
            value = self.value(statement.value)
            return all(self.assign(target, value, statement.value) for target in statement.targets)
        if isinstance(statement, ast.AnnAssign):
            written = statement.value
            return written is None or self.assign(statement.target, self.value(written), written)
        if isinstance(statement, ast.AugAssign):
            sum_ = ast.copy_location(ast.BinOp(_loaded(statement.target), statement.op, statement.value), statement)
            return self.assign(statement.target, self.read.value(sum_), sum_)
        if isinstance(statement, ast.Delete):
            return all(self.delete(target) for target in statement.targets)
        if isinstance(statement, ast.If):
            test = self.read.truth(statement.test)
            if test is not None:
                self.run(statement.body if test else statement.orelse)
            return test is not None
        if isinstance(statement, ast.With):
            return self.read_base(statement)
        if isinstance(statement, ast.Expr):
            return isinstance(statement.value, ast.Constant) or (
                isinstance(statement.value, ast.Call) and self.call(statement.value)
            )
        return isinstance(statement, ast.Pass)

    def value(self, written: ast.expr) -> Node:
        """The value of an expression; what a call in it may change is not known after it."""
        value = self.read.value(written)
        changed = [name for name in _changed_in(written, self.names) if not isinstance(self.names[name][1], Scalar)]
        if changed:
            unknown = self.read.unknown(written)
            self.swap({id(node): unknown for name in changed for node in _containers(self.names[name][1])})
        return value

    def assign(self, target: ast.expr, value: Node, written: ast.expr) -> bool:
        """target = value."""
        if isinstance(target, ast.Name):
            name = target.id
            if name in self.given:
                value = self.given[name]
            if name == BASE:
                value = self.imports.base(value)
            (self.shared.add if name == BASE or root_of(written) in self.shared else self.shared.discard)(name)
            self.names[name] = Scalar(self.read.place(target), name), value
            return True
        if isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if isinstance(value, List) else ()
            return len(items) == len(target.elts) and all(
                self.assign(one, item, written) for one, item in zip(target.elts, items, strict=True)
            )
        held, key = self.container(target)
        return held is not None and self.change(held, lambda node: _with(node, key, self.read.place(target), value))

    def delete(self, target: ast.expr) -> bool:
        """del target."""
        if isinstance(target, ast.Name):
            return self.names.pop(target.id, None) is not None
        held, key = self.container(target)
        return held is not None and self.change(held, lambda node: _without(node, key))

    def container(self, target: ast.expr) -> tuple[Node | None, object]:
        """(the mapping or list that an entry stands in, its key); None where that is not known."""
        if isinstance(target, ast.Attribute) and root_of(target) in self.shared:
            return self.read.value(target.value), target.attr
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and root_of(target):
            return self.read.value(target.value), target.slice.value
        return None, None

    def call(self, node: ast.Call) -> bool:
        """x.update(...), x.append(...) and the like; delattr(x, 'key')."""
        arguments = [self.read.value(one) for one in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "delattr" and len(arguments) == 2:
            key = arguments[1].value if isinstance(arguments[1], Scalar) else None
            return self.change(arguments[0], lambda node: _without(node, key))
        if not isinstance(node.func, ast.Attribute) or not root_of(node.func):
            return False
        held, method = self.read.value(node.func.value), node.func.attr
        if isinstance(held, List):
            return self.change(held, lambda node: _longer(node, method, arguments))
        if method == "pop" and arguments and isinstance(arguments[0], Scalar):
            key = arguments[0].value
            known = inside(held, key) is not None
            return self.change(held, lambda node: _without(node, key)) if known else len(arguments) == 2
        if method not in ("update", "merge"):
            return False
        pairs = [*((None, one) for one in node.args), *keywords_of(node)]
        other = self.read.mapping(node, pairs, 1)
        deep = root_of(node.func) in self.shared
        return isinstance(other, Mapping) and self.change(
            held, lambda node: _merged(node, other, deep, method == "merge")
        )

    def change(self, held: Node, change: Change) -> bool:
        """Change a mapping or a list in place: whatever holds it holds the changed one after it."""
        changed = change(held) if isinstance(held, (Mapping, List)) else None
        self.changes += 1
        if changed is None or self.changes > _MOST_CHANGES:
            return False
        self.swap({id(held): changed})
        return True

    def swap(self, swaps: Mapping_[int, Node]) -> None:
        """Put other nodes in the place of some, in whatever name holds them."""
        kept: dict[int, Node] = {}
        for name, (key, node) in self.names.items():
            self.names[name] = key, _swapped(node, swaps, kept)

    def read_base(self, statement: ast.With) -> bool:
        """Take the names of the modules that stand under `read_base`."""
        call = statement.items[0].context_expr
        named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "read_base"
        if not named or not all(isinstance(one, ast.ImportFrom) for one in statement.body):
            return False
        errors: list[SpecError] = []
        for one in statement.body:
            assert isinstance(one, ast.ImportFrom)
            place = self.read.place(one)
            try:
                found = self.imports.module(one.level, one.module or "", place)
            except SpecError as error:
                errors.append(error)
                self.names[BASE] = Scalar(place, BASE), Unread.of(place, errors)
                continue
            for alias in one.names:
                for key, node in found.entries:
                    if key.text == alias.name or (alias.name == "*" and not key.text.startswith("_")):
                        name = alias.asname or key.text
                        self.names[name] = replace(key, text=name), self.given.get(name, node)
                        self.shared.add(name)
        return True

    def spoil(self, statement: ast.AST) -> None:
        """Say of each name that a statement may change that nobody knows what it holds, nor what it shares."""
        unknown = self.read.unknown(statement)
        lost: dict[str, Node] = {}
        for node in ast.walk(statement):
            if isinstance(node, ast.alias):  # an imported class is known by its name, as in type=LinearLR
                name = (node.asname or node.name).split(".")[0]
                lost[name] = replace(unknown, text=name)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                lost[node.name] = unknown
            elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
                lost[node.id] = unknown
        lost |= dict.fromkeys(_changed_in(statement, self.names), unknown)
        shared = [node for name in lost for node in _containers(self.names.get(name, (None, unknown))[1])]
        self.swap({id(node): unknown for node in shared})
        for name, held in lost.items():
            if name != BASE or not isinstance(self.names.get(BASE, (None, None))[1], Unknown):
                self.names[name] = Scalar(self.read.place(statement), name), held


def _changed_in(statement: ast.AST, names: Names) -> set[str]:
    """The names whose mappings and lists a statement may change, without assigning to the names."""
    loaded = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id in names}
    stored = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    changed: set[str] = set()
    for inner in ast.walk(statement):
        roots: set[str] = set()
        if isinstance(inner, ast.Call):
            called = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            if called in _HARMLESS:
                continue
            parts = [*inner.args, *(word.value for word in inner.keywords)]
            roots = {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}
            if isinstance(inner.func, ast.Attribute):
                roots.add(root_of(inner.func))
        elif isinstance(inner, (ast.Subscript, ast.Attribute)) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            roots = {root_of(inner)}
        # for x in xs: x['key'] = 1 changes what xs holds
        changed |= loaded if roots & stored else roots & loaded
    return changed


def _containers(node: Node) -> Iterator[Node]:
    """The mappings and lists of a value, itself among them."""
    if not isinstance(node, Scalar):
        yield node
        for inner in node.items if isinstance(node, List) else (value for _, value in node.entries):
            yield from _containers(inner)


def _loaded(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """The target of an assignment as an expression."""
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    return ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)


def _swapped(node: Node, swaps: Mapping_[int, Node], kept: dict[int, Node]) -> Node:
    """A node with others in the place of its parts; what is shared stays shared (`kept`)."""
    if isinstance(node, Scalar) or id(node) in swaps:
        return swaps.get(id(node), node)
    if id(node) not in kept:
        made: Node = node
        if isinstance(node, List):
            items = [_swapped(item, swaps, kept) for item in node.items]
            if any(a is not b for a, b in zip(items, node.items, strict=True)):
                made = sequence_of(items, node.place)
        else:
            pairs = [(key, _swapped(value, swaps, kept)) for key, value in node.entries]
            if any(a is not b for (_, a), (_, b) in zip(pairs, node.entries, strict=True)):
                made = mapping_of(pairs, node.place)
        kept[id(node)] = made
    return kept[id(node)]


def _with(node: Node, key: object, place: Place, value: Node) -> Node | None:
    """x[key] = value."""
    if isinstance(node, Mapping) and isinstance(key, str):
        return mapping_of([*node.entries, (Scalar(place, key), value)], node.place)
    if isinstance(node, List) and isinstance(key, int) and inside(node, key) is not None:
        items = list(node.items)
        items[key] = value
        return sequence_of(items, node.place)
    return None


def _without(node: Node, key: object) -> Node | None:
    """del x[key]; None where it is not there."""
    if inside(node, key) is None:
        return None
    if isinstance(node, Mapping):
        return mapping_of([entry for entry in node.entries if entry[0].text != key], node.place)
    assert isinstance(node, List) and isinstance(key, int)
    return sequence_of([item for i, item in enumerate(node.items) if i != key % len(node.items)], node.place)


def _longer(node: Node, method: str, arguments: Sequence[Node]) -> Node | None:
    """x.append(value), x.extend(values), x.insert(i, value), x.pop(i)."""
    assert isinstance(node, List)
    if method == "append" and len(arguments) == 1:
        return sequence_of([*node.items, *arguments], node.place)
    if method == "extend" and len(arguments) == 1 and isinstance(arguments[0], List):
        return sequence_of([*node.items, *arguments[0].items], node.place)
    index = arguments[0].value if arguments and isinstance(arguments[0], Scalar) else -1
    if not isinstance(index, int) or isinstance(index, bool) or method not in ("insert", "pop"):
        return None
    items = list(node.items)
    if method == "pop":
        return _without(node, index) if len(arguments) <= 1 else None
    items[index:index] = arguments[1:2]
    return sequence_of(items, node.place) if len(arguments) == 2 else None


def _merged(node: Node, other: Mapping, deep: bool, deletes: bool) -> Node | None:
    """x.update(other): what both have is merged where `deep`; with `deletes`, `_delete_=True` in it clears x first."""
    if not isinstance(node, Mapping):
        return None
    entries = {key.text: (key, value) for key, value in node.entries}
    mark = other.get("_delete_") if deletes else None
    if isinstance(mark, Scalar) and mark.value is True:
        entries = {}
    for key, value in other.entries:
        if deletes and key.text == "_delete_":
            continue
        below = entries.get(key.text, (None, None))[1]
        both = deep and isinstance(value, Mapping) and isinstance(below, Mapping)
        merged = _merged(below, value, deep, deletes) if both and isinstance(value, Mapping) and below else None
        entries[key.text] = key, merged or value
    return mapping_of(entries.values(), node.place)
