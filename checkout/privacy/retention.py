"""How long persons are remembered: `KEEP_PERSONAL_DATA_DAYS` after the show, less for what was never paid.

A nightly task and `manage.py forget_personal_data` do the same. Every step takes a limited number of rows in a
transaction of its own, so that a first run on an old site holds nobody up.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q, QuerySet
from django.utils import timezone

from checkout.models import Booking, MailCode, OutboxMessage, WaitlistEntry, WebhookEvent
from checkout.privacy.accounts import forget_unconfirmed_accounts
from checkout.privacy.erase import AT_ONCE, Erased, erase_bookings, erase_messages, erase_waits, erase_webhooks

log = structlog.get_logger(__name__)
UNPAID = Q(status=Booking.Status.EXPIRED) | Q(status=Booking.Status.CANCELLED, confirmed_at=None)
CODES_KEPT = timedelta(days=1)  # long after the hour in which they are counted


def forget_personal_data(now: datetime | None = None) -> Erased:
    """Erases whatever is older than the settings allow; answers with how much that was. Safe to run again."""
    now = now or timezone.now()
    done = Erased()
    while ids := list(due_bookings(now).order_by("created_at").values_list("pk", flat=True)[:AT_ONCE]):
        done += erase_bookings(ids)
    done += Erased(
        waitlist=erase_waits(due_waits(now)),
        webhooks=erase_webhooks(due_webhooks(now)),
        messages=erase_messages(due_messages(now)),
    )
    MailCode.objects.filter(created_at__lte=now - CODES_KEPT).delete()
    forget_unconfirmed_accounts(now)
    SessionStore.clear_expired()  # they repeat the address that was signed in with
    if done.total:
        log.info("personal_data_forgotten", bookings=done.bookings, waitlist=done.waitlist, webhooks=done.webhooks)
    return done


def due_bookings(now: datetime) -> QuerySet[Booking]:
    """Of shows long over, and those that ended unpaid a while ago. Pending ones are still under way."""
    long_over = Q(show__ends_at__lte=now - timedelta(days=settings.KEEP_PERSONAL_DATA_DAYS))
    abandoned = UNPAID & Q(expires_at__lte=now - timedelta(days=settings.KEEP_ABANDONED_DAYS))
    known = Booking.objects.exclude(name="", email="", phone="").exclude(status=Booking.Status.PENDING)
    return known.filter(long_over | abandoned)


def due_waits(now: datetime) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.filter(ended_at__lte=now - timedelta(days=settings.KEEP_ABANDONED_DAYS))


def due_webhooks(now: datetime) -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(received_at__lte=now - timedelta(days=settings.KEEP_MESSAGES_DAYS))


def due_messages(now: datetime) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(created_at__lte=now - timedelta(days=settings.KEEP_MESSAGES_DAYS))
