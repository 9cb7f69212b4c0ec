"""Feeds the reader what nobody would write, and looks at what comes out: `python -m tests.fuzz`.

Samples, bad specs and logs are changed at random (characters, words of the reader's dictionary, lines, repetition), and
expressions are made of nothing. An input whose outcome was not seen before is changed further, so that the search goes
where the reader has something new to say. Only an LrcliError may come out, within a second and in bounded memory.
Command lines of `tests.grammar`, texts through pipes and named pipes, and files that two write at once are fed as well.
A line every ten seconds says how far it is.
The same seed gives the same inputs.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from lrcli.errors import LrcliError, SpecError
from lrcli.expression import Expression
from lrcli.inputs import Inputs
from lrcli.logs import Log
from lrcli.logs.formats.text import TextRows
from lrcli.logs.read import read_log
from lrcli.logs.series import series_of_log
from lrcli.reader import parse_text, read_spec
from lrcli.reader.emulation import parse_emulation
from lrcli.reader.metric import parse_series
from tests import fuzz_files, fuzz_inputs

SECONDS = 1.0  # of the processor, for one input: a busy machine is no slow reader
HANGS = 20  # seconds on the clock after which an input is stopped
MEGABYTES = 300  # that the process may grow by
TOLD = 10  # seconds between two lines that say how far it is
KEPT = 3000  # inputs with a new outcome that a target keeps

_GOOD = "{lr: 0.1, epochs: 9, groups: [{name: head}], schedule: {type: multistep, milestones: [3]}}"
_EPOCHS = (0, 1, 7, 1e15, -2.5)


class Hang(BaseException):
    """An input that does not come to an end."""


@dataclass
class Target:
    """One way into the package: what is fed, of how many in a hundred inputs, and what the search begins with."""

    name: str
    share: int
    feed: Callable[[str], str]
    inputs: list[str]
    words: tuple[str, ...] = fuzz_inputs.WORDS
    make: Callable[[random.Random], str] | None = None
    outcomes: dict[str, int] = field(default_factory=dict)
    fed: int = 0
    slowest: float = 0.0
    slowest_input: str = ""

    def next_input(self, rnd: random.Random) -> str:
        """An input that nobody has seen."""
        if self.make is not None and rnd.random() < 0.5:
            return self.make(rnd)
        return fuzz_inputs.mutated(rnd, rnd.choice(self.inputs), self.inputs, self.words)

    def learn(self, text: str, outcome: str) -> None:
        """Count the outcome; a new one makes its input a beginning of others."""
        if outcome not in self.outcomes and len(text) < 5000 and len(self.outcomes) < KEPT:
            self.inputs.append(text)
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


def _spec(text: str) -> str:
    spec = parse_text(text)
    return f"a spec of {[type(group.schedule).__name__ for group in spec.groups][:3]}, {len(spec.notes)} notes"


def _expression(text: str) -> str:
    expression, values = Expression(text), 0
    for epoch in _EPOCHS:
        try:
            value = expression(epoch)
        except (ArithmeticError, ValueError):  # where it has no value, it says so
            continue
        assert isinstance(value, float)
        values += 1
    return f"an expression with {values} values"


def _emulation(text: str) -> str:
    emulation = parse_emulation(text)
    return "formula" if emulation is None else f"torch {emulation.release}"


def _log(text: str) -> str:
    data = text.encode(errors="surrogatepass")
    log = read_log("-", inputs=Inputs.of(data))
    assert _rows(log) == _rows(_read_line_by_line(data)), "text in blocks gives other rows than line by line"
    return f"a log in {log.unit}s, {series_of_log(log).unit}, {len(log.lrs)} columns, {len(log.remarks)} remarks"


def _read_line_by_line(data: bytes) -> Log:
    """The log, read without looking at many lines at once."""
    together = TextRows._together
    TextRows._together = lambda self, block, lines: False  # type: ignore[method-assign]
    try:
        return read_log("-", inputs=Inputs.of(data))
    finally:
        TextRows._together = together  # type: ignore[method-assign]


def _rows(log: Log) -> str:
    columns = {name: list(column) for name, column in log.lrs.items()}
    return repr((log.unit, list(log.positions), columns, log.runs, log.rounding, log.remarks))


def _metric(text: str) -> str:
    return f"a metric of {len(parse_series(text.encode(errors='surrogatepass'), None)) > 1}"


def _setting(text: str) -> str:
    return f"set to {len(read_spec(_GOOD, sets=[text]).notes)} notes"


def _command(text: str) -> str:
    """A command line of the grammar; the text is only where it begins at random."""
    from tests.test_no_internal_error import MADE, holds

    rnd = random.Random(text)
    args = rnd.choice(MADE)(rnd)
    holds(*args)
    return args[0]


def targets() -> list[Target]:
    """All ways in."""

    def made(rnd: random.Random) -> str:
        return fuzz_inputs.soup(rnd) if rnd.random() < 0.3 else fuzz_inputs.expression(rnd, rnd.randrange(7))

    files = [*fuzz_inputs.specs()[:9], "lr: 0.1\n", "epoch,lr\n0,0.1\n1,0.05\n2,0.025\n" * 100, *fuzz_inputs.logs()[:9]]
    return [
        Target("spec", 55, _spec, fuzz_inputs.specs()),
        Target("expression", 20, _expression, fuzz_inputs.expressions(), fuzz_inputs.EXPRESSION_WORDS, made),
        Target("log", 12, _log, fuzz_inputs.logs(), fuzz_inputs.LOG_WORDS),
        Target("--set", 5, _setting, fuzz_inputs.settings()),
        Target("emulation", 4, _emulation, fuzz_inputs.emulations()),
        Target("metric", 4, _metric, fuzz_inputs.metrics()),
        Target("command", 3, _command, ["0"], make=lambda rnd: str(rnd.getrandbits(64))),
        *(
            []
            if not hasattr(os, "mkfifo")
            else [
                Target("pipe", 2, fuzz_files.through_a_pipe, files),
                Target("named pipe", 2, fuzz_files.through_a_named_pipe, files),
                Target("two writers", 1, fuzz_files.by_two_writers, files),
            ]
        ),
    ]


def kind_of(error: LrcliError) -> str:
    """What an error says, without the names and numbers in it."""
    if isinstance(error, SpecError):
        return " ".join(sorted({problem.code for problem in error.problems})) + _bare(error.problems[0].message)
    return _bare(str(error))


def _bare(message: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"|[-+.\w]*\d[-+.\w]*", "?", message[:200].partition("\n")[0])[:80]


def memory() -> float:
    """The most megabytes that this process had so far; NaN where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists() and (match := re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))):
        return int(match[1]) / 2**10  # getrusage remembers the process that started this one
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def fuzz(inputs: int, seed: int) -> tuple[list[Target], list[str]]:
    """Feed so many inputs: (the targets with their figures, what went wrong)."""
    rnd, found = random.Random(seed), targets()
    violations: list[str] = []
    shares = [target.share for target in found]
    begun = time.monotonic()
    told = begun
    for n in range(inputs):
        if time.monotonic() > told + TOLD:
            told = time.monotonic()
            print(f"{n:,} of {inputs:,} inputs in {told - begun:.0f} s, {len(violations)} violations", flush=True)
        (target,) = rnd.choices(found, shares)
        text = target.next_input(rnd)
        signal_after(HANGS)
        begin = time.process_time()
        try:
            outcome = target.feed(text)
        except LrcliError as error:
            outcome = kind_of(error)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # also SystemExit and Hang: none of them is the reader's own error
            outcome = f"{type(error).__name__}: {error}"[:60]
            if outcome not in target.outcomes:
                trace = "".join(traceback.format_exception(error)[-4:])
                violations.append(f"input {n} ({target.name}): {trace}{text[:2000]!r}")
        taken = time.process_time() - begin
        signal_after(0)
        if taken > SECONDS:
            violations.append(f"input {n} ({target.name}): {taken:.2f} s for {len(text):,} characters: {text[:500]!r}")
        target.fed += 1
        if taken > target.slowest:
            target.slowest, target.slowest_input = taken, text
        target.learn(text, outcome)
    return found, violations


def signal_after(seconds: float) -> None:
    """Hang is raised after so many seconds, never after 0."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _hangs(number: int, frame: FrameType | None) -> None:
    raise Hang(f"no end after {HANGS} s")


def main() -> int:
    """Print the figures; 1 when something came out that must not, took too long or filled the memory."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Feed the reader at random")
    parser.add_argument("--inputs", type=int, default=200_000, help="how many (default: 200000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other inputs (default: 0)")
    options = parser.parse_args()
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _hangs)
    warnings.simplefilter("error")  # what would be printed behind the reader's back is an error, too
    sys.stdin = io.TextIOWrapper(io.BytesIO(b""))  # a spec may say `file: -`
    before, begin = memory(), time.perf_counter()
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # a spec may name files: there are none
        try:
            found, violations = fuzz(options.inputs, options.seed)
        finally:
            os.chdir(home)
    seconds = time.perf_counter() - begin
    print(f"{'':<12} {'inputs':>9} {'outcomes':>9} {'slowest':>9}  of characters")
    for target in found:
        slowest = f"{1000 * target.slowest:.0f} ms"
        print(
            f"{target.name:<12} {target.fed:>9,} {len(target.outcomes):>9,} {slowest:>9}  {len(target.slowest_input):,}"
        )
    peak = memory()
    print(f"{options.inputs:,} inputs of seed {options.seed} in {seconds:.0f} s, ", end="")
    print(f"peak memory {peak:.0f} MB ({before:.0f} MB before the first)")
    if peak - before > MEGABYTES:
        violations.append(f"the process grew by {peak - before:.0f} MB, more than {MEGABYTES} MB")
    for violation in violations:
        print(f"\n{violation}")
    print(f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
