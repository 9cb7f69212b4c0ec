from __future__ import annotations

import pytest
from hypothesis import settings

# The same examples in every run: a suite that fails by chance tells nothing.
# `--hypothesis-profile=search` looks further.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("search", max_examples=3000, deadline=None, database=None)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh", action="store_true", help="write what the cases of tests/cli print now; review with git diff"
    )


@pytest.fixture
def refresh(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--refresh"))
