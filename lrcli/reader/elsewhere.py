"""Words that mean something in other tools' files: what to write for them here, as a whole line."""

from __future__ import annotations

from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.values import as_number

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
