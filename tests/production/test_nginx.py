"""The shipped nginx in front of the site, and its limits in front of anything."""

import json
import os
import socket
import ssl
import threading
import time

import httpx
import pytest

from tests.production.crawler import crawl
from tests.production.environment import HOST
from tests.production.front import NGINX, running_backend, running_nginx
from tests.production.test_start import broken

pytestmark = pytest.mark.skipif(
    NGINX is None and os.environ.get("CI") != "true", reason="nginx is not installed (on Debian: nginx-light)"
)
LIMIT = 200  # connections an address
SOMEBODY, NEIGHBOUR, ELSEWHERE = "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"
# So that a test may come from any address.
ANY_ADDRESS = "set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;"
INSECURE = ssl.create_default_context()
INSECURE.check_hostname, INSECURE.verify_mode = False, ssl.CERT_NONE


class ByName(httpx.HTTPTransport):
    """https://box.example is the nginx of the test."""

    def __init__(self, port):
        super().__init__(verify=INSECURE)
        self._port = port

    def handle_request(self, request):
        url = request.url.copy_with(host="127.0.0.1", port=self._port)
        content = request.read()
        return super().handle_request(httpx.Request(request.method, url, headers=request.headers.raw, content=content))


def browser(front):
    return httpx.Client(base_url=f"https://{HOST}", transport=ByName(front.port), timeout=60)


@pytest.fixture(scope="module")
def front(production, port, image, tmp_path_factory):
    with running_nginx(tmp_path_factory.mktemp("nginx"), port, image.place / "var") as running:
        yield running


@pytest.fixture
def backend():
    with running_backend() as running:
        yield running


@pytest.fixture
def limits(backend, tmp_path_factory):
    """nginx in front of a backend that only says what it was asked."""
    place = tmp_path_factory.mktemp("limits")
    with running_nginx(place, backend.port, place, ANY_ADDRESS) as running:
        yield running


# ------------------------------------------------------------------------------------ in front of the site


def test_a_stranger_reaches_every_page_and_every_file_through_it(front):
    with browser(front) as client:
        visit = crawl(client, "/")
    assert broken(visit) == {}
    assert len(visit.static) > 30


def test_static_files_come_compressed_from_nginx_and_may_be_kept_for_ever(front):
    with browser(front) as client:
        page = client.get("/")
        address = next(part for part in page.text.split('"') if part.startswith("/static/bootstrap/css/"))
        answer = client.get(address)
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Server"] == "nginx"


def test_a_socket_opens_through_it(front):
    lines = (
        "GET /ws/shows/1/ HTTP/1.1",
        f"Host: {HOST}",
        f"Origin: https://{HOST}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=30) as plain,
        INSECURE.wrap_socket(plain) as secure,
    ):
        secure.sendall("\r\n".join([*lines, "", ""]).encode())
        assert secure.recv(4096).startswith(b"HTTP/1.1 101 ")


def test_without_tls_one_is_sent_to_it(front):
    answer = httpx.get(f"http://127.0.0.1:{front.plain}/movies/?page=2", headers={"Host": HOST})
    assert (answer.status_code, answer.headers["Location"]) == (308, f"https://{HOST}/movies/?page=2")


# ------------------------------------------------------------------------- what the site is told, and the log


def test_what_a_client_writes_into_the_proxys_headers_is_overwritten(limits):
    forged = {
        "X-Forwarded-For": "192.0.2.1, 192.0.2.2",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "X-Real-IP": "192.0.2.3",
        "Forwarded": "for=192.0.2.4",
        "Proxy": "http://evil.example",
    }
    with browser(limits) as client:
        seen = client.get("/", headers=forged).json()
    assert (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"], seen["Host"]) == ("127.0.0.1", "https", HOST)
    assert {"X-Forwarded-Host", "X-Real-IP", "Forwarded", "Proxy"} & {*seen} == set()


def test_the_access_log_has_no_query(limits):
    with browser(limits) as client:
        client.get(
            "/bookings/abc/?token=a-secret-of-a-mail", headers={"Referer": f"https://{HOST}/?token=another-secret"}
        )
    deadline = time.monotonic() + 30
    while not limits.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    (line,) = limits.log.read_text().splitlines()
    assert json.loads(line)["path"] == "/bookings/abc/"
    assert "secret" not in line


# ------------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize("declared", [True, False], ids=["with its length", "in chunks"])
def test_a_body_over_64_kib_never_reaches_the_site(limits, backend, declared):
    body = b"x" * (64 * 1024 + 1)
    with browser(limits) as client:
        answer = client.post("/api/bookings/create/", content=body)
        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 413
        assert client.post("/api/bookings/create/", content=body[: 64 * 1024]).status_code == 200
    assert backend.asked == ["/api/bookings/create/"]


def test_a_plan_may_be_larger(limits):
    with browser(limits) as client:
        assert client.post("/admin/cinema/seatingplan/add/", content=b"x" * 10_000_000).status_code == 200


def test_headers_that_do_not_come_end_the_connection(limits, backend):
    with (
        socket.create_connection(("127.0.0.1", limits.port), timeout=60) as plain,
        INSECURE.wrap_socket(plain) as secure,
    ):
        secure.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode())
        assert ended(secure)
    assert backend.asked == []


def ended(connection):
    """Waits for the other side to end it; False where it did not for as long as the socket waits."""
    try:
        return connection.recv(4096) == b""
    except TimeoutError:
        return False
    except OSError:
        return True  # reset


def hold(client, address):
    """Asks for what the backend does not answer yet."""
    client.get("/hold", headers={"X-Test-Address": address})


def test_an_address_has_200_connections_at_once_and_a_household_is_one_address(limits, backend):
    with browser(limits) as client:
        client._transport._pool._max_connections = 1000
        crowd = [threading.Thread(target=hold, args=[client, SOMEBODY], daemon=True) for _ in range(LIMIT)]
        for one in crowd:
            one.start()
        deadline = time.monotonic() + 60
        while len(backend.asked) < LIMIT and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(backend.asked) == LIMIT
        for address in (SOMEBODY, NEIGHBOUR):
            refused = client.get("/", headers={"X-Test-Address": address})
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
            assert refused.headers["Retry-After"]
        assert client.get("/", headers={"X-Test-Address": ELSEWHERE}).status_code == 200
        backend.goes_on.set()
        for one in crowd:
            one.join(60)
        assert client.get("/", headers={"X-Test-Address": NEIGHBOUR}).status_code == 200


def test_without_these_lines_it_would_let_all_of_it_through(backend, tmp_path):
    lines = ("client_max_body_size 64k;", "limit_conn addresses 200;", "client_header_timeout 10s;")
    with running_nginx(tmp_path, backend.port, tmp_path, ANY_ADDRESS, lines) as open_wide, browser(open_wide) as client:
        assert client.post("/", content=b"x" * (64 * 1024 + 1)).status_code == 200
        client._transport._pool._max_connections = 1000
        crowd = [threading.Thread(target=hold, args=[client, SOMEBODY], daemon=True) for _ in range(LIMIT + 1)]
        for one in crowd:
            one.start()
        deadline = time.monotonic() + 60
        while len(backend.asked) < LIMIT + 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(backend.asked) == LIMIT + 2
        backend.goes_on.set()
        for one in crowd:
            one.join(60)
