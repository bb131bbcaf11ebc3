"""Progress of shows that the cinema cancelled. `checkout.cancellations.shows` does the work."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from checkout.models import Booking, OutboxMessage, Refund, ShowCancellation
from cinema.times import utc

MOST_CANCELLATIONS = 20  # shown on the dashboard


def cancellation_progress(show_id: int) -> dict[str, Any] | None:
    """The progress of a cancelled show, or None if the cinema has not cancelled it. Amounts in paise.

    `left` counts bookings that still have to be cancelled; `refunds` and `mails` count what the outbox has done for
    the others.
    """
    cancellation = ShowCancellation.objects.filter(show=show_id).first()
    if cancellation is None:
        return None
    open_bookings = Booking.objects.filter(show=show_id, status__in=[Booking.Status.PENDING, Booking.Status.CONFIRMED])
    refunds = Refund.objects.filter(booking__show=show_id, rule="cancelled_by_cinema")
    mails = OutboxMessage.objects.filter(
        booking__show=show_id, kind="cancellation", created_at__gte=cancellation.started_at
    )
    left = open_bookings.count()
    return {
        "show": show_id,
        "reason": cancellation.reason,
        "started_at": utc(cancellation.started_at),
        "finished_at": utc(cancellation.finished_at) if cancellation.finished_at else None,
        "bookings": cancellation.bookings,
        "given_up": cancellation.given_up,
        "seats": cancellation.seats,
        "refund": cancellation.refund,
        "left": left,
        "total": cancellation.bookings + cancellation.given_up + left,
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


def recent_cancellations(theatres: Collection[int]) -> list[ShowCancellation]:
    """Of these theatres, the last two days' and unfinished ones, newest first, each with its show."""
    recent = Q(started_at__gte=timezone.now() - timedelta(days=2)) | Q(finished_at=None)
    at_these = ShowCancellation.objects.filter(recent, show__screen__theatre__in=theatres)
    shows = at_these.select_related("show__movie", "show__screen__theatre")
    return list(shows.defer("show__movie__poster").order_by("-started_at")[:MOST_CANCELLATIONS])
