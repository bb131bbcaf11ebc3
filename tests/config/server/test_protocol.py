"""One viewer's connection on our own server, without a network: what it keeps, and what wakes it."""

import asyncio
from types import SimpleNamespace

import daphne.server  # noqa: F401 - first: it installs the reactor
import pytest
from daphne.ws_protocol import WebSocketFactory
from twisted.internet.testing import StringTransport

from config.server.protocol import OPEN, LiveProtocol
from seating.protocol import Frame

HANDSHAKE = (
    b"GET /ws/shows/1/ HTTP/1.1\r\nHost: box.test:80\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Cookie: guest=somebody\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, CONTINUED, PONG, LAST = 0x01, 0x00, 0x0A, 0x80


def frame(kind, payload=b""):
    """A client's frame; masked with zeros, so that its payload can be read."""
    return bytes((kind, 0x80 | len(payload))) + bytes(4) + payload


class Application:
    """Daphne's server, as far as a connection knows it, and the application behind it."""

    root_path, proxy_forwarded_address_header = "", None
    websocket_timeout, websocket_connect_timeout, ping_interval, ping_timeout = 86400, 20, 20, 30

    def __init__(self):
        self.connections, self.queue, self.taken = {}, asyncio.Queue(), []
        self.broken = False

    def create_application(self, protocol, scope):
        return self.queue

    def protocol_connected(self, protocol):
        self.connections[protocol] = {}

    def protocol_disconnected(self, protocol):
        self.connections[protocol]["disconnected"] = True

    def log_action(self, *what):
        """Nobody reads it."""

    async def take(self, message):
        await asyncio.sleep(0)
        if self.broken:
            raise ValueError("a bug")
        self.taken.append(message.get("text", message["type"]))


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def viewer(application):
    return connected(application)


def connected(application, said_at_once=b""):
    factory = WebSocketFactory(application)
    factory.protocol = LiveProtocol
    LiveProtocol.share_options(factory)
    protocol = factory.buildProtocol(None)
    protocol._raw_query_string = b""
    transport = StringTransport()
    transport.registerProducer(SimpleNamespace(requests=["the handshake"]), True)  # as Twisted's HTTP channel does
    protocol.makeConnection(transport)
    protocol.dataReceived(HANDSHAKE + said_at_once)
    protocol.serverAccept()
    assert protocol.state == OPEN
    protocol.transport.clear()
    return protocol


async def test_a_resting_connection_keeps_nothing_of_its_handshake(viewer):
    assert len(vars(viewer)) <= 10
    assert "somebody" not in repr(vars(viewer))


async def test_messages_are_read_after_a_rest_whole_or_in_pieces(application, viewer):
    kept = set(vars(viewer))
    viewer.dataReceived(frame(TEXT | LAST, b"one"))
    viewer.dataReceived(frame(TEXT, b"t"))
    viewer.dataReceived(frame(PONG | LAST))  # control frames may come between the pieces of a message
    viewer.dataReceived(frame(CONTINUED | LAST, b"wo")[:5])
    viewer.dataReceived(frame(CONTINUED | LAST, b"wo")[5:] + frame(TEXT | LAST, b"three"))
    messages = [application.queue.get_nowait() for _ in range(application.queue.qsize())]
    assert [message.get("text") for message in messages[1:]] == ["one", "two", "three"]
    viewer.check_timeouts()  # as the server does every two seconds
    assert set(vars(viewer)) - kept == {"bucket"}


async def test_a_message_that_begins_with_the_handshake_is_read_to_its_end(application):
    message = frame(TEXT | LAST, b"early")
    viewer = connected(application, said_at_once=message[:8])
    viewer.dataReceived(message[8:])
    assert [application.queue.get_nowait().get("text") for _ in range(2)] == [None, "early"]


async def test_after_the_hand_over_messages_are_handled_one_after_the_other_and_nothing_waits(application, viewer):
    viewer.writer.hand_over(application.take)  # the connect message waits in the queue
    for text in (b"one", b"two", b"three"):
        viewer.dataReceived(frame(TEXT | LAST, text))
    await application.connections[viewer]["application_instance"]
    assert application.taken == ["websocket.connect", "one", "two", "three"]
    viewer.connectionLost(SimpleNamespace(value=ConnectionError()))
    await application.connections[viewer]["application_instance"]
    assert application.taken[-1] == "websocket.disconnect"


async def test_a_failing_application_closes_the_socket_and_still_hears_of_its_end(application, viewer):
    application.broken = True
    viewer.writer.hand_over(application.take)
    await application.connections[viewer]["application_instance"]
    assert viewer.transport.value() == b"\x88\x02" + (1011).to_bytes(2, "big")
    application.broken = False
    viewer.connectionLost(SimpleNamespace(value=ConnectionError()))
    await application.connections[viewer]["application_instance"]
    assert application.taken == ["websocket.disconnect"]


async def test_a_silent_viewer_is_pinged_and_dropped_when_no_answer_comes(application, viewer):
    viewer.last_ping -= 21
    viewer.check_timeouts()
    viewer.check_timeouts()
    assert viewer.transport.value() == b"\x89\x00"
    viewer.dataReceived(frame(PONG | LAST))
    viewer.check_timeouts()
    assert viewer.transport.value() == b"\x89\x00"  # heard of: no reason to ask again
    viewer.last_ping -= 21
    viewer.check_timeouts()
    viewer.pinged_at -= 31
    viewer.check_timeouts()
    assert viewer.transport.disconnecting or viewer.transport.disconnected


async def test_who_sends_and_does_not_read_is_not_read_either(viewer):
    assert viewer.transport.producer is viewer
    viewer.transport.producer.pauseProducing()
    assert viewer.transport.producerState == "paused"
    viewer.transport.producer.resumeProducing()
    assert viewer.transport.producerState == "producing"


async def test_frames_go_out_while_the_socket_is_open(viewer):
    greeting = Frame({"type": "pong"})
    assert viewer.writer.broadcast(greeting)
    assert viewer.transport.value() == greeting.wire
    viewer.sendCloseFrame(code=1000)
    viewer.transport.clear()
    assert viewer.writer.broadcast(greeting)  # it will not miss the frame
    assert viewer.transport.value() == b""
