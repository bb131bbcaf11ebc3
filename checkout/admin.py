"""Staff can look at bookings, money, tickets and scans of their theatres here. They can edit coupons; everything else
changes only by an action: try a failed refund again, revoke or reissue a ticket."""

from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from checkout.gate.reissue import reissue_tickets, revoke_tickets
from checkout.models import (
    Booking,
    BookingLine,
    Coupon,
    GateScan,
    Order,
    OutboxMessage,
    Payment,
    Redemption,
    Refund,
    ShowCancellation,
    Ticket,
    WaitlistEntry,
    WebhookEvent,
)
from checkout.payments.refunds import retry_refund
from cinema.admin.scope import OfTheatre
from cinema.errors import DomainError
from cinema.permissions import may
from seating.identity import owner_of_user

LARGE_REFUND = 500_000  # paise: above it a fresh password or factor is asked for


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Lines(ReadOnly, admin.TabularInline[BookingLine, Booking]):
    model = BookingLine


class Payments(ReadOnly, admin.TabularInline[Payment, Booking]):
    model = Payment


class Refunds(ReadOnly, admin.TabularInline[Refund, Booking]):
    model = Refund


class Tickets(ReadOnly, admin.TabularInline[Ticket, Booking]):
    model = Ticket
    exclude = ["code"]  # a picture of this page must not admit anybody


@admin.register(Booking)
class BookingAdmin(ReadOnly, OfTheatre[Booking]):
    theatre_path = "show__screen__theatre"
    list_display = ["reference", "show", "name", "status", "total", "created_at", "confirmed_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["show__movie", "show__screen__theatre"]
    search_fields = ["reference", "email", "name", "id"]
    date_hierarchy = "created_at"
    inlines = [Lines, Payments, Refunds, Tickets]


@admin.register(Coupon)
class CouponAdmin(admin.ModelAdmin[Coupon]):
    list_display = ["code", "amount", "percent", "cap", "uses", "limit_total", "first_moment", "last_moment", "active"]
    list_filter = ["active"]
    search_fields = ["code"]
    filter_horizontal = ["movies"]
    raw_id_fields = ["shows"]

    @admin.display(description="uses")
    def uses(self, coupon: Coupon) -> int:
        """Those that count against the limits."""
        return Redemption.objects.counting().filter(coupon=coupon).count()

    def has_delete_permission(self, request: HttpRequest, obj: Coupon | None = None) -> bool:
        """What has been used is switched off instead: bookings refer to it."""
        used = obj is not None and obj.redemptions.exists()
        return not used and super().has_delete_permission(request, obj)


@admin.register(Redemption)
class RedemptionAdmin(ReadOnly, OfTheatre[Redemption]):
    theatre_path = "booking__show__screen__theatre"
    list_display = ["code", "booking", "person", "discount", "created_at"]
    list_select_related = ["booking"]
    search_fields = ["code", "booking__reference", "person"]


@admin.register(Payment)
class PaymentAdmin(ReadOnly, OfTheatre[Payment]):
    theatre_path = "booking__show__screen__theatre"
    list_display = ["payment_id", "order_id", "booking", "status", "amount", "method", "created_at"]
    list_filter = ["status", "method"]
    list_select_related = ["booking"]
    search_fields = ["payment_id", "order_id", "booking__reference"]


@admin.register(Order)
class OrderAdmin(ReadOnly, OfTheatre[Order]):
    theatre_path = "booking__show__screen__theatre"
    list_display = ["order_id", "booking", "amount", "created_at", "attempts", "due_at"]
    list_select_related = ["booking"]
    search_fields = ["order_id", "booking__reference"]


@admin.register(Refund)
class RefundAdmin(ReadOnly, OfTheatre[Refund]):
    theatre_path = "booking__show__screen__theatre"
    list_display = ["key", "booking", "amount", "rule", "status", "refund_id", "created_at"]
    list_filter = ["status", "rule"]
    list_select_related = ["booking"]
    search_fields = ["key", "refund_id", "booking__reference"]
    actions = ["try_again"]

    @admin.action(description="Try failed refunds again")
    def try_again(self, request: HttpRequest, chosen: QuerySet[Refund]) -> None:
        failed = [
            refund
            for refund in chosen.filter(status=Refund.Status.FAILED).select_related("booking__show__screen")
            if may(request.user, "checkout.change_refund", self.theatre_of(refund))
        ]
        if any(refund.amount > LARGE_REFUND for refund in failed):
            import_string(settings.STAFF_FRESH_CHECK)(request)
        for refund in failed:
            retry_refund(refund.pk)
        self.message_user(request, f"{len(failed)} refunds are tried again.", messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> Any:
        """Looking is one permission, changing another, though nothing can be edited here."""
        return super().get_actions(request) if request.user.has_perm("checkout.change_refund") else {}


class ReasonForm(ActionForm):
    reason = forms.CharField(max_length=200, required=False, help_text="why tickets are revoked")


class Scans(ReadOnly, admin.TabularInline[GateScan, Ticket]):
    model = GateScan


@admin.register(Ticket)
class TicketAdmin(ReadOnly, OfTheatre[Ticket]):
    theatre_path = "show__screen__theatre"
    list_display = [
        "seat",
        "show",
        "booking",
        "edition",
        "checked_in_at",
        "checked_in_gate",
        "revoked_at",
        "cancelled_at",
    ]
    list_filter = ["checked_in_at", "revoked_at", "cancelled_at"]
    list_select_related = ["booking", "show__movie", "show__screen__theatre"]
    search_fields = ["id", "seat", "booking__reference", "booking__email"]
    exclude = ["code"]  # a picture of this page must not admit anybody
    inlines = [Scans]
    actions = ["revoke", "reissue"]
    action_form = ReasonForm

    @admin.action(description="Revoke: these codes become invalid")
    def revoke(self, request: HttpRequest, chosen: QuerySet[Ticket]) -> None:
        ids = [ticket.pk for ticket in self._changeable(request, chosen)]
        why = " ".join(request.POST.get("reason", "").split())
        count = revoke_tickets(ids, why, owner_of_user(request.user))
        self.message_user(request, f"{count} tickets are revoked.", messages.SUCCESS)
        if count < len(ids):
            left = f"{len(ids) - count} were used, cancelled or revoked already and stay as they are."
            self.message_user(request, left, messages.WARNING)

    @admin.action(description="Issue again: a new code, also for a revoked ticket")
    def reissue(self, request: HttpRequest, chosen: QuerySet[Ticket]) -> None:
        mine = self._changeable(request, chosen.order_by("booking"))
        for booking, of_one in groupby(mine, key=lambda ticket: ticket.booking):
            try:
                made = reissue_tickets(booking.pk, [str(ticket.pk) for ticket in of_one], by_staff=True)
            except DomainError as error:
                self.message_user(request, f"{booking.reference}: {error.detail}", messages.ERROR)
            else:
                seats = ", ".join(ticket.seat for ticket in made)
                self.message_user(request, f"{booking.reference}: {seats} new tickets sent.", messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> Any:
        """Looking is one permission, changing another, though nothing can be edited here."""
        return super().get_actions(request) if request.user.has_perm("checkout.change_ticket") else {}

    def _changeable(self, request: HttpRequest, chosen: QuerySet[Ticket]) -> list[Ticket]:
        """Those at theatres where this person may do more than look."""
        tickets = chosen.select_related("booking", "show__screen")
        return [ticket for ticket in tickets if may(request.user, "checkout.change_ticket", self.theatre_of(ticket))]


@admin.register(GateScan)
class GateScanAdmin(ReadOnly, OfTheatre[GateScan]):
    """Filter by outcome: everything but `admitted` is somebody who should not have been let in."""

    theatre_path = "ticket__show__screen__theatre"
    list_display = ["outcome", "ticket", "seat", "gate", "scanned_at", "offline", "received_at", "staff", "counts"]
    list_filter = ["outcome", "offline", "scanned_at"]
    list_select_related = ["ticket"]
    search_fields = ["gate", "ticket__id", "ticket__booking__reference"]
    date_hierarchy = "scanned_at"

    @admin.display
    def seat(self, scan: GateScan) -> str:
        return scan.ticket.seat

    @admin.display(description="the admission that counts")
    def counts(self, scan: GateScan) -> str:
        first = scan.ticket.checked_in_at
        return f"{scan.ticket.checked_in_gate}, {first:%Y-%m-%d %H:%M:%S} UTC" if first else "none"


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnly, admin.ModelAdmin[WebhookEvent]):
    list_display = ["event", "entity_id", "order_id", "received_at", "processed_at", "attempts", "error"]
    list_filter = ["event"]
    search_fields = ["event_id", "entity_id", "order_id"]


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnly, admin.ModelAdmin[OutboxMessage]):
    list_display = ["key", "kind", "booking", "created_at", "due_at", "attempts", "done_at", "given_up_at", "error"]
    list_filter = ["kind", "done_at", "given_up_at"]
    list_select_related = ["booking"]
    search_fields = ["key", "booking__reference"]


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnly, OfTheatre[WaitlistEntry]):
    theatre_path = "show__screen__theatre"
    list_display = ["show", "name", "count", "tier", "status", "created_at", "offered_at", "offer_ends_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["show__movie", "show__screen__theatre__city"]
    search_fields = ["email", "name"]


@admin.register(ShowCancellation)
class ShowCancellationAdmin(ReadOnly, OfTheatre[ShowCancellation]):
    theatre_path = "show__screen__theatre"
    list_display = ["show", "reason", "by", "bookings", "seats", "refund", "started_at", "finished_at"]
    list_select_related = ["show__movie", "show__screen__theatre__city"]
