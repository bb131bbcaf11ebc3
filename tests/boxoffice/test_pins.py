"""A supervisor's PIN: hashed, asked of another person, at their own theatre, and locked after a few wrong ones."""

import pytest

from boxoffice.models import StaffEvent, StaffPin
from boxoffice.pins import TRIES, NotApproved, UnusablePin, approve, set_pin
from tests import factories

pytestmark = pytest.mark.django_db
PIN = "271828"


@pytest.fixture
def theatre():
    return factories.make_theatre()


@pytest.fixture
def supervisor(theatre):
    user = factories.make_staff("supervisor", theatre)
    set_pin(user, PIN)
    return user


@pytest.fixture
def cashier(theatre):
    return factories.make_staff("cashier", theatre)


def test_a_supervisors_pin_approves_and_is_stored_hashed(supervisor, cashier, theatre):
    assert approve(supervisor.email, PIN, "boxoffice.refund", theatre.pk, asked_by=cashier) == f"user_{supervisor.pk}"
    assert PIN not in StaffPin.objects.get().digest
    assert PIN not in str(list(StaffEvent.objects.values_list()))


def test_it_approves_nothing_elsewhere_or_beyond_the_supervisors_own_post(supervisor, cashier, theatre):
    elsewhere = factories.make_theatre().pk
    for permission, place, email, pin in (
        ("boxoffice.refund", elsewhere, supervisor.email, PIN),
        ("boxoffice.cancel_show", theatre.pk, supervisor.email, PIN),
        ("boxoffice.refund", theatre.pk, supervisor.email, "314159"),
        ("boxoffice.refund", theatre.pk, "nobody@example.test", PIN),
    ):
        with pytest.raises(NotApproved):
            approve(email, pin, permission, place, asked_by=cashier)


def test_nobody_approves_what_they_do_themselves(supervisor, theatre):
    with pytest.raises(NotApproved):
        approve(supervisor.email, PIN, "boxoffice.refund", theatre.pk, asked_by=supervisor)


def test_a_few_wrong_ones_lock_it(supervisor, cashier, theatre):
    for _ in range(TRIES):
        with pytest.raises(NotApproved):
            approve(supervisor.email, "000111", "boxoffice.refund", theatre.pk, asked_by=cashier)
    with pytest.raises(NotApproved):
        approve(supervisor.email, PIN, "boxoffice.refund", theatre.pk, asked_by=cashier)


@pytest.mark.parametrize("pin", ["", "12345", "111111", "1212121", "abcdef", "1234567890123", "१२३४५६"])
def test_a_weak_pin_is_refused(supervisor, pin):
    with pytest.raises(UnusablePin):
        set_pin(supervisor, pin)


def test_the_page_sets_it_with_a_fresh_password_and_tells_it_to_nobody(supervisor, cashier, theatre):
    page = "/boxoffice/pin/"
    stale = factories.signed_in(supervisor, fresh=False)
    assert stale.post(page, {"pin": "141421"})["Location"].startswith("/accounts/reauthenticate/")
    fresh = factories.signed_in(supervisor)
    assert "is-invalid" in fresh.post(page, {"pin": "111111"}).content.decode()
    assert fresh.post(page, {"pin": "141421"}).status_code == 302
    assert "141421" not in fresh.get(page).content.decode()
    assert approve(supervisor.email, "141421", "boxoffice.refund", theatre.pk, asked_by=cashier)
    assert factories.signed_in(cashier).get(page).status_code == 403
