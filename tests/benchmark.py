"""How fast lrcli is, in ratios to what it is measured against: `python -m tests.benchmark`.

Everything is measured side by side in one run, taking turns, and reported as medians. Times depend on the machine,
ratios hardly. With torch installed (or `--torch-python PATH` of an environment that has it), torch is measured too.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lrcli.reader import parse_text
from lrcli.schedules.plateau import Plateau
from lrcli.series import series_of
from lrcli.spec import Spec
from tests import benchmark_frameworks, benchmark_loops

LRCLI = [sys.executable, "-m", "lrcli"]
if (script := shutil.which("lrcli", path=str(Path(sys.executable).parent))) is not None:
    LRCLI = [script]


class Result(NamedTuple):
    """One line of the report: `ours` and `theirs` in seconds or MB, `ratio` and its limit as printed."""

    what: str
    ours: str
    theirs: str
    ratio: str
    limit: str
    ok: bool


def main() -> int:
    """Print the report, a line as soon as it is known; 1 when something is over its limit."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description="How fast lrcli is, as ratios")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and shorter runs: a look, not a measurement")
    parser.add_argument("--torch-python", default=sys.executable, help="a Python that has torch (default: this one)")
    options = parser.parse_args()
    print(f"{'what':<56} {'lrcli':>10} {'baseline':>10} {'ratio':>8} {'limit':>8}")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for result in _results(Path(folder), options.quick, options.torch_python):
            good = good and result.ok
            what, ours, theirs, ratio, limit, ok = result
            print(f"{what:<56} {ours:>10} {theirs:>10} {ratio:>8} {limit:>8}  {'ok' if ok else 'OVER'}", flush=True)
    return 0 if good else 1


def _results(folder: Path, quick: bool, torch_python: str) -> Iterator[Result]:
    rounds = 3 if quick else 15
    spec = folder / "step.yaml"
    spec.write_text("lr: 0.1\nepochs: 100\nschedule: {type: step, step_size: 30}\n", encoding="utf-8")
    yield from _commands(_made(folder, spec), rounds)
    yield from _replays(100_000 if quick else 1_000_000, 3 if quick else 5)
    yield from _frameworks(3 if quick else 5)
    yield from _plots(folder, rounds)
    yield from _streams(folder, 300_000 if quick else 10_000_000, 1 if quick else 3)
    yield from _logs(folder, 300_000 if quick else 10_000_000, 1 if quick else 3)
    yield from _torch(spec, folder, torch_python, 1 if quick else 5)


COMMANDS = {
    "at SPEC 50": 1.25,
    "table SPEC --format csv": 1.25,
    "diff SPEC SPEC": 1.3,
    "versions SPEC": 1.4,
    "check SPEC": 1.5,
    "plot SPEC": 1.6,
    "versions": 1.3,
    "steps SPEC": 1.3,
    "new step": 1.3,
    "help spec": 1.3,
    "formats": 1.4,
    "convert SPEC --to torch": 1.6,
    "solve SPEC gamma --at 50=0.05": 1.7,
    "find RANGE": 1.6,
    "types step": 1.7,
    "types": 3.2,
    "schema": 4.8,
    "at LOG 50": 1.4,
    "table LOG --format csv": 1.5,
    "diff SPEC LOG": 1.6,
    "explain SPEC LOG": 2.0,
    "fit LOG": 1.9,
    "fit CURVE": 3.5,
    "at TEXT 50": 1.5,
    "table TEXT --format csv": 1.5,
    "diff SPEC TEXT": 1.7,
    "explain SPEC TEXT": 2.0,
    "fit TEXT": 1.9,
}
"""Every command, of 100 epochs, and how many times as long as their two imports they may take."""


def _made(folder: Path, spec: Path) -> dict[str, str]:
    """The inputs of the commands: a spec, its log as CSV and as what a loop prints, a log of a curve, a range test."""
    lrs = series_of(parse_text(spec.read_text(encoding="utf-8"))).blocks()
    rows = [lr for block in lrs for lr in block.groups[0].lr]
    texts = {
        "LOG": ("run.csv", "epoch,lr\n" + "".join(f"{t},{lr!r}\n" for t, lr in enumerate(rows))),
        "TEXT": ("run.log", "".join(f"Epoch {t}: loss 1.25, lr {lr:.6g}\n" for t, lr in enumerate(rows))),
        "CURVE": ("curve.csv", "step,lr\n" + "".join(f"{t},{_warmed(t)!r}\n" for t in range(0, 400, 10))),
        "RANGE": ("range.csv", "lr,loss\n" + "".join(f"{10 ** (t / 10 - 8)!r},{2 - (t > 30)}\n" for t in range(100))),
    }
    for name, text in texts.values():
        (folder / name).write_text(text, encoding="utf-8")
    return {"SPEC": str(spec), **{word: str(folder / name) for word, (name, _) in texts.items()}}


def _warmed(t: int) -> float:
    """A warmup of 50 steps and half a cosine, as of a Trainer."""
    return 3e-4 * (t / 50 if t < 50 else 0.5 * (1.0 + math.cos(math.pi * (t - 50) / 350)))


def _commands(inputs: dict[str, str], rounds: int) -> Iterator[Result]:
    theirs = [sys.executable, "-c", "import typer, yaml"]
    for command, limit in COMMANDS.items():
        ours = [*LRCLI, *(inputs.get(word, word) for word in command.split())]
        _run(ours)()  # compiles what has changed
        yield _processes(f"{command} / import typer, yaml", ours, theirs, limit, rounds)


def _environment() -> dict[str, str]:
    """The environment of a user, who has compiled modules."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _median_times(calls: tuple[Callable[[], object], Callable[[], object]], rounds: int) -> tuple[float, float]:
    """The median seconds of both, taking turns, so that a busy moment of the machine meets both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for call, taken in zip(calls, times, strict=True):
            begin = time.perf_counter()
            call()
            taken.append(time.perf_counter() - begin)
    return statistics.median(times[0]), statistics.median(times[1])


def _compared(what: str, ours: float, theirs: float, limit: float) -> Result:
    ratio = ours / theirs
    return Result(what, _seconds(ours), _seconds(theirs), f"{ratio:.2f}", f"<= {limit:g}", ratio <= limit)


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def _run(command: list[str]) -> Callable[[], object]:
    environment = _environment()

    def run() -> None:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        assert done.returncode in (0, 1), command  # 1 is an answer: different

    return run


def _processes(what: str, ours: list[str], theirs: list[str], limit: float, rounds: int) -> Result:
    return _compared(what, *_median_times((_run(ours), _run(theirs)), rounds), limit)


def _replays(steps: int, rounds: int) -> Iterator[Result]:
    for name, loop in benchmark_loops.loops().items():
        spec = _replay_spec(name, loop, steps)

        def ours(spec: Spec = spec) -> list[float]:
            stored: list[float] = []
            for block in series_of(spec).blocks(("lr",)):
                stored += block.groups[0].lr
            return stored

        def theirs(name: str = name) -> list[float]:
            # a fresh one each time: two of the rules keep a state
            return benchmark_loops.run(benchmark_loops.loops()[name], steps)

        assert ours() == theirs(), f"{name}: the bare loop computes something else"
        yield _compared(f"replay of {steps:,} steps, {name} / bare loop", *_median_times((ours, theirs), rounds), 1.5)


def _frameworks(rounds: int) -> Iterator[Result]:
    steps = benchmark_frameworks.STEPS
    for name, loop in benchmark_frameworks.loops().items():
        text = f"{{lr: 0.1, steps: {steps}, schedule: {loop.yaml}}}"

        def ours(text: str = text) -> list[float]:
            stored: list[float] = []
            for block in series_of(parse_text(text)).blocks(("lr",)):
                stored += block.groups[0].lr
            return stored

        def theirs(name: str = name) -> list[float]:
            return benchmark_frameworks.run(benchmark_frameworks.loops()[name], steps)

        assert ours() == theirs(), f"{name}: the bare loop computes something else"
        yield _compared(f"{steps:,} steps of {name} / bare loop", *_median_times((ours, theirs), rounds), 1.5)


def _replay_spec(name: str, loop: benchmark_loops.Loop, steps: int) -> Spec:
    release = "torch-1.3" if name.endswith("torch-1.3") else "torch-2.13"
    # a series as long as the run, without parsing a million numbers from text
    yaml = loop.yaml.replace("METRIC", "[1.0]")
    length = 1 if yaml != loop.yaml else steps
    spec = parse_text(f"{{lr: 0.1, steps: {length}, emulate: '{release}:lr', schedule: {yaml}}}")
    if length == steps:
        return spec
    (group,) = spec.groups
    assert isinstance(group.schedule, Plateau)
    schedule = replace(group.schedule, metric=(1.0,) * steps)
    return replace(spec, length=steps, groups=(replace(group, schedule=schedule),))


def _plots(folder: Path, rounds: int) -> Iterator[Result]:
    short, long = folder / "short.yaml", folder / "long.yaml"
    for path, steps in ((short, 100), (long, 1_000_000_000)):
        path.write_text(f"lr: 0.1\nsteps: {steps}\nschedule: {{type: cosine_restarts, T_0: 10%}}\n", encoding="utf-8")
    ours, theirs = [*LRCLI, "plot", str(long)], [*LRCLI, "plot", str(short)]
    yield _processes("plot of 1,000,000,000 steps / of 100 steps", ours, theirs, 1.3, rounds)
    peak, other = _peak_mb(ours), _peak_mb(theirs)
    yield Result("peak memory of those", _mb(peak), _mb(other), f"{peak / other:.2f}", "< 60 MB", peak < 60)


_STREAM = """
import sys
write, lr = sys.stdout.write, 0.1
write("step,lr\\n")
for t in range(int(sys.argv[1])):
    if t and t % 1000 == 0:
        lr = 0.1 * 0.999 ** (t // 1000)
    write(f"{t},{lr!r}\\n")
"""


def _streams(folder: Path, steps: int, rounds: int) -> Iterator[Result]:
    def command(length: int) -> list[str]:
        path = folder / f"stream{length}.yaml"
        path.write_text(f"lr: 0.1\nsteps: {length}\nschedule: {{type: step, step_size: 1000, gamma: 0.999}}\n")
        return [*LRCLI, "table", str(path), "--format", "csv"]

    bare = [sys.executable, "-c", _STREAM, str(steps)]
    yield _processes(f"table --format csv of {steps:,} steps / bare loop", command(steps), bare, 2, rounds)
    peak, other = _peak_mb(command(steps)), _peak_mb(command(steps // 2))
    what, ratio = "peak memory of that / of half as many steps", peak / other
    yield Result(what, _mb(peak), _mb(other), f"{ratio:.2f}", "<= 1.05", ratio <= 1.05)


_LOG = """
import sys
length, name, form = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with open(name, "w") as file:
    if form == "csv":
        file.write("step,lr\\n")
    for t in range(length):
        lr = 0.1 * 0.999 ** (t // 1000)
        file.write(f"{t},{lr!r}\\n" if form == "csv" else f"step {t} | loss 1.25 | lr {lr!r}\\n")
"""

_BARE = """
import csv, re, sys
rates = {}
with open(sys.argv[1], newline="") as file:
    if sys.argv[2] == "csv":
        rows = csv.reader(file)
        next(rows)
        for step, lr in rows:
            rates[int(step)] = float(lr)
    else:
        pattern = re.compile(r"step (\\d+) .*lr (\\S+)")
        for line in file:
            match = pattern.search(line)
            rates[int(match[1])] = float(match[2])
print(rates[int(sys.argv[3])])
"""


def _logs(folder: Path, rows: int, rounds: int) -> Iterator[Result]:
    """A long log, as CSV and (a tenth as long) as lines of text, against a loop that reads it."""
    for form, length, limit in (("csv", rows, 1.5), ("text", rows // 10, 2.5)):
        log = str(folder / f"long.{form}")
        subprocess.run([sys.executable, "-c", _LOG, str(length), log, form], check=True)
        ours, theirs = [*LRCLI, "at", log, str(length - 1)], [sys.executable, "-c", _BARE, log, form, str(length - 1)]
        yield _processes(f"at in a log of {length:,} rows, {form} / bare loop", ours, theirs, limit, rounds)


_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _peak_mb(command: list[str]) -> float:
    """Peak memory of a process: asked of a small parent, because a child begins with its parent's peak."""
    peak = int(subprocess.run([sys.executable, "-c", _PEAK, *command], check=True, stdout=subprocess.PIPE).stdout)
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _mb(value: float) -> str:
    return f"{value:.1f} MB"


_TORCH = """
import sys, torch, warnings
warnings.simplefilter("ignore")
optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)
for t in range(int(sys.argv[1])):
    lr = optimizer.param_groups[0]["lr"]
    if sys.argv[2] == "table":
        print(t, lr, sep=",")
    scheduler.step()
print(lr)
"""


def _torch(spec: Path, folder: Path, python: str, rounds: int) -> Iterator[Result]:
    if subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode:
        print("torch is not installed here: the comparison with it is left out")
        return
    table = [*LRCLI, "table", f"{spec}@torch-2.13:lr", "--format", "csv"]
    at = [*LRCLI, "at", f"{spec}@torch-2.13:lr", "999999"]
    for what, ours, theirs, limit in (
        ("table of 100 epochs / a torch script", table, [python, "-c", _TORCH, "100", "table"], 20),
        ("at 999999 / a torch script", at, [python, "-c", _TORCH, "1000000", "at"], 8),
    ):
        mine, torchs = _median_times((_run(ours), _run(theirs)), rounds)
        faster = torchs / mine
        yield Result(what, _seconds(mine), _seconds(torchs), f"{faster:.0f}x", f">= {limit}x", faster >= limit)


if __name__ == "__main__":
    sys.exit(main())
