"""The modules in a package's folder are listed. Types, commands, rules, formats and frameworks are all found so.

`pkgutil.iter_modules` tells the same, and importing it takes longer than everything that is asked here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def module_names(paths: Iterable[str]) -> tuple[str, ...]:
    """The names of the modules in these folders (a package has them as `__path__`), sorted, without packages.

    >>> import lrcli.schedules
    >>> module_names(lrcli.schedules.__path__)[:2]
    ('base', 'constant')
    """
    return tuple(sorted(name for path in paths for name in _listed(path)[0]))


def package_names(paths: Iterable[str]) -> tuple[str, ...]:
    """The names of the packages in these folders, sorted."""
    return tuple(sorted(name for path in paths for name in _listed(path)[1]))


@cache
def _listed(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The modules and the packages of a folder."""
    with os.scandir(path) as scanned:
        entries = [(entry.name, entry.is_dir()) for entry in scanned]
    modules = tuple(name[:-3] for name, is_folder in entries if name.endswith(".py") and not is_folder)
    packages = tuple(name for name, is_folder in entries if is_folder and Path(path, name, "__init__.py").exists())
    return tuple(name for name in modules if name != "__init__"), packages
