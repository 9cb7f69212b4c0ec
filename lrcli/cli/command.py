"""Turns a function into a command: its parameters are the options, in bundles where several commands share them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperCommand, TyperOption
from typer.main import get_click_param
from typer.models import ParamMeta

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
    call: Callable[[Environment, dict[str, Any]], Any]

    def invoke(self, ctx: Context) -> Any:
        return self.call(ctx.obj, ctx.params)

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
    declared: dict[str, tuple[TyperArgument | TyperOption, Callable[[Any], Any] | None]] = {}
    for name, hint in hints.items():
        if name in bundles or hint is Output:
            for f in fields(OutputOptions if hint is Output else hint):
                declared[f.name] = _declared(f.name, f.type, f.default)
        elif hint is not Environment:
            declared[name] = _declared(name, hint, given_parameters[name].default)
        if hint is Output and formats.option and len(formats.names) > 1:
            declared["format"] = _declared("format", format_option(formats), None)

    def call(env: Environment, parsed: dict[str, Any]) -> Any:
        given = {name: convert(value) if (convert := declared[name][1]) else value for name, value in parsed.items()}
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

    command = Command(
        name=function.__name__.strip("_"),
        params=[param for param, _ in declared.values()],
        help=inspect.getdoc(function),
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,
    )
    command.call, command.examples = call, tuple(examples)
    return command


def _declared(name: str, hint: Any, default: Any) -> tuple[TyperArgument | TyperOption, Callable[[Any], Any] | None]:
    """The argument or option of a parameter, `Annotated[str, Option(...)]`, and what makes its value of the words."""
    info = copy(hint.__metadata__[0])
    if default is not inspect.Parameter.empty:
        info.default = default
    return get_click_param(ParamMeta(name=name, default=info, annotation=hint.__origin__))
