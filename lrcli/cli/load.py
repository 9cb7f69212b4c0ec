"""SPEC arguments and options -> specs, with their notes on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lrcli.cli.environment import Environment
from lrcli.cli.options import LogOptions, SpecOptions
from lrcli.errors import LrcliError, Problem, SpecError
from lrcli.spec import Spec

if TYPE_CHECKING:
    from lrcli.inputs import Inputs
    from lrcli.reader import Declared


def load_spec(env: Environment, argument: str, options: SpecOptions, logs: LogOptions | None = None) -> Spec:
    """The spec of one argument."""
    (spec,) = load_specs(env, [argument], options, logs=logs)
    return spec


def load_specs(
    env: Environment,
    arguments: Sequence[str],
    options: SpecOptions,
    sweeps: Sequence[str] | None = None,
    logs: LogOptions | None = None,
) -> tuple[Spec, ...]:
    """The specs of the arguments, each one once per setting of the sweeps. Reports what is wrong with all of them.

    With `logs` an argument may also be a log; no setting changes that.
    """
    settings: tuple[tuple[str, ...], ...] = ((),)
    if sweeps:
        from lrcli.cli.sweep import sweep_name, sweep_settings

        settings = sweep_settings(sweeps)
    specs: list[Spec] = []
    for setting, spec in _found(env, arguments, options, settings, logs):
        if setting:
            name = sweep_name(setting)
            spec = replace(spec, name=name if len(arguments) == 1 else f"{spec.name} {name}")
        specs.append(spec)
    return tuple(specs)


def load_declared(env: Environment, arguments: Sequence[str], options: SpecOptions) -> tuple[Declared, ...]:
    """The specs of the arguments, each beside the text that it was read from."""
    read: list[Declared] = []
    _found(env, arguments, options, ((),), None, read)
    return tuple(read)


def _found(
    env: Environment,
    arguments: Sequence[str],
    options: SpecOptions,
    settings: Sequence[tuple[str, ...]],
    logs: LogOptions | None,
    declared: list[Declared] | None = None,
) -> list[tuple[tuple[str, ...], Spec]]:
    """(the setting, the spec) of each argument in each setting, with the reader's notes on stderr.

    What the specs were read from is added to `declared`.
    """
    found: list[tuple[tuple[str, ...], Spec]] = []
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
            found.append((setting, read.spec))
            if declared is not None:
                declared.append(read)
    if failures:
        raise _all_of(failures)
    changes = ("set", "emulate", "metric", "epochs", "steps")
    given = [f"--{name}" for name in changes if getattr(options, name)]
    if given and all(spec.groups[0].schedule.rows() is not None for _, spec in found):
        raise LrcliError(f"{given[0]} changes a spec, and here is only a log")
    for _, spec in found:
        for note in spec.notes:
            env.note(note)
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
