"""The floor of coverage in pyproject.toml rises and never falls: history remembers every value that it had."""

import os
import re
import subprocess
import tomllib

import pytest

from tests.repository.files import ROOT

ADDED = re.compile(r"^\+fail_under = (\d+(?:\.\d+)?)", re.MULTILINE)


def highest_in(history: str) -> float:
    """The highest floor that a `git log --patch` of pyproject.toml ever set, 0 where there was none."""
    return max((float(value) for value in ADDED.findall(history)), default=0)


def test_the_floor_is_not_below_what_it_was() -> None:
    command = ["git", "log", "--patch", "--format=", "-G", "^fail_under", "--", "pyproject.toml"]
    history = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if history.returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("With CI=true the history must be there: " + history.stderr)
        pytest.skip("without git there is no history to compare with")
    floor = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["report"]["fail_under"]
    assert floor >= highest_in(history.stdout)


def test_history_is_read_by_its_highest_value() -> None:
    """Otherwise lowering it twice would be allowed."""
    lowered = "-fail_under = 88.5\n+fail_under = 80\n"
    assert highest_in(lowered + "-fail_under = 70\n+fail_under = 88.5\n+fail_under = 70\n") == 88.5
    assert highest_in("no such line") == 0
