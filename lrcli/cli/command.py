"""Turns a function into a command: its parameters are the options, in bundles where several commands share them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from lrcli.cli.environment import Environment
from lrcli.cli.options import Options, OutputOptions, format_option
from lrcli.cli.output import Output
from lrcli.progress import progress_heard_by
from lrcli.render import TEXT, Formats

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

PANELS = ("Spec", "Rows", "Picture", "Comparison", "Output")
"""The help has its options under these headings, in this order."""

_COLUMN = 23
"""The help's second column begins here."""


class Command(TyperCommand):
    """A command whose help shows its options under headings, and its examples as they are."""

    examples: tuple[tuple[str, str], ...] = ()

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {name: [] for name in ("Arguments", *PANELS, "Other")}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                argument = param.param_type_name == "argument"
                heading = "Arguments" if argument else getattr(param, "rich_help_panel", None) or "Other"
                sections[heading].append(record)
        for heading, rows in sections.items():
            if rows:
                with formatter.section(heading):
                    # the padding gives all sections the same column
                    formatter.write_dl([(first.ljust(_COLUMN), second) for first, second in rows], col_max=_COLUMN)

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """The words of the usage line, `SPEC...` where typer writes `{SPEC...}`."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        with formatter.section("Examples"):
            for line, meaning in self.examples:
                formatter.write(f"  {line}\n      {meaning}\n")


def make_command(function: Callable[..., Any], examples: Sequence[tuple[str, str]], formats: Formats = TEXT) -> Command:
    """The command of a function: its docstring is the help, its parameters and bundles are the options.

    A parameter annotated `Environment` is given the environment, with --color and --quiet applied. One annotated
    `Output` is given the target of the data, which brings the options of all outputs: --format where there are several.
    """
    # not get_type_hints: in Python 3.10 it hides an option that defaults to None inside an Optional
    given_parameters = inspect.signature(function, eval_str=True).parameters
    hints = {name: parameter.annotation for name, parameter in given_parameters.items()}
    bundles = {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Options)}

    def parameters() -> Iterator[inspect.Parameter]:
        yield _parameter("ctx", typer.Context)
        for name, hint in hints.items():
            if name in bundles:
                yield from _bundled(hint)
            elif hint is Output:
                yield from _bundled(OutputOptions)
                if formats.option and len(formats.names) > 1:
                    yield _parameter("format", format_option(formats), None)
            elif hint is not Environment:
                yield _parameter(name, hint, given_parameters[name].default)

    def call(**given: Any) -> Any:
        env = given.pop("ctx").obj
        env.color, env.quiet = given.get("color", env.color), given.get("quiet", env.quiet)
        arguments: dict[str, Any] = {}
        for name, hint in hints.items():
            if name in bundles:
                arguments[name] = hint(**{f.name: given[f.name] for f in fields(hint)})
            elif hint is Output:
                arguments[name] = Output(env, given["output"], formats, given.get("format"))
            else:
                arguments[name] = env if hint is Environment else given[name]
        with progress_heard_by(env.show_progress):
            try:
                return function(**arguments)
            finally:
                env.hide_progress()

    flat = tuple(parameters())
    call.__signature__ = inspect.Signature(flat)  # type: ignore[attr-defined]
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in flat}
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(
        name=function.__name__.strip("_"),
        cls=Command,
        help=inspect.getdoc(function),
        context_settings={"help_option_names": ["-h", "--help"]},
    )(call)
    command = typer.main.get_command(app)
    assert isinstance(command, Command)
    command.examples = tuple(examples)
    return command


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _bundled(bundle: type[Options]) -> Iterator[inspect.Parameter]:
    for f in fields(bundle):
        yield _parameter(f.name, f.type, inspect.Parameter.empty if f.default is MISSING else f.default)
