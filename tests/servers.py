"""A pytest plugin: one real Valkey and one real PostgreSQL for the whole run, started before settings are read.

Named with `-p` in pyproject.toml because pytest-django reads the settings before any conftest. Workers of
pytest-xdist inherit the servers' addresses and take logical databases of their own.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.dev.embedded import Postgres, Server, Valkey
from config.dev.lifeline import follow_parent

_started: list[Server] = []
_place: Path | None = None
DATABASES_PER_WORKER = 8  # locks, broker, layer, cache; and as many for a site of the worker's own


@pytest.hookimpl(wrapper=True)  # wrappers run before pytest-django's own hook, which reads the settings
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    if "HOUSEFULL_TEST_REDIS" not in os.environ:
        _start_servers()
    elif "PYTEST_XDIST_WORKER" in os.environ:
        follow_parent()  # and what this worker starts follows it
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{os.environ['HOUSEFULL_TEST_REDIS']}/{int(worker) * DATABASES_PER_WORKER}"
    return (yield)


def _start_servers() -> None:
    global _place
    # A process without its bytecode compiles the whole project before it does anything: two seconds, a hundred times.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    _place = Path(tempfile.mkdtemp(prefix="housefull-tests-"))
    _place.chmod(0o755)
    os.environ.update({"DEBUG": "true", "VAR_DIR": str(_place / "var"), "LOG_LEVEL": "WARNING"})
    (_place / "var").mkdir()
    os.environ["HOUSEFULL_TEST_PLACE"] = str(_place)
    valkey = Valkey(_place / "valkey")
    _started.append(valkey)
    valkey.start()
    os.environ["HOUSEFULL_TEST_REDIS"] = valkey.url.rsplit("/", 1)[0]
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(_place / "postgres", durable=False)
        _started.append(postgres)
        postgres.start()
        os.environ["DATABASE_URL"] = os.environ["HOUSEFULL_TEST_POSTGRES"] = postgres.url


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Only one process of the test run at a time; answers with a path that is there for whoever comes second."""
    place = Path(os.environ["HOUSEFULL_TEST_PLACE"])
    with (place / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place / name


def own_postgres() -> bool:
    """Whether the tests' database lives on the server that this run has started."""
    return "HOUSEFULL_TEST_POSTGRES" in os.environ


def pytest_unconfigure() -> None:
    while _started:
        _started.pop().stop()
    if _place is not None:
        shutil.rmtree(_place, ignore_errors=True)
