"""What a line of free text says: its learning rates, and the step and the epoch that they are of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lrcli.logs import LogRequest
from lrcli.logs.columns import is_epoch, rank
from lrcli.logs.format import FAR

# The patterns are texts: `re` compiles each when it is first used, and many logs use none of them.

NUMBER = r"(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[nN]a[nN]|[iI]nf)"
"""A learning rate as it is written."""

COUNT = r"(?:\d{1,3}(?:,\d{3})+(?![\d.])|\d+(?:\.\d+)?)"
"""A step or an epoch as it is written: BasicSR separates the thousands, Lightning writes 49.0."""

END = r"(?!\w|%|[:/.]\d)"
"""What does not follow a number: that would be a time, a share or a word."""

_TIMES_TEN = r"(?!\^|[ \t]?[\u00d7\u00b7*x][ \t]?(?:10|1e))"  # the 5 of `5 x 10^-4`, the 10 of `10^-4`
_DECIMAL_COMMA = r"[-+]?\d+,\d"  # the 0 of `0,001`, which no list begins with

RATE = rf"(?:(?!{_DECIMAL_COMMA})|(?<=[\[(,])|(?<=,[ \t]))(?P<value>{NUMBER}){END}{_TIMES_TEN}"
"""A learning rate where it stands: not the beginning of a number that is written in another way."""

RUN = "run"
"""The name of a total that may be that of the run."""

_SPACE = r"[ \t]{0,16}"  # bounded, so that a line of blanks is read in one pass

_RATE = rf"""(?ix)(?<![A-Za-z0-9_/.-])
    (?P<name>(?:[A-Za-z][A-Za-z0-9]*[/_.-]|train\ |current\ |base\ )*
        (?:lrs?|learning[ _-]?rates?)\d*(?:[/_.-][A-Za-z0-9]+)*(?:\([A-Za-z0-9_]+\))?)
    ["']?\]?
    (?:\ of\ (?:parameter\ )?group\ (?P<group>\d+))?
    (?:\ (?:for|at|in|after)\ (?:epoch|step|iteration)\ \d+)?
    {_SPACE}(?:was\ set\ to|set\ to|to|is|are|->|[:=|])?{_SPACE}
    (?:tensor\(|(?:np|numpy)\.float\d+\(|[\[({{|"']|[ \t]){{0,12}}
    (?<!\w){RATE}"""
_NEXT = rf"(?i)[ \t]?,[ \t]?(?:(?:np|numpy)\.float\d+\()?({NUMBER}){END}"
_SETTING = (
    r"(?<![a-z])(steps?|epochs?|milestones?|gamma|patience|policy|sched\w*|drop|power|cycle|min|max|init\w*|final|end"
    r"|start|peak|target|poly)(?![a-z])"
)
"""In a name, these words make it that of a setting: `lr_step: 30`, `min_lr=1e-6`."""

_RUN = rf"""["']?\]?{_SPACE}[:=\#|]?{_SPACE}["'\[({{]{{0,3}}{_SPACE}"""  # what stands between a key and its number
_ABSOLUTE = (
    r"(?i)(?<![A-Za-z0-9_])"
    r"(?P<key>global[_ -]?steps?|num_updates|current_steps?|total_timesteps|n_iter|optimizer[_ ]steps?)"
    rf"{_RUN}(?P<step>{COUNT})(?:{_SPACE}/{_SPACE}\d+)?{END}"
)
_STEP = (
    rf"(?i)(?<![A-Za-z0-9_/-])(?<!per )(?<!skipped )(?<!nan )(?P<key>steps?|iterations?|iters?|"
    rf"it(?={_SPACE}(?:[:=]|\d+/\d))|batch(?:es)?|updates?|train[_ -]step|mini-?batch)"
    rf"(?:\(train\))?{_RUN}(?P<step>{COUNT})"
    rf"(?:{_SPACE}(?:/|\bof\b){_SPACE}(?P<of>\d+))?{END}"
)
_PAIR = (
    rf"(?i)(?<![A-Za-z0-9_])(?P<key>epochs?|train)(?:\(train\))?{_RUN}(?P<epoch>\d+)(?:{_SPACE}/{_SPACE}\d+)?"
    rf"(?:[ \t\]),:|(-]|\d+(?:\.\d+)?%){{0,24}}[\[(:,\s]{_SPACE}(?P<step>\d+){_SPACE}/{_SPACE}(?P<of>\d+)(?![\w.])"
)
_EPOCH = (
    r"(?i)(?<![A-Za-z0-9_])(?<!best )(?<!last )(?<!from )"
    rf"(?P<key>epochs?|ep(?=[\s:=#]))(?:\(train\))?{_RUN}(?P<epoch>{COUNT})"
    rf"(?:{_SPACE}/{_SPACE}(?P<epochs>\d+))?{END}"
)
_BAR = rf"\|{_SPACE}(?P<step>\d+)/(?P<of>\d+){_SPACE}\["
_BRACKETS = rf"[\[(]{_SPACE}(?P<step>\d+){_SPACE}/{_SPACE}(?P<of>\d+){_SPACE}[\])(]"
_RANK = r"(?i)\brank[ \t]?[:=]?[ \t]?(?P<rank>\d+)|\[(?:default|rank)(?P<default>\d+)\]|\] \((?P<icefall>\d+)/\d+\) "


class Token(NamedTuple):
    """A number in a line: what it is, how it is called there, and where its name and it stand.

    role: "lr", "step", "of" (the steps of an epoch), "epoch" or "rank".
    """

    role: str
    name: str
    key: int
    start: int
    end: int

    @property
    def column(self) -> str:
        return self.name if self.role == "lr" else self.role


class Statement(NamedTuple):
    """What a line says, its tokens from left to right.

    kind: the names that the position and the learning rate go by. Lines of one kind are rows of one log.
    """

    tokens: tuple[Token, ...]
    kind: tuple[str, str]

    def has(self, role: str) -> bool:
        return any(token.role == role for token in self.tokens)


def may_hold_rate(line: str) -> bool:
    """Whether a line could have a learning rate in it: a quick look."""
    return "lr" in line or "LR" in line or "earning" in line or "Lr" in line or "EARNING" in line


def line_words(column: str) -> str:
    """The words before the numbers of a column: `lr#2` is the second behind `lr`."""
    return re.sub(r"#\d+$", "", column)


def may_be_heading(line: str) -> bool:
    """Whether a line could say which epoch begins: a quick look."""
    return "poch" in line or "POCH" in line


def statement(line: str, request: LogRequest = LogRequest()) -> Statement | None:  # noqa: B008 - frozen
    r"""What a line says, None if it has no learning rate. request: the words before the numbers that are meant.

    >>> parsed = statement("Epoch [3][50/1749]\tlr: 2.000e-02, eta: 0:52:33")
    >>> [(token.role, token.name) for token in parsed.tokens]
    [('epoch', 'epoch'), ('step', 'epoch'), ('of', 'epoch'), ('lr', 'lr')]
    """
    line = line[:FAR]
    rates: list[Token] = []
    times: Counter[str] = Counter()
    for token in _rates(line, request.column):  # of those of one name (`G lr 1e-4 D lr 4e-4`) each has its number
        times[token.name] += 1
        n = times[token.name]
        rates.append(token._replace(name=f"{token.name}#{n}") if n > 1 else token)
    if not rates:
        return None
    tokens = [*rates, *place_of(line, request.step_column)]
    if (match := re.search(_RANK, line)) and match.lastgroup:
        tokens.append(Token("rank", "rank", match.start(), *match.span(match.lastgroup)))
    best = min(rates, key=lambda token: rank(token.name))
    position = next((token.name for role in ("step", "epoch") for token in tokens if token.role == role), "")
    ordered = tuple(sorted(tokens, key=lambda token: token.start))
    return Statement(ordered, (position, best.name.partition("/")[0]))


def epoch_of(line: str) -> tuple[str, str] | None:
    """The epoch that a line without a learning rate is the heading of, and how it is called there.

    >>> epoch_of("Epoch 3/30"), epoch_of("Valid Loss: 6.5378")
    (('epoch', '3'), None)
    """
    match = re.search(_EPOCH, line[:FAR])
    return (match["key"].lower(), match["epoch"]) if match else None


def _rates(line: str, column: str | None) -> Iterator[Token]:
    column = column and line_words(column)
    for match in re.finditer(_RATE if column is None else _rate_named(column), line):
        name = column or re.sub(r"[ -]", "_", match["name"].lower())
        if column is None and (rank(name) > 1 or re.search(_SETTING, name)):
            continue
        if match["group"] is not None:
            yield Token("lr", f"{name}/{match['group']}", match.start(), *match.span("value"))
            continue
        spans = [match.span("value")]
        if re.search(r"[\[(]\W*$", line[match.end("name") : match.start("value")]):
            while further := re.compile(_NEXT).match(line, spans[-1][1]):
                spans.append(further.span(1))
        keys = [match.start(), *(end for _, end in spans)]
        for i, (key, span) in enumerate(zip(keys, spans, strict=False)):
            yield Token("lr", f"{name}/{i}" if len(spans) > 1 else name, key, *span)


def _rate_named(column: str) -> str:
    """The pattern of a number behind the words that a user names."""
    return (
        rf"(?i)(?<![A-Za-z0-9_])(?P<name>{re.escape(column)})(?P<group>(?!))?"
        rf"""["']?\]?{_SPACE}(?:[:=|]|to|is)?{_SPACE}(?:tensor\(|[\[({{|"']|[ \t]){{0,12}}"""
        rf"(?<!\w){RATE}"
    )


def place_of(line: str, key: str | None = None) -> list[Token]:
    """The step and the epoch, by the surest sign that there is; or the number behind the words that a user names."""
    if key is not None:
        role = "epoch" if is_epoch(key) else "step"
        number = rf"{_RUN}(?P<{role}>{COUNT})(?:{_SPACE}/{_SPACE}\d+)?{END}"
        named = rf"(?i)(?<![A-Za-z0-9_])(?P<key>{re.escape(key)}){number}"
        return _tokens(re.search(named, line), role)
    if match := re.search(_ABSOLUTE, line):
        return _tokens(match, "step")
    epoch = re.search(_EPOCH, line)
    if match := re.search(_STEP, line):
        # beside `epoch: 3/9` it is one epoch that has so many, beside `epoch: 3` it may be the run
        of_epoch = epoch is not None and epoch["epochs"] is not None
        return [*_tokens(match, "step", "of", of_epoch=of_epoch), *_tokens(epoch, "epoch")]
    if match := re.search(_PAIR, line):
        return _tokens(match, "epoch", "step", "of")
    match = re.search(_BAR, line) or re.search(_BRACKETS, line)
    return [*_tokens(epoch, "epoch"), *_tokens(match, "step", "of", of_epoch=epoch is not None)]


def _tokens(match: re.Match[str] | None, *roles: str, of_epoch: bool = True) -> list[Token]:
    """The parts of a match; each but the first is named by what stands before it.

    of_epoch: whether a total is that of an epoch.
    """
    tokens: list[Token] = []
    if match:
        groups = match.groupdict()
        name = re.sub(r"[ -]", "_", groups.get("key", "bar").lower())
        for role in roles:
            if groups[role] is not None:
                key = tokens[-1].end if tokens else match.start()
                tokens.append(Token(role, name if role != "of" or of_epoch else RUN, key, *match.span(role)))
    return tokens
