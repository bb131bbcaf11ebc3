"""What `manage.py contend` calls a double, and a sum that does not add up."""

from django.utils import timezone

from checkout.models import Payment, Ticket
from config.contention import judge, overlaps


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
