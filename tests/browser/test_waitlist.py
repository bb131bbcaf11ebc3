"""A sold-out show in real windows: waiting, the offer, and a show that staff cancel."""

import asyncio

import pytest

from tests.live.test_waitlist import confirm

pytestmark = pytest.mark.browser
PATIENCE = 20_000


async def join(window, name, count, show):
    """Joins, is told to look into the mail, and opens its link elsewhere: the window knows at once."""
    address = f"{name.lower()}.{show.id}@example.test"
    await window.page.wait_for_selector("#waitlist-form:visible", timeout=PATIENCE)
    await window.page.select_option("#waitlist-count", str(count))
    await window.page.fill("#waitlist-name", name)
    await window.page.fill("#waitlist-email", address)
    await window.page.click("#waitlist-form button")
    await window.page.wait_for_selector("#waitlist-unconfirmed:visible", timeout=PATIENCE)
    assert address in await window.page.inner_text("#waitlist-sent")
    await asyncio.to_thread(confirm, show, address)
    await window.page.wait_for_selector("#waitlist-waiting:visible", timeout=PATIENCE)


async def test_whoever_waits_is_offered_the_seats_in_their_window_and_buys_them(full_show, open_window):
    show, bob, booking = full_show
    alice = await open_window(show.site, f"/shows/{show.id}/")
    carol = await open_window(show.site, f"/shows/{show.id}/", width=390, height=844)
    await join(alice, "Alice", 2, show)
    await join(carol, "Carol", 1, show)
    assert await carol.page.inner_text("#waitlist-place") == "You are number 2."
    bob.http.post(f"/api/bookings/{booking['id']}/cancel/", json={})
    await alice.page.wait_for_selector("#waitlist-offer:visible", timeout=PATIENCE)
    for seat in show.seats[:2]:
        await alice.until_look(seat, "mine", PATIENCE)
        await carol.until_look(seat, "held", PATIENCE)
        assert seat in await alice.page.inner_text("#waitlist-seats")
    await alice.page.reload()
    await alice.page.wait_for_selector("#waitlist-offer:visible", timeout=PATIENCE)
    await alice.page.click("#waitlist-take")
    await alice.page.wait_for_url("**/checkout/**", timeout=PATIENCE)
    await alice.page.click("#pay")
    await alice.page.get_by_role("button", name="Succeed", exact=True).click()
    await alice.page.wait_for_url("**/bookings/**", timeout=PATIENCE)
    for seat in show.seats[:2]:
        await carol.until_look(seat, "sold", PATIENCE)


async def test_an_offer_let_go_is_the_next_windows_offer(full_show, open_window):
    show, bob, booking = full_show
    alice, carol = [await open_window(show.site, f"/shows/{show.id}/") for _ in range(2)]
    await join(alice, "Alice", 2, show)
    await join(carol, "Carol", 2, show)
    bob.http.post(f"/api/bookings/{booking['id']}/cancel/", json={})
    await alice.page.wait_for_selector("#waitlist-offer:visible", timeout=PATIENCE)
    await alice.page.click("#waitlist-decline")
    await carol.page.wait_for_selector("#waitlist-offer:visible", timeout=PATIENCE)
    await alice.page.wait_for_selector("#waitlist-offer", state="hidden", timeout=PATIENCE)


async def test_staff_cancel_a_show_and_watch_it_being_given_back(live_show, new_customer, open_window):
    bob = new_customer(live_show)
    booking, order = bob.up_to_payment(live_show.seats[:2])
    bob.http.post("/api/payments/verify/", json=bob.pay(order, "success"))
    viewer = await open_window(live_show.site, f"/shows/{live_show.id}/")
    await viewer.until_look(live_show.seats[0], "sold", PATIENCE)
    staff = await open_window(
        live_show.site, f"/accounts/login/?next=/boxoffice/shows/{live_show.id}/cancel/", width=390, height=844
    )
    await staff.page.fill("[name=login]", "staff@demo.test")
    await staff.page.fill("[name=password]", "demo-cinema")
    await staff.page.click("main form button[type=submit]")
    await staff.page.get_by_text(booking["reference"]).wait_for(timeout=PATIENCE)
    await staff.page.fill("[name=reason]", "The projector is broken.")
    title = await staff.page.inner_text("#id_confirmation_helptext")
    await staff.page.fill("[name=confirmation]", title)
    await staff.page.click(".btn-danger")
    await staff.page.wait_for_selector('[data-state="done"]:visible', timeout=2 * PATIENCE)
    assert await staff.page.inner_text('[data-value="bookings"]') == "1"
    await viewer.page.get_by_text("This show is cancelled.").first.wait_for(timeout=PATIENCE)
    await asyncio.to_thread(bob.wait_for, booking, "cancelled")
