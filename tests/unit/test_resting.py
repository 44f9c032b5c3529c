"""Who lies still in a bedroom is asleep; who turns over still is; who moves on is not."""

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.runtime.resting import ASLEEP_AFTER_S, Resting
from sumika.schema import Origin, Presence, Reason
from sumika.units import seconds_to_ns

MINUTE_NS = seconds_to_ns(60.0)


class Night:
    """Presence of one room, second by second."""

    def __init__(self, room: str = "bedroom") -> None:
        """Begin with nobody heard of."""
        self.resting, self._room, self._now_s = Resting(demo_house({}).house), room, 0.0

    def goes_on(self, seconds: float, *, moving: bool | None, probability: float = 1.0) -> None:
        """Let somebody move, or not, for some time."""
        for _ in range(round(seconds)):
            self._now_s += 1.0
            stamp = Instant(seconds_to_ns(self._now_s), 0, "test")
            self.resting.hear(
                Presence(
                    stamp=stamp,
                    origin=Origin.LIVE,
                    room=self._room,
                    valid=True,
                    reason=Reason.MEASURED,
                    probability=probability,
                    moving=moving,
                )
            )

    def asleep(self, later_s: float = 0.0) -> bool:
        """Return whether everybody there is taken to be asleep."""
        now_ns = seconds_to_ns(self._now_s + later_s)
        return self.resting.activities(now_ns, MINUTE_NS).get(self._room) == "sleep"


def test_who_lies_still_falls_asleep_and_turning_over_does_not_wake_them() -> None:
    night = Night()
    night.goes_on(ASLEEP_AFTER_S - 10.0, moving=False)
    assert not night.asleep()
    night.goes_on(20.0, moving=False)
    assert night.asleep()
    night.goes_on(10.0, moving=True)
    assert night.asleep()
    night.goes_on(120.0, moving=False)
    night.goes_on(40.0, moving=True)
    assert not night.asleep()


def test_who_reads_in_bed_is_awake() -> None:
    night = Night()
    for _ in range(10):
        night.goes_on(120.0, moving=False)
        night.goes_on(4.0, moving=True)
    assert not night.asleep()


def test_an_empty_bedroom_a_living_room_and_an_old_word_say_nothing() -> None:
    night = Night()
    night.goes_on(700.0, moving=False)
    assert night.asleep()
    assert not night.asleep(later_s=90.0)
    night.goes_on(1.0, moving=False, probability=0.1)
    assert not night.asleep()
    living = Night("living")
    living.goes_on(700.0, moving=False)
    assert not living.asleep()
    unknown = Night()
    unknown.goes_on(700.0, moving=None)
    assert not unknown.asleep()
