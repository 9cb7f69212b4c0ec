"""`lrcli check`: what should be looked at before a schedule is trained with."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from lrcli.checks import check_declared, known_code, rules_by_level
from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.load import load_declared
from lrcli.cli.options import Quiet, SpecOptions, comparison_option
from lrcli.cli.output import Output
from lrcli.errors import LrcliError, Problem, SpecError
from lrcli.progress import report_progress
from lrcli.render.findings import FINDINGS, write_findings

if TYPE_CHECKING:
    from lrcli.reader import Declared

ENDINGS = (".yaml", ".yml", ".json", ".toml", ".cfg", ".py", ".sh", ".slurm", ".args")
LARGEST = 512 * 1024
"""A larger file is data, and no spec or config."""
_DATA_MISSING = {"needs-steps", "needs-value", "not-in-steps"}


def check(
    env: Environment,
    spec_options: SpecOptions,
    output: Output,
    specs: Annotated[
        list[str] | None,
        Argument(
            metavar="SPEC...",
            show_default=False,
            help="YAML files, folders, '-' (stdin) or inline mappings; SPEC@torch-1.1 is replayed. "
            "Or training configs (see 'lrcli formats').",
        ),
    ] = None,
    quiet: Quiet = False,
    select: Annotated[
        list[str] | None, comparison_option("--select", metavar="CODE,...", help="Only these rules.")
    ] = None,
    ignore: Annotated[
        list[str] | None, comparison_option("--ignore", metavar="CODE,...", help="Not these rules.")
    ] = None,
    strict: Annotated[bool, comparison_option("--strict", help="Exit with 1 for a note, too.")] = False,
    pin: Annotated[
        bool,
        comparison_option("--pin", help="Write SPEC.lock: from then on a curve that changes by a bit is a finding."),
    ] = False,
    rules: Annotated[
        bool, comparison_option("--rules", help="List the rules; 'lrcli help CODE' explains one.")
    ] = False,
) -> ExitStatus:
    """Look for mistakes in specs before training with them.

    Each finding has a code, its place in the YAML, why it matters and what to do. A comment '# lrcli: ignore CODE' on
    the line, or alone above it, silences a rule there. Exits with 0 if nothing is found (or only notes), 1 if
    something is, 2 on trouble.
    """
    if rules:
        output.write(_rules(), paged=True)
        return ExitStatus.OK
    if not specs:
        raise LrcliError("Missing argument 'SPEC...'. (see 'lrcli check -h')")
    wanted, unwanted = ([known_code(code) for code in _codes(option)] for option in (select, ignore))
    if any(map(is_folder, specs)):
        loaded = expanded(env, specs, spec_options)
    else:
        loaded = load_declared(env, specs, spec_options, tell=False)
    if pin:
        _pin(env, loaded)
    findings: dict[Problem, None] = {}  # a file that is named twice is told of once
    for declared in loaded:
        findings.update(dict.fromkeys(check_declared(declared, select=wanted, ignore=unwanted)))
    output.write(write_findings(list(findings), len(loaded), output.format, output.style()))
    counted = [finding for finding in findings if strict or finding.level != "note"]
    return ExitStatus.DIFFERENT if counted else ExitStatus.OK


def _rules() -> Iterator[str]:
    from lrcli.render.safe import aligned

    return aligned([(rule.code, rule.level, rule.finds) for rule in rules_by_level()])


def _codes(given: list[str] | None) -> list[str]:
    return [code for text in given or () for code in text.replace(",", " ").split()]


def _pin(env: Environment, loaded: "Sequence[Declared]") -> None:
    """Write the locks of all specs, or none: what cannot be recorded is found out first."""
    from lrcli.lock import lock_path
    from lrcli.lock.lock import record

    locks = []
    for declared in loaded:
        path = lock_path(declared)
        if path is None and declared.path is None:
            raise LrcliError(f"--pin writes a file beside the spec: {declared.source.name} is no file")
        if path is None:
            raise LrcliError("--pin records what the file itself says: leave out --set, @EMULATION and the like")
        locks.append((path, record(declared.spec)))
    for path, lock in locks:
        Output(env, str(path), wanted="text").write([lock.text()])
        env.note(f"wrote {path}, {lock.stop - lock.start} {lock.interval}s")


def is_folder(argument: str) -> bool:
    try:
        return Path(argument).is_dir()
    except (OSError, ValueError):
        return False


def expanded(env: Environment, arguments: Sequence[str], options: SpecOptions) -> tuple["Declared", ...]:
    """The specs of the arguments, those of a folder for its name. Says on stderr how many files it skipped.

    A file of a folder that is no spec and no config is skipped; so is a config that leaves its length to the data. A
    spec of ours with a mistake is trouble, as if it had been named; those of all specs are told together.
    """
    declared: list[Declared] = []
    mistakes: list[Problem] = []
    skipped = lacking = 0
    for argument in arguments:
        if not is_folder(argument):
            declared += load_declared(env, [argument], options, tell=False)
            continue
        for done, path in enumerate(_files(Path(argument))):
            report_progress(done, 0, "files")
            try:
                declared += load_declared(env, [str(path)], options, tell=False)
            except SpecError as error:
                codes = {problem.code for problem in error.problems}
                if codes & _DATA_MISSING:
                    lacking += 1
                elif path.suffix in (".yaml", ".yml") and _has_schedule(path):
                    mistakes += error.problems
                else:
                    skipped += 1
            except LrcliError:
                skipped += 1
    if mistakes:
        raise SpecError(tuple(mistakes))
    if skipped:
        env.note(f"{skipped} other file{'s' * (skipped != 1)} skipped: no spec and no training config")
    if lacking:
        configs = f"{lacking} config{'s' * (lacking != 1)}"
        env.note(f"{configs} skipped: the number of steps is not in the file (--steps N, --samples N)")
    return tuple(declared)


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            path = Path(where, name)
            if path.suffix.lower() in ENDINGS and path.is_file() and path.stat().st_size <= LARGEST:
                yield path


def _has_schedule(path: Path) -> bool:
    return any(line.startswith(("schedule:", '"schedule"')) for line in path.read_text("utf-8", "replace").splitlines())


command = make_command(
    check,
    formats=FINDINGS,
    examples=[
        ("lrcli check schedules/*.yaml", "all specs of a project, as a hook or in CI does it"),
        ("lrcli check .", "every spec and training config below a folder"),
        ("lrcli check --rules", "what is looked for"),
        ("lrcli check step.yaml --ignore versions-differ --strict", "without one rule, and with notes that count"),
        ("lrcli check step.yaml --pin", "record the curve in step.yaml.lock"),
        ("lrcli check step.yaml --format github", "as annotations in a workflow"),
    ],
)
