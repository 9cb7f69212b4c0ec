"""A spec of our own in TOML, or in JSON that YAML does not take (tabs)."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format

_MARKS = ("schedule", "epochs|steps")


def translate(config: Config, draft: Draft) -> None:
    for key, value in config.root.entries:
        draft.put(key.text, value)


FORMAT = Format("spec_text", "a spec of lrcli's own in TOML or JSON", ("toml", "json"), translate, _MARKS)
