"""Heights of tracks err as they were counted to, and months of life are told through those errors."""

import math
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.config import demo_house
from sumika.evaluate.people import home_months
from sumika.evaluate.people.height_count import Followed, Watch, count
from sumika.evaluate.people.home_changes import WAY_STEP_S, Change, changes_of
from sumika.evaluate.people.home_months import ACTS, Home, upper_bound
from sumika.schema import POINT_COLUMNS, Track, TrackKind
from sumika.schema.house import DemoSource, Radar
from sumika.world.perception_level.heights import (
    HeightErrors,
    HeightManner,
    HeightTeller,
    RushManner,
    fitted_heights,
    level_of,
)
from sumika.world.radar_scene import BodyTruth
from sumika.world.start import settings_of

QUIET = HeightManner(
    bias_m=0.0,
    bias_sigma_m=0.0,
    sigma_m=0.05,
    lasts_s=0.5,
    odd_per_s=0.0,
    odd_sigma_m=0.0,
    odd_lasts_s=0.1,
    told_sigma_m=0.1,
    rises_sigma_m_s=0.05,
    rises_lasts_s=0.2,
    lost_per_s=0.0,
    lost_lasts_s=0.1,
    above_m=0.1,
    above_sigma_m=0.0,
    above_varies_m=0.02,
)
FAST = RushManner(ratio=1.0, log_sigma=0.3, idle_m_s=0.02)
CALM = HeightErrors(
    person=(QUIET,) * 4,
    pet=(QUIET,) * 4,
    person_rush=FAST,
    pet_rush=FAST,
    pet_log_odds=(-2.0, -1.0),
)


def teller(manner: HeightManner, seed: int = 1) -> HeightTeller:
    return HeightTeller((manner,) * 4, FAST, np.random.default_rng(seed))


def table_of(manner: HeightManner, height_m: float, looks: int, seed: int = 1) -> Followed:
    one = teller(manner, seed)
    rows = []
    for _ in range(looks):
        look = one.look(0.1, height_m)
        told = (math.nan,) * 7
        if look is not None:
            told = (look.height_m, look.sigma_m, look.rises_m_s, 5.0, look.high_m, look.rush_m_s, 0.0)
        rows.append((height_m, *told))
    return Followed(False, np.array(rows))


def test_levels_are_told_by_height() -> None:
    assert [level_of(height) for height in (0.1, 0.3, 0.6, 1.0)] == [0, 1, 2, 3]


def test_what_is_counted_is_what_was_told() -> None:
    manner = msgspec.structs.replace(
        QUIET, bias_m=-0.1, odd_per_s=0.05, odd_sigma_m=0.8, odd_lasts_s=1.5, lost_per_s=0.02, lost_lasts_s=2.0
    )
    bodies = [table_of(manner, height, 3000, seed) for seed in range(3) for height in (0.1, 0.4, 0.65, 1.0)]
    bodies += [Followed(True, one.table) for one in bodies]
    counted = count(bodies, "test")
    found = counted.person[3]
    assert found.bias_m == pytest.approx(-0.1, abs=0.02)
    assert found.sigma_m == pytest.approx(0.05, rel=0.5)
    assert found.lasts_s == pytest.approx(0.5, rel=0.5)
    assert 0.3 < found.odd_per_s / 0.05 < 1.5
    assert found.lost_lasts_s == pytest.approx(2.0, rel=0.4)
    assert found.told_sigma_m == 0.1
    assert found.rises_sigma_m_s == pytest.approx(0.05, rel=0.3)
    assert found.above_m == pytest.approx(0.1, abs=0.03)
    assert counted.person_rush.idle_m_s == pytest.approx(0.02, abs=0.01)
    assert set(counted.pet_log_odds) == {5.0}


def test_nobody_followed_is_no_model() -> None:
    with pytest.raises(ValueError, match="nobody was followed"):
        count([table_of(QUIET, 1.0, 100)], "test")


def test_the_kept_model_errs_as_much_as_a_tracker_does() -> None:
    errors = fitted_heights()
    assert len(errors.person) == len(errors.pet) == 4
    for manner in (*errors.person, *errors.pet):
        assert 0.02 < manner.sigma_m < 0.3
        assert abs(manner.bias_m) < 0.3


def test_the_same_seed_gives_the_same_heights() -> None:
    first, again, other = ([one.look(0.1, 0.9) for _ in range(50)] for one in map(_kept, (1, 1, 2)))
    assert first == again
    assert first != other


def _kept(seed: int) -> HeightTeller:
    return HeightTeller(fitted_heights().person, fitted_heights().person_rush, np.random.default_rng(seed))


def test_a_family_changes_posture_and_its_pets_jump() -> None:
    changes = list(changes_of(demo_house().house, 3, 1))
    kinds = {change.kind for change in changes}
    assert "person" in kinds
    people = [change for change in changes if change.kind == "person"]
    assert 10 < len(people) < 300
    assert all(0.1 <= abs(change.before_m - change.after_m) < 1.0 for change in people)
    assert any(change.on_furniture for change in people)


def test_with_a_calm_tracker_no_act_of_everyday_life_is_taken_for_a_fall() -> None:
    home = Home(CALM, 1)
    assert sum(home.does(act) for act in ACTS.values() for _ in range(3)) == 0
    assert home.stands(100.0) == 0


def test_a_tracker_that_takes_others_for_somebody_for_long_alarms() -> None:
    wild = msgspec.structs.replace(QUIET, odd_per_s=0.1, odd_sigma_m=0.8, odd_lasts_s=6.0)
    home = Home(msgspec.structs.replace(CALM, person=(wild,) * 4), 1)
    assert home.stands(0.5) > 0


def test_a_pet_that_is_taken_for_one_raises_no_alarm() -> None:
    jump = Change("cat", "pet", 0.0, 0.4, 0.6, 0.16, on_furniture=False)
    known = Home(CALM, 1)
    assert sum(known.lives(jump) for _ in range(10)) == 0
    mistaken = Home(msgspec.structs.replace(CALM, pet_log_odds=(8.0, 9.0)), 1)
    assert sum(mistaken.lives(jump) for _ in range(10)) > 0


def test_a_pet_that_walks_on_raises_fewer_alarms_than_one_that_stays() -> None:
    away = tuple((min(2.0, 0.08 * number), 0.0) for number in range(200))
    alarms = []
    for way_m in ((), away):
        home = Home(msgspec.structs.replace(CALM, pet_log_odds=(5.0,)), 1)
        jump = Change("cat", "pet", 0.0, 0.4, 0.6, 0.16, on_furniture=False, way_m=way_m)
        alarms.append(sum(home.lives(jump) for _ in range(10)))
    assert alarms[0] > 2 * alarms[1]


def test_a_pet_that_met_nobody_is_not_taken_for_a_person() -> None:
    alarms = []
    for met in (True, False):
        home = Home(msgspec.structs.replace(CALM, pet_log_odds=(8.0,)), 1)
        jump = Change("cat", "pet", 0.0, 0.4, 0.6, 0.16, on_furniture=False, met=met)
        alarms.append(sum(home.lives(jump) for _ in range(10)))
    assert alarms[0] > alarms[1]


def test_where_pets_go_after_they_jumped_is_told() -> None:
    house = demo_house().house
    house = msgspec.structs.replace(house, world=msgspec.structs.replace(settings_of(house), pets=("cat",)))
    changes = list(changes_of(house, 3, 1))
    jumps = [one for one in changes if one.kind == "pet" and one.before_m - one.after_m > 0.2]
    assert jumps
    for jump in jumps:
        landed = min(round(jump.seconds / WAY_STEP_S), len(jump.way_m) - 1)
        assert math.hypot(*jump.way_m[landed]) < 0.2
    assert any(math.hypot(*jump.way_m[-1]) > 1.0 for jump in jumps)
    assert all(not one.way_m for one in changes if one.kind == "person")


def test_what_a_pet_is_taken_for_is_asked_where_its_track_is_told_low() -> None:
    x = (1.0, 1.0, 0.16)
    body = BodyTruth(id=1, kind="pet", room="a", position_m=x, velocity_m_s=(0.0, 0.0, 0.0), top_m=0.3)
    radar = Radar(
        id="r", room="a", model="iwr6843aop", position_m=(0, 0, 1), yaw_deg=0, pitch_deg=0, source=DemoSource()
    )
    odds = []
    for z in (0.2, 1.1):
        watch = Watch(radar)
        track = Track(
            id=1,
            kind=TrackKind.PERSON,
            kind_probability=0.9,
            position_m=(1.0, 1.0, z),
            position_sigma_m=(0.1, 0.1, 0.1),
        )
        watch.take(5.0, (body,), (track,), np.zeros((0, len(POINT_COLUMNS)), np.float32))
        (found,) = watch.followed()
        odds.append(found.table[0, 4])
    assert odds[0] == pytest.approx(math.log(9.0))
    assert math.isnan(odds[1])


def test_a_tracker_that_sees_who_sits_on_the_floor_lie_there_alarms() -> None:
    low = msgspec.structs.replace(QUIET, bias_m=-0.3)
    calm, wrong = Home(CALM, 1), Home(msgspec.structs.replace(CALM, person=(QUIET, low, QUIET, QUIET)), 1)
    alarms = [sum(home.does(ACTS["sits on the floor"]) for _ in range(6)) for home in (calm, wrong)]
    assert alarms[0] == 0
    assert alarms[1] > 0


def test_the_bound_is_that_of_a_poisson_count() -> None:
    assert upper_bound(0) == pytest.approx(2.996, abs=0.01)
    assert upper_bound(3) == pytest.approx(7.754, abs=0.01)


def test_the_figure_counts_months_and_alarms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(home_months, "LYING_DOWNS", 2)
    monkeypatch.setattr(home_months, "UPRIGHT_HOURS_PER_MONTH", 0.5)
    monkeypatch.setattr(home_months, "ACTS", {"crouches": ACTS["crouches"]})
    monkeypatch.setattr(home_months, "changes_of", lambda house, seed, days: [])
    figure = home_months.figure(CALM, 1, 1)
    assert figure.detail["months"] == pytest.approx(1 / 30)
    assert figure.detail["alarms"] == 0.0
    assert figure.value == pytest.approx(2.996 * 30, rel=0.01)
    assert home_months.measure(full=False) == {}
    # What was lived once is read, though a line be cut off; another home is lived anew.
    (kept,) = tmp_path.glob("sumika-homes-*")
    kept.write_bytes(kept.read_bytes().replace(b'"pets":0', b'"pets":3') + b'{"seed": 5')
    assert home_months.figure(CALM, 1, 1).detail["alarms_pets"] == 3.0
    assert home_months.figure(CALM, 2, 1).detail["alarms_pets"] == 3.0
