"""The definitions of functions that need nothing of this package, each written above those that call it."""

from __future__ import annotations

import ast
import inspect
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import is_dataclass
from functools import partial
from itertools import count
from struct import Struct
from types import FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

from lrcli.expression import FUNCTIONS, Expression, not_real, tree_of
from lrcli.frameworks.torch.known import (
    NotPrinted,
    arguments_of,
    cells_of,
    changed_attributes,
    changed_names,
    given,
    is_ours,
    key_of,
    names_in,
    tree_of_function,
)
from lrcli.frameworks.torch.remembered import LIVE, REMEMBERED, rows_of, substitute_for
from lrcli.frameworks.torch.residual import Residue, used_lines
from lrcli.frameworks.torch.written import renamed, write_definitions
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of

MOST_DEFINED = 200
"""A formula with more functions than this is not printed."""


class Printed:
    """Definitions, which `lines` writes down. Until then each has a name with a blank in it, which no Python has.

    live: what stands for the metric of a schedule (by its id), which is only known when the run is. parameters: the
    arguments that each function still takes. imports: the modules that the definitions need.
    """

    def __init__(self, live: Mapping[int, str] | None = None) -> None:
        self.imports: set[str] = set()
        self.parameters: dict[str, list[str]] = {}
        self._live = live or {}
        self._expressions: dict[int, Expression] = {}
        self._names: dict[Any, str] = {}
        self._alive: list[Any] = []  # what has a name by its id
        self._texts: dict[str, ast.stmt] = {}

    def lines(self, used: Sequence[str]) -> tuple[list[str], list[str]]:
        """(the lines of all that these definitions need, what they are called)."""
        lines, names, identifiers = write_definitions(self._texts, used)
        self.imports &= identifiers
        return lines, names

    def named(self, function: Any, values: Mapping[str, Any], wish: str) -> str:
        """The name of a function, as wished; one that only hands its arguments on goes by the name of what it calls."""
        name = self.function(function, values, wish)
        definition = self._texts[name]
        line = definition.body[0] if isinstance(definition, ast.FunctionDef) else None
        call = line.value if isinstance(line, ast.Return) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in self.parameters:
            return name
        return call.func.id if [ast.unparse(each) for each in call.args] == self.parameters[name] else name

    def function(self, function: Any, values: Mapping[str, Any] = MappingProxyType({}), wish: str = "") -> str:
        """The name of a function whose arguments `values` are put in."""
        if isinstance(function, MethodType):
            owner = function.__self__
            if function.__name__ == "lr_at" and isinstance(owner, Schedule):
                fields = [each for each in vars(owner).values() if isinstance(each, Expression)]
                self._expressions |= {id(each.function): each for each in fields}
                rows, substitute = rows_of(owner), substitute_for(owner, values)
                if rows is not None and "base_lr" in values:
                    return self._walked(owner, rows, values["base_lr"], wish)
                if substitute is not None:
                    return self.function(*substitute, wish)
            first = next(iter(inspect.signature(function.__func__).parameters))
            return self.function(function.__func__, {first: owner, **values}, wish)
        if isinstance(function, partial):
            names = inspect.signature(function.func).parameters
            return self.function(function.func, {**dict(zip(names, function.args, strict=False)), **values}, wish)
        function = inspect.unwrap(function)
        key = (id(function.__code__), key_of(cells_of(function)), key_of(values))
        if key not in self._names:
            self._alive.append((function, values))
            if len(self._alive) > MOST_DEFINED:
                raise NotPrinted("too many functions")
            tree = tree_of_function(function)
            self._names[key] = name = self._name(wish or tree.name)
            self._define(name, function, tree, dict(values))
        return self._names[key]

    def _define(self, name: str, function: Any, tree: ast.FunctionDef, values: dict[str, Any]) -> None:
        module, arguments, cells = sys.modules[function.__module__], arguments_of(tree), cells_of(function)
        owner = cells.pop("__class__", None)
        residue = Residue(self, module, {**cells, **values}, {*arguments, *names_in(tree.body)}, owner)
        for each in [name for name in cells if name in changed_names(module)]:
            cell = function.__closure__[function.__code__.co_freevars.index(each)]
            residue.shared[each] = self._variable(cell, "", each, residue.known.pop(each))
        self.parameters[name] = [each for each in arguments if each not in values]
        inner = [each for each in ast.walk(tree) if isinstance(each, ast.Nonlocal)]
        residue.kept = {name for each in inner for name in each.names}
        lines = used_lines(residue.block(tree.body))
        lines = [ast.Global(sorted(residue.changed)), *lines] if residue.changed else lines
        body = [_Lifted(self).visit(line) for line in lines]
        self._texts[name] = ast.FunctionDef(name, given(self.parameters[name]), body or [ast.Pass()], [], None)

    def _walked(self, schedule: Schedule, rows: Any, base_lr: float, wish: str) -> str:
        """The name of a function that takes the rates of a generator one after the other, and keeps them."""
        key = ("walked", id(schedule), base_lr)
        if key in self._names:
            return self._names[key]
        frame = getattr(rows(base_lr), "gi_frame", None)
        generator = {**frame.f_globals, **vars(type(schedule))}.get(frame.f_code.co_name) if frame else None
        if frame and isinstance(generator, FunctionType) and generator.__code__ is frame.f_code:
            walk = self.function(generator, dict(frame.f_locals), "walk")
        else:
            walk = self.function(rows, {"base_lr": base_lr}, "walk")
        names = {"lr_at": self._name(wish or "lr_at"), "rates": self._name("rates"), "steps": self._name("steps")}
        self._names[key] = names["lr_at"]
        self.parameters[names["lr_at"]] = ["t"]
        self.imports.add("itertools")
        for statement in ast.parse(LIVE if self._live else REMEMBERED).body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            name = names[target.id if isinstance(target, ast.Name) else "lr_at"]
            self._texts[name] = renamed(statement, names | {"walk": walk})
        return names["lr_at"]

    def _name(self, wish: str) -> str:
        return f"{wish.strip('_')} {len(self._names)} {len(self._texts)}"

    def state(self, value: Any, name: str) -> str | None:
        """The variable that holds what an object changes of itself, None for what stays."""
        cls = type(value)
        if not is_ours(cls) or isinstance(value, (tuple, type, FunctionType, Exception)) or is_dataclass(cls):
            return None
        content = vars(value).get(name)
        if name not in changed_attributes(cls.__module__, cls.__name__) and not isinstance(content, (list, dict)):
            return None
        return self._variable(value, name, name, content)

    def _variable(self, owner: Any, attribute: str, wish: str, content: Any) -> str:
        key = (id(owner), attribute)
        if key not in self._names:
            self._alive.append(owner)
            self._names[key] = name = self._name(wish)
            items = [self.lifted(item) for item in content] if isinstance(content, list) else []
            text = ast.List(items, ast.Load()) if isinstance(content, list) else self.lifted(content)
            self._texts[name] = ast.Assign([ast.Name(name, ast.Store())], text)
        return self._names[key]

    def metric(self, owner: Any, name: str) -> ast.expr | None:
        """What stands for a metric that only the run knows."""
        text = self._live.get(id(owner))
        if not text or not any(f.name == name and param_of(f).kind == "metric" for f in parameters(owner)):
            return None
        return ast.parse(text, mode="eval").body

    def inlined(self, name: str, arguments: Sequence[ast.expr], is_helper: bool) -> ast.expr | None:
        """The expression that a short function returns, with its arguments, where each of them is used once at most.

        A function of a module, which has a name that helps, stays one unless it only gives an argument back.
        """
        function = self._texts.get(name)
        line = function.body[0] if isinstance(function, ast.FunctionDef) else None
        value = line.value if isinstance(line, ast.Return) else None
        if value is None or (is_helper and not isinstance(value, (ast.Name, ast.Constant))):
            return None
        if any(isinstance(each, (ast.Lambda, ast.comprehension)) for each in ast.walk(value)):
            return None
        used = Counter(each.id for each in ast.walk(value) if isinstance(each, ast.Name))
        values = dict(zip(self.parameters[name], arguments, strict=True))
        simple = (ast.Name, ast.Constant)
        if not all(used[each] <= 1 or isinstance(argument, simple) for each, argument in values.items()):
            return None
        return _Replaced(values).visit(deepcopy(value))  # type: ignore[no-any-return]

    def lifted(self, value: Any, hint: str = "") -> ast.expr:
        """A value as Python."""
        value = self._expressions.get(id(value), value)
        owner = getattr(value, "__self__", None)
        if isinstance(value, float) and not math.isfinite(value):
            return _parsed(f'float("{value}")')
        if isinstance(value, (int, float)) and math.copysign(1.0, value) < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))  # with brackets where Python needs them
        if value is None or isinstance(value, (int, float, str)):
            return ast.Constant(value)
        if isinstance(value, tuple):
            items = [self.lifted(item, hint) for item in value]
            return (
                ast.Call(self.lifted(type(value)), items, []) if is_ours(type(value)) else ast.Tuple(items, ast.Load())
            )
        if isinstance(value, ModuleType):
            return self._module(value.__name__)
        if isinstance(value, Expression):
            return ast.Name(self.expression(value), ast.Load())
        if isinstance(value, partial) or (isinstance(value, (FunctionType, MethodType)) and is_ours(value)):
            return ast.Name(self.function(value, {}), ast.Load())
        if isinstance(value, count):
            return ast.Attribute(self._module("itertools"), repr(value), ast.Load())
        if isinstance(value, slice):
            parts = [None if each is None else self.lifted(each) for each in (value.start, value.stop, value.step)]
            return ast.Slice(*parts)
        if isinstance(value, range):
            return _parsed(repr(value))
        if isinstance(value, (list, dict, Struct, Mapping)) or (isinstance(value, type) and is_ours(value)):
            return ast.Name(self._constant(value, hint), ast.Load())
        if owner is not None and not isinstance(owner, ModuleType):
            return ast.Attribute(self.lifted(owner, hint), value.__name__, ast.Load())
        source = (getattr(value, "__module__", None) or "").strip("_")
        if source == "builtins":
            return ast.Name(value.__name__, ast.Load())
        if callable(value) and source and not is_ours(value):
            return ast.Attribute(self._module(source), value.__name__, ast.Load())
        raise NotPrinted(f"{type(value).__name__} has no text")

    def _module(self, name: str) -> ast.expr:
        self.imports.add(name)
        return ast.Name(name, ast.Load())

    def _constant(self, value: Any, hint: str) -> str:
        """The name of a list, a mapping or a named tuple's class that is defined above."""
        if id(value) in self._names:
            return self._names[id(value)]
        self._alive.append(value)
        text: ast.expr
        if isinstance(value, type):
            methods = [
                each for each in vars(value).values() if isinstance(each, (FunctionType, property)) and is_ours(each)
            ]
            if methods or not issubclass(value, tuple):
                raise NotPrinted(f"a new {value.__name__}")
            fields, defaults = list(value._fields), tuple(value._field_defaults.values())  # type: ignore[attr-defined]
            make = ast.Attribute(self._module("collections"), "namedtuple", ast.Load())
            keywords = [ast.keyword("defaults", self.lifted(defaults))] if defaults else []
            text = ast.Call(make, [ast.Constant(value.__name__.strip("_")), _parsed(repr(fields))], keywords)
        elif isinstance(value, Struct):
            make = ast.Attribute(self._module("struct"), "Struct", ast.Load())
            text = ast.Call(make, [ast.Constant(value.format)], [])
        elif isinstance(value, Mapping):
            text = ast.Dict([self.lifted(key) for key in value], [self.lifted(item) for item in value.values()])
        else:
            text = ast.List([self.lifted(item) for item in value], ast.Load())
        name = self._name(value.__name__ if isinstance(value, type) else (hint or "values").upper())
        self._names[id(value)] = name
        self._texts[name] = ast.Assign([ast.Name(name, ast.Store())], text)
        return name

    def expression(self, expression: Expression, wish: str = "expression") -> str:
        """The name of the function that computes an expression, as wished."""
        key = ("expression", expression.text)
        if key not in self._names:
            self._names[key] = name = self._name(wish)
            functions = {each: function for each, (function, *_) in FUNCTIONS.items()} | {"not_real": not_real}
            residue = Residue(self, sys.modules[__name__], functions, {"epoch"})
            value = _Lifted(self).visit(residue.visit(tree_of(expression.text)))
            self.parameters[name] = ["epoch"]
            body = [*ast.parse("epoch = float(epoch)").body, ast.Return(value)]
            self._texts[name] = ast.FunctionDef(name, given(["epoch"]), body, [], None)
        return self._names[key]


class _Lifted(ast.NodeTransformer):
    """Writes known values as Python."""

    def __init__(self, printed: Printed) -> None:
        self._printed = printed

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return self._printed.lifted(node.value, node.kind or "")


class _Replaced(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node)


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
