"""The web ticket: opened once it shows its codes without a network, and to nobody else afterwards."""

import pytest
from playwright.async_api import Error

from tests.live.customer import Customer

pytestmark = pytest.mark.browser
KEPT = "() => document.querySelector('[data-kept]').dataset.state === 'kept'"
PATIENCE = 20_000
SCANNABLE = 180  # CSS pixels: what a code must at least measure on a telephone


@pytest.fixture
def bought(live_show):
    """A guest's confirmed booking of two seats: its id and the guest's token, which is a browser's cookie."""
    customer = Customer(live_show)
    booking, order = customer.up_to_payment(live_show.seats[:2])
    told = customer.pay(order, "success")
    assert customer.http.post("/api/payments/verify/", json=told).json()["status"] == "confirmed"
    token = customer.http.headers["Authorization"].removeprefix("Bearer ")
    customer.http.close()
    return booking["id"], token, live_show.seats[:2]


async def opened(open_window, site, bought, **size):
    booking, token, _ = bought
    window = await open_window(site, "/bookings/", **size)
    await window.context.add_cookies([{"name": "guest", "value": token, "url": site.url}])
    await window.page.goto(f"{site.url}/bookings/{booking}/ticket/")
    await window.page.wait_for_function(KEPT, timeout=PATIENCE)
    return window


async def codes_of(page):
    """Each code that is on the screen: its seat, and how wide it is drawn."""
    return await page.eval_on_selector_all(
        ".code",
        "codes => codes.map(c => [c.querySelector('h2').lastChild.textContent.trim(),"
        " c.querySelector('img').naturalWidth && c.querySelector('img').getBoundingClientRect().width])",
    )


async def leave_the_network(window):
    await window.context.set_offline(True)
    with pytest.raises(Error):
        await window.page.evaluate("() => fetch('/healthz').then(answer => answer.status)")
    window.errors.clear()


async def test_opened_once_it_works_without_a_network(open_window, live_show, bought):
    window = await opened(open_window, live_show.site, bought, width=390, height=844)
    assert "Saved on this device" in await window.page.inner_text("footer")
    before = await codes_of(window.page)
    assert [seat for seat, _ in before] == bought[2]
    assert all(width >= SCANNABLE for _, width in before)
    await leave_the_network(window)
    await window.page.reload()
    await window.page.wait_for_function(KEPT, timeout=PATIENCE)
    assert await codes_of(window.page) == before  # drawn, and with its stylesheet
    window.errors.clear()  # the browser itself notes that it could not ask for the worker again


async def test_nothing_but_the_ticket_is_kept(open_window, live_show, bought):
    window = await opened(open_window, live_show.site, bought)
    kept = await window.page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name =>"
        " (await (await caches.open(name)).keys()).map(request => new URL(request.url).pathname)))).flat()"
    )
    assert len(kept) == 4
    assert all(path == f"/bookings/{bought[0]}/ticket/" or path.startswith("/static/") for path in kept)
    scopes = await window.page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistrations()).map(one => new URL(one.scope).pathname)"
    )
    assert scopes == [f"/bookings/{bought[0]}/ticket/"]
    await leave_the_network(window)
    with pytest.raises(Error):
        await window.page.goto(f"{live_show.site.url}/bookings/{bought[0]}/")
    window.errors.clear()


async def test_what_the_server_refuses_is_forgotten(open_window, live_show, bought):
    """The guest's cookie is gone, as after clearing cookies: asked with a network, the copy goes too."""
    window = await opened(open_window, live_show.site, bought)
    await window.context.clear_cookies()
    answer = await window.page.reload()
    assert answer.status == 404
    await leave_the_network(window)
    with pytest.raises(Error):
        await window.page.reload()
    window.errors.clear()


async def test_removed_by_hand_it_is_gone(open_window, live_show, bought):
    window = await opened(open_window, live_show.site, bought)
    await window.page.click("[data-remove]")
    await window.page.wait_for_function("() => document.querySelector('[data-kept]').dataset.state === 'removed'")
    await leave_the_network(window)
    with pytest.raises(Error):
        await window.page.reload()
    window.errors.clear()


async def test_after_signing_out_the_next_person_sees_nothing(open_window, live_show):
    window = await open_window(live_show.site, "/accounts/login/")
    page, site = window.page, live_show.site
    await page.fill("[name=login]", "customer@demo.test")
    await page.fill("[name=password]", "demo-cinema")
    await page.click("main form button[type=submit], main form button:not([type])")
    await page.wait_for_url(f"{site.url}/")
    booking = await _buy(window, live_show)
    await page.goto(f"{site.url}/bookings/{booking}/ticket/")
    await page.wait_for_function(KEPT, timeout=PATIENCE)
    await page.goto(f"{site.url}/accounts/logout/")
    await page.click("main form button")
    await page.wait_for_url(f"{site.url}/")
    await leave_the_network(window)
    with pytest.raises(Error):
        await page.goto(f"{site.url}/bookings/{booking}/ticket/")
    await window.context.set_offline(False)
    assert (await page.goto(f"{site.url}/bookings/{booking}/ticket/")).status == 404
    assert await page.evaluate("async () => (await caches.keys()).length") == 0
    assert await page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    window.errors.clear()


async def _buy(window, show):
    """What the pages do, with the window's own session."""

    async def post(path, body):
        cookies = {cookie["name"]: cookie["value"] for cookie in await window.context.cookies()}
        answer = await window.context.request.post(
            f"{show.site.url}/api/{path}", data=body, headers={"X-CSRFToken": cookies["csrftoken"]}
        )
        assert answer.ok, await answer.text()
        return await answer.json()

    await post("bookings/lock-seats/", {"show": show.id, "seats": show.seats[:1]})
    who = {"show": show.id, "name": "Alice", "email": "alice@example.test"}
    booking = await post("bookings/create/", who)
    order = await post("payments/initiate/", {"booking": booking["id"]})
    paid = {"order_id": order["order_id"], "outcome": "success"}
    told = await (await window.context.request.post(f"{show.site.sandbox_url}/_test/pay", data=paid)).json()
    assert (await post("payments/verify/", told))["status"] == "confirmed"
    return booking["id"]
