"""The dashboard's socket: staff only, all of today's shows at once, then whatever moves."""

import asyncio
import json

import httpx
import pytest

from tests.live_client import LiveClient


def sign_in(site, email):
    """The cookies of a signed-in browser."""
    with httpx.Client(base_url=site.url, follow_redirects=True, timeout=30) as browser:
        browser.get("/accounts/login/")
        answer = browser.post(
            "/accounts/login/",
            data={"login": email, "password": "demo-cinema", "csrfmiddlewaretoken": browser.cookies["csrftoken"]},
            headers={"Referer": site.url},
        )
        assert "sessionid" in browser.cookies, answer.text[:500]
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


class Dashboard(LiveClient):
    def on_ws_frame(self, transport, frame):
        if frame.get_payload_as_bytes()[:1] == b"{":
            self.messages.append(json.loads(frame.get_payload_as_utf8_text()))
            self._news.set()
        else:
            super().on_ws_frame(transport, frame)


@pytest.mark.parametrize("who", [None, "customer@demo.test"])
async def test_only_staff_may_watch(site, who):
    headers = {"Cookie": sign_in(site, who)} if who else {}
    client = await Dashboard.open(f"{site.ws}/ws/boxoffice/", headers=headers)
    await asyncio.wait_for(client.closed.wait(), 5)
    assert client.close_code == 4401


async def test_figures_of_today_come_first_and_then_what_moves(site):
    cookie = sign_in(site, "staff@demo.test")
    client = await Dashboard.open(f"{site.ws}/ws/boxoffice/", headers={"Cookie": cookie})
    first = await client.next_of("figures")
    show = next(entry for entry in reversed(first["shows"]) if entry["available"] > 20)
    with site.client() as http:
        seats = http.get(f"/api/shows/{show['show']}/seats/").json()["seats"]
        free = [seat for seat, state in seats.items() if state == "available"][:1]
        answer = http.post("/api/bookings/lock-seats/", json={"show": show["show"], "seats": free})
    if answer.status_code == 409:
        pytest.skip("today's last show has begun")
    assert answer.status_code == 201, answer.text
    moved = await client.until(
        lambda: next(
            (e for m in client.messages[1:] for e in m["shows"] if e["show"] == show["show"] and e["held"]), None
        )
    )
    assert moved["held"] == show["held"] + 1
    assert moved["available"] == show["available"] - 1
    await client.end()
