"""SPEC arguments and options -> specs, with their notes on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lrcli.cli.environment import Environment
from lrcli.cli.options import LogOptions, SpecOptions
from lrcli.errors import LrcliError, Problem, SpecError
from lrcli.series import Series, series_of
from lrcli.spec import Spec

if TYPE_CHECKING:
    from lrcli.inputs import Inputs
    from lrcli.reader import Declared


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
) -> tuple[Series, ...]:
    """The numbers of each argument, a log or a spec, of a spec once per setting of the sweeps.

    Reports what is wrong with all of them.
    """
    settings: tuple[tuple[str, ...], ...] = ((),)
    if sweeps:
        from lrcli.cli.sweep import sweep_name, sweep_settings

        settings = sweep_settings(sweeps)
    several: list[Series] = []
    for setting, run in _loaded(env, arguments, options, settings, logs):
        if setting:
            name = sweep_name(setting)
            run = run.renamed(name if len(arguments) == 1 else f"{run.name} {name}")
        several.append(run)
    return tuple(several)


def load_declared(env: Environment, arguments: Sequence[str], options: SpecOptions) -> tuple[Declared, ...]:
    """The specs of the arguments, each beside the text that it was read from."""
    read: list[Declared] = []
    _loaded(env, arguments, options, ((),), None, read)
    return tuple(read)


def _loaded(
    env: Environment,
    arguments: Sequence[str],
    options: SpecOptions,
    settings: Sequence[tuple[str, ...]],
    logs: LogOptions | None,
    declared: list[Declared] | None = None,
) -> list[tuple[tuple[str, ...], Series]]:
    """(the setting, the numbers) of each argument in each setting, with the reader's notes on stderr.

    What the specs were read from is added to `declared`.
    """
    found: list[tuple[tuple[str, ...], Series]] = []
    failures: list[LrcliError] = []
    for i, argument in enumerate(arguments):
        user = f"argument {i}"
        if logs is not None and not argument.lower().endswith((".yaml", ".yml")):
            from lrcli.cli.logs import read_logged  # not above: a command of YAML files does without it

            try:
                logged = read_logged(argument, env.inputs, user, logs.run)
            except LrcliError as exc:
                failures.append(exc)
                continue
            if logged is not None:
                found.append(((), logged))
                continue
        for setting in settings:
            try:
                read = _read(argument, options, setting, env.inputs, user)
            except LrcliError as exc:
                failures.append(_of_sweep(exc, setting))
                continue
            found.append((setting, series_of(read.spec)))
            if declared is not None:
                declared.append(read)
    if failures:
        raise _all_of(failures)
    changes = ("set", "emulate", "metric", "epochs", "steps")
    given = [f"--{name}" for name in changes if getattr(options, name)]
    if given and all(run.is_record for _, run in found):
        raise LrcliError(f"{given[0]} changes a spec, and here is only a log")
    for _, run in found:
        for remark in run.remarks:
            env.note(remark)
    return found


def _read(argument: str, options: SpecOptions, setting: Sequence[str], inputs: Inputs, user: str) -> Declared:
    from lrcli.reader import read_declared  # not above: the help of a command does without it

    return read_declared(
        argument,
        inputs=inputs,
        sets=(*(options.set or ()), *setting),
        emulate=options.emulate,
        metric=options.metric,
        epochs=options.epochs,
        steps=options.steps,
        user=user,
    )


def _of_sweep(failure: LrcliError, setting: Sequence[str]) -> LrcliError:
    """The failure, its problems placed at the --sweep that was written, not at the --set that it stands for."""
    if not isinstance(failure, SpecError):
        return failure
    places = {f"--set {one}": f"--sweep {one}" for one in setting}
    return SpecError(tuple(replace(one, file=places.get(one.file, one.file)) for one in failure.problems))


def _all_of(failures: Sequence[LrcliError]) -> LrcliError:
    """One error for all; a problem that several readings of one file share is told once."""
    if len(failures) == 1:
        return failures[0]
    problems: dict[Problem, None] = {}
    for failure in failures:
        own = failure.problems if isinstance(failure, SpecError) else (Problem("lrcli", 0, 0, "input", str(failure)),)
        problems.update(dict.fromkeys(own))
    return SpecError(tuple(problems))
