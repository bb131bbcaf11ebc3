"""Staff may look at bookings and money here, and change nothing but try a failed refund again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from checkout import services
from checkout.models import (
    Booking,
    BookingLine,
    Order,
    OutboxMessage,
    Payment,
    Refund,
    ShowCancellation,
    Ticket,
    WaitlistEntry,
    WebhookEvent,
)


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Lines(ReadOnly, admin.TabularInline):
    model = BookingLine


class Payments(ReadOnly, admin.TabularInline):
    model = Payment


class Refunds(ReadOnly, admin.TabularInline):
    model = Refund


class Tickets(ReadOnly, admin.TabularInline):
    model = Ticket
    exclude = ["code"]  # a picture of this page must not admit anybody


@admin.register(Booking)
class BookingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["reference", "show", "name", "status", "total", "created_at", "confirmed_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["show__movie", "show__screen__theatre"]
    search_fields = ["reference", "email", "name", "id"]
    date_hierarchy = "created_at"
    inlines = [Lines, Payments, Refunds, Tickets]


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["payment_id", "order_id", "booking", "status", "amount", "method", "created_at"]
    list_filter = ["status", "method"]
    list_select_related = ["booking"]
    search_fields = ["payment_id", "order_id", "booking__reference"]


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["order_id", "booking", "amount", "created_at", "asks", "next_ask_at"]
    list_select_related = ["booking"]
    search_fields = ["order_id", "booking__reference"]


@admin.register(Refund)
class RefundAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["key", "booking", "amount", "rule", "status", "refund_id", "created_at"]
    list_filter = ["status", "rule"]
    list_select_related = ["booking"]
    search_fields = ["key", "refund_id", "booking__reference"]
    actions = ["try_again"]

    @admin.action(description="Try failed refunds again")
    def try_again(self, request: HttpRequest, chosen: QuerySet[Refund]) -> None:
        failed = chosen.filter(status=Refund.Status.FAILED)
        for refund in failed:
            services.retry_refund(refund.pk)
        self.message_user(request, f"{len(failed)} refunds are tried again.", messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if request.user.is_superuser else {}


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["event", "entity_id", "order_id", "received_at", "processed_at", "attempts", "error"]
    list_filter = ["event"]
    search_fields = ["event_id", "entity_id", "order_id"]


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["key", "kind", "booking", "created_at", "due_at", "attempts", "done_at", "given_up_at", "error"]
    list_filter = ["kind", "done_at", "given_up_at"]
    list_select_related = ["booking"]
    search_fields = ["key", "booking__reference"]


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["show", "name", "count", "tier", "status", "created_at", "offered_at", "offer_ends_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["show__movie", "show__screen__theatre__city"]
    search_fields = ["email", "name"]


@admin.register(ShowCancellation)
class ShowCancellationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["show", "reason", "by", "bookings", "seats", "refund", "started_at", "finished_at"]
    list_select_related = ["show__movie", "show__screen__theatre__city"]
