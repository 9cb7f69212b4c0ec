"""`@transformers-4.51`: the release of a framework that a config is read for."""

from __future__ import annotations

from dataclasses import replace

from lrcli.configs.base import Format
from lrcli.frameworks.base import version_parts
from lrcli.reader import Request
from lrcli.reader.given import ReplayOptions
from lrcli.reader.source import Source, refuse


def release_asked(kind: Format, request: Request) -> tuple[ReplayOptions, str]:
    """(what is left to ask of the ordinary reader, the release that the config is to be read for, "" for none)."""
    options = request.options
    text = (options.emulation or "").strip()
    framework, _, version = text.partition("-")
    if not kind.framework or framework != kind.framework:
        return options, ""
    if not version:
        return replace(options, emulation=None), kind.releases[-1]
    where = Source(options.emulation_by, placed=False).whole
    known = f"{kind.releases[0]} to {kind.releases[-1]}" if kind.releases else ""
    if version in kind.releases:
        return replace(options, emulation=None), version
    if not version.replace(".", "").isdecimal() or ".." in version or version[-1] == "." or version[0] == ".":
        raise refuse(where, "emulation", f"{version!r} is no release of {framework}", f"they are {known}")
    # 4.51 is some patch release of 4.51: the newest that was examined, if one was
    parts = version.split(".")
    same = [release for release in kind.releases if release.split(".")[: len(parts)] == parts]
    if not same:
        if not version_parts(kind.releases[0]) <= version_parts(version) <= version_parts(kind.releases[-1]):
            raise refuse(where, "emulation", f"{framework} {version} was not examined", f"those that were are {known}")
        same = [release for release in kind.releases if version_parts(release) <= version_parts(version)]
    return replace(options, emulation=None), same[-1]
