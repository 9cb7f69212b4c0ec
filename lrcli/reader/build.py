"""The mapping at the top of a spec -> a Spec."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lrcli.inputs import Inputs
from lrcli.reader.groups import group_nodes, read_groups
from lrcli.reader.keys import check_keys
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.request import ReplayOptions
from lrcli.reader.run import read_clock, read_first_step, read_run_length, read_skipped
from lrcli.reader.schedule import metric_nodes, step_counter
from lrcli.reader.source import Problems, Source, refuse
from lrcli.reader.values import Context
from lrcli.spec import Spec
from lrcli.spec.keys import TOP_KEYS, key_names

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
