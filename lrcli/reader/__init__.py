"""YAML -> Spec: text, nodes with places, frozen values; every problem of a spec is reported at once, with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.reader.argument import split_argument
from lrcli.reader.build import Asked, build_spec
from lrcli.reader.declared import Declared
from lrcli.reader.emulation import parse_emulation
from lrcli.reader.nodes import Mapping, compose
from lrcli.reader.overrides import apply_set, set_length
from lrcli.reader.source import Problems, Source, checked, read_source
from lrcli.spec import Spec

__all__ = ["Declared", "parse_emulation", "parse_text", "read_declared", "read_spec", "split_argument"]


def read_spec(
    argument: str,
    *,
    inputs: Inputs | None = None,
    sets: Sequence[str] = (),
    emulate: str | None = None,
    metric: str | None = None,
    epochs: str | None = None,
    steps: str | None = None,
) -> Spec:
    """The Spec of a SPEC argument: a path, `-` or an inline mapping, each optionally with `@EMULATION`.

    inputs are where files and stdin are read from; sets are the `KEY=VALUE` of `--set`, the others the options of the
    same name. The argument's emulation beats
    `emulate`, which beats the spec's. Raises SpecError with every problem of the spec.
    """
    return read_declared(
        argument, inputs=inputs, sets=sets, emulate=emulate, metric=metric, epochs=epochs, steps=steps
    ).spec


def read_declared(
    argument: str,
    *,
    inputs: Inputs | None = None,
    sets: Sequence[str] = (),
    emulate: str | None = None,
    metric: str | None = None,
    epochs: str | None = None,
    steps: str | None = None,
    user: str = "spec",
) -> Declared:
    """What `read_spec` returns, beside the nodes that it was read from; `user` is who reads stdin, which one may."""
    where, suffix = split_argument(argument)
    inputs = inputs or Inputs.of_process()
    source = read_source(where, inputs, user)
    asked = Asked(emulate, f"--emulate {emulate}", metric)
    if suffix is not None:
        asked = Asked(suffix, argument, metric)
    if epochs is not None and steps is not None:
        raise LrcliError("give --epochs or --steps, not both")
    length = ("epochs", epochs) if epochs is not None else ("steps", steps) if steps is not None else None
    declared = _read(source, asked, sets, length, inputs)
    inline = where.lstrip().startswith("{")
    given = None if inline else inputs.get(where, user)
    return replace(declared, path=given.path) if given is not None and given.regular else declared


def parse_text(text: str, name: str = "<inline>") -> Spec:
    """The Spec of a YAML text; `name` stands for it in messages.

    >>> parse_text("{lr: 0.1, epochs: 90, schedule: {type: step, step_size: 30}}").groups[0].schedule
    Step(step_size=30, gamma=0.1)
    """
    source = checked(Source(name, text.removeprefix("\ufeff"), "inline"))
    return _read(source, Asked(), (), None, Inputs.of_process()).spec


def _read(
    source: Source,
    asked: Asked,
    sets: Sequence[str],
    length: tuple[str, str | None] | None,
    inputs: Inputs,
) -> Declared:
    problems = Problems()
    root = compose(source, problems)
    if isinstance(root, Mapping):
        for text in sets:
            root = apply_set(root, text)
        if length is not None and length[1] is not None:
            root = set_length(root, length[0], length[1])
    spec = build_spec(root, source, asked, problems, inputs)
    assert isinstance(root, Mapping)
    changed = bool(sets) or length is not None or asked.emulation is not None or asked.metric is not None
    return Declared(spec, root, source, changed)
