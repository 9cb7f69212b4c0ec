"""Reading a training config: its values by their keys, with errors and remarks at their places."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, overload

from lrcli.configs.beside import file_beside
from lrcli.configs.nodes import Unknown, entry_at
from lrcli.errors import Problem, SpecError
from lrcli.frameworks.base import version_parts
from lrcli.inputs import Inputs
from lrcli.reader.given import Given
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.source import Place, Source, refuse
from lrcli.reader.values import is_null

MAX_COUNT = 10**12

Number = TypeVar("Number", "int | None", "float | None")


@dataclass
class Config:
    """A config file of a known format.

    format: the name of its format. root: its mapping (with --block, the block and what stands above it). asked: whether
    the release was asked for. forced: whether the format was (`--from`). texts_count: whether the framework makes a
    number of a text such as "1e-5", as argparse does. nulls_default: whether null stands for a number's default. read,
    meant: the keys that were looked for, and others that have a meaning. numeric: those that take numbers, and whether
    only whole ones. taken: what was taken, written or default. words: those that take a choice or a flag, with what was
    taken and the others.
    """

    format: str
    root: Mapping
    source: Source
    syntax: str
    inputs: Inputs
    given: Given = Given()  # noqa: RUF009 - frozen
    release: str = ""
    asked: bool = False
    forced: bool = False
    texts_count: bool = True
    nulls_default: bool = True
    remarks: list[Problem] = field(default_factory=list)
    read: dict[str, None] = field(default_factory=dict)
    meant: dict[str, None] = field(default_factory=dict)
    numeric: dict[str, bool] = field(default_factory=dict)
    taken: dict[str, float] = field(default_factory=dict)
    words: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def node(self, path: str) -> Node | None:
        """The raw node at a dotted path; None where there is none."""
        self.read.setdefault(path)
        return entry_at(self.root, path)[1]

    def knows(self, *paths: str) -> None:
        """Say that these keys have a meaning, so that `--set` may give them, though this file does not need them."""
        self.meant.update(dict.fromkeys(paths))

    def known(self, path: str) -> Node | None:
        """The node at a path; an error where the file does not give its value, None where it is left out or null."""
        node = self.node(path)
        if isinstance(node, Unknown):
            raise refuse(node.place, node.code, f"{path}: {node.why}" if path not in node.why else node.why, node.help)
        return None if node is None or is_null(node) else node

    def has(self, path: str) -> bool:
        """Whether there is a value that is not null."""
        node = self.node(path)
        return node is not None and not is_null(node)

    @overload
    def number(self, path: str) -> float | None: ...

    @overload
    def number(self, path: str, default: float) -> float: ...

    def number(self, path: str, default: float | None = None) -> float | None:
        """A finite number; `default` where it is left out or null."""
        node = self.known(path)
        self._check_null(path, node, default)
        self.numeric.setdefault(path, False)
        return self._taken(path, default if node is None else self.number_of(node, path))

    def number_of(self, node: Node, name: str) -> float | int:
        """The number that a node is, as the framework takes it."""
        if isinstance(node, Unknown):
            raise node.refusal(name)
        value = node.value if isinstance(node, Scalar) else None
        number = _converted(value) if isinstance(value, str) else value
        if self.texts_count or not node.place.source.placed:  # what --set gives has no quotes
            value = number
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            help = ""
            if isinstance(number, float) and isinstance(node, Scalar) and node.plain and self.syntax == "pyyaml":
                text = repr(number) if "." in repr(number) else repr(number).replace("e", ".0e")
                help = f"PyYAML reads {node.text} as a text: write {text}"
            raise refuse(node.place, "wrong-type", f"{name} must be a number, not {node}", help)
        if not math.isfinite(value) or abs(value) > 1e300:
            raise refuse(node.place, "bad-value", f"{name} must be a finite number, not {node}")
        return value

    @overload
    def count(self, path: str, *, at_least: int | None = None) -> int | None: ...

    @overload
    def count(self, path: str, default: int, at_least: int | None = None) -> int: ...

    def count(self, path: str, default: int | None = None, at_least: int | None = None) -> int | None:
        """A whole number; `default` where it is left out or null."""
        node = self.known(path)
        self._check_null(path, node, default)
        self.numeric[path] = True
        return self._taken(path, default if node is None else self.count_of(node, path, at_least))

    def _check_null(self, path: str, known: Node | None, default: float | None) -> None:
        """Refuse a null where a number is needed, and the framework has no default for it."""
        node = self.node(path)
        if known is None and node is not None and default is not None and not self.nulls_default:
            raise refuse(node.place, "needs-value", f"{path} is null, and a number is needed")

    def _taken(self, path: str, value: Number) -> Number:
        if value is not None:
            self.taken.setdefault(path, value)
        return value

    def count_of(self, node: Node, name: str, at_least: int | None = None) -> int:
        """The whole number that a node is."""
        value = self.number_of(node, name)
        if value % 1 or abs(value) > MAX_COUNT or (at_least is not None and value < at_least):
            least = "" if at_least is None else f" of at least {at_least}"
            raise refuse(node.place, "bad-value", f"{name} must be a whole number{least}, not {node}")
        return int(value)

    @overload
    def text(self, path: str, *, choices: Iterable[str] = ()) -> str | None: ...

    @overload
    def text(self, path: str, default: str, choices: Iterable[str] = ()) -> str: ...

    def text(self, path: str, default: str | None = None, choices: Iterable[str] = ()) -> str | None:
        """A text; `default` where it is left out or null. choices: the words that it may be, if it is one of some."""
        node = self.known(path)
        value = default if node is None else node.value if isinstance(node, Scalar) else None
        if node is not None and not isinstance(value, str):
            raise refuse(node.place, "wrong-type", f"{path} must be a text, not {node}")
        self.offer(path, value or "", choices)  # type: ignore[arg-type]
        return value  # type: ignore[return-value]

    def flag(self, path: str, default: bool = False) -> bool:
        """True or false; `default` where it is left out or null."""
        node = self.known(path)
        value = default if node is None else node.value if isinstance(node, Scalar) else None
        if isinstance(value, str) and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        if not isinstance(value, bool):
            raise refuse(self.value_place(path), "wrong-type", f"{path} must be true or false, not {node}")
        false_true = ("False", "True") if self.syntax == "python" else ("false", "true")
        self.offer(path, false_true[value], false_true)
        return value

    def offer(self, path: str, word: str, choices: Iterable[str]) -> None:
        """Say which words a key may have instead of the one that was taken, if there are any."""
        if others := tuple(other for other in choices if other != word):
            self.words[path] = word, others

    def numbers(self, path: str) -> list[float | int] | None:
        """A list of numbers; None where it is left out or null."""
        node = self.known(path)
        if node is None:
            return None
        if not isinstance(node, List):
            raise refuse(node.place, "wrong-type", f"{path} must be a list of numbers, not {node}")
        return [self.number_of(item, path) for item in node.items]

    def mapping(self, path: str) -> Mapping | None:
        """A mapping; None where it is left out or null."""
        node = self.known(path)
        if node is not None and not isinstance(node, Mapping):
            raise refuse(node.place, "wrong-type", f"{path} must be a mapping, not {node}")
        return node

    def at_least(self, release: str) -> bool:
        """Whether the release that the file is read for is this one or a later one."""
        return version_parts(self.release) >= version_parts(release)

    def place(self, path: str) -> Place:
        """The place of a key, or of the nearest key above it that is there; the file as a whole where none is."""
        while path:
            key, node = entry_at(self.root, path)
            if key is not None:
                return key.place
            if node is not None:
                return node.place
            path = path.rpartition(".")[0]
        return self.source.whole

    def value_place(self, path: str) -> Place:
        """The place of a value, or as `place` where there is none."""
        node = entry_at(self.root, path)[1]
        return self.place(path) if node is None else node.place

    def fail(self, path: str, code: str, message: str, help: str = "") -> SpecError:
        """An error at a key, to be raised."""
        return refuse(self.place(path), code, message, help)

    def raises(self, path: str, message: str, help: str = "") -> SpecError:
        """The error of a file that its framework refuses: the message is the framework's own."""
        return self.fail(path, "framework-raises", message, help)

    def needs_steps(self, path: str, options: Sequence[str] = ()) -> SpecError:
        """The error of a key whose meaning depends on the number of steps, which the file does not give."""
        name = path.rpartition(".")[2]
        help = "--steps N, or --samples N (1 GPU; --world-size N)" if not options else ", or ".join(options)
        return self.fail(path, "needs-steps", f"{name} needs the number of steps, which depends on the data", help)

    def remark(self, path: str, code: str, message: str, why: str = "", help: str = "", level: str = "warning") -> None:
        """Say something about a key that is no error."""
        problem = replace(self.place(path).problem(code, message, help, why=why, level=level), key=path)
        if problem not in self.remarks:
            self.remarks.append(problem)

    def beside(self, path: str) -> Source:
        """Another file of the project, named by a key relative to this one, as a source."""
        name = self.text(path) or ""
        return file_beside(self.inputs, self.source, name, self.value_place(path))


def _converted(text: str) -> float | int | str:
    """A text as float() and int() take it, which take no hexadecimal and any blanks around it."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
