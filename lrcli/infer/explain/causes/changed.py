"""The cause that lies in the spec: a key has another value than the run had."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.infer.explain.causes.base import Cause
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis


def _none(evidence: Evidence) -> Iterator[Hypothesis]:
    """The search solves for keys by itself, where nothing else explains the log as simply."""
    return iter(())


CAUSES = (
    Cause(
        "changed",
        "changed key",
        "the run had other values than the spec",
        _none,
        "the arguments that the scheduler was built with",
        "With these values instead of the spec's own the spec gives the log: the run was started with another "
        "configuration, an argument was ignored and its default taken, or a length was counted in another unit.",
        "Print the arguments of the run's scheduler and compare; with --set the spec follows the log.",
        ("axolotl #2897", "transformers #22751"),
    ),
)
