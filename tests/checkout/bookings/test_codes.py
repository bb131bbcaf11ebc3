"""What a link alone does not allow takes a code from the booking's mailbox: once, soon, and not by guessing."""

import re
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from checkout.bookings import codes
from checkout.bookings.codes import check_code, subject_of_booking
from checkout.links.errors import CodeRefused
from checkout.links.tokens import link_token
from checkout.models import MailCode, OutboxMessage, Ticket
from checkout.outbox.handlers import relay_outbox
from tests.checkout.conftest import post
from tests.checkout.test_races import at_once


@pytest.fixture
def bought(desk):
    booking = desk.buy(site="https://box.example")
    desk.carry_out()
    mail.outbox.clear()
    return booking


@pytest.fixture
def carol():
    """A stranger who has the link of Alice's mail."""
    return Client()


def ask(client, booking):
    return post(client, f"bookings/{booking.pk}/codes/?t={link_token(booking)}")


def mailed_code(client, booking):
    """Asks for one and reads it in the mailbox."""
    answer = ask(client, booking)
    assert answer.status_code == 201, answer.content
    relay_outbox()
    return re.search(r"your code is (\d{6})\n", mail.outbox[-1].body)[1]


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def change(client, booking, verb="cancel", code="", **headers):
    sent = {"X-Booking-Code": code} if code else {}
    path = f"bookings/{booking.pk}/{verb}/?t={link_token(booking)}"
    return post(client, path, {}, **sent, **headers)


@pytest.mark.parametrize("verb", ["cancel", "reissue"])
def test_a_link_alone_changes_nothing_and_says_what_is_needed(bought, carol, verb):
    refused = change(carol, bought, verb)
    body = refused.json()
    assert (refused.status_code, body["code"]) == (403, "code_required")
    assert body["ask"] == f"/api/bookings/{bought.pk}/codes/" and "X-Booking-Code" in body["detail"]
    bought.refresh_from_db()
    assert bought.status == "confirmed" and set(bought.tickets.values_list("edition", flat=True)) == {1}


def test_the_contact_is_not_changed_without_a_code(bought, carol):
    new = {"name": "Carol", "email": "carol@example.com"}
    path = f"bookings/{bought.pk}/contact/?t={link_token(bought)}"
    assert post(carol, path, new).json()["code"] == "code_required"
    code = mailed_code(carol, bought)
    assert post(carol, path, new, **{"X-Booking-Code": code}).status_code == 200
    bought.refresh_from_db()
    assert (bought.name, bought.email) == ("Carol", "carol@example.com")


def test_what_would_come_back_may_be_looked_at_without_a_code(bought, carol):
    answer = post(carol, f"bookings/{bought.pk}/cancel/?t={link_token(bought)}", {"dry_run": True})
    assert answer.status_code == 200 and answer.json()["refund"] > 0


@pytest.mark.parametrize("verb", ["cancel", "reissue"])
def test_the_code_of_the_mail_opens_the_deed_once(bought, carol, verb):
    code = mailed_code(carol, bought)
    assert mail.outbox[-1].to == [bought.email] and code in mail.outbox[-1].subject
    assert change(carol, bought, verb, code).status_code == 200
    bought.refresh_from_db()
    again = change(carol, bought, "reissue", code)
    assert (again.status_code, again.json()["code"]) == (403, "wrong_code")


def test_whoever_booked_needs_no_code(bought, alices_client):
    assert post(alices_client, f"bookings/{bought.pk}/cancel/").status_code == 200


def test_the_code_stands_in_no_table(bought, carol):
    code = mailed_code(carol, bought)
    [row] = MailCode.objects.all()
    assert code not in row.digest and len(row.digest) == 64
    assert not OutboxMessage.objects.filter(payload__icontains=code).exists()
    assert not OutboxMessage.objects.filter(key__icontains=code).exists()


def test_only_the_newest_code_is_good(bought, carol):
    first, second = mailed_code(carol, bought), mailed_code(carol, bought)
    if first != second:
        assert change(carol, bought, code=first).json()["code"] == "wrong_code"
    assert change(carol, bought, code=second).status_code == 200


def test_a_code_is_good_for_ten_minutes(bought, carol):
    code = mailed_code(carol, bought)
    [row] = MailCode.objects.all()
    assert timedelta(minutes=9) < row.expires_at - timezone.now() <= timedelta(minutes=10)
    MailCode.objects.update(expires_at=timezone.now())
    assert change(carol, bought, code=code).json()["code"] == "wrong_code"


def test_after_five_tries_the_right_code_is_refused_too(bought, carol):
    code = mailed_code(carol, bought)
    left = [change(carol, bought, code=wrong(code)).json()["tries_left"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert change(carol, bought, code=code).json()["code"] == "wrong_code"
    assert change(carol, bought, code=mailed_code(carol, bought)).status_code == 200


def test_three_codes_are_mailed_an_hour(bought, carol):
    assert [ask(carol, bought).status_code for _ in range(4)] == [201, 201, 201, 429]
    refused = ask(carol, bought)
    assert refused.json()["code"] == "too_many_codes" and 3500 < int(refused["Retry-After"]) <= 3601
    MailCode.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert ask(carol, bought).status_code == 201


def test_a_stranger_without_the_link_cannot_have_codes_mailed(bought, carol):
    assert post(carol, f"bookings/{bought.pk}/codes/").status_code == 404
    assert not MailCode.objects.exists()


def test_for_a_booking_that_was_never_paid_no_code_is_mailed(desk, alices_client):
    """Anybody could make one in another's name, and have their words mailed to that address."""
    booking = desk.book()
    assert post(alices_client, f"bookings/{booking.pk}/codes/").json()["code"] == "not_confirmed"
    assert not MailCode.objects.exists()


def test_where_a_code_goes_is_shown_by_its_first_letter_only(bought, carol):
    assert ask(carol, bought).json() == {"sent_to": "a•••@example.com", "seconds": 600}


def test_a_deed_that_is_refused_leaves_the_code_good(bought, carol):
    code = mailed_code(carol, bought)
    Ticket.objects.filter(booking=bought).update(checked_in_at=timezone.now())
    assert change(carol, bought, code=code).json()["code"] == "not_cancellable"
    Ticket.objects.filter(booking=bought).update(checked_in_at=None)
    assert change(carol, bought, code=code).status_code == 200


def test_sent_again_under_its_key_the_deed_is_answered_again(bought, carol):
    code = mailed_code(carol, bought)
    first = change(carol, bought, code=code, **{"Idempotency-Key": "once"})
    again = change(carol, bought, code=code, **{"Idempotency-Key": "once"})
    assert first.status_code == again.status_code == 200 and first.json() == again.json()


def test_a_code_that_nobody_waits_for_any_more_is_not_mailed(bought, carol):
    ask(carol, bought)
    MailCode.objects.update(created_at=timezone.now() - timedelta(minutes=10))
    relay_outbox()
    assert mail.outbox == [] and not OutboxMessage.objects.filter(done_at=None).exists()


def test_of_one_booking_a_code_is_worth_nothing_at_another(bought, desk, carol):
    other = desk.buy(seats=("B1",))
    code = mailed_code(carol, bought)
    assert change(carol, other, code=code).json()["code"] == "wrong_code"


# --------------------------------------------------------------------------------------------------- races
CROWD = 12


def guesses(bought, code):
    """A crowd that guesses at once, none of it right; answers with how many guesses were compared."""
    compared = []
    plain = codes.constant_time_compare

    def counted(one, other):
        compared.append(other)
        return plain(one, other)

    with patch("checkout.bookings.codes.constant_time_compare", counted):
        jobs = [partial(check_code, subject_of_booking(bought.pk), wrong(code)) for _ in range(CROWD)]
        answers = at_once(*jobs)
    assert all(isinstance(answer, CodeRefused) for answer in answers)
    return len(compared)


@pytest.mark.postgres
def test_of_many_guesses_at_once_five_are_compared(bought, carol):
    assert guesses(bought, mailed_code(carol, bought)) == 5


@pytest.mark.postgres
def test_counted_after_a_look_more_guesses_would_be_compared(bought, carol, monkeypatch):
    def look_then_count(row):
        tries = MailCode.objects.get(pk=row.pk).tries
        return tries < codes.TRIES and bool(MailCode.objects.filter(pk=row.pk).update(tries=tries + 1))

    monkeypatch.setattr(codes, "_count_a_try", look_then_count)
    code, compared = mailed_code(carol, bought), []
    for _ in range(5):
        MailCode.objects.update(tries=0)
        compared.append(guesses(bought, code))
    assert max(compared) > 5


def test_a_try_is_not_taken_back_by_what_comes_after_it(bought, carol):
    code = mailed_code(carol, bought)
    with pytest.raises(RuntimeError), transaction.atomic():
        check_code(subject_of_booking(bought.pk), wrong(code))
    assert MailCode.objects.get().tries == 0  # refused before it was compared
    assert connection.in_atomic_block is False


@pytest.mark.postgres
def test_one_code_does_not_do_two_deeds_at_once(bought, carol):
    code, token = mailed_code(carol, bought), link_token(bought)
    seats = [str(ticket.pk) for ticket in bought.tickets.all()]

    def cancel(seat):
        path = f"bookings/{bought.pk}/cancel/?t={token}"
        return post(Client(), path, {"tickets": [seat]}, **{"X-Booking-Code": code}).status_code

    assert sorted(at_once(*(partial(cancel, seat) for seat in seats))) == [200, 403]
    assert bought.tickets.filter(cancelled_at=None).count() == 1


@pytest.mark.postgres
def test_unless_it_is_spent_with_the_deed(bought, carol, monkeypatch):
    monkeypatch.setattr("checkout.bookings.codes.spend", lambda row: None)
    code, token = mailed_code(carol, bought), link_token(bought)
    for ticket in bought.tickets.all():
        path = f"bookings/{bought.pk}/cancel/?t={token}"
        assert post(carol, path, {"tickets": [str(ticket.pk)]}, **{"X-Booking-Code": code}).status_code == 200


@pytest.mark.postgres
def test_codes_asked_for_at_once_are_three_all_the_same(bought):
    answers = at_once(*[lambda: ask(Client(), bought).status_code] * CROWD)
    assert sorted(answers) == [201] * 3 + [429] * (CROWD - 3)
