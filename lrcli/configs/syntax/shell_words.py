"""The words of a shell script with their places, quotes taken off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lrcli.configs.syntax import Offsets
from lrcli.reader.source import Place, Source

_OPENS = ("if", "for", "while", "until", "case")
_CLOSES = ("fi", "done", "esac")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")


@dataclass(frozen=True)
class Word:
    """One word.

    part: the number of the command, array or quoted text that it stands in. ends: whether it is no word but the end of
    one of these. inner: whether it stands inside a quoted text that is also a word of its own.
    """

    text: str
    place: Place
    part: int
    ends: bool = False
    inner: bool = False


def is_condition(word: Word) -> int:
    """1 where a part begins that may not run, -1 where it ends, else 0."""
    return 0 if word.inner else (word.text in _OPENS) - (word.text in _CLOSES)


def words_of(source: Source) -> Iterator[Word]:
    """The words in order; a quoted text with several words in it is given whole first, then word by word."""
    yield from _Lexer(source).words(0, len(source.text), inner=False)


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.text, self.part = source.text, 0
        self.place = Offsets(source).place

    def words(self, at: int, stop: int, inner: bool) -> Iterator[Word]:
        text = self.text
        in_array = False
        heredocs: list[str] = []
        while at < stop:
            c = text[at]
            if c in " \t\r" or text.startswith("\\\n", at) or text.startswith("\\\r\n", at):
                at += 1 if c in " \t\r" else text.index("\n", at) + 1 - at
            elif c == "#" and not inner:
                at = text.find("\n", at, stop) if "\n" in text[at:stop] else stop
            elif match := _HEREDOC.match(text, at):
                heredocs.append(match.group(2))
                at = match.end()
            elif c in "\n;|&<>":
                at += 1
                if c == "\n" and heredocs:
                    at = self.after_heredocs(at, stop, heredocs)
                if not in_array and not inner:
                    self.part += 1
                    yield Word("", self.place(at - 1, at), self.part, ends=True)
            elif c in "()":
                in_array = c == "("
                at += 1
                self.part += 1
                yield Word("", self.place(at - 1, at), self.part, ends=True, inner=inner)
            else:
                end, word, quoted = self.word(at, stop)
                if word.isdecimal() and text[end : end + 1] in ("<", ">") and not inner:
                    at = end  # the number of a stream: 2>&1
                    continue
                yield Word(word, self.place(at, end), self.part, inner=inner)
                for start, close in quoted:
                    if "--" in text[start:close] and not inner:
                        self.part += 1
                        yield Word("", self.place(start, close), self.part, ends=True, inner=True)
                        yield from self.words(start, close, inner=True)
                        self.part += 1
                        yield Word("", self.place(close, close), self.part, ends=True, inner=True)
                at = end
                if text.startswith("(", at) and _ASSIGNMENT.fullmatch(word):
                    in_array = True
                    at += 1
                    self.part += 1

    def after_heredocs(self, at: int, stop: int, names: list[str]) -> int:
        """Where the text goes on after the bodies of heredocs."""
        while names:
            end = self.text.find("\n", at, stop)
            line = self.text[at : stop if end < 0 else end].strip()
            at = stop if end < 0 else end + 1
            if line == names[0]:
                names.pop(0)
            if end < 0:
                names.clear()
        return at

    def word(self, at: int, stop: int) -> tuple[int, str, list[tuple[int, int]]]:
        """(where the word ends, the word without its quotes, where quoted texts with several words stand in it)."""
        text = self.text
        parts: list[str] = []
        quoted: list[tuple[int, int]] = []
        start = at
        while at < stop:
            c = text[at]
            if c in " \t\r\n;|&<>()" or text.startswith("\\\n", at) or text.startswith("\\\r\n", at):
                break
            if c in "\"'":
                close = self.closing(at, stop, c)
                inside = text[at + 1 : close]
                parts.append(inside.replace("\\\n", " ") if c == '"' else inside.replace("$", "\0"))
                if len(inside.split()) > 1:
                    quoted.append((at + 1, close))
                at = close + 1
            elif text.startswith("$(", at) or text.startswith("${", at) or c == "`":
                close = self.balanced(at, stop)
                parts.append(text[at:close])
                at = close
            elif c == "\\" and at + 1 < stop:
                parts.append(text[at + 1])
                at += 2
            else:
                parts.append(c)
                at += 1
        # a lone character that begins no word is stepped over
        return max(at, start + 1), "".join(parts), quoted

    def closing(self, at: int, stop: int, quote: str) -> int:
        spot = at + 1
        while spot < stop and self.text[spot] != quote:
            spot += 2 if quote == '"' and self.text[spot] == "\\" else 1
        return min(spot, stop)

    def balanced(self, at: int, stop: int) -> int:
        """The end of `$(...)`, `${...}` or a command in backticks."""
        if self.text[at] == "`":
            return min(self.closing(at, stop, "`") + 1, stop)
        opener = self.text[at + 1]
        closer = ")" if opener == "(" else "}"
        depth, spot = 0, at + 1
        while spot < stop:
            depth += (self.text[spot] == opener) - (self.text[spot] == closer)
            spot += 1
            if not depth:
                break
        return spot
