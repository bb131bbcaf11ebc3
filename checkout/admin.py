"""Staff may look at bookings and money here, and change nothing but coupons and try a failed refund again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from checkout import services
from checkout.models import (
    Booking,
    BookingLine,
    Coupon,
    Order,
    OutboxMessage,
    Payment,
    Redemption,
    Refund,
    Ticket,
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


@admin.register(Coupon)
class CouponAdmin(admin.ModelAdmin):
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
class RedemptionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["code", "booking", "person", "discount", "created_at"]
    list_select_related = ["booking"]
    search_fields = ["code", "booking__reference", "person"]


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
