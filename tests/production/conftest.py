"""Production as it is deployed, once for all of these tests: the Dockerfile's image, real stores, the real server."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from config.dev.embedded import Postgres, Valkey, free_port
from config.dev.lifeline import EndsWithUs
from tests.production.environment import ENVIRONMENT, HOST
from tests.production.image import Image
from tests.site import START_SECONDS

PASSWORD = "demo-cinema"
PROXIED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}  # what the shipped nginx says
WITH_THE_DEMO = {"DEBUG": "true"}  # the demo refuses to load in production


class BehindProxy(httpx.BaseTransport):
    """Sends what is meant for https://box.example to the web process, as a proxy in front of it would."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        headers = [*request.headers.raw, *((name.encode(), value.encode()) for name, value in PROXIED.items())]
        return self._inner.handle_request(httpx.Request(request.method, url, headers=headers, content=request.read()))

    def close(self) -> None:
        self._inner.close()


class Production:
    """The image, its stores, and processes in it."""

    def __init__(self, image: Image, **stores: str) -> None:
        self.image = image
        self.values = {**ENVIRONMENT, "REQUIRE_STAFF_MFA": "false", **stores}

    def manage(self, *arguments: str, **environment: str) -> str:
        done = self.image.run("python", "manage.py", *arguments, **{**self.values, **environment})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def process(self, command: list[str], **environment: str) -> Iterator[subprocess.Popen]:
        log = self.image.place / "process.log"
        with log.open("ab") as out:
            process = EndsWithUs(
                command,
                cwd=self.image.place,
                env=self.image.environment(**{**self.values, **environment}),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextmanager
    def web(self) -> Iterator[int]:
        """The Dockerfile's CMD on a free port, which it yields once the process answers."""
        port = free_port()
        assert "8000" in self.image.command
        command = [str(port) if word == "8000" else word for word in self.image.command]
        with self.process(command, DRAIN_SECONDS="0") as process, self.client(port) as client:
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    client.get("/healthz")
                    break
                except httpx.HTTPError:
                    log = (self.image.place / "process.log").read_text()[-3000:]
                    assert process.poll() is None and time.monotonic() < deadline, log
                    time.sleep(0.1)
            yield port

    def client(self, port: int) -> httpx.Client:
        return httpx.Client(base_url=f"https://{HOST}", transport=BehindProxy(port), timeout=60)


@pytest.fixture(scope="package")
def image(tmp_path_factory) -> Image:
    place: Path = tmp_path_factory.mktemp("image")
    for directory in (place, *place.parents[:2]):
        directory.chmod(0o755)  # nginx's workers read static files as somebody else
    return Image(place)


@pytest.fixture(scope="package")
def production(image, tmp_path_factory) -> Iterator[Production]:
    place = tmp_path_factory.mktemp("stores")
    servers = [Valkey(place / "valkey"), Postgres(place / "postgres", durable=False)]
    try:
        for server in servers:
            server.start()
        running = Production(image, REDIS_URL=servers[0].url, DATABASE_URL=servers[1].url)
        running.manage("migrate", "--no-input", "--verbosity", "0")
        running.manage("demo", **WITH_THE_DEMO)
        yield running
    finally:
        for server in servers:
            server.stop()


@pytest.fixture(scope="package")
def port(production) -> Iterator[int]:
    """Where the web process listens."""
    with production.web() as listening:
        yield listening


@pytest.fixture
def stranger(production, port):
    with production.client(port) as client:
        yield client


@pytest.fixture
def staff(production, port):
    """A browser in which the demo's administrator has signed in by the form."""
    with production.client(port) as client:
        client.get("/accounts/login/")
        form = {"login": "staff@demo.test", "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        signed_in = client.post("/accounts/login/", data=form, headers={"Referer": f"https://{HOST}/accounts/login/"})
        assert signed_in.status_code == 302, signed_in.text
        yield client
