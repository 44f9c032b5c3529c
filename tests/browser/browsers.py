"""A headless browser before the played house: where it is, how it enters, what it must never say."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from sumika.dashboard.cookies import COOKIE, own_cookie
from tests.browser.played_house import PASSWORD, PlayedHouse

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-background-networking")
"""As on a machine without a graphics card. Where a card is only acted, every animation on the page is painted by it:
the plan with people then takes a whole core instead of a sixth of one.
"""

PATIENCE_MS = 30_000
"""Machines that run the tests are busy: everything is waited for as long as this, and nothing is slept."""

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
SIZES = {"phone": (390, 844), "tablet": (1024, 768), "desktop": (1280, 800)}


def chromium_or_why_not() -> str:
    """Return why there is no browser to test with; empty where there is one. With CI=true there must be."""
    if CHROMIUM.exists():
        return ""
    why = f"no browser: {CHROMIUM} is missing (Debian package chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(why, pytrace=False)
    return why


@contextmanager
def started() -> Iterator[Browser]:
    """Run a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One browser window before the house, and what went wrong in it.

    Attributes:
        page: Playwright's.
        wrong: Errors of scripts, and what the policy of contents forbade.
    """

    def __init__(
        self,
        browser: Browser,
        house: PlayedHouse,
        *,
        language: str = "en",
        size: str = "desktop",
        scheme: str = "light",
        motion: str = "reduce",
        zone: str = "Asia/Tokyo",
    ) -> None:
        """Open a window; nothing is loaded yet. What only decorates stands still, except with `no-preference`."""
        width, height = SIZES[size]
        self.house = house
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            locale={"en": "en-GB", "ja": "ja-JP"}[language],
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id=zone,
            reduced_motion="no-preference" if motion == "no-preference" else "reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self._hear(said.type, said.text))

    def _hear(self, kind: str, text: str) -> None:
        # A status that is no success is written to the console by the browser itself; it is no error of a script.
        if kind == "error" and "Failed to load resource" not in text and "WebSocket connection" not in text:
            self.wrong.append(text)

    def enter(self, view: str = "today", *, user: str = "owner", tour: bool = False) -> Page:
        """Come as somebody who has logged in before, and see a view."""
        if not tour:
            self.context.add_init_script("localStorage.setItem('sumika.tour', 'seen')")
        cookie = self.house.parts.accounts.log_in(user)
        name = own_cookie(COOKIE, f"127.0.0.1:{self.house.port}")
        self.context.add_cookies([{"name": name, "value": cookie, "url": self.house.address}])
        self.page.goto(f"{self.house.address}#/{view}")
        self.page.wait_for_selector("main h1", state="attached")
        return self.page

    def log_in(self, user: str) -> Page:
        """Come for the first time, and log in by the form."""
        self.page.goto(self.house.address)
        self.page.fill("input[name=name]", user)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button.main")
        self.page.wait_for_selector("nav.side", state="attached")
        return self.page

    def go(self, view: str) -> None:
        """Go to a view by its address, and wait until it is there."""
        self.page.evaluate("view => { location.hash = `#/${view}`; }", view)
        self.page.wait_for_selector("main h1", state="attached")

    def picture(self, name: str) -> None:
        """Keep what is seen."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SCREENSHOTS / f"{name}.png"))

    def close(self) -> None:
        """Close the window."""
        self.context.close()
