"""One SPEC argument: what the command line asks of it, and the spec beside the nodes that it was read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import field, fields
from pathlib import Path

from lrcli.errors import Problem
from lrcli.inputs import Inputs
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source
from lrcli.spec import Spec
from lrcli.values import dataclass


@dataclass(frozen=True)
class Given:
    """The options that say what a file leaves to the data, the machine or the training code; None is not given.

    samples: rows of the data set. batch_size: of one device. world_size: processes. steps_per_epoch: optimizer steps.
    batches_per_epoch: what one process sees of an epoch, before accumulation. steps, epochs: the length of the run.
    interval: "epoch" or "step", what one step of the scheduler is.
    """

    samples: int | None = None
    batch_size: int | None = None
    world_size: int | None = None
    steps_per_epoch: int | None = None
    batches_per_epoch: int | None = None
    steps: int | None = None
    epochs: float | None = None
    interval: str | None = None

    def names(self) -> list[str]:
        return [f.name for f in fields(self) if vars(self)[f.name] is not None]

    def option(self, name: str) -> str:
        """An option as it is written.

        >>> Given(world_size=8).option("world_size")
        '--world-size 8'
        """
        value = getattr(self, name)
        return f"--{name.replace('_', '-')} {f'{value:g}' if isinstance(value, float) else value}"


@dataclass(frozen=True)
class ReplayOptions:
    """The command line asks for these beyond the spec's values: texts, with the option that they came by."""

    emulation: str | None = None
    emulation_by: str = ""
    metric: str | None = None


@dataclass(frozen=True)
class Request:
    """The command line asks this of one SPEC argument.

    argument: as it was written; suffix: what stands after its `@` (None for nothing). form: what it is to be taken for:
    "spec", the name of a format, or "" for what it looks like. block: the part of a nested config that is meant.
    """

    argument: str
    source: Source
    inputs: Inputs
    suffix: str | None = None
    sets: Sequence[str] = ()
    emulate: str | None = None
    metric: str | None = None
    epochs: str | None = None
    steps: str | None = None
    given: Given = Given()
    form: str = ""
    block: str = ""

    @property
    def options(self) -> ReplayOptions:
        if self.suffix is not None:
            return ReplayOptions(self.suffix, self.argument, self.metric)
        return ReplayOptions(self.emulate, f"--emulate {self.emulate}", self.metric)

    @property
    def changes(self) -> bool:
        """Whether anything is asked for that the file does not say."""
        return bool(
            self.sets or self.suffix or self.emulate or self.metric or self.epochs or self.steps or self.given.names()
        )


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
    a point (1.0e-05) to be a number for the framework. entries: the positions. words: what
    else a word may be. taken: the number or the word that was taken, as a text, "" where none was.
    """

    spellings: tuple[str, ...]
    text: str
    value: float
    whole: bool
    pointed: bool = False
    entries: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    taken: str = ""


@dataclass(frozen=True)
class Declared:
    """A spec, the mapping that declares it (with what `--set` put into it), and the text.

    `changed` is whether the command line changed what the text says: by an override, or by another emulation. `path` is
    the file, None for stdin and an inline mapping. `origin` is the training config that it was translated from: then
    `root` is the translation, and its places are those of the config. `variant` makes the spec with other values, each
    a key and a value of `--set`; it raises SpecError where that is no spec. `values` lists what a training config gives
    in its own words; it is None for a spec. `without` reads a config as if some of its keys were not there (None: all);
    where a framework has several defaults for one of them, the second argument says which is taken, and the third one
    is the length of the run in steps, if it is given. It raises SpecError where that leaves no schedule.
    """

    spec: Spec
    root: Mapping
    source: Source
    changed: bool = False
    path: Path | None = None
    origin: Origin | None = None
    variant: Callable[[Sequence[tuple[str, str]]], Spec] | None = field(default=None, compare=False, repr=False)
    values: Callable[[], tuple[ConfigValue, ...]] | None = field(default=None, compare=False, repr=False)
    without: Callable[[Sequence[str] | None, int, int | None], Declared] | None = field(
        default=None, compare=False, repr=False
    )
