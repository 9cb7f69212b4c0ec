from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from lrcli.cli.app import Commands, application, run
from lrcli.cli.command import Command
from lrcli.cli.environment import Environment
from lrcli.cli.options import OutputOptions, SpecOptions
from lrcli.render.diff import DIFFERENCES
from lrcli.render.tables import TABLES
from tests.cli_world import run_cli

COMMANDS = ("plot", "table", "diff", "at")


def commands() -> Iterator[tuple[str, Command]]:
    app = application()
    ctx = app.make_context("lrcli", [], resilient_parsing=True)
    for name in app.list_commands(ctx):
        command = app.get_command(ctx, name)
        assert isinstance(command, Command)
        yield name, command


def test_commands_are_the_files() -> None:
    """Every file of the folder is a command, the first ones first."""
    folder = Path(__file__).parents[2] / "lrcli" / "cli" / "commands"
    files = {path.stem.strip("_") for path in folder.glob("*.py") if path.stem != "__init__"}
    names = [name for name, _ in commands()]
    assert list(COMMANDS) == names[: len(COMMANDS)]
    assert files == set(names)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(option: str) -> None:
    """Each command's help has a first line, examples, and a word about every option."""
    for name, command in commands():
        outcome = run_cli(name, option)
        assert (outcome.status, outcome.stderr) == (0, "")
        assert f"Usage: lrcli {name} " in outcome.stdout
        assert "Examples:" in outcome.stdout
        assert command.examples
        for param in command.params:
            assert param.opts[-1] in outcome.stdout or param.param_type_name == "argument"
            assert getattr(param, "help", None), (name, param.name)


def test_shared_options_are_shared() -> None:
    """Every command that takes a spec has the same options for it, and the same for its output."""
    shared = {*SpecOptions.__dataclass_fields__, *OutputOptions.__dataclass_fields__, "quiet"}
    helps: dict[str, set[str]] = {}
    for name, command in commands():
        if name not in COMMANDS:
            continue
        names = {param.name for param in command.params}
        assert not shared - names, name
        for param in command.params:
            if param.name in shared:
                helps.setdefault(str(param.name), set()).add(str(getattr(param, "help", "")))
    assert dict.fromkeys(shared, 1) == {key: len(texts) for key, texts in helps.items()}


def test_help_has_no_colour_and_fits() -> None:
    """The help is plain text, no wider than 100 columns."""
    for width in ("60", "80", "300"):
        for name in COMMANDS:
            outcome = run_cli(name, "-h", variables={"COLUMNS": width}, tty=(80, 24))
            assert "\x1b" not in outcome.stdout
            body = [line for line in outcome.stdout.partition("Examples:")[0].splitlines() if "<" not in line]
            assert max(map(len, body)) <= min(100, int(width))


def test_formats() -> None:
    """The formats that a command takes are those that there are."""
    for name, formats in (("table", TABLES.names), ("diff", DIFFERENCES.names)):
        (param,) = (param for param in dict(commands())[name].params if param.name == "format")
        assert set(formats) == set(param.type.choices)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("args", "first"),
    [
        (["table", "-o", "lr.csv"], "epoch,lr"),
        (["table", "-o", "lr.TSV"], "epoch\tlr"),
        (["table", "-o", "lr.json"], "["),
        (["table", "-o", "lr.jsonl"], '{"epoch": 0, "lr": 1.0}'),
        (["table", "-o", "lr.md"], "| epoch | lr   | event |"),
        (["table", "-o", "lr.txt"], "epoch  lr  event"),
        (["table", "-o", "lr.csv", "--format", "tsv"], "epoch\tlr"),
        (["diff", "--emulate", "torch-1.3", "-o", "lr.json"], "{"),
        (["plot", "-o", "lr.txt"], "inline: learning rate"),
        (["at", "0", "-o", "lr.txt"], "1.0"),
    ],
)
def test_the_ending_chooses_the_format(args: list[str], first: str, tmp_path: Path) -> None:
    """A file's ending says what is in it, where --format does not; stdout stays empty."""
    target = tmp_path / args[args.index("-o") + 1]
    args = [str(target) if arg == target.name else arg for arg in args]
    outcome = run_cli(args[0], "{lr: 1, epochs: 3, schedule: {type: constant}}", *args[1:])
    assert (outcome.status, outcome.stdout) == (0, ""), outcome.stderr
    assert first == target.read_text(encoding="utf-8").splitlines()[0].rstrip()


def test_completion_options() -> None:
    """Shell completion can be shown; that costs nothing where it is not asked for."""
    outcome = run_cli("-h")
    assert "--show-completion" in outcome.stdout
    assert not any(param.name == "show_completion" for param in application().params)


def test_failure_while_streaming() -> None:
    """A failure after 100,000 rows ends what has been written with status 2 and names the row."""
    schedule = "{type: lambda, lr_lambda: '1 / (epoch - 250000)'}"
    outcome = run_cli("table", f"{{lr: 1, steps: 300000, schedule: {schedule}}}", "--format", "csv")
    assert (
        outcome.status,
        outcome.stderr,
    ) == (2, "lrcli: error: the schedule has no value at step 250000: division by zero\n")
    assert 100_000 < outcome.stdout.count("\n") <= 250_001


def test_debug_shows_the_traceback() -> None:
    """LRCLI_DEBUG=1 shows where an error came from, the message still last."""
    outcome = run_cli("table", "nowhere.yaml", variables={"LRCLI_DEBUG": "1"})
    assert outcome.status == 2
    assert outcome.stderr.startswith("Traceback")
    assert "nowhere.yaml" in outcome.stderr.splitlines()[-1]


def test_help_with_a_closed_stdout() -> None:
    """A closed stdout is an error for the help, too."""
    err = io.StringIO()
    assert run(["-h"], Environment(stdin=None, stdout=None, stderr=err)) == 2
    assert err.getvalue() == "lrcli: error: cannot write to stdout: it is closed\n"


class Broken(io.StringIO):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (OSError(28, "No space left on device"), 2, "lrcli: error: cannot write to stdout: No space left on device\n"),
        (BrokenPipeError(32, "Broken pipe"), 2, ""),
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "lrcli: error: not enough memory\n"),
        (
            ZeroDivisionError("oh"),
            2,
            "lrcli: internal error: ZeroDivisionError: oh (set LRCLI_DEBUG=1 for the traceback)\n",
        ),
    ],
)
@pytest.mark.parametrize("args", [["-h"], ["at", "{lr: 1, epochs: 2, schedule: {type: constant}}", "0"]])
def test_whatever_happens(args: list[str], error: BaseException, status: int, message: str) -> None:
    """Every end of a command is an exit code and at most one line."""
    err = io.StringIO()
    assert status == run(args, Environment(stdin=None, stdout=Broken(error), stderr=err))
    assert message == err.getvalue()


def test_help_of_a_type() -> None:
    """A name that is no command, topic or code, but a type, is explained as `types` does."""
    assert run_cli("types", "StepLR").stdout == run_cli("help", "StepLR").stdout
    assert run_cli("help", "nosuch").status == 2


def test_help_of_a_word_names_the_pages_that_say_it() -> None:
    """A word that is no topic still leads somewhere."""
    assert "the word is in the pages replays, " in run_cli("help", "Resume").stderr


def test_an_option_before_the_command_is_told_its_place() -> None:
    """As git takes it, `--no-pager` comes first; here it is the command's."""
    outcome = run_cli("--no-pager", "types")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "no such option: --no-pager (a command's options stand after its name)" in outcome.stderr


def test_help_reference_is_the_help_of_all_commands() -> None:
    """It is made from the commands: an installed package does not hold that page."""
    shown = run_cli("help", "reference").stdout
    assert [name for name in Commands.names() if f"Usage: lrcli {name} " not in shown] == []
