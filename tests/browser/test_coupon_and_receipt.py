"""A coupon on the checkout page, and the receipt afterwards, in a real browser."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.test_two_windows import LOADED, choose_and_hold

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("PICTURES")  # a folder, for whoever wants to look
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


async def picture(window, name):
    if PICTURES:
        await window.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def faults_of(window):
    results = await Axe().run(window.page, options=WCAG)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in results.response["violations"]]


async def to_checkout(window, seats, email):
    await window.page.wait_for_function(LOADED)
    await choose_and_hold(window, seats)
    await window.page.fill("#contact-name", "Asha Rao")
    await window.page.fill("#contact-email", email)
    await window.page.click("#contact button[type=submit]")
    await window.page.wait_for_url("**/checkout/**")


async def amount(window, name):
    """Paise of a line of the bill."""
    words = await window.page.inner_text(f"#bill-{name}")
    whole, _, rest = words.replace("₹", "").replace(",", "").replace("\N{MINUS SIGN}", "-").partition(".")
    return int(whole) * 100 + int(rest or 0)


@pytest.mark.parametrize(("width", "email"), [(1280, "wide@example.test"), (390, "narrow@example.test")])
async def test_a_coupon_changes_the_bill_at_once_and_stands_on_the_receipt(open_window, live_show, width, email):
    window = await open_window(live_show.site, f"/shows/{live_show.id}/", width=width, height=844)
    page = window.page
    await to_checkout(window, live_show.seats[:2], email)
    before = await amount(window, "total")
    await picture(window, f"checkout-{width}")

    await page.fill("#coupon", "NOSUCH")
    await page.press("#coupon", "Enter")
    await page.locator("#coupon-error", has_text="no coupon with this code").wait_for()
    assert await page.get_attribute("#coupon", "aria-invalid") == "true"
    await picture(window, f"checkout-refused-{width}")
    assert await faults_of(window) == []
    window.errors.clear()  # Chromium writes every 422 to the console

    await page.fill("#coupon", "welcome10")
    await page.press("#coupon", "Enter")
    await page.locator("#coupon-on", has_text="WELCOME10").wait_for()
    bill = {name: await amount(window, name) for name in ("seats", "discount", "fee", "cgst", "sgst", "total")}
    assert bill["discount"] == -bill["seats"] // 10 and bill["total"] < before
    assert sum(bill.values()) == 2 * bill["total"]
    assert await page.evaluate("document.activeElement.id") == "coupon-remove"
    assert (await page.inner_text("#pay-label")).endswith(await page.inner_text("#bill-total"))
    await picture(window, f"checkout-coupon-{width}")
    assert await faults_of(window) == []

    await page.click("#coupon-remove")
    await page.locator("#coupon-form").wait_for()
    assert await amount(window, "total") == before
    await page.fill("#coupon", "WELCOME10")
    await page.press("#coupon", "Enter")
    await page.locator("#coupon-on").wait_for()
    await page.click("#pay")
    await page.get_by_role("button", name="Succeed", exact=True).click()
    await page.wait_for_url("**/bookings/**", timeout=20_000)
    await picture(window, f"booking-{width}")
    assert await faults_of(window) == []
    await page.get_by_role("link", name="Receipt").click()
    await page.wait_for_url("**/receipt/")
    assert "WELCOME10" in await page.inner_text("article")
    await picture(window, f"receipt-{width}")
    assert await faults_of(window) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
