"""Idempotency-Key on create, initiate and cancel: one effect and one answer per key, for a day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from checkout.bookings import idempotency
from checkout.errors import NotCancellable
from checkout.models import Booking, IdempotencyKey, Order, Refund
from checkout.models.due import Due
from checkout.payments.settling import settle_payment
from seating.services.claims import abandon_hold
from seating.services.holds import hold_seats, release_seats
from tests.checkout.conftest import CONTACT, Desk, post
from tests.checkout.paper_gateway import PaperGateway


@pytest.fixture
def paper(monkeypatch):
    return PaperGateway().install(monkeypatch)


@pytest.fixture
def desk(show, paper):
    return Desk(show, paper)


@pytest.fixture
def ask(desk, alice, alices_client):
    """`ask(endpoint)`: Alice's request with a key; answers with status and body."""
    hold_seats(desk.show.pk, alice, ["A1", "A2"])

    def send(endpoint, key="key-1", client=alices_client, **more):
        booking = Booking.objects.first()
        path, body = {
            "create": lambda: ("bookings/create/", {"show": desk.show.pk, **CONTACT}),
            "initiate": lambda: ("payments/initiate/", {"booking": booking.pk}),
            "cancel": lambda: (f"bookings/{booking.pk}/cancel/", {}),
        }[endpoint]()
        answer = post(client, path, {**body, **more}, **{"Idempotency-Key": key})
        return answer.status_code, answer.json(), answer.headers.get("Retry-After")

    return send


def prepare(endpoint, desk, ask):
    if endpoint != "create":
        assert ask("create", "before")[0] == 201
    if endpoint == "cancel":
        desk.gateway.pay(desk.order(Booking.objects.get()))

        settle_payment(Order.objects.get().order_id)


ENDPOINTS = ("create", "initiate", "cancel")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_same_key_and_body_is_answered_alike_and_done_once(desk, ask, endpoint):
    prepare(endpoint, desk, ask)
    first = ask(endpoint)
    assert first[0] in {200, 201}
    assert ask(endpoint) == first
    assert (Booking.objects.count(), Refund.objects.count()) == (1, endpoint == "cancel")
    if endpoint == "cancel":
        assert ask(endpoint, "key-2")[:1] == (409,)  # without the key it is a second cancellation


@pytest.mark.parametrize(("endpoint", "other"), [("create", {"name": "Mallory"}), ("cancel", {"tickets": ["x"]})])
def test_the_same_key_with_another_body_is_refused(desk, ask, endpoint, other):
    prepare(endpoint, desk, ask)
    ask(endpoint)
    status, body, _ = ask(endpoint, **other)
    assert (status, body["code"]) == (422, "idempotency_key_reused")


def test_a_key_is_of_one_endpoint_and_of_one_person(desk, ask, bob, bobs_client):
    first = ask("create")
    assert ask("initiate")[0] == 200
    hold_seats(desk.show.pk, bob, ["B1"])
    status, body, _ = ask("create", client=bobs_client)
    assert status == 201 and body["id"] != first[1]["id"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_what_is_still_worked_on_is_409_and_a_dead_process_blocks_its_key_only_for_a_while(desk, ask, endpoint):
    prepare(endpoint, desk, ask)
    ask(endpoint)
    later = timezone.now() + timedelta(seconds=60)
    IdempotencyKey.objects.filter(key="key-1").update(answered_at=None, answer=None, due_at=later)
    status, body, after = ask(endpoint)
    assert (status, body["code"]) == (409, "idempotency_key_busy") and int(after) > 0
    IdempotencyKey.objects.update(due_at=timezone.now())
    assert ask(endpoint)[1].get("code") != "idempotency_key_busy"


def test_a_refusal_changed_nothing_and_the_key_may_be_used_again(desk, ask, alice):
    release_seats(desk.show.pk, alice)
    assert ask("create")[0] == 410
    assert not IdempotencyKey.objects.exists()
    hold_seats(desk.show.pk, alice, ["B1"])
    assert ask("create")[0] == 201


def test_a_dry_run_does_not_use_up_the_key(desk, ask):
    prepare("cancel", desk, ask)
    assert ask("cancel", dry_run=True)[1]["dry_run"]
    assert ask("cancel")[1]["booking"]["status"] == "cancelled"


def test_after_a_day_a_key_is_forgotten(desk, ask, alice):
    first = ask("create")
    IdempotencyKey.objects.update(created_at=timezone.now() - idempotency.KEPT)
    Booking.objects.update(status="expired")
    abandon_hold(desk.show.pk, alice, Booking.objects.get().hold)
    hold_seats(desk.show.pk, alice, ["B1"])
    second = ask("create")
    assert second[0] == 201 and second[1]["id"] != first[1]["id"]
    IdempotencyKey.objects.update(created_at=timezone.now() - idempotency.KEPT)
    assert idempotency.forget_old_keys() == 1


@pytest.mark.postgres
def test_whoever_was_overtaken_answers_with_what_was_stored_and_its_own_work_is_undone(desk, alice):
    """A lease runs out under a slow process: of the two that work, one is rolled back."""
    from tests.checkout.test_races import at_once

    def slowly():
        Booking.objects.update(name="Mallory")
        at_once(lambda: IdempotencyKey.objects.update(answered_at=timezone.now(), answer={"who": "the other"}))
        return {"who": "the slow one"}

    desk.book()
    assert idempotency.answer_once(alice, "create", "key", {}, slowly) == {"who": "the other"}
    assert Booking.objects.get().name == "Alice"


@pytest.mark.parametrize("counted", [True, False])
def test_whoever_was_overtaken_and_is_refused_does_not_free_the_others_key(desk, alice, monkeypatch, counted):
    """Two leases of one key are told apart by their number; not counted, the slow one would take the other's away."""
    lease = Due.lease
    monkeypatch.setattr(Due, "lease", lambda row, until: lease(row, until, counted=counted))

    def slowly():
        IdempotencyKey.objects.update(due_at=timezone.now())
        idempotency._take(alice, "create", "key", idempotency._digest({}))
        raise NotCancellable("refused at last")

    with pytest.raises(NotCancellable):
        idempotency.answer_once(alice, "create", "key", {}, slowly, in_one_piece=False)
    assert IdempotencyKey.objects.exists() is counted


def test_without_the_key_a_repeated_cancellation_of_one_seat_would_be_refused(desk, ask):
    prepare("cancel", desk, ask)
    assert [ask("cancel", "")[0] for _ in range(2)] == [200, 409]
