"""Places where a process may die and leave work half done. Each is named, so that tests can die exactly there.

`reached` does nothing. A test replaces it by something that raises; the reconciler must then heal what is left.
"""

ORDER_CREATED = "order_created"  # at the gateway; we have not stored it
SEATS_SECURED = "seats_secured"  # committed; the money is authorised, not taken
CAPTURED = "captured"  # money taken; no ticket yet
SOLD = "sold"  # inside the confirming transaction, just before it commits
CONFIRMED = "confirmed"  # committed; mail not sent
REFUND_SENT = "refund_sent"  # at the gateway; we have not stored its id
ALL = (ORDER_CREATED, SEATS_SECURED, CAPTURED, SOLD, CONFIRMED, REFUND_SENT)


def reached(point: str) -> None:
    """Called at every point above with its name."""
