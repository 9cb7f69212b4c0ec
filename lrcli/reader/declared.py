"""A spec beside the nodes that it was read from: where in the text its values stand."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass, field
from pathlib import Path

from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Place, Source
from lrcli.spec import Spec


@dataclass(frozen=True)
class Remark:
    """Something that a training config says and probably does not mean: a note, and a finding of `check`.

    level is "error", "warning" or "note"; key is the config's own.
    """

    code: str
    level: str
    what: str
    why: str
    advice: str
    key: str
    place: Place


@dataclass(frozen=True)
class Origin:
    """The training config that a spec was translated from.

    format: its name. title: whose files they are. release: the framework's release that it was read for ("" where none
    changes the curve). comments: what decided each value, by the value's path in the spec. framework, releases: whose
    releases differ, and those that were examined.
    """

    format: str
    title: str
    release: str = ""
    comments: Mapping_[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    framework: str = ""
    releases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declared:
    """A spec, the mapping that declares it (with what `--set` put into it), and the text.

    `changed` is whether the command line changed what the text says: by an override, or by another emulation. `path` is
    the file, None for stdin and an inline mapping. `origin` is the training config that it was translated from: then
    `root` is the translation, and its places are those of the config. `rebuild` makes the spec of a root in which
    values were changed; it raises SpecError where they are none.
    """

    spec: Spec
    root: Mapping
    source: Source
    changed: bool = False
    path: Path | None = None
    origin: Origin | None = None
    rebuild: Callable[[Mapping], Spec] | None = field(default=None, compare=False, repr=False)
