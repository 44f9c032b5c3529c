"""The bench of the page runs and says what it measured; how fast it is, is for the bench to tell."""

from collections.abc import Iterator

import pytest
import pytest_socket

from sumika.evaluate.bench import AREAS
from sumika.evaluate.dashboard.busy_house import Served, served_page
from sumika.evaluate.dashboard.live import first_page_ms, load
from sumika.evaluate.dashboard.year import year_plot

pytestmark = pytest.mark.slow


@pytest.fixture
def served() -> Iterator[Served]:
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with served_page() as served:
        yield served


def test_viewers_are_served_and_counted(served: Served) -> None:
    measured = load(served, 2, 1.0)
    assert measured.viewers == 2
    assert measured.messages_per_s > 0
    assert 0 < measured.latency_p50_ms <= measured.latency_p95_ms
    assert measured.core_share > 0
    assert 20 < measured.pss_mb <= measured.rss_mb
    assert first_page_ms(served, ["/api/health"]) > 0


def test_a_plot_of_some_days_is_asked_over_the_interface() -> None:
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    figure = year_plot(20)
    assert figure.detail["samples"] == 20 * 144
    assert 1000 < float(figure.detail["points"]) <= 2000
    assert figure.value > 0


def test_the_area_is_known() -> None:
    assert set(AREAS["dashboard"]) == {"dashboard.live", "dashboard.year"}
