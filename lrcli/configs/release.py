"""`@transformers-4.51`: the release of a framework that a config is read for."""

from __future__ import annotations

from dataclasses import replace

from lrcli.configs.base import Format
from lrcli.frameworks.base import version_parts
from lrcli.reader import Request
from lrcli.reader.given import Asked
from lrcli.reader.source import Source, refuse


def release_asked(one: Format, request: Request) -> tuple[Asked, str]:
    """(what is left to ask of the ordinary reader, the release that the config is to be read for, "" for none)."""
    asked = request.asked
    text = (asked.emulation or "").strip()
    framework, _, version = text.partition("-")
    if not one.framework or framework != one.framework:
        return asked, ""
    if not version:
        return replace(asked, emulation=None), one.releases[-1]
    where = Source(asked.emulation_by, placed=False).whole
    known = f"{one.releases[0]} to {one.releases[-1]}" if one.releases else ""
    if version in one.releases:
        return replace(asked, emulation=None), version
    if not version.replace(".", "").isdecimal() or ".." in version or version[-1] == "." or version[0] == ".":
        raise refuse(where, "emulation", f"{version!r} is no release of {framework}", f"they are {known}")
    # 4.51 is some patch release of 4.51: the newest that was examined, if one was
    parts = version.split(".")
    same = [release for release in one.releases if release.split(".")[: len(parts)] == parts]
    if not same:
        if not version_parts(one.releases[0]) <= version_parts(version) <= version_parts(one.releases[-1]):
            raise refuse(where, "emulation", f"{framework} {version} was not examined", f"those that were are {known}")
        same = [release for release in one.releases if version_parts(release) <= version_parts(version)]
    return replace(asked, emulation=None), same[-1]
