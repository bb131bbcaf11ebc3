"""Scans that gates made without a network: told late, twice, out of order, and by clocks that are wrong."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.errors import AlreadyCheckedIn
from checkout.gate.check_in import check_in
from checkout.gate.offline import OfflineScan, sync_scans
from checkout.gate.reissue import reissue_tickets, revoke_tickets
from checkout.models import GateScan, Ticket
from checkout.tickets import codes
from tests import factories


@pytest.fixture
def ticket(desk):
    """Bought yesterday, so that a clock may have said many things since, for a show that starts in ten minutes."""
    factories.open_doors(desk.show)
    bought = desk.buy(seats=("A1",)).tickets.get()
    Ticket.objects.update(created_at=timezone.now() - timedelta(days=1))
    bought.refresh_from_db()
    return bought


def ago(**time) -> datetime:
    return timezone.now() - timedelta(**time)


def scan(ticket, at, gate="North gate"):
    return OfflineScan(ticket.code, gate, at if isinstance(at, str) else at.isoformat())


def kept(outcome):
    return [(one.gate, one.scanned_at) for one in GateScan.objects.filter(outcome=outcome)]


def test_an_offline_scan_is_the_admission_at_its_own_time(ticket):
    at = ago(minutes=20)
    [told] = sync_scans([scan(ticket, at)])
    assert (told.code, told.scanned_at) == ("", at)
    ticket.refresh_from_db()
    assert (ticket.checked_in_at, ticket.checked_in_gate) == (at, "North gate")
    assert kept("admitted") == [("North gate", at)]


def test_the_same_batch_twice_changes_nothing_and_is_answered_alike(ticket):
    batch = [scan(ticket, ago(minutes=20)), scan(ticket, ago(minutes=10), "South gate")]
    first, second = sync_scans(batch), sync_scans(batch)
    assert [one.code for one in first] == [one.code for one in second] == ["", "already_checked_in"]
    assert GateScan.objects.count() == 2


@pytest.mark.parametrize("first_told", ["North gate", "South gate"])
def test_the_earliest_wins_whoever_tells_first_and_the_other_is_kept(ticket, first_told):
    times = {"North gate": ago(minutes=20), "South gate": ago(minutes=10)}
    last_told = next(gate for gate in times if gate != first_told)
    for gate in (first_told, last_told):
        sync_scans([scan(ticket, times[gate], gate)])
    ticket.refresh_from_db()
    assert (ticket.checked_in_gate, ticket.checked_in_at) == ("North gate", times["North gate"])
    assert kept("admitted") == [("North gate", times["North gate"])]
    assert kept("already_checked_in") == [("South gate", times["South gate"])]


def test_within_a_batch_the_order_of_telling_does_not_matter(ticket):
    times = [ago(minutes=minutes) for minutes in (5, 30, 10)]
    told = sync_scans([scan(ticket, at, f"gate {number}") for number, at in enumerate(times)])
    assert [one.code for one in told] == ["already_checked_in", "", "already_checked_in"]
    assert "gate 1" in told[0].detail


def test_an_earlier_offline_scan_comes_before_one_made_with_a_network(ticket):
    check_in(ticket.code, "South gate")
    online = Ticket.objects.get().checked_in_at
    at = ago(minutes=3)
    [told] = sync_scans([scan(ticket, at)])
    assert told.code == ""
    assert kept("already_checked_in") == [("South gate", online)]
    assert Ticket.objects.get().checked_in_gate == "North gate"


def test_an_admission_from_before_scans_were_kept_is_not_lost(ticket):
    before = ago(minutes=3)
    Ticket.objects.update(checked_in_at=before, checked_in_gate="Old gate")
    sync_scans([scan(ticket, ago(minutes=4))])
    assert kept("already_checked_in") == [("Old gate", before)]


def test_after_an_offline_scan_the_gate_with_a_network_refuses(ticket):
    sync_scans([scan(ticket, ago(minutes=3))])
    with pytest.raises(AlreadyCheckedIn, match="North gate"):
        check_in(ticket.code, "South gate")


def test_who_was_let_in_with_a_ticket_that_admits_nobody_is_kept_for_staff(desk, ticket):
    cancelled, revoked, replaced = (desk.buy(seats=(seat,)).tickets.get() for seat in ("B1", "B2", "B3"))
    cancel_booking(cancelled.booking_id)
    revoke_tickets([revoked.pk], "", "user_1")
    reissue_tickets(replaced.booking_id)
    batch = [scan(one, timezone.now()) for one in (cancelled, revoked, replaced)]
    batch.append(scan(ticket, ago(minutes=1)))
    expected = ["ticket_cancelled", "ticket_revoked", "ticket_replaced", ""]
    for _ in range(2):
        assert [one.code for one in sync_scans(batch)] == expected
    assert set(GateScan.objects.values_list("outcome", flat=True)) == {*expected[:3], "admitted"}
    assert not Ticket.objects.exclude(pk=ticket.pk).filter(checked_in_at__isnull=False).exists()


def test_a_ticket_of_another_show_is_kept_as_that_and_stays_unused(ticket):
    [told] = sync_scans([scan(ticket, ago(minutes=3))], show_id=ticket.show_id + 1)
    assert told.code == "wrong_show"
    assert Ticket.objects.get().checked_in_at is None


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("soon", "not a time"),
        ("", "not a time"),
        ("2026-13-45T99:00:00Z", "not a time"),
        ("2026-11-25", "no time zone"),
        ("2026-11-25T18:30:00", "no time zone"),
        ("9999-12-31T23:59:59-14:00", "in the future"),
        ("0001-01-01T00:00:00+14:00", "before this ticket"),
        ("1970-01-01T00:00:00Z", "before this ticket"),
    ],
)
def test_a_clock_that_cannot_be_right_is_told_so_and_nothing_is_recorded(ticket, at, says):
    good = scan(ticket, ago(minutes=3), "South gate")
    wrong, right = sync_scans([scan(ticket, at), good])
    assert wrong.code == "bad_clock" and says in wrong.detail and wrong.ticket is None
    assert right.code == ""
    assert GateScan.objects.count() == 1


def test_a_clock_that_is_a_little_fast_is_no_reason_to_refuse(ticket):
    [told] = sync_scans([scan(ticket, timezone.now() + timedelta(seconds=20))])
    assert told.code == ""


def test_what_is_no_ticket_of_ours_is_refused_beside_what_is(ticket):
    unknown = codes.sign(uuid.uuid4(), ticket.show_id, "A1")
    at = ago(minutes=3)
    batch = [OfflineScan(code, "North gate", at.isoformat()) for code in ("", "HF2:AAAA", unknown)]
    told = sync_scans([*batch, scan(ticket, at)])
    assert [one.code for one in told] == ["bad_ticket"] * 3 + [""]
