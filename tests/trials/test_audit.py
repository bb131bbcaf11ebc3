"""What `manage.py contend` and `manage.py drill` call a double, a loss, and a sum that does not add up."""

import requests
from django.conf import settings
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.models import Payment, Ticket
from checkout.outbox.handlers import relay_outbox
from seating.models import Claim
from trials.audit import gateway_faults, judge, overlaps, seats_without_ticket, under_way


def test_two_who_had_a_seat_at_once_are_found_and_one_after_the_other_is_right():
    assert overlaps([("A1", 1.0, 2.0), ("A1", 2.0, 3.0), ("A2", 1.5, 2.5)]) == []
    (sentence,) = overlaps([("A1", 1.0, 2.0), ("A1", 1.75, 3.0)])
    assert sentence == "seat A1 had two holders for 250.0 ms"


def test_a_sale_adds_up_and_a_paisa_too_few_does_not(desk):
    began = timezone.now()
    bought = desk.buy(seats=("A1", "A2"))
    assert judge(bought.show_id, began) == []

    Payment.objects.filter(booking=bought).update(amount=bought.total - 1)
    (sentence,) = judge(bought.show_id, began)
    assert bought.reference in sentence and str(bought.total) in sentence


def test_two_tickets_for_one_seat_are_found(desk):
    began = timezone.now()
    bought, other = desk.buy(seats=("A1",)), desk.buy(seats=("A2",))
    Ticket.objects.filter(booking=other).update(seat="A1", cancelled_at=timezone.now())

    assert any("seat A1 had two holders" in sentence for sentence in judge(bought.show_id, began))


def test_what_the_gateway_keeps_is_held_against_the_tickets(desk, gateway):
    began = timezone.now()
    bought, cancelled = desk.buy(seats=("A1", "A2")), desk.buy(seats=("B1",))
    cancel_booking(cancelled.pk)
    relay_outbox()
    assert gateway_faults(bought.show_id, began) == []

    keys = (settings.RAZORPAY_KEY_ID, settings.RAZORPAY_KEY_SECRET)  # somebody at the gateway's own desk
    url = f"{gateway.url}/v1/payments/{bought.paid_by.payment_id}/refund"
    assert requests.post(url, json={"amount": 100}, auth=keys, timeout=20).status_code == 200
    (sentence,) = gateway_faults(bought.show_id, began)
    assert bought.reference in sentence and f"keeps {bought.total - 100} paise" in sentence


def test_a_sold_seat_without_its_ticket_and_a_ticket_without_its_seat_are_found(desk):
    bought = desk.buy(seats=("A1",))
    assert seats_without_ticket(bought.show_id) == []
    Claim.objects.filter(show=bought.show_id, seat="A1").update(seat="A2")
    assert [sentence.split(":")[0] for sentence in seats_without_ticket(bought.show_id)] == ["seat A2", "seat A1"]


def test_what_is_still_to_come_is_counted_by_kind(desk):
    bought = desk.buy(seats=("A1",))
    assert under_way(bought.show_id)["messages"] == 1  # the confirmation's mail
    relay_outbox()
    assert under_way(bought.show_id) == {}
