"""The promises of the plan of the house: what a new framework or type is, and what names and files are called."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import lrcli
import lrcli.frameworks
import lrcli.render.pictures
import lrcli.render.tables
import lrcli.schedules
from lrcli.catalog import registry
from lrcli.schedules.base import parameters
from tests.cli_world import Outcome, run_cli

PACKAGE = Path(lrcli.__file__).parent

TOY_INIT = '''"""A framework that exists in this test alone."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("toyworks", "Toyworks", examined=("1.0", "2.0"))
'''

TOY_TYPE = '''"""A ramp."""

from __future__ import annotations

from dataclasses import dataclass

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import number


@dataclass(frozen=True)
class ToyRamp(Schedule):
    """Climb by a share of the base learning rate at each step.

    lr(t) = base_lr * (1 + slope * t)

    >>> ToyRamp(slope=0.5).lr_at(2, base_lr=1.0)
    2.0

    Source: none.
    """

    name = "NAME"

    slope: float = number(0.5, doc="what a step adds")

    def lr_at(self, t: int, base_lr: float) -> float:
        return base_lr * (1 + self.slope * t)
'''

TOY_TWIN = '''

@dataclass(frozen=True)
class ToyWarmedRamp(ToyRamp):
    """The same, from a second step on."""

    name = "NAME"
    aliases = ("toy_warmed",)

    def lr_at(self, t: int, base_lr: float) -> float:
        return super().lr_at(max(t - 1, 0), base_lr)
'''

TOY_LIST = '''"""A list."""

from __future__ import annotations

from dataclasses import dataclass

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import data


@dataclass(frozen=True)
class ToyList(Schedule):
    """Multiply with a share for each step.

    >>> ToyList((2.0,)).lr_at(0, 1.0)
    2.0
    """

    name = "toyworks.ToyList"

    shares: tuple = data(doc="of each step", takes="a list", example="[1]", tried=lambda curve: [tuple(curve.rates)])

    def lr_at(self, t: int, base_lr: float) -> float:
        return base_lr * self.shares[t]
'''

RISING = "{lr: 1, epochs: 3, schedule: {type: lambda, lr_lambda: 1 + epoch / 2}}"


def _twins(what: str, name: str, second_name: str) -> str:
    """A module of two types."""
    return (TOY_TYPE.replace("NAME", name) + TOY_TWIN.replace("NAME", second_name)).replace("Ramp", what)


def _forget_types() -> None:
    for lookup in vars(registry).values():
        if hasattr(lookup, "cache_clear"):
            lookup.cache_clear()


@pytest.fixture
def toyworks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A framework that is a folder somewhere else."""
    folder = tmp_path / "toyworks"
    folder.mkdir()
    (folder / "__init__.py").write_text(TOY_INIT)
    (folder / "toyramp.py").write_text(TOY_TYPE.replace("NAME", "toyworks.ToyRamp"))
    (folder / "family.py").write_text(_twins("Climb", "toyworks.ToyClimb", "toyworks.ToyWarmedClimb"))
    (folder / "toylist.py").write_text(TOY_LIST)
    monkeypatch.setattr(lrcli.frameworks, "__path__", [*lrcli.frameworks.__path__, str(tmp_path)])
    yield from _with_new_types()


@pytest.fixture
def toywave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A type of ours that is one file, and nothing else."""
    (tmp_path / "toywave.py").write_text(_twins("Wave", "toywave", "toywarmedwave"))
    monkeypatch.setattr(lrcli.schedules, "__path__", [*lrcli.schedules.__path__, str(tmp_path)])
    yield from _with_new_types()


def _with_new_types() -> Iterator[None]:
    importlib.invalidate_caches()
    _forget_types()
    yield
    _forget_types()


def _good(*args: str, status: int = 0) -> Outcome:
    outcome = run_cli(*args)
    assert (status, "internal error" in outcome.stderr) == (outcome.status, False), (args, outcome)
    return outcome


def _passes_everywhere(name: str) -> None:
    spec = f"{{lr: 1, epochs: 3, schedule: {{type: {name}}}}}"
    assert "1.0\n1.5\n2.0\n" == _good("at", spec, "0", "1", "2").stdout
    assert "epoch,lr\n0,1.0\n1,1.5\n2,2.0\n" == _good("table", spec, "--format", "csv").stdout
    assert "learning rate" in _good("plot", spec, "--ascii").stdout
    assert "identical" in _good("diff", spec, spec).stdout
    assert "<svg" in _good("plot", spec, "--format", "svg").stdout
    assert "no findings" in _good("check", spec).stdout
    not_replayed = f"{name} is no schedule of PyTorch: no release of torch replays it"
    if name.startswith("toyworks"):
        assert "toyworks 1.0-2.0  3 epochs" in _good("versions", spec).stdout
    else:
        assert not_replayed in _good("versions", spec, status=2).stderr
    assert name in _good("types").stdout
    assert "what a step adds" in _good("types", name).stdout
    assert not_replayed in _good("at", f"{spec}@torch-2.4", "0", status=2).stderr
    assert "refused" in _good("check", f"{spec}@torch-2.4", status=1).stdout


@pytest.mark.usefixtures("toyworks")
def test_a_framework_is_a_folder() -> None:
    """A folder on the path is a framework: every command has its types, and the schema knows them."""
    _passes_everywhere("toyworks.ToyRamp")
    assert "toyworks.ToyRamp" in json.dumps(json.loads(_good("schema").stdout))
    assert "1.5\n" == _good("at", "{lr: 1, epochs: 3, schedule: {type: ToyRamp}}", "1").stdout


@pytest.mark.usefixtures("toyworks")
@pytest.mark.parametrize("name", ["toyworks.ToyWarmedClimb", "toyworks.toy_warmed", "ToyWarmedClimb"])
def test_a_family_is_a_file(name: str) -> None:
    """Types of a framework may share a module of any name; each is found by its own name and its aliases."""
    assert "1.0\n1.5\n" == _good("at", f"{{lr: 1, epochs: 3, schedule: {{type: {name}}}}}", "1", "2").stdout
    assert ["toyworks.ToyClimb", "toyworks.ToyList", "toyworks.ToyRamp", "toyworks.ToyWarmedClimb"] == [
        cls.name for cls in registry.framework_types("toyworks")
    ]


@pytest.mark.usefixtures("toyworks")
def test_a_framework_takes_part_in_convert() -> None:
    """What its keys may be made of stands in its folder: by their kinds, or as a function of the curve."""
    assert re.search(
        "largest gap 0 .*type: toyworks.Toy(Ramp|Climb)\n$",
        _good("convert", RISING, "--to", "toyworks").stdout,
        re.DOTALL,
    )
    outcome = _good("convert", "{lr: 1, epochs: 3, schedule: {type: exponential, gamma: 3}}", "--to", "toyworks")
    assert "largest gap 0 " in outcome.stdout
    assert "shares: [1.0, 3.0, 9.0]" in outcome.stdout


def test_no_framework_in_the_search_for_its_words() -> None:
    """The search knows no key of a framework but by its kind and by what its name says in English."""
    keys = {
        f.name for name in registry.framework_names() for cls in registry.framework_types(name) for f in parameters(cls)
    }
    keys -= {f.name for cls in registry.general_types() for f in parameters(cls)}
    keys -= {"alpha", "cycle", "learning_rate", "min_lr", "scale", "warmup", "schedule", "steps", "epochs"}
    for path in (PACKAGE / "infer" / "port").glob("*.py"):
        texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        assert set() == keys.intersection(text for text in texts if isinstance(text, str)), path.name


@pytest.mark.usefixtures("toywave")
def test_a_schedule_is_a_file() -> None:
    """A type without a replay is not replayed, and crashes nothing."""
    _passes_everywhere("toywave")


@pytest.mark.usefixtures("toywave")
@pytest.mark.parametrize("name", ["toywarmedwave", "toy_warmed"])
def test_a_file_may_hold_more_schedules(name: str) -> None:
    """A second type of a file is found by its name and its aliases."""
    assert "1.0\n1.5\n" == _good("at", f"{{lr: 1, epochs: 3, schedule: {{type: {name}}}}}", "1", "2").stdout


@pytest.mark.usefixtures("toywave")
def test_a_log_of_what_is_not_replayed(tmp_path: Path) -> None:
    """A log is explained by what there is: releases of PyTorch are no reason."""
    log = tmp_path / "log.csv"
    log.write_text("epoch,lr\n0,1\n1,1.5\n2,2\n")
    spec = "{lr: 1, epochs: 3, schedule: {type: toywave}}"
    assert "follows" in _good("explain", spec, str(log)).stdout
    log.write_text("epoch,lr\n0,1\n1,1.25\n2,7\n")
    assert "unexplained" in _good("explain", spec, str(log), status=1).stdout


TOY_TABLE = '''"""Rows between bars."""

ENDINGS = (".bars",)
EXACT = True


def write(table, style):
    for chunk in table.chunks():
        for row in zip(*chunk):
            yield "|".join(map(repr, row)) + "\\n"
'''

TOY_PICTURE = '''"""How many curves there are."""

ENDINGS = (".count",)
SIZES = {}
TAKES = ()


def draw(picture):
    return f"{len(picture.runs)} curves"
'''

CURVE = "{lr: 1, epochs: 2, schedule: {type: constant}}"


def _with_format(
    folder: Path, monkeypatch: pytest.MonkeyPatch, package: ModuleType, name: str, text: str, *commands: str
) -> None:
    """A format that is a file somewhere else; the commands are imported as if for the first time."""
    (folder / f"{name}.py").write_text(text)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    for command in commands:
        monkeypatch.delitem(sys.modules, f"lrcli.cli.commands.{command}", raising=False)
    importlib.invalidate_caches()


def test_a_table_format_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the folder of table formats is one: by its name, by its ending, and in the help."""
    _with_format(tmp_path, monkeypatch, lrcli.render.tables, "bars", TOY_TABLE, "table", "find")
    assert "0|1.0\n1|1.0\n" == _good("table", CURVE, "--format", "bars").stdout
    assert "bars|csv|json" in _good("table", "-h").stdout
    _good("table", CURVE, "-o", str(tmp_path / "x.bars"))
    assert "0|1.0\n1|1.0\n" == (tmp_path / "x.bars").read_text()
    assert ".bars, .csv" in _good("table", CURVE, "-o", "x.svg", status=2).stderr


def test_a_picture_format_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the folder of pictures is a format of plot."""
    _with_format(tmp_path, monkeypatch, lrcli.render.pictures, "count", TOY_PICTURE, "plot")
    assert "2 curves\n" == _good("plot", CURVE, CURVE, "--format", "count").stdout
    _good("plot", CURVE, "-o", str(tmp_path / "x.count"))
    assert "1 curves\n" == (tmp_path / "x.count").read_text()
    assert (
        "--theme is for html, pdf, png, svg, not for count"
        in _good("plot", CURVE, "-f", "count", "--theme", "dark", status=2).stderr
    )


def _modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(lrcli.__path__, "lrcli."):
        if not module.name.endswith("__main__"):
            yield importlib.import_module(module.name)


_PROTOCOLS = {"draw",
    "check", "compare", "evaluate", "to_torch", "Format", "find", "read", "recognise", "translate", "misses", "accepts",
    "propose", "write", "fitted", "candidates",
}  # fmt: skip
"""What `lrcli` gives under the name of a room's, and what one file of many has, each under the same name."""


def _public_names(path: Path) -> Iterator[str]:
    """The classes, functions and type aliases of a file; those of frameworks share their functions' names."""
    room = path.relative_to(PACKAGE).parts[0]
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) or (isinstance(node, ast.FunctionDef) and room != "frameworks"):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from (name for name in names if re.fullmatch("[A-Z][a-z]+[A-Za-z]*", name))


def test_a_public_name_exists_once() -> None:
    """Who reads `Match` somewhere knows which one that is; another framework's types go by its name for them."""
    places = defaultdict(set)
    commands = {path.stem for path in (PACKAGE / "cli/commands").glob("*.py")}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).parts
        if parts[0] == "frameworks" and len(parts) > 2 and parts[1] != "torch":
            continue
        for name in _public_names(path):
            if not name.startswith("_") and name not in _PROTOCOLS | commands:
                places[name].add(str(path.relative_to(PACKAGE)))
    assert {} == {name: where for name, where in places.items() if len(where) > 1}


def test_nothing_looks_like_a_test() -> None:
    """pytest would collect it."""
    names = [
        f"{module.__name__}.{name}"
        for module in _modules()
        for name, value in vars(module).items()
        if name.startswith("test_") and callable(value)
    ]
    files = [str(path) for path in PACKAGE.rglob("*.py") if path.name.startswith("test_")]
    assert ([], []) == (names, files)


@pytest.mark.parametrize(
    ("package", "what"),
    [("lrcli.configs.formats", "FORMAT"), ("lrcli.logs.formats", "FORMAT")],
)
def test_one_file_each(package: str, what: str) -> None:
    """A format is one file, which is found by its folder."""
    folder = importlib.import_module(package)
    modules = [importlib.import_module(f"{package}.{module.name}") for module in pkgutil.iter_modules(folder.__path__)]
    missing = [module.__name__ for module in modules if not (hasattr(module, what) or hasattr(module, f"{what}S"))]
    assert (True, []) == (bool(modules), missing)


TOY_RULE = '''
from lrcli.checks.rules import Findings, Subject, reported

@reported("note", why="nobody counts so far")
def long_run(subject: Subject) -> Findings:
    """A run of more than a thousand epochs.

    This is not part of what it finds.
    """
    if subject.spec.length > 1000:
        yield subject.problem("the run is long", "make it shorter")
'''


def test_a_rule_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule may stand in a new file of the folder, and nowhere else."""
    from lrcli.checks import rules

    (tmp_path / "toy_rules.py").write_text(TOY_RULE)
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(tmp_path)])
    rules.rules_by_code.cache_clear()
    rule = rules.rules_by_code().get("long-run")
    findings = lrcli.check("{lr: 0.1, epochs: 2000, schedule: constant}")
    monkeypatch.undo()
    rules.rules_by_code.cache_clear()
    assert ("note", "a run of more than a thousand epochs") == (rule and rule.level, rule and rule.finds)
    assert ["long-run"] == [finding.code for finding in findings]


def test_rooms() -> None:
    """No import of a higher room, and no circle: the contracts in pyproject.toml."""
    pytest.importorskip("importlinter", reason="import-linter is not installed: .ci/run has it")
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    assert EXIT_STATUS_SUCCESS == lint_imports(str(PACKAGE.parent / "pyproject.toml"), no_cache=True)
