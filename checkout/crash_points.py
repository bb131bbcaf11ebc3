"""Places where a process may die and leave work half done. Each is named, so that tests can die exactly there.

`reached` does nothing. A test replaces it by something that raises; the clock's tasks must then heal what is left.
"""

# Creating a booking
KEY_TAKEN = "key_taken"  # the Idempotency-Key is leased to us, nothing done
KEY_ANSWERED = "key_answered"  # done and committed; the answer has not reached the customer
HOLD_TAKEN = "hold_taken"  # claimed in Redis and in the open transaction; no booking
BOOKING_WRITTEN = "booking_written"  # its rows are written, not committed
BOOKING_CREATED = "booking_created"  # committed; the customer has no answer yet

# Starting the payment
HOLD_EXTENDED = "hold_extended"  # committed; no order
ORDER_CREATED = "order_created"  # at the gateway; we have not stored it
ORDER_STORED = "order_stored"  # committed; the page has not heard of it

# Settling
CALLBACK_CHECKED = "callback_checked"  # genuine; nothing done
ANSWER_READ = "answer_read"  # the gateway has answered; nothing stored
ADVANCE_NOTED = "advance_noted"  # payments written, not committed
SEATS_SECURED = "seats_secured"  # committed; the money is authorised, not taken
CAPTURED = "captured"  # money taken; no ticket yet
SEATS_SOLD = "seats_sold"  # claims sold, not committed; no ticket yet
SOLD = "sold"  # inside the confirming transaction, just before it commits
CONFIRMED = "confirmed"  # committed; mail not sent
GIVEN_BACK = "given_back"  # written down that a payment goes back, not committed

# Webhooks
WEBHOOK_STORED = "webhook_stored"  # committed; no 200 sent, no worker woken
WEBHOOK_TAKEN = "webhook_taken"  # leased; nothing done
WEBHOOK_EFFECTED = "webhook_effected"  # done; not marked
WEBHOOK_MARKED = "webhook_marked"

# The outbox
OUTBOX_TAKEN = "outbox_taken"  # leased; nothing done
OUTBOX_CARRIED_OUT = "outbox_carried_out"  # mail or refund sent; not marked
OUTBOX_MARKED = "outbox_marked"

# Refunds
REFUND_DECIDED = "refund_decided"  # written, not committed
REFUND_SENT = "refund_sent"  # at the gateway; we have not stored its id
REFUND_RECORDED = "refund_recorded"  # the gateway's answer is written, not committed
REFUND_RETRIED = "refund_retried"  # the new one is written, not committed

# Ending
EXPIRY_DECIDED = "expiry_decided"  # the gateway knows no payment; nothing written
SEATS_FREED = "seats_freed"  # status and claims written, not committed
CANCELLATION_DECIDED = "cancellation_decided"  # tickets cancelled, not committed
SEATS_REOPENED = "seats_reopened"  # claims free again, refund not decided, not committed
GIVEN_UP = "given_up"  # a pending booking cancelled, not committed

# The reconciler
ORDERS_TAKEN = "orders_taken"  # leased; the gateway not asked yet
ORDER_ASKED = "order_asked"  # settled; its next turn not set
REFUNDS_TAKEN = "refunds_taken"  # leased, to ask about or to issue again; nothing done

ALL = tuple(value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str))


def reached(point: str) -> None:
    """Called at every point above with its name."""
