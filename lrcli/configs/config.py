"""Reading a training config: its values by their keys, with errors and remarks at their places."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Mapping_
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, TypeVar, cast, overload

from lrcli.configs.nodes import Unknown, entry_at, joined, parts_of
from lrcli.errors import Problem, SpecError
from lrcli.frameworks.base import version_parts
from lrcli.inputs import Inputs
from lrcli.reader.build import MAX_COUNT
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.request import Given
from lrcli.reader.source import Place, Source, refuse
from lrcli.reader.values import is_null

Number = TypeVar("Number", "int | None", "float | None")


class WatchedOptions(Given):
    """The options of a command line, which know those that nobody has looked at."""

    def __getattribute__(self, name: str) -> Any:
        values = object.__getattribute__(self, "__dict__")
        if name in Given.__dataclass_fields__:
            values.setdefault("_looked_at", set()).add(name)
        return object.__getattribute__(self, name)

    def unused(self) -> list[str]:
        """The options that were given for nothing, as they are written."""
        return [self.option(name) for name in self.names() if name not in vars(self).get("_looked_at", ())]


@dataclass
class Config:
    """A config file of a known format.

    format: the name of its format. root: its mapping (with --block, the block and what stands above it).
    release_given: whether the command line names the release. forced: whether it names the format (`--from`).
    texts_count: whether the framework makes a number of a text such as "1e-5", as argparse does. nulls_default: whether
    null stands for a number's default. default: in a file that is read as if keys were not there, which of several
    defaults of its framework is taken, from 0; else None. read, meaningful: the keys that were looked for, and others
    that have a meaning. numeric: those that take numbers, and whether only whole ones. taken: what was taken, written
    or default. words: those that take a choice or a flag, with what was taken and the others.
    """

    format: str
    root: Mapping
    source: Source
    syntax: str
    inputs: Inputs
    given: Given = Given()  # noqa: RUF009 - frozen
    release: str = ""
    release_given: bool = False
    forced: bool = False
    texts_count: bool = True
    nulls_default: bool = True
    default: int | None = None
    remarks: list[Problem] = field(default_factory=list)
    read: dict[str, None] = field(default_factory=dict)
    meaningful: dict[str, None] = field(default_factory=dict)
    numeric: dict[str, bool] = field(default_factory=dict)
    taken: dict[str, float] = field(default_factory=dict)
    words: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def node(self, path: str) -> Node | None:
        """The raw node at a dotted path; None where there is none."""
        self.read.setdefault(path)
        return entry_at(self.root, path)[1]

    def knows(self, *paths: str) -> None:
        """Say that these keys have a meaning, so that `--set` may give them, though this file does not need them."""
        self.meaningful.update(dict.fromkeys(paths))

    def known(self, path: str) -> Node | None:
        """The node at a path; an error where the file does not give its value, None where it is left out or null."""
        node = self.node(path)
        if isinstance(node, Unknown):
            raise node.refusal(path)
        return None if node is None or is_null(node) else node

    def has(self, path: str) -> bool:
        """Whether there is a value that is not null."""
        node = self.node(path)
        return node is not None and not is_null(node)

    @overload
    def number(self, path: str, *, least: float = -inf, most: float = inf) -> float | None: ...

    @overload
    def number(self, path: str, default: float, least: float = -inf, most: float = inf) -> float: ...

    def number(self, path: str, default: float | None = None, least: float = -inf, most: float = inf) -> float | None:
        """A finite number of a range; `default` where it is left out or null."""
        node = self.known(path)
        self._check_null(path, node, default)
        self.numeric.setdefault(path, False)
        value = default if node is None else self.number_of(node, path)
        if value is not None and not least <= value <= most:
            name = path.rpartition(".")[2]
            rule = f"at least {least:g}" if most == inf else f"from {least:g} to {most:g}"
            raise self.fail(path, "bad-value", f"{name} must be {rule}, not {value:g}")
        return self._taken(path, value)

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

    def choice(self, path: str, default: str | None, choices: Sequence[str], message: str, help: str = "") -> str:
        """One of some words; `message` is what the framework says of another, which stands for {!r} in it."""
        word = self.text(path, choices=choices) if default is None else self.text(path, default, choices)
        if word is None or word not in choices:
            raise self.raises(path, message.format(word), help)
        return word

    def value(self, path: str, default: float | bool | str | type) -> float | bool | str | None:
        """A value of the kind of its default; of a type, which is no default, None where it is left out or null."""
        kind = default if isinstance(default, type) else type(default)
        if kind is default and not self.has(path):
            return None
        readers: dict[type, Callable[..., Any]] = {bool: self.flag, str: self.text}
        read = readers.get(kind, self.number)
        return cast("float | bool | str", read(path) if kind is default else read(path, default))

    def rate(self, path: str, missing: str = "", at: str = "", default: float | None = None) -> float:
        """A learning rate, which no optimizer of PyTorch takes below 0. missing: what is said of none, `at` a key."""
        rate = self.number(path) if default is None else self.number(path, default)
        if rate is None:
            name = path.partition(".")[0]
            raise self.fail(at or name, "needs-value", missing or f"{path} is not in the file", f"--set {path}=...")
        if rate < 0:
            raise refuse(self.value_place(path), "framework-raises", f"ValueError: Invalid learning rate: {rate}")
        return float(rate)

    def epochs(self, path: str, default: float | None = None, missing: str = "") -> int | None:
        """The epochs of the run as a whole number: --epochs, or those of a key; None where nothing says."""
        given = self.given.epochs
        epochs = given if given is not None else self.number(path) if default is None else self.number(path, default)
        if epochs is None and missing:
            raise self.fail(path, "needs-steps", missing, "--epochs N")
        if epochs is not None and (epochs < 1 or epochs % 1):
            name = path.rpartition(".")[2] if given is None else "--epochs"
            raise self.fail(path, "bad-value", f"{name} must be a whole number of at least 1, not {epochs:g}")
        return None if epochs is None else int(epochs)

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

    def refuse_first(self, *rules: tuple[object, str, str] | tuple[object, str, str, str]) -> None:
        """Raise the first of a framework's own errors that holds: (whether it does, the key, the message, the help)."""
        for holds, *error in rules:
            if holds:
                raise self.raises(*error)

    def refuse_others(self, path: str, known: Sequence[str], callee: str, also: Sequence[str] = ()) -> None:
        """Raise what Python raises of a keyword argument that a function has not; `also` are not given to it."""
        block = self.mapping(path) if path else self.root
        for name, _ in () if block is None else parts_of(block):
            if name not in (*known, *also):
                message = f"TypeError: {callee} got an unexpected keyword argument {name!r}"
                help = f"it takes {', '.join(known)}" if known else "it takes none"
                raise self.raises(joined(path, name), message, help)

    def require(self, path: str, names: Iterable[str], callee: str, at: str) -> None:
        """Raise what Python raises where an argument that a function needs is left out."""
        for name in names:
            if not self.has(f"{path}.{name}"):
                raise self.raises(at, f"TypeError: {callee} missing 1 required positional argument: {name!r}")

    def needs_steps(self, path: str, options: Sequence[str] = ()) -> SpecError:
        """The error of a key whose meaning depends on the number of steps, which the file does not give."""
        name = path.rpartition(".")[2]
        help = "--steps N, or --samples N (1 GPU; --world-size N)" if not options else ", or ".join(options)
        return self.fail(path, "needs-steps", f"{name} needs the number of steps, which depends on the data", help)

    def remark(self, path: str, code: str, message: str, why: str = "", help: str = "", level: str = "warning") -> None:
        problem = replace(self.place(path).problem(code, message, help, why=why, level=level), key=path)
        if problem not in self.remarks:
            self.remarks.append(problem)

    def remark_long_warmup(
        self, path: str, warmup: float, length: float, unit: str = "updates", consequence: str = "", **details: str
    ) -> None:
        """Tell of a warmup that is as long as the run."""
        if warmup >= length:
            shown = [int(count) if count % 1 == 0 else count for count in (warmup, length)]
            what = f"the warmup of {shown[0]} {unit} is as long as the run of {shown[1]}{consequence}"
            self.remark(path, "warmup-too-long", what, **details)

    def remark_late(self, path: str, positions: Iterable[float], end: float, until: str) -> None:
        """Tell of steps at or past the end of the run, or of the part of it that `until` names."""
        name = path.rpartition(".")[2].removesuffix("s")
        late = ", ".join(f"{position:g}" for position in positions if position >= end)
        if late:
            what = f"{name} {late} is never reached: {until}"
            self.remark(path, "milestone-outside", what, "the rate is not lowered there")

    def note_other_rates(self, *paths: str) -> None:
        """Tell of keys that give some parameters another rate than the one shown."""
        for path in paths:
            if self.has(path):
                name = f"--{path}" if self.syntax == "shell" else path
                what = f"{name} gives some parameters another rate, which is not shown"
                self.remark(path, "other-groups", what, level="note")

    def note_unread(self, others: Mapping_[str, str], framework: str, same: Callable[[str], bool]) -> None:
        """Tell of keys of other tools, and of what the framework calls them; `same`: whether its own key is given."""
        for wrong, right in others.items():
            if self.node(wrong) is not None:
                why = "" if same(right) else f"{right} keeps its default"
                self.remark(wrong, "unread-key", f"{framework} reads {right}, not {wrong}", why)


def _converted(text: str) -> float | int | str:
    """A text as int() and float() take it, which take no hexadecimal and any blanks around it."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text
