"""YAML -> Spec: text, nodes with places, frozen values; every problem of a spec is reported at once, with its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lrcli.errors import LrcliError, SpecError
from lrcli.inputs import Inputs
from lrcli.reader.build import KEYS, Metrics, build_spec
from lrcli.reader.forms import spelled_out
from lrcli.reader.nodes import Mapping, Node, compose_nodes
from lrcli.reader.request import Declared, Given, Request
from lrcli.reader.source import Problems, Source, checked, is_call, is_inline, read_source, split_argument
from lrcli.spec import Spec

__all__ = [
    "Declared",
    "Given",
    "Request",
    "is_ours",
    "parse_text",
    "read_declared",
    "read_spec",
    "split_argument",
]


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


Translate = Callable[[Request, "Mapping | None"], "Declared | None"]
"""It reads a text that is no spec of ours, and returns None where that is nothing else either."""


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
    given: Given = Given(),  # noqa: B008 - frozen
    form: str = "",
    block: str = "",
    translate: Translate | None = None,
) -> Declared:
    """Return what `read_spec` returns, beside the nodes that it was read from; `user` is who reads stdin, as one may.

    `translate` is given the text if it is no spec of ours; `form` and `block` say how it is to be read (see `Request`).
    """
    where, suffix = split_argument(argument)
    inputs = inputs or Inputs.of_process()
    source = read_source(where, inputs, user)
    if epochs is not None and steps is not None:
        raise LrcliError("give --epochs or --steps, not both")
    request = Request(argument, source, inputs, suffix, sets, emulate, metric, epochs, steps, given, form, block)
    declared = _read(request, translate)
    inline = is_inline(where)
    file = None if inline else inputs.get(where, user)
    return replace(declared, path=file.path) if file is not None and file.regular else declared


def parse_text(text: str, name: str = "<inline>") -> Spec:
    """The Spec of a YAML text; `name` stands for it in messages.

    >>> parse_text("{lr: 0.1, epochs: 90, schedule: {type: step, step_size: 30}}").groups[0].schedule
    Step(step_size=30, gamma=0.1)
    """
    source = checked(Source(name, text.removeprefix("\ufeff"), "inline"))
    return _read(Request(name, source, Inputs.of_process()), None).spec


def _read(request: Request, translate: Translate | None) -> Declared:
    source, problems = request.source, Problems()

    def translated(mapping: Mapping | None) -> Declared | None:
        return None if translate is None else translate(request, mapping)

    if request.form not in ("", "spec") and (declared := translated(None)) is not None:
        return declared
    called = is_call(source.text) and source.name == "<inline>"
    try:
        if called:
            from lrcli.reader.call import call_mapping  # not above: it needs Python's parser

            root: Node | None = call_mapping(source)
        else:
            root = compose_nodes(source, problems)
    except SpecError:
        if request.form or (declared := translated(None)) is None:
            raise
        return declared
    mapping = root if isinstance(root, Mapping) else None
    is_foreign = not request.form and root is not None and (mapping is None or not is_ours(mapping))
    if is_foreign and (declared := translated(mapping)) is not None:
        return declared
    if isinstance(root, Mapping):
        root = spelled_out(root)
        lengths = {
            unit: text for unit, text in (("epochs", request.epochs), ("steps", request.steps)) if text is not None
        }
        if request.sets or lengths or request.given.names():
            from lrcli.reader.overrides import with_options  # not above: most specs are taken as they are

            root = with_options(root, request.sets, request.given, lengths)
        if called:
            from lrcli.reader.call import with_own_length

            root = with_own_length(root)
    metrics: Metrics = {}
    spec = build_spec(root, source, request.options, problems, request.inputs, metrics)
    assert isinstance(root, Mapping)

    def variant(values: Sequence[tuple[str, str]]) -> Spec:
        from lrcli.reader.overrides import with_value

        other = root
        for key, text in values:
            other = with_value(other, key, text)
        return build_spec(other, source, request.options, Problems(), request.inputs, metrics)

    return Declared(spec, root, source, request.changes, variant=variant)


def is_ours(root: Mapping) -> bool:
    """Whether a mapping is a spec, if perhaps a wrong one: it has a schedule, or no key that a spec does not have."""
    keys = [key.text for key, _ in root.entries]
    return "schedule" in keys or all(key in KEYS for key in keys)
