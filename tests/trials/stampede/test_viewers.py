"""A viewer keeps the map as the contract says: snapshot, deltas that follow, and never a guess."""

import json

import pytest
from picows import WSMsgType

from trials.stampede.address import read_address
from trials.stampede.crowd import Crowd
from trials.stampede.ledger import Ledger
from trials.stampede.matching import FrameMatcher
from trials.stampede.measures import Measures
from trials.stampede.target import Hall, Seat
from trials.stampede.viewers import Viewer

SEATS = ("A1", "A2", "A3")


class Frame:
    fin = True
    msg_type = WSMsgType.TEXT

    def __init__(self, **message):
        self.payload = json.dumps(message).encode()

    def get_payload_as_bytes(self):
        return self.payload


class Socket:
    def __init__(self):
        self.said = []

    def send(self, kind, payload):
        self.said.append(json.loads(payload))


@pytest.fixture
def crowd():
    seats = tuple(Seat(seat, "A", None) for seat in SEATS)
    hall = Hall(read_address("http://127.0.0.1:1"), 1, "Show", seats, {seat: n for n, seat in enumerate(SEATS)})
    measures = Measures()
    return Crowd(hall, measures, Ledger(), FrameMatcher(measures))


@pytest.fixture
def alice(crowd):
    viewer = Viewer(crowd, 0, sampled=True)
    viewer.on_ws_connected(Socket())
    return viewer


def snapshot(seq, states="aaa", epoch="e"):
    return Frame(type="snapshot", epoch=epoch, seq=seq, states=states, now="2026-11-23T10:00:00.000Z")


def delta(first, last, **changes):
    return Frame(**{"type": "delta", "from": first, "to": last, "changes": changes})


def receive(viewer, *frames):
    for frame in frames:
        viewer.on_ws_frame(viewer.transport, frame)


def test_deltas_that_follow_are_applied(alice):
    receive(alice, snapshot(3), delta(3, 4, A1="h"), delta(4, 7, A1="s", A3="b"))
    assert (alice.states, alice.seq, alice.on_map) == (b"sab", 7, True)


def test_an_old_delta_is_ignored(alice):
    receive(alice, snapshot(3), delta(1, 3, A1="h"))
    assert (alice.states, alice.seq, alice.transport.said) == (b"aaa", 3, [])


def test_a_gap_is_asked_about_once_and_mended_by_the_snapshot(alice, crowd):
    receive(alice, snapshot(3), delta(4, 5, A1="h"), delta(5, 6, A2="h"))
    assert alice.transport.said == [{"type": "hello", "epoch": "e", "seq": 3}]
    assert (alice.states, alice.on_map, crowd.measures.gaps) == (b"aaa", False, 1)
    receive(alice, snapshot(6, "hha"), delta(6, 7, A3="h"))
    assert (alice.states, alice.seq, alice.on_map) == (b"hhh", 7, True)


def test_a_heartbeat_of_another_number_is_a_gap(alice):
    receive(alice, snapshot(3), Frame(type="heartbeat", seq=3, now="2026-11-23T10:00:00.000Z"))
    assert alice.transport.said == []
    receive(alice, Frame(type="heartbeat", seq=4, now="2026-11-23T10:00:00.000Z"))
    assert alice.transport.said == [{"type": "hello", "epoch": "e", "seq": 3}]


def test_a_new_socket_begins_without_a_map(alice):
    receive(alice, snapshot(3))
    alice.on_ws_connected(Socket())
    assert not alice.on_map


def test_frames_are_parsed_once_for_everybody_and_maps_are_not_shared(alice, crowd):
    bob = Viewer(crowd, 1)
    bob.on_ws_connected(Socket())
    for viewer in (alice, bob):
        receive(viewer, snapshot(3), delta(3, 4, A1="h"))
    assert len(crowd.frames.recent) == 2
    receive(alice, delta(4, 5, A2="h"))
    assert (alice.states, bob.states) == (b"hha", b"haa")


def test_what_is_not_in_the_contract_is_an_error_and_changes_nothing(alice, crowd):
    receive(alice, snapshot(3), Frame(type="delta"), snapshot(9, "too many"), delta(3, 4, Z9="h"))
    assert (alice.states, alice.seq) == (b"aaa", 3)
    assert crowd.measures.errors["unreadable_frame"] == 3


def test_a_new_epoch_and_numbers_that_go_back_are_signs_of_a_loss(alice, crowd):
    receive(alice, snapshot(30))
    assert crowd.ledger.losses == []
    receive(alice, snapshot(20))
    receive(alice, snapshot(1, epoch="f"))
    [loss] = crowd.ledger.losses
    assert loss.signs == {"numbers went back", "new epoch"}


@pytest.mark.parametrize("code", [4400, 4401, 4404])
async def test_who_is_told_to_stop_stops(alice, crowd, code):
    alice.close_code = code
    alice.on_ws_disconnected(alice.transport)
    assert alice.stopped
    assert crowd.measures.reconnects == 0


@pytest.mark.parametrize("code", [1006, 1012, 1013, 4429])
async def test_who_is_cut_off_comes_back(alice, crowd, code):
    alice.close_code = code
    alice.on_ws_disconnected(alice.transport)
    assert not alice.stopped
    assert crowd.measures.reconnects == 1
