"""SPEC arguments and options -> specs, with their notes on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lrcli.cli.environment import Environment
from lrcli.cli.options import SpecOptions
from lrcli.errors import LrcliError, Problem, SpecError
from lrcli.spec import Spec


def load_spec(env: Environment, argument: str, options: SpecOptions) -> Spec:
    """The spec of one argument."""
    (spec,) = load_specs(env, [argument], options)
    return spec


def load_specs(
    env: Environment, arguments: Sequence[str], options: SpecOptions, sweeps: Sequence[str] | None = None
) -> tuple[Spec, ...]:
    """The specs of the arguments, each one once per setting of the sweeps. Reports what is wrong with all of them."""
    settings: tuple[tuple[str, ...], ...] = ((),)
    if sweeps:
        from lrcli.cli.sweep import sweep_name, sweep_settings

        settings = sweep_settings(sweeps)
    specs: list[Spec] = []
    failures: list[LrcliError] = []
    for i, argument in enumerate(arguments):
        # one metric on stdin is the metric of every spec; otherwise one argument, in all its settings, may read stdin
        user = "--metric" if (options.metric or "").split(":")[0] == "-" else f"argument {i}"
        for setting in settings:
            try:
                spec = _read(env, argument, options, setting, user)
            except LrcliError as exc:
                failures.append(_of_sweep(exc, setting))
                continue
            if setting:
                name = sweep_name(setting)
                spec = replace(spec, name=name if len(arguments) == 1 else f"{spec.name} {name}")
            specs.append(spec)
    if failures:
        raise _all_of(failures)
    for spec in specs:
        for note in spec.notes:
            env.note(note)
    return tuple(specs)


def _read(env: Environment, argument: str, options: SpecOptions, setting: Sequence[str], user: str) -> Spec:
    from lrcli.reader import read_spec  # not above: the help of a command does without it

    return read_spec(
        argument,
        stdin=env.stdin_for(user),
        sets=(*(options.set or ()), *setting),
        emulate=options.emulate,
        metric=options.metric,
        epochs=options.epochs,
        steps=options.steps,
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
