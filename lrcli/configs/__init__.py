"""Training configs that people already have: text -> the format that it is of -> a spec, with places in the text.

The formats are the files of `formats/`; `base.py` says how one is written. A text is looked at only if it is no spec of
ours. It is of a format if it has the keys that the format states; a special kind of another format wins over it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.config import WatchedOptions
from lrcli.configs.keys import check_sets, config_values, refuse_twins, tell_twins
from lrcli.configs.nodes import without_paths
from lrcli.configs.recognise import Match, Texts, all_formats, format_named
from lrcli.errors import SpecError
from lrcli.frameworks.base import version_parts
from lrcli.reader import Declared, Given, Request
from lrcli.reader.build import KEYS, MAX_COUNT, build_spec
from lrcli.reader.forms import spelled_out
from lrcli.reader.keys import ELSEWHERE
from lrcli.reader.nodes import Mapping
from lrcli.reader.overrides import apply_set
from lrcli.reader.request import Origin
from lrcli.reader.source import Problems, Source, refuse
from lrcli.reader.units import resolve_scalar
from lrcli.spec import Spec

__all__ = ["Format", "all_formats", "is_config", "read_config"]


_OF_LOGS = ("first_step", "epoch_shows", "skipped")
"""Keys of a spec, not of any config, that `--set` may give: how a log of the run counts."""


def is_config(source: Source) -> bool:
    """Whether a text is a training config of some format."""
    return bool(Texts(source).matches())


def read_config(request: Request, ours: Mapping | None = None) -> Declared | None:
    """The spec of a training config; None where the text is of no format, and may be meant as a spec (`ours`).

    Raises SpecError for a config that is not understood, or that its framework refuses.
    """
    log_sets = tuple(text for text in request.sets if text.partition("=")[0].strip() in _OF_LOGS)
    request = replace(request, sets=tuple(text for text in request.sets if text not in log_sets))
    texts = Texts(request.source, request.sets, request.block, request.inputs)
    if request.form:
        return _read(texts.forced(format_named(request.form)), request, log_sets)
    matches = texts.matches()
    if len(matches) == 1:
        return _read(matches[0], request, log_sets)
    if matches:
        names = ", ".join(match.format.name for match in matches)
        hint = f"say which: --from {matches[0].format.name}"
        raise refuse(request.source.whole, "unknown-format", f"this may be a config of several formats: {names}", hint)
    failure = texts.failure()
    keys = [] if ours is None else [key.text for key, _ in ours.entries]
    if ours is None and not texts.readable():
        if (slip := texts.slip()) is not None:
            raise slip
        return None
    if keys and 2 * sum(key in KEYS or key in ELSEWHERE for key in keys) > len(keys) and not request.block:
        return None
    raise failure or texts.unknown()


def _read(
    match: Match,
    request: Request,
    log_sets: Sequence[str],
    checked: bool = False,
    default: int | None = None,
    release: str = "",
) -> Declared:
    """The spec of a config of a known format.

    checked: whether the keys of `--set` are known to mean something. default: see `Config.default`. release:
    the one to read it for, whatever the file says.
    """
    kind = match.format
    asked = _release_asked(kind, request)
    options = replace(request.options, emulation=None) if asked else request.options
    release = release or asked
    given = WatchedOptions(**vars(_given(request)))
    config = Config(
        kind.name,
        match.root,
        request.source,
        match.syntax,
        request.inputs,
        given,
        release,
        release_given=bool(release),
        forced=bool(request.form),
        default=default,
    )
    if not release and kind.releases:
        config.release = (kind.accepts(config) if kind.accepts else None) or kind.releases[-1]
        config.remark("", "release", f"read as {kind.framework} {config.release}", level="note")
    version = (request.options.emulation or "").strip().partition("-")[2]
    if release and not f"{release}.".startswith(f"{version}."):
        config.remark(
            "",
            "release",
            f"{kind.framework} {version} was not examined; {release} stands for it",
            level="note",
        )
    draft = Draft(config)
    draft.put("name", request.source.stem)
    if match.syntax == "omegaconf" and not kind.keeps_twins:
        refuse_twins(match.root)
    kind.translate(config, draft)
    for option in given.unused():
        what = f"{option} is not used: nothing in this {kind.name} config depends on it"
        config.remark("", "option-unused", what, level="note")
    tell_twins(config, match.root)
    if options.emulation is not None:
        draft.put("emulate", options.emulation.strip(), at=Source(options.emulation_by, placed=False).whole)
    if request.sets and not checked:
        check_sets(config, request)
    problems = Problems()
    root = spelled_out(draft.root())
    for text in log_sets:
        root = apply_set(root, text)
    spec = build_spec(root, request.source, options, problems, request.inputs)
    origin = Origin(
        kind.name,
        kind.title,
        config.release,
        draft.comments,
        tuple(config.remarks),
        kind.framework,
        kind.releases,
    )

    def variant(values: Sequence[tuple[str, str]]) -> Spec:
        changed = replace(request, sets=(*request.sets, *(f"{key}={text}" for key, text in values)))
        other = Texts(request.source, changed.sets, request.block, request.inputs).root(match.syntax)
        if isinstance(other, SpecError):
            raise other
        return _read(replace(match, root=other), changed, log_sets, checked=True).spec

    def without(keys: Sequence[str] | None, default: int, steps: int | None) -> Declared:
        left = replace(match, root=without_paths(match.root, keys))
        shorter = request if steps is None else replace(request, epochs=None, steps=str(steps))
        return _read(left, shorter, log_sets, checked=True, default=default, release=config.release)

    return Declared(
        spec,
        root,
        request.source,
        request.changes or bool(log_sets),
        origin=origin,
        variant=variant,
        values=lambda: config_values(config, request.block),
        without=without,
    )


def _release_asked(kind: Format, request: Request) -> str:
    """The examined release that a config is to be read for; "" where none of its framework is asked for."""
    options, releases = request.options, kind.releases
    framework, _, version = (options.emulation or "").strip().partition("-")
    if not kind.framework or framework != kind.framework:
        return ""
    if version in ("", *releases):
        return version or releases[-1]
    where = Source(options.emulation_by, placed=False).whole
    known = f"{releases[0]} to {releases[-1]}"
    if not re.fullmatch(r"\d+(\.\d+)*", version):
        raise refuse(where, "emulation", f"{version!r} is no release of {framework}", f"they are {known}")
    # 4.51 is some patch release of 4.51: the newest that was examined, if one was
    same = [release for release in releases if release.startswith(f"{version}.")]
    older = [release for release in releases if version_parts(release) <= version_parts(version)]
    if not same and (not older or version_parts(version) > version_parts(releases[-1])):
        raise refuse(where, "emulation", f"{framework} {version} was not examined", f"those that were are {known}")
    return (same or older)[-1]


def _given(request: Request) -> Given:
    """The options, with the length of the run among them."""
    given = request.given
    if request.steps is not None:
        given = replace(given, steps=int(_length("steps", request.steps)))
    if request.epochs is not None:
        given = replace(given, epochs=_length("epochs", request.epochs))
    for name in given.names():
        value = getattr(given, name)
        if isinstance(value, int) and value > MAX_COUNT:
            place = Source(f"--{name.replace('_', '-')}", placed=False).whole
            raise refuse(place, "bad-value", f"{name} must be at most 1e12")
    return given


def _length(name: str, text: str) -> float:
    value = resolve_scalar(text)
    whole = name == "steps"
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and 0 < value <= 1e12
        and not (whole and value % 1)
    ):
        return value
    rule = "a whole number from 1 to 1e12" if whole else "a number above 0"
    raise refuse(Source(f"--{name} {text}", placed=False).whole, "bad-value", f"{name} must be {rule}, not {text!r}")
