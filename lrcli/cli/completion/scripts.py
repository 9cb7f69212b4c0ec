"""What a shell has to know: one function that hands the line up to the cursor to `lrcli` and takes its answer.

Typer's scripts for the same purpose do not know that bash splits words at `@`, `:` and `=`, put a blank after
`schedule.gamma=`, and let the shell expand what a file is called.
"""

from __future__ import annotations

BASH = r"""
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

ZSH = r"""
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

FISH = r"""
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


SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def use() -> None:
    """Let typer's --show-completion and --install-completion write these scripts."""
    from typer import _completion_shared

    _completion_shared._completion_scripts.update(SCRIPTS)


def script(shell: str) -> str:
    """The script of one of SCRIPTS, ready to be sourced."""
    names = {"complete_func": "_lrcli_completion", "autocomplete_var": "_LRCLI_COMPLETE", "prog_name": "lrcli"}
    return (SCRIPTS[shell] % names).strip()
