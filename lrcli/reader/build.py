"""The mapping at the top of a spec -> a Spec: how long its run is, what its rows count, and its groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from lrcli.errors import suggest
from lrcli.inputs import Inputs
from lrcli.reader.groups import group_nodes, read_groups
from lrcli.reader.keys import check_keys
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.request import ReplayOptions
from lrcli.reader.schedule import metric_nodes, step_counter
from lrcli.reader.source import Problems, Source, is_call, refuse
from lrcli.reader.units import RowClock
from lrcli.reader.values import Context, as_number, is_null, refuse_unknown_keys, refuse_value
from lrcli.spec import DATA_KEYS, EPOCH_SHOWS, TOP_KEYS, Spec, key_names

if TYPE_CHECKING:
    from lrcli.spec.data import Data

KEYS = key_names(TOP_KEYS)


Metrics: TypeAlias = dict[int, "tuple[float, ...] | None"]
"""The metrics that have been read, by the identity of their nodes; 0 is the one of --metric."""


def build_spec(
    root: Node | None,
    source: Source,
    options: ReplayOptions,
    problems: Problems,
    inputs: Inputs,
    known: Metrics | None = None,
) -> Spec:
    """The Spec that a text declares. Raises SpecError with every problem of it.

    known: the metrics that were read before, to which new ones are added: a spec that is built again reads none twice.
    """
    if root is None:
        raise refuse(source.whole, "empty", "the spec is empty")
    if not isinstance(root, Mapping):
        raise refuse(
            root.place, "wrong-type", f"a spec must be a mapping, not {root}", "write lr: 0.1, epochs: 90, ..."
        )
    misspelled = check_keys(root, KEYS, "at the top level", problems)
    groups = group_nodes(root, problems)
    clock = read_clock(root, step_counter([root, *groups]), problems)
    context = Context(problems, clock, _series(options.metric, problems, inputs, known), misspelled=misspelled)
    emulation = None
    released = options.emulation is not None or root.get("emulate") is not None
    if released:
        from lrcli.reader.emulation import check_release, read_release  # not above: most specs name no release

        emulation = read_release(root, options, max(1, len(groups)), context)
    metrics = [node for top in (root, *groups) for node in metric_nodes(top.get("schedule"))]
    series = [context.series(node) for node in metrics if node is not None or options.metric is not None]
    # 0 is a metric that had problems: they are reported, and not that there is no length
    read_run_length(root, min((len(values or ()) for values in series), default=None), context)
    built = read_groups(root, groups, context)
    if released:
        check_release(root, emulation, built, options, context)
    first_step, skipped = read_first_step(root, problems), read_skipped(root, problems)
    epoch_shows = _word(root, "epoch_shows", EPOCH_SHOWS, problems) or EPOCH_SHOWS[0]
    name = root.get("name")
    if name is not None and (not isinstance(name, Scalar) or not name.text):
        problems.add(name.place, "wrong-type", f"name must be a text, not {name}")
    problems.raise_any()
    return Spec(
        name=name.text if isinstance(name, Scalar) else source.stem,
        groups=built,
        length=context.length,
        interval=context.clock.interval,
        steps_per_epoch=context.clock.steps_per_epoch,
        emulation=emulation,
        notes=tuple(problems.notes.values()),
        data=context.clock.data,
        first_step=first_step,
        epoch_shows=epoch_shows,
        skipped=skipped,
        release=f"{context.framework}-{context.release}" if context.framework else "",
    )


def _series(
    option: str | None, problems: Problems, inputs: Inputs, metrics: Metrics | None
) -> Callable[[Node | None], tuple[float, ...] | None]:
    """A reader of metrics that reads each one once, and the one of --metric instead of any other."""
    read: Metrics = {} if metrics is None else metrics

    def series(node: Node | None) -> tuple[float, ...] | None:
        which = 0 if option is not None or node is None else id(node)
        if which not in read:
            from lrcli.reader.metric import metric_option, read_metric  # not above: few specs have a metric

            if option is not None:
                place = Source(f"--metric {option}", placed=False).whole
                read[which] = metric_option(option, place, problems, inputs)
            else:
                read[which] = None if node is None else read_metric(node, problems, inputs)
        return read[which]

    return series


MAX_COUNT = 10**12
_DATA_KEYS = key_names(DATA_KEYS)
STAND_IN = 10**6
"""The length that is read on with where the spec's own is not known, to find its other problems."""


def read_clock(root: Mapping, counted_in: tuple[str, Node] | None, problems: Problems) -> RowClock:
    """Say what one row is, and how many steps an epoch has.

    counted_in: the type of a schedule that counts steps (a OneCycleLR of so many epochs and steps_per_epoch), with its
    steps_per_epoch: such a run counts steps unless it says something else.
    """
    interval = "step" if root.get("steps") is not None and root.get("epochs") is None else "epoch"
    interval = _word(root, "interval", ("epoch", "step"), problems) or interval
    steps, data = root.get("steps_per_epoch"), root.get("data")
    if steps is not None and data is not None:
        place = data.place if (key := root.key("data")) is None else key.place
        problems.add(place, "conflict", "give steps_per_epoch or data, not both")
    within = None if counted_in is None else as_number(counted_in[1])
    if (
        counted_in is not None
        and within is not None
        and within >= 1
        and within % 1 == 0
        and root.get("interval") is None
    ):
        if interval == "epoch":
            interval = "step"
            message = f"{counted_in[0]} counts steps, {within:g} in an epoch, so the run does too (interval: step)"
            problems.note(counted_in[1].place, "interval", message)
        if steps is None and data is None:
            return RowClock(interval, int(within))
    # 1 stands in after a problem, so that there is not a second one for each unit
    counted, declared = None, None
    if data is not None:
        from lrcli.spec.data import steps_in_epoch  # here: few specs have data, and dataclasses take time to make

        declared = _data(data, problems)
        counted = 1 if declared is None else steps_in_epoch(declared)
    if steps is not None and not is_null(steps):
        counted = _count("steps_per_epoch", steps, problems) or 1
    return RowClock(interval, counted, declared)


def read_run_length(root: Mapping, metric: int | None, context: Context) -> None:
    """Set the rows of the run in `context`: of epochs, of steps or of the metric."""
    problems, clock = context.problems, context.clock
    keys = [key for key in ("epochs", "steps") if root.get(key) is not None]
    if len(keys) == 2:
        key = root.key("steps")
        assert key is not None
        problems.add(key.place, "conflict", "give epochs or steps, not both")
    if not keys:
        if metric is None and not {"epochs", "steps"} & context.misspelled:
            called = is_call(root.place.source.text)
            hint = "add --epochs 90, or --steps 10000" if called else "write epochs: 90, or steps: 10000"
            problems.add(root.place.source.whole, "missing-key", "missing key 'epochs' (or 'steps')", hint)
        context.length, context.complete = metric or STAND_IN, bool(metric)
        return
    node = root.get(keys[0])
    assert node is not None
    count = _count(keys[0], node, problems)
    context.length, context.complete = count or STAND_IN, count is not None
    if count is None or keys[0] == f"{clock.interval}s":
        return
    if clock.steps_per_epoch is None:
        hint, name = "give steps_per_epoch (or data)", root.place.source.name
        if node.place.source.name != name:  # an option's value, for one of several specs
            hint += f" in {name}, or --steps-per-epoch N"
        problems.add(node.place, "unit", f"{keys[0]} in a run that counts {clock.interval}s need steps_per_epoch", hint)
        context.complete = False
        return
    per, epochs = clock.steps_per_epoch, keys[0] == "epochs"
    context.length = count * per if epochs else max(1, (2 * count + per) // (2 * per))
    if context.length > MAX_COUNT:
        length = f"{float(min(context.length, 10**300)):.3g}"  # an int may be beyond the doubles
        problems.add(node.place, "bad-value", f"the run has {length} {clock.interval}s, at most are 1e12")
        context.length = STAND_IN
    if not epochs and count % per:
        message = f"steps: {count} steps in epochs is {count / per:g}, rounded to {context.length}"
        problems.note(node.place, "rounded", message, "warning")


def read_first_step(root: Mapping, problems: Problems) -> int:
    """The number that a log of the run gives its row 0: 1 where the log counts from 1, -1 where it is a row ahead."""
    node = root.get("first_step")
    if node is None or is_null(node):
        return 0
    return _whole("first_step", "must be a whole number", node, problems, -MAX_COUNT) or 0


def _word(root: Mapping, name: str, words: tuple[str, ...], problems: Problems) -> str:
    """One of some words at the top level, "" where it is not there or is another one."""
    node = root.get(name)
    if isinstance(node, Scalar) and node.text in words:
        return node.text
    if node is not None:
        hint = suggest(node.text, words) if isinstance(node, Scalar) else ""
        problems.add(
            node.place, "bad-value", f"{name} must be {', '.join(words[:-1])} or {words[-1]}, not {node}", hint
        )
    return ""


def read_skipped(root: Mapping, problems: Problems) -> tuple[int, ...]:
    """The steps of a log at which the scheduler did not move on, in order."""
    node = root.get("skipped")
    if node is None or is_null(node):
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    rule = "must be a list of whole numbers"
    steps = [_whole("skipped", rule, item, problems, -MAX_COUNT) for item in items]
    return tuple(sorted(step for step in steps if step is not None))


def _whole(name: str, rule: str, node: Node, problems: Problems, least: int = 1) -> int | None:
    number = as_number(node)
    if number is not None and least <= number <= MAX_COUNT and number % 1 == 0:
        return int(number)
    refuse_value(problems, name, rule, node)
    return None


def _count(name: str, node: Node, problems: Problems) -> int | None:
    return _whole(name, "must be a whole number from 1 to 1e12", node, problems)


def _data(data: Node, problems: Problems) -> Data | None:
    """Return what `data:` declares; None after a problem."""
    if not isinstance(data, Mapping):
        hint = "write {samples: 1281167, batch_size: 256}"
        problems.add(data.place, "wrong-type", f"data must be a mapping, not {data}", hint)
        return None
    refuse_unknown_keys(data, _DATA_KEYS, "data", problems)
    counts: list[int | None] = []
    for name in _DATA_KEYS[:-1]:
        node = data.get(name)
        needed = name in ("samples", "batch_size")
        if node is None and needed:
            problems.add(data.place, "missing-key", f"missing key {name!r} in data")
        counts.append(_count(name, node, problems) if node is not None else None if needed else 1)
    drop = data.get("drop_last")
    drop_last = drop.value if isinstance(drop, Scalar) else drop is not None
    if not isinstance(drop_last, bool) or isinstance(drop, (Sequence, Mapping)):
        assert drop is not None
        problems.add(drop.place, "wrong-type", f"drop_last must be true or false, not {drop}")
        return None
    samples, batch_size, world_size, grad_accum = counts
    if samples is None or batch_size is None or world_size is None or grad_accum is None:
        return None
    from lrcli.spec.data import Data, steps_in_epoch

    declared = Data(samples, batch_size, world_size, grad_accum, drop_last)
    if steps_in_epoch(declared) < 1:
        problems.add(data.place, "bad-value", "data has no step in an epoch", "drop_last drops its only batch")
        return None
    return declared
