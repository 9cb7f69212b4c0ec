"""The application: a group of commands, each of them imported only when it is asked for, and one exit code."""

from __future__ import annotations

import errno
import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup, TyperOption

from lrcli.cli.environment import Environment, ExitStatus, message_of
from lrcli.errors import suggest
from lrcli.folder import module_names
from lrcli.version import __version__

if TYPE_CHECKING:
    from typer._click import Command, Context, Parameter

_COMMANDS = str(Path(__file__).with_name("commands"))
_FIRST = ("plot", "table", "diff", "at")
"""A newcomer needs these first; the help lists the other commands after them, by name."""

_HELP = """\
Explore learning-rate schedules: which learning rate does training really use at step t, and why?

A SPEC is a YAML file, a training config as it is, '-' for stdin, or inline: '{lr: 0.1, ...}', 'StepLR(step_size=30)'.
SPEC@torch-1.1 replays what that release of PyTorch really computes. Most commands take the log of a run, too.
'lrcli COMMAND -h' tells more about a command, 'lrcli help' shows the manual.

Data goes to stdout, notes and errors to stderr. The exit status is 0 for fine or the same, 1 for different, 2 for
trouble.
"""


class Commands(TyperGroup):
    """The commands are the files of `lrcli/cli/commands`: a new one is one file with a `command` in it."""

    @staticmethod
    def names() -> list[str]:
        """The names of all commands, without importing them."""
        files = {name.strip("_") for name in module_names([_COMMANDS])}
        return [*(name for name in _FIRST if name in files), *sorted(files.difference(_FIRST))]

    def list_commands(self, ctx: Context) -> list[str]:
        return self.names()

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: Command = import_module(f"lrcli.cli.commands.{cmd_name}").command
        if ctx.resilient_parsing:  # a shell asks for completion
            from lrcli.cli.completion import attach

            attach(command)
        return command

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            names = self.list_commands(ctx)
            hint = suggest(name, names, f"the commands are {', '.join(names)}")
            ctx.fail(f"no command {name!r}: {hint}")
        return super().resolve_command(ctx, args)


def _show_version(ctx: Context, param: Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        print(f"lrcli {__version__}")
        ctx.exit()


def application(*, completion: bool = False) -> Commands:
    """The group of all commands; `completion` adds the options that install shell completion (a millisecond)."""
    params: list[Any] = [
        TyperOption(
            param_decls=["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_version,
            help="Show the version and exit.",
        )
    ]
    if completion:
        from typer.main import get_install_completion_arguments

        from lrcli.cli.completion import use_scripts

        params += get_install_completion_arguments()
        use_scripts()
    return Commands(
        name="lrcli",
        help=_HELP,
        params=params,
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,
    )


def run(args: Sequence[str], env: Environment) -> int:
    """Run `lrcli ARGS` in this environment and return its exit code. Never raises.

    >>> import io
    >>> out = io.StringIO()
    >>> run(["--version"], Environment(stdin=None, stdout=out, stderr=None))
    0
    >>> out.getvalue().split()[0]
    'lrcli'
    """
    try:
        try:
            status = dispatch(args, env)
        finally:
            if env.stdout is not None:
                env.stdout.flush()
        return status
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        return ExitStatus.TROUBLE  # where there is no SIGPIPE: who closed the pipe wants to hear nothing
    except Exception as exc:
        if env.variables.get("LRCLI_DEBUG") == "1":
            import traceback

            env.error(traceback.format_exc().rstrip())
        env.error(message_of(exc))
        return ExitStatus.TROUBLE


def dispatch(args: Sequence[str], env: Environment) -> int:
    """Run a command line and return its exit code. Without arguments it is the help."""
    words = list(args) or ["--help"]
    complete = env.variables.get("_LRCLI_COMPLETE")
    app = application(completion=bool(complete) or words[0].startswith("-"))
    with redirect_stdout(env.stdout or _Closed()):  # the help is printed by typer
        try:
            if complete:
                return _complete(app, env, complete)
            with app.make_context("lrcli", words, obj=env, terminal_width=_help_width(env)) as ctx:
                return int(app.invoke(ctx) or ExitStatus.OK)
        except typer.Exit as end:
            return end.exit_code
        except SystemExit as end:  # the end of shell completion
            return int(end.code or ExitStatus.OK)
        except typer.TyperException as exc:
            env.error(f"lrcli: error: {_usage_message(exc)}")
            return ExitStatus.TROUBLE


def _complete(app: Commands, env: Environment, request: str) -> int:
    """Answer a shell that asks for its script (source_bash), or what may come next (complete_bash)."""
    from lrcli.cli.completion import SCRIPTS, answer, script

    what, _, shell = request.partition("_")
    if shell in SCRIPTS and what == "source":
        print(script(shell))
        return ExitStatus.OK
    if shell in SCRIPTS and what == "complete":
        return answer(app, env, shell)
    app.main([], prog_name="lrcli")  # other shells: typer answers and exits
    return ExitStatus.OK


class _Closed(io.TextIOBase):
    """A stdout that was closed before we began: who writes to it learns that."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "it is closed")


def _help_width(env: Environment) -> int:
    return max(50, min(env.width, 100) - 2)


def _usage_message(exc: typer.TyperException) -> str:
    message = exc.format_message()
    ctx = getattr(exc, "ctx", None)
    if ctx is None:
        return message
    if ctx.parent is None and hasattr(exc, "option_name"):
        message += " (a command's options stand after its name)"
    return f"{message[:1].lower()}{message[1:]}\nTry '{ctx.command_path} -h' for help."
