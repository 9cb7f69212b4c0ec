"""A text is recognised as of a format by its content, never by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import islice

import lrcli.configs.formats
from lrcli.configs.base import Format
from lrcli.configs.keys import placed_set, unwrapped
from lrcli.configs.nodes import joined, parts_of, under
from lrcli.configs.syntax import read
from lrcli.errors import LrcliError, SpecError, suggest
from lrcli.folder import module_names
from lrcli.inputs import Inputs
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source, refuse

_STATEMENT = re.compile(r"(?:from|import|with|def|class|if|for)\b|[A-Za-z_][\w.]*\s*(?:\[[^]]*\]\s*)?[-+*/]?=[^=]")
_WRAPPED = ("pyyaml", "omegaconf")
"""The syntaxes of a file that W&B may have written."""
_NEAREST = 4
"""So many formats are named for a text that is of none."""
_LOOKED = 200
"""A block that is a config is looked for in this many mappings of a file."""


@cache
def all_formats() -> tuple[Format, ...]:
    folder = lrcli.configs.formats
    formats = [import_module(f"{folder.__name__}.{name}").FORMAT for name in module_names(folder.__path__)]
    assert all(isinstance(known, Format) for known in formats)
    return tuple(formats)


def format_named(name: str) -> Format:
    """The format that `--from` names. Raises LrcliError."""
    for candidate in all_formats():
        if candidate.name == name:
            return candidate
    names = ("spec", "log", *(candidate.name for candidate in all_formats()))
    raise LrcliError(f"--from {name}: {suggest(name, names, f'it is one of {chr(44).join(names)}')}")


@dataclass(frozen=True)
class Match:
    """A format that a text is of, the syntax that it was read in, and its mapping."""

    format: Format
    syntax: str
    root: Mapping


class Texts:
    """One text in every syntax that it can be read in."""

    def __init__(self, source: Source, sets: Sequence[str] = (), block: str = "", inputs: Inputs | None = None) -> None:
        self.source, self.sets, self.block, self.inputs = source, sets, block, inputs
        self._roots: dict[str, Mapping | SpecError] = {}

    def root(self, syntax: str) -> Mapping | SpecError:
        """The mapping of the text (of the block, with what stands above it), or why there is none."""
        if syntax not in self._roots:
            try:
                self._roots[syntax] = self._read(syntax)
            except SpecError as error:
                self._roots[syntax] = error
        return self._roots[syntax]

    def _read(self, syntax: str) -> Mapping:
        sets = self.sets
        if sets and (self.block or syntax in _WRAPPED):
            raw = read(syntax, self.source, (), self.inputs)
            sets = tuple(placed_set(text, raw, self.block) for text in sets)
        root = unwrapped(read(syntax, self.source, sets, self.inputs))
        if not self.block:
            return root
        inner = under(root, self.block)
        if inner is None:
            raise refuse(self.source.whole, "block", f"there is no mapping at {self.block!r}", "--block path.to.block")
        return inner

    def match(self, candidate: Format) -> Match | None:
        """The text as a format, None if it is not of it."""
        for syntax in candidate.syntaxes:
            root = self.root(syntax)
            if isinstance(root, Mapping) and not candidate.misses(root):
                return Match(candidate, syntax, root)
        return None

    def matches(self) -> list[Match]:
        """The formats that the text is of, without those that another of them is a special kind of."""
        matches = [match for candidate in all_formats() if (match := self.match(candidate)) is not None]
        over = {name for match in matches for name in match.format.over}
        return [match for match in matches if match.format.name not in over]

    def forced(self, candidate: Format) -> Match:
        """The text as the format that was asked for. Raises SpecError where it cannot be read as that."""
        roots = [(syntax, self.root(syntax)) for syntax in candidate.syntaxes]
        for syntax, root in roots:
            if isinstance(root, Mapping):
                return Match(candidate, syntax, root)
        error = roots[0][1]
        assert isinstance(error, SpecError)
        raise error

    def readable(self) -> bool:
        """Whether a text that is no YAML mapping is something else that could be a config."""
        return any(isinstance(self.root(syntax), Mapping) for syntax in ("json", "toml", "ini", "python", "shell"))

    def slip(self) -> SpecError | None:
        """The mistake in a Python file that cannot be read, where most of its lines are statements."""
        root = self.root("python")
        lines = [line for line in self.source.lines if line[:1].strip() and line[0] != "#"]
        statements = sum(_STATEMENT.match(line) is not None for line in lines)
        return root if isinstance(root, SpecError) and 0 < len(lines) <= 2 * statements else None

    def failure(self) -> SpecError | None:
        """Return the error that keeps a text from being read that would otherwise be of some format."""
        for syntax in ("json", "omegaconf", "toml", "python"):
            root = self.root(syntax)
            if isinstance(root, SpecError) and root.problems[0].code in ("tag", "limit", "set", "block"):
                return root
        return None

    def unknown(self) -> SpecError:
        """The error of a text that is of no format: which it may be meant for, and what each of them misses."""
        near: list[tuple[int, int, str]] = []
        for candidate in all_formats():
            roots = [root for syntax in candidate.syntaxes if isinstance(root := self.root(syntax), Mapping)]
            if roots:
                missing = candidate.misses(roots[0])
                misses = f"{candidate.name} (misses {', '.join(missing)})"
                near.append((len(missing), len(missing) - len(candidate.marks), misses))
        block = self._block()
        if block is not None:
            hint = f"a {block[1]} config stands inside it: --block {block[0]}"
        else:
            nearest = "; ".join(misses for *_, misses in sorted(near)[:_NEAREST])
            hint = "write the schedule as a call, 'CosineAnnealingLR(T_max=90)' --lr 0.1 --epochs 90; or say --from "
            hint += f"FORMAT (nearest: {nearest})"
        what = "this is no spec (it has no schedule), and no training config that lrcli knows"
        return refuse(self.source.whole, "unknown-format", what, hint)

    def _block(self) -> tuple[str, str] | None:
        """(the path, the format) of a mapping inside the text that is of some format."""
        readings = [(names, self.root(names[0])) for names in (("json",), ("omegaconf", "pyyaml"), ("toml",))]
        mappings = [(names, root) for names, root in readings if isinstance(root, Mapping)]
        waiting = [("", root) for _, root in mappings[:1]]
        formats = [known for names, _ in mappings[:1] for known in all_formats() if set(known.syntaxes) & set(names)]
        for path, node in islice(waiting, _LOOKED):
            for name, value in parts_of(node):
                if not isinstance(value, Mapping):
                    continue
                where = joined(path, name)
                for candidate in formats:
                    if not candidate.misses(value):
                        return where, candidate.name
                if where.count(".") < 3:
                    waiting.append((where, value))
        return None
