"""Every schedule type: those of `schedules/`, and those of each folder of `frameworks/`. Found by their files.

A command imports only the modules of the types that its spec names: in `schedules/` the file is called as its type, in
a framework's folder the module that has the name in its text is imported first. Other spellings (PyTorch's class names,
a framework's function names) are looked up in the classes themselves.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import islice
from keyword import iskeyword
from pathlib import Path

import lrcli.frameworks
import lrcli.schedules
from lrcli.folder import module_names, package_names
from lrcli.frameworks.base import Framework
from lrcli.schedules.base import Schedule

_TORCH_PATH = ("torch.optim.lr_scheduler.", "torch.", "optim.lr_scheduler.", "lr_scheduler.")


_NO_TYPES = ("base", "params", "phased", "turns")
"""What the types are made of."""


@cache
def _stems() -> tuple[str, ...]:
    # lambda_.py holds the type `lambda`, which no module can be called
    return tuple(sorted(name.rstrip("_") for name in module_names(lrcli.schedules.__path__) if name not in _NO_TYPES))


@cache
def _load(stem: str) -> type[Schedule]:
    (cls,) = _types_of(f"lrcli.schedules.{stem}{'_' * iskeyword(stem)}")
    return cls


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


def general_types() -> tuple[type[Schedule], ...]:
    """PyTorch's and the general schedules, sorted by their names in a spec."""
    return tuple(sorted((_load(stem) for stem in _stems()), key=lambda cls: cls.name.lower()))


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
    framework = import_module(f"lrcli.frameworks.{name}").FRAMEWORK
    assert isinstance(framework, Framework)
    return framework


def framework_of(schedule: Schedule | type[Schedule]) -> Framework | None:
    """The framework that a schedule is of; None for PyTorch's own and the general ones."""
    prefix, dot, _ = schedule.name.partition(".")
    return framework(prefix) if dot else None


_NO_TYPE_MODULES = ("counting", "finder", "fitting")
"""The modules of a framework's folder that hold what else is known of it."""


@cache
def _type_modules(name: str) -> dict[str, str]:
    """The modules that may hold a framework's types, each with its text."""
    if _framework(name).replays:
        return {}
    package = import_module(f"lrcli.frameworks.{name}")
    return {
        f"{package.__name__}.{module}": Path(package.__path__[0], f"{module}.py").read_text(encoding="utf-8")
        for module in module_names(package.__path__)
        if module[0] != "_" and module not in _NO_TYPE_MODULES
    }


@cache
def framework_types(name: str) -> tuple[type[Schedule], ...]:
    """The types of a framework, sorted by their names."""
    types = (cls for module in _type_modules(name) for cls in _types_of(module))
    return tuple(sorted(types, key=lambda cls: cls.name.lower()))


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
    if name in _stems():
        return (_load(name),)
    name = name.removeprefix(next(filter(name.startswith, _TORCH_PATH), ""))
    prefix, dot, rest = name.partition(".")
    if dot:
        owner = framework(prefix)
        # keras.optimizers.schedules.CosineDecay: where its module keeps it
        spellings = (rest, rest.rpartition(".")[2]) if owner else ()
        return next(filter(None, (_named(owner.name, spelling) for spelling in spellings if owner)), ())
    general = tuple(cls for cls in general_types() if name in (cls.name, cls.torch, *cls.aliases))
    return general[:1] or tuple(cls for framework in framework_names() for cls in _named(framework, name))


def _named(name: str, spelling: str) -> tuple[type[Schedule], ...]:
    """The type of a framework that is called so: none or one. Modules that have the name in quotes are tried first."""
    texts = _type_modules(name)
    modules = sorted(texts, key=lambda module: f'{spelling}"' not in texts[module])
    types = (cls for module in modules for cls in _types_of(module))
    return tuple(islice((cls for cls in types if spelling in (cls.name.partition(".")[2], *cls.aliases)), 1))


def find_type(name: str) -> type[Schedule] | None:
    """The one schedule class that `name` means; None for no such type, and for a name that several frameworks have."""
    types = find_types(name)
    return types[0] if len(types) == 1 else None


def type_names() -> tuple[str, ...]:
    """Every spelling that `find_type` knows, for suggestions."""
    spellings = {spelling for cls in general_types() for spelling in (cls.name, cls.torch, *cls.aliases) if spelling}
    for name in framework_names():
        for cls in framework_types(name):
            spellings.update((cls.name, cls.name.partition(".")[2], *cls.aliases))
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
