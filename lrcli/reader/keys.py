"""The keys of a mapping: which schedule class it is, which fields are meant, which keys nobody knows.

The classes say so. What other tools call a key or a type is in tables at the end, each with what to write here.
"""

from __future__ import annotations

from functools import lru_cache

from lrcli.catalog.registry import find_types, framework, framework_types, general_types, part_hint, type_names
from lrcli.errors import closest, suggest
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import Place, Problems
from lrcli.reader.values import Context, as_number
from lrcli.schedules import Schedule, parameters
from lrcli.spec import RATE_KEYS, key_names

LR = key_names(RATE_KEYS)
PLURALS = {"schedulers": "schedules"}
# what PyTorch's constructors take and a spec says elsewhere, or not at all
IGNORED = ("verbose", "last_epoch")


@lru_cache(maxsize=64)
def _find(name: str) -> tuple[type[Schedule], ...]:
    return find_types(name)


def type_named(node: Node | None) -> type[Schedule] | None:
    """The schedule class that a `type:` names, None if it names none."""
    classes = _find(node.text) if isinstance(node, Scalar) and node.text else ()
    return classes[0] if len(classes) == 1 else None


def given_place(node: Mapping) -> Place:
    """A problem of the whole schedule is shown at its type."""
    kind = node.get("type")
    return node.place if kind is None else kind.place


def type_of(node: Mapping, problems: Problems, phase: bool) -> type[Schedule] | None:
    """The schedule class of a mapping, None after a problem."""
    kind = node.get("type")
    if kind is None:
        what = "a phase" if phase else "a schedule"
        name = node.get("name")
        named = name.text if isinstance(name, Scalar) and _find(name.text) else ""
        hint = f"write type: {named}" if named else f"it is one of {_type_list()}"
        problems.add(node.place, "missing-key", f"missing key 'type' in {what}", hint)
        return None
    if not isinstance(kind, Scalar) or not kind.text:
        problems.add(kind.place, "wrong-type", f"type must be a name, not {kind}", f"it is one of {_type_list()}")
        return None
    cls = type_named(kind)
    if cls is None and (several := _find(kind.text)):
        names = ", ".join(cls.name for cls in several)
        problems.add(kind.place, "unknown-type", f"several frameworks have {kind.text[:60]!r}", f"write one of {names}")
    elif cls is None:
        hint = (
            type_hint(kind.text)
            or part_hint(kind.text)
            or suggest(kind.text, type_names(), f"it is one of {_type_list(kind.text)}")
        )
        problems.add(kind.place, "unknown-type", f"unknown type {kind.text[:60]!r}", hint)
    return cls


def _type_list(name: str = "") -> str:
    """The types that a name can be of: those of the framework that it begins with, else the general ones."""
    prefix, dot, _ = name.partition(".")
    known = framework(prefix) if dot else None
    return ", ".join(cls.name for cls in (framework_types(known.name) if known else ()) or general_types())


def given_fields(
    node: Mapping, cls: type[Schedule], context: Context, phase: bool
) -> tuple[dict[str, tuple[Scalar, Node]], set[str]]:
    """(the entries by the name of their field, the fields that unknown keys may stand for).

    What is no field is told or, where PyTorch takes it, noted.
    """
    names = [f.name for f in parameters(cls)]
    given: dict[str, tuple[Scalar, Node]] = {}
    misspelled: set[str] = set()
    for key, value in node.entries:
        word = key.text
        if word == "type" or (word == "for" and phase):
            continue
        name = field_meant(word, cls)
        if name not in names:
            misspelled.add(_unknown(key, value, node, cls, context))
        elif name in given:
            first = given[name][0].text
            context.problems.add(key.place, "duplicate-key", f"{word} and {first} are the same, give one of them")
        else:
            given[name] = key, value
    return given, misspelled


def field_meant(word: str, cls: type[Schedule]) -> str:
    """The name of the field that a key of a class stands for; the key itself where it stands for none."""
    name = word if any(f.name == word for f in parameters(cls)) else PLURALS.get(word, word)
    spellings = spellings_of(cls)
    return spellings[name][0] if name in spellings else name


def spellings_of(cls: type[Schedule]) -> dict[str, tuple[str, str]]:
    """Other keys of a class: key -> (the field, the unit that a bare number has there)."""
    spellings: dict[str, tuple[str, str]] = getattr(cls, "spellings", {})
    return spellings


def _unknown(key: Scalar, value: Node, node: Mapping, cls: type[Schedule], context: Context) -> str:
    """Tell of a key that is no field; the field that it may stand for."""
    word = key.text
    if word in IGNORED:
        if word == "last_epoch" and as_number(value) != -1:
            hint = "a resumed run is emulate: {torch: ..., last_epoch: ...}"
            context.problems.add(value.place, "bad-value", "last_epoch must be -1 in a schedule", hint)
        else:
            context.problems.note(key.place, "ignored-key", f"{word} is ignored")
        return ""
    names = [f.name for f in parameters(cls)] + list(spellings_of(cls))
    known = f"its keys are {', '.join(names)}" if names else "it has no keys"
    special = {
        "for": "only a phase in a list has a length",
        "optimizer": "leave it out: a spec has no optimizer",
        "lr": "lr stands at the top level, or in a group",
    }
    kind = node.get("type")
    called = kind.text if isinstance(kind, Scalar) else cls.name
    likely = closest(word, names)
    hint = special.get(word) or key_hint(word, value, top=False) or (f"did you mean {likely!r}?" if likely else known)
    context.problems.add(key.place, "unknown-key", f"unknown key {word[:60]!r} in {called}", hint)
    return spellings_of(cls)[likely][0] if likely in spellings_of(cls) else likely


def check_keys(node: Mapping, known: tuple[str, ...], where: str, problems: Problems) -> set[str]:
    """Tell of unknown keys; the known ones that they may stand for."""
    misspelled = set()
    for key, value in node.entries:
        if key.text in known:
            continue
        other = key_hint(key.text, value, top=True) if "schedule" in known else ""
        misplaced = "schedule" in known and key.text in _schedule_keys()
        name = "" if misplaced else closest(key.text, known)
        misspelled.add("schedule" if key.text == "type" else "lr" if name in LR else name)
        hint = other or (f"did you mean {name!r}?" if name else "")
        if misplaced and not other:
            option = key.place.source.name
            under = option.replace(" ", " schedule.", 1)
            hint = f"write {under}" if option.startswith("--set ") else "put it under schedule:"
        problems.add(key.place, "unknown-key", f"unknown key {key.text[:60]!r} {where}", hint)
    spelled = [name for name in LR if node.key(name) is not None]
    if len(spelled) > 1 and (second := node.key(spelled[1])):
        problems.add(second.place, "duplicate-key", f"{spelled[1]} and {spelled[0]} are the same, give one of them")
    return misspelled


def _schedule_keys() -> set[str]:
    return {"type", "milestones", *(f.name for cls in general_types() for f in parameters(cls))}


RUN_LENGTHS = {
    **dict.fromkeys(("num_train_epochs", "num_epochs", "max_epochs"), "epochs"),
    **dict.fromkeys(("max_steps", "num_training_steps", "total_steps"), "steps"),
}
"""What other tools call the length of the run, and what it is called here."""

ELSEWHERE = {
    **{word: f"write {unit}: {{value}}" for word, unit in RUN_LENGTHS.items()},
    "warmup_ratio": "write warmup: {{for: {percent}}}, or Hugging Face's schedule: "
    "{{type: transformers.cosine, num_warmup_steps: {percent}}}",
    "warmup_steps": "write warmup: {{for: {value}st}}, or Hugging Face's schedule: "
    "{{type: transformers.cosine, num_warmup_steps: {value}}}",
    "warmup_epochs": "write warmup: {{for: {value}ep}}",
    "scheduler": "write schedule: {{type: {value}{rest}}}",
    "lr_scheduler": "write schedule: {{type: {value}{rest}}}",
    "lr_scheduler_type": "write schedule: {{type: transformers.{value}}}",
    "monitor": "write metric: {{file: val.csv, column: {value}}} under a plateau schedule",
}
"""Keys of the top level that other tools have."""

_OF_A_COSINE = {"min_lr": "eta_min", "lr_min": "eta_min"}
"""What other tools call the lowest LR of a cosine, and what it is called here."""

_WITHIN = {
    "warmup_epochs": "write warmup: {{for: {value}ep}} at the top level",
    "warmup": "write warmup: {{for: {value}}} at the top level",
    "min_lr": "write eta_min: {value}, or type: transformers.cosine_with_min_lr with min_lr: {value}",
    "lr_min": "write eta_min: {value}, or type: timm.CosineLRScheduler with lr_min: {value}",
    "warmup_ratio": "write warmup: {{for: {percent}}} at the top level, or type: transformers.cosine with "
    "num_warmup_steps: {percent}",
    "warmup_steps": "write warmup: {{for: {value}st}} at the top level, or type: transformers.cosine with "
    "num_warmup_steps: {value}",
    "num_warmup_steps": "write warmup: {{for: {value}st}} at the top level, or type: transformers.cosine with "
    "num_warmup_steps: {value}",
    "num_cycles": "write type: transformers.cosine with num_cycles: {value}, or T_max",
    "monitor": "write metric: {{file: val.csv, column: {value}}}",
}
"""Keys of a schedule."""

_TYPES = {
    "wsd": "write type: transformers.warmup_stable_decay, or phases: [{type: linear, for: 5%},"
    " {type: constant, for: 80%}, {type: linear, start_factor: 1, end_factor: 0}]",
    "noam": "write type: nemo.NoamAnnealing with d_model and warmup_steps",
    "rsqrt": "write type: transformers.inverse_sqrt with num_warmup_steps",
    "min_lr": "write type: transformers.cosine_with_min_lr with min_lr",
    "cosine_with_warmup": "write type: transformers.cosine with num_warmup_steps",
    "linear_with_warmup": "write type: transformers.linear with num_warmup_steps",
    "cosine_annealing": "write type: cosine",
    "poly": "write type: polynomial, or type: timm.PolyLRScheduler",
    "reduce_on_plateau": "write type: plateau",
    "onecycle": "write type: one_cycle",
}


def key_hint(word: str, value: Node, *, top: bool) -> str:
    """Say what to write instead of a key that another tool has; "" for an unknown word."""
    form = (ELSEWHERE if top else _WITHIN).get(word, "")
    if not form:
        return ""
    others: list[tuple[str, Node]] = []
    if isinstance(value, Mapping):
        others = [(key.text, node) for key, node in value.entries if key.text not in ("type", "name")]
        value = value.get("type") or value.get("name") or value
    text = value.text if isinstance(value, Scalar) and value.text else "N"
    renamed = _OF_A_COSINE if "cos" in text.lower() else {}
    rest = "".join(f", {renamed.get(key, key)}: {node.text}" for key, node in others if isinstance(node, Scalar))
    number = as_number(value)
    percent = "3%" if number is None else f"{number * 100:g}%"
    return form.format(value=text[:40], percent=percent, rest=rest)


def type_hint(word: str) -> str:
    """Say what to write instead of a type that another tool has; "" for an unknown word."""
    if "(" in word and not word.endswith(")"):
        return "in { } and [ ] quote a call that holds a comma: 'StepLR(step_size=30, gamma=0.1)'"
    return _TYPES.get(word.lower().replace("-", "_"), "")
