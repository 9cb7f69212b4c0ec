"""Answers the shell's question what may come next on a command line. Only imported when it is asked.

The SCRIPTS of the shells hand over the line up to the cursor, and get back lines of a value, a tab and a word of help.
Nothing at all means that the shell completes file names as it likes. Typer's scripts for the same purpose do not know
that bash splits words at `@`, `:` and `=`, put a blank after `schedule.gamma=`, and let the shell expand what a file is
called.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from typer._click.shell_completion import CompletionItem, split_arg_string
from typer._completion_classes import FishComplete

from lrcli.cli.completion.values import Item, emulations, forms, keys, metrics, spec_arguments, targets, type_items
from lrcli.cli.environment import Environment, ExitStatus

if TYPE_CHECKING:
    from typer._click import Command, Context, Parameter

_SPECS = ("spec", "specs", "a", "b")
_BREAKS = " \t\n\"'@><=;|&(:"
"""Bash's own COMP_WORDBREAKS: it completes only what comes after the last of these."""


def answer(app: Command, env: Environment, shell: str) -> int:
    variables = env.variables
    text = variables.get("LRCLI_LINE", "")
    args, word = split(text)
    option, equals, _ = word.partition("=")
    prefix = option + equals if word.startswith("--") and equals else ""
    try:
        # one shell's as well as another's: only the search for the parameter at the cursor is typer's
        completions = FishComplete(app, {"obj": tuple(args)}, "lrcli", "_LRCLI_COMPLETE").get_completions(args, word)
    except Exception:
        completions = []  # a half-written line may be anything, and no message may disturb it
    items = [Item(prefix + str(item.value), item.help or "") for item in completions if str(item.value).isprintable()]
    if env.stdout is not None:
        breaks = variables.get("LRCLI_BREAKS", _BREAKS)
        lines = _bash(items, text, word, breaks) if shell == "bash" else map(_line, items)
        env.stdout.writelines(f"{line}\n" for line in lines)
    return ExitStatus.OK


def split(text: str) -> tuple[list[str], str]:
    r"""(the complete words after the program's name, the word at the cursor) of a line up to the cursor.

    >>> split("lrcli plot 'my file.yaml' st")
    (['plot', 'my file.yaml'], 'st')
    >>> split("lrcli plot ")
    (['plot'], '')
    """
    words = split_arg_string(text)
    unfinished = bool(words) and not (text[-1:].isspace() and text[-2:-1] != "\\")
    word = words.pop() if unfinished else ""
    return words[1:], word


def attach(command: Command) -> None:
    """Give the parameters of a command the values that this package knows."""
    for param in command.params:
        find = _finder(param)
        if find is not None:
            param.shell_complete = partial(_items, find)  # type: ignore[method-assign]


def _items(find: Any, ctx: Context, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(item.value, help=item.help) for item in find(ctx, incomplete)]


_BY_NAME: dict[str, Callable[[str], Iterator[Item]]] = {
    "emulate": emulations,
    "form": forms,
    "metric": metrics,
    "to": targets,
    "type": type_items,
}
"""The value of a parameter of this name is completed so; --set and --sweep look at the specs on the line, too."""


def _finder(param: Parameter) -> Callable[[Context, str], Iterator[Item]] | None:
    """The function of (context, word) that finds the values of a parameter; None where typer or the shell does."""
    if param.name in ("set", "sweep"):
        return lambda ctx, word: keys(word, _given_specs(ctx))
    is_spec = param.name in _SPECS or (param.metavar or "").startswith("SPEC")
    complete = spec_arguments if is_spec and param.param_type_name == "argument" else _BY_NAME.get(str(param.name))
    return None if complete is None else lambda ctx, word: complete(word)


def _given_specs(ctx: Context) -> list[str]:
    """The words of the line that may be SPEC arguments. (Typer does not parse a line that ends in an option's name.)"""
    return [word for word in ctx.obj[1:] if not word.startswith("-")]


def _line(item: Item) -> str:
    return "\t".join(" ".join(part.split("\n")).replace("\t", " ") for part in item if part)


def _bash(items: list[Item], text: str, word: str, breaks: str) -> Iterator[str]:
    """The part of each value that bash puts at the cursor, quoted; it shows no help."""
    quoted = any(quote in text[-len(word) - 1 :] for quote in "\"'")
    done = 0 if quoted else max((word.rfind(char) + 1 for char in breaks if not char.isspace()), default=0)
    done -= word[done - 1 : done] == "@"  # readline breaks before this one, not after it
    for item in items:
        if item.value.startswith(word[:done]):
            value = item.value[done:]
            yield value if quoted else _escaped(value)


def _escaped(value: str) -> str:
    """The value as bash has to read it; a ~ at its beginning stays what it is."""
    if shlex.quote(value) == value or value.isidentifier():
        return value
    return "".join(f"\\{char}" if char in " \t\"'\\$`!&|;()<>*?[]{}#" else char for char in value)


_BASH = r"""
%(complete_func)s() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(env LRCLI_LINE="${COMP_LINE:0:COMP_POINT}" LRCLI_BREAKS="$COMP_WORDBREAKS" \
             %(autocomplete_var)s=complete_bash "${1/#\~\//$HOME/}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
    return 0
}

complete -o default -F %(complete_func)s %(prog_name)s
"""

_ZSH = r"""
#compdef %(prog_name)s

%(complete_func)s() {
  local -a whole shown open open_shown
  local line value help program
  program=${(Q)words[1]}
  program=${program/#\~\//$HOME/}
  for line in "${(@f)$(env LRCLI_LINE="${(j: :)words[1,CURRENT]}" \
                       %(autocomplete_var)s=complete_zsh $program 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    value=${line%%%%$'\t'*}
    help=$value
    [[ $line == *$'\t'* ]] && help="${(r:28:)value}  ${line#*$'\t'}"
    if [[ $value == *[=/] ]]; then
      open+=("$value")
      open_shown+=("$help")
    else
      whole+=("$value")
      shown+=("$help")
    fi
  done
  if (( $#whole + $#open == 0 )); then
    _files
    return
  fi
  (( $#whole )) && compadd -l -d shown -a whole
  (( $#open )) && compadd -S '' -l -d open_shown -a open
  return 0
}

if [[ $funcstack[1] == _%(prog_name)s ]]; then
  %(complete_func)s "$@"
else
  compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = r"""
function %(complete_func)s
    set -l program (string replace -r '^~/' "$HOME/" -- (commandline -opc)[1])
    set -l line (commandline -cp | string collect)
    set -l found (env LRCLI_LINE="$line" %(autocomplete_var)s=complete_fish $program 2>/dev/null)
    if test (count $found) -eq 0
        __fish_complete_path (commandline -ct)
    else
        printf '%%s\n' $found
    end
end

complete --command %(prog_name)s --no-files --arguments "(%(complete_func)s)"
"""


SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def use_scripts() -> None:
    """Let typer's --show-completion and --install-completion write these scripts."""
    from typer import _completion_shared

    _completion_shared._completion_scripts.update(SCRIPTS)


def script(shell: str) -> str:
    """The script of one of SCRIPTS, ready to be sourced."""
    names = {"complete_func": "_lrcli_completion", "autocomplete_var": "_LRCLI_COMPLETE", "prog_name": "lrcli"}
    return (SCRIPTS[shell] % names).strip()
