"""What one socket and one address may ask, and whose address it is behind proxies of our own."""

import pytest

from seating.limits import MESSAGES_AT_ONCE, Bucket, address_of


def scope(*forwarded):
    return {"client": ["10.0.0.1", 5], "headers": [(b"x-forwarded-for", value) for value in forwarded]}


@pytest.mark.parametrize(
    ("proxies", "headers", "address"),
    [
        (0, [b"6.6.6.6"], "10.0.0.1"),
        (1, [], "10.0.0.1"),
        (1, [b"1.2.3.4"], "1.2.3.4"),
        (1, [b"6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        (2, [b"6.6.6.6, 1.2.3.4, 10.9.9.9"], "1.2.3.4"),
        (2, [b"6.6.6.6", b"1.2.3.4,10.9.9.9"], "1.2.3.4"),
        (2, [b"1.2.3.4"], "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(settings, proxies, headers, address):
    settings.TRUSTED_PROXIES = proxies
    assert address_of(scope(*headers)) == address


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
