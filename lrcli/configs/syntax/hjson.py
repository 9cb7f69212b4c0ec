"""JSON as DeepSpeed reads it, with hjson: comments, and commas after the last value, are fine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lrcli.configs.nodes import text_scalar
from lrcli.configs.syntax.json import JsonReader
from lrcli.reader.nodes import Mapping
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Source


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    return apply_sets(HjsonReader(source).object(), sets, text_scalar)


class HjsonReader(JsonReader):
    """It takes what hjson takes beside JSON, but for texts without quotes."""

    blank = re.compile(r"(?:[ \t\n\r]|(?:#|//)[^\n]*|/\*.*?\*/)*", re.DOTALL)
    ends_with_comma = True
