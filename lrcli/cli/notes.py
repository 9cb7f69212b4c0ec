"""The notes of several specs, each told once, with the names of those it is about."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.cli.environment import Environment
from lrcli.errors import Problem


def tell_notes(env: Environment, notes: Sequence[tuple[str, Sequence[Problem]]]) -> None:
    """Print the notes of each named spec; one that all of them share has no name before it."""
    for text in [] if env.quiet else told_once(notes):
        env.note(text)


def told_once(notes: Sequence[tuple[str, Sequence[Problem]]]) -> list[str]:
    """The notes of each named spec in words; one that all of them share has no name before it."""
    about: dict[str, list[str]] = {}
    for name, of_spec in notes:
        for note in dict.fromkeys(map(str, of_spec)):
            about.setdefault(note, []).append(name)
    return [text if len(names) == len(notes) else f"{', '.join(names)}: {text}" for text, names in about.items()]
