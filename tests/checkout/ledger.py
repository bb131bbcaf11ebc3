"""What must hold of a show's checkout once everything has been worked on, told from outside."""

from django.utils import timezone

from checkout.bookings import idempotency
from checkout.cancellations.shows import give_back_cancelled_shows
from checkout.models import Booking, IdempotencyKey, Order, OutboxMessage, Refund, Ticket, WebhookEvent
from checkout.outbox.handlers import relay_outbox
from checkout.payments import webhooks
from checkout.payments.reconciling import expire_bookings, reconcile_orders
from checkout.payments.refunds import reconcile_refunds
from cinema.models import Show
from seating import store
from seating.models import Claim
from seating.services.holds import expire_holds
from tests.checkout.paper_gateway import PaperGateway

TASKS = (
    expire_holds,
    expire_bookings,
    reconcile_orders,
    webhooks.process_stored,
    relay_outbox,
    reconcile_refunds,
    give_back_cancelled_shows,
    idempotency.forget_old_keys,
)


def make_everything_due(show: Show) -> None:
    """As if every lease and every waiting time of this show were over.

    Not of others: a test that plays one story after another in one database would settle all earlier ones again.
    """
    now = timezone.now()
    IdempotencyKey.objects.update(due_at=now)
    Order.objects.filter(booking__show=show, due_at__isnull=False).update(due_at=now)
    Refund.objects.filter(booking__show=show, due_at__isnull=False).update(due_at=now)
    OutboxMessage.objects.filter(done_at=None).update(due_at=now)
    WebhookEvent.objects.filter(processed_at=None).update(due_at=now)


def worth_of(booking: Booking) -> int:
    """Paise that its good tickets, and what the rules keep of cancelled ones, are worth."""
    if not booking.confirmed_at:
        return 0
    back = Refund.objects.filter(booking=booking, payment=booking.paid_by).exclude(status="failed")
    return booking.total - sum(refund.amount for refund in back)


def check_the_books(show: Show, gateway: PaperGateway) -> None:
    """Every paise taken is a ticket or went back; tickets and claims are the same seats; nothing waits."""
    for booking in Booking.objects.filter(show=show).select_related("order", "paid_by"):
        order = getattr(booking, "order", None)
        kept = gateway.kept(order.order_id) if order else 0
        assert kept == worth_of(booking), (booking.status, kept, worth_of(booking))
        assert booking.status != "pending"
    good = Ticket.objects.filter(show=show, cancelled_at=None)
    sold = Claim.objects.filter(show=show, state="sold")
    assert sorted(good.values_list("seat", "booking__hold")) == sorted(sold.values_list("seat", "hold"))
    assert good.count() == good.values("seat").distinct().count()
    assert not Claim.objects.filter(show=show, state="pending", deadline__gt=timezone.now()).exists()
    states = store.read_snapshot(seating_snapshot(show)).states
    assert {seat for seat, letter in states.items() if letter == "s"} == set(sold.values_list("seat", flat=True))
    assert "h" not in states.values()
    assert not OutboxMessage.objects.filter(booking__show=show, done_at=None).exists()
    assert not Refund.objects.filter(booking__show=show, status="pending").exists()


def seating_snapshot(show: Show) -> list:
    from seating.services.execute import run_built

    return run_built(store.snapshot(show.pk))
