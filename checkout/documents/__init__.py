"""Documents that go out: `ticket.typ` is the ticket's layout, `ticket_pdf` fills it."""

from checkout.documents.pdf import ticket_pdf

__all__ = ["ticket_pdf"]
