"""The link in a mail, opened on a telephone that is nobody's: looking works, changing takes a code."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.test_web_ticket import KEPT, PATIENCE, codes_of, leave_the_network
from tests.live.customer import Customer
from tests.live.test_no_token_in_a_log import bought  # noqa: F401 - a fixture
from tests.live.test_waitlist import mail_to, until

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def code_in_mail(site, address):
    text = until(lambda: mail_to(site, address, "your code is"))
    return re.search(r"your code is (\d{6})", text)[1]


async def cookies_of(window):
    return {cookie["name"] for cookie in await window.context.cookies()}


async def test_it_shows_the_booking_and_the_tickets_offline_and_makes_nobody_a_guest(open_window, live_show, bought):  # noqa: F811
    booking, link = bought
    window = await open_window(live_show.site, link, **PHONE)
    assert booking["reference"] in await window.page.inner_text("main")
    assert "guest" not in await cookies_of(window)
    await window.page.get_by_role("link", name="Show tickets").click()
    await window.page.wait_for_function(KEPT, timeout=PATIENCE)
    before = await codes_of(window.page)
    assert len(before) == 1
    await leave_the_network(window)
    await window.page.reload()
    await window.page.wait_for_function(KEPT, timeout=PATIENCE)
    assert await codes_of(window.page) == before
    assert "guest" not in await cookies_of(window)
    window.errors.clear()


async def test_cancelling_takes_the_code_of_a_mail(open_window, live_show, bought):  # noqa: F811
    booking, link = bought
    window = await open_window(live_show.site, link, **PHONE)
    page = window.page
    await page.get_by_role("link", name="Cancel tickets").click()
    await page.get_by_role("button", name="Send me a code").click()
    assert "We have sent a code to a•••@example.test" in await page.inner_text("[role=status]")
    violations = (await Axe().run(page)).response["violations"]
    assert [violation["id"] for violation in violations] == []
    code = code_in_mail(live_show.site, "alice@example.test")
    await page.fill("#code-mail", f"{(int(code) + 1) % 1_000_000:06}")
    await page.keyboard.press("Enter")  # the form's own button, not the one that mails another code
    await page.wait_for_selector("#code-error")
    assert "This is not the code in our newest mail." in await page.inner_text("#code-error")
    await page.fill("#code-mail", code)
    await page.get_by_role("button", name="Cancel 1 ticket").click()
    await page.wait_for_url(f"**/bookings/{booking['id']}/?t=*")
    assert "on its way back to you" in await page.inner_text("[role=status]")
    assert "guest" not in await cookies_of(window)


async def test_signing_up_takes_the_code_of_a_mail_and_brings_along_what_a_guest_booked(open_window, live_show):
    customer = Customer(live_show)
    customer.lock(live_show.seats[:1])
    contact = {"show": live_show.id, "name": "Nora", "email": "Nora@example.test"}
    booking = customer.http.post("/api/bookings/create/", json=contact).json()
    told = customer.pay(customer.initiate(booking), "success")
    customer.http.post("/api/payments/verify/", json=told)
    customer.http.close()
    window = await open_window(live_show.site, "/accounts/signup/", **PHONE)
    page = window.page
    await page.fill("[name=email]", "nora@example.test")
    await page.fill("[name=password1]", "a-long-password-1")
    await page.fill("[name=password2]", "a-long-password-1")
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url("**/accounts/confirm-email/")
    text = until(lambda: mail_to(live_show.site, "nora@example.test", "verification code"))
    await page.fill("[name=code]", re.search(r"^([A-Z]{4}-[A-Z]{4})$", text, re.MULTILINE)[1])
    await page.get_by_role("button", name="Confirm").click()
    await page.wait_for_url(f"{live_show.site.url}/")
    await page.goto(f"{live_show.site.url}/bookings/")
    assert booking["reference"] in await page.inner_text("main")
