"""How many messages one socket may send."""

from seating.limits import MESSAGES_AT_ONCE, Bucket


def test_a_burst_passes_and_a_flood_does_not():
    bucket = Bucket()
    taken = [bucket.takes() for _ in range(int(MESSAGES_AT_ONCE) + 5)]
    assert all(taken[: int(MESSAGES_AT_ONCE)])
    assert not taken[-1]


def test_after_a_second_there_is_room_for_five_more(monkeypatch):
    bucket = Bucket()
    for _ in range(int(MESSAGES_AT_ONCE)):
        bucket.takes()
    bucket._counted_at -= 1.0
    assert [bucket.takes() for _ in range(6)] == [True] * 5 + [False]
