"""Prepared frames are what RFC 6455 says a server sends: one unmasked text frame."""

import pytest

from seating.protocol import Frame


@pytest.mark.parametrize("length", [0, 1, 80, 200, 5_000, 70_000])
def test_the_header_tells_the_payloads_length(length):
    frame = Frame({"x": "y" * length})
    payload = frame.text.encode()
    first, second = frame.wire[0], frame.wire[1]
    assert first == 0x81  # final, text
    if len(payload) < 126:
        assert (second, frame.wire[2:]) == (len(payload), payload)
    elif len(payload) < 65536:
        assert (second, int.from_bytes(frame.wire[2:4], "big"), frame.wire[4:]) == (126, len(payload), payload)
    else:
        assert (second, int.from_bytes(frame.wire[2:10], "big"), frame.wire[10:]) == (127, len(payload), payload)


def test_a_frame_is_encoded_once():
    frame = Frame({"name": "हिन्दी"})
    assert frame.wire is frame.wire
