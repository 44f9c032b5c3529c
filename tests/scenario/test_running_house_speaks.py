"""The house that `sumika run` starts, with real processes: what it says of people and of itself.

One house for all of this: it ends with this file, for it takes two fifths of a core as long as it runs.
"""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from sumika.evaluate.running_house import RunningHouse
from sumika.runtime.table import nodes_of
from sumika.schema import NodeHealth, NodeState, Origin, Presence, Respiration
from tests.running_helpers import is_valid, simulated_house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningHouse]:
    with RunningHouse(simulated_house()) as house:
        house.wait_until_running()
        yield house


def test_presence_and_respiration_come(running: RunningHouse) -> None:
    running.until(lambda received: is_valid(Presence, received), 30)
    arrived = running.until(lambda received: is_valid(Respiration, received), 90)
    assert all(
        received.message.origin is Origin.SIMULATED
        for received in arrived
        if isinstance(received.message, Presence | Respiration) and received.message.valid
    )


def test_every_node_tells_its_memory_and_cpu(running: RunningHouse) -> None:
    running.until(
        lambda received: all(health.memory_mb is not None for health in running.health.values()),
        30,
    )
    assert set(running.health) == {node.name for node in nodes_of(running.loaded.house)}


def test_a_second_house_on_the_same_data_is_refused(running: RunningHouse) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "sumika", "run", "--headless", "--house", str(running.scratch / "house.yaml")],
        env=running.environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert answer.returncode == 1
    assert "another Sumika" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_health_says_running_for_all(running: RunningHouse) -> None:
    arrived = running.listen(1.5)
    states = {
        received.message.node: received.message.state
        for received in arrived
        if isinstance(received.message, NodeHealth)
    }
    assert set(states.values()) == {NodeState.RUNNING}
