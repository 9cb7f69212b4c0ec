"""The schedule types as text or JSON: all of them with one line each, or everything about one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.catalog.describe import TypeInfo, TypeKey, example
from lrcli.render import json_document

_PROSE = 100
"""A line of a paragraph is at most so wide."""


_LEAST_SUMMARY = 40
"""A summary stands beside its name if so many columns are left for it, else under it."""


def write_list(types: Sequence[TypeInfo], format: str, width: int | None = None) -> Iterator[str]:
    """One line for each type; each framework is a block. Where a `width` is given, longer lines go on below."""
    if format == "json":
        yield json_document([{"type": info.name, "torch": info.torch, "summary": info.summary} for info in types])
        return
    first: dict[str, int] = {}
    for info in types:
        block = info.name.rpartition(".")[0]
        first[block] = max(first.get(block, 0), len(info.name))
    for info in types:
        torch = "" if info.torch in (None, info.name) else f" ({info.torch})"
        names = first[info.name.rpartition(".")[0]]
        about = f"{info.summary.rstrip('.')}{torch}"
        if width is None:
            yield f"{info.name.ljust(names)}  {about}\n"
        elif width - names - 2 >= _LEAST_SUMMARY:
            yield _hanging(f"{info.name.ljust(names)}  ", about, width)
        else:
            name = info.name if len(info.name) <= width else info.name.replace(".", ".\n ", 1)
            yield f"{name}\n{_hanging('  ', about, width)}"


def write_type(info: TypeInfo, format: str, width: int, picture: str) -> Iterator[str]:
    """All about one type; `picture` is the plot of its example."""
    if format == "json":
        yield json_document(_record(info))
        return
    yield f"{_named(info)}\n\n"
    yield f"{_filled(info.summary, width)}\n\n"
    if info.formula:
        yield _indented(info.formula) + "\n"
    for paragraph in info.about:
        yield f"{_filled(paragraph, width)}\n\n"
    yield "keys\n"
    if info.keys:
        yield from _keys(info.keys, width)
    else:
        yield "  none\n"
    yield "\nexample\n"
    yield _indented(example(info)) + "\n"
    yield f"{picture}\n\n"
    if info.source:
        yield _hanging("source   ", info.source, width)
    yield f"PyTorch  {f'{info.torch}, since torch {info.since}' if info.torch else 'has no class for it'}\n"


def _named(info: TypeInfo) -> str:
    others = [name for name in (*info.aliases, info.torch) if name and name != info.name]
    return f"{info.name} (also written {', '.join(others)})" if others else info.name


def _keys(keys: Sequence[TypeKey], width: int) -> Iterator[str]:
    """Two lines for each key: its default and meaning, and what it takes."""
    names = max(len(key.name) for key in keys)
    for key in keys:
        for line in (f"{key.doc}", f"{key.takes}; {_default(key)}", *_unit_keys(key)):
            lead = key.name if line == key.doc else ""
            yield _hanging(f"  {lead.ljust(names)}  ", line, width)


def _default(key: TypeKey) -> str:
    return key.default_text if key.default_text == "required" else f"default: {key.default_text}"


def _unit_keys(key: TypeKey) -> Iterator[str]:
    if key.unit_keys:
        yield f"also {' and '.join(key.unit_keys)}, which carry their unit"


def _hanging(lead: str, text: str, width: int) -> str:
    import textwrap

    room = max(20, min(width, _PROSE) - len(lead))
    first, *more = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
    return "".join(f"{line}\n" for line in (f"{lead}{first}".rstrip(), *(" " * len(lead) + line for line in more)))


def _filled(paragraph: str, width: int) -> str:
    """A paragraph of prose at this width; one with columns in it stays as it is."""
    import textwrap

    if any("   " in line for line in paragraph.splitlines()):
        return paragraph
    return textwrap.fill(" ".join(paragraph.split()), min(width, _PROSE), break_on_hyphens=False)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def _record(info: TypeInfo) -> dict[str, object]:
    return {
        "type": info.name,
        "aliases": list(info.aliases),
        "torch": info.torch,
        "since": info.since,
        "summary": info.summary,
        "formula": info.formula,
        "about": list(info.about),
        "source": info.source,
        "sets_lr": info.sets_lr,
        "keys": [
            {
                "key": key.name,
                "doc": key.doc,
                "takes": key.takes,
                "required": key.default_text == "required",
                "default": key.default,
                "if_left_out": key.fills or None,
                "choices": list(key.choices) or None,
            }
            for key in info.keys
        ],
        "example": example(info),
    }
