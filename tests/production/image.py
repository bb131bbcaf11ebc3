"""The Dockerfile without Docker: its steps, read from the file, in a directory of their own."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from config.dev.lifeline import end_with_parent
from tests.site import NOT_INHERITED, ROOT

# What a step does that cannot be done here: the tests' own environment is what was installed from the lock (see
# `not_as_locked`), and a test run makes no accounts.
ELSEWHERE = ("pip install ", "useradd ")
SECONDS = 300


class Image:
    """What the first stage of the Dockerfile makes, in `place`; `command` is its CMD."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.ran: list[str] = []
        self.command: list[str] = []
        for verb, rest in _first_stage():
            self._step(verb, rest)

    @property
    def static(self) -> Path:
        return self.place / "var" / "static"

    def _step(self, verb: str, rest: str) -> None:
        if verb == "COPY":
            source, target = rest.split()
            assert target == "."
            _copy(ROOT / source, self.place)
        elif verb == "RUN" and not rest.startswith(ELSEWHERE):
            self.ran.append(rest)
            done = self.run("sh", "-c", rest)
            assert done.returncode == 0, f"{rest}\n{done.stdout}{done.stderr}"
        elif verb == "CMD":
            self.command = json.loads(rest)
        else:
            assert verb in {"FROM", "WORKDIR", "USER", "RUN"}, f"nothing here knows the Dockerfile's {verb}"

    def environment(self, **values: str) -> dict[str, str]:
        """For a process in the image: nothing of the test run's but where programs are."""
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**inherited, "PATH": path, **values}

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            command,
            cwd=self.place,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            preexec_fn=end_with_parent(),
        )


def _first_stage() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    stages = [number for number, (verb, _) in enumerate(lines) if verb == "FROM"]
    return [(verb, rest) for verb, rest in lines[: stages[1]]]


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        shutil.copy(source, target)
        return
    ignored = [line.removeprefix("**/") for line in (ROOT / ".dockerignore").read_text().split()]

    def left_out(_: str, names: list[str]) -> list[str]:
        return [name for name in names if any(fnmatch(name, pattern) for pattern in ignored)]

    shutil.copytree(source, target, ignore=left_out, dirs_exist_ok=True)


def not_as_locked() -> list[str]:
    """Packages of requirements.txt that are installed here in another version, or are missing."""
    line = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)( *;)?", re.M)
    lock: dict[str, set[str]] = {}
    for name, wanted, only_somewhere in line.findall((ROOT / "requirements.txt").read_text()):
        lock.setdefault(name, set()).add(wanted)
        if only_somewhere:
            lock[name].add("nothing")
    return [f"{name}: {found}" for name, wanted in lock.items() if (found := _installed(name)) not in wanted]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "nothing"


def procfile(name: str) -> list[str]:
    """The command of a process of the Procfile, its defaults filled in."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    words = shlex.split(lines[name].removeprefix("exec ").replace("${WORKER_CONCURRENCY:-2}", "1"))
    return [word.replace("%%", "%") for word in words]
