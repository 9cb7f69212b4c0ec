"""An exception that the newest release of PyTorch raises for a spec that names no release."""

from lrcli.checks.releases import families
from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.frameworks.replaying import replaying
from lrcli.schedules.linear import Linear


def find(subject: Subject) -> Findings:
    if subject.formula is None or subject.spec.emulation is not None:
        return
    if any(linear.start_factor == 0 for _, linear in subject.each(Linear)):
        return  # a warmup from 0, as Hugging Face's: everybody writes it as a lambda, and to_torch builds that
    newest = replaying().NEWEST
    refusal = next((f.refusal for f in families(subject) if f.refusal and newest in f.releases), "")
    if refusal:
        yield subject.problem(
            f"torch {newest} raises {refusal}",
            "write what it takes, or name a release: emulate:",
        )


RULE = Rule(
    "note",
    find,
    why="the schedule cannot be trained with as it is written",
    unless=("one-cycle-short", "gamma-above-1"),
    of_curve=True,
)
