"""What the fuzzer feeds: the texts it begins with, how it changes them, and expressions out of nothing."""

from __future__ import annotations

import random
from pathlib import Path

from lrcli.catalog.registry import all_types, type_names
from lrcli.expression import CONSTANTS, FUNCTIONS
from lrcli.expression.parser import VARIABLES
from lrcli.reader.build import KEYS
from lrcli.spec import READINGS, STEP_ORDERS

_HERE = Path(__file__).parent
LONGEST = 100_000  # characters of an input

_MARKS = (": ", ", ", "- ", "\n", "\n  ", "{", "}", "[", "]", '"', "'", "&a ", "*a", "<<: ", "!!str ", "? ", "| ", "> ",
          "#", "---\n", "...\n", "%YAML 1.2\n", "\t", "\ufeff", "\r\n", "\x85", "\u2028", "\u202e", "\x1b[31m", "\0",
          "é", "😀", "\ud800", "~", "null", "true", "on", "@", "`", "\\", "$")  # fmt: skip
_NUMBERS = ("0", "-1", "1", "2.5", "1e4", "1e-3", "1e308", "1e400", "-0.0", "010", "0x1F", "1_000", ".nan", "-.inf",
            "10ep", "500st", "10%", "0.1dur", "1e15ep", "-5%", "nan", "9" * 400, "1.10", "12:30:45",
            "2024-01-01")  # fmt: skip
_OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", " and ", " or ", " if ", " else ",
              "not ", "lambda x: ", "=", ":=", "&", "^", "~", "?", ",", ".", "(", ")", "[", "]", ";",
              "in ", "is ")  # fmt: skip
_VERSIONS = ("torch", "torch-", "torch-1.1", "torch-1.10", "torch-2.4", "torch-99", "1.10", "formula", "keras-3")

_FIELDS = tuple(dict.fromkeys(name for cls in all_types() for name in cls.__dataclass_fields__))
WORDS = tuple(
    dict.fromkeys(
        (*KEYS, *_FIELDS, *type_names(), "type", "for", "schedules", "metric", "torch", "read", "step_order", "saved",
         "last_epoch", "initial_lr", "step_epoch", "samples", "batch_size", "world_size", "grad_accum", "drop_last",
         "file", "column", "verbose", *READINGS, *STEP_ORDERS, *_VERSIONS, *_NUMBERS, *_MARKS)
    )
)  # fmt: skip
"""The dictionary: everything that the reader knows by name, and what YAML gives a meaning to."""
LOG_WORDS = (
    *(*_NUMBERS, *_MARKS, "lr", "lr: ", "LR=", "learning rate", " rate, ", "[0.1, 0.2]", "(1e-4,)", "1,000", "10/47"),
    *("Epoch 3", "epoch: [1/9]", "iter: ", "step ", "global_step=", "| 5/9 [", "[3][5/9]", "batch", "rank 1", "\r"),
    *("\b\b", "\x1b[32m", "200/200 [====] - ", "━━━", "| lr | 0.1 |", "-----", " " * 400, "lr" * 100),
    "{'learning_rate': 1e-5, 'epoch': 0.5}",
)
EXPRESSION_WORDS = (*VARIABLES, *CONSTANTS, *FUNCTIONS, *_OPERATORS, *_NUMBERS)


def specs() -> list[str]:
    """The sample specs, the specs of the tests, and the bad ones."""
    paths = [*(_HERE.parent / "schedules").glob("*.yaml"), *_HERE.glob("bad_specs/*.yaml"), *_HERE.glob("cli/*/*.yaml")]
    texts = (path.read_bytes().decode("utf-8", errors="replace") for path in sorted(paths))
    return list(dict.fromkeys(text for text in texts if len(text) < 5000))


def logs() -> list[str]:
    """The beginning of a log of each tool."""
    paths = sorted([*_HERE.glob("log_formats/*"), *_HERE.glob("logs/*.csv"), *_HERE.glob("logs/text_formats/*")])
    return list(dict.fromkeys(path.read_bytes()[:3000].decode("utf-8", errors="replace") for path in paths))


def metrics() -> list[str]:
    """Series as people store them."""
    return ["epoch,loss\n0,0.5\n1,nan\n", "0.5\n0.25\n", '{"a": 1}\n{"a": 2}\n', "[1, 2.5, null]", "a;b\n1;2\n"]


def emulations() -> list[str]:
    """What a spec may ask for after its `@`."""
    return [*_VERSIONS, *(f"torch-1.4:{word}" for word in (*READINGS, *STEP_ORDERS)), "torch-2.4:lr:scheduler_first"]


def settings() -> list[str]:
    """What `--set` may be given."""
    return ["schedule.gamma=0.5", "schedule.milestones=[1, 2]", "groups.head.lr=1", "lr=1e-3", "schedule.1.T_max=3"]


def expressions() -> list[str]:
    """Expressions as people write them."""
    return ["0.95 ** epoch", "1 - max(0, epoch - 9) / 11 if epoch < 20 else 0", "lambda t: cos(pi * t / 9) / 2 + 0.5",
            "round(log(epoch + 1), 2)", "9**9**9", "(-1) ** (t / 2)", "1 / (epoch - 3)"]  # fmt: skip


def expression(rnd: random.Random, depth: int) -> str:
    """An expression of at most that depth, by the rules of the language."""
    if depth <= 0 or rnd.random() < 0.15:
        return rnd.choice((*VARIABLES, *CONSTANTS, "0", "1", "2", "0.5", "1e308", "-3", "1e-320", "100"))

    def one() -> str:
        return expression(rnd, depth - 1)

    kind = rnd.randrange(6)
    if kind == 0:
        return f"({one()} {rnd.choice(_OPERATORS[:7])} {one()})"
    if kind == 1:
        name = rnd.choice(tuple(FUNCTIONS))
        return f"{name}({', '.join(one() for _ in range(rnd.randint(*sorted((FUNCTIONS[name][1], 2)))))})"
    if kind == 2:
        return f"({one()} if {one()} {rnd.choice(_OPERATORS[7:13])} {one()} else {one()})"
    if kind == 3:
        return f"-{one()}"
    if kind == 4:
        return f"({one()}{rnd.choice((' and ', ' or '))}not {one()})"
    return f"{one()} {rnd.choice(_OPERATORS[:7])} {one()}"


def soup(rnd: random.Random) -> str:
    """Words of the expression language in any order."""
    return "".join(rnd.choices(EXPRESSION_WORDS, k=rnd.randint(1, 30)))


def mutated(rnd: random.Random, text: str, others: list[str], words: tuple[str, ...] = WORDS) -> str:
    """The text after a few changes: characters, words of the dictionary, lines, pieces of other texts, repetition."""
    for _ in range(rnd.choice((1, 1, 2, 3, 5, 8))):
        at = rnd.randint(0, len(text))
        end = min(len(text), at + rnd.choice((1, 1, 2, 5, 20, 100)))
        kind = rnd.randrange(11)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind <= 3:
            text = text[:at] + rnd.choice(words) + text[end if kind == 3 else at :]
        elif kind == 4:
            text = text[:at] + chr(rnd.choice((rnd.randrange(128), rnd.randrange(0x3000)))) + text[at + 1 :]
        elif kind == 5:
            other = rnd.choice(others)
            start = rnd.randint(0, len(other))
            text = text[:at] + other[start : start + rnd.choice((5, 50, 500))] + text[end:]
        elif kind == 6:
            lines = text.split("\n")
            i, j = rnd.randrange(len(lines)), rnd.randrange(len(lines))
            lines[i], lines[j] = lines[j], lines[i] if rnd.random() < 0.5 else lines[j]
            text = "\n".join(lines)
        elif kind == 7:
            parts = text.split(" ")
            parts[rnd.randrange(len(parts))] = rnd.choice(words)
            text = " ".join(parts)
        elif kind == 8:
            text = text[:at] + text[at:end] * rnd.choice((2, 2, 10, 10, 100, 2000)) + text[end:]
        elif kind == 9:
            text = "\n".join(" " * rnd.randrange(3) + line for line in text.split("\n"))
        else:
            text = text[:at]
        text = text[:LONGEST]
    return text
