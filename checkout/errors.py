"""What checkout refuses, each with its stable code. `config.api` turns them into answers."""

from cinema.errors import DomainError


class UnknownBooking(DomainError):
    """There is no such booking, or it is another person's: the answer does not say which."""

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
    """There is no receipt because no payment was kept."""

    code = "not_paid"
    title = "Not paid"


class PaymentStarted(DomainError):
    """The payment's order has its amount: the price does not change any more."""

    code = "payment_started"
    title = "Payment has begun"


class PriceChanged(DomainError):
    """A coupon was added or removed while payment began; the old price can no longer be paid."""

    code = "price_changed"
    title = "The price has changed"


class CouponRefused(DomainError):
    """The coupon cannot be used for this booking; the booking stays as it was. Each reason has a code of its own."""

    status = 422
    title = "Coupon not accepted"


class UnknownCoupon(CouponRefused):
    """No such code, or one that is switched off: the answer does not say which."""

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
    """None of these tickets can be cancelled; `detail` says why."""

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
    """The gateway did not capture this one authorised payment; other payments are not affected."""


class GatewayRefused(DomainError):
    """The gateway understood the request and refused it. `http_status`, `reason` and `field` come from its answer."""

    code = "gateway_refused"
    status = 502
    title = "The payment service refused"

    def __init__(self, detail: str, http_status: int = 400, reason: str = "", field: str = "") -> None:
        super().__init__(detail)
        self.http_status, self.reason, self.field = http_status, reason, field


class BadTicket(DomainError):
    """Not one of our tickets: altered, invented, or of a version that this gate does not know."""

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
    """There is a newer edition of this ticket: only that one is valid."""

    code = "ticket_replaced"
    title = "Ticket replaced"


class NotReissuable(DomainError):
    """`detail` says why there is no new code for this ticket."""

    code = "not_reissuable"
    title = "Cannot be issued again"


class BadClock(DomainError):
    """A scan's time is impossible: unreadable, without a zone, in the future, or before the ticket was sold."""

    code = "bad_clock"
    status = 422
    title = "The gate's clock is wrong"


class WrongShow(DomainError):
    code = "wrong_show"
    title = "Ticket for another show"


class NotCheckedIn(DomainError):
    code = "not_checked_in"
    title = "Not checked in"


class TooLateToUndo(DomainError):
    code = "too_late_to_undo"
    title = "Too late to take back"


class UnknownScannedTicket(DomainError):
    code = "not_found"
    status = 404
    title = "No such ticket"


class AlreadyCheckedIn(DomainError):
    """`checked_in_at` (ISO 8601, UTC) and `gate` are those of the first scan."""

    code = "already_checked_in"
    title = "Already checked in"


class AlreadyWaiting(DomainError):
    code = "already_waiting"
    title = "On the list already"


class NotSoldOut(DomainError):
    """There are seats for the party, so it does not have to wait."""

    code = "not_sold_out"
    title = "There are seats"


class OfferOver(DomainError):
    """There is no open offer: declined, taken, past its time, or never made to this person."""

    code = "offer_over"
    status = 410
    title = "No open offer"


class TooManyWaitingHere(DomainError):
    """As many entries of this show as one network address may have. What is not confirmed is gone after an hour."""

    code = "too_many_waiting_here"
    status = 429
    title = "Too many from your network"
    retry_after = 3600  # seconds


class ConfirmationOver(DomainError):
    """The link does not confirm anything (any more)."""

    code = "confirmation_over"
    status = 410
    title = "This link is over"
