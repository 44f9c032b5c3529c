"""Sensors that hang in each other's room: named, and read as if house.yaml said so once that is beyond doubt."""

from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from msgspec import structs

from sumika.belief.described import LOOKS_BACK_ROWS
from sumika.belief.suspicion import Fault, Suspicion
from sumika.clock import Instant
from sumika.schema import AirSample, Origin
from sumika.text import LANGUAGES
from tests.lived_house import START, Lived, Watching, two_rooms

DAYS = 6
STAMP = Instant(0, 0, "test")


def in_the_others(sample: AirSample, after_h: float) -> AirSample:
    return structs.replace(sample, room={"living": "bedroom", "bedroom": "living"}[sample.room])


@cache
def lived(exchanged: bool) -> Watching:
    """Return a watch that has seen some sunny days and the nights after the fourth."""
    life = Lived(house=two_rooms(), hours=24.0 * DAYS, sun_w_m2=700.0)
    watching = Watching(two_rooms())
    for measurements in life.measured(in_the_others if exchanged else lambda sample, _: sample):
        watching.observe(measurements)
        if measurements.at.hour == 3 and measurements.at.minute == 0 and measurements.at > START + timedelta(days=3):
            watching.watch.night(measurements.at, learned=True)
    return watching


@pytest.mark.slow
def test_exchanged_sensors_are_told_and_then_put_right_and_that_is_said() -> None:
    watching = lived(True)
    told = [one.finding for one in watching.of(Fault.SWAPPED_SENSORS)]
    suspicion = Suspicion(Fault.SWAPPED_SENSORS, "living", "bedroom")
    assert [(one.suspicion, one.recovered, dict(one.evidence)) for one in told] == [
        (suspicion, False, {}),
        (suspicion, False, {"put_right": 1.0}),
    ]
    assert suspicion in watching.watch.held
    assert watching.belief.hangs.tolist() == [1, 0]
    for language in LANGUAGES:
        assert told[0].words(language) != told[1].words(language)


@pytest.mark.slow
def test_what_was_recorded_and_what_comes_is_read_in_the_right_room() -> None:
    wrong, right = lived(True), lived(False)
    assert right.belief.hangs.tolist() == [0, 1]
    assert right.of(Fault.SWAPPED_SENSORS) == []
    taken = [one.belief.record.rows().last(LOOKS_BACK_ROWS).air[:, :, 0] for one in (wrong, right)]
    np.testing.assert_allclose(taken[0], taken[1])
    sample = AirSample(
        stamp=STAMP, origin=Origin.LIVE, sensor="x", room="living", temperature_c=20.0, relative_humidity=0.5
    )
    (believed,) = wrong.watch.sound([sample], START + timedelta(days=DAYS + 1))
    assert (believed.room, believed.temperature_c) == ("bedroom", 20.0)
    (believed,) = wrong.watch.sound([structs.replace(sample, room="elsewhere")], START + timedelta(days=DAYS + 2))
    assert believed.room == "elsewhere"
