"""A node that owns devices is given time to hand them back; no other node has the benefit of it."""

import pytest

from sumika.runtime.supervisor import HAND_BACK_TIMEOUT_S, STOP_TIMEOUT_FIRST_S, STOP_TIMEOUT_S
from sumika.units import seconds_to_ns
from tests.supervisor_helpers import FakeHouse, fake_house, node_named

pytestmark = pytest.mark.slow


def waits(house: FakeHouse, monkeypatch: pytest.MonkeyPatch, *names: str) -> dict[str, float]:
    """Stop a house in which nobody leaves; return how long each node was waited for."""
    waited: dict[str, float] = {}
    for name in names:
        process = house.process(name)
        process.obeys = False

        def join(timeout: float | None = None, name: str = name) -> None:
            waited.setdefault(name, timeout or 0.0)
            house.clock.sleep_until(house.clock.now().monotonic_ns + seconds_to_ns(timeout or 0.0))

        monkeypatch.setattr(process, "join", join)
    house.supervisor.stop()
    return waited


def test_who_owns_devices_is_waited_for_longest_and_last_but_for_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = (node_named("log_like", first=True), node_named("devices.x", hands_back=True), node_named("other"))
    with fake_house(monkeypatch, *nodes) as house:
        house.turn(1.0)
        waited = waits(house, monkeypatch, "log_like", "devices.x", "other")
        # A process that is killed at last is waited for one second more.
        assert waited["other"] == pytest.approx(STOP_TIMEOUT_S)
        assert waited["devices.x"] == pytest.approx(HAND_BACK_TIMEOUT_S - STOP_TIMEOUT_S - 1.0)
        assert waited["log_like"] == pytest.approx(STOP_TIMEOUT_FIRST_S)
        assert list(waited) == ["other", "devices.x", "log_like"]


def test_without_devices_the_house_ends_as_soon_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_house(monkeypatch, node_named("log_like", first=True), node_named("other")) as house:
        house.turn(1.0)
        waited = waits(house, monkeypatch, "log_like", "other")
        assert waited["other"] == pytest.approx(STOP_TIMEOUT_S)
        assert waited["log_like"] == pytest.approx(STOP_TIMEOUT_FIRST_S)
