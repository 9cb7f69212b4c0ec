"""The notes of several specs, each told once, with the names of those it is about."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.cli.environment import Environment


def tell_notes(env: Environment, notes: Sequence[tuple[str, Sequence[object]]]) -> None:
    """Print the notes of each named spec; one that all of them share has no name before it."""
    if env.quiet:
        return
    about: dict[str, list[str]] = {}
    for name, own in notes:
        for note in dict.fromkeys(map(str, own)):
            about.setdefault(note, []).append(name)
    for text, names in about.items():
        env.note(text if len(names) == len(notes) else f"{', '.join(names)}: {text}")
