"""Reading a detectron2 config: `_BASE_` files, and values that are Python literals in a text."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Any

from lrcli.configs.beside import file_beside
from lrcli.configs.config import Config
from lrcli.configs.draft import Draft
from lrcli.configs.nodes import Value, entry_at, mapping_of, sequence_of, text_of
from lrcli.configs.syntax.pyyaml import read
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, refuse

_MOST_BASES = 16


def merged(config: Config) -> tuple[Mapping, Place | None]:
    """(the mapping over those that it is based on, where a `_BASE_` stands that is not here)."""
    root, source = config.root, config.source
    chain = [root]
    for _ in range(_MOST_BASES):
        base = root.get("_BASE_")
        if base is None:
            return _over(chain), None
        name = base.value if isinstance(base, Scalar) else None
        if not isinstance(name, str) or not name:
            raise refuse(base.place, "wrong-type", f"_BASE_ must be the name of a file, not {base}")
        try:
            source = file_beside(config.inputs, source, name, base.place)
        except SpecError:
            return _over(chain), base.place
        root = read(source)
        chain.append(root)
    raise refuse(config.place("_BASE_"), "limit", f"more than {_MOST_BASES} files are based on each other")


def _over(chain: list[Mapping]) -> Mapping:
    """The first mapping, with what it lacks from the next ones."""
    result = chain[-1]
    for upper in reversed(chain[:-1]):
        result = _merge(upper, result)
    return result


def _merge(upper: Mapping, lower: Mapping) -> Mapping:
    entries: dict[str, tuple[Scalar, Node]] = {key.text: (key, value) for key, value in lower.entries}
    for key, value in upper.entries:
        below = entries.get(key.text)
        both = isinstance(value, Mapping) and below is not None and isinstance(below[1], Mapping)
        if both and below is not None and isinstance(value, Mapping) and isinstance(below[1], Mapping):
            entries[key.text] = key, _merge(value, below[1])
        else:
            entries[key.text] = key, value
    return mapping_of(entries.values(), upper.place)


def solver_of(config: Config, missing: Place | None) -> SolverKeys:
    """The SOLVER of a config, its values read as yacs reads them: a text that is a Python literal is that literal."""
    solver = entry_at(config.root, "SOLVER")[1]
    if not isinstance(solver, Mapping):
        raise config.fail("SOLVER", "wrong-type", f"SOLVER must be a mapping, not {solver}")
    entries = ((key, _decoded(value)) for key, value in solver.entries)
    inner = mapping_of(entries, solver.place)
    root = config.root
    config.root = replace(root, entries=tuple((k, inner if k.text == "SOLVER" else v) for k, v in root.entries))
    return SolverKeys(config, missing)


def _decoded(node: Node) -> Node:
    """A node as yacs decodes it."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or len(node.value) > 10_000:
        return node
    try:
        value = ast.literal_eval(node.value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return node
    return _node(value, node)


def _node(value: Any, node: Scalar) -> Node:
    if isinstance(value, (list, tuple)):
        return sequence_of((_node(item, node) for item in value), node.place)
    if value is None or isinstance(value, (bool, int, float)):
        return Value(node.place, text_of(value), read=value)
    return Value(node.place, value, False, read=value) if isinstance(value, str) else node


@dataclass(frozen=True)
class SolverKeys:
    """The SOLVER block. `missing` is where a `_BASE_` stands that is not here: then a default cannot be known."""

    config: Config
    missing: Place | None

    def _default(self, key: str) -> None:
        if self.missing is not None and not self.config.has(f"SOLVER.{key}"):
            message = f"SOLVER.{key} may stand in the file that this one is based on, which is not here"
            raise refuse(self.missing, "file", message, f"put that file beside this one, or --set SOLVER.{key}=...")

    def number(self, key: str, default: float) -> float:
        """A number, or detectron2's default."""
        if key not in ("REFERENCE_WORLD_SIZE", "BIAS_LR_FACTOR", "BACKBONE_MULTIPLIER", "BASE_LR_END"):
            self._default(key)
        return self.config.number(f"SOLVER.{key}", default)

    def text(self, key: str, default: str) -> str:
        """A text, or detectron2's default."""
        self._default(key)
        return self.config.text(f"SOLVER.{key}", default)

    def flag(self, key: str) -> bool:
        """True or false; false is the default."""
        return self.config.flag(f"SOLVER.{key}")

    def numbers(self, key: str, default: list[float]) -> list[float]:
        """A list of numbers, or detectron2's default."""
        self._default(key)
        node = self.config.known(f"SOLVER.{key}")
        if isinstance(node, Sequence) or node is None:
            found = self.config.numbers(f"SOLVER.{key}")
            return default if found is None else list(found)
        return [self.config.number_of(node, key)]

    def place(self, key: str) -> Place:
        """The place of a value."""
        return self.config.value_place(f"SOLVER.{key}")

    def fail(self, key: str, message: str) -> SpecError:
        """The error of a value."""
        return refuse(self.place(key), "bad-value", message)

    def put(self, draft: Draft, path: str, key: str, value: Any) -> None:
        """Write a value, with where it comes from."""
        given = self.config.has(f"SOLVER.{key}")
        same = path.rpartition(".")[2] == key
        draft.put(path, value, at=self.place(key), why=("" if same else key) if given else "detectron2's default")

    def check_steps(self, steps: list[float], length: int) -> None:
        """Refuse the milestones that fvcore refuses; tell of those that never come."""
        if any(step % 1 for step in steps):
            raise self.fail("STEPS", "STEPS must be whole numbers")
        if length in steps:
            message = (
                "ValueError: Milestone must be smaller than total number of updates: "
                f"num_updates={length}, milestone={length}"
            )
            help = "STEPS must be below MAX_ITER (projects with a solver of their own may train on)"
            raise refuse(self.place("STEPS"), "framework-raises", message, help)
        kept = [step for step in steps if step < length]
        if kept != sorted(set(kept)) or any(step <= 0 for step in kept):
            shown = [int(step) for step in kept]
            message = f"ValueError: Milestones must be a list of positive increasing integers, not {shown}"
            raise refuse(self.place("STEPS"), "framework-raises", message)
        late = [str(int(step)) for step in steps if step > length]
        if late:
            what = f"STEPS {', '.join(late)} lie past MAX_ITER {length}: detectron2 leaves them out"
            self.config.remark("SOLVER.STEPS", "milestone-outside", what)

    def put_poly(self, draft: Draft, length: int, values: dict[str, float]) -> None:
        """Write WarmupPolyLR of the DeepLab project, whose warmup multiplies the curve."""
        power = self.config.number("SOLVER.POLY_LR_POWER", 0.9)
        ending = self.config.number("SOLVER.POLY_LR_CONSTANT_ENDING", 0.0)
        warm, factor = int(values["WARMUP_ITERS"]), values["WARMUP_FACTOR"]
        if self.text("WARMUP_METHOD", "linear") != "linear":
            raise self.fail("WARMUP_METHOD", "WarmupPolyLR is read with WARMUP_METHOD linear only")
        curve = f"max(0, 1.0 - epoch / {length}) ** {power!r}"
        if ending:
            curve = f"max({curve}, {ending!r})"
        ramp = f"({factor!r} * (1 - epoch / {warm}) + epoch / {warm}) * "
        text = f"{ramp}max(0, 1.0 - epoch / {length}) ** {power!r} if epoch < {warm} else {curve}" if warm else curve
        at = self.place("LR_SCHEDULER_NAME")
        draft.put("schedule.type", "lambda", at=at, why="WarmupPolyLR of the DeepLab project")
        draft.put("schedule.lr_lambda", text, at=at)
