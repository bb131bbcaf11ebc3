"""One person in two tabs of one browser: held, given back, run out and signed in are four different sentences."""

import pytest

from tests.browser.test_two_windows import LOADED, choose_and_hold

pytestmark = pytest.mark.browser


async def two_tabs(open_window, show):
    first = await open_window(show.site, f"/shows/{show.id}/")
    second = type(first)(first.context, await first.context.new_page(), first.origin)
    await second.page.goto(f"{show.site.url}/shows/{show.id}/")
    for tab in (first, second):
        await tab.page.wait_for_function(LOADED)
    return first, second


async def reads(tab, sentence):
    await tab.page.locator("#messages").get_by_text(sentence).first.wait_for(timeout=10_000)


async def test_what_one_tab_does_the_other_says(open_window, live_show):
    first, second = await two_tabs(open_window, live_show)
    seats = live_show.seats[:2]
    await choose_and_hold(first, seats)
    for seat in seats:
        await second.until_look(seat, "mine")
    await reads(second, "chosen in another window")
    await second.page.get_by_role("button", name=f"Give {seats[0]} back").click()
    await second.until_look(seats[0], "available")
    await first.until_look(seats[0], "available")
    await reads(first, "was given back in another window")
    assert await first.look_of(seats[1]) == "mine"


async def test_time_that_runs_out_is_said_so(open_window, hasty_show):
    first, second = await two_tabs(open_window, hasty_show)
    await choose_and_hold(first, hasty_show.seats[:1])
    for tab in (first, second):
        await reads(tab, "has run out")


async def test_signing_in_takes_the_seats_along_and_the_other_tab_follows(open_window, live_show):
    first, second = await two_tabs(open_window, live_show)
    seats = live_show.seats[4:6]
    await choose_and_hold(second, seats)
    await first.page.goto(f"{live_show.site.url}/accounts/login/?next=/shows/{live_show.id}/")
    await first.page.fill("[name=login]", "customer@demo.test")
    await first.page.fill("[name=password]", "demo-cinema")
    await first.page.get_by_role("button", name="Sign in", exact=True).click()
    await first.page.wait_for_function(LOADED)
    for seat in seats:
        await first.until_look(seat, "mine")
    await reads(second, "You have signed in. Your seats came along.")
    for seat in seats:
        await second.until_look(seat, "mine")
    await second.page.wait_for_timeout(1500)
    assert await second.look_of(seats[0]) == "mine"
