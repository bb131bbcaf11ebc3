"""Shows that the cinema cancelled: how far giving back has come. `checkout.cancellations.shows` does the work."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from checkout.models import Booking, OutboxMessage, Refund, ShowCancellation
from cinema.times import utc

MOST_CANCELLATIONS = 20  # shown on the dashboard


# ----------------------------------------------------------------------------------------- cancelled shows
def cancellation_progress(show_id: int) -> dict[str, Any] | None:
    """How far giving back a cancelled show has come; None when the cinema has not cancelled it. Amounts in paise.

    `left` are bookings still to be given back; refunds and mails are what the outbox has made of the others.
    """
    known = ShowCancellation.objects.filter(show=show_id).first()
    if known is None:
        return None
    open_ones = Booking.objects.filter(show=show_id, status__in=[Booking.Status.PENDING, Booking.Status.CONFIRMED])
    refunds = Refund.objects.filter(booking__show=show_id, rule="cancelled_by_cinema")
    mails = OutboxMessage.objects.filter(booking__show=show_id, kind="cancellation", created_at__gte=known.started_at)
    left = open_ones.count()
    return {
        "show": show_id,
        "reason": known.reason,
        "started_at": utc(known.started_at),
        "finished_at": utc(known.finished_at) if known.finished_at else None,
        "bookings": known.bookings,
        "given_up": known.given_up,
        "seats": known.seats,
        "refund": known.refund,
        "left": left,
        "total": known.bookings + known.given_up + left,
        "refunds": {
            "processed": refunds.filter(status=Refund.Status.PROCESSED).count(),
            "pending": refunds.filter(status=Refund.Status.PENDING).count(),
            "failed": refunds.filter(status=Refund.Status.FAILED, due_at__isnull=False).count(),
        },
        "mails": {
            "sent": mails.exclude(done_at=None).count(),
            "waiting": mails.filter(done_at=None, given_up_at=None).count(),
            "failed": mails.exclude(given_up_at=None).count(),
        },
    }


def recent_cancellations() -> list[ShowCancellation]:
    """Those of the last two days and those that are not through yet, newest first, each with its show."""
    recent = Q(started_at__gte=timezone.now() - timedelta(days=2)) | Q(finished_at=None)
    shows = ShowCancellation.objects.filter(recent).select_related("show__movie", "show__screen__theatre")
    return list(shows.defer("show__movie__poster").order_by("-started_at")[:MOST_CANCELLATIONS])
