"""Who sleeps shuts the door, or half of them do: the belief knows it beforehand, learns it, and plans with it."""

import numpy as np
import pytest

from sumika.belief.air import AJAR
from sumika.belief.airflow import settings_now
from sumika.belief.house import HouseBelief
from sumika.belief.record import ROW_S, Record
from sumika.config import demo_house
from sumika.ecu import Ecu, Measurements
from sumika.schema import AirSample, Origin
from tests.plan_helpers import EVENING, STAMP


@pytest.fixture(scope="module")
def belief() -> HouseBelief:
    return HouseBelief(demo_house().house)


def rate(belief: HouseBelief, asleep: float, factor: float = AJAR) -> float:
    """Return how fast the bedroom's air is exchanged with the hall's, per hour."""
    theta = belief.air.prior()
    theta[belief.air.place["door_asleep"]] = np.log(factor)
    settings = belief.flow.defaults()
    settings[-1] = asleep
    index = belief.outline.index
    return 3600.0 * float(belief.air.network(theta, settings[None]).rate[0][index["bedroom"], index["hall"]])


def test_a_bedroom_has_a_door_and_a_place_among_the_settings(belief: HouseBelief) -> None:
    assert [belief.outline.rooms[room] for room in belief.flow.bedrooms] == ["bedroom"]
    assert len(settings_now(belief.flow, {})) == len(belief.flow.defaults())
    assert belief.flow.sleeping(belief.flow.defaults()) == ()


def test_less_air_passes_while_people_sleep(belief: HouseBelief) -> None:
    awake, asleep = rate(belief, 0.0), rate(belief, 1.0)
    assert 0.0 < asleep < awake
    moved = 3600.0 * belief.flow.flows(belief.flow.defaults()).moved_m3_s / belief.outline.volume_m3[:, None]
    index = belief.outline.index
    through_fans = float(moved[index["bedroom"], index["hall"]])
    assert (asleep - through_fans) == pytest.approx(AJAR * (awake - through_fans))
    assert rate(belief, 1.0, factor=1.0) == pytest.approx(awake)


def test_a_quarter_counts_as_slept_where_most_of_it_was(belief: HouseBelief) -> None:
    record = Record(demo_house().house)
    began = EVENING.timestamp()
    record.turn(began)
    for minute in range(30):
        record.asleep("bedroom", 10 <= minute < 25)
        record.asleep("nowhere", True)
        record.turn(began + 60.0 * (minute + 1))
    rows = record.rows()
    assert len(rows) == 2
    assert rows.asleep[:, record.rooms.index("bedroom")] == pytest.approx([5 / 15, 10 / 15])
    assert belief.flow.columns(rows)[:, -1].tolist() == [0.0, 1.0]
    assert rows.part(1, 2).asleep.shape == (1, len(record.rooms))
    assert rows.unix_s[1] - rows.unix_s[0] == ROW_S


@pytest.mark.slow
def test_a_plan_foresees_the_air_of_a_bedroom_behind_its_door() -> None:
    ecu = Ecu(demo_house().house, guarded=False)
    late = EVENING.replace(hour=23, minute=30)
    samples = tuple(
        AirSample(
            stamp=STAMP,
            origin=Origin.SIMULATED,
            sensor=room,
            room=room,
            temperature_c=20.0,
            relative_humidity=0.45,
            co2_ppm=700.0,
        )
        for room in ("living", "bedroom")
    )
    for minute in range(0, 31, 5):
        at = late.replace(minute=minute + 15)
        ecu.observe(Measurements(at=at, air=samples, presence={"bedroom": (1.0, 2.0)}, activities={"bedroom": "sleep"}))
    situating = ecu.situate(None)
    co2 = next(one for one in situating.carried if one.name == "co2")
    assert co2.kind is not None
    bedroom, hall = (ecu.belief.outline.index[room] for room in ("bedroom", "hall"))
    through = co2.transition[co2.kind, bedroom, hall]
    asleep = situating.inputs.people.asleep[:, bedroom] > 0.5
    short = situating.inputs.grid.kind == 0
    assert asleep[0]
    assert asleep[short].any()
    assert not asleep[short].all()
    assert through[short & asleep].max() < through[short & ~asleep].min()
