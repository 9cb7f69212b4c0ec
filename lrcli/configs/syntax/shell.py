"""Shell scripts and command lines: assignments, arrays and `--flag value`, wherever in the text they stand.

Nothing is run. A flag is a key with its dashes removed, `-b` is `b`; a value is the text that the program would be
given (True for a flag without one, a list for several). A `$VAR` is what the file assigned to it last; a command, a
variable that the file does not set, or sets under a condition, and a flag that two commands give differently are
`Unknown`.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lrcli.configs.nodes import Unknown, Value, mapping_of, sequence_of
from lrcli.configs.syntax.shell_words import Word, is_condition, words_of
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse

_FLAG = re.compile(r"--?([A-Za-z][\w-]*)(?:=(.*))?", re.DOTALL)
_LONG = re.compile(r"--([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_BEFORE = ("export", "declare", "local", "readonly", "-x", "-i", "-r", "then", "do", "else", "{")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(\+?)=(.*)", re.DOTALL)
_POSITIONAL = re.compile(r"\$[@*]|\$\{[@*][^}]*\}")
_REFERENCE = re.compile(
    r"\$\{(?P<name>\w+)(?:\[[@*]\])?(?P<rest>[^}]*)\}|\$(?P<bare>[A-Za-z_]\w*)|\$\(\((?P<sum>.*?)\)\)|(?P<run>\$\(|`)",
    re.DOTALL,
)


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The flags of a script, as a mapping."""
    given, rest = {}, []
    for text in sets:
        name, _, value = text.partition("=")
        bare = variable_name(name)
        if names_variable(source.text, bare):
            given[bare] = value
        else:
            rest.append(f"{name.strip().lstrip('-')}={value}")
    script = _Script(source, dict(given), frozenset(given))
    script.run()
    if not script.flags:
        raise refuse(source.whole, "syntax", "this text gives no --flag")
    root = mapping_of(((flag.key, flag.node) for flag in script.flags.values()), source.whole)
    return apply_sets(root, rest, lambda place, text, plain, tag: Value(place, text, plain, read=text))


def variable_name(key: str) -> str:
    """Return the name of a variable that `--set` gives with or without what stands around it in a script.

    >>> [variable_name(key) for key in ("LR", "$LR", "${LR}")]
    ['LR', 'LR', 'LR']
    """
    return key.strip().removeprefix("$").strip("{}")


def names_variable(text: str, name: str) -> bool:
    """Whether a script reads or sets a variable of this name."""
    word = re.escape(name)
    return bool(name and re.search(rf"\$\{{?{word}\b|^\s*(?:export\s+)?{word}=", text, re.M))


@dataclass
class _Flag:
    """A flag as it was given last, in which command (or array, or text), and what stood there."""

    key: Scalar
    node: Node
    part: int
    texts: tuple[str, ...]


@dataclass
class _Script:
    """It holds the variables and the flags that were given, up to some word of a script."""

    source: Source
    variables: dict[str, str | None]
    fixed: frozenset[str]
    flags: dict[str, _Flag] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)  # variables that are set under a condition

    open_flag: tuple[Scalar, list[Word], int] | None = None  # the flag whose values are being read

    def run(self) -> None:
        depth, fresh = 0, True
        for word in words_of(self.source):
            depth = max(0, depth + is_condition(word))
            # NAME=... is an assignment where a command begins, and an argument anywhere else
            assigned = _ASSIGNED.fullmatch(word.text) if fresh and not word.inner else None
            fresh = (fresh and (assigned is not None or word.text in _BEFORE)) or (word.ends and not word.inner)
            flag = _LONG.fullmatch(word.text) or (_FLAG.fullmatch(word.text) if len(word.text) == 2 else None)
            if flag is not None or word.ends or assigned is not None or self.brings_flags(word.text):
                self.close()
            if assigned is not None:
                self.assign(assigned, depth)
            elif flag is not None:
                name, value = flag.groups()
                values = [] if value is None else [Word(value, word.place, word.part)]
                self.open_flag = Scalar(word.place, name), values, word.part
                if values:
                    self.close()
            elif self.open_flag is not None:
                self.open_flag[1].append(word)
        self.close()

    def close(self) -> None:
        if self.open_flag is not None:
            self.give(*self.open_flag)
        self.open_flag = None

    def assign(self, match: re.Match[str], depth: int) -> None:
        name, added, text = match.groups()
        if name in self.fixed:
            return
        value = self.expanded(text)
        if added:
            before = self.variables.get(name)
            value = None if value is None or before is None else before + value
        if depth and name in self.variables and self.variables[name] != value:
            value = None
            self.loose.add(name)
        self.variables[name] = value

    def brings_flags(self, text: str) -> bool:
        """Whether a word stands for flags: they are read where they are written."""
        if _POSITIONAL.fullmatch(text):
            return True  # what the script is called with, which nobody knows
        match = _REFERENCE.fullmatch(text)
        name = match and (match["name"] or match["bare"])
        held = self.variables.get(name) if name else None
        return bool(name) and ("[@]" in text or "[*]" in text or (held is not None and "--" in held))

    def give(self, key: Scalar, words: list[Word], part: int) -> None:
        nodes: list[Node] = [self.value(word) for word in words]
        node = nodes[0] if len(nodes) == 1 else sequence_of(nodes, key.place) if nodes else None
        if node is None:
            node = Value(key.place, key.text, read=True)
        texts = tuple(str(item.text) for item in nodes if isinstance(item, Scalar))
        before = self.flags.get(key.text)
        if before is not None and before.part != part and before.texts != texts:
            why = f"--{key.text} is given twice, as {' '.join(before.texts)} and as {' '.join(texts)}"
            node = Unknown(key.place, key.text, code="ambiguous", why=why, help=f"--set {key.text}=...")
        self.flags[key.text] = _Flag(key, node, part, texts)

    def value(self, word: Word) -> Node:
        text = self.expanded(word.text)
        if text is not None:
            text = text.replace("\0", "$")  # one in single quotes, which begins no variable
            return Value(word.place, text, read=text)
        return self.unknown(word.text, word.place)

    def unknown(self, text: str, place: Place) -> Unknown:
        for match in _REFERENCE.finditer(text):
            name = match["name"] or match["bare"]
            if name and self.variables.get(name) is None:
                how = "is set under a condition" if name in self.loose else "has no value that the file gives"
                return Unknown(place, text, why=f"${name} {how}", help=f"--set {name}=...")
        return Unknown(place, text, code="code-not-data", why=f"{text[:60]!r} is shell that lrcli does not run")

    def expanded(self, text: str, depth: int = 0) -> str | None:
        """The text with its variables; None where one is not known."""
        if depth > 20 or len(text) > 100_000:
            return None
        parts: list[str] = []
        end = 0
        for match in _REFERENCE.finditer(text):
            value = None
            if match["run"] is None:
                if match["sum"] is not None:
                    inner = self.expanded(re.sub(r"(?<![$\w{])([A-Za-z_]\w*)", r"$\1", match["sum"]), depth + 1)
                    value = None if inner is None else _sum(inner)
                else:
                    value = self.variable(match["name"] or match["bare"], match["rest"] or "", depth)
            if value is None:
                return None
            parts += [text[end : match.start()], value]
            end = match.end()
        return "".join(parts) + text[end:]

    def variable(self, name: str, rest: str, depth: int) -> str | None:
        value = self.variables.get(name)
        if not rest or rest[:2] == ":?" or rest[:1] == "?":
            return value
        if rest[:2] in (":-", ":="):
            return value if value else None if name in self.loose else self.expanded(rest[2:], depth + 1)
        if rest[:1] in "-=":
            return value if value is not None or name in self.loose else self.expanded(rest[1:], depth + 1)
        return None


def _sum(text: str) -> str | None:
    """`$((...))`: whole numbers, division towards zero; None where it is anything else."""
    try:
        return str(_whole(ast.parse(text.strip(), mode="eval").body))
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def _quotient(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


_SUMS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _quotient,
    ast.Mod: lambda a, b: a - _quotient(a, b) * b,
}


def _whole(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return _whole(node.operand) * (-1 if isinstance(node.op, ast.USub) else 1)
    if isinstance(node, ast.BinOp) and type(node.op) in _SUMS:
        return _SUMS[type(node.op)](_whole(node.left), _whole(node.right))
    raise ValueError
