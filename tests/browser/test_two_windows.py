"""Two windows on one show: what one does, the other sees, without reloading."""

import asyncio
import time

import pytest

pytestmark = pytest.mark.browser
LOADED = "() => document.querySelectorAll('[data-seat].is-available').length > 0"


async def two_windows(open_window, show):
    windows = [await open_window(show.site, f"/shows/{show.id}/") for _ in range(2)]
    for window in windows:
        await window.page.wait_for_function(LOADED)
    return windows


async def choose_and_hold(window, seats):
    for seat in seats:
        await window.seat(seat).click()
        await window.until_look(seat, "picked")
    await window.page.click("#proceed")
    for seat in seats:
        await window.until_look(seat, "mine")


async def test_one_holds_and_pays_and_the_other_sees_it(open_window, live_show, machine):
    alice, bob = await two_windows(open_window, live_show)
    seats = live_show.seats[:2]
    for seat in seats:
        await alice.seat(seat).click()
    clock = asyncio.ensure_future(_when_held(bob, seats))
    held_by_alice = asyncio.ensure_future(_when_mine(alice, seats))
    await alice.page.click("#proceed")
    seen, done = await clock, await held_by_alice
    assert seen - done < machine.allows(0.3)
    await alice.page.fill("#contact-name", "Alice")
    await alice.page.fill("#contact-email", "alice@example.test")
    await alice.page.click("#contact button[type=submit]")
    await alice.page.wait_for_url("**/checkout/**")
    await alice.page.click("#pay")
    await alice.page.get_by_role("button", name="Succeed", exact=True).click()
    await alice.page.wait_for_url("**/bookings/**", timeout=20_000)
    for seat in seats:
        await bob.until_look(seat, "sold")
        assert await alice.page.get_by_text(seat, exact=True).count()


async def _when_held(window, seats):
    for seat in seats:
        await window.until_look(seat, "held", 10_000)
    return time.monotonic()


async def _when_mine(window, seats):
    for seat in seats:
        await window.until_look(seat, "mine", 10_000)
    return time.monotonic()


async def test_a_picked_seat_that_another_takes_is_lost_with_a_message(open_window, live_show):
    alice, bob = await two_windows(open_window, live_show)
    seat = live_show.seats[4]
    await bob.seat(seat).click()
    await bob.until_look(seat, "picked")
    await choose_and_hold(alice, [seat])
    await bob.until_look(seat, "held")
    await bob.page.get_by_text(seat).first.wait_for()
    assert seat in await bob.page.locator("#messages").inner_text()


async def test_a_hold_left_alone_is_free_again_in_both_put_there_by_beat(open_window, hasty_show, machine):
    alice, bob = await two_windows(open_window, hasty_show)
    seat = hasty_show.seats[6]
    await choose_and_hold(alice, [seat])
    began = time.monotonic()
    await bob.until_look(seat, "held")
    await asyncio.gather(alice.until_look(seat, "available", 30_000), bob.until_look(seat, "available", 30_000))
    assert time.monotonic() - began <= 5 + machine.allows(1.5)


async def test_reloading_finds_ones_own_hold_again(open_window, live_show):
    alice = await open_window(live_show.site, f"/shows/{live_show.id}/")
    await alice.page.wait_for_function(LOADED)
    await choose_and_hold(alice, live_show.seats[8:10])
    await alice.page.reload()
    for seat in live_show.seats[8:10]:
        await alice.until_look(seat, "mine")


async def test_a_phone_can_do_it_too(open_window, live_show):
    alice = await open_window(live_show.site, f"/shows/{live_show.id}/", width=390, height=844)
    await alice.page.wait_for_function(LOADED)
    await alice.page.click(".finder-go")
    await alice.page.wait_for_function("() => document.querySelectorAll('[data-seat].is-picked').length === 2")
    await alice.page.click("#proceed")
    await alice.page.wait_for_function("() => document.querySelectorAll('[data-seat].is-mine').length === 2")
