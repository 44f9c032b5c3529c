"""How the page's files are served: once for ever under a name by content, packed, nothing else; what is preloaded."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from sumika.dashboard import STATIC
from sumika.dashboard.page_files import PageFiles

SCRIPT = "export const long = 1; // " + "so that it is worth packing ".ljust(1200, ".")
INDEX = '<link href="static/icon.svg" /><link href="static/css/a.css" /><script src="static/js/main.js"></script>'
IMPORTED = re.compile(r'^(?:import|export)[^;]*?from\s*"(\.[^"]+)"', re.MULTILINE)


def _browser(folder: Path) -> TestClient:
    files = PageFiles(folder)
    return TestClient(Starlette(routes=[Route("/", files.page), Route("/static/{path:path}", files.file)]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    for name, text in {"index.html": INDEX, "js/main.js": SCRIPT, "css/a.css": "a{}", "icon.svg": "<svg/>"}.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return static


def test_scripts_are_named_by_content_and_asked_for_once(folder: Path) -> None:
    browser = _browser(folder)
    page = browser.get("/")
    assert page.headers["cache-control"] == "no-cache"
    (script,) = re.findall(r'src="(static/[0-9a-f]{12}/js/main.js)"', page.text)
    assert 'href="static/icon.svg"' in page.text
    assert re.search(r'href="static/[0-9a-f]{12}/css/a.css"', page.text)
    answer = browser.get(f"/{script}")
    assert answer.text == SCRIPT
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_an_update_gives_other_names_and_old_ones_are_not_kept(folder: Path) -> None:
    before, told = PageFiles(folder).named, _browser(folder).get("/").headers["etag"]
    (folder / "js" / "main.js").write_text(SCRIPT + "// newer", encoding="utf-8")
    browser = _browser(folder)
    old = browser.get(f"/static/{before}/js/main.js")
    assert old.text.endswith("// newer")
    assert old.headers["cache-control"] == "no-cache"
    # A page is asked for again with what is known of it: it has not changed, or it names what is new.
    assert browser.get("/", headers={"If-None-Match": told}).status_code == 200
    again = browser.get("/", headers={"If-None-Match": browser.get("/").headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_files_are_packed_for_who_can_unpack(folder: Path) -> None:
    browser = _browser(folder)
    for wants, packed in (("gzip", True), ("identity", False)):
        with browser.stream("GET", "/static/js/main.js", headers={"Accept-Encoding": wants}) as answer:
            raw = b"".join(answer.iter_raw())
        assert (answer.headers.get("content-encoding") == "gzip") is packed
        assert (gzip.decompress(raw) if packed else raw).decode() == SCRIPT
        assert answer.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in browser.get("/static/icon.svg").headers


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "js", "", "js/../../secret.txt", "js/none.js"])
def test_nothing_else_is_served(folder: Path, path: str) -> None:
    assert _browser(folder).get(f"/static/{path}").status_code == 404


def test_a_page_without_files_says_so(tmp_path: Path) -> None:
    answer = _browser(tmp_path / "none").get("/")
    assert (answer.status_code, answer.text) == (404, "The page's files are missing.")


def _graph(first: Path) -> set[Path]:
    """Return a script and all that it imports before it runs."""
    found: set[Path] = set()
    wanted = [first]
    while wanted:
        script = wanted.pop()
        if script not in found:
            found.add(script)
            imported = IMPORTED.findall(script.read_text(encoding="utf-8"))
            wanted += [(script.parent / name).resolve() for name in imported]
    return found


def test_all_that_the_first_picture_needs_is_asked_for_at_once() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    preloaded = {STATIC.parent / name for name in re.findall(r'rel="modulepreload" href="([^"]+)"', page)}
    begins = _graph(STATIC / "js" / "early.js") | _graph(STATIC / "js" / "main.js")
    needed = begins | _graph(STATIC / "js" / "views" / "today.js")
    assert preloaded | {STATIC / "js" / "early.js"} == needed
    # Who looks at rooms in space alone waits for what draws them.
    assert not any(path.name.startswith(("three", "uPlot")) for path in needed)
    assert sum(path.stat().st_size for path in needed) < 150_000
