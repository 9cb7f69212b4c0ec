"""A format of training configs is one file in `lrcli/configs/formats/`, which is found by its name.

The file `formats/NAME.py` holds one `FORMAT = Format(...)`. It states

- `syntaxes`: how such a file is read, one or several of the files of `lrcli/configs/syntax/` ("pyyaml", "omegaconf",
  "json", "hjson", "toml", "ini", "python", "shell"; "openmmlab" and "yacs" read the files that it is based on, too):
  the numbers are those that the framework's own reader reads;
- `marks`: the keys that make a mapping one of this format, exactly as they are written, or `lacks(root)`, a function
  that says what a mapping lacks to be one. `over` names formats whose files it is a special kind of: it wins over them;
- `translate(config, draft)`: reads the config and writes the spec.

`Config` reads: `config.number("learning_rate")`, `config.count(...)`, `config.text(...)`, `config.flag(...)`, each with
a dotted path and the framework's default; `config.node(path)` is the raw node. A value of another type, a `${...}`
that nobody resolved, and the like are errors at their place. `config.fail(path, code, message, help)` makes an error of
your own (raise it), `config.raises(path, message)` one that quotes the framework's, `config.needs_steps(path)` the one
for a length that depends on the data. `config.remark(path, code, what, why, advice)` is a note, which `check` shows as
a finding at the place of `path`. What comes again has its own: `config.rate`, `config.epochs` and `config.choice` read,
`config.refuse_first` takes a table of the framework's own refusals, `config.refuse_others` and `config.require` say
what Python says of the arguments of a call, and `counts.py` counts batches and updates. `config.given` holds the
options (`--samples` and so on). `config.release` is the release that the curve is read for, `config.at_least("4.52")`
compares. `file_beside(...)` reads another file.

`Draft` writes: `draft.put("schedule.num_warmup_steps", 100, at="warmup_ratio", why="ceil(0.1 * 1000)")` puts a value
into the spec, in lrcli's own words, placed at the config's key, with the comment that `lrcli convert` prints beside it.
`draft.put_fields({"power": 1.0, "gamma": float})` does so for a table of keys, each with its default or, for one that
is left out then, its type; `draft.put_length(Length(...))` writes the length. A list or a dict may be put, and so may a
node of the config, which keeps its places. The ordinary reader builds the Spec, so what it finds wrong points into the
user's file.

A small one, whole:

    def translate(config: Config, draft: Draft) -> None:
        steps = config.given.steps
        if steps is None:
            raise config.needs_steps("epochs")
        draft.put("lr", config.number("lr0", 0.01), at="lr0")
        draft.put("steps", steps, why="--steps")
        draft.put("schedule.type", "linear", at="lrf")
        draft.put("schedule.end_factor", config.number("lrf", 0.01), at="lrf")

    FORMAT = Format("toy", "Toy trainer", ("pyyaml",), translate, ("lr0", "lrf"))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lrcli.configs.config import Config
from lrcli.configs.draft import Draft
from lrcli.configs.nodes import entry_at
from lrcli.reader.nodes import Mapping

__all__ = ["Config", "Draft", "Format", "has", "lacking"]


@dataclass(frozen=True)
class Format:
    """A kind of training config.

    name: what `--from` takes. title: whose files they are. marks: the paths that such a file has, "a|b" for one of the
    two. lacks: what a mapping lacks to be one, where that is not said by its keys alone. framework, releases: whose
    release decides (`@NAME-4.51`), and those that were examined, the oldest first; () where none changes the curve.
    accepts: the newest of them that takes the keys of a file, where not every release does; None is the newest.
    keeps_twins: whether its reader, which is not OmegaConf although it reads numbers alike, takes the last of two keys
    with one name.
    """

    name: str
    title: str
    syntaxes: tuple[str, ...]
    translate: Callable[[Config, Draft], None]
    marks: tuple[str, ...] = ()
    lacks: Callable[[Mapping], Sequence[str]] | None = None
    over: tuple[str, ...] = ()
    framework: str = ""
    releases: tuple[str, ...] = ()
    accepts: Callable[[Config], str | None] | None = None
    keeps_twins: bool = False

    def misses(self, root: Mapping) -> Sequence[str]:
        """Say what a mapping lacks to be of this format, in a few words each; nothing if it is one."""
        return lacking(root, *self.marks) if self.lacks is None else self.lacks(root)


def has(root: Mapping, path: str) -> bool:
    """Whether a dotted path is there, each part exactly as it is written."""
    return entry_at(root, path)[1] is not None


def lacking(root: Mapping, *paths: str) -> tuple[str, ...]:
    """List the paths that are not there; "a|b" is one of the two.

    >>> from lrcli.reader.source import Source
    >>> from lrcli.configs.syntax import read
    >>> lacking(read("pyyaml", Source("x", "lr0: 1")), "lr0|lr", "lrf", "a|b")
    ('lrf', 'a or b')
    """
    missing = [names.split("|") for names in paths if not any(has(root, name) for name in names.split("|"))]
    return tuple(" or ".join(names) for names in missing)


REMARKS: dict[str, str] = {
    "deepspeed-file": "a DeepSpeed config that is not here, and was taken for the one that its project ships",
    "deepspeed-scheduler": "a DeepSpeed config whose scheduler replaces the Trainer's own",
    "duplicate-key": "a key that stands twice, of which one counts",
    "epochs-in-iters": "a scheduler that counts epochs in a run that has none",
    "generations": "completions that a run generates for each of its prompts, which --samples then counts",
    "interval": "a scheduler that only the training code steps, taken to be stepped once an epoch",
    "lr-unused": "an optimizer's lr that a DeepSpeed scheduler overrides",
    "lr0-ignored": "lr0 beside optimizer: auto, which chooses another rate",
    "max-samples": "a number of samples that was taken from max_samples",
    "max-steps-negative": "max_steps: -1 in an Axolotl config, which ends its warmup",
    "milestone-outside": "a step or milestone at or past the end of the run",
    "min-lr-rate": "a min_lr_rate that looks like a learning rate",
    "one-gpu": "a rate that depends on the number of devices, taken for one",
    "option-unused": "an option of the command line that a config has no use for",
    "other-groups": "parameters that have another rate than the one shown",
    "own-rate": "an optimizer that chooses its rate itself",
    "packing": "packed sequences, which --samples then counts",
    "peak-below-min-lr": "a NeMo Noam schedule whose peak is below its min_lr",
    "release": "the release of the framework that a config was read for",
    "releases-differ": "a config that gives other rates in other releases of its framework",
    "repeated-data": "a data set that is repeated in an epoch, as --samples then counts",
    "scaled-rate": "a rate that is scaled by a number of devices that is not in the file",
    "sched-args": "arguments of a NeMo policy beside args.name, where NeMo ignores them",
    "text-number": "a number that PyYAML reads as a text",
    "two-lengths": "a run that ends at the first of two lengths, in epochs and in steps",
    "unknown-policy": "a policy that darknet does not know",
    "unread-key": "a key that the framework does not read",
    "warmup-float": "a warmup in steps that is written as a share of the run",
    "warmup-ignored": "a warmup that the schedule ignores",
    "warmup-log": "a logarithmic warmup",
    "warmup-per-process": "a warmup that several processes go through faster",
    "warmup-too-long": "a warmup as long as the run",
    "warmup-twice": "two settings of the warmup, of which one is ignored",
}
"""Codes that rules of `check` share mean the same there."""
