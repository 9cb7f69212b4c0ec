"""Turns a function into a command.

Options come in bundles: a dataclass holds a set of them and every command that takes the bundle has them all, so that
one option is spelled, documented and read the same way everywhere.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from lrcli.cli.environment import Environment
from lrcli.progress import progress_told_to
from lrcli.values import dataclass

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

PANELS = ("Spec", "Rows", "Picture", "Comparison", "Output")
"""The headings of the help's options, in order."""

_COLUMN = 23
"""Where the help's second column begins."""


@dataclass(frozen=True)
class Options:
    """A bundle of options; each field is annotated with its `typer.Option`.

    The annotations have to be values, and not their texts: a module of bundles does without `from __future__ import
    annotations`. To evaluate a hundred texts takes as long as to read the specs.
    """


class Command(TyperCommand):
    """A command whose help shows its options under headings, and its examples as they are."""

    examples: tuple[tuple[str, str], ...] = ()

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, then the options under their headings."""
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
        """Write the examples."""
        with formatter.section("Examples"):
            for line, meaning in self.examples:
                formatter.write(f"  {line}\n      {meaning}\n")


def make_command(function: Callable[..., Any], examples: Sequence[tuple[str, str]]) -> Command:
    """The command of a function: its docstring is the help, its parameters and bundles are the options.

    A parameter annotated `Environment` is given the environment, with --color and --quiet applied.
    """
    # not get_type_hints: in Python 3.10 it hides an option that defaults to None inside an Optional
    given_parameters = inspect.signature(function, eval_str=True).parameters
    hints = {name: parameter.annotation for name, parameter in given_parameters.items()}
    bundles = {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Options)}

    def parameters() -> Iterator[inspect.Parameter]:
        yield inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        for name, hint in hints.items():
            if name in bundles:
                for f in fields(hint):
                    default = inspect.Parameter.empty if f.default is MISSING else f.default
                    yield inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=f.type)
            elif hint is not Environment:
                default = given_parameters[name].default
                yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)

    def call(**given: Any) -> Any:
        env = given.pop("ctx").obj
        env.color, env.quiet = given.get("color", env.color), given.get("quiet", env.quiet)
        arguments: dict[str, Any] = {}
        for name, hint in hints.items():
            if name in bundles:
                arguments[name] = hint(**{f.name: given[f.name] for f in fields(hint)})
            else:
                arguments[name] = env if hint is Environment else given[name]
        with progress_told_to(env.show_progress):
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
