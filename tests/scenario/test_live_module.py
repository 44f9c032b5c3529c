"""A house with a module on a serial port: its claims reach the bus, and that it was unplugged is told."""

import os
import threading
from collections.abc import Iterator

import pytest

from sumika.bus import Received
from sumika.config import parse_house, recordings_house
from sumika.evaluate.running_house import RunningHouse
from sumika.schema import Claim, Event, Origin, Presence
from sumika.units import seconds_to_ns
from tests.wire.serial_fakes import FakeModule

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

HEART_72 = bytes.fromhex("01 0001 0004 0a15 e4 00009042 2d")


class TalkingModule(FakeModule):
    """An MR60BHA2 that tells a heart rate twenty times a second until it is unplugged."""

    def __init__(self) -> None:
        super().__init__()
        self._enough = threading.Event()
        self._talk = threading.Thread(target=self._tell, daemon=True)
        self._talk.start()

    def _tell(self) -> None:
        while not self._enough.wait(0.05):
            self.say(HEART_72)

    def unplug(self) -> None:
        self._enough.set()
        self._talk.join()
        super().unplug()


@pytest.fixture
def module() -> Iterator[TalkingModule]:
    talking = TalkingModule()
    yield talking
    talking.unplug()


def test_claims_reach_the_bus_and_an_unplugged_module_is_told_while_its_room_is_unknown(module: TalkingModule) -> None:
    loaded = recordings_house({**os.environ, "SUMIKA_DATA": os.devnull})
    radar, text = loaded.house.radars[0], loaded.text
    named = text.index(radar.id)
    begin = text.index("source:", named)
    end = text.index("\n", text.index("seed: 1", begin))
    source = f"source: {{type: port, device: {module.device}}}"
    text = text[:named] + text[named:begin].replace(radar.model, "mr60bha2") + source + text[end:]
    with RunningHouse(parse_house(text, loaded.path)) as house:
        arrived = house.until(lambda received: isinstance(received.message, Claim), 60)
        claim = next(received.message for received in arrived if isinstance(received.message, Claim))
        assert (claim.radar, claim.quantity, claim.value) == (radar.id, "heart_bpm", 72.0)
        assert claim.origin is Origin.LIVE
        module.unplug()
        arrived = house.until(lambda received: died(received, radar.id), 20)
        arrived += house.listen(3.0)
    told = [received.message for received in arrived if died(received, radar.id)]
    assert isinstance(told[0], Event)
    assert "unplugged" in told[0].detail
    claimed_ns = [received.message.stamp.monotonic_ns for received in arrived if isinstance(received.message, Claim)]
    assert max(claimed_ns, default=0) <= told[0].stamp.monotonic_ns + seconds_to_ns(0.5)
    of_room = [
        received.message
        for received in arrived
        if isinstance(received.message, Presence) and received.message.room == radar.room
    ]
    assert of_room
    assert all(presence.probability is None for presence in of_room)


def died(received: Received, radar: str) -> bool:
    message = received.message
    return isinstance(message, Event) and message.code == "node_died" and message.subject == f"sensor.{radar}"
