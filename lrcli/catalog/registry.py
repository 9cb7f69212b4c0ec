"""Every schedule type: those of `schedules/`, and those of each folder of `frameworks/`. Found by their files.

A command imports only the modules of the types that its spec names: in `schedules/` a file is called as its first type,
and of other files those are imported first that have the name in their text, be it PyTorch's class name or an alias.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path

import lrcli.frameworks
import lrcli.schedules
from lrcli.folder import module_names, package_names
from lrcli.frameworks.base import Framework
from lrcli.schedules.base import Schedule

_GENERAL, _FRAMEWORKS = lrcli.schedules.__name__, lrcli.frameworks.__name__
_TORCH_PATH = ("torch.optim.lr_scheduler.", "torch.", "optim.lr_scheduler.", "lr_scheduler.")

_NO_TYPES = ("base", "params", "turns", "counting", "finder", "fitting")
"""What the types are made of, and what else is known of a framework; nor is a type in a module that `_` begins."""


@cache
def _texts(package_name: str) -> dict[str, str]:
    """The modules of a package that may hold types, each with its text."""
    package = import_module(package_name)
    return {
        f"{package_name}.{module}": Path(folder, f"{module}.py").read_text(encoding="utf-8")
        for folder in package.__path__
        for module in module_names([folder])
        if module[0] != "_" and module not in _NO_TYPES
    }


@cache
def _types_of(module_name: str) -> tuple[type[Schedule], ...]:
    """The types that a module defines; a base class has no name of its own."""
    module = import_module(module_name)
    return tuple(
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Schedule)
        and value.__module__ == module_name
        and "name" in vars(value)
    )


@cache
def _types_in(package_name: str) -> tuple[type[Schedule], ...]:
    """The types of a package, sorted by their names."""
    types = (cls for module in _texts(package_name) for cls in _types_of(module))
    return tuple(sorted(types, key=lambda cls: cls.name.lower()))


def _spellings(cls: type[Schedule]) -> Iterator[str]:
    """What a type is called, its framework aside."""
    yield cls.name.rpartition(".")[2]
    yield from cls.aliases
    if cls.torch:
        yield cls.torch


def _named(package_name: str, spelling: str) -> tuple[type[Schedule], ...]:
    """The type of a package that is called so: none or one. Modules that have the name in quotes are tried first."""
    texts = _texts(package_name)
    modules = sorted(texts, key=lambda module: f'{spelling}"' not in texts[module])
    types = (cls for module in modules for cls in _types_of(module))  # of the others one may inherit the alias
    return tuple(islice((cls for cls in types if spelling in _spellings(cls)), 1))


def general_types() -> tuple[type[Schedule], ...]:
    """PyTorch's and the general schedules, sorted by their names in a spec."""
    return _types_in(_GENERAL)


@cache
def framework_names() -> tuple[str, ...]:
    """The folders of `frameworks/`."""
    return package_names(lrcli.frameworks.__path__)


def framework(name: str) -> Framework | None:
    """The framework of that name or alias."""
    if name in framework_names():
        return _framework(name)
    return next((known for known in map(_framework, framework_names()) if name in known.aliases), None)


@cache
def _framework(name: str) -> Framework:
    framework = import_module(f"{_FRAMEWORKS}.{name}").FRAMEWORK
    assert isinstance(framework, Framework)
    return framework


def framework_of(schedule: Schedule | type[Schedule]) -> Framework | None:
    """The framework that a schedule is of; None for PyTorch's own and the general ones."""
    prefix, dot, _ = schedule.name.partition(".")
    return framework(prefix) if dot else None


def framework_types(name: str) -> tuple[type[Schedule], ...]:
    """The types of a framework, sorted by their names."""
    return () if _framework(name).replays else _types_in(f"{_FRAMEWORKS}.{name}")


def all_types() -> tuple[type[Schedule], ...]:
    """Every schedule class: the general ones, then framework by framework."""
    return (*general_types(), *(cls for name in framework_names() for cls in framework_types(name)))


def find_types(name: str) -> tuple[type[Schedule], ...]:
    """The schedule classes that a spec may mean by `name`: none, one, or one of each framework that has the name.

    A name is a type's name, an alias or PyTorch's class name; `FRAMEWORK.NAME` is that framework's, with its modules
    between them or not. PyTorch's own names stay PyTorch's.

    >>> find_types("step") == find_types("StepLR") == find_types("torch.optim.lr_scheduler.StepLR")
    True
    """
    if module := _general_files().get(name):
        return _types_of(module)[:1]
    name = name.removeprefix(next(filter(name.startswith, _TORCH_PATH), ""))
    prefix, dot, rest = name.partition(".")
    if dot:
        owner = framework(prefix)
        # keras.optimizers.schedules.CosineDecay: where its module keeps it
        spellings = (rest, rest.rpartition(".")[2]) if owner else ()
        return next(filter(None, (_framework_type(owner.name, spelling) for spelling in spellings if owner)), ())
    of_frameworks = (cls for framework in framework_names() for cls in _framework_type(framework, name))
    return _named(_GENERAL, name) or tuple(of_frameworks)


@cache
def _general_files() -> dict[str, str]:
    """The modules of `schedules/` by the names of their first types."""
    # lambda_.py holds the type `lambda`, which no module can be called
    names = (name for name in module_names(lrcli.schedules.__path__) if name not in _NO_TYPES)
    return {name.rstrip("_"): f"{_GENERAL}.{name}" for name in names}


def _framework_type(name: str, spelling: str) -> tuple[type[Schedule], ...]:
    """The type of a framework that is called so: none or one."""
    return () if _framework(name).replays else _named(f"{_FRAMEWORKS}.{name}", spelling)


def find_type(name: str) -> type[Schedule] | None:
    """The one schedule class that `name` means; None for no such type, and for a name that several frameworks have."""
    types = find_types(name)
    return types[0] if len(types) == 1 else None


def type_names() -> tuple[str, ...]:
    """Every spelling that `find_type` knows, for suggestions."""
    spellings = {spelling for cls in all_types() for spelling in (cls.name, *_spellings(cls))}
    return tuple(sorted(spellings, key=str.lower))


def part_hint(name: str) -> str:
    """What to write instead of a name that is a part of a framework's type; "" for another name.

    >>> part_hint("mmengine.PolyLR")
    'write type: mmengine.param_scheduler with schedulers: [{type: PolyLR, ...}]'
    """
    prefix, dot, part_name = name.rpartition(".")
    owner = framework(prefix) if dot else None
    frameworks = map(framework, framework_names()) if not dot else (owner,)
    parts = (part for known in frameworks if known is not None for part in known.parts)
    return next((words for part, words in parts if part == part_name), "")
