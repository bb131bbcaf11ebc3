"""Runs the scripts' own tests with Node's test runner. Without Node they are skipped, except under CI."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def test_the_scripts_pass_their_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Node is missing: with CI=true the scripts' tests must run.")
        pytest.skip("Node is missing")
    tests = sorted(str(path) for path in HERE.glob("*.test.js"))
    run = subprocess.run([node, "--test", *tests], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
