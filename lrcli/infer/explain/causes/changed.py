"""The cause that lies in the spec: a key has another value than the run had."""

from __future__ import annotations

from lrcli.infer.explain.causes.base import Cause, propose_nothing

CAUSES = (
    Cause(
        "changed",
        "changed key",
        "the run had other values than the spec",
        propose_nothing,
        "the arguments that the scheduler was built with",
        "With these values instead of the spec's own the spec gives the log: the run was started with another "
        "configuration, an argument was ignored and its default taken, or a length was counted in another unit.",
        "Print the arguments of the run's scheduler and compare; with --set the spec follows the log.",
        ("axolotl #2897", "transformers #22751"),
        rank=340,
    ),
)
