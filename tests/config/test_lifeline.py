"""Whoever is killed without a word takes along what they started, by the kernel or by the shell that waits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARENT = """
import sys, time
from config.dev.lifeline import EndsWithUs
child = EndsWithUs([sys.executable, "-c", "import time; time.sleep(600)"], guarded={guarded})
print(child.pid, child._guard.pid if child._guard else 0, flush=True)
{then}
"""


def start(guarded, then="time.sleep(600)"):
    """The parent, its child, and the shell that guards the child (0: the kernel does)."""
    command = [sys.executable, "-c", PARENT.format(guarded=guarded, then=then)]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return parent, *(int(pid) for pid in parent.stdout.readline().split())


def runs(pid):
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return sys.platform != "linux"


def ends(pid, seconds=20):
    deadline = time.monotonic() + seconds
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(pid)


@pytest.mark.parametrize("guarded", [True, pytest.param(None, id="as on this system")])
def test_a_child_ends_with_a_parent_that_is_killed(guarded):
    parent, child, guard = start(guarded)
    with parent:
        assert runs(child)
        assert bool(guard) == (guarded or sys.platform != "linux")
        parent.kill()
        parent.wait()
    assert ends(child)
    assert not guard or ends(guard)


def test_without_the_lifeline_it_would_go_on():
    unguarded = PARENT.format(guarded=None, then="time.sleep(600)").replace("EndsWithUs(", "Plain(")
    unguarded = unguarded.replace("child =", "class Plain(EndsWithUs.__base__):\n    _guard = None\nchild =")
    command = [sys.executable, "-c", unguarded.replace(", guarded=None", "")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline().split()[0])
        parent.kill()
        parent.wait()
    try:
        assert not ends(child, seconds=1)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_guard_is_sent_away_with_the_child_that_ended_by_itself():
    """The child's number may be another process's later."""
    parent, child, guard = start(True, then="child.kill(); child.wait(); print('over', flush=True); time.sleep(600)")
    with parent:
        assert parent.stdout.readline() == "over\n"
        assert not runs(child)
        assert not runs(guard)
        parent.kill()
