"""What the planner's process hears of strain: valid rates of each room once, and residents' hands once."""

from sumika.runtime.strain_ear import StrainEar
from sumika.schema import Asker, HeartRate, Origin, Reason, Respiration, Ruling, Verdict, Vote
from tests.plan_helpers import STAMP, small_house


def heart(rate_bpm: float | None, *, valid: bool = True) -> HeartRate:
    return HeartRate(
        stamp=STAMP,
        origin=Origin.LIVE,
        room="living",
        valid=valid,
        reason=Reason.MEASURED if valid else Reason.MOVING,
        rate_bpm=rate_bpm,
        sigma_bpm=2.0,
    )


def breath(rate_bpm: float) -> Respiration:
    return Respiration(
        stamp=STAMP,
        origin=Origin.LIVE,
        room="bedroom",
        valid=True,
        reason=Reason.MEASURED,
        rate_bpm=rate_bpm,
        sigma_bpm=0.5,
    )


def verdict(asker: str, ruling: Ruling = Ruling.PASSED, device: str = "aircon") -> Verdict:
    return Verdict(
        stamp=STAMP,
        origin=Origin.LIVE,
        device=device,
        action="mode",
        asked=1.0,
        written=None,
        asked_by=asker,
        ruling=ruling,
    )


def test_the_newest_rates_are_told_once_and_what_is_not_valid_never() -> None:
    ear = StrainEar(small_house())
    for message in (heart(60.0), heart(64.0), heart(90.0, valid=False), heart(None), breath(14.0)):
        ear.take(message)
    assert ear.rates() == {"living": ((64.0, 2.0), None), "bedroom": (None, (14.0, 0.5))}
    assert ear.rates() == {}


def test_a_residents_hand_and_vote_touch_their_room_once_and_nobody_elses_does() -> None:
    ear = StrainEar(small_house())
    for message in (
        verdict(Asker.PLAN),
        verdict(Asker.RESIDENT, Ruling.VETOED),
        verdict(Asker.RESIDENT, device="ghost"),
    ):
        ear.take(message)
    assert ear.touched() == ()
    ear.take(verdict(Asker.RESIDENT))
    ear.take(Vote(stamp=STAMP, origin=Origin.LIVE, room="bedroom", sensation=1.0))
    assert ear.touched() == ("bedroom", "living")
    assert ear.touched() == ()
