"""The bench of the page runs and says what it measured; how fast it is, is for the bench to tell."""

import shutil
from collections.abc import Iterator

import pytest
import pytest_socket

import sumika.evaluate.dashboard.first_page as timed
from sumika.evaluate.bench import AREAS
from sumika.evaluate.dashboard.busy_house import Served, served_page
from sumika.evaluate.dashboard.first_page import first_page
from sumika.evaluate.dashboard.live import load
from sumika.evaluate.dashboard.year import year_plot

pytestmark = pytest.mark.slow


def _let_speak() -> None:
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def sockets() -> None:
    """These tests speak to a server on this machine."""
    _let_speak()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    _let_speak()
    with served_page() as served:
        yield served


def test_viewers_are_served_and_counted(served: Served) -> None:
    measured = load(served, 2, 1.0)
    assert measured.viewers == 2
    assert measured.messages_per_s > 0
    assert 0 < measured.latency_p50_ms <= measured.latency_p95_ms
    assert measured.core_share > 0
    assert 20 < measured.pss_mb <= measured.rss_mb


def test_the_first_page_is_timed_by_the_browser_where_there_is_one(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed, "ROUNDS", 1)
    has_browser = any(map(shutil.which, timed.BROWSERS))
    figure = first_page(served)
    assert figure.value > 0
    assert str(figure.detail["what"]).startswith("browser: " if has_browser else "server alone")
    monkeypatch.setattr(timed, "BROWSERS", ("no-such-browser",))
    assert str(first_page(served).detail["what"]).startswith("server alone")


def test_a_plot_of_some_days_is_asked_over_the_interface() -> None:
    figure = year_plot(20)
    assert figure.detail["samples"] == 20 * 144
    assert 1000 < float(figure.detail["points"]) <= 2000
    assert figure.value > 0


def test_the_area_is_known() -> None:
    assert set(AREAS["dashboard"]) == {"dashboard.live", "dashboard.year"}
