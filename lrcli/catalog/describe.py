"""What there is to know about the schedule types, as values and as a first spec: the classes say all of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, Field
from typing import Any

from lrcli.catalog.registry import find_types, general_types, type_names
from lrcli.errors import LrcliError, suggest
from lrcli.frameworks.replaying import replaying
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import Param, param_of
from lrcli.values import dataclass

_TAKES = {
    "number": "a number",
    "length": "a number of steps, or 30ep, 500st, 10%",
    "count": "a whole number",
    "positions": "a list of steps, each also with a unit",
    "flag": "true or false",
    "expression": "an expression of epoch",
    "metric": "a list, or {file: ..., column: ...}",
    "schedules": "a list of schedules",
    "schedule": "a schedule",
    "text": "a text",
}
_FILLS = {
    "run": "the length of the run or phase",
    "phase": "in a phase its length",
    "metric": "what --metric names",
}


@dataclass(frozen=True)
class TypeKey:
    """One key of a type: what it means, what it takes, its default as YAML (None: it must be given).

    `unit_keys` are other spellings that carry their unit; `fills` says what stands in for a key that is left out.
    """

    name: str
    doc: str
    takes: str
    default: str | None
    fills: str = ""
    choices: tuple[str, ...] = ()
    unit_keys: tuple[str, ...] = ()
    example: str = ""

    @property
    def default_text(self) -> str:
        """The default in words, "required" where there is none."""
        if self.fills:
            return self.fills if self.default in (None, "null", "[]") else f"{self.default}, {self.fills}"
        return "required" if self.default is None else self.default


@dataclass(frozen=True)
class TypeInfo:
    """One schedule type. `about` are the paragraphs of its documentation that are neither summary nor formula."""

    name: str
    aliases: tuple[str, ...]
    summary: str
    formula: str
    about: tuple[str, ...]
    source: str
    torch: str | None
    since: str | None
    sets_lr: bool
    counts: str
    keys: tuple[TypeKey, ...]


def find(name: str) -> type[Schedule]:
    """The class of that name, alias or PyTorch name; LrcliError with a suggestion if there is none."""
    classes = find_types(name)
    if len(classes) > 1:
        raise LrcliError(f"several frameworks have {name[:60]!r}: {', '.join(cls.name for cls in classes)}")
    if not classes:
        hint = suggest(name, type_names(), f"the types are {', '.join(known.name for known in general_types())}")
        raise LrcliError(f"no type {name[:60]!r}: {hint}")
    return classes[0]


def describe(cls: type[Schedule]) -> TypeInfo:
    """What a class says of itself.

    >>> step = describe(find("StepLR"))
    >>> step.summary, step.formula, step.since
    ('Multiply the learning rate by gamma every step_size steps.', 'lr(t) = base_lr * gamma ** (t // step_size)', '1.0')
    >>> [(key.name, key.default_text) for key in step.keys]
    [('step_size', 'required'), ('gamma', '0.1')]
    """
    summary, *paragraphs = (inspect.getdoc(cls) or cls.name).split("\n\n")
    formula = next((text for text in paragraphs if text.startswith("lr(t) = ")), "")
    source = next((text for text in paragraphs if text.startswith("Source: ")), "")
    about = tuple(text for text in paragraphs if text not in (formula, source) and not text.startswith(">>>"))
    return TypeInfo(
        name=cls.name,
        aliases=cls.aliases,
        summary=" ".join(summary.split()),
        formula=formula,
        about=about,
        source=" ".join(source.removeprefix("Source: ").split()),
        torch=cls.torch,
        since=replaying().since(cls),  # the first release of PyTorch that has the class
        sets_lr=cls.sets_lr,
        counts=cls.counts,
        keys=tuple(_key(cls, f) for f in parameters(cls)),
    )


def _key(cls: type[Schedule], f: Field[Any]) -> TypeKey:
    param = param_of(f)
    units: dict[str, tuple[str, str]] = getattr(cls, "spellings", {})
    return TypeKey(
        name=f.name,
        doc=param.doc,
        takes=_takes(param),
        default=None if f.default is MISSING else as_yaml(f.default),
        fills=_FILLS.get(param.fills or param.kind, ""),
        choices=param.choices if param.kind == "choice" else (),
        unit_keys=tuple(key for key, (name, _) in units.items() if name == f.name),
        example=param.example,
    )


def _takes(param: Param) -> str:
    if param.kind == "choice":
        takes = one_of(param.choices)
    else:
        takes = param.rule.removeprefix("must be ") if param.kind == "data" else _TAKES[param.kind]
    return f"{takes}; a list: one per group" if param.per_group else takes


def one_of(words: tuple[str, ...]) -> str:
    """The words as an enumeration: "a, b or c"."""
    return f"{', '.join(words[:-1])} or {words[-1]}"


def as_yaml(value: object) -> str:
    """A default, as a spec writes it.

    >>> [as_yaml(value) for value in (0.1, 1e-8, True, None, "cos", ())]
    ['0.1', '1e-08', 'true', 'null', 'cos', '[]']
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_yaml, value))}]"
    return str(value)


_LR = "0.1"
_EPOCHS = "90"
_STEPS = "10000"


def starter(info: TypeInfo) -> str:
    """The commented spec of a type.

    >>> print(starter(describe(find("step"))), end="")
    # Multiply the learning rate by gamma every step_size steps.
    #
    #     lr(t) = base_lr * gamma ** (t // step_size)
    #
    # PyTorch: StepLR, since 1.0. Lengths count epochs; 30ep, 500st and 10% carry their unit.
    lr: 0.1  # base learning rate
    epochs: 90  # length of the run; or steps: 10000
    # steps_per_epoch: 5004  # to mix epochs and steps; or data: {samples: 1281167, batch_size: 256}
    schedule:
      type: step
      step_size: 30  # steps between two decays
      # gamma: 0.1  # factor of each decay
    """
    return "".join(f"{line}\n" for line in (*_head(info), *_run(info), "schedule:", *_schedule(info)))


def example(info: TypeInfo) -> str:
    """Return the same spec without its comments: what it needs and no more."""
    lines = (line.partition("  # ")[0] for line in starter(info).splitlines() if not line.lstrip().startswith("#"))
    return "".join(f"{line}\n" for line in lines)


def _head(info: TypeInfo) -> Iterator[str]:
    yield f"# {info.summary}"
    if info.formula:
        yield "#"
        yield from (f"#     {line}".rstrip() for line in info.formula.splitlines())
        yield "#"
    if "." in info.name:
        of = f"A schedule of {info.name.partition('.')[0]}."
    else:
        of = f"PyTorch: {info.torch}, since {info.since}." if info.torch else "PyTorch has no class for it."
    yield f"# {of} Lengths count {info.counts}s; 30ep, 500st and 10% carry their unit."


def _run(info: TypeInfo) -> Iterator[str]:
    if info.sets_lr:
        yield f"# lr: {_LR}  # not used: the schedule sets the learning rate itself"
    else:
        yield f"lr: {_LR}  # base learning rate"
    if any(key.name == "metric" and key.example for key in info.keys):
        yield "# epochs: 10  # length of the run; left out, it is as long as the metric"
    elif info.counts == "step":
        yield f"steps: {_STEPS}  # length of the run; or epochs: {_EPOCHS}"
    else:
        yield f"epochs: {_EPOCHS}  # length of the run; or steps: {_STEPS}"
    yield "# steps_per_epoch: 5004  # to mix epochs and steps; or data: {samples: 1281167, batch_size: 256}"


def _schedule(info: TypeInfo) -> Iterator[str]:
    yield f"  type: {info.name}"
    for key in info.keys:
        yield from _lines(key, _STEPS if info.counts == "step" else _EPOCHS)


def _lines(key: TypeKey, run: str) -> Iterator[str]:
    """A key that needs a value is given one; the others stand in a comment with their default."""
    if key.takes == "a schedule" and key.example:
        yield f"  {key.name}: {key.example}  # {key.doc}"
        return
    if key.takes == "a list of schedules":
        yield f"  {key.name}:  # {key.doc}"
        yield from (f"    - {line}" for line in key.example.splitlines())
        return
    about = f"  # {key.doc}" + (f": {one_of(key.choices)}" if key.choices else "")
    if key.example:
        default = "" if key.default in (None, "[]") else f" (default: {key.default_text})"
        yield f"  {key.name}: {key.example}{about}{default}"
    elif key.fills and key.default in (None, "null"):
        yield f"  # {key.name}: {run}{about} (default: {key.fills})"
    else:
        also = f" ({key.fills})" if key.fills else ""
        shown = "[0.9, 0.8]" if key.name == "metric" else key.default
        yield f"  # {key.name}: {shown}{about}{also}"
