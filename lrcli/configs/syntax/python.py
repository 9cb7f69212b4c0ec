"""Python files that only assign: numbers, texts, lists, dict(...) and arithmetic on names assigned above.

Nothing is run: names are followed through the statements, assignments and changes of what they hold. What would have to
be run (a call, an attribute, a loop) becomes `Unknown`, and stops only who needs it. `--set` of a name replaces what is
assigned to it, so that whatever is computed from it follows.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Mapping_
from copy import copy
from dataclasses import replace

from lrcli.configs.nodes import Unknown, Unread, Value, mapping_of, parts_of, text_scalar
from lrcli.configs.syntax.python_expressions import (
    Expressions,
    Names,
    containers,
    inside,
    keywords_of,
    lengthened,
    merged_into,
    root_of,
    swapped,
    with_item,
    without_item,
)
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse

NameChange = Callable[[Node], "Node | None"]
"""It returns what a statement makes of a mapping or a list, None where nobody knows."""

_HARMLESS = (
    *("dict", "list", "tuple", "set", "str", "int", "float", "bool", "len", "round", "abs", "min", "max", "sum"),
    *("sorted", "range", "enumerate", "zip", "isinstance", "type", "print", "deepcopy", "copy", "hasattr", "getattr"),
    *("repr", "get", "items", "keys", "values", "join", "format", "split", "startswith", "endswith", "read_base"),
)
"""Functions and methods that change nothing that they are given."""
_NAMES_OF_ALL = ("globals", "locals", "vars")
"""Functions that give the names themselves, to be changed."""
_MOST_CHANGES = 1000
"""This many statements of a file may change what a name holds."""
BASE = "_base_"


class Imports:
    """The other files that a file is based on. This one knows none of them."""

    def base(self, written: Node) -> Node:
        """Return what `_base_ = ...` holds: the names of the files, or their values."""
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
    """Return what the names of a file hold at its end. `given` are the values that `--set` gives to names."""
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
        match statement:
            case ast.Assign():
                value = self.value(statement.value)
                return all(self.assign(target, value, statement.value) for target in statement.targets)
            case ast.AnnAssign():
                written = statement.value
                return written is None or self.assign(statement.target, self.value(written), written)
            case ast.AugAssign():
                held = self.read.value(_loaded(statement.target))
                if isinstance(held, List) and isinstance(statement.op, ast.Add):  # a list grows in place
                    more = [self.value(statement.value)]
                    return self.change(held, lambda node: lengthened(node, "extend", more))
                work = ast.BinOp(_loaded(statement.target), statement.op, statement.value)
                sum_ = ast.copy_location(work, statement)
                return self.assign(statement.target, self.read.value(sum_), sum_)
            case ast.Delete():
                return all(self.delete(target) for target in statement.targets)
            case ast.If():
                test = self.read.truth(statement.test)
                if test is not None:
                    self.run(statement.body if test else statement.orelse)
                return test is not None
            case ast.With():
                return self.read_base(statement)
            case ast.Expr(ast.Call() as call):
                return self.call(call)
            case ast.Pass() | ast.Expr(ast.Constant()):
                return True
        return False

    def value(self, written: ast.expr) -> Node:
        """The value of an expression; what a call in it may change is not known after it."""
        value = self.read.value(written)
        changed = _changed_in(written, self.names)
        if changed:
            unknown = self.read.unknown(written)
            self.swap({id(node): unknown for name in changed for node in containers(self.names[name][1])})
        return value

    def assign(self, target: ast.expr, value: Node, written: ast.expr) -> bool:
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
                self.assign(part, item, written) for part, item in zip(target.elts, items, strict=True)
            )
        held, key = self.container(target)
        return held is not None and self.change(held, lambda node: with_item(node, key, self.read.place(target), value))

    def delete(self, target: ast.expr) -> bool:
        if isinstance(target, ast.Name):
            return self.names.pop(target.id, None) is not None
        held, key = self.container(target)
        return held is not None and self.change(held, lambda node: without_item(node, key))

    def container(self, target: ast.expr) -> tuple[Node | None, object]:
        """(the mapping or list that an entry stands in, its key); None where that is not known."""
        if isinstance(target, ast.Attribute) and root_of(target) in self.shared:
            return self.read.value(target.value), target.attr
        if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice) and root_of(target):
            index = self.read.value(target.slice)
            return self.read.value(target.value), index.value if isinstance(index, Scalar) else None
        return None, None

    def call(self, node: ast.Call) -> bool:
        """x.update(...), x.append(...) and the like; delattr(x, 'key')."""
        arguments = [self.read.value(part) for part in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "delattr" and len(arguments) == 2:
            key = arguments[1].value if isinstance(arguments[1], Scalar) else None
            return self.change(arguments[0], lambda node: without_item(node, key))
        if not isinstance(node.func, ast.Attribute) or not root_of(node.func):
            return False
        held, method = self.read.value(node.func.value), node.func.attr
        if isinstance(held, List):
            return self.change(held, lambda node: lengthened(node, method, arguments))
        if method == "pop" and arguments and isinstance(arguments[0], Scalar):
            key = arguments[0].value
            known = inside(held, key) is not None
            return self.change(held, lambda node: without_item(node, key)) if known else len(arguments) == 2
        if method not in ("update", "merge"):
            return False
        pairs = [*((None, part) for part in node.args), *keywords_of(node)]
        other = self.read.mapping(node, pairs, 1)
        deep = root_of(node.func) in self.shared
        return isinstance(other, Mapping) and self.change(
            held, lambda node: merged_into(node, other, deep, method == "merge")
        )

    def change(self, held: Node, change: NameChange) -> bool:
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
            self.names[name] = key, swapped(node, swaps, kept)

    def read_base(self, statement: ast.With) -> bool:
        """Take the names of the modules that stand under `read_base`."""
        call = statement.items[0].context_expr
        named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "read_base"
        if not named or not all(isinstance(part, ast.ImportFrom) for part in statement.body):
            return False
        errors: list[SpecError] = []
        for part in statement.body:
            assert isinstance(part, ast.ImportFrom)
            place = self.read.place(part)
            try:
                module = self.imports.module(part.level, part.module or "", place)
            except SpecError as error:
                errors.append(error)
                self.names[BASE] = Scalar(place, BASE), Unread.of(place, errors)
                continue
            for alias in part.names:
                for key, node in module.entries:
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
        every = any(isinstance(n, ast.Name) and n.id in _NAMES_OF_ALL for n in ast.walk(statement))
        lost |= dict.fromkeys(self.names if every else _changed_in(statement, self.names), unknown)
        shared = [node for name in lost for node in containers(self.names.get(name, (None, unknown))[1])]
        self.swap({id(node): unknown for node in shared})
        for name, held in lost.items():
            if name != BASE or not isinstance(self.names.get(BASE, (None, None))[1], Unknown):
                self.names[name] = Scalar(self.read.place(statement), name), held


def _changed_in(statement: ast.AST, names: Names) -> set[str]:
    """The names whose mappings and lists a statement may change, without assigning to the names."""
    held = {name for name, (_, node) in names.items() if not isinstance(node, Scalar)}
    loaded = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id in held}
    inner = {n.id for c in ast.walk(statement) if isinstance(c, ast.comprehension) for n in _stored(c.target)}
    if {n.id for n in _stored(statement)} - inner:  # for x in xs: x['key'] = 1; if test: x = xs
        return loaded
    changed: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in _HARMLESS:
                continue
            parts = [*node.args, *(word.value for word in node.keywords)]
            changed |= {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}
            changed |= {root_of(node.func)} if isinstance(node.func, ast.Attribute) else set()
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            changed.add(root_of(node))
    return loaded if changed & inner else changed & loaded


def _stored(node: ast.AST) -> Iterator[ast.Name]:
    return (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _loaded(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """The target of an assignment as an expression."""
    loaded = copy(target)
    loaded.ctx = ast.Load()
    return loaded


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    names = names_of(source, given_names(sets, source), Imports())
    return apply_sets(mapping_of(names.values(), source.whole), sets, python_scalar)


def given_names(sets: Sequence[str], source: Source) -> dict[str, Node]:
    """The values that `--set NAME=VALUE` gives to names."""
    of_names = [text for text in sets if text.partition("=")[0].strip().isidentifier()]
    return dict(parts_of(apply_sets(mapping_of([], source.whole), of_names, python_scalar)))


def python_scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    """A value of `--set` as Python has it, in which True is a truth."""
    is_none = plain and text == "None"
    return Value(place, text, plain, read=None) if is_none else text_scalar(place, text, plain, tag)
