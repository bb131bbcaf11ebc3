"""Documents that go out: `ticket.typ` and `receipt.typ` are their layouts, `ticket_pdf` and `receipt_pdf` fill them."""

from checkout.documents.pdf import ticket_pdf
from checkout.documents.receipt import receipt_pdf

__all__ = ["receipt_pdf", "ticket_pdf"]
