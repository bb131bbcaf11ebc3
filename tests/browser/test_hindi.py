"""The live map in Hindi, on a phone: one switch in the header, and everything that is read or read out has changed."""

import pytest

pytestmark = pytest.mark.browser
PATIENCE = 20_000


async def test_the_switch_keeps_the_show_and_translates_what_the_map_says(open_window, live_show):
    phone = await open_window(live_show.site, f"/shows/{live_show.id}/", width=390, height=844)
    page, seat = phone.page, live_show.seats[0]
    await page.click(".navbar-toggler")
    await page.click("button[name=language]")
    await page.wait_for_selector("html[lang=hi]", timeout=PATIENCE)
    assert page.url.endswith(f"/shows/{live_show.id}/")
    await phone.until_look(seat, "available", PATIENCE)
    name = await phone.seat(seat).get_attribute("aria-label")
    assert name.startswith("पंक्ति ") and name.endswith(", उपलब्ध")
    await phone.seat(seat).focus()
    await page.keyboard.press("Enter")
    await phone.until_look(seat, "picked", PATIENCE)
    assert (await phone.seat(seat).get_attribute("aria-label")).endswith(", चुनी हुई")
    assert (await page.inner_text("#picked-count")).endswith("सीट")
    await page.wait_for_function(
        "() => document.querySelector('#murmur').textContent.includes('चुनी गई')", timeout=PATIENCE
    )
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
