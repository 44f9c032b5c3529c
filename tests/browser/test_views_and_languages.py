"""Every view is reached by its navigation, says something that is true, in both languages, and for everybody."""

from importlib import resources

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visits

pytestmark = pytest.mark.slow

VIEWS = ("today", "house", "room", "plan", "sleep", "alarms", "setup", "models", "health", "account")
GRAVE = ("serious", "critical")
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def _grave(page: Page) -> list[str]:
    """Return what axe finds on the view as it stands."""
    page.wait_for_function("() => !document.querySelector('.loading')")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found if one["impact"] in GRAVE]


def test_every_view_is_reached_by_the_menu_and_axe_finds_nothing_grave(visits: Visits) -> None:
    visit = visits()
    page = visit.enter()
    assert page.locator("nav.side a").count() == len(VIEWS) + 1  # and papers, which have tests of their own
    for view in VIEWS:
        page.click(f"nav.side a[href='#/{view}']")
        page.wait_for_selector(f"nav.side a[href='#/{view}'][aria-current=page]")
        page.wait_for_selector("main h1", state="attached")
        assert _grave(page) == [], view
        assert page.locator("main .problem").count() == 0
        visit.picture(f"en-light-desktop-{view}")


def test_a_dark_phone_in_japanese_is_as_good(visits: Visits) -> None:
    visit = visits(language="ja", scheme="dark", size="phone")
    page = visit.enter()
    for view in (*VIEWS, "setup/radars", "setup/walk", "setup/empty", "setup/devices"):
        visit.go(view)
        assert _grave(page) == [], view
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, view
        visit.picture(f"ja-dark-phone-{view.replace('/', '-')}")
    # On a phone the views behind "more" are reached by two taps.
    page.click("nav.foot button")
    page.click("#more a[href='#/health']")
    page.wait_for_selector("main h1:has-text('システム')")


def test_language_and_colours_are_the_browsers_until_others_are_chosen(visits: Visits) -> None:
    visit = visits(language="ja")
    page = visit.enter("house")
    assert page.locator("main h1").inner_text() == "家のようす"
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("header .switch[aria-label^='配色']")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.click("header .switch[lang=en]")
    page.wait_for_function("() => document.querySelector('main h1').innerText === 'House'")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.reload()
    page.wait_for_function("() => document.querySelector('main h1')?.innerText === 'House'")


def test_the_tour_has_six_cards_and_comes_once(visits: Visits) -> None:
    page = visits().enter(tour=True)
    dialog = page.locator("[role=dialog]")
    titles = []
    for _ in range(6):
        titles.append(dialog.locator("h1").inner_text())
        dialog.locator("button.main").click()
    assert len(set(titles)) == 6
    dialog.wait_for(state="detached")
    page.reload()
    page.wait_for_selector("main h1", state="attached")
    assert page.locator("[role=dialog]").count() == 0


def test_an_address_that_is_none_leads_to_a_view_all_the_same(visits: Visits) -> None:
    page = visits().enter("room/100%")
    page.wait_for_selector("nav.side a[aria-current=page][href='#/room']")
