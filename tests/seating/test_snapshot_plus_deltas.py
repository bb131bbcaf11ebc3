"""The golden test: an old snapshot plus what was published since equals a fresh snapshot, for every verb."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seating import connections, keys, store
from seating.channel import ShowChannel
from seating.facts import show_facts
from seating.services import execute
from seating.services.holds import hold_seats
from seating.states import VERBS, SeatState
from seating.throttle import Throttle
from tests.seating.steps import bring_to, call_service, run_script


class FakeViewer:
    """Applies frames the way the contract tells a client to."""

    def __init__(self, hall, owner=None):
        self.owner = owner
        self.asked = None
        self.hall = hall
        self.gaps = 0
        self.outlet = self

    def broadcast(self, frame):
        message = json.loads(frame.text)
        if message["type"] == "snapshot":
            self.seq, self.states = message["seq"], dict(zip(self.hall.ids, message["states"], strict=True))
        elif message["type"] == "delta" and message["to"] > self.seq:
            if message["from"] != self.seq:
                self.gaps += 1
                return True
            self.seq = message["to"]
            self.states.update(message["changes"])
        return True

    send = broadcast


class Witness:
    """A viewer who saw the map before, and hears only what is published."""

    def __init__(self, show_id):
        self.show_id = show_id
        self.hall = show_facts(show_id).hall
        self.pubsub = connections.client().pubsub()
        self.pubsub.subscribe(keys.channel(show_id))
        while self.pubsub.get_message(timeout=1) is None:
            pass
        self.viewer = FakeViewer(self.hall)
        self.channel = ShowChannel(show_id, self.hall, ask_for_read=self._missed, throttle=Throttle(share=1))
        self.channel.viewers.add(self.viewer)
        self.channel.load(self.fresh())

    def _missed(self, channel):
        raise AssertionError("a change was missed")

    def fresh(self):
        return store.read_snapshot(execute.run_built(store.snapshot(self.show_id)))

    def check(self):
        fresh = self.fresh()
        while self.channel.seq < fresh.seq:
            message = self.pubsub.get_message(timeout=2)
            assert message is not None, "the script changed the show and did not publish"
            if message["type"] == "message":
                self.channel.apply(json.loads(message["data"]))
        assert self.viewer.gaps == 0
        assert self.viewer.seq == fresh.seq
        assert self.viewer.states == {seat: fresh.states.get(seat, "a") for seat in self.hall.ids}
        assert self.channel.holds == fresh.holds

    def close(self):
        self.pubsub.close()


@pytest.fixture
def witness(show):
    witness = Witness(show.pk)
    yield witness
    witness.close()


@pytest.mark.parametrize("do", [run_script, call_service])
@pytest.mark.parametrize("before", SeatState)
@pytest.mark.parametrize("verb", VERBS)
def test_an_old_snapshot_plus_the_deltas_is_the_new_snapshot(show, witness, alice, verb, before, do):
    bring_to(before, show.pk, alice, "B2")
    witness.check()
    do(verb, show.pk, alice, "B2")
    witness.check()


STEPS = st.lists(
    st.tuples(
        st.sampled_from([run_script, call_service]),
        st.sampled_from(sorted(VERBS)),
        st.sampled_from(["alice", "bob"]),
        st.sampled_from(["A1", "A2", "B3"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_walk_leaves_every_viewer_on_the_true_map(show, witness, steps):
    for do, verb, person, seat in steps:
        do(verb, show.pk, f"guest_{person}", seat)
        witness.check()


def test_a_rebuild_begins_a_new_epoch_and_the_watch_asks_for_a_fresh_read(show, witness, alice, redis_server):
    asked = []
    witness.channel._ask_for_read = asked.append
    redis_server.flushdb()
    hold_seats(show.pk, alice, ["A1"])
    while (message := witness.pubsub.get_message(timeout=2)) is not None:
        if message["type"] == "message" and not asked:
            witness.channel.apply(json.loads(message["data"]))
    assert asked == [witness.channel]
