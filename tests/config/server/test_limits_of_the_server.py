"""Whoever sends too much, too slowly or too often, on a real server process; and what happens without each limit."""

import contextlib
import json
import selectors
import socket
import struct
import threading
import time

import pytest

from config.server import http_channel
from config.server.http_channel import Phase
from tests.config.server.server_process import LARGE, everything, server_process
from tests.config.server.test_protocol import CONTINUED, HANDSHAKE, LAST, PONG, TEXT, frame

PING = 0x09
MEGABYTE = 1024 * 1024
SHORT = "http_channel.SECONDS.update({http_channel.Phase.HEADERS: 1.0, http_channel.Phase.BODY: 1.0})"
FILES = 1_024
WITHOUT_GUARDS = """
http_channel.SECONDS.update({http_channel.Phase.HEADERS: 3600.0, http_channel.Phase.BODY: 3600.0})
http_channel.largest_body = lambda path: 10**12
http_channel.LARGEST_IN_MEMORY = 10**12
live_server.new_connections = lambda: connections.Connections(0, 10**9)
del protocol.LiveProtocol.onFrameBegin
"""


@pytest.fixture(scope="module")
def a_server():
    with server_process() as server:
        yield server


@pytest.fixture(scope="module")
def quick_server():
    """Its clients have a second for their headers, and one for their bodies."""
    with server_process(SHORT) as server:
        yield server


@pytest.fixture(scope="module")
def unguarded_server():
    with server_process(WITHOUT_GUARDS, open_files=FILES) as server:
        yield server


def test_the_times_are_the_contracts():
    assert (http_channel.SECONDS[Phase.HEADERS], http_channel.SECONDS[Phase.BODY]) == (10, 30)
    assert http_channel.LARGEST_BODY == 64 * 1024


def problem_of(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Type: application/problem+json" in head
    return int(head.split()[1]), json.loads(body)["code"]


def send_all(connection, pieces):
    """Sends until the other side does not take any more; answers with how many pieces it took."""
    count = 0
    with contextlib.suppress(ConnectionError, TimeoutError):
        for piece in pieces:
            connection.sendall(piece)
            count += 1
    return count


# ------------------------------------------------------------------------------------------------- bodies
def upload(server, megabytes, chunked):
    """A body of so many megabytes; answers with what the server said, and how much larger it has become."""
    before = server.peak_memory()
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % (megabytes * MEGABYTE)
    piece = bytes(MEGABYTE)
    wire = b"%x\r\n%s\r\n" % (MEGABYTE, piece) if chunked else piece
    with server.connect() as connection:
        connection.sendall(
            b"POST /api/bookings/create/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + length + b"\r\n\r\n"
        )
        said: list[bytes] = []
        listener = threading.Thread(target=lambda: said.append(everything(connection)))
        listener.start()
        send_all(connection, [wire] * megabytes + ([b"0\r\n\r\n"] if chunked else []))
        listener.join(60)
    return said[0], server.peak_memory() - before


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_a_body_of_400_mb_is_refused_and_the_process_stays_as_large_as_it_was(a_server, chunked):
    answer, growth = upload(a_server, 400, chunked)
    assert problem_of(answer) == (413, "body_too_large")
    assert growth < 8 * MEGABYTE
    assert a_server.get().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_without_the_limit_the_body_is_in_memory(unguarded_server, chunked):
    size = 80 if chunked else 40  # what the first of them took is there for the second
    answer, growth = upload(unguarded_server, size, chunked)
    assert answer.endswith(b"%d" % (size * MEGABYTE))
    assert growth > 30 * MEGABYTE


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/bookings/create/", 64 * 1024, 200),
        ("/api/bookings/create/", 64 * 1024 + 1, 413),
        ("/", 64 * 1024 + 1, 413),
        ("/api/check-in/sync/", 256 * 1024, 200),
        ("/api/check-in/sync/", 256 * 1024 + 1, 413),
        ("/admin/cinema/seatingplan/add/", 10 * MEGABYTE, 200),
        ("/admin/cinema/seatingplan/add/", 12 * MEGABYTE, 413),
        ("/admin/login/", 64 * 1024 + 1, 413),
    ],
)
def test_how_large_a_body_may_be(a_server, path, size, status):
    with a_server.connect() as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
        connection.sendall(head.encode())
        send_all(connection, [bytes(size)])
        answer = everything(connection)
    assert int(answer.split()[1]) == status
    assert status == 413 or answer.endswith(str(size).encode())


def test_a_body_that_is_refused_is_not_asked_for(a_server):
    with a_server.connect() as connection:
        expecting = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n"
        connection.sendall(expecting)
        assert problem_of(everything(connection)) == (413, "body_too_large")
    with a_server.connect() as connection:
        connection.sendall(expecting.replace(b"100000", b"3"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 Continue")


def test_small_bodies_in_chunks_are_read_as_ever(a_server):
    with a_server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"5\r\nhello\r\n" * 1000 + b"0\r\n\r\n")
        assert everything(connection).endswith(b"\r\n\r\n5000")


def test_several_requests_on_one_connection_each_have_their_own_body(a_server):
    with a_server.connect() as connection:
        one = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n" + bytes(40_000)
        connection.sendall(one * 3 + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert everything(connection).count(b"HTTP/1.1 200") == 4


def test_only_a_few_large_uploads_are_read_at_once(a_server):
    head = b"POST /admin/cinema/seatingplan/add/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    with contextlib.ExitStack() as stack:
        uploads = [stack.enter_context(a_server.connect()) for _ in range(5)]
        for connection in uploads:
            connection.sendall(head)
            time.sleep(0.05)
        answer = everything(uploads[-1])
        assert problem_of(answer) == (503, "too_many_uploads") and b"Retry-After: 5" in answer
        uploads[0].close()
        time.sleep(0.2)
        again = stack.enter_context(a_server.connect())
        again.sendall(head + bytes(1_000_000))
        assert again.recv(100).startswith(b"HTTP/1.1 200")


# -------------------------------------------------------------------------------------------------- time
def drip(connection, beginning, piece, seconds):
    """Sends a little every tenth of a second; answers with what the server said, None if it waits on."""
    connection.sendall(beginning)
    connection.settimeout(0.1)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(TimeoutError):
            try:
                return connection.recv(4096)
            except ConnectionError:
                return b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(piece)
    return None


HEADERS = (b"GET / HTTP/1.1\r\n", b"x")
BODY = (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"x")


@pytest.mark.parametrize(("beginning", "piece"), [HEADERS, BODY], ids=["headers", "body"])
def test_a_request_that_comes_too_slowly_ends_however_steadily_it_comes(quick_server, beginning, piece):
    with quick_server.connect() as connection:
        assert problem_of(drip(connection, beginning, piece, 60)) == (408, "request_timeout")
        assert quick_server.get().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("beginning", "piece"), [HEADERS, BODY], ids=["headers", "body"])
def test_without_the_limit_it_is_waited_for(unguarded_server, beginning, piece):
    with unguarded_server.connect() as connection:
        assert drip(connection, beginning, piece, 4) is None


def test_a_connection_that_says_nothing_ends_and_one_between_two_requests_stays(quick_server):
    with quick_server.connect() as silent, quick_server.connect() as waiting:
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert waiting.recv(4096).startswith(b"HTTP/1.1 200")
        assert everything(silent) == b""
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert waiting.recv(4096).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("idle", "ends"), [(2.0, True), (3600.0, False)])
def test_an_answer_that_nobody_takes_is_given_up_and_a_slow_reader_gets_all_of_it(idle, ends):
    """Without the limit it stays in memory for as long as whoever asked for it likes."""
    with server_process(f"http_channel.SECONDS[http_channel.Phase.IDLE] = {idle}") as server, server.connect() as slow:
        ask = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        slow.sendall(ask)
        with server.connect() as silent:
            silent.sendall(ask)
            taken = 0
            while piece := slow.recv(MEGABYTE // 2):
                taken += len(piece)
                time.sleep(0.4 * len(piece) / MEGABYTE)
            assert taken > LARGE
            assert (len(everything_at_hand(silent)) < LARGE) is ends


def everything_at_hand(connection):
    """Whatever comes until nothing comes for a while."""
    found = b""
    connection.settimeout(5)
    with contextlib.suppress(ConnectionError, TimeoutError):
        while piece := connection.recv(MEGABYTE):
            found += piece
    return found


# ------------------------------------------------------------------------------------------- connections
def test_an_address_has_so_many_connections_sockets_included():
    with server_process(MAX_CONNECTIONS_PER_ADDRESS="10") as server, contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(server.connect()) for _ in range(5)]
        for connection in sockets:
            connection.sendall(HANDSHAKE)
            assert connection.recv(4096).startswith(b"HTTP/1.1 101")
        requests = [stack.enter_context(server.connect()) for _ in range(5)]
        time.sleep(0.2)
        answer = server.get()
        assert problem_of(answer) == (429, "too_many_connections") and b"Retry-After: 5" in answer
        sockets[0].close()
        requests[0].close()
        time.sleep(0.2)
        assert server.get().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "environment",
    [
        {"MAX_CONNECTIONS_PER_ADDRESS": "0"},
        {"MAX_CONNECTIONS_PER_ADDRESS": "10", "TRUSTED_PROXIES": "1"},  # the address is our proxy's
    ],
)
def test_without_the_limit_or_behind_a_proxy_of_ours_connections_are_not_counted(environment):
    with server_process(**environment) as server, contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(server.connect())
        assert server.get().startswith(b"HTTP/1.1 200")


HALF_OPEN = 3_000


@contextlib.contextmanager
def half_open(server):
    """Three thousand connections that begin a request and leave it at that."""
    with contextlib.ExitStack() as stack:
        for _ in range(HALF_OPEN):
            connection = stack.enter_context(socket.socket())
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.connect(("127.0.0.1", server.port))
        time.sleep(1)
        yield


@pytest.mark.parametrize("limit", ["200", "0"], ids=["by address", "by what is waited for"])
def test_three_thousand_half_open_connections_do_not_stop_the_site(limit):
    """Also where the process may have a thousand files open, and whether they come from one address or from many."""
    with (
        server_process(open_files=FILES, MAX_CONNECTIONS_PER_ADDRESS=limit, TRUSTED_PROXIES="0") as server,
        half_open(server),
    ):
        if limit == "0":
            assert all(server.get().startswith(b"HTTP/1.1 200") for _ in range(20))
        else:
            assert problem_of(server.get()) == (429, "too_many_connections")  # this address has had its share
            assert another_address(server).startswith(b"HTTP/1.1 200")


def another_address(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30, source_address=("127.0.0.2", 0)) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return everything(one)


def test_without_both_limits_three_thousand_half_open_connections_do(unguarded_server):
    with half_open(unguarded_server):
        assert not any(unguarded_server.get() for _ in range(20))


# ------------------------------------------------------------------------------------------------- frames
def flood(server, frames, seconds=30):
    """Sends the frames over an open socket until it ends; answers with `(how many went out, close code)`, the code None
    if the server kept it open."""
    with server.connect() as connection:
        connection.sendall(HANDSHAKE)
        assert connection.recv(4096).startswith(b"HTTP/1.1 101")
        connection.setblocking(False)
        waiting, heard, sent = b"".join(frames), b"", 0
        size = len(waiting)
        with selectors.DefaultSelector() as ready:
            ready.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                for _, what in ready.select(0.2):
                    try:
                        if what & selectors.EVENT_READ:
                            piece = connection.recv(65536)
                            heard += piece
                            if not piece:
                                return sent * len(frames) // size, close_code(heard)
                        elif sent < size:
                            sent += connection.send(waiting[sent : sent + 65536])
                    except ConnectionError:
                        return sent * len(frames) // size, close_code(heard)
                if sent >= size:
                    until = min(until, time.monotonic() + 3)
    return sent * len(frames) // size, close_code(heard)


def close_code(heard):
    at = heard.rfind(b"\x88\x02")
    return struct.unpack("!H", heard[at + 2 : at + 4])[0] if at >= 0 else None


EMPTY = frame(CONTINUED)
FLOODS = {
    "empty continuations": [frame(TEXT, b"x"), *[EMPTY] * 1_000_000],
    "pings": [frame(PING | LAST)] * 1_000_000,
    "pongs that nobody asked for": [frame(PONG | LAST)] * 1_000_000,
    "continuations of one byte": [frame(TEXT, b"x"), *[frame(CONTINUED, b"x")] * 4_000],
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_of_frames_that_are_no_messages_closes_the_socket_early(a_server, kind):
    sent, code = flood(a_server, FLOODS[kind])
    assert code == 4429
    assert sent < 600_000 or kind == "continuations of one byte"  # what the kernel's buffers take is on its way already
    assert a_server.get().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("kind", FLOODS)
def test_without_the_count_the_socket_stays_open(unguarded_server, kind):
    assert flood(unguarded_server, FLOODS[kind][:1_000], seconds=3)[1] is None


def test_pings_and_pongs_now_and_then_are_nobodys_business(a_server):
    gentle = [frame(PING | LAST), frame(PONG | LAST)] * 8
    assert flood(a_server, gentle, seconds=3)[1] is None
