"""Real browser windows on the running site. Chromium comes from the system; with CI=true it must be there."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright

from tests.live.conftest import (  # noqa: F401 - fixtures
    RunningShow,
    full_show,
    hasty_show,
    live_show,
    new_customer,
    shows_on_sale,
)

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items):
    if CHROMIUM is None and os.environ.get("CI") != "true":
        for item in items:
            if "tests/browser" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="no Chromium was found"))


class Window:
    """One visitor's window: its page, and what went wrong in it."""

    def __init__(self, context, page, origin):
        self.context, self.page, self.origin = context, page, origin
        self.foreign_requests, self.errors = [], []
        page.on("request", lambda request: self._request(request, origin))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def _request(self, request, origin):
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != origin:
            self.foreign_requests.append(request.url)

    def seat(self, seat):
        return self.page.locator(f'[data-seat="{seat}"]')

    async def look_of(self, seat):
        names = (await self.seat(seat).get_attribute("class")).split()
        return next(name.removeprefix("is-") for name in names if name.startswith("is-"))

    async def until_look(self, seat, look, milliseconds=5000):
        await self.page.wait_for_function(
            '([seat, look]) => document.querySelector(`[data-seat="${seat}"]`)?.classList.contains(`is-${look}`)',
            arg=[seat, look],
            timeout=milliseconds,
            polling=10,
        )


@pytest.fixture
async def open_window():
    """A function that opens a page in a window (browser profile) of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        windows = []

        async def open_one(site, path="/", width=1280, height=900):
            context = await browser.new_context(viewport={"width": width, "height": height})
            page = await context.new_page()
            window = Window(context, page, urlsplit(site.url).netloc)
            windows.append(window)
            await page.goto(f"{site.url}{path}")
            return window

        yield open_one
        for window in windows:
            assert window.foreign_requests == []
            assert window.errors == []
        await browser.close()
