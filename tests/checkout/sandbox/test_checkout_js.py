"""The payment sheet in a real browser, behind a same-origin proxy under a prefix and the site's strict CSP."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from tests.checkout.sandbox.conftest import TOTAL

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'"
)
SHOP = """<!doctype html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,">
<script src="/dev/sandbox/checkout.js" defer></script><script src="/shop.js" defer></script></head>
<body><main><h1>Shop</h1><button id="buy">Buy</button></main></body></html>"""
SHOP_JS = """
window.told = [];
const tell = (name) => (value) => window.told.push([name, value]);
document.querySelector("#buy").addEventListener("click", () => {
  const given = JSON.parse(sessionStorage.getItem("options"));
  if (!given.callback_url) given.handler = tell("handler");
  const sheet = new Razorpay({ ...given, modal: { ...given.modal, ondismiss: tell("dismissed") } });
  sheet.on("payment.failed", tell("failed"));
  sheet.open();
});
"""


@pytest.fixture(scope="module", autouse=True)
def a_browser_is_there():
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium was found: install it, or unset CI")
        pytest.skip("no Chromium was found")


@contextmanager
def shop_in_front_of(sandbox_url: str) -> Iterator[str]:
    """A page, its script, the proxy under /dev/sandbox/, and what a callback_url was sent, echoed."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.startswith("/dev/sandbox/"):
                self.forward("GET", None)
            elif self.path == "/shop.js":
                self.say(200, "text/javascript", SHOP_JS.encode())
            else:
                self.say(200, "text/html", SHOP.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.startswith("/dev/sandbox/"):
                self.forward("POST", body)
            else:
                self.say(200, "text/plain", body)

        def forward(self, method: str, body: bytes | None) -> None:
            address = f"{sandbox_url}/{self.path.removeprefix('/dev/sandbox/')}"
            answer = requests.request(method, address, data=body, timeout=10)
            self.say(answer.status_code, answer.headers["Content-Type"], answer.content)

        def say(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Security-Policy", CSP)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def shop(sandbox) -> Iterator[str]:
    with shop_in_front_of(sandbox.url) as url:
        yield url


@asynccontextmanager
async def open_sheet(shop: str, order: dict, complaints: list[str] | None = None, **options):
    """A page whose sheet is open. Anything the browser complains about fails the test, unless the test gives a
    list to collect it: axe itself writes inline styles."""
    given = {"key": "rzp_test_housefull", "order_id": order["id"], "amount": TOTAL, "name": "Housefull"}
    given |= {"description": "2 seats, B12 and B13", **options}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        said_by_browser: list[str] = [] if complaints is None else complaints
        page.on("pageerror", lambda error: said_by_browser.append(str(error)))
        page.on("console", lambda said: said_by_browser.append(said.text) if "Content Security" in said.text else None)
        page.on("request", lambda asked: asked.url.startswith((shop, "data:")) or said_by_browser.append(asked.url))
        await page.goto(shop)
        await page.evaluate("given => sessionStorage.setItem('options', given)", json.dumps(given))
        await page.click("#buy")
        await expect(page.get_by_role("dialog")).to_be_visible()
        yield page
        assert complaints is not None or said_by_browser == []
        await browser.close()


async def told(page: Page, count: int = 1) -> list:
    await page.wait_for_function("count => window.told.length >= count", arg=count)
    return await page.evaluate("window.told")


async def test_paying_by_upi_hands_the_handler_what_the_sdk_verifies(shop, new_order, client):
    order = new_order()
    async with open_sheet(shop, order) as page:
        await expect(page.get_by_role("dialog")).to_contain_text("₹590.00")
        await page.get_by_role("button", name="Pay ₹590.00", exact=True).click()

        ((name, answer),) = await told(page)
        await expect(page.get_by_role("dialog")).to_have_count(0)

    assert name == "handler"
    assert answer["razorpay_order_id"] == order["id"]
    assert client.utility.verify_payment_signature(answer)


async def test_paying_by_the_test_card(shop, new_order, client):
    order = new_order()
    async with open_sheet(shop, order) as page:
        await page.get_by_role("radio", name="Card").check()
        await page.get_by_role("button", name="by card").click()

        ((name, _),) = await told(page)

    (payment,) = client.order.payments(order["id"])["items"]
    assert (name, payment["method"], payment["card"]["last4"]) == ("handler", "card", "1007")


async def test_a_mistyped_card_is_named_and_makes_no_payment(shop, new_order, client):
    order = new_order()
    async with open_sheet(shop, order) as page:
        await page.get_by_role("radio", name="Card").check()
        await page.get_by_label("Card number").fill("4100 2800 0000 1008")
        await page.get_by_role("button", name="by card").click()

        await expect(page.get_by_role("alert")).to_contain_text("valid card number")
        assert await page.evaluate("window.told") == []

    assert client.order.payments(order["id"])["items"] == []


async def test_after_a_failure_the_sheet_stays_for_another_try(shop, new_order, client):
    order = new_order()
    async with open_sheet(shop, order) as page:
        await page.get_by_label("UPI ID").fill("failure@razorpay")
        await page.keyboard.press("Enter")

        ((name, answer),) = await told(page)
        assert name == "failed"
        error = answer["error"]
        assert {"code", "description", "source", "step", "reason", "metadata"} <= set(error)
        assert error["metadata"]["order_id"] == order["id"]
        await expect(page.get_by_role("alert")).to_have_text(error["description"])

        await page.get_by_role("button", name="Succeed").click()
        assert [name for name, _ in await told(page, 2)] == ["failed", "handler"]

    states = [payment["status"] for payment in client.order.payments(order["id"])["items"]]
    assert states == ["authorized", "failed"]


async def test_without_retry_a_failure_closes_the_sheet(shop, new_order):
    async with open_sheet(shop, new_order(), retry={"enabled": False}) as page:
        await page.get_by_role("button", name="Fail", exact=True).click()

        ((name, _),) = await told(page)
        assert name == "failed"
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_fail_then_pay_late_tells_the_page_of_the_failure_only(shop, new_order, receiver):
    order = new_order()
    async with open_sheet(shop, order) as page:
        await page.get_by_role("button", name="Fail, then pay late").click()

        came = receiver.wait_for(order["id"], 2)
        names = [name for name, _ in await told(page)]

    assert names == ["failed"]
    assert [one.event for one in came] == ["payment.failed", "payment.authorized"]


async def test_a_silent_payment_closes_the_sheet_without_a_callback(shop, new_order, client):
    order = new_order()
    async with open_sheet(shop, order) as page:
        await page.get_by_role("button", name="Pay, tell nobody").click()

        assert [name for name, _ in await told(page)] == ["dismissed"]

    assert client.order.payments(order["id"])["items"][0]["status"] == "authorized"


async def test_leaving_is_told_as_dismissed_and_gives_the_focus_back(shop, new_order, client):
    order = new_order()
    async with open_sheet(shop, order) as page:
        for times, way in enumerate(("Escape", "Cancel", "Close without paying"), start=1):
            await expect(page.get_by_role("dialog")).to_be_visible()
            if way == "Escape":
                await page.keyboard.press("Escape")
            else:
                await page.get_by_role("button", name=way).click()

            assert [name for name, _ in await told(page, times)] == ["dismissed"] * times, way
            await expect(page.get_by_role("dialog")).to_have_count(0)
            await expect(page.locator("#buy")).to_be_focused()
            await page.click("#buy")

    assert client.order.fetch(order["id"])["status"] == "created"


async def test_after_its_timeout_the_sheet_leaves_by_itself(shop, new_order):
    async with open_sheet(shop, new_order(), timeout=1) as page:
        assert await told(page) == [["dismissed", "timeout"]]
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_callback_url_is_sent_the_three_fields_as_a_form(shop, new_order):
    order = new_order()
    async with open_sheet(shop, order, callback_url=f"{shop}/paid/") as page:
        await page.get_by_role("button", name="Succeed").click()
        await page.wait_for_url("**/paid/")
        sent = await page.inner_text("body")

    names = {pair.split("=")[0] for pair in sent.split("&")}
    assert names == {"razorpay_payment_id", "razorpay_order_id", "razorpay_signature"}


async def test_when_the_sandbox_is_gone_the_sheet_says_so(new_order, shop):
    async with open_sheet(shop, new_order()) as page:
        await page.route("**/_test/pay", lambda route: route.abort())
        await page.get_by_role("button", name="Succeed").click()

        await expect(page.get_by_role("alert")).to_contain_text("does not answer")
        assert await page.evaluate("window.told") == []


async def test_the_sheet_is_dressed_and_accessible_by_day_and_by_night(shop, new_order):
    async with open_sheet(shop, new_order(), complaints=[]) as page:
        await expect(page.get_by_label("UPI ID")).to_be_focused()
        assert await page.get_by_role("dialog").evaluate("sheet => getComputedStyle(sheet).borderRadius") == "18px"
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = await Axe().run(page)
            assert found.response["violations"] == [], found.generate_report()
