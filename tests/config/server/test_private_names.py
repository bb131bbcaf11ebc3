"""Every private name that the server uses is still there: the failure names those that are gone.

Names of instances are collected from a real handshake on Daphne's own classes, and from the messages after it.
"""

import dis
import socket
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, SimpleNamespace

import daphne.server  # first: it installs the reactor
import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from daphne.http_protocol import HTTPFactory
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor, tcp
from twisted.internet.protocol import BaseProtocol
from twisted.internet.testing import StringTransport
from twisted.web.http import HTTPChannel

from config.server import private_names
from config.server.protocol import AT_REST, LiveProtocol
from tests.config.server.test_protocol import CONTINUED, HANDSHAKE, LAST, TEXT, Application, frame

PING = 0x09
OURS = {"bucket", "flooded", "pinged_at", "stirred"}
INVENTED = "_an_invented_name"
PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


class Server(Application):
    """Daphne's server as its HTTP side knows it: it makes the websocket protocol and hands over the transport."""

    request_buffer_size, http_timeout, server_name = 8192, None, "daphne"

    def __init__(self, protocol_class):
        super().__init__()
        self.ws_factory = WebSocketFactory(self)
        self.ws_factory.protocol = protocol_class
        self.ws_factory.setProtocolOptions(openHandshakeTimeout=5)


@pytest.fixture
async def connection():
    """A connection after its handshake and a message: `viewer`, Daphne's own protocol; `set_by`, `{name: libraries}`
    of every attribute that was set on it; `channel`, the HTTP channel that stays with the transport."""
    set_by: dict[str, set[str]] = {}

    class Recorder(WebSocketProtocol):
        def __setattr__(self, name, value):
            set_by.setdefault(name, set()).add(sys._getframe(1).f_globals["__name__"].partition(".")[0])
            super().__setattr__(name, value)

    server = Server(Recorder)
    transport = StringTransport()
    http = HTTPFactory(server).buildProtocol(None)
    transport.protocol = http
    http.makeConnection(transport)
    http.dataReceived(HANDSHAKE)
    viewer = transport.protocol
    viewer.serverAccept()
    assert viewer.state == viewer.STATE_OPEN
    viewer.dataReceived(frame(TEXT, b"t"))
    viewer.dataReceived(frame(PING | LAST))
    viewer.dataReceived(frame(CONTINUED | LAST, b"wo"))
    assert server.queue.get_nowait() == {"type": "websocket.connect"}
    assert server.queue.get_nowait() == {"type": "websocket.receive", "text": "two"}
    yield SimpleNamespace(set_by=set_by, channel=transport.producer, viewer=viewer)
    viewer.dropConnection(abort=True)
    viewer.connectionLost(SimpleNamespace(value=ConnectionError()))


def missing_from_a_connection(names, set_by, library, owner):
    """Names that `library` no longer sets on an instance of `owner` and that the class does not have."""
    return sorted(name for name in names if library not in set_by.get(name, ()) and not hasattr(owner, name))


def missing_from(names, thing):
    return sorted(name for name in names if not hasattr(thing, name))


def missing_from_methods(names, owner):
    """Names that no method of the class sets, that no string in one equals, and that the class does not have."""
    found = set()
    for method in vars(owner).values():
        if isinstance(method, FunctionType):
            code = dis.Bytecode(method)
            found |= {step.argval for step in code if step.opname in {"STORE_ATTR", "LOAD_CONST"}}
    return sorted(name for name in names if name not in found and not hasattr(owner, name))


CONNECTION = [
    ("autobahn", WebSocketServerProtocol, private_names.AUTOBAHN_AT_REST),
    ("autobahn", WebSocketServerProtocol, private_names.AUTOBAHN_NOT_KEPT),
    ("autobahn", WebSocketServerProtocol, private_names.AUTOBAHN_USED),
    ("daphne", WebSocketProtocol, private_names.DAPHNE_AT_REST),
    ("daphne", WebSocketProtocol, private_names.DAPHNE_NOT_KEPT),
    ("daphne", WebSocketProtocol, private_names.DAPHNE_USED),
    ("twisted", BaseProtocol, private_names.TWISTED_AT_REST),
]


@pytest.mark.parametrize(("library", "owner", "names"), CONNECTION)
async def test_every_name_of_a_connection_is_still_there(connection, library, owner, names):
    assert missing_from_a_connection(names, connection.set_by, library, owner) == []


@pytest.mark.parametrize(("library", "owner", "names"), CONNECTION)
async def test_an_invented_name_of_a_connection_is_missed(connection, library, owner, names):
    assert missing_from_a_connection([*names, INVENTED], connection.set_by, library, owner) == [INVENTED]


async def test_the_http_channel_stays_with_the_transport_and_has_requests(connection):
    names = private_names.TWISTED_HTTP_CHANNEL_USED
    assert missing_from(names, connection.channel) == []
    assert missing_from([*names, INVENTED], connection.channel) == [INVENTED]


def test_every_name_of_an_http_channel_that_is_overridden_or_set_is_still_there():
    methods, values = private_names.TWISTED_HTTP_CHANNEL_METHODS, private_names.TWISTED_HTTP_CHANNEL_SET
    assert missing_from(methods, HTTPChannel) == []
    assert missing_from([*methods, INVENTED], HTTPChannel) == [INVENTED]
    assert missing_from_methods(values, HTTPChannel) == []
    assert missing_from_methods([*values, INVENTED], HTTPChannel) == [INVENTED]


@pytest.mark.parametrize("names", [private_names.DAPHNE_SERVER_USED, private_names.DAPHNE_CONNECTION_KEYS])
def test_every_name_of_the_server_is_still_there(names):
    assert missing_from_methods(names, daphne.server.Server) == []
    assert missing_from_methods([*names, INVENTED], daphne.server.Server) == [INVENTED]


def test_every_name_of_a_tcp_connection_is_still_there():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        open_one = tcp.Connection(ours, BaseProtocol(), reactor)
        names = private_names.TWISTED_CONNECTION_USED
        assert missing_from(names, open_one) == []
        assert missing_from([*names, INVENTED], open_one) == [INVENTED]


async def test_a_value_at_rest_is_what_the_libraries_leave_between_messages(connection):
    """A name may stay while its value changes: then every connection would keep it again."""
    at_rest = {name: getattr(connection.viewer, name) for name in private_names.AT_REST}
    assert at_rest == private_names.AT_REST


def test_the_protocol_uses_the_list_and_adds_only_its_own_names():
    assert set(AT_REST) - set(private_names.AT_REST) == OURS
    assert missing_from(OURS, LiveProtocol) == []


@pytest.mark.parametrize("package", ["autobahn", "daphne", "twisted"])
def test_the_three_libraries_are_pinned_exactly(package):
    dependencies = tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"]
    assert f"{package}=={version(package)}" in dependencies
