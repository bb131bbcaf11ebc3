"""The show's state machine: every verb from every state, and the clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cinema import selectors, services, states
from cinema.errors import NotFound, WrongState
from cinema.models import Show
from cinema.states import Sale
from tests.factories import make_show

pytestmark = pytest.mark.django_db
VERBS = {"open": services.open_show, "close": services.close_show, "cancel": services.cancel_show}
ALLOWED = {
    ("open", "scheduled"): "on_sale",
    ("open", "closed"): "on_sale",
    ("close", "on_sale"): "closed",
    ("cancel", "scheduled"): "cancelled",
    ("cancel", "on_sale"): "cancelled",
    ("cancel", "closed"): "cancelled",
}


@pytest.mark.parametrize("state", Show.State.values)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_from_every_state(verb, state):
    show = make_show(state=state)
    expected = ALLOWED.get((verb, state))
    if expected:
        assert VERBS[verb](show.pk).state == expected
    else:
        with pytest.raises(WrongState) as caught:
            VERBS[verb](show.pk)
        assert caught.value.extra == {"state": state} and caught.value.status == 409
    show.refresh_from_db()
    assert show.state == (expected or state)


def test_the_table_and_the_model_name_the_same_states():
    named = {state for moves in states.MOVES.values() for pair in moves.items() for state in pair}
    assert named == set(Show.State.values)


@pytest.mark.parametrize("verb", VERBS)
def test_a_show_that_is_not_there_is_not_found(verb):
    with pytest.raises(NotFound):
        VERBS[verb](123_456)


def test_opening_early_moves_the_opening_time_to_now():
    show = make_show(on_sale_at=timezone.now() + timedelta(hours=3))
    assert services.open_show(show.pk).on_sale_at <= timezone.now()
    assert selectors.get_show(show.pk).sale() is Sale.OPEN


def test_a_sale_is_not_opened_again_once_the_show_has_begun():
    show = make_show(starts_at=timezone.now() - timedelta(minutes=5), state="closed")
    with pytest.raises(WrongState, match="has begun"):
        services.open_show(show.pk)


def test_the_clock_opens_due_sales_and_closes_shows_that_have_begun():
    now = timezone.now()
    due = make_show(on_sale_at=now + timedelta(minutes=1))
    later = make_show(on_sale_at=now + timedelta(hours=1))
    begun = make_show(starts_at=now - timedelta(minutes=1))
    running = make_show()
    cancelled = make_show(starts_at=now - timedelta(minutes=1), state="cancelled")
    assert services.follow_the_clock(now + timedelta(minutes=2)) == ([due.pk], [begun.pk])
    found = dict(Show.objects.values_list("pk", "state"))
    assert [found[show.pk] for show in (due, later, begun, running, cancelled)] == [
        "on_sale",
        "scheduled",
        "closed",
        "on_sale",
        "cancelled",
    ]
    assert services.follow_the_clock(now + timedelta(minutes=2)) == ([], [])


def test_a_sale_is_open_by_the_clock_even_before_the_state_has_followed():
    show = make_show(on_sale_at=timezone.now() + timedelta(minutes=1))
    assert show.sale() is Sale.NOT_YET
    assert show.sale(show.on_sale_at) is Sale.OPEN
    assert show.sale(show.starts_at) is Sale.OVER


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_no_sale_is_open_for_a_show_that_is(state):
    assert make_show(state=state).sale() == state


def test_however_the_clock_stands_a_show_is_sold_only_between_the_opening_of_its_sale_and_its_own_beginning():
    """Every state at every moment around its own times, against the rule written out in one line."""
    opens, starts = timezone.now(), timezone.now() + timedelta(hours=1)
    show = make_show(on_sale_at=opens, starts_at=starts)
    tick = timedelta(microseconds=1)
    for show.state in Show.State.values:
        for now in (opens - tick, opens, opens + tick, starts - tick, starts, starts + tick):
            begun = show.state == "on_sale" or (show.state == "scheduled" and now >= opens)
            assert (show.sale(now) is Sale.OPEN) == (begun and now < starts), (show.state, now)
