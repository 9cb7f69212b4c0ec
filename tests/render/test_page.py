"""The HTML page in a real browser: values under the pointer, curves to switch off, zoom, keys, CSV, and no script.

Needs playwright (the extra lrcli[browser]) and a Chromium on the PATH; without them the tests are skipped, and say so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli_world import run_cli

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH")

ROOT = Path(__file__).parents[2]
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    cosine = "{name: cosine, lr: 0.1, epochs: 90, steps_per_epoch: 5004, schedule: {type: cosine}}"
    outcome = run_cli("plot", str(ROOT / "schedules" / "resnet50.yaml"), cosine, "-o", str(path))
    assert outcome.status == 0, outcome.stderr
    return path


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    errors: list[str] = []
    asked: list[str] = []
    found = browser.new_page(viewport={"width": 900, "height": 700})
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on("request", lambda request: asked.append(request.url))
    found.goto(file.as_uri())
    yield found
    assert not errors
    assert asked == [file.as_uri()]  # one file, no network
    found.close()


def at(page: Any, share: float) -> None:
    """Move the pointer to a share of the picture's width."""
    box = page.locator("svg.live").bounding_box()
    page.mouse.move(box["x"] + box["width"] * (76 + share * (760 - 76 - 16)) / 760, box["y"] + box["height"] / 2)


def test_size(file: Path) -> None:
    """Two curves are less than 60 kB."""
    assert len(file.read_bytes()) < 60_000


def test_size_of_dense_curves(tmp_path: Path, browser: Any) -> None:
    """Curves of a billion steps that turn at every pixel are bands: small, and told as ranges under the pointer."""
    saw = (
        "{name: saw, lr: 0.1, steps: 1e9, schedule: {type: cyclic, base_lr: 0.001, max_lr: 0.1, step_size_up: 100000}}"
    )
    stairs = "{name: stairs, lr: 0.1, steps: 1e9, schedule: {type: step, step_size: 1000, gamma: 0.99999}}"
    file = tmp_path / "dense.html"
    assert run_cli("plot", saw, stairs, "-o", str(file)).status == 0
    assert len(file.read_bytes()) < 60_000
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.goto(file.as_uri())
    at(page, 0.25)
    assert "saw: 0.001 to 0.1   stairs: 0.00820" in page.locator("output").inner_text()
    assert page.locator("path.band").count() == 2  # the learning rate and the momentum
    page.close()


def test_values_under_the_pointer(page: Any) -> None:
    """The epoch, the step and the value of every curve."""
    at(page, 0.5)
    assert page.locator("output").inner_text() == "epoch 45, step 225180   resnet50: 0.01   cosine: 0.05"


def test_legend_toggles(page: Any) -> None:
    """A curve that is switched off is not drawn, and not read."""
    assert page.locator("svg.live path.curve").count() == 2
    page.get_by_role("button", name="cosine").click()
    assert page.locator("svg.live path.curve").count() == 1
    at(page, 0.5)
    assert "cosine" not in page.locator("output").inner_text()
    page.get_by_role("button", name="cosine").click()
    assert page.locator("svg.live path.curve").count() == 2


def test_zoom_and_back(page: Any) -> None:
    """Dragging zooms in, the button and a double click show the whole run again."""

    def labels() -> list[str]:
        return list(page.locator("svg.live .grid text").all_text_contents())

    whole = labels()
    assert "80" in whole
    at(page, 0.3)
    page.mouse.down()
    at(page, 0.5)
    page.mouse.up()
    assert labels() != whole
    assert "80" not in labels()
    page.get_by_role("button", name="whole run").click()
    assert labels() == whole


def test_keyboard(page: Any) -> None:
    """Arrows move by a row, l switches the axis, 0 shows the whole run."""
    page.locator("svg.live").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("output").inner_text().startswith("epoch 2, step 10008")
    page.keyboard.press("l")
    assert page.get_by_role("button", name="log").get_attribute("aria-pressed") == "true"
    assert "0.0001" in "".join(page.locator("svg.live .grid text").all_text_contents())
    page.keyboard.press("+")
    page.keyboard.press("0")
    assert "80" in page.locator("svg.live .grid text").all_text_contents()


def test_csv(page: Any) -> None:
    """The copied text has a row for each corner, with the values of all curves."""
    button = page.get_by_role("button", name="copy as CSV")
    button.click()
    lines = page.locator("[data-csv]").get_attribute("data-csv").splitlines()
    assert lines[0] == "epoch,resnet50,cosine"
    assert lines[1] == "0,0.01,0.1"
    assert len(lines) == 91


def test_csv_of_a_slope(browser: Any, tmp_path: Path) -> None:
    """Its last row is there, too, and a small learning rate has an exponent of two digits, as in a table."""
    path = tmp_path / "page.html"
    run_cli(
        "plot", "{lr: 2e-7, epochs: 3, schedule: {type: linear, start_factor: 0.5, total_iters: 2}}", "-o", str(path)
    )
    page = browser.new_page()
    page.goto(path.as_uri())
    page.get_by_role("button", name="copy as CSV").click()
    assert page.locator("[data-csv]").get_attribute("data-csv") == "epoch,inline\n0,1e-07\n1,1.5e-07\n2,2e-07\n"
    page.close()


def test_curves_take_turns_only_where_they_run_together(browser: Any, tmp_path: Path) -> None:
    """A curve that is alone is drawn once: drawn twice it would look dashed."""
    path = tmp_path / "page.html"
    specs = [f"{{lr: 0.1, epochs: 9, schedule: {{type: step, step_size: {size}}}}}" for size in (3, 6)]
    run_cli("plot", *specs, "-o", str(path))
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.goto(path.as_uri())
    whole, turn = (page.locator(f"svg.live path.{kind}").first.bounding_box() for kind in ("curve", "turn"))
    assert 0 < turn["width"] < whole["width"] / 2
    page.close()


def test_events_notes_and_spec(browser: Any, tmp_path: Path) -> None:
    """What happens in a row is read with its values; below stand events, notes and the spec."""
    step, path = ROOT / "schedules" / "step4.yaml", tmp_path / "page.html"
    run_cli("plot", str(step), f"{step}@torch-1.1", str(ROOT / "schedules" / "plateau.yaml"), "-o", str(path))
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.goto(path.as_uri())
    page.locator("svg.live").focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert "plateau metric: " in page.locator("output").inner_text()
    assert page.locator("output").inner_text().endswith("double gamma)")
    assert page.locator("svg.live .event").count() > 2
    assert "step_size: 4" in page.locator("pre").first.inner_text()
    assert "22107" in page.locator("p:not(.bar)").first.inner_text()
    page.close()


def test_a_sweep_has_its_ramp(browser: Any, tmp_path: Path) -> None:
    """The colours of a numeric sweep are in the order of its values, and a phone sees text of normal size."""
    path = tmp_path / "page.html"
    cosine = str(ROOT / "schedules" / "cosine.yaml")
    run_cli("plot", cosine, "--sweep", "lr=0.1:0.3:9", "-o", str(path), "--theme", "light")
    page = browser.new_page(viewport={"width": 400, "height": 700})
    page.goto(path.as_uri())
    strokes = page.eval_on_selector_all("path.curve", "nodes => nodes.map((node) => getComputedStyle(node).stroke)")
    assert len(set(strokes)) == 9
    assert strokes[0] == "rgb(68, 1, 84)"
    assert page.locator("svg.live").get_attribute("viewBox").startswith("0 0 368 ")
    page.close()


def test_touch(browser: Any, file: Path) -> None:
    """A tap shows the values, too."""
    context = browser.new_context(has_touch=True, viewport={"width": 400, "height": 700})
    page = context.new_page()
    page.goto(file.as_uri())
    box = page.locator("svg.live").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.locator("output").inner_text().startswith("epoch 35")  # and they stay when the finger is gone
    context.close()


def test_without_script(browser: Any, file: Path) -> None:
    """The picture and the table are there."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("figure svg path").count() >= 2
    assert page.locator("td").first.inner_text() == "resnet50"
    context.close()
