"""A gate that names no show lets in to its own coming shows only; anything else is refused and not used up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from boxoffice.models import StaffEvent
from checkout.errors import NotCheckedIn, TooLateToUndo, UnknownScannedTicket, WrongShow
from checkout.gate import check_in as checking_in
from checkout.gate.check_in import check_in
from checkout.gate.offline import OfflineScan, sync_scans
from checkout.gate.undo import undo_check_in
from checkout.models import GateScan, Ticket
from cinema.models import Show
from tests import factories
from tests.checkout.conftest import post


@pytest.fixture
def ticket(desk):
    return desk.buy(seats=("A1",)).tickets.get()


def move(ticket, **until_start) -> Show:
    start = timezone.now() + timedelta(**until_start)
    Show.objects.filter(pk=ticket.show_id).update(starts_at=start, ends_at=start + timedelta(hours=2))
    return Show.objects.get(pk=ticket.show_id)


def usher_of(ticket):
    return factories.signed_in(factories.make_staff("usher", Show.objects.get(pk=ticket.show_id).screen.theatre))


@pytest.mark.parametrize("until_start", [{"minutes": 59}, {"minutes": 0}, {"minutes": -119}])
def test_from_an_hour_before_the_start_to_the_end_they_are_let_in(ticket, until_start):
    move(ticket, **until_start)
    assert check_in(ticket.code, "North gate").checked_in_at


@pytest.mark.parametrize("until_start", [{"days": 7}, {"minutes": 61}, {"minutes": -121}])
def test_a_ticket_for_another_time_says_when_and_where_and_stays_good(ticket, until_start):
    show = move(ticket, **until_start)
    answer = post(usher_of(ticket), "check-in/", {"code": ticket.code, "gate": "North gate"})
    told = answer.json()
    assert (answer.status_code, told["code"], told["show"]) == (409, "wrong_show", show.pk)
    assert told["starts_at"].endswith("Z") and told["theatre"] == show.screen.theatre.name
    local = show.starts_at.astimezone(show.screen.theatre.zone)
    for named in (show.movie.title, f"{local:%d %b %Y, %H:%M}", show.screen.theatre.name, show.screen.name):
        assert named in told["detail"]
    ticket.refresh_from_db()
    assert ticket.checked_in_at is None and not GateScan.objects.exists()


def test_without_the_window_a_ticket_for_next_week_would_be_used_up_today(ticket, monkeypatch):
    move(ticket, days=7)
    monkeypatch.setattr(checking_in, "is_coming", lambda show, at: True)
    assert check_in(ticket.code, "North gate").checked_in_at


def test_a_ticket_of_another_theatre_is_refused_even_as_it_begins(ticket):
    move(ticket, minutes=10)
    elsewhere = factories.signed_in(factories.make_staff("usher", factories.make_theatre()))
    answer = post(elsewhere, "check-in/", {"code": ticket.code, "gate": "North gate"})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_show")
    named = post(elsewhere, "check-in/", {"code": ticket.code, "gate": "North gate", "show": ticket.show_id})
    assert (named.status_code, named.json()["code"]) == (403, "forbidden")
    with pytest.raises(WrongShow):
        check_in(ticket.code, "North gate", ticket.show_id, may=lambda theatre: False)
    assert not GateScan.objects.exists()


def test_a_gate_that_names_the_show_lets_in_at_any_time(ticket):
    move(ticket, days=7)
    assert check_in(ticket.code, "North gate", ticket.show_id).checked_in_at


def test_an_offline_scan_of_another_day_is_kept_for_staff_and_uses_nothing_up(ticket):
    move(ticket, days=7)
    [told] = sync_scans([OfflineScan(ticket.code, "North gate", timezone.now().isoformat())])
    assert told.code == "wrong_show"
    ticket.refresh_from_db()
    assert ticket.checked_in_at is None
    assert GateScan.objects.get().outcome == "wrong_show"


def test_an_offline_scan_of_another_theatre_is_not_recorded(ticket):
    move(ticket, minutes=10)
    elsewhere = factories.signed_in(factories.make_staff("usher", factories.make_theatre()))
    scan = {"code": ticket.code, "gate": "North gate", "scanned_at": timezone.now().isoformat()}
    [item] = post(elsewhere, "check-in/sync/", {"scans": [scan]}).json()["items"]
    assert (item["outcome"], item["code"]) == ("refused", "wrong_show")
    assert not GateScan.objects.exists()


# ------------------------------------------------------------------------------------------- taken back
@pytest.fixture
def let_in(ticket):
    move(ticket, minutes=10)
    return check_in(ticket.code, "North gate")


def undo(client, ticket, reason="The wrong person."):
    return post(client, "check-in/undo/", {"ticket": str(ticket.pk), "reason": reason})


def test_a_check_in_is_taken_back_and_the_ticket_admits_again(let_in):
    answer = undo(usher_of(let_in), let_in)
    assert (answer.status_code, answer.json()["checked_in_at"]) == (200, None)
    assert GateScan.objects.get().outcome == "taken_back"
    event = StaffEvent.objects.get(verb="undo_check_in")
    assert (event.seats, event.reason, event.before["gate"]) == (["A1"], "The wrong person.", "North gate")
    assert check_in(let_in.code, "South gate").checked_in_gate == "South gate"


def test_after_ten_minutes_only_a_supervisor_takes_it_back(let_in):
    theatre = Show.objects.get(pk=let_in.show_id).screen.theatre
    Ticket.objects.update(checked_in_at=timezone.now() - timedelta(minutes=11))
    answer = undo(usher_of(let_in), let_in)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late_to_undo")
    assert undo(factories.signed_in(factories.make_staff("supervisor", theatre)), let_in).status_code == 200


def test_what_is_not_checked_in_cannot_be_taken_back(ticket):
    answer = undo(usher_of(ticket), ticket)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_checked_in")
    with pytest.raises(NotCheckedIn):
        undo_check_in(str(ticket.pk), "")


@pytest.mark.parametrize("ticket_id", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_ticket(db, ticket_id):
    usher = factories.signed_in(factories.make_staff("usher"))
    answer = post(usher, "check-in/undo/", {"ticket": ticket_id, "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    with pytest.raises(UnknownScannedTicket):
        undo_check_in(ticket_id, "")


def test_another_theatres_check_in_is_not_ones_own_to_take_back(let_in):
    elsewhere = factories.signed_in(factories.make_staff("manager", factories.make_theatre()))
    assert undo(elsewhere, let_in).status_code == 403
    let_in.refresh_from_db()
    assert let_in.checked_in_at


def test_the_same_offline_batch_sent_again_does_not_let_in_what_was_taken_back(ticket):
    move(ticket, minutes=10)
    batch = [OfflineScan(ticket.code, "North gate", timezone.now().isoformat())]
    sync_scans(batch)
    undo_check_in(str(ticket.pk), "The wrong person.")
    [told] = sync_scans(batch)
    assert told.code == "taken_back"
    ticket.refresh_from_db()
    assert ticket.checked_in_at is None


def test_too_late_is_a_refusal_of_the_service_too(let_in):
    Ticket.objects.update(checked_in_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(TooLateToUndo):
        undo_check_in(str(let_in.pk), "")
