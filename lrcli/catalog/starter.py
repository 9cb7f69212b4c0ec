"""A first spec of a type, for someone to edit: every key with its meaning and its default, valid as it is."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.catalog.describe import TypeInfo, TypeKey, one_of

_LR = "0.1"
_EPOCHS = "90"
_STEPS = "10000"


def starter(info: TypeInfo) -> str:
    """The commented spec of a type.

    >>> from lrcli.catalog.describe import describe, find
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
