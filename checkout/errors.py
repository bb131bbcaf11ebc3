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


class WrongShow(DomainError):
    code = "wrong_show"
    title = "Ticket for another show"


class AlreadyCheckedIn(DomainError):
    """`checked_in_at` (ISO 8601, UTC) and `gate` tell of the first scan."""

    code = "already_checked_in"
    title = "Already checked in"
