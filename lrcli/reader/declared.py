"""A spec beside the nodes that it was read from: where in the text its values stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import field
from pathlib import Path

from lrcli.errors import Problem
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source
from lrcli.spec import Spec
from lrcli.values import dataclass


@dataclass(frozen=True)
class Origin:
    """The training config that a spec was translated from.

    format: its name. title: whose files they are. release: the framework's release that it was read for ("" where none
    changes the curve). comments: what decided each value, by the value's path in the spec. remarks:
    what it says and probably does not mean, notes that are findings of `check`, too. framework, releases: whose
    releases differ, and those that were examined.
    """

    format: str
    title: str
    release: str = ""
    comments: Mapping_[str, str] = field(default_factory=dict)
    remarks: tuple[Problem, ...] = ()
    framework: str = ""
    releases: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConfigValue:
    """A number, a list of positions, or a word that the translation of a training config looked for.

    spellings: what `--set` may call it, the likeliest first. text: as the file has it, "" where it is left out. value:
    the number that was taken, 0 where none was. whole: whether it counts something. pointed: whether a small one needs
    a point (1.0e-05) to be a number for the framework. entries: the positions. words: what else a word may be.
    """

    spellings: tuple[str, ...]
    text: str
    value: float
    whole: bool
    pointed: bool = False
    entries: tuple[float, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declared:
    """A spec, the mapping that declares it (with what `--set` put into it), and the text.

    `changed` is whether the command line changed what the text says: by an override, or by another emulation. `path` is
    the file, None for stdin and an inline mapping. `origin` is the training config that it was translated from: then
    `root` is the translation, and its places are those of the config. `variant` makes the spec with other values, each
    a key and a value of `--set`; it raises SpecError where that is no spec. `values` lists what a training config gives
    in its own words; it is None for a spec.
    """

    spec: Spec
    root: Mapping
    source: Source
    changed: bool = False
    path: Path | None = None
    origin: Origin | None = None
    variant: Callable[[Sequence[tuple[str, str]]], Spec] | None = field(default=None, compare=False, repr=False)
    values: Callable[[], tuple[ConfigValue, ...]] | None = field(default=None, compare=False, repr=False)
