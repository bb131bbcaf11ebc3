"""The stampede's HTTP client: what it reads, what it sends, and what it says when nobody answers."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.dev.embedded import free_port
from trials.stampede.address import CannotRun, read_address
from trials.stampede.client import Client, Unreachable


@asynccontextmanager
async def answering(*answers, requests=None, tls=None):
    """A server that sends one of `answers` for each request and then closes; yields a client for it.

    `requests` gets the head of each request, and a line for each connection.
    """
    left = list(answers)
    log = [] if requests is None else requests
    serving = set()

    async def serve(reader, writer):
        serving.add(asyncio.current_task())
        log.append("connection")
        try:
            while left and (head := await reader.readuntil(b"\r\n\r\n")):
                log.append(head.decode())
                writer.write(left.pop(0))
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # the client has closed
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    try:
        async with Client(read_address(f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/cinema")) as client:
            yield client
    finally:
        server.close()
        await asyncio.gather(*serving)
        await server.wait_closed()


OK = b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":2}\r\n0\r\n\r\n'
PROBLEM = b'HTTP/1.1 409 Conflict\r\nContent-Length: 27\r\n\r\n{"code":"seat_unavailable"}'
PLAIN = b"HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\nOops"


def self_signed(place):
    """A server's TLS context with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = place / "server.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_several_answers_come_over_one_connection():
    requests = []
    async with answering(OK, CHUNKED, PROBLEM, PLAIN, requests=requests) as client:
        answers = [await client.request("GET", "/") for _ in range(4)]
    assert requests.count("connection") == 1 and len(requests) == 5
    assert [answer.body for answer in answers] == [{"a": 1}, {"a": 2}, {"code": "seat_unavailable"}, None]
    assert [answer.code for answer in answers[2:]] == ["seat_unavailable", "http_500"]


async def test_a_request_says_who_asks_and_nothing_else_does():
    requests = []
    cookie = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: guest=alice; Path=/\r\n\r\n")
    async with answering(cookie, OK, requests=requests) as client:
        await client.request("GET", "/api/")
        client.token = "of-bob"
        await client.request("POST", "/api/", {}, {"Idempotency-Key": "k"})
    first, second = (head.lower() for head in requests[1:])
    assert first.startswith("get /cinema/api/ http/1.1\r\n") and "authorization" not in first
    assert "authorization: bearer of-bob\r\n" in second and "idempotency-key: k\r\n" in second
    assert "content-type: application/json" in second and "cookie" not in second


async def test_a_redirect_is_an_answer_and_is_not_followed():
    moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere/\r\nContent-Length: 0\r\n\r\n"
    async with answering(moved, OK) as client:
        assert (await client.request("GET", "/")).status == 302


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with answering(OK) as client:
        assert (await client.request("GET", "/")).status == 200


async def test_a_connection_that_was_closed_meanwhile_is_replaced():
    requests = []
    last = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with answering(last, OK, requests=requests) as client:
        for _ in range(2):
            assert (await client.request("POST", "/", {})).status == 200
    assert requests.count("connection") == 2


@pytest.mark.parametrize("broken", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"SSH-2.0-x\r\n", OK[:-3]])
async def test_half_an_answer_is_no_answer_and_is_not_asked_for_again(broken):
    requests = []
    async with answering(broken, requests=requests) as client:
        with pytest.raises(Unreachable) as raised:
            await client.request("POST", "/", {})
    assert requests.count("connection") == 1 and "\n" not in str(raised.value)


async def test_an_answer_that_takes_too_long_is_no_answer(monkeypatch):
    monkeypatch.setattr("trials.stampede.client.ANSWER_SECONDS", 0.2)
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", b"never sent") as client:
        with pytest.raises(Unreachable, match=r"no answer within 0 s"):
            await client.request("GET", "/")


async def test_an_endless_answer_is_refused(monkeypatch):
    monkeypatch.setattr("trials.stampede.client.LONGEST_BODY_BYTES", 6)
    async with answering(OK) as client:
        with pytest.raises(Unreachable, match="breaks off"):
            await client.request("GET", "/")


async def test_a_closed_port_is_named_in_a_few_words():
    async with Client(read_address(f"http://127.0.0.1:{free_port()}")) as client:
        with pytest.raises(Unreachable, match=r"^Connection refused$"):
            await client.request("GET", "/")


async def test_an_unknown_host_is_named_in_a_few_words():
    async with Client(read_address("http://box.invalid")) as client:
        with pytest.raises(Unreachable, match=r"^there is no such host$"):
            await client.request("GET", "/")


async def test_what_does_not_speak_tls_is_named_in_a_few_words():
    async def serve(reader, writer):
        writer.write(PLAIN)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Client(read_address(f"https://127.0.0.1:{port}")) as client:
            with pytest.raises(Unreachable, match=r"^TLS: [A-Z_]+$"):
                await client.request("GET", "/")


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    async with answering(OK, tls=self_signed(tmp_path)) as client:
        with pytest.raises(Unreachable, match=r"^TLS: CERTIFICATE_VERIFY_FAILED$"):
            await client.request("GET", "/")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", "http://x:notaport", "http://x:99999"])
def test_a_wrong_address_says_how_to_write_one(url):
    with pytest.raises(CannotRun, match=r"write http\(s\)://host"):
        read_address(url)


def test_sockets_are_where_the_site_is():
    assert read_address("https://box.example/cinema/").socket == "wss://box.example:443/cinema"
    assert not read_address("https://box.example").is_loopback
    assert read_address("http://[::1]:8000").is_loopback
