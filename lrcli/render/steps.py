"""The steps of a run as text or JSON: the computation, and who counts otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from lrcli.frameworks.counting import Count, counts
from lrcli.render import json_document
from lrcli.render.safe import aligned
from lrcli.spec.data import Data, RunSteps, padded_batches


def write_steps(run: RunSteps, format: str) -> Iterator[str]:
    yield from _json(run) if format == "json" else _plain(run)


def _plain(run: RunSteps) -> Iterator[str]:
    yield from aligned(list(_computation(run)), numbers=True)
    if run.data is None:
        if run.steps_per_epoch is None:
            yield "\nsteps_per_epoch, or data: {samples: ..., batch_size: ...}, would say how many steps an epoch has\n"
        return
    rules = counts(run.data)
    yield "\n"
    if all(count.steps == rules[0].steps for count in rules):
        yield f"others count the same: {', '.join(count.who for count in rules[1:])}\n"
        return
    per_run = "steps" if run.epochs is not None and run.epochs % 1 == 0 else "epochs"
    rows = [("", "batches", "steps per epoch", per_run, "")]
    rows += [
        (count.who, str(count.batches), str(count.steps), _of_run(run, count, per_run), count.how) for count in rules
    ]
    yield from aligned(rows, numbers=True)


def _computation(run: RunSteps) -> Iterator[tuple[str, ...]]:
    if run.data is not None:
        yield from _of_data(run.data)
    per, steps, epochs = run.steps_per_epoch, run.steps, run.epochs
    if per is not None:
        batches = padded_batches(run.data) if run.data else 0
        accum = run.data.grad_accum if run.data else 1
        yield "steps per epoch", str(per), f"floor({batches} / {accum}), at least 1" if accum > 1 else ""
    if epochs is not None:
        yield "epochs", _number(epochs), "" if epochs % 1 == 0 else f"{steps} / {per}"
    if steps is not None:
        yield "steps", str(steps), f"{int(epochs)} * {per}" if epochs is not None and epochs % 1 == 0 else ""


def _of_data(data: Data) -> Iterator[tuple[str, ...]]:
    share = -(-data.samples // data.world_size)
    floor = "floor" if data.drop_last else "ceil"
    factors = f"{data.batch_size} batch_size * {data.world_size} world_size * {data.grad_accum} grad_accum"
    yield "samples per step", str(data.samples_per_step), factors
    if data.world_size > 1:
        yield "samples per process", str(share), f"ceil({data.samples} / {data.world_size})"
    yield "batches", str(padded_batches(data)), f"{floor}({share} / {data.batch_size})"


def _of_run(run: RunSteps, count: Count, what: str) -> str:
    """The steps of the run by another count, or how many epochs its steps are."""
    if what == "steps":
        return f"{int(run.epochs or 0) * count.steps}"
    return _number((run.steps or 0) / count.steps) if count.steps else "-"


def _number(epochs: float) -> str:
    return str(int(epochs)) if epochs % 1 == 0 else f"{epochs:.6g}"


def _json(run: RunSteps) -> Iterator[str]:
    data = None if run.data is None else {**asdict(run.data), "samples_per_step": run.data.samples_per_step}
    report = {
        "name": run.name,
        "epochs": run.epochs,
        "steps": run.steps,
        "steps_per_epoch": run.steps_per_epoch,
        "data": data,
        "counts": [
            {"who": count.who, "batches": count.batches, "steps_per_epoch": count.steps, "how": count.how}
            for count in (counts(run.data) if run.data else ())
        ],
    }
    yield json_document(report)
