"""What there is is told when it is time, in the right order, and once more; a broker that goes loses nothing of it."""

import asyncio
from pathlib import Path

from sumika.bridge import HouseBridge, Outgoing, Places
from sumika.runtime.bridge_announcer import FORGETS_S, ONCE_MORE_S, SETTLES_S, BridgeAnnouncer
from sumika.runtime.bridge_folder import BridgeFolder
from sumika.schema import AirSample, Origin
from sumika.schema.house import House
from sumika.units import seconds_to_ns
from tests.bridge_helpers import played_house
from tests.bus_helpers import STAMP

LET_GO = '{"migrate_discovery":true}'


class Told:
    """An announcer, a clock, and what was published."""

    def __init__(self, data: Path, house: House) -> None:
        self.folder = BridgeFolder(data)
        assert house.bridge is not None
        places = Places(house.bridge, self.folder.installation)
        self.bridge = HouseBridge(house, places, self.folder.kept, version="1.0", language="en")
        self.announcer = BridgeAnnouncer(self.bridge, self.folder)
        self.now_s = 0.0
        self.breaks_after: int | None = None
        self.sent: list[Outgoing] = []

    async def _send(self, message: Outgoing) -> bool:
        if self.breaks_after is not None and len(self.sent) >= self.breaks_after:
            return False
        self.sent.append(message)
        return True

    def after(self, seconds: float) -> list[Outgoing]:
        """Return what is published a while later."""
        self.now_s += seconds
        self.sent = []
        self.is_there = asyncio.run(self.announcer.turn(self._send, seconds_to_ns(self.now_s)))
        return self.sent

    def configs(self, seconds: float) -> list[str]:
        """Return the payloads of discovery that are published a while later."""
        return [one.payload for one in self.after(seconds) if one.topic.endswith("/config")]


def test_what_is_new_is_told_once_more_and_then_no_more(tmp_path: Path) -> None:
    told = Told(tmp_path, played_house())
    first = told.configs(0.0)
    assert len(first) == 6
    assert told.after(FORGETS_S) == []
    assert told.configs(ONCE_MORE_S) == first
    assert [told.after(ONCE_MORE_S) for _ in range(5)] == [[]] * 5
    known = Told(tmp_path, played_house())
    assert known.configs(0.0) == first
    assert [known.after(ONCE_MORE_S) for _ in range(5)] == [[]] * 5


def test_what_a_sensor_measures_for_the_first_time_is_told_soon(tmp_path: Path) -> None:
    told = Told(tmp_path, played_house())
    told.after(0.0)
    told.after(FORGETS_S)
    sample = AirSample(stamp=STAMP, origin=Origin.LIVE, sensor="living_air", room="living", co2_ppm=800.0)
    assert told.bridge.hear(sample, seconds_to_ns(told.now_s))
    told.announcer.something_new(seconds_to_ns(told.now_s))
    assert told.after(SETTLES_S - 0.1) == []
    (room,) = told.configs(0.2)
    assert '"co2"' in room


def test_home_assistant_lets_go_before_it_is_told_in_the_other_way(tmp_path: Path) -> None:
    old = Told(tmp_path, played_house(discovery="component"))
    entities = len(old.configs(0.0))
    old.after(FORGETS_S)
    new = Told(tmp_path, played_house())
    assert new.configs(0.0) == [LET_GO] * entities
    assert new.after(FORGETS_S - 0.1) == []
    then = new.configs(0.2)
    assert then.count("") == entities
    assert len(then) == entities + 6
    new.after(FORGETS_S)
    assert len(new.configs(ONCE_MORE_S)) == 6
    assert not any(LET_GO in one.payload for one in new.sent)
    assert Told(tmp_path, played_house()).folder.kept.announced.configs.keys() == {one.topic for one in new.sent}


def test_a_broker_that_goes_in_the_middle_is_told_everything_when_it_is_back(tmp_path: Path) -> None:
    whole = len(Told(tmp_path / "whole", played_house(discovery="component")).configs(0.0))
    for sent in range(0, whole, 5):
        data = tmp_path / str(sent)
        Told(data, played_house(discovery="component")).after(0.0)
        told = Told(data, played_house())
        told.breaks_after = sent
        told.after(0.0)
        assert not told.is_there
        told.breaks_after = None
        told.announcer.all_anew(0)
        assert told.configs(1.0) == [LET_GO] * whole
        told.breaks_after = sent
        told.after(FORGETS_S)
        told.breaks_after = None
        told.announcer.all_anew(0)
        told.after(1.0)
        assert len([one for one in told.configs(FORGETS_S) if one]) == 6
        told.after(FORGETS_S)
        assert len(told.folder.kept.announced.configs) == 6
