"""What /metrics shows of money that has no end yet. Each figure should be 0; see docs/operations.md for what to do.

They are counted at every scrape, from the tables themselves: a counter beside the tables could be wrong.
"""

from collections.abc import Iterator
from datetime import timedelta

import structlog
from django.db import Error
from django.utils import timezone
from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.registry import Collector

from checkout.models import Booking, OutboxMessage, Refund
from checkout.payments.webhooks import webhooks_silent

log = structlog.get_logger(__name__)
GRACE = timedelta(minutes=5)  # the sweeps come every few seconds
REFUND_SHOULD_END_WITHIN = timedelta(days=7)


def orders_without_end() -> int:
    """Bookings whose time has been over for a while and that are neither tickets nor expired."""
    return Booking.objects.filter(status=Booking.Status.PENDING, expires_at__lt=timezone.now() - GRACE).count()


def refunds_without_end() -> int:
    """Refunds that failed and wait for another try, were never accepted, or are pending for a week."""
    now = timezone.now()
    pending = Refund.objects.filter(status=Refund.Status.PENDING)
    unsent = pending.filter(refund_id=None, created_at__lt=now - GRACE).count()
    slow = pending.exclude(refund_id=None).filter(created_at__lt=now - REFUND_SHOULD_END_WITHIN).count()
    return unsent + slow + Refund.objects.filter(status=Refund.Status.FAILED, due_at__isnull=False).count()


def outbox_waiting() -> int:
    """Mails and refunds that have been due for a while, or were given up."""
    open_ones = OutboxMessage.objects.filter(done_at=None)
    return open_ones.filter(due_at__lt=timezone.now() - GRACE).count()


FIGURES = {
    "housefull_orders_without_end": orders_without_end,
    "housefull_refunds_without_end": refunds_without_end,
    "housefull_webhooks_silent": webhooks_silent,
    "housefull_outbox_waiting": outbox_waiting,
}


class CheckoutFigures(Collector):
    """Asked by every scrape; a database that is away leaves its figures out instead of breaking the others."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Empty figures, so that registering asks the database nothing."""
        return [GaugeMetricFamily(name, _help(name)) for name in FIGURES]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, count in FIGURES.items():
            try:
                yield GaugeMetricFamily(name, _help(name), value=count())
            except Error as error:
                log.warning("figure_unavailable", figure=name, why=str(error)[:200])
                return


def _help(name: str) -> str:
    return str(FIGURES[name].__doc__).partition("\n")[0]


def register() -> None:
    REGISTRY.register(CheckoutFigures())
