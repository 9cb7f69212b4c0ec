"""What a framework says of itself. A framework is a folder of this package, and nothing outside the folder names it.

Its `__init__` has FRAMEWORK; every class with a name "FRAMEWORK.NAME" in its other modules is a type:

    frameworks/timm/__init__.py     FRAMEWORK = Framework("timm", "timm", examined=("1.0.31",))
    frameworks/timm/cycles.py       class TimmCosineLRScheduler(TimmCycles): name = "timm.CosineLRScheduler"

Schedules that share a formula stand in one module, whose name is free; `_` begins that of a module without types. A
class holds the framework's own keyword arguments with its defaults and computes in the framework's order of operations
and float width; its docstring gives the formula with its edges, a doctest with real numbers, and the source with the
version that was run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

import lrcli.frameworks
from lrcli.errors import InvalidValue, LrcliError, NoValue
from lrcli.folder import package_names

if TYPE_CHECKING:
    from lrcli.schedules.base import Setting


class Framework(NamedTuple):
    """A framework whose schedules lrcli computes, or (`torch`) replays.

    examined: the releases that were run or read, oldest first; the last one is the default. aliases: other prefixes of
    its types ("hf"). replays: its schedules are those of `lrcli.schedules`, and its folder holds replays of them.
    parts: names of its users that are no type here but a part of one, each with what to write.
    """

    name: str
    title: str
    examined: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    replays: bool = False
    parts: tuple[tuple[str, str], ...] = ()

    def release(self, version: str) -> str:
        """The examined release that a version names: itself, or the newest of its line. Raises LrcliError.

        >>> Framework("timm", "timm", ("0.9.2", "1.0.9", "1.0.31")).release("1.0")
        '1.0.31'
        """
        if not version:
            return self.examined[-1]
        if version in self.examined:
            return version
        line = [release for release in self.examined if release.startswith(f"{version}.")]
        if line:
            return max(line, key=version_parts)
        # a release between two examined ones counts as the newest examined one before it, if that is of its line
        older = [
            release
            for release in self.examined
            if _line(release) == _line(version) and version_parts(release) <= version_parts(version)
        ]
        if older and all(part.isdecimal() for part in version.split(".")):
            return max(older, key=version_parts)
        raise LrcliError(f"unknown release {version!r} of {self.title}: examined are {', '.join(self.examined)}")


def version_parts(version: str) -> tuple[int, ...]:
    """A release as numbers that can be compared.

    >>> version_parts("4.51.3") < version_parts("4.52")
    True
    """
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def _line(version: str) -> tuple[int, ...]:
    return version_parts(version)[:2]


def before(release: str, version: str) -> bool:
    """Whether a release is older than a version; "" is the newest.

    >>> before("4.9", "4.51"), before("", "4.51")
    (True, False)
    """
    return bool(release) and version_parts(release) < version_parts(version)


def framework_modules(name: str) -> Iterator[ModuleType]:
    """The module of that name in the folder of each framework that has one."""
    for folder in lrcli.frameworks.__path__:
        for framework in package_names([folder]):
            if Path(folder, framework, f"{name}.py").exists():
                yield import_module(f"lrcli.frameworks.{framework}.{name}")


def require_epochs(setting: Setting, field: str, needed: bool, what: str) -> None:
    """Raise InvalidValue where the batches of an epoch are needed for what a field says, and nothing tells them."""
    if needed and not setting.steps_per_epoch:
        raise InvalidValue(field, f"{what}: give steps_per_epoch (or data) at the top level", None)


def raising(framework: str, exception: str, reason: str) -> Callable[[float], float]:
    """The rule of steps at each of which a framework raises."""

    def lr_at(t: float) -> float:
        raise raised(framework, exception, reason)

    return lr_at


def raised(framework: str, exception: str, reason: str) -> NoValue:
    """What a framework raises at a step of the run.

    >>> raised("nemo", "TypeError", "max_steps is missing")
    NoValue('nemo raises TypeError: max_steps is missing')
    """
    return NoValue(f"{framework} raises {exception}: {reason}")
