"""SPEC arguments and options -> specs, with their notes on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lrcli.cli.environment import Environment
from lrcli.cli.options import LogOptions, SpecOptions
from lrcli.errors import LrcliError, Problem, SpecError
from lrcli.reader.argument import is_inline
from lrcli.series import Series, series_of
from lrcli.spec import Spec

if TYPE_CHECKING:
    from lrcli.inputs import Inputs
    from lrcli.reader import Declared, Request
    from lrcli.reader.nodes import Mapping


CHANGES = (
    "lr",
    "set",
    "emulate",
    "metric",
    "epochs",
    "steps",
    "samples",
    "batch_size",
    "world_size",
    "steps_per_epoch",
    "batches_per_epoch",
    "interval",
)
"""The options that change what a spec says, and cannot change a log."""


def load_spec(env: Environment, argument: str, options: SpecOptions) -> Spec:
    """The spec of one argument."""
    (declared,) = load_declared(env, [argument], options)
    return declared.spec


def load_series(
    env: Environment,
    arguments: Sequence[str],
    options: SpecOptions,
    logs: LogOptions,
    sweeps: Sequence[str] | None = None,
    declared: list[Declared] | None = None,
) -> tuple[Series, ...]:
    """The numbers of each argument, a log or a spec, of a spec once per setting of the sweeps.

    Reports what is wrong with all of them. What the specs were read from is added to `declared`.
    """
    settings: tuple[tuple[str, ...], ...] = ((),)
    if sweeps:
        from lrcli.cli.sweep import shown_settings, sweep_name, sweep_settings

        settings = sweep_settings(sweeps)
        shown = shown_settings(settings)
    several: list[Series] = []
    for setting, run in _loaded(env, arguments, options, settings, logs, declared):
        if setting:
            name = sweep_name(shown[setting])
            run = run.renamed(name if len(arguments) == 1 else f"{run.name} {name}")
        several.append(run)
    return tuple(several)


def load_declared(
    env: Environment, arguments: Sequence[str], options: SpecOptions, *, tell: bool | None = True
) -> tuple[Declared, ...]:
    """The specs of the arguments, each beside the text that it was read from.

    tell: whether to say on stderr what is remarkable about training configs; None says not even the release.
    """
    read: list[Declared] = []
    _loaded(env, arguments, options, ((),), None, read, tell)
    return tuple(read)


def _loaded(
    env: Environment,
    arguments: Sequence[str],
    options: SpecOptions,
    settings: Sequence[tuple[str, ...]],
    logs: LogOptions | None,
    declared: list[Declared] | None = None,
    tell: bool | None = True,
) -> list[tuple[tuple[str, ...], Series]]:
    """(the setting, the numbers) of each argument in each setting, with the reader's notes on stderr.

    What the specs were read from is added to `declared`.
    """
    loaded: list[tuple[tuple[str, ...], Series]] = []
    failures: list[LrcliError] = []
    configs: list[Declared] = []
    for i, argument in enumerate(arguments):
        user = f"argument {i}"
        logged_anyway = options.form == "log"
        if logs is not None and (logged_anyway or (not options.form and not _is_yaml(argument))):
            from lrcli.cli.logs import read_logged  # not above: a command of YAML files does without it

            try:
                logged = read_logged(argument, env.inputs, user, logs, surely=logged_anyway)
            except LrcliError as exc:
                failures.append(exc)
                continue
            if logged is not None:
                loaded.append(((), logged))
                continue
        for setting in settings:
            try:
                read = _read(argument, options, setting, env.inputs, user)
            except LrcliError as exc:
                failures.append(_of_sweep(_better(env, argument, user, options, exc, logs=logs is not None), setting))
                continue
            loaded.append((setting, series_of(read.spec)))
            if read.origin is not None:
                configs.append(read)
            if declared is not None:
                declared.append(read)
    if failures:
        raise _all_of(failures)
    given = [f"--{name.replace('_', '-')}" for name in CHANGES if getattr(options, name)]
    if given and all(run.is_record for _, run in loaded):
        raise LrcliError(f"{given[0]} changes a spec, and here is only a log")
    for _, run in loaded:
        for remark in run.remarks:
            env.tell(remark)
    for read in () if tell is None else configs:
        _tell_remarks(env, read, bool(tell))
    return loaded


def _better(
    env: Environment, argument: str, user: str, options: SpecOptions, failure: LrcliError, *, logs: bool
) -> LrcliError:
    """The failure to read a spec, unless the argument is no spec: then that."""
    if options.form or options.block:
        return failure
    from lrcli.cli.logs import not_a_spec

    return not_a_spec(argument, env.inputs, user, failure, logs=logs)


def _is_yaml(argument: str) -> bool:
    """Whether an argument is YAML by its looks, so that no format of logs has to look at it."""
    return argument.lower().endswith((".yaml", ".yml")) or is_inline(argument)


def _tell_remarks(env: Environment, read: Declared, everything: bool) -> None:
    """Say on stderr what a training config says and may not mean, or only which release it was read for."""
    if read.origin is None:
        return
    noted = {note.code for group in read.spec.groups for note in group.schedule.notes()}
    for remark in read.origin.remarks:
        if remark.code in noted or (not everything and remark.code != "release"):
            continue
        place = f"{read.source.name}:{remark.line}" if remark.line else read.source.name
        env.note(": ".join(text for text in (place, remark.message, remark.why) if text))


def _read(argument: str, options: SpecOptions, setting: Sequence[str], inputs: Inputs, user: str) -> Declared:
    from lrcli.reader import Given, read_declared  # not above: the help of a command does without it

    given = Given(
        samples=options.samples,
        batch_size=options.batch_size,
        world_size=options.world_size,
        steps_per_epoch=options.steps_per_epoch,
        batches_per_epoch=options.batches_per_epoch,
        interval=options.interval,
    )
    return read_declared(
        argument,
        inputs=inputs,
        sets=(*([] if options.lr is None else [f"lr={options.lr}"]), *(options.set or ()), *setting),
        emulate=options.emulate,
        metric=options.metric,
        epochs=options.epochs,
        steps=options.steps,
        user=user,
        given=given,
        form=options.form or "",
        block=options.block or "",
        translate=_translate,
    )


def _translate(request: Request, ours: Mapping | None) -> Declared | None:
    """Read a text that is no spec of ours as the training config that it is, if it is one."""
    from lrcli.configs import read_config  # not above: nobody who gives specs waits for it

    return read_config(request, ours)


def _of_sweep(failure: LrcliError, setting: Sequence[str]) -> LrcliError:
    """The failure, its problems placed at the --sweep that was written, not at the --set that it stands for."""
    if not isinstance(failure, SpecError):
        return failure
    places = {f"--set {text}": f"--sweep {text}" for text in setting}
    return SpecError(
        tuple(replace(problem, file=places.get(problem.file, problem.file)) for problem in failure.problems)
    )


def _all_of(failures: Sequence[LrcliError]) -> LrcliError:
    """One error for all; a problem that several readings of one file share is told once."""
    if len(failures) == 1:
        return failures[0]
    problems: dict[Problem, None] = {}
    for failure in failures:
        own = (
            failure.problems
            if isinstance(failure, SpecError)
            else (Problem("input", str(failure), level="error", file="lrcli"),)
        )
        problems.update(dict.fromkeys(own))
    return SpecError(tuple(problems))


def tell_notes(env: Environment, notes: Sequence[tuple[str, Sequence[Problem]]]) -> None:
    """Print the notes of each named spec; one that all of them share has no name before it."""
    for text in [] if env.quiet else told_once(notes):
        env.note(text)


def told_once(notes: Sequence[tuple[str, Sequence[Problem]]]) -> list[str]:
    """The notes of each named spec in words; one that all of them share has no name before it."""
    about: dict[str, list[str]] = {}
    for name, of_spec in notes:
        for note in dict.fromkeys(map(str, of_spec)):
            about.setdefault(note, []).append(name)
    return [text if len(names) == len(notes) else f"{', '.join(names)}: {text}" for text, names in about.items()]
