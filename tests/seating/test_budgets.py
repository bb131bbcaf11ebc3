"""One address cannot keep a house from everybody: budgets of held and of lapsed seats, counted where seats are held."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from seating import budgets, connections, keys, store
from seating.errors import AccountsOnly, SeatingError, TooManySeatsHere
from seating.identity import Caller
from seating.selectors import figures, held_by, seat_map
from seating.services.adoption import adopt_holds
from seating.services.claims import abandon_hold, claim_hold, sell_seats
from seating.services.holds import expire_holds, hold_seats, release_seats
from tests.seating.steps import make_due, sell_held

HOME = Caller("192.0.2.7")
OFFICE = Caller("198.51.100.9")


@pytest.fixture(autouse=True)
def small_budgets(settings):
    settings.GUEST_SEATS_PER_ADDRESS, settings.SEATS_UNPAID_PER_ADDRESS = 4, 6


def guest(number):
    return f"guest_{number:024x}"


def budget(show, name=HOME.address):
    """(held, lapsed) as Redis has them."""
    text = connections.client().hget(keys.of_show(show.pk)[4], name)
    known = store.json.loads(text) if text else {"held": 0, "lapsed": {}}
    return known["held"], sum(known["lapsed"].values())


def age_asks(show, owner, seconds):
    """As if the owner had asked for their seats so much earlier."""
    client, holds = connections.client(), keys.of_show(show.pk)[3]
    known = store.json.loads(client.hget(holds, owner))
    for hold in known.values():
        for ask in hold["asks"]:
            ask[1] -= seconds * 1000
    client.hset(holds, owner, store.json.dumps(known))


def hoard(show, caller=HOME):
    """How many seats new guests get, one each, until the first refusal."""
    got = 0
    for number, seat in enumerate(seat_map(show.pk).seats):
        try:
            hold_seats(show.pk, guest(number), [seat], caller=caller)
        except SeatingError:
            break
        got += 1
    return got


def test_forty_guests_of_one_address_get_the_budget_and_no_more(show):
    assert hoard(show) == 4
    assert budget(show) == (4, 0)


def test_without_the_check_in_the_script_one_address_gets_the_house(show, monkeypatch):
    monkeypatch.setattr("seating.services.holds.budget_for", lambda *_, **__: store.NO_BUDGET)
    assert hoard(show) == 24


def test_many_at_once_get_no_further(show):
    def ask(number):
        try:
            return len(hold_seats(show.pk, guest(number), [list(seat_map(show.pk).seats)[number]], caller=HOME).seats)
        except TooManySeatsHere:
            return 0

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(ask, range(24))) == 4


def test_the_refusal_says_what_to_do_and_when(show, alice, bob):
    hold_seats(show.pk, alice, ["A1", "A2", "A3"], caller=HOME)
    with pytest.raises(TooManySeatsHere) as refusal:
        hold_seats(show.pk, bob, ["B1", "B2"], caller=HOME)
    assert refusal.value.status == 429 and refusal.value.code == "too_many_seats_here"
    assert 1 <= refusal.value.retry_after <= 30
    assert "sign in" in refusal.value.detail
    assert held_by(show.pk, bob) == ()


def test_another_address_and_another_show_have_budgets_of_their_own(show, alice, bob):
    from tests import factories

    hold_seats(show.pk, alice, ["A1", "A2", "A3", "A4"], caller=HOME)
    hold_seats(show.pk, bob, ["B1"], caller=OFFICE)
    other = factories.make_show(seats=dict.fromkeys("AB", 6))
    hold_seats(other.pk, bob, ["A1"], caller=HOME)


def test_release_and_expiry_and_sale_give_held_seats_back(show, alice, bob):
    hold_seats(show.pk, alice, ["A1", "A2"], caller=HOME)
    release_seats(show.pk, alice, ["A1"])
    assert budget(show) == (1, 0)
    hold_seats(show.pk, bob, ["B1", "B2"], caller=HOME)
    sell_held(show.pk, bob)
    assert budget(show) == (1, 0)
    make_due(show.pk)
    expire_holds()
    assert budget(show) == (0, 1)


def test_a_booking_that_is_given_up_gives_back_too_and_one_that_waits_counts(show, alice, bob):
    hold_seats(show.pk, alice, ["A1", "A2", "A3", "A4"], caller=HOME)
    with transaction.atomic():
        hold = claim_hold(show.pk, alice)
    with pytest.raises(TooManySeatsHere):
        hold_seats(show.pk, bob, ["B1"], caller=HOME)
    abandon_hold(show.pk, alice, hold.id)
    assert budget(show) == (0, 0)


def test_seats_that_lapse_unpaid_are_remembered_until_their_half_hour_is_over(show, redis_server):
    for number in range(3):
        hold_seats(show.pk, guest(number), ["A1", "A2"], caller=HOME)
        make_due(show.pk)
        expire_holds()
    assert budget(show) == (0, 6)
    with pytest.raises(TooManySeatsHere) as refusal:
        hold_seats(show.pk, guest(9), ["A1"], caller=HOME)
    assert 60 < refusal.value.retry_after <= 31 * 60

    name = keys.of_show(show.pk)[4]
    known = store.json.loads(redis_server.hget(name, HOME.address))
    known["lapsed"] = {str(int(minute) - 31): seats for minute, seats in known["lapsed"].items()}
    redis_server.hset(name, HOME.address, store.json.dumps(known))
    hold_seats(show.pk, guest(9), ["A1"], caller=HOME)
    assert budget(show) == (1, 0)


def test_a_seat_given_back_after_a_minute_counts_as_lapsed_and_a_short_look_does_not(show, alice):
    hold_seats(show.pk, alice, ["A1", "A2"], caller=HOME)
    release_seats(show.pk, alice, ["A1"])
    assert budget(show) == (1, 0)
    age_asks(show, alice, 61)
    release_seats(show.pk, alice)
    assert budget(show) == (0, 1)


def test_renewing_a_hold_for_ever_spends_the_budget(show, alice):
    for _ in range(3):
        hold_seats(show.pk, alice, ["A1", "A2"], caller=HOME)
        age_asks(show, alice, 61)
        release_seats(show.pk, alice)
    with pytest.raises(TooManySeatsHere):
        hold_seats(show.pk, alice, ["A1", "A2"], caller=HOME)


def test_a_seat_that_is_paid_for_gives_a_lapsed_one_back(show, alice, bob):
    hold_seats(show.pk, alice, ["A1", "A2", "A3"], caller=HOME)
    make_due(show.pk)
    expire_holds()
    assert budget(show) == (0, 3)
    hold_seats(show.pk, bob, ["B1", "B2"], caller=HOME)
    sell_held(show.pk, bob)
    assert budget(show) == (0, 1)


def test_buyers_behind_one_address_who_pay_all_get_through(settings, redis_server, transactional_db):
    from tests import factories

    settings.GUEST_SEATS_PER_ADDRESS, settings.SEATS_UNPAID_PER_ADDRESS = 30, 60
    show = factories.make_show(seats=dict.fromkeys("ABCDEFGHIJKLMNOPQRST", 20))
    seats = iter(seat_map(show.pk).seats)
    for number in range(200):
        hold_seats(show.pk, guest(number), [next(seats), next(seats)], caller=HOME)
        sell_held(show.pk, guest(number))
    assert figures([show.pk])[0].sold == 400
    assert budget(show) == (0, 0)


def test_a_verified_account_has_a_budget_of_its_own(show, alice):
    hold_seats(show.pk, alice, ["A1", "A2", "A3", "A4"], caller=HOME)
    hold_seats(show.pk, "user_7", ["B1"], caller=Caller(HOME.address, verified=True))
    with pytest.raises(TooManySeatsHere):
        hold_seats(show.pk, "user_8", ["B2"], caller=Caller(HOME.address, verified=False))
    assert budget(show) == (4, 0) and budget(show, "user_7") == (1, 0)


def test_signing_in_moves_the_seats_to_the_accounts_budget(show, alice):
    hold_seats(show.pk, alice, ["A1", "A2"], caller=HOME)
    adopt_holds(show.pk, alice, "user_7", verified=True)
    assert budget(show) == (0, 0) and budget(show, "user_7") == (2, 0)
    adopt_holds(show.pk, "user_7", "user_8", verified=False)
    assert budget(show, "user_7") == (2, 0)


def test_with_the_budgets_off_nothing_is_counted(show, alice, settings):
    settings.GUEST_SEATS_PER_ADDRESS = settings.SEATS_UNPAID_PER_ADDRESS = 0
    hold_seats(show.pk, alice, ["A1"], caller=HOME)
    assert not connections.client().exists(keys.of_show(show.pk)[4])
    assert budgets.budget_for(alice, HOME.address, verified=False) == store.NO_BUDGET


def test_after_redis_lost_its_data_sold_and_pending_seats_disturb_no_budget(show, alice, bob, redis_server):
    hold_seats(show.pk, alice, ["A1", "A2"], caller=HOME)
    with transaction.atomic():
        hold = claim_hold(show.pk, alice)
    redis_server.flushdb()
    hold_seats(show.pk, bob, ["B1"], caller=HOME)
    assert budget(show) == (1, 0)
    with transaction.atomic():
        sell_seats(show.pk, alice, hold.id, hold.seats)
    assert budget(show) == (1, 0)


def test_what_unpaid_holds_cost_the_house_is_counted(show, alice, bob):
    hold_seats(show.pk, alice, ["A1", "A2", "A3"], caller=HOME)
    with pytest.raises(TooManySeatsHere):
        hold_seats(show.pk, bob, ["B1", "B2"], caller=HOME)
    make_due(show.pk)
    expire_holds()
    [now] = figures([show.pk])
    assert (now.lapsed, now.refused) == (3, 2)


def test_a_show_for_accounts_only_is_held_by_verified_accounts_alone(show, alice):
    type(show).objects.filter(pk=show.pk).update(accounts_only=True)
    for owner, caller in ((alice, HOME), ("user_8", Caller(HOME.address, verified=False))):
        with pytest.raises(AccountsOnly) as refusal:
            hold_seats(show.pk, owner, ["A1"], caller=caller)
        assert refusal.value.status == 403
    assert hold_seats(show.pk, "user_7", ["A1"], caller=Caller(HOME.address, verified=True)).seats == ("A1",)


def test_metrics_show_it_by_show(show, alice, client):
    hold_seats(show.pk, alice, ["A1", "A2"], caller=HOME)
    make_due(show.pk)
    expire_holds()
    assert f'housefull_seats_lapsed{{show="{show.pk}"}} 2.0' in client.get("/metrics").content.decode()
