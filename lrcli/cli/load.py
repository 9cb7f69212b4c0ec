"""SPEC arguments and options -> specs, with their notes on stderr; positions (`30ep`, `10%`) -> rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lrcli.cli.environment import Environment
from lrcli.cli.options import CurveOptions, LogOptions, RunOptions, SpecOptions
from lrcli.errors import LrcliError, Problem, SpecError, Unreadable
from lrcli.reader.source import is_inline
from lrcli.series import Series, series_of

if TYPE_CHECKING:
    from lrcli.inputs import Inputs
    from lrcli.reader import Declared, Request
    from lrcli.reader.nodes import Mapping


OF_THE_DATA = ("samples", "batch_size", "world_size", "steps_per_epoch", "batches_per_epoch", "interval")
"""These options say what a file leaves to the data, the machine or the training code."""
CHANGES = ("lr", "set", "emulate", "metric", "epochs", "steps", *OF_THE_DATA)
"""These options change what a spec says, and cannot change a log."""


class LoadedRun(NamedTuple):
    """The numbers of an argument in one setting of the sweeps, and what its spec was read from (None: it is a log)."""

    run: Series
    declared: Declared | None
    setting: tuple[str, ...] = ()


def load_runs(
    env: Environment,
    arguments: Sequence[str],
    options: RunOptions,
) -> list[LoadedRun]:
    """Each argument, a log or a spec, a spec once per setting of the sweeps. Reports what is wrong with all of them."""
    sweeps = options.sweep if isinstance(options, CurveOptions) else None
    if not sweeps:
        return _loaded(env, arguments, options, options)
    from lrcli.cli.sweep import shown_settings, sweep_name, sweep_settings  # not above: few commands sweep

    settings = sweep_settings(sweeps)
    shown = shown_settings(settings)
    loaded: list[LoadedRun] = []
    for entry in _loaded(env, arguments, options, options, settings):
        if entry.setting:
            name = sweep_name(shown[entry.setting])
            entry = entry._replace(run=entry.run.renamed(name if len(arguments) == 1 else f"{entry.run.name} {name}"))
        loaded.append(entry)
    return loaded


def load_series(
    env: Environment,
    arguments: Sequence[str],
    options: RunOptions,
) -> tuple[Series, ...]:
    return tuple(entry.run for entry in load_runs(env, arguments, options))


def load_declared(
    env: Environment, arguments: Sequence[str], options: SpecOptions, *, tell: bool | None = True
) -> tuple[Declared, ...]:
    """The specs of the arguments, each beside the text that it was read from.

    tell: whether to say on stderr what is remarkable about training configs; None says not even the release.
    """
    loaded = _loaded(env, arguments, options, None, tell=tell)
    return tuple(entry.declared for entry in loaded if entry.declared is not None)


def _loaded(
    env: Environment,
    arguments: Sequence[str],
    options: SpecOptions,
    logs: LogOptions | None,
    settings: Sequence[tuple[str, ...]] = ((),),
    tell: bool | None = True,
) -> list[LoadedRun]:
    """Each argument in each setting, a log once, with the reader's notes on stderr."""
    loaded: list[LoadedRun] = []
    failures: dict[str, LrcliError] = {}
    for i, argument in enumerate(arguments):
        for setting in settings:
            try:
                entry = _load_one(env, argument, f"argument {i}", options, logs, setting)
            except LrcliError as exc:
                failures.setdefault(str(exc), exc)
                continue
            loaded.append(entry)
            if entry.declared is None:
                break
    if failures:
        raise _all_of(list(failures.values()))
    given = [f"--{name.replace('_', '-')}" for name in CHANGES if getattr(options, name)]
    if given and all(entry.run.is_record for entry in loaded):
        raise LrcliError(f"{given[0]} changes a spec, and here is only a log")
    for entry in loaded:
        for remark in entry.run.remarks:
            env.tell(remark)
    for entry in loaded:
        if entry.declared is not None and tell is not None:
            _tell_remarks(env, entry.declared, tell)
    return loaded


def _load_one(
    env: Environment,
    argument: str,
    user: str,
    options: SpecOptions,
    logs: LogOptions | None,
    setting: tuple[str, ...],
) -> LoadedRun:
    surely_log = options.form == "log"
    if logs is not None and (surely_log or (not options.form and not _is_yaml(argument))):
        from lrcli.cli.logs import read_logged  # not above: a command of YAML files does without it

        log = read_logged(argument, env.inputs, user, logs, surely=surely_log)
        if log is not None:
            return LoadedRun(log, None)
    try:
        declared = _read(argument, options, setting, env.inputs, user)
    except LrcliError as failure:
        if not (options.form or options.block):
            from lrcli.cli.logs import not_a_spec  # not above: it reads nothing unless something is wrong

            failure = not_a_spec(argument, env.inputs, user, failure, logs=logs is not None)
        raise _of_sweep(failure, setting) from None
    return LoadedRun(series_of(declared.spec), declared, setting)


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

    return read_declared(
        argument,
        inputs=inputs,
        sets=(*([] if options.lr is None else [f"lr={options.lr}"]), *(options.set or ()), *setting),
        emulate=options.emulate,
        metric=options.metric,
        epochs=options.epochs,
        steps=options.steps,
        user=user,
        given=Given(**{name: getattr(options, name) for name in OF_THE_DATA}),
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
        alone = (Problem("input", str(failure), level="error", file="lrcli"),)
        problems.update(dict.fromkeys(failure.problems if isinstance(failure, SpecError) else alone))
    return SpecError(tuple(problems))


def tell_notes(env: Environment, notes: Sequence[tuple[str, Sequence[Problem]]]) -> None:
    """Print the notes of each named spec; one that all of them share has no name before it."""
    for text in [] if env.quiet else notes_in_words(notes):
        env.note(text)


def notes_in_words(notes: Sequence[tuple[str, Sequence[Problem]]]) -> list[str]:
    """The notes of each named spec in words; one that all of them share has no name before it."""
    about: dict[str, list[str]] = {}
    for name, of_spec in notes:
        for note in dict.fromkeys(map(str, of_spec)):
            about.setdefault(note, []).append(name)
    return [text if len(names) == len(notes) else f"{', '.join(names)}: {text}" for text, names in about.items()]


class Axis(NamedTuple):
    """What rows are counted by: the first row, the end of the run, and their unit."""

    unit: str
    start: int
    stop: int
    steps_per_epoch: int | None


_FARTHEST = 2**53
"""From here on not every step is a float, and no run is that long."""


def named_row(text: str, run: Series | Axis, what: str) -> int:
    """The row that a position names: a bare number counts the run's own rows. `what` is what the user calls it."""
    from lrcli.reader.units import RowClock, position

    try:
        row = position(text, run.stop, RowClock(run.unit, run.steps_per_epoch))
    except Unreadable as exc:
        raise LrcliError(f"{what}: {exc}") from exc
    if not 0 <= row < _FARTHEST:
        raise LrcliError(f"{what}: {text} must be at least 0" if row < 0 else f"{what}: {text} is too far")
    return row


def rows_in_range(text: str, run: Series | Axis) -> range:
    """The rows of `--range A:B` among those that there are; it may be none."""
    low, colon, high = text.partition(":")
    if not colon:
        raise LrcliError(f"--range wants A:B, e.g. 10:20, 30ep: or :50%. Received: {text!r}")
    start = named_row(low, run, "--range") if low.strip() else run.start
    stop = named_row(high, run, "--range") if high.strip() else run.stop
    if low.strip() and high.strip() and stop <= start:
        raise LrcliError(f"--range A:B wants A before B. Received: {text!r}")
    return range(max(run.start, start), min(run.stop, stop))


def outside(text: str, run: Series | Axis) -> LrcliError:
    return LrcliError(f"--range {text} holds no {run.unit} of the run, which has {run.start} to {run.stop - 1}")
