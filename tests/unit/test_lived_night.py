"""A night lived in a running house: what is played, and what is made of what the house said."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.clock import Instant
from sumika.config import load_house
from sumika.evaluate.people import lived_house, lived_night, lived_player
from sumika.evaluate.people.lived_night import Told
from sumika.evaluate.people.lived_player import BEDROOM, BEFORE_S, LIVING, Lived
from sumika.runtime.table import nodes_of
from sumika.schema import (
    Event,
    Message,
    Origin,
    PersonVitals,
    Posture,
    PostureKind,
    Presence,
    Reason,
    Severity,
    SleepNight,
    SleepStages,
    Strain,
    SumikaError,
)
from sumika.training.sleep import Night
from tests.knowing_helpers import at

HOURS = 4
EPOCHS = HOURS * 120


@pytest.fixture
def played() -> Lived:
    """Somebody who lies awake for an hour and sleeps for three; and who has a task in the second minute of three."""
    epoch_s = np.arange(EPOCHS, dtype=np.float64) * 30.0
    reading_s = np.arange(-600.0, HOURS * 3600.0, 5.0)
    night = Night(
        person="a",
        reading_s=reading_s[(reading_s < 1000) | (reading_s > 1100)],
        rate_bpm=np.full(len(reading_s), 60.0)[(reading_s < 1000) | (reading_s > 1100)],
        epoch_s=epoch_s,
        stage=np.where(epoch_s < 3600, 0, 2),
    )
    heart = np.full(180, 70.0)
    heart[90] = np.nan
    return Lived(night, heart, np.full(180, 14.0), (np.arange(180) // 60) == 1)


def said(played: Lived, second: int) -> dict[tuple[str, type], Message]:
    now = at(second)
    messages = [*lived_player.living(played, second, now), *lived_player.bedroom(played, second, now)]
    return {(getattr(one, "room", ""), type(one)): one for one in messages}


def bedroom(played: Lived, seconds_in_bed: float) -> tuple[Presence, Posture | None, float | None]:
    found = said(played, int(BEFORE_S + seconds_in_bed))
    presence, posture, vitals = (found.get((BEDROOM, kind)) for kind in (Presence, Posture, PersonVitals))
    assert isinstance(presence, Presence)
    assert posture is None or isinstance(posture, Posture)
    assert vitals is None or isinstance(vitals, PersonVitals)
    return presence, posture, None if vitals is None else vitals.heart.value_bpm


def test_the_sleeper_sits_lies_rises_and_leaves_with_the_heart_that_was_recorded(played: Lived) -> None:
    presence, posture, heart = bedroom(played, -BEFORE_S)
    assert (presence.moving, None if posture is None else posture.posture, heart) == (True, PostureKind.SITTING, None)
    assert bedroom(played, -10)[2] == 60.0
    presence, posture, heart = bedroom(played, 100)
    assert (presence.moving, None if posture is None else posture.posture, heart) == (False, PostureKind.LYING, 60.0)
    assert bedroom(played, 1050)[2] is None  # a gap of the recording
    _, posture, _ = bedroom(played, played.rises_s)
    assert posture is not None
    assert posture.posture is PostureKind.SITTING
    presence, posture, heart = bedroom(played, played.rises_s + lived_player.LEAVES_S)
    assert (presence.probability, posture, heart) == (0.02, None, None)


def test_the_sitter_lives_the_recording_twice_and_goes(played: Lived) -> None:
    assert (LIVING, PersonVitals) in said(played, 359)
    assert (LIVING, PersonVitals) not in said(played, 360)
    lost = said(played, 90)[LIVING, PersonVitals]
    assert isinstance(lost, PersonVitals)
    assert not lost.heart.valid
    assert lost.respiration.value_bpm == 14.0


def test_it_speaks_in_place_of_all_who_stand_between_radars_and_what_is_known() -> None:
    house = load_house(lived_house.HOUSE_FILE).house
    names = {node.name for node in lived_player.without_radars(nodes_of(house), house)}
    assert {"log", "history", "sleep", "knowing", "assistant"} <= names
    assert not any(name.startswith(("radar.", "sensor.")) for name in names)
    assert not names & {"presence", "respiration", "heart", "people", "posture", "fall"}


def stages(second: float, wake: float) -> SleepStages:
    return SleepStages(
        stamp=at(second),
        origin=Origin.RECORDED,
        room=BEDROOM,
        valid=True,
        reason=Reason.MEASURED,
        wake=wake,
        non_rem=1.0 - wake,
        rem=0.0,
    )


def night(asleep_min: float | None, stamp: Instant) -> SleepNight:
    return SleepNight(
        stamp=stamp,
        origin=Origin.RECORDED,
        room=BEDROOM,
        valid=asleep_min is not None,
        reason=Reason.MEASURED if asleep_min is not None else Reason.TOO_WEAK,
        began_unix_s=0.0,
        ended_unix_s=1.0,
        in_bed_min=240.0,
        asleep_min=asleep_min,
        asleep_low_min=None if asleep_min is None else asleep_min - 30.0,
        asleep_high_min=None if asleep_min is None else asleep_min + 30.0,
    )


def heard(played: Lived, *more: Message) -> Told:
    told = Told()
    for message in (*said(played, 0).values(), *said(played, int(BEFORE_S)).values(), *more):
        lived_night.take(told, message)
    return told


def test_what_the_house_said_is_compared_with_what_was_scored(played: Lived) -> None:
    truly = [stages(BEFORE_S + 30.0 * (place + 1), float(place < 120)) for place in range(EPOCHS)]
    strained = Strain(
        stamp=at(70), origin=Origin.RECORDED, room=LIVING, valid=True, reason=Reason.MEASURED, probability=0.7
    )
    calm = msgspec.structs.replace(strained, stamp=at(130), probability=0.2)
    died = Event(stamp=at(1), origin=Origin.LIVE, severity=Severity.ALARM, code="node_died", subject="log")
    told = heard(played, *truly, strained, calm, died, night(170.0, at(20_000)))
    found = lived_night.figure(played, told, differing=False)
    assert found.value == pytest.approx(10.0)
    assert found.detail["scored_min"] == 180.0
    assert found.detail["stages_live_kappa"] == pytest.approx(1.0)
    assert found.detail["stages_told_share"] == 1.0
    assert (found.detail["strain_in_tasks"], found.detail["strain_at_rest"]) == (0.7, 0.2)
    assert found.detail["processes_that_died_or_hung"] == "node_died log"
    assert found.detail["replay"] == "the same"
    late = heard(
        played,
        *(msgspec.structs.replace(one, stamp=at(i * 30.0)) for i, one in enumerate(truly)),
        night(170.0, at(20_000)),
    )
    assert float(lived_night.figure(played, late, differing=True).detail["stages_live_kappa"]) < 0.5


def test_a_house_that_told_no_night_or_no_sleep_is_no_figure(played: Lived) -> None:
    with pytest.raises(SumikaError, match="nothing was told"):
        lived_night.figure(played, heard(played), differing=False)
    with pytest.raises(SumikaError, match="too_weak"):
        lived_night.figure(played, heard(played, night(None, at(9))), differing=False)


def test_nothing_is_lived_in_a_quick_run() -> None:
    assert lived_night.measure(full=False) == {}


def test_recorded_people_are_found(sumika_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMIKA_DATA", str(sumika_data))
    found = lived_player.lived(lived_night.SLEEPER, lived_night.SITTER)
    assert found.rises_s > 6 * 3600
    assert len(found.heart_bpm) > 3000
    assert found.task.any()
