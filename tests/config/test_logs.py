"""What a log line may not have in it."""

import io
import logging

import pytest

from config import logs
from config.server.live_server import LiveServer

LINE = "Not Found: /bookings/x/?t=WyJsb29rIl0:1abc:signature&code=123456 from alice"


@pytest.mark.parametrize("as_json", [True, False])
def test_whoever_writes_an_address_down_its_token_is_struck_out(as_json):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(colour=False, as_json=as_json))
    log = logging.Logger("a library")
    log.addHandler(handler)
    try:
        raise ValueError(LINE)
    except ValueError:
        log.exception("%s", LINE)
    written = stream.getvalue()
    assert "signature" not in written and "123456" not in written and "WyJ" not in written
    assert "/bookings/x/?t=…&code=…" in written and "from alice" in written


def test_without_that_step_it_would_stand_there(monkeypatch):
    monkeypatch.setattr(logs, "without_secrets", lambda _logger, _method, line: line)
    record = logging.LogRecord("a library", logging.WARNING, "", 1, LINE, (), None)
    assert "signature" in logs.formatter(colour=False, as_json=False).format(record)


def test_the_access_log_has_paths_without_their_query():
    written = []
    server = LiveServer.__new__(LiveServer)
    server.action_logger = lambda *entry: written.append(entry)
    server.log_action("http", "complete", {"path": "/bookings/x/?t=secret", "status": 200})
    server.log_action("websocket", "connected", {"path": "/ws/shows/1/?t=secret"})
    assert [details["path"] for _, _, details in written] == ["/bookings/x/", "/ws/shows/1/"]
