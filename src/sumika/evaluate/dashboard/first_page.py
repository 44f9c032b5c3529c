"""How long the first picture takes: in a browser that knows nothing yet where there is one, else what the server adds.

The browser's figure is the time from asking for the page until the card of today has been painted; that needs the page,
its scripts and words, who is here and which house this is. Playwright and chromium are tools of development: a home has
neither, and there the server's share alone is measured, and the figure says so.
"""

import os
import re
import shutil
import time
from collections.abc import Sequence

import httpx
import numpy as np

from sumika.evaluate.dashboard.busy_house import Served
from sumika.evaluate.figure import Evidence, Figure

ROUNDS = 5
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 60_000.0
COOKIE = "sumika_session"
_NOTES_WHEN_PAINTED = """
localStorage.setItem("sumika.tour", "seen");
new MutationObserver((_, watching) => {
  if (!document.querySelector(".card.today .sentence")) return;
  watching.disconnect();
  // What is drawn in a frame has been painted when the task after it runs.
  requestAnimationFrame(() => setTimeout(() => (globalThis.paintedAt = performance.now())));
}).observe(document, { childList: true, subtree: true });
"""


def first_page(served: Served) -> Figure:
    """Return the figure: the browser's where there is one, and what is measured in its detail.

    Args:
        served: The page.
    """
    server_ms = first_page_ms(served)
    painted_ms = painted_in_browser_ms(served)
    if not painted_ms:
        what = "server alone (no browser here): page, its files and the first answers, one after the other"
        return Figure(value=server_ms, unit="ms", evidence=Evidence.MEASURED, detail={"what": what})
    return Figure(
        value=float(np.median(painted_ms)),
        unit="ms",
        evidence=Evidence.MEASURED,
        detail={
            "what": "browser: chromium that has seen nothing yet, until the card of today is painted",
            "slowest": round(max(painted_ms), 1),
            "server_alone": round(server_ms, 1),
        },
    )


def painted_in_browser_ms(served: Served) -> list[float]:
    """Return for some visits how long it took until the first card was painted; nothing where there is no browser.

    Args:
        served: The page.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        # Of the tools of development: houses have no use for a second browser.
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if program is None:
        return []
    arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        found = []
        for _ in range(ROUNDS):
            context = browser.new_context()
            context.add_init_script(_NOTES_WHEN_PAINTED)
            context.add_cookies([{"name": COOKIE, "value": served.cookie, "url": f"http://{served.address}"}])
            page = context.new_page()
            page.goto(f"http://{served.address}/#/today", timeout=PATIENCE_MS)
            page.wait_for_function("() => globalThis.paintedAt", timeout=PATIENCE_MS)
            found.append(float(page.evaluate("() => globalThis.paintedAt")))
            context.close()
        browser.close()
    return found


def first_page_ms(served: Served, files: Sequence[str] = ()) -> float:
    """Return how long the server takes for all that a browser asks for until the page can be painted: median of some.

    Args:
        served: The page.
        files: What it asks for; by default the page, what that names, and the first answers.
    """
    with httpx.Client(base_url=f"http://{served.address}", cookies={COOKIE: served.cookie}) as browser:
        wanted = list(files) or _first_files(browser.get("/").text)
        took = []
        for _ in range(ROUNDS):
            began_s = time.perf_counter()
            for path in wanted:
                browser.get(path)
            took.append((time.perf_counter() - began_s) * 1e3)
    return float(np.median(took))


def _first_files(page: str) -> list[str]:
    """Return what a page names of its own files, and the interface's first answers."""
    named = re.findall(r'(?:src|href)="/?((?:static)/[^"]+)"', page)
    return ["/", *(f"/{path}" for path in named), "/api/me", "/api/house", "/api/state"]
