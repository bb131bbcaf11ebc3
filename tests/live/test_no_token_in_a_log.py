"""Tokens and codes stand in no log of a running site: not the access log, not an error's line, not a worker's."""

import contextlib
import re
from urllib.parse import unquote

import pytest

from tests.live.test_waitlist import mail_to, until
from tests.live_client import LiveClient


@pytest.fixture
def bought(live_show, new_customer):
    """A booking, and the link in its mail, below the site's own address."""
    alice = new_customer(live_show)
    booking, order = alice.up_to_payment(live_show.seats[:1])
    alice.http.post("/api/payments/verify/", json=alice.pay(order, "success"))
    mail = until(lambda: mail_to(live_show.site, "alice@example.test", booking["id"]))
    # Quoted-printable breaks lines and writes `=` as `=3D`.
    link = re.search(rf"/bookings/{booking['id']}/\?t=[\w%.-]+", mail.replace("=\n", "").replace("=3D", "="))[0]
    return booking, link


def logged(site):
    """Everything that the site's processes have written down, as they wrote it and unquoted."""
    text = site.output.read_text(errors="replace")
    for file in site.var.rglob("*.log"):
        with contextlib.suppress(OSError):
            text += file.read_text(errors="replace")
    return text + unquote(text)


async def test_opening_a_link_leaves_its_path_in_the_logs_and_nothing_of_its_token(live_show, bought):
    site, (booking, link) = live_show.site, bought
    path, token = link.split("?t=")
    query = {"t": unquote(token)}
    with site.client() as carol:
        for below in ("", "ticket/", "receipt/", "cancel/", "nothing-here/"):
            carol.get(f"{path}{below}", params=query)
        for api in ("", "ticket.pdf", "receipt.pdf", "calendar.ics", "nothing.pdf"):
            carol.get(f"/api/bookings/{booking['id']}/{api}", params=query)
        assert carol.post(f"{path}cancel/", params=query).status_code == 403  # CSRF: Django writes a warning
        refused = carol.post(f"/api/bookings/{booking['id']}/cancel/", params=query, json={})
        assert refused.json()["code"] == "code_required"
        carol.get("/shows/1/offer/", params=query)
        carol.get(f"/boxoffice/?{link.partition('?')[2]}")
    viewer = await LiveClient.open(f"{live_show.socket}?t={token}", live_show.layout)
    await viewer.next_of("snapshot", seconds=20)
    await viewer.end()
    until(lambda: f"GET {path}cancel/" in logged(site) and f"WSCONNECT /ws/shows/{live_show.id}/" in logged(site))
    text = logged(site)
    assert unquote(token) not in text and token not in text
    assert unquote(token).rpartition(":")[2] not in text  # its signature
    assert "?t=" not in text.replace("?t=…", "")
