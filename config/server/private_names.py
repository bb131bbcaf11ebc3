"""The names of Autobahn, Twisted and Daphne that are not public and that the server depends on, all in one place.

pyproject.toml pins the three packages exactly. `tests/config/server/test_private_names.py` makes a real handshake and
fails with the name of each one that is gone: run it first when a version changes. Each group says what it buys; the
numbers are from the table in docs/performance.md.
"""

from typing import Any

# ------------------------------------------------------------------------------------------------ Autobahn
# Attributes of a WebSocketServerProtocol that have one and the same value on every connection without a message under
# way. They are read from the class instead of being kept on each instance.
# Buys, with the other groups of a connection below: 4.39 KiB per idle viewer at 5,000 viewers (Socket.IO 4: 11.7 KiB).
AUTOBAHN_AT_REST: dict[str, Any] = {
    "data": b"",
    "websocket_version": 13,
    **dict.fromkeys(("send_state", "autoPingPendingSeq"), 0),
    **dict.fromkeys(
        (
            *("triggered", "inside_message", "_isMessageCompressed"),
            *("wasMaxFramePayloadSizeExceeded", "wasMaxMessagePayloadSizeExceeded", "closedByMe", "failedByMe"),
            *("droppedByMe", "wasClean", "wasServerConnectionDropTimeout", "wasOpenHandshakeTimeout"),
            *("wasCloseHandshakeTimeout", "wasServingFlashSocketPolicyFile"),
        ),
        False,
    ),
    **dict.fromkeys(
        (
            *("_perMessageCompress", "trackedTimings", "current_frame", "control_frame_data", "frame_data"),
            *("message_data", "wasNotCleanReason", "localCloseCode", "localCloseReason", "remoteCloseCode"),
            *("remoteCloseReason", "openHandshakeTimeoutCall", "closeHandshakeTimeoutCall", "autoPingTimeoutCall"),
            *("autoPingPending", "autoPingPendingCall", "autoPingPendingSent"),
        ),
        None,
    ),
}
# What Autobahn's handshake leaves behind, what its next message sets anew, and what is made again when it is needed.
# Buys the same: 4.39 KiB per idle viewer.
AUTOBAHN_NOT_KEPT = (
    *("_results", "_valid_events", "_transport_details", "_wskey", "peer"),
    *("http_headers", "http_request_data", "http_request_host", "http_request_params", "http_request_path"),
    *("http_request_uri", "http_response_data", "http_status_line", "websocket_extensions"),
    *("websocket_extensions_in_use", "websocket_origin", "websocket_protocol_in_use", "websocket_protocols"),
    *("current_frame_masker", "perMessageCompressionAccept", "message_is_binary", "message_data_total_length"),
    *("frame_length", "utf8validateLast", "utf8validateIncomingCurrentMessage"),
    *("is_closed", "is_open", "send_queue", "trafficStats", "utf8validator"),
)
# Used or overridden by name. `CONFIG_ATTRS`: options shared by all connections, part of the 4.39 KiB. `state`,
# `STATE_OPEN`: fan-out, 14.9 µs of CPU per frame and socket (Socket.IO 4: 20.7 µs). `sendCloseFrame`: the close codes
# 1012 and 1013, which `sendClose` refuses. `onAutoPingTimeout`: pings without a timer and a record for each.
AUTOBAHN_USED = ("CONFIG_ATTRS", "STATE_OPEN", "state", "succeedHandshake", "sendCloseFrame", "onAutoPingTimeout")

# -------------------------------------------------------------------------------------------------- Daphne
# Attributes of a WebSocketProtocol, as above. Buys the same: 4.39 KiB per idle viewer.
DAPHNE_AT_REST: dict[str, Any] = {"protocol_to_accept": None}
DAPHNE_NOT_KEPT = ("_raw_query_string", "application_deferred", "clean_headers", "path", "root_path", "server_addr")
# Used or overridden by name: the hand-over, after which no task and no queue waits for a silent viewer, is part of the
# 4.39 KiB; pings and timeouts without Autobahn's timers, too.
DAPHNE_USED = (
    *("application_queue", "handle_exception", "server", "request", "client_addr"),
    *("last_ping", "socket_opened", "check_timeouts", "serverClose"),
)
# The same of daphne.server.Server: `connections` is where an application's task is looked up, under this key.
DAPHNE_SERVER_USED = (
    *("connections", "ws_factory", "listen_success", "create_application", "kill_all_applications"),
    *("log_action", "websocket_timeout", "ping_interval", "ping_timeout"),
)
DAPHNE_CONNECTION_KEYS = ("application_instance",)

# ------------------------------------------------------------------------------------------------- Twisted
# An attribute of internet.protocol.BaseProtocol, as above. Buys the same: 4.39 KiB per idle viewer.
TWISTED_AT_REST: dict[str, Any] = {"connected": 1}
# Of internet.tcp.Connection: what waits in front of a frame. Writing past it buys the fan-out: 14.9 µs of CPU per frame
# and socket; skipping viewers who do not drain: 0.256 KiB for each stalled viewer above an idle one.
TWISTED_CONNECTION_USED = ("socket", "dataBuffer", "offset", "_tempDataBuffer", "_tempDataLen", "producer")
# Of web.http.HTTPChannel: its request would stay with the socket. Part of the 4.39 KiB per idle viewer.
TWISTED_HTTP_CHANNEL_USED = ("requests",)

AT_REST = {**AUTOBAHN_AT_REST, **DAPHNE_AT_REST, **TWISTED_AT_REST}
NOT_KEPT = frozenset((*AUTOBAHN_NOT_KEPT, *DAPHNE_NOT_KEPT))
