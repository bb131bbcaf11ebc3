"""A pytest plugin: one real Valkey and one real PostgreSQL for the whole run, started before settings are read.

Named with `-p` in pyproject.toml because pytest-django reads the settings before any conftest. Workers of
pytest-xdist inherit the servers' addresses and take logical databases of their own.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from config.dev.embedded import Postgres, Server, Valkey

_started: list[Server] = []
_place: Path | None = None
DATABASES_PER_WORKER = 8  # locks, broker, layer, cache; and as many for a site of the worker's own


@pytest.hookimpl(wrapper=True)  # wrappers run before pytest-django's own hook, which reads the settings
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    if "HOUSEFULL_TEST_REDIS" not in os.environ:
        _start_servers()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{os.environ['HOUSEFULL_TEST_REDIS']}/{int(worker) * DATABASES_PER_WORKER}"
    return (yield)


def _start_servers() -> None:
    global _place
    _place = Path(tempfile.mkdtemp(prefix="housefull-tests-"))
    _place.chmod(0o755)
    os.environ.update({"DEBUG": "true", "VAR_DIR": str(_place / "var"), "LOG_LEVEL": "WARNING"})
    (_place / "var").mkdir()
    valkey = Valkey(_place / "valkey")
    _started.append(valkey)
    valkey.start()
    os.environ["HOUSEFULL_TEST_REDIS"] = valkey.url.rsplit("/", 1)[0]
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(_place / "postgres", durable=False)
        _started.append(postgres)
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url


def pytest_unconfigure() -> None:
    while _started:
        _started.pop().stop()
    if _place is not None:
        shutil.rmtree(_place, ignore_errors=True)
