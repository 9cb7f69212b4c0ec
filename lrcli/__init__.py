"""Explore learning-rate schedules: tables, plots, diffs, and bit-exact replays of what PyTorch really computes.

>>> import lrcli
>>> spec = lrcli.load("{lr: 0.001, epochs: 10, schedule: {type: step, step_size: 4}}")
>>> lrcli.evaluate(spec).shown()[3:6]
[0.001, 0.0001, 0.0001]
>>> lrcli.emulate(spec, "torch-1.1").shown()[3:6]  # what get_lr() returned in PyTorch 1.1
[0.001, 1e-05, 0.0001]
>>> lrcli.compare(spec, lrcli.load("{lr: 0.001, epochs: 10, schedule: {type: step, step_size: 4}}@torch-1.3")).same
True
"""

from __future__ import annotations

from os import PathLike, fspath

from lrcli.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing is imported here: until `__main__` runs, Ctrl-C is Python's own, with a traceback
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lrcli.comparison.difference import Difference
    from lrcli.curve import Curve
    from lrcli.errors import Problem
    from lrcli.spec import Spec

__all__ = ["__version__", "check", "compare", "emulate", "evaluate", "load", "to_torch"]


def load(
    source: str | PathLike[str] | Mapping[str, Any], *, sets: Sequence[str] = (), emulate: str | None = None
) -> Spec:
    """The spec of a YAML file (or of an inline mapping, `"{lr: 0.1, ...}"`), each optionally with `@EMULATION`.

    It may also be a dict of the same keys, or a call as in Python, `"CosineAnnealingLR(T_max=90)"`.
    sets: `KEY=VALUE` overrides, as `--set` takes them; emulate: "torch-1.1:get_lr" and the like, as `--emulate`.
    Raises SpecError with every problem of the spec, LrcliError for a file that cannot be read.
    """
    from lrcli.reader import read_spec

    if not isinstance(source, (str, PathLike)):
        import json

        source = json.dumps(source)
    return read_spec(fspath(source), sets=sets, emulate=emulate)


def evaluate(spec: Spec) -> Curve:
    """The learning rate of every row: by the schedule's formula, or as the release computes it that the spec names.

    Raises EvaluationError where the formula has no value, Refused where the release refuses the spec.
    """
    from lrcli.curve import evaluate

    return evaluate(spec)


def emulate(spec: Spec, emulation: str = "torch") -> Curve:
    """What a release of PyTorch really computes, bit for bit: `emulation` is "torch-1.1", "torch-2.4:lr", ...

    Raises Refused where the release refuses the spec, LrcliError for an unknown release.
    """
    from dataclasses import replace

    from lrcli.reader.emulation import parse_emulation

    return evaluate(replace(spec, emulation=parse_emulation(emulation)))


def compare(
    a: Spec, b: Spec, *, rtol: float | None = None, atol: float | None = None, exact: bool = False
) -> Difference:
    """Compare two runs row by row: equal means |a - b| <= max(rtol * max(|a|, |b|), atol), with `exact` the same bits.

    rtol None is 1e-9, atol None 1e-12 times the largest learning rate of both. Raises LrcliError where the rows cannot
    be aligned.
    """
    from lrcli.comparison.difference import compare

    return compare(a, b, rtol=rtol, atol=atol, exact=exact)


def check(
    spec: Spec | str | PathLike[str], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Problem, ...]:
    """Look for mistakes before training: what `lrcli check` finds, in the order of the file.

    A path (or an inline mapping) gives findings with their places in the YAML. select and ignore take codes.
    """
    from lrcli.checks import check

    return check(spec, select=select, ignore=ignore)


def to_torch(spec: Spec, optimizer: Any) -> Any:
    """PyTorch's real scheduler of this spec, on an optimizer with the spec's parameter groups.

    For `manual` it is the list of schedulers; a plateau takes its metric from the loop. Where PyTorch's own classes
    refuse the spec or train something else than `evaluate` says, the scheduler is the spec's formula, and a UserWarning
    says why. Raises LrcliError for an optimizer with other groups, and for a replay that is no single scheduler.
    """
    from lrcli.frameworks.torch.build import to_torch

    return to_torch(spec, optimizer)
