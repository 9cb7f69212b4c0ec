"""nanoGPT's config/*.py (and what W&B keeps of a run), over the defaults of train.py."""

from __future__ import annotations

import ast

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.counts import Length
from lrcli.configs.nodes import Unknown
from lrcli.configs.syntax.python import parsed
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import refuse

_COUNTS = {"max_iters": 600000, "warmup_iters": 2000}
_DEFAULT = "{} is not in the file: train.py's default"
_OWN = (
    *("max_iters", "lr_decay_iters", "warmup_iters", "eval_interval", "eval_iters", "log_interval", "block_size"),
    *("n_layer", "n_head", "n_embd", "wandb_log", "decay_lr"),
)


_RELEASES = ("2023", "3adf61e")
_WARMUPS = {
    "return learning_rate * it / warmup_iters": "2023",
    "return learning_rate * (it + 1) / (warmup_iters + 1)": "3adf61e",
}
_CURVE = [
    "if it > lr_decay_iters:\n    return min_lr",
    "decay_ratio = (it - warmup_iters) / (lr_decay_iters - warmup_iters)",
    "coeff = 0.5 * (1.0 + math.cos(math.pi * decay_ratio))",
    "return min_lr + coeff * (learning_rate - min_lr)",
]
"""The statements of get_lr() in train.py that follow its warmup are these."""


def _lacks(root: Mapping) -> tuple[str, ...]:
    """A nanoGPT config has three of its names, an iteration count or decay_lr among them."""
    lacks = lacking(root, "max_iters|lr_decay_iters|warmup_iters|decay_lr")
    if isinstance(root.get("optimizer"), Unknown) and root.get("get_lr") is None:
        return (*lacks, "get_lr (it trains with an optimizer of its own)")
    names = sum(root.get(name) is not None for name in _OWN)
    return lacks if names >= 3 else (*lacks, "three of its names")


def _own_curve(config: Config) -> str | None:
    """The release whose get_lr() the file defines, None where it defines none. Raises SpecError for another one."""
    node = config.root.get("get_lr")
    if node is None:
        return None
    functions = [part for part in parsed(config.source) if isinstance(part, ast.FunctionDef) and part.name == "get_lr"]
    for function in functions[-1:]:
        body = [_plain(part, function) for part in function.body if not isinstance(part, (ast.Assert, ast.Expr))]
        warmup = body[0].removeprefix("if it < warmup_iters:\n    ") if body else ""
        if warmup in _WARMUPS and body[1:] == _CURVE:
            return _WARMUPS[warmup]
    message = "get_lr() is not that of nanoGPT's train.py: it is code of this project, which lrcli does not run"
    raise refuse(node.place, "code-not-data", message, "give the config alone, for the curve of train.py")


def _plain(statement: ast.stmt, function: ast.FunctionDef) -> str:
    """A statement of get_lr() whose argument is called `it`."""
    argument = function.args.args[0].arg if function.args.args else "it"
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id == argument:
            node.id = "it"
    return ast.unparse(statement)


def translate(config: Config, draft: Draft) -> None:
    config.nulls_default = False
    counts = {name: config.number(name, default) for name, default in _COUNTS.items()}
    iterations, warmup = counts["max_iters"], counts["warmup_iters"]
    if config.given.steps is None and (iterations % 1 or iterations < 0):
        raise config.fail("max_iters", "bad-value", f"max_iters must be a whole number, not {iterations:g}")
    why = "" if config.has("learning_rate") else _DEFAULT.format("learning_rate")
    draft.put("lr", config.number("learning_rate", 6e-4), at="learning_rate", why=why)
    draft.put_length(Length(int(iterations) + 1, "max_iters + 1 updates", "max_iters"))
    if not config.flag("decay_lr", True):
        draft.put("schedule.type", "constant", at="decay_lr", why="decay_lr is False")
        return
    draft.put("schedule.type", "nanogpt.get_lr")
    if config.release_given or config.release != _RELEASES[-1]:
        why = "the release that was asked for" if config.release_given else "as get_lr() of this file has it"
        draft.put("emulate", f"nanogpt-{config.release}", why=why)
    draft.put_fields({"warmup_iters": 2000, "lr_decay_iters": 600000, "min_lr": 6e-5}, why=_DEFAULT)
    if warmup > 0 and config.node("get_lr") is None:
        what = "releases differ: before December 2024 the warmup was it / warmup_iters, and began at 0"
        config.remark("warmup_iters", "releases-differ", what, level="note")
    if config.has("warmup_iters"):
        steps = config.given.steps or int(iterations) + 1
        config.remark_long_warmup("warmup_iters", warmup, steps, "iterations")


FORMAT = Format(
    "nanogpt",
    "nanoGPT config .py",
    ("python", "pyyaml"),
    translate,
    lacks=_lacks,
    framework="nanogpt",
    releases=_RELEASES,
    accepts=_own_curve,
)
