"""Races on real servers: many at once want the same seats, and exactly one gets them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from seating import store
from seating.errors import SeatingError, SeatUnavailable
from seating.models import Claim
from seating.selectors import seat_map
from seating.services.claims import secure_claims
from seating.services.holds import hold_seats

PEOPLE = 40


def all_at_once(action, people):
    """Runs `action(person)` for everybody at the same moment; answers with what each got, None for a refusal."""
    barrier = threading.Barrier(len(people))

    def one(person):
        barrier.wait()
        try:
            return action(person)
        except SeatingError:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))


def test_of_many_who_want_the_same_three_seats_one_gets_all_and_nobody_some(show):
    people = [f"guest_{number:024x}" for number in range(PEOPLE)]
    got = all_at_once(lambda person: hold_seats(show.pk, person, ["B1", "B2", "B3"]), people)
    winners = [hold for hold in got if hold]
    assert len(winners) == 1
    seats = store.read_snapshot(store.run(store.snapshot(show.pk))).holds
    assert list(seats) == [winners[0].owner]
    assert set(seats[winners[0].owner][winners[0].id]["seats"]) == {"B1", "B2", "B3"}


@pytest.mark.parametrize("rounds", range(3))
def test_overlapping_wishes_never_share_a_seat(show, rounds):
    wishes = {f"guest_{n:024x}": [f"A{1 + n % 4}", f"A{2 + n % 4}"] for n in range(12)}
    got = [hold for hold in all_at_once(lambda p: hold_seats(show.pk, p, wishes[p]), list(wishes)) if hold]
    seats = [seat for hold in got for seat in hold.seats]
    assert got and len(seats) == len(set(seats))


@pytest.mark.postgres
def test_postgres_refuses_the_second_claim_even_when_redis_let_both_through(show, redis_server):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    seat_map(show.pk)

    def claim_without_redis(person):
        # What would happen if Redis granted everybody the same seats: only the claims table stands in the way.
        with transaction.atomic():
            secure_claims(show.pk, person, f"hold of {person[-6:]}", ["C1", "C2"], _soon())
        return person

    people = [f"guest_{number:024x}" for number in range(12)]
    winners = [person for person in all_at_once(claim_without_redis, people) if person]
    assert len(winners) == 1
    assert set(Claim.objects.values_list("owner", flat=True)) == {winners[0]}


@pytest.mark.postgres
def test_without_the_constraint_and_the_lock_the_race_is_really_lost(show):
    """The guard's own proof: look first, then write, as systems do that sell a seat twice."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    looked = threading.Barrier(2)

    def look_then_write(person):
        free = not Claim.objects.filter(show_id=show.pk, seat__startswith="C1").exists()
        looked.wait()
        if not free:
            raise SeatUnavailable("taken")
        # A name of its own stands for the missing constraint.
        Claim.objects.create(show_id=show.pk, seat=f"C1 for {person[-1]}", state=Claim.State.SOLD, owner=person)
        return person

    assert len([p for p in all_at_once(look_then_write, ["guest_a", "guest_b"]) if p]) == 2


def _soon():
    from datetime import timedelta

    from django.utils import timezone

    return timezone.now() + timedelta(minutes=5)
