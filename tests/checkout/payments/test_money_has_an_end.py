"""Ways in which money or seats could be left hanging, each of which once was one."""

from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from checkout.bookings.create import create_booking
from checkout.bookings.select import get_booking, payment_json
from checkout.cancellations.bookings import cancel_booking
from checkout.errors import GatewayRefused, GatewayUnavailable
from checkout.models import Booking, Order, OutboxMessage, Payment, Refund, Ticket
from checkout.payments import reconciling
from checkout.payments.reconciling import expire_bookings, reconcile_orders
from checkout.payments.refunds import reconcile_refunds
from checkout.payments.settling import settle_payment
from checkout.payments.starting import start_payment
from checkout.tickets.receipts import receipt_of
from seating.errors import HoldExpired, SeatUnavailable
from seating.models import Claim
from seating.services.claims import abandon_hold, extend_hold, reopen_seats, secure_claims, unclaim_hold
from tests.checkout.conftest import CONTACT, Desk
from tests.checkout.paper_gateway import PaperGateway


@pytest.fixture
def paper(monkeypatch):
    return PaperGateway().install(monkeypatch)


@pytest.fixture
def desk(show, paper):
    return Desk(show, paper)


def test_a_payment_on_its_way_back_does_not_buy_seats_that_come_free_meanwhile(desk, paper, bob):
    """The refund takes days, the payment stays captured for so long, and Bob gives the seats up."""
    paper.refunds_end = "pending"
    booking = desk.book()
    order_id = desk.order(booking)
    desk.lose_seats_to(bob, booking)
    paper.pay(order_id, "captured")
    settle_payment(order_id)
    desk.carry_out()
    cancel_booking(Booking.objects.get(owner=bob).pk)
    assert settle_payment(order_id).status == "expired"
    assert not Ticket.objects.filter(booking=booking).exists()
    assert paper.kept(order_id) == 0


def test_a_payment_that_we_let_go_and_somebody_captured_goes_back(desk, paper, bob):
    booking = desk.book()
    order_id = desk.order(booking)
    desk.lose_seats_to(bob, booking)
    told = paper.pay(order_id)
    settle_payment(order_id)
    assert Payment.objects.get(booking=booking).status == "void"
    cancel_booking(Booking.objects.get(owner=bob).pk)
    paper.capture_by_hand(told["payment_id"])
    settle_payment(order_id)
    desk.carry_out()
    assert paper.kept(order_id) == 0 and not Ticket.objects.filter(booking=booking).exists()


def test_a_payment_of_a_wrong_amount_does_not_stand_in_a_right_ones_way(desk, paper):
    paper.refunds_end = "pending"
    booking = desk.book()
    order_id = desk.order(booking)
    paper.pay(order_id, "captured", amount=100)
    paper.pay(order_id)
    assert settle_payment(order_id).status == "confirmed"
    desk.carry_out()
    assert paper.kept(order_id) == booking.total
    assert Refund.objects.get().rule == "wrong_amount"


@pytest.mark.parametrize("currency", ["USD", None])
def test_a_payment_in_another_currency_or_none_is_set_aside(desk, paper, currency):
    booking = desk.book()
    order_id = desk.order(booking)
    paper.pay(order_id, "captured", currency=currency)
    assert settle_payment(order_id).status == "pending"
    desk.carry_out()
    assert paper.kept(order_id) == 0 and not Ticket.objects.exists()


def test_after_a_payment_of_a_wrong_amount_the_booking_can_be_paid_and_runs_out(desk, paper):
    paper.refunds_end = "pending"
    booking = desk.book()
    order_id = desk.order(booking)
    paper.pay(order_id, "captured", amount=100)
    settle_payment(order_id)
    assert desk.order(booking) == order_id
    desk.let_time_run_out(booking)
    assert expire_bookings() == 1


def test_one_payment_that_cannot_be_captured_does_not_keep_other_bookings_from_ending(desk, paper, bob, monkeypatch):
    stuck, other = desk.book(), desk.book(bob, ("B1",), name="Bob", email="bob@example.com")
    paper.pay(desk.order(stuck))
    desk.order(other)
    monkeypatch.setattr("checkout.payments.gateways.razorpay.capture", _refuse)
    desk.let_time_run_out(stuck)
    Booking.objects.filter(pk=stuck.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    desk.let_time_run_out(other)
    expire_bookings()
    other.refresh_from_db()
    assert other.status == "expired"


def test_seats_are_not_kept_for_ever_for_a_payment_that_cannot_be_captured(desk, paper, monkeypatch):
    booking = desk.book()
    order_id = desk.order(booking)
    paper.pay(order_id)
    monkeypatch.setattr("checkout.payments.gateways.razorpay.capture", _refuse)
    desk.let_time_run_out(booking)
    Booking.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    expire_bookings()
    booking.refresh_from_db()
    assert (booking.status, Payment.objects.get().status) == ("expired", "void")
    assert desk.claims("A1", "A2") == ["free", "free"]
    assert OutboxMessage.objects.filter(kind="returned").count() == 1


def test_a_booking_that_breaks_the_sweep_does_not_break_it_for_the_others(desk, paper, bob, monkeypatch):
    broken, other = desk.book(), desk.book(bob, ("B1",), name="Bob", email="bob@example.com")
    order_id = desk.order(broken)
    desk.order(other)
    settle = reconciling.settle_payment

    def break_for_one(wanted):
        if wanted == order_id:
            raise RuntimeError("something nobody thought of")
        return settle(wanted)

    monkeypatch.setattr(reconciling, "settle_payment", break_for_one)
    desk.let_time_run_out(broken)
    Booking.objects.filter(pk=broken.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    desk.let_time_run_out(other)
    assert expire_bookings() == 1


def test_orders_that_were_not_asked_about_while_the_gateway_was_away_are_asked_soon_after(desk, paper, bob):
    """And not only when a doubled waiting time is over, of which nothing had been learnt."""
    for owner, seat in ((desk_owner, seat) for desk_owner, seat in ((bob, "A1"), ("guest_c", "A2"), ("guest_d", "A3"))):
        desk.order(desk.book(owner, (seat,)))
    Order.objects.update(due_at=timezone.now(), attempts=12)
    paper.stumble("payments_of", after=False)
    reconcile_orders()
    assert not Order.objects.filter(due_at__gt=timezone.now() + timedelta(seconds=61)).exists()
    assert set(Order.objects.values_list("attempts", flat=True)) == {12}


def test_an_order_whose_booking_is_open_is_asked_about_every_minute(desk, paper):
    desk.order(desk.book())
    Order.objects.update(due_at=timezone.now(), attempts=12)
    assert reconcile_orders() == 1
    assert Order.objects.get().due_at <= timezone.now() + timedelta(seconds=61)


def test_a_failed_refund_is_tried_again_by_itself_less_and_less_often(desk, paper):
    booking = desk.buy()
    order_id = booking.order.order_id
    cancel_booking(booking.pk)
    due = booking.total - Refund.objects.get().amount
    paper.refunds_end = "failed"
    waits = []
    for _ in range(3):
        desk.carry_out()
        failed = Refund.objects.get(status="failed", due_at__isnull=False)
        waits.append(failed.due_at - failed.changed_at)
        Refund.objects.filter(pk=failed.pk).update(due_at=timezone.now())
        reconcile_refunds()
    paper.refunds_end = "processed"
    desk.carry_out()
    assert [round(wait.total_seconds() / 60) for wait in waits] == [5, 10, 20]
    assert list(Refund.objects.order_by("id").values_list("edition", "status")) == [
        *((number, "failed") for number in (1, 2, 3)),
        (4, "processed"),
    ]
    assert paper.kept(order_id) == due


def test_a_refund_that_was_never_answered_for_is_tried_again_under_its_own_key(desk, paper):
    """It may have worked: a new key would give the money back twice."""
    booking = desk.buy()
    cancel_booking(booking.pk, [str(booking.tickets.get(seat="A1").pk)])
    paper.stumble("refund", after=True, times=50)
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=3, minutes=1))
    desk.carry_out()
    Refund.objects.update(created_at=timezone.now() - timedelta(days=4))
    reconcile_refunds()
    assert Refund.objects.get().status == "failed"
    paper.stumbles.clear()
    Refund.objects.update(due_at=timezone.now())
    reconcile_refunds()
    desk.carry_out()
    assert (len(paper.given_back), Refund.objects.get().status) == (1, "processed")


def test_a_refund_that_failed_before_its_message_was_due_again_is_sent_when_it_is_tried_again(desk, paper):
    """No worker ran for days: the refund counts as never accepted just before the outbox comes to it."""
    booking = desk.buy()
    cancel_booking(booking.pk)
    Refund.objects.update(created_at=timezone.now() - timedelta(days=4))
    reconcile_refunds()
    desk.carry_out()
    assert paper.given_back == {}
    Refund.objects.update(due_at=timezone.now())
    reconcile_refunds()
    desk.carry_out()
    assert (len(paper.given_back), Refund.objects.get().status) == (1, "processed")


def test_a_refund_that_failed_and_is_tried_again_is_shown_once_and_as_on_its_way(desk, paper):
    booking = desk.buy()
    paper.refunds_end = "failed"
    due = cancel_booking(booking.pk).refund
    desk.carry_out()

    def shown():
        whole = get_booking(booking.pk, [booking.owner])
        return payment_json(whole)["refunded"], receipt_of(whole).refunded, len(receipt_of(whole).refunds)

    assert Refund.objects.get().status == "failed"
    assert shown() == (due, due, 1)
    assert receipt_of(get_booking(booking.pk, [booking.owner])).refunds[0].on_its_way
    paper.refunds_end = "processed"
    Refund.objects.update(due_at=timezone.now())
    reconcile_refunds()
    desk.carry_out()
    assert Refund.objects.count() == 2
    assert shown() == (due, due, 1)


def test_a_stale_payment_is_refused_when_one_of_its_seats_went_to_somebody_else(desk, bob):
    """Redis was set back and still grants the hold; the claim decides."""
    booking = desk.book()
    Claim.objects.filter(show=desk.show, seat="A1").update(hold="another", owner=bob)
    with pytest.raises(SeatUnavailable):
        start_payment(booking.pk)


def test_redis_set_back_to_before_the_booking_does_not_break_creating(desk, alice):
    """The hold is open again there; what PostgreSQL has of it counts."""
    booking = desk.book()
    unclaim_hold(desk.show.pk, alice, booking.hold)
    assert create_booking([alice], desk.show.pk, **CONTACT).pk == booking.pk
    desk.let_time_run_out(booking)
    expire_bookings()
    with pytest.raises(HoldExpired):
        create_booking([alice], desk.show.pk, **CONTACT)


@pytest.mark.postgres
@pytest.mark.parametrize("verb", ["extend_hold", "abandon_hold", "reopen_seats"])
def test_every_verb_locks_claims_in_the_order_of_their_seats(desk, alice, verb):
    """An UPDATE locks rows as they lie on disk: against another verb that keeps the order it would deadlock."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks no rows")
    booking = desk.book()
    if verb == "reopen_seats":
        Claim.objects.filter(hold=booking.hold).update(state="sold")
    Claim.objects.filter(seat="A1", show=desk.show).update(reason="moved behind A2 on disk")
    asked = _statements(
        {
            "extend_hold": lambda: extend_hold(desk.show.pk, alice, booking.hold),
            "abandon_hold": lambda: abandon_hold(desk.show.pk, alice, booking.hold),
            "reopen_seats": lambda: reopen_seats(desk.show.pk, booking.hold, ["A1", "A2"]),
        }[verb]
    )
    first = next(sql for sql in asked if "seating_claim" in sql and ("UPDATE" in sql))
    assert first.startswith("SELECT") and first.endswith("ORDER BY 1 ASC FOR UPDATE")


@pytest.mark.postgres
def test_claims_are_compared_with_the_databases_clock_not_the_hosts(desk, bob, monkeypatch):
    """A web host whose clock is an hour ahead must not take seats that somebody is paying for."""
    desk.book()
    ahead = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr("seating.services.claims.timezone.now", lambda: ahead)
    with pytest.raises(SeatUnavailable), transaction.atomic():
        secure_claims(desk.show.pk, bob, "bobs-hold", ["A1"], ahead)


def _statements(job):
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connections["default"]) as captured, transaction.atomic():
        job()
    return [query["sql"] for query in captured]


def _refuse(*_):
    raise GatewayRefused("This payment cannot be captured.")


def test_while_the_gateway_is_away_nothing_is_concluded(desk, paper):
    booking = desk.book()
    order_id = desk.order(booking)
    paper.pay(order_id)
    desk.let_time_run_out(booking)
    paper.stumble("payments_of", after=False)
    assert expire_bookings() == 0
    booking.refresh_from_db()
    assert booking.status == "pending"
    with pytest.raises(GatewayUnavailable):
        paper.stumble("payments_of", after=False)
        settle_payment(order_id)
    expire_bookings()
    booking.refresh_from_db()
    assert booking.status == "confirmed"
