"""What checkout refuses, each with the stable code that the contract names. Edges translate them once."""

from cinema.errors import DomainError


class UnknownBooking(DomainError):
    """There is no such booking, or it is another person's: the two are not told apart."""

    code = "not_found"
    status = 404
    title = "No such booking"


class InvalidInput(DomainError):
    code = "invalid_input"
    status = 422
    title = "Invalid input"


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    status = 422
    title = "Idempotency key reused"


class IdempotencyKeyBusy(DomainError):
    """The first request with this key has not been answered yet."""

    code = "idempotency_key_busy"
    title = "Still being worked on"
    retry_after = 2  # seconds


class BookingExpired(DomainError):
    """The seats' time has run out before payment began."""

    code = "hold_expired"
    status = 410
    title = "Hold expired"


class AlreadyPaid(DomainError):
    code = "already_paid"
    title = "Already paid"


class BookingCancelled(DomainError):
    code = "booking_cancelled"
    title = "Booking cancelled"


class NotPaid(DomainError):
    """No receipt yet: nothing has been paid that was kept."""

    code = "not_paid"
    title = "Not paid"


class PaymentStarted(DomainError):
    """The payment's order has its amount: the price does not change any more."""

    code = "payment_started"
    title = "Payment has begun"


class PriceChanged(DomainError):
    """A coupon was put on or taken off just while payment began; nothing can be paid at the old price."""

    code = "price_changed"
    title = "The price has changed"


class CouponRefused(DomainError):
    """The coupon cannot be used for this booking; the booking stays as it was. Each reason has a code of its own."""

    status = 422
    title = "Coupon not accepted"


class UnknownCoupon(CouponRefused):
    """No such code, or one that is switched off: the two are not told apart."""

    code = "unknown_coupon"


class CouponNotYetValid(CouponRefused):
    code = "coupon_not_yet_valid"


class CouponExpired(CouponRefused):
    code = "coupon_expired"


class CouponWrongShow(CouponRefused):
    code = "coupon_wrong_show"


class CouponUsedUp(CouponRefused):
    code = "coupon_used_up"


class CouponAlreadyUsed(CouponRefused):
    """This person has used it as often as one person may."""

    code = "coupon_already_used"


class CouponTakesNothingOff(CouponRefused):
    code = "coupon_takes_nothing_off"


class TooManyGuesses(DomainError):
    """Too many unknown codes from one address; `retry_after` is in seconds."""

    code = "too_many_guesses"
    status = 429
    title = "Too many unknown coupons"


class CouponsUnavailable(DomainError):
    code = "coupons_unavailable"
    status = 503
    title = "Coupons cannot be checked just now"


class NotConfirmed(DomainError):
    code = "not_confirmed"
    title = "Not confirmed yet"


class NotCancellable(DomainError):
    """Nothing of what was asked for can be cancelled; `detail` says why."""

    code = "not_cancellable"
    title = "Cannot be cancelled"


class UnknownTicket(DomainError):
    code = "unknown_ticket"
    status = 422
    title = "Unknown ticket"


class BadSignature(DomainError):
    code = "bad_signature"
    status = 400
    title = "Bad signature"


class GatewayUnavailable(DomainError):
    """No answer, or one that cannot be read: what was asked may or may not have happened."""

    code = "gateway_unavailable"
    status = 503
    title = "The payment service cannot be reached"


class CaptureRefused(GatewayUnavailable):
    """One authorised payment that the gateway would not take just now; others are not concerned."""


class GatewayRefused(DomainError):
    """The gateway understood and said no. `http_status`, `reason` and `field` are its own words."""

    code = "gateway_refused"
    status = 502
    title = "The payment service refused"

    def __init__(self, detail: str, http_status: int = 400, reason: str = "", field: str = "") -> None:
        super().__init__(detail)
        self.http_status, self.reason, self.field = http_status, reason, field


class BadTicket(DomainError):
    """Not a ticket of ours: altered, invented, or of a version that this gate does not know."""

    code = "bad_ticket"
    status = 400
    title = "Not a valid ticket"


class TicketCancelled(DomainError):
    code = "ticket_cancelled"
    title = "Ticket cancelled"


class TicketRevoked(DomainError):
    """Staff have taken it back; `detail` does not say why."""

    code = "ticket_revoked"
    title = "Ticket revoked"


class TicketReplaced(DomainError):
    """A newer edition of this ticket is out: only that one admits."""

    code = "ticket_replaced"
    title = "Ticket replaced"


class NotReissuable(DomainError):
    """`detail` says why there is no new code for this ticket."""

    code = "not_reissuable"
    title = "Cannot be issued again"


class BadClock(DomainError):
    """A scan's time cannot be: unreadable, without a zone, still to come, or before the ticket was sold."""

    code = "bad_clock"
    status = 422
    title = "The gate's clock is wrong"


class WrongShow(DomainError):
    code = "wrong_show"
    title = "Ticket for another show"


class AlreadyCheckedIn(DomainError):
    """`checked_in_at` (ISO 8601, UTC) and `gate` tell of the first scan."""

    code = "already_checked_in"
    title = "Already checked in"


class AlreadyWaiting(DomainError):
    code = "already_waiting"
    title = "On the list already"


class NotSoldOut(DomainError):
    """There are seats for the party: it need not wait."""

    code = "not_sold_out"
    title = "There are seats"


class OfferOver(DomainError):
    """There is no open offer: declined, taken, past its time, or never made to whoever asks."""

    code = "offer_over"
    status = 410
    title = "No open offer"
