"""A house that learns itself: from a house whose behaviour is known exactly, and from a simulated one."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sumika.belief.air import AirModel
from sumika.belief.house import HouseBelief
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.ecu.ecu import Ecu
from sumika.ecu.outlook import Measurements
from sumika.schema import AirSample, Origin, WeatherSample

NOW = Instant(0, 0, "test")


def test_the_first_reading_is_believed_and_nothing_before_it() -> None:
    belief = HouseBelief(demo_house({}).house)
    assert belief.rooms_now() is None
    start = datetime(2026, 1, 20, tzinfo=UTC).timestamp()
    belief.turn(start)
    belief.record.air(AirSample(stamp=NOW, origin=Origin.LIVE, sensor="a", room="living", temperature_c=21.0))
    assert belief.turn(start + 900.0)
    now = belief.rooms_now()
    assert now is not None
    assert now.air_c[0] == pytest.approx(21.0, abs=0.5)
    assert (now.air_sigma_k > 0.0).all()


def test_a_lying_sensor_moves_the_state_no_further_than_its_doubt() -> None:
    belief = HouseBelief(demo_house({}).house)
    at = datetime(2026, 1, 20, tzinfo=UTC)
    for quarter in range(60):
        belief.turn((at + timedelta(minutes=15 * quarter)).timestamp())
        told = 20.0 if quarter < 58 else 60.0
        belief.record.air(AirSample(stamp=NOW, origin=Origin.LIVE, sensor="a", room="living", temperature_c=told))
        belief.record.weather(WeatherSample(stamp=NOW, origin=Origin.LIVE, source="w", temperature_c=15.0))
    belief.turn((at + timedelta(hours=15)).timestamp())
    now = belief.rooms_now()
    assert now is not None
    assert now.air_c[0] < 24.0


def test_a_full_record_does_not_hide_a_silence_from_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    def radiant_c(kept_rows: int) -> np.ndarray:
        monkeypatch.setattr("sumika.belief.record.KEPT_ROWS", kept_rows)
        belief = HouseBelief(demo_house({}).house)
        now_s = datetime(2026, 1, 20, tzinfo=UTC).timestamp()
        belief.turn(now_s)
        for _ in range(60):
            for room in belief.house.rooms:
                belief.record.air(
                    AirSample(stamp=NOW, origin=Origin.LIVE, sensor="a", room=room.id, temperature_c=20.0)
                )
            belief.record.weather(WeatherSample(stamp=NOW, origin=Origin.LIVE, source="w", temperature_c=0.0))
            now_s += 900.0
            belief.turn(now_s)
        belief.turn(now_s + 12 * 3600.0)
        believed = belief.rooms_now()
        assert believed is not None
        return believed.radiant_c

    free, full = radiant_c(4000), radiant_c(60)
    assert full == pytest.approx(free)


def test_what_is_measured_after_a_silence_is_not_told_of_before_it() -> None:
    house = demo_house({}).house
    ecu = Ecu(house)
    at = datetime(2026, 1, 20, 12, tzinfo=UTC)
    for hours, air_c in ((0.0, 20.0), (0.25, 20.0), (30.0, 8.0), (30.25, 8.0)):
        air = tuple(
            AirSample(stamp=NOW, origin=Origin.LIVE, sensor=room.id, room=room.id, temperature_c=air_c)
            for room in house.rooms
        )
        ecu.observe(Measurements(at=at + timedelta(hours=hours), air=air))
    rows = ecu.belief.record.rows()
    told = np.isfinite(rows.air[:, 0, 0])
    began_h = (rows.unix_s - at.timestamp()) / 3600.0
    assert dict(zip(began_h[told].tolist(), rows.air[told, 0, 0].tolist(), strict=True)) == {0.0: 20.0, 30.0: 8.0}


def test_learning_goes_on_where_its_weeks_begin_in_a_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.belief.house.LEARNS_FROM_DAYS", 2)
    belief = HouseBelief(demo_house({}).house)
    now_s = datetime(2026, 1, 20, tzinfo=UTC).timestamp()
    for rows, silent_s in ((8, 86400.0), (120, 0.0)):
        belief.turn(now_s)
        for _ in range(rows):
            for room in belief.house.rooms:
                belief.record.air(
                    AirSample(stamp=NOW, origin=Origin.LIVE, sensor="a", room=room.id, temperature_c=20.0)
                )
            now_s += 900.0
            belief.turn(now_s)
        now_s += silent_s
    assert np.isnan(belief.record.rows().last(192).air[0]).all()
    assert belief.learn(rounds=1) is not None
    assert belief.learned_days == pytest.approx(120 / 96.0, abs=2 / 96.0)


def test_too_little_life_teaches_nothing() -> None:
    belief = HouseBelief(demo_house({}).house)
    assert belief.learn() is None
    assert belief.learned_days == 0.0


def test_carbon_dioxide_decays_with_the_air_change_of_the_description() -> None:
    belief = HouseBelief(demo_house({}).house)
    model: AirModel = belief.air
    settings = belief.flow.defaults()[None]
    network = model.network(model.prior(), settings)
    # Nobody breathes: the whole house goes to the outdoor air, and the fresh air is what fans draw.
    volume = belief.outline.volume_m3
    fresh_m3_h = 3600.0 * float((network.fresh[0] * volume).sum())
    drawn_m3_h = sum(belief.flow.fan_m3_s(fan, 1.0) for fan in belief.flow.fans) * 3600.0
    assert fresh_m3_h == pytest.approx(drawn_m3_h, rel=1e-6)
    steady = np.linalg.solve(-network.rate[0], network.fresh[0] * 425.0)
    assert steady == pytest.approx(425.0)


def test_heat_flows_balance_in_the_network() -> None:
    belief = HouseBelief(demo_house({}).house)
    thermal = belief.thermal
    network = thermal.network(thermal.prior(), belief.flow.defaults()[None])
    # At one temperature inside and outside nothing flows.
    at_20 = network.conductance_w_k[0] @ np.full(thermal.nodes, 20.0) + network.outside_w_k[0] * 20.0
    assert at_20 == pytest.approx(0.0, abs=1e-9)
    again = network.transition[0] @ np.full(thermal.nodes, 20.0) + network.response[0] @ (network.outside_w_k[0] * 20.0)
    assert again == pytest.approx(20.0, abs=1e-9)


@pytest.mark.slow
def test_a_house_is_learned_in_two_ordinary_days() -> None:
    from sumika.evaluate.control.learned_model import errors_after

    warm, stale = errors_after("winter_tokyo", 7, learns_days=2, scored_days=1)
    # The description alone is off by more than a kelvin.
    assert np.sqrt(np.nanmean(warm**2)) < 0.8
    assert np.sqrt(np.nanmean(stale**2)) < 120.0
