"""Whoever types an address is not whoever reads its mail: what an entry is before its address is confirmed."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.utils import timezone
from prometheus_client import REGISTRY

from checkout import tasks
from checkout.cancellations.shows import begin_cancellation
from checkout.errors import AlreadyWaiting, ConfirmationOver, TooManyWaitingHere
from checkout.models import OutboxMessage, WaitlistEntry
from checkout.outbox.handlers import relay_outbox
from checkout.tasks import BEAT
from checkout.waitlist import confirming, entries, offers
from checkout.waitlist.confirming import confirm_entry, confirm_token, forget_unconfirmed
from checkout.waitlist.entries import leave_waitlist, offer_token
from checkout.waitlist.offers import serve_waitlists
from checkout.waitlist.select import waitlist_entry_of
from seating.errors import ShowClosed
from seating.services.blocks import block_seats
from tests import factories
from tests.checkout.conftest import post
from tests.checkout.test_races import at_once
from tests.checkout.waitlist.test_waitlist import ask_to_join, confirm, free, join, now

CAROL, DAN, ERIN = (f"guest_{name}00000000000000000000" for name in ("ca01", "da02", "e103"))
HERE, THERE = "192.0.2.1", "192.0.2.2"
HOUR = timedelta(hours=1)


@pytest.fixture
def full(show):
    block_seats(show.pk, factories.seat_ids(show), "user_1", "full")
    return show


def made_ago(entry, age):
    WaitlistEntry.objects.filter(pk=entry.pk).update(created_at=timezone.now() - age)
    return now(entry)


def account(email, verified):
    user = get_user_model().objects.create_user(email, email)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return f"user_{user.pk}"


# ----------------------------------------------------------------------------------------------- counting
def test_an_unconfirmed_entry_is_offered_nothing_and_is_in_nobodys_way(full, alice, bob):
    entry = ask_to_join(full, alice)
    waiting = join(full, bob)
    free(full, "A1", "A2")
    assert serve_waitlists() == 1
    assert (now(entry).status, now(waiting).status) == ("unconfirmed", "offered")


def test_the_place_in_the_queue_is_that_of_the_confirmation(full, alice, bob):
    late = ask_to_join(full, alice)
    early = join(full, bob)
    confirm(late)
    free(full, "A1", "A2")
    serve_waitlists()
    assert (now(late).status, now(early).status) == ("waiting", "offered")


def test_opened_twice_the_link_changes_nothing_more(full, alice, bob):
    entry = join(full, alice)
    join(full, bob)
    place = now(entry).queued_at
    assert confirm(entry).status == "waiting"
    assert now(entry).queued_at == place


def test_two_who_typed_one_address_are_one_entry_once_it_is_confirmed(full, alice, bob):
    strangers, own = ask_to_join(full, alice, email="bob@example.com"), ask_to_join(full, bob, email="Bob@example.com")
    assert confirm(own).status == "waiting"
    with pytest.raises(AlreadyWaiting):
        confirm(strangers)
    with pytest.raises(AlreadyWaiting):
        ask_to_join(full, CAROL, email="bob@example.com")


def test_an_account_with_the_same_verified_address_needs_no_mail(full, django_user_model):
    owner = account("alice@example.com", verified=True)
    assert ask_to_join(full, owner, name="Alice", email="ALICE@example.com").status == "waiting"
    relay_outbox()
    assert mail.outbox == []


@pytest.mark.parametrize(("verified", "typed"), [(False, "alice@example.com"), (True, "bob@example.com")])
def test_any_other_account_is_asked_as_everybody_is(full, verified, typed):
    owner = account("alice@example.com", verified=verified)
    assert ask_to_join(full, owner, name="Alice", email=typed).status == "unconfirmed"


def test_whoever_was_confirmed_at_this_list_comes_back_without_a_mail(full, alice, bob):
    join(full, alice)
    leave_waitlist([alice], full.pk)
    assert ask_to_join(full, alice).status == "waiting"
    assert ask_to_join(full, bob, email="guest@example.com").status == "unconfirmed"
    assert ask_to_join(full, CAROL, email=f"{alice[6:10]}2@example.com").status == "unconfirmed"


# --------------------------------------------------------------------------------------------- the mail
def test_the_mail_has_the_link_and_no_word_that_a_stranger_typed(full, alice):
    entry = ask_to_join(full, alice, name="Buy now at evil.example", email="victim@example.com", tier="Classic")
    relay_outbox()
    [told] = mail.outbox
    assert told.to == ["victim@example.com"]
    whole = told.message().as_string() + told.body + "".join(part.content for part in told.alternatives)
    assert "evil" not in whole and "Buy now" not in whole and alice not in whole
    token = told.body.split("/waitlist/confirm/?t=")[1].split()[0]
    assert confirm_entry(token, full.pk).pk == entry.pk


def test_with_the_name_in_it_the_mail_would_carry_a_strangers_words(full, alice, monkeypatch):
    """The guard is that this mail is written without the entry; a mail that greets by name is what it must not be."""
    from checkout.outbox import handlers, mails

    monkeypatch.setattr(
        handlers.mails, "send_confirm_waiting", lambda entry, token, key: mails.send_waitlist_closed(entry, key)
    )
    ask_to_join(full, alice, name="Buy now at evil.example", email="victim@example.com")
    relay_outbox()
    assert "evil.example" in mail.outbox[0].body


def test_asked_again_at_once_no_second_mail_is_sent_and_later_one_is(full, alice):
    entry = ask_to_join(full, alice)
    assert ask_to_join(full, alice).pk == entry.pk
    relay_outbox()
    assert len(mail.outbox) == 1
    made_ago(entry, timedelta(minutes=11))
    assert ask_to_join(full, alice).pk == entry.pk
    relay_outbox()
    assert len(mail.outbox) == 2


def test_a_mail_that_comes_late_is_not_sent_to_an_address_that_is_forgotten(full, alice):
    made_ago(ask_to_join(full, alice), HOUR)
    forget_unconfirmed()
    relay_outbox()
    assert mail.outbox == []
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_nobody_is_told_of_the_end_of_a_list_that_they_did_not_confirm(full, alice):
    ask_to_join(full, alice)
    begin_cancellation(full.pk)
    relay_outbox()
    assert [one.subject for one in mail.outbox if "closed" in one.subject] == []


# ------------------------------------------------------------------------------------------- the hour
def test_what_is_not_confirmed_within_the_hour_is_forgotten(full, alice, bob):
    old, fresh, waiting = ask_to_join(full, alice), ask_to_join(full, bob), join(full, CAROL)
    made_ago(old, HOUR)
    made_ago(fresh, HOUR - timedelta(minutes=1))
    made_ago(waiting, 5 * HOUR)
    tasks.forget_unconfirmed()
    assert set(WaitlistEntry.objects.values_list("pk", flat=True)) == {fresh.pk, waiting.pk}


def test_the_task_is_in_the_schedule_and_does_not_pile_up():
    [entry] = [one for one in BEAT.values() if one["task"] == tasks.forget_unconfirmed.name]
    assert entry["options"]["expires"] <= 3600


def test_after_the_hour_the_link_is_over_and_the_entry_is_gone_even_if_nobody_swept(full, alice):
    entry = made_ago(ask_to_join(full, alice), HOUR)
    with pytest.raises(ConfirmationOver):
        confirm(entry)
    assert waitlist_entry_of([alice], full.pk) is None
    assert ask_to_join(full, alice, count=3).pk != entry.pk


def test_leaving_unconfirmed_leaves_nothing_behind(full, alice):
    ask_to_join(full, alice)
    assert leave_waitlist([alice], full.pk)
    assert not WaitlistEntry.objects.exists()


# ------------------------------------------------------------------------------------------- the link
@pytest.mark.parametrize("change", ["", "x", "another show", "an offer's"])
def test_a_link_that_is_not_for_this_confirms_nothing(full, alice, change):
    entry = ask_to_join(full, alice)
    token = {"another show": confirm_token(entry), "an offer's": offer_token(entry)}.get(change, change)
    with pytest.raises(ConfirmationOver):
        confirm_entry(token, full.pk + (change == "another show"))
    assert now(entry).status == "unconfirmed"


def test_a_show_that_sells_no_more_is_not_waited_for(full, alice):
    entry = ask_to_join(full, alice)
    full.state = "closed"
    full.save()
    with pytest.raises(ShowClosed):
        confirm(entry)


# ---------------------------------------------------------------------------------- one network address
def test_an_address_has_two_open_entries_at_a_show_confirmed_or_not(full, alice, bob, settings):
    settings.WAITLIST_ENTRIES_PER_ADDRESS = 2
    before = REGISTRY.get_sample_value("housefull_refused_total", {"limit": "waitlist-entries"}) or 0
    join(full, alice, address=HERE)
    ask_to_join(full, bob, address=HERE)
    with pytest.raises(TooManyWaitingHere):
        ask_to_join(full, CAROL, address=HERE)
    assert REGISTRY.get_sample_value("housefull_refused_total", {"limit": "waitlist-entries"}) == before + 1
    assert ask_to_join(full, CAROL, address=THERE).status == "unconfirmed"
    leave_waitlist([bob], full.pk)
    assert ask_to_join(full, DAN, address=HERE).status == "unconfirmed"


def test_what_is_forgotten_takes_no_place(full, alice, bob, settings):
    settings.WAITLIST_ENTRIES_PER_ADDRESS = 1
    made_ago(ask_to_join(full, alice, address=HERE), HOUR)
    assert ask_to_join(full, bob, address=HERE).status == "unconfirmed"


def test_an_account_is_not_counted_by_its_address(full, alice, settings):
    settings.WAITLIST_ENTRIES_PER_ADDRESS = 1
    ask_to_join(full, alice, address=HERE)
    for name in ("bob", "carol"):
        owner = account(f"{name}@example.com", verified=True)
        assert ask_to_join(full, owner, name=name, email=f"{name}@example.com", address=HERE).status == "waiting"


def test_the_address_is_kept_as_a_hash_and_only_while_the_entry_is_open(full, alice, bob):
    entry, other = join(full, alice, address=HERE), join(full, bob, address=HERE)
    assert entry.address == other.address and HERE not in entry.address
    leave_waitlist([alice], full.pk)
    assert (now(entry).address, now(other).address != "") == ("", True)


def test_by_http_the_third_of_an_address_is_a_429(full, client, settings):
    settings.WAITLIST_ENTRIES_PER_ADDRESS = 2
    answers = [
        post(client, f"shows/{full.pk}/waitlist/join/", {"count": 2, "name": name, "email": f"{name}@example.com"})
        for name in ("Alice", "Bob", "Carol")
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (answers[2].json()["code"], answers[2]["Retry-After"]) == ("too_many_waiting_here", "3600")


@pytest.mark.postgres
@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_lock_many_who_join_at_once_from_one_address_all_get_in(full, settings, monkeypatch, guarded):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: there is no race to lose")
    settings.WAITLIST_ENTRIES_PER_ADDRESS = 2
    people = [f"guest_{number:024x}" for number in range(4)]
    counted, is_confirmed = threading.Barrier(len(people)), entries.is_confirmed

    def when_all_have_counted(entry):
        with suppress(threading.BrokenBarrierError):
            counted.wait(1)  # with the lock nobody else gets here before the first has stored its entry
        return is_confirmed(entry)

    monkeypatch.setattr(entries, "is_confirmed", when_all_have_counted)
    if not guarded:
        monkeypatch.setattr(confirming, "_one_at_a_time", lambda show_id, address: None)
    ask = lambda owner: ask_to_join(full, owner, name="X", email=f"{owner[-4:]}@example.com", address=HERE)  # noqa: E731
    answers = at_once(*[lambda owner=owner: ask(owner) for owner in people])
    refused = sum(isinstance(answer, TooManyWaitingHere) for answer in answers)
    assert refused == (2 if guarded else 0)


# -------------------------------------------------------------------------------------- the hall's share
@pytest.mark.parametrize(("share", "offered"), [(20, [2, 2]), (8, [2]), (0, [2, 2, 2])])
def test_entries_of_one_address_are_offered_a_share_of_the_hall_at_once(full, alice, bob, settings, share, offered):
    """The hall has 24 seats: a fifth is 4, eight percent are not even two, and one party is always asked."""
    settings.WAITLIST_SHARE_PER_ADDRESS = share
    for owner in (alice, bob, CAROL):
        join(full, owner, address=HERE)
    free(full, "A1", "A2", "A3", "A4", "A5", "A6")
    serve_waitlists()
    assert [len(one.seats) for one in WaitlistEntry.objects.filter(status="offered")] == offered


def test_others_are_asked_past_an_address_that_has_its_share_and_its_turn_comes_again(full, alice, bob, settings):
    settings.WAITLIST_SHARE_PER_ADDRESS = 4
    first, second, other = (
        join(full, alice, address=HERE),
        join(full, bob, address=HERE),
        join(full, CAROL, address=THERE),
    )
    free(full, "A1", "A2", "B1", "B2", "C1", "C2")
    serve_waitlists()
    assert [now(one).status for one in (first, second, other)] == ["offered", "waiting", "offered"]
    entries.decline_offer([alice], full.pk)
    serve_waitlists()
    assert now(second).status == "offered"


def test_a_hundred_and_twenty_invented_names_get_one_party_of_one_address_an_offer(full, settings):
    """What was tried from outside: they blocked the hall for hours, and the cinema mailed a stranger's words."""
    settings.WAITLIST_ENTRIES_PER_ADDRESS, settings.WAITLIST_SHARE_PER_ADDRESS = 2, 4
    refused = 0
    for number in range(120):
        try:
            confirm(ask_to_join(full, f"guest_{number:024x}", name="X", email=f"x{number}@example.com", address=HERE))
        except TooManyWaitingHere:
            refused += 1
    free(full, *factories.seat_ids(full))
    serve_waitlists()
    assert refused == 118
    assert WaitlistEntry.objects.filter(status="offered").count() == 1


def test_without_the_share_and_the_count_they_get_the_whole_hall(full, monkeypatch, settings):
    settings.WAITLIST_ENTRIES_PER_ADDRESS, settings.WAITLIST_SHARE_PER_ADDRESS = 2, 4
    monkeypatch.setattr(entries, "check_room", lambda show_id, address: None)
    monkeypatch.setattr(offers, "_share_of_an_address", lambda show: 0)
    for number in range(20):
        confirm(ask_to_join(full, f"guest_{number:024x}", name="X", email=f"x{number}@example.com", address=HERE))
    free(full, *factories.seat_ids(full))
    serve_waitlists()
    assert WaitlistEntry.objects.filter(status="offered").count() == 12


def test_without_the_confirmation_a_typed_address_is_offered_seats(full, alice, monkeypatch):
    monkeypatch.setattr(entries, "is_confirmed", lambda entry: True)
    ask_to_join(full, alice, email="victim@example.com")
    free(full, "A1", "A2")
    assert serve_waitlists() == 1
