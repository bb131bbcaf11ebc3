"""The waitlist of a sold-out show: who is asked, in which order, and what becomes of offers."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from checkout.bookings import create as creating
from checkout.bookings.create import create_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.cancellations.shows import begin_cancellation
from checkout.errors import AlreadyWaiting, InvalidInput, NotSoldOut, OfferOver
from checkout.models import Booking, OutboxMessage, WaitlistEntry
from checkout.outbox.handlers import relay_outbox
from checkout.payments.reconciling import expire_bookings
from checkout.payments.settling import settle_payment
from checkout.waitlist import entries, offers
from checkout.waitlist.confirming import confirm_entry, confirm_token
from checkout.waitlist.entries import decline_offer, entry_of_token, join_waitlist, leave_waitlist
from checkout.waitlist.offers import serve_waitlists
from checkout.waitlist.select import waitlist_json
from seating.errors import HoldExpired, HoldsUnavailable, SeatUnavailable, ShowClosed, TooManySeats
from seating.identity import token_for
from seating.selectors import held_by, seat_map
from seating.services.blocks import block_seats, unblock_seats
from seating.services.claims import extend_hold
from seating.services.holds import hold_seats, release_seats
from tests import factories

CAROL, DAN = "guest_ca0100000000000000000000", "guest_da0000000000000000000000"
ROW_A = [f"A{number}" for number in range(1, 7)]


@pytest.fixture
def full(show):
    """The show with every seat taken out of sale; `free` puts some back."""
    block_seats(show.pk, factories.seat_ids(show), "user_1", "full")
    return show


def free(show, *seats):
    unblock_seats(show.pk, seats)


def join(show, owner, count=2, tier="", **more):
    """Joins and opens the mail's link."""
    return confirm(ask_to_join(show, owner, count, tier, **more))


def ask_to_join(show, owner, count=2, tier="", **more):
    name = owner[6:10]
    who = {"name": name, "email": f"{name}@example.com", "site": "http://box.example", **more}
    return join_waitlist(owner, show.pk, count=count, tier=tier, **who)


def confirm(entry):
    return confirm_entry(confirm_token(entry), entry.show_id)


def now(entry):
    entry.refresh_from_db()
    return entry


def let_lapse(entry):
    past = timezone.now() - timedelta(seconds=1)
    WaitlistEntry.objects.filter(pk=entry.pk).update(offer_ends_at=past)
    return now(entry)


# --------------------------------------------------------------------------------------------- joining
def test_a_party_that_finds_seats_need_not_wait(full, alice):
    free(full, "A1", "A2")
    with pytest.raises(NotSoldOut):
        join(full, alice, 2)
    assert join(full, alice, 3).status == "waiting"


def test_a_party_that_wants_one_tier_waits_while_another_has_seats(full, alice):
    free(full, "B1", "B2")
    assert join(full, alice, 2, "Classic").tier == "Classic"
    with pytest.raises(NotSoldOut):
        join(full, CAROL, 2, "Prime")


def test_joining_twice_is_one_entry_and_another_wish_is_refused(full, alice):
    first = join(full, alice, 2)
    assert join(full, alice, 2).pk == first.pk
    with pytest.raises(AlreadyWaiting):
        join(full, alice, 3)
    assert WaitlistEntry.objects.count() == 1


def test_one_address_waits_once_whoever_types_it(full, alice, bob):
    join(full, alice, email="same@example.com")
    with pytest.raises(AlreadyWaiting):
        join(full, bob, email="SAME@example.com")
    assert leave_waitlist([alice], full.pk)
    assert join(full, bob, email="SAME@example.com").email == "same@example.com"


@pytest.mark.parametrize(
    ("wish", "refusal"), [((99, ""), TooManySeats), ((2, "Balcony"), InvalidInput)], ids=["party", "tier"]
)
def test_a_wish_that_cannot_come_true_is_refused(full, alice, wish, refusal):
    with pytest.raises(refusal):
        join(full, alice, *wish)


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_nobody_waits_for_a_show_that_sells_nothing(full, alice, state):
    full.state = state
    full.save()
    with pytest.raises(ShowClosed):
        join(full, alice)


def test_nobody_joins_in_the_last_twenty_minutes(full, alice):
    starts(full, minutes=19)
    with pytest.raises(ShowClosed):
        join(full, alice)


def starts(show, minutes):
    show.starts_at = timezone.now() + timedelta(minutes=minutes)
    show.ends_at = show.starts_at + timedelta(hours=2)
    show.save()


# --------------------------------------------------------------------------------------------- offering
def test_seats_that_come_free_are_offered_to_the_first_in_line_and_held_for_them(full, alice, bob):
    first, second = join(full, alice), join(full, bob)
    assert serve_waitlists() == 0
    free(full, "A3", "A4")
    assert serve_waitlists() == 1
    assert (now(first).status, now(second).status) == ("offered", "waiting")
    assert sorted(first.seats) == ["A3", "A4"] and first.adjacent
    assert set(held_by(full.pk, alice)) == {"A3", "A4"}
    assert timedelta(seconds=590) < first.offer_ends_at - timezone.now() <= timedelta(seconds=600)
    with pytest.raises(SeatUnavailable):
        hold_seats(full.pk, CAROL, ["A3"])


def test_the_first_that_fits_is_asked_and_a_larger_party_keeps_its_place(full, alice, bob):
    large, small = join(full, alice, 3), join(full, bob, 1)
    free(full, "A1")
    serve_waitlists()
    assert (now(large).status, now(small).status) == ("waiting", "offered")
    free(full, "C1", "C2", "C3")
    serve_waitlists()
    assert sorted(now(large).seats) == ["C1", "C2", "C3"]


def test_side_by_side_if_that_can_be(full, alice):
    first = join(full, alice)
    free(full, "A1", "A5", "B2", "B3")
    serve_waitlists()
    assert (sorted(now(first).seats), first.adjacent) == (["B2", "B3"], True)


def test_apart_only_when_there_is_nothing_together(full, alice):
    entry = join(full, alice)
    free(full, "A1", "A5")
    serve_waitlists()
    assert (sorted(now(entry).seats), entry.adjacent) == (["A1", "A5"], False)


def test_several_parties_are_asked_at_once_when_there_is_room_and_nobody_twice(full, alice, bob):
    first, second = join(full, alice), join(full, bob)
    free(full, *ROW_A)
    assert serve_waitlists() == 2
    assert serve_waitlists() == 0
    assert not set(now(first).seats) & set(now(second).seats)
    assert len(held_by(full.pk, alice)) == 2


def test_a_tier_is_respected(full, alice):
    entry = join(full, alice, 1, "Classic")
    free(full, "C1")
    assert serve_waitlists() == 0
    free(full, "A1")
    serve_waitlists()
    assert now(entry).seats == ["A1"]


def test_whoever_holds_as_many_as_they_may_is_passed_over_until_they_do_not(full, alice, bob, settings):
    settings.MAX_SEATS_PER_BOOKING = 3
    first, second = join(full, alice), join(full, bob)
    free(full, "D1", "D2")
    hold_seats(full.pk, alice, ["D1", "D2"])
    free(full, "A1", "A2")
    serve_waitlists()
    assert (now(first).status, now(second).status) == ("waiting", "offered")
    release_seats(full.pk, alice)
    serve_waitlists()
    assert now(first).status == "offered"


def test_an_open_hold_beside_the_offer_is_left_alone(full, alice):
    entry = join(full, alice)
    free(full, "D1")
    hold_seats(full.pk, alice, ["D1"])
    free(full, "A1", "A2")
    serve_waitlists()
    assert now(entry).status == "offered"
    assert release_seats(full.pk, alice) == ["D1"]
    assert set(held_by(full.pk, alice)) == {"A1", "A2"}


# ------------------------------------------------------------------------- how seats come free, all four
def test_a_refund_an_expiry_and_a_cancellation_lead_to_offers(desk, show, alice, bob):
    sold = desk.buy(bob, ("A1", "A2"))
    pending = desk.book(bob, ("B1", "B2"), name="Bob")
    rest = [seat for seat in factories.seat_ids(show) if seat not in {"A1", "A2", "B1", "B2"}]
    block_seats(show.pk, rest, "user_1", "full")
    first, second = join(show, alice), join(show, CAROL)
    cancel_booking(sold.pk)
    serve_waitlists()
    assert sorted(now(first).seats) == ["A1", "A2"]
    desk.let_time_run_out(pending)
    expire_bookings()
    serve_waitlists()
    assert sorted(now(second).seats) == ["B1", "B2"]


# ------------------------------------------------------------------------------------- what becomes of them
def test_a_declined_offer_goes_on_to_the_next_and_the_first_is_not_asked_again(full, alice, bob):
    first, second = join(full, alice), join(full, bob)
    free(full, "A1", "A2")
    serve_waitlists()
    decline_offer([alice], full.pk)
    serve_waitlists()
    assert (now(first).status, now(second).status) == ("declined", "offered")
    assert held_by(full.pk, alice) == ()
    assert sorted(held_by(full.pk, bob)) == ["A1", "A2"]
    assert join(full, alice).pk > second.pk


def test_a_lapsed_offer_goes_on_to_the_next(full, alice, bob):
    first, second = join(full, alice), join(full, bob)
    free(full, "A1", "A2")
    serve_waitlists()
    let_lapse(first)
    serve_waitlists()
    assert (now(first).status, now(second).status) == ("waiting", "offered")
    assert sorted(second.seats) == ["A1", "A2"]
    assert (first.hold, first.seats, first.offer_ends_at) == ("", [], None)
    assert waitlist_json(first)["position"] == 1


def test_a_lapsed_offer_puts_a_party_behind_those_who_wait_and_the_third_ends_its_entry(full, alice, bob):
    first, second = join(full, alice), join(full, bob)
    free(full, "A1", "A2")
    turns = []
    for _ in range(6):
        assert serve_waitlists() == 1
        offered = WaitlistEntry.objects.get(status="offered")
        turns.append(offered.pk)
        let_lapse(offered)
    serve_waitlists()
    assert turns == [first.pk, second.pk] * 3
    assert (now(first).status, now(second).status) == ("lapsed", "lapsed")
    assert len(set(first.lapsed_holds)) == 3 and first.hold in first.lapsed_holds
    assert seat_map(full.pk).seats["A1"] == "available"


def test_the_hold_of_a_lapsed_offer_is_nobodys_lost_booking(full, alice):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    lapsed = now(entry).hold
    let_lapse(entry)
    serve_waitlists()
    assert now(entry).hold not in {"", lapsed}
    assert entries.is_offer(full.pk, lapsed) and entries.is_offer(full.pk, entry.hold)
    assert not entries.is_offer(full.pk, "another")


def test_an_offer_that_cannot_be_ended_does_not_hold_up_the_others(full, alice, bob, monkeypatch):
    first, second = join(full, alice, 1), join(full, bob, 1)
    free(full, "A1", "A3")
    assert serve_waitlists() == 2
    let_lapse(first)
    let_lapse(second)
    lapse_offer = offers.lapse_offer

    def fail_for_the_first(entry):
        if entry.pk == first.pk:
            raise RuntimeError("the database is away")
        lapse_offer(entry)

    monkeypatch.setattr(offers, "lapse_offer", fail_for_the_first)
    serve_waitlists()
    assert (len(now(first).lapsed_holds), len(now(second).lapsed_holds)) == (0, 1)


def test_whoever_leaves_gives_back_what_was_offered(full, alice, bob):
    _, second = join(full, alice), join(full, bob)
    free(full, "A1", "A2")
    serve_waitlists()
    assert leave_waitlist([alice], full.pk) is True
    assert leave_waitlist([alice], full.pk) is False
    serve_waitlists()
    assert now(second).status == "offered"


def test_there_is_nothing_to_decline_without_an_offer(full, alice):
    join(full, alice)
    with pytest.raises(OfferOver):
        decline_offer([alice], full.pk)


def test_offered_seats_become_a_booking_and_then_tickets(desk, full, gateway, alice):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    booking = create_booking([alice], full.pk, name="Alice", email="alice@example.com")
    assert (booking.hold, booking.owner, booking.expires_at) == (now(entry).hold, alice, entry.offer_ends_at)
    assert entry.status == "taken"
    order_id = desk.order(booking)
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "confirmed"
    assert desk.claims("A1", "A2") == ["sold", "sold"]


def test_starting_to_pay_extends_a_taken_offer_within_twenty_minutes_of_its_first_lock(desk, full, alice, settings):
    settings.WAITLIST_OFFER_SECONDS, settings.PAYMENT_WINDOW_SECONDS = 700, 1000
    join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    booking = create_booking([alice], full.pk, name="Alice", email="alice@example.com", offered=True)
    desk.order(booking)
    left = Booking.objects.get().expires_at - timezone.now()
    assert timedelta(seconds=980) < left <= timedelta(seconds=1000)


def test_taking_twice_is_one_booking(full, alice):
    join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    contact = {"name": "Alice", "email": "alice@example.com"}
    first = create_booking([alice], full.pk, offered=True, **contact)
    assert create_booking([alice], full.pk, offered=True, **contact).pk == first.pk


def test_the_open_hold_is_booked_first_unless_the_offer_is_meant(full, alice):
    join(full, alice)
    free(full, "A1", "A2", "D1")
    serve_waitlists()
    hold_seats(full.pk, alice, ["D1"])
    contact = {"name": "Alice", "email": "alice@example.com"}
    taken = create_booking([alice], full.pk, offered=True, **contact)
    assert sorted(line.seat for line in taken.lines.all()) == ["A1", "A2"]
    held = create_booking([alice], full.pk, **contact)
    assert [line.seat for line in held.lines.all()] == ["D1"]


def test_a_lapsed_offer_cannot_be_taken(full, alice):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    let_lapse(entry)
    with pytest.raises(HoldExpired):
        create_booking([alice], full.pk, name="Alice", email="a@example.com")
    assert now(entry).status == "offered" and not Booking.objects.exists()


def test_a_lapsed_offer_is_not_answered_with_another_pending_booking(full, alice):
    entry = join(full, alice)
    free(full, "A1", "A2", "D1")
    serve_waitlists()
    hold_seats(full.pk, alice, ["D1"])
    other = create_booking([alice], full.pk, name="Alice", email="a@example.com")
    let_lapse(entry)
    with pytest.raises(HoldExpired):
        create_booking([alice], full.pk, name="Somebody", email="b@example.com", offered=True)
    other.refresh_from_db()
    assert other.name == "Alice"


def test_a_booking_that_fails_leaves_the_offer_as_it_was(full, alice, monkeypatch):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()

    def fail(*arguments):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(creating, "_store", fail)
    with pytest.raises(RuntimeError):
        create_booking([alice], full.pk, name="Alice", email="a@example.com")
    assert now(entry).status == "offered"
    assert release_seats(full.pk, alice) == []
    assert set(held_by(full.pk, alice)) == {"A1", "A2"}


# --------------------------------------------------------------------------------------------- the clock
def test_no_offers_in_the_last_twenty_minutes_and_whoever_waits_is_told(full, alice, bob):
    first, second = join(full, alice), join(full, bob)
    free(full, "A1", "A2")
    serve_waitlists()
    starts(full, minutes=19)
    free(full, "B1", "B2")
    assert serve_waitlists() == 0
    assert (now(first).status, now(second).status) == ("offered", "closed")
    relay_outbox()
    [told] = [one for one in mail.outbox if one.to == [second.email]]  # what is confirmed needs no mail any more
    assert "No seats for your party came free" in told.body


def test_while_the_sale_is_closed_nobody_is_asked_and_nobody_loses_their_place(full, alice):
    entry = join(full, alice)
    free(full, "A1", "A2")
    full.state = "closed"
    full.save()
    assert serve_waitlists() == 0
    full.state = "on_sale"
    full.save()
    assert serve_waitlists() == 1
    assert now(entry).status == "offered"


def test_a_cancelled_show_ends_its_list_and_takes_offers_back(full, alice, bob):
    first, second = join(full, alice), join(full, bob)
    free(full, "A1", "A2")
    serve_waitlists()
    begin_cancellation(full.pk)
    assert (now(first).status, now(second).status) == ("closed", "closed")
    assert held_by(full.pk, alice) == ()
    relay_outbox()
    assert len([one for one in mail.outbox if "cancelled this show" in one.body]) == 2


# ----------------------------------------------------------------------------------------------- losses
def test_a_flush_of_redis_loses_no_offer(full, alice, bob, redis_server):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    redis_server.flushdb()
    assert serve_waitlists() == 0
    assert seat_map(full.pk).seats["A1"] == "held"
    with pytest.raises(SeatUnavailable):
        hold_seats(full.pk, bob, ["A1"])
    booking = create_booking([alice], full.pk, name="Alice", email="a@example.com")
    assert now(entry).status == "taken"
    assert extend_hold(full.pk, alice, booking.hold) >= booking.expires_at


def test_an_offer_that_cannot_be_written_down_holds_nothing(full, alice, monkeypatch):

    entry = join(full, alice)
    free(full, "A1", "A2")

    def fail(*arguments):
        raise RuntimeError("the database is away")

    monkeypatch.setattr(offers, "_write_down", fail)
    assert serve_waitlists() == 0
    assert now(entry).status == "waiting"
    assert seat_map(full.pk).seats["A1"] == "available"
    monkeypatch.undo()
    assert serve_waitlists() == 1


def test_without_redis_nobody_is_asked_and_nothing_breaks(full, alice, monkeypatch):
    entry = join(full, alice)

    def away(*arguments):
        raise HoldsUnavailable("Redis is gone.")

    monkeypatch.setattr(offers, "best_available", away)
    assert serve_waitlists() == 0
    assert now(entry).status == "waiting"


# ----------------------------------------------------------------------------------------- mail and link
def test_the_mail_names_the_seats_and_carries_a_link(full, alice):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    relay_outbox()
    [told] = mail.outbox
    assert told.to == [entry.email]
    assert "A1, A2" in told.body
    token = told.body.split("/offer/?t=")[1].split()[0]
    assert entry_of_token(token, full.pk).pk == entry.pk


def test_an_offer_that_is_over_before_its_mail_went_out_is_not_mailed(full, alice):
    join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    decline_offer([alice], full.pk)
    relay_outbox()
    assert mail.outbox == []
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_a_link_ends_with_its_offer_and_opens_no_later_one(full, alice):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    token = entries.offer_token(now(entry))
    with pytest.raises(OfferOver):
        entry_of_token(token, full.pk, now=entry.offer_ends_at)
    decline_offer([alice], full.pk)
    with pytest.raises(OfferOver):
        entry_of_token(token, full.pk)
    block_seats(full.pk, ["A1", "A2"], "user_1", "full again")
    again = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    assert now(again).status == "offered"
    with pytest.raises(OfferOver):
        entry_of_token(token, full.pk)


@pytest.mark.parametrize("change", ["", "x", "one more letter", "another show", "a guest's token"])
def test_a_link_that_we_did_not_make_opens_nothing(full, alice, change):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    token, show_id = entries.offer_token(now(entry)), full.pk
    forged = {"one more letter": token + "A", "another show": token, "a guest's token": token_for(alice)}
    with pytest.raises(OfferOver):
        entry_of_token(forged.get(change, change), show_id + (change == "another show"))
