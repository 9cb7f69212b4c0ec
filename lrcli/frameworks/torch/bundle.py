"""A schedule as Python that needs nothing of this package: its class and what that calls, cut out of their files.

The formula is copied, not written a second time, so what is printed computes the same numbers to the last bit. What a
class says for people and for the reader (docstrings, annotations, checks of its fields) stays behind.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import MISSING, fields, is_dataclass
from functools import cached_property
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import Any

from lrcli.expression import FUNCTIONS, Expression, not_real, tree_of
from lrcli.frameworks.torch.trees import (
    PACKAGE,
    REPLACE,
    Bare,
    Flattened,
    NotBundled,
    PythonText,
    Signed,
    is_ours,
    statements,
)

_LEFT_BEHIND = ("dataclasses", "importlib", "importlib.util")
_OF_THE_TEXT = ("torch", "lr_scheduler", "optimizer", "scheduler", "schedule", "Values", "replace")
_CALLED_BY_PYTHON = ("__call__", "__getitem__", "__len__", "__iter__", "__next__", "__lt__", "__bool__")
_VALUES = """\
class Values:
    def __init__(self, **values):
        self.__dict__.update(values)
"""


class Bundle:
    """Values of this package as Python: `add` them, write the `definitions`, then the `value` of each.

    `methods` are what is called of them from outside. NotBundled says that something cannot be cut out.
    """

    def __init__(self, *methods: str) -> None:
        self._wanted = {*methods, *_CALLED_BY_PYTHON}
        self._wants_all = False
        self._imports: set[str] = set()
        self._names: dict[tuple[str, str], str] = {}
        self._taken: set[str] = {*dir(builtins), *_OF_THE_TEXT}
        self._texts: dict[str, list[str]] = {}
        self._late: dict[str, list[str]] = {}
        self._classes: dict[str, type] = {}
        self._members: dict[str, dict[str, list[str]]] = {}
        self._called: set[type] = set()
        self._instances: dict[int, tuple[Any, set[str]]] = {}

    def imports(self) -> list[str]:
        """The imports that the definitions need; ask for them afterwards."""
        return sorted(self._imports)

    def definitions(self) -> Iterator[str]:
        """The lines of the definitions."""
        grown = True
        while grown:  # a method may want others, of classes that were there before
            grown = False
            for name, cls in list(self._classes.items()):
                for key in [key for key in vars(cls) if self._wants(cls, key) and key not in self._members[name]]:
                    self._members[name][key] = self._member(cls, key)
                    grown = True
            for value, seen in list(self._instances.values()):
                for key in [key for key in self._given(value) if key not in seen]:
                    seen.add(key)
                    self.value(getattr(value, key))
                    grown = True
        if self._classes:
            yield from ("", "", *_VALUES.splitlines())
        for name, text in self._texts.items():
            lines = self._class_lines(name) if name in self._classes else text
            yield from ("", "", *lines) if lines else ()
        yield from ("", "") if self._late else ()
        for text in self._late.values():
            yield from text

    def value(self, value: Any) -> str:
        """A value as Python."""
        if isinstance(value, float) and not math.isfinite(value):
            return f'float("{value}")'
        if isinstance(value, PythonText):
            return value
        if value is None or isinstance(value, (bool, int, float, str)):
            return repr(value)
        if type(value) is list:
            return f"[{', '.join(map(self.value, value))}]"
        if type(value) is tuple:
            return f"({', '.join(map(self.value, value))}{',' * (len(value) == 1)})"
        if isinstance(value, Expression):
            return self._expression(value)
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{self.value(key)}: {self.value(item)}" for key, item in value.items()) + "}"
        if isinstance(value, (FunctionType, type)) and is_ours(value):
            return self._definition(value)
        if hasattr(value, "_fields") and is_ours(type(value)):
            return f"{self._definition(type(value))}({', '.join(map(self.value, value))})"
        if is_dataclass(value) and is_ours(type(value)):
            name = self._definition(type(value))
            self._instances.setdefault(id(value), (value, set()))
            return f"{name}({', '.join(f'{key}={self.value(getattr(value, key))}' for key in self._given(value))})"
        raise NotBundled(f"{type(value).__name__} has no text")

    def _given(self, value: Any) -> list[str]:
        """The fields of a value that its methods look at."""
        everything = self._wants_all or type(value) in self._called
        return [f.name for f in fields(value) if f.init and (everything or f.name in self._wanted)]

    def _wants(self, cls: type, key: str) -> bool:
        plain = not is_dataclass(cls) and not hasattr(cls, "_fields")
        return key in self._wanted or (plain and key == "__init__")

    def _class_lines(self, name: str) -> list[str]:
        """The text of a class; nothing of one that adds nothing to its bases."""
        cls = self._classes[name]
        if hasattr(cls, "_fields"):
            head = self._texts[name]
        elif self._is_empty(cls):
            return []
        else:
            head = [f"class {name}({', '.join(self._parents(cls)) or 'Values'}):"]
            head += self._init(cls) if cls in self._called else []
        body = [line for text in self._members[name].values() for line in text]
        return [*head, *(body[not body[0] and len(head) == 1 :] if body else ["    pass"] * (len(head) == 1))]

    def _is_empty(self, cls: type) -> bool:
        name = self._names[cls.__module__, cls.__qualname__]
        used = cls in self._called or any(type(value) is cls for value, _ in self._instances.values())
        return not used and not any(self._members[name].values())

    def _parents(self, cls: type) -> list[str]:
        """The bases that add something, those of an empty one in its place."""
        found: list[type] = []
        waiting = list(cls.__bases__)
        while waiting:
            base = waiting.pop(0)
            if not is_ours(base):
                continue
            if self._is_empty(base):
                waiting = [*base.__bases__, *waiting]
            elif base not in found:
                found.append(base)
        return [
            self._names[base.__module__, base.__qualname__]
            for base in found
            if not any(issubclass(other, base) for other in found if other is not base)
        ]

    def _expression(self, expression: Expression) -> str:
        """The name of a function with the numbers of the expression."""
        key = ("expression", expression.text)
        if key in self._names:
            return self._names[key]
        name = self._name(key, "expression")
        tree = tree_of(expression.text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in FUNCTIONS:
                node.id = self._reference(FUNCTIONS[node.id][0], node.id)
            elif isinstance(node, ast.Name) and node.id == "not_real":
                node.id = self._definition(not_real)
        text = ast.unparse(Signed().visit(tree))
        self._texts[name] = [f"def {name}(epoch):", "    epoch = float(epoch)", f"    return {text}"]
        self._late[name] = [f"{name}.function = {name}"]
        return name

    def _name(self, key: tuple[str, str], wish: str) -> str:
        """A name that nothing else has."""
        name, n = wish, 2
        while name in self._taken:
            name, n = f"{wish}_{n}", n + 1
        self._taken.add(name)
        self._names[key] = name
        return name

    def _reference(self, value: Any, name: str, module: ModuleType | None = None) -> str:
        """What stands in the text for what `name` means in a module; it is defined or imported above."""
        if inspect.isbuiltin(value) and value.__module__ == "builtins":
            return name
        if isinstance(value, ModuleType):
            if value.__name__.startswith(PACKAGE):
                raise NotBundled(f"{value.__name__} is used as a whole")
            self._imports.add(f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else ""))
            return name
        plain = inspect.unwrap(value) if callable(value) else value
        source = getattr(plain, "__module__", "") or ""
        if isinstance(plain, (FunctionType, type)) and source.startswith(PACKAGE):
            if isinstance(plain, type):
                self._called.add(plain)
            return self._definition(plain)
        if isinstance(plain, type) and source == "builtins":
            return name
        if module is not None:
            return self._from(module, name)
        if source == "math":
            self._imports.add(f"from math import {plain.__name__}")
            return str(plain.__name__)
        raise NotBundled(f"{name} is not known")

    def _from(self, module: ModuleType, name: str) -> str:
        """What a module assigns, or imports from somewhere else, under a name."""
        for node in statements(module):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        if (node.module, alias.name) == ("dataclasses", "replace"):
                            self._imports.add("from functools import cached_property")
                            self._texts["replace"] = REPLACE.split("\n")
                            return "replace"
                        if node.module in _LEFT_BEHIND:
                            raise NotBundled(f"{node.module}.{alias.name} asks for more of a class than is cut out")
                        if node.module.startswith(PACKAGE):
                            return self._from(sys.modules[node.module], alias.name)
                        suffix = f" as {alias.asname}" if alias.asname else ""
                        self._imports.add(f"from {node.module} import {alias.name}{suffix}")
                        return name
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AnnAssign) and node.value is not None:
                targets = [node.target]
            bound = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            if name in bound:
                return self._assigned(module, node, bound)[bound.index(name)]
        raise NotBundled(f"{name} of {module.__name__} is not assigned")

    def _assigned(self, module: ModuleType, node: Any, bound: list[str]) -> list[str]:
        keys = [(module.__name__, name) for name in bound]
        if keys[0] in self._names:
            return [self._names[key] for key in keys]
        names = [self._name(key, name) for key, name in zip(keys, bound, strict=True)]
        value = self._renamed(deepcopy(node.value), vars(module), module)
        left = ", ".join(names)
        simple = not any(isinstance(each, (ast.Name, ast.Call)) for each in ast.walk(value))
        (self._texts if simple else self._late)[names[0]] = [f"{left} = {ast.unparse(value)}"]
        return names

    def _definition(self, thing: Any) -> str:
        """The name of a function or class of this package, which is defined above."""
        key = (thing.__module__, thing.__qualname__)
        if key in self._names:
            return self._names[key]
        if isinstance(thing, type):
            return self._class(key, thing)
        name = self._name(key, thing.__name__)
        text = self._function(thing, name)
        self._texts[name] = text
        return name

    def _class(self, key: tuple[str, str], cls: type) -> str:
        if issubclass(cls, Exception):
            name = self._name(key, cls.__name__)
            base = next(base.__name__ for base in cls.__mro__ if base.__module__ == "builtins")
            start = [
                f"class {name}({base}):",
                "    def __init__(self, *words, **more):",
                "        super().__init__(*words)",
            ]
            self._texts[name] = start
            return name
        if not hasattr(cls, "_fields"):
            for parent in filter(is_ours, cls.__bases__):
                self._definition(parent)
        name = self._name(key, cls.__name__)
        self._texts[name] = []
        if hasattr(cls, "_fields"):
            self._imports.add("from collections import namedtuple")
            defaults = self.value(tuple(vars(cls)["_field_defaults"].values()))
            made = f'namedtuple("{name}", {list(vars(cls)["_fields"])!r}, defaults={defaults})'
            self._texts[name] = [f"class {name}({made}):"]
        self._classes[name] = cls
        self._members[name] = {}
        return name

    def _init(self, cls: type) -> list[str]:
        """The constructor of a dataclass, without its checks."""
        if not is_dataclass(cls):
            return []
        known = sorted((f for f in fields(cls) if f.init), key=lambda f: bool(f.kw_only))
        if not known:
            return []
        words = [f.name if f.default is MISSING else f"{f.name}={self.value(f.default)}" for f in known]
        words.insert(sum(not f.kw_only for f in known), "*")
        words = words[:-1] if words[-1] == "*" else words
        return [
            f"    def __init__(self, {', '.join(words)}):",
            *(f"        self.{f.name} = {f.name}" for f in known),
            "",
        ]

    def _member(self, cls: type, key: str) -> list[str]:
        """A method, a property or a plain value of a class."""
        value = vars(cls)[key]
        if key in (getattr(cls, "_fields", None) or ([f.name for f in fields(cls)] if is_dataclass(cls) else ())):
            return []
        if isinstance(value, property):
            value = value.fget
        elif isinstance(value, cached_property):
            value = value.func
        elif isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if isinstance(value, FunctionType):
            if key.startswith("__") and value.__module__ != cls.__module__:
                return []
            return ["", *(f"    {line}".rstrip() for line in self._function(value, key))]
        return [f"    {key} = {self.value(value)}"]

    def _function(self, function: Any, name: str) -> list[str]:
        """The text of a function under a name, its globals defined or imported."""
        function = inspect.unwrap(function)
        node = ast.parse(dedent(inspect.getsource(function))).body[0]
        assert isinstance(node, ast.FunctionDef)
        node.name = name
        module = sys.modules[function.__module__]
        text = ast.unparse(self._renamed(Bare().visit(node), function.__globals__, module))
        return [line.rstrip() for line in text.split("\n")]

    def _renamed(self, node: Any, names: Mapping[str, Any], module: ModuleType) -> Any:
        """The syntax tree with the names that its globals have here; the attributes that it reads are wanted."""
        stored = {
            each.id for each in ast.walk(node) if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
        }
        stored |= {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        node = Flattened(names).visit(node)
        if any(isinstance(each, (ast.Import, ast.ImportFrom)) for each in ast.walk(node)):
            raise NotBundled("an import in a function")
        for each in ast.walk(node):
            if isinstance(each, ast.Attribute) and each.attr != "__post_init__":
                self._wanted.add(each.attr)
            elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in ("getattr", "vars"):
                key = each.args[1] if each.func.id == "getattr" else None
                if isinstance(key, ast.Constant):
                    self._wanted.add(str(key.value))
                else:
                    self._wants_all = True
            elif isinstance(each, ast.Name) and isinstance(getattr(each, "found", None), tuple):
                each.id = self._reference(*each.found)  # type: ignore[attr-defined]
            elif isinstance(each, ast.Name) and each.id in names and each.id not in stored:
                each.id = self._reference(names[each.id], each.id, module)
        return node
