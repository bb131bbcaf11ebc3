"""The small HTTP client: what it reads, and what it says when nobody answers."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from config.dev.embedded import free_port
from trials.stampede.address import CannotRun, read_address
from trials.stampede.client import Client, Unreachable


@asynccontextmanager
async def answering(*answers):
    """A server that sends one of `answers` for each request and then closes; answers with a client for it."""
    left = list(answers)

    async def serve(reader, writer):
        while left and await reader.readuntil(b"\r\n\r\n"):
            writer.write(left.pop(0))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = Client(read_address(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    try:
        yield client
    finally:
        client.close()
        server.close()
        await server.wait_closed()


OK = b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":2}\r\n0\r\n\r\n'
PROBLEM = b'HTTP/1.1 409 Conflict\r\nContent-Length: 27\r\n\r\n{"code":"seat_unavailable"}'
PLAIN = b"HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\nOops"


async def test_several_answers_come_over_one_connection():
    async with answering(OK, CHUNKED, PROBLEM, PLAIN) as client:
        answers = [await client.request("GET", "/") for _ in range(4)]
    assert [answer.body for answer in answers] == [{"a": 1}, {"a": 2}, {"code": "seat_unavailable"}, None]
    assert [answer.code for answer in answers[2:]] == ["seat_unavailable", "http_500"]


@pytest.mark.parametrize("broken", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"SSH-2.0-x\r\n", OK[:-3]])
async def test_half_an_answer_is_no_answer_and_is_not_asked_for_again(broken):
    async with answering(broken) as client:
        with pytest.raises(Unreachable):
            await client.request("POST", "/", {})


async def test_a_closed_port_is_named_in_a_few_words():
    client = Client(read_address(f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(Unreachable, match="Connection refused"):
        await client.request("GET", "/")


async def test_an_unknown_host_is_named_in_a_few_words():
    with pytest.raises(Unreachable, match="there is no such host"):
        await Client(read_address("http://box.invalid")).request("GET", "/")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", "http://x:notaport", "http://x:99999"])
def test_a_wrong_address_says_how_to_write_one(url):
    with pytest.raises(CannotRun, match=r"write http\(s\)://host"):
        read_address(url)


def test_sockets_are_where_the_site_is():
    assert read_address("https://box.example/cinema/").socket == "wss://box.example:443/cinema"
    assert not read_address("https://box.example").is_loopback
    assert read_address("http://[::1]:8000").is_loopback
