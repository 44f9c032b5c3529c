"""Formulas of comfort against the published tables, and against themselves where the tables end."""

import math
from pathlib import Path

import pytest

from sumika.evaluate.people import comfort_tables
from sumika.evaluate.people.comfort_tables import NOT_COVERED, differences, share_of_tables
from sumika.physics.comfort import predicted_vote
from sumika.physics.comfort_ashrae import adaptive_band, standard_effective_c, vote_in_moving_air
from sumika.physics.comfort_en import category_bands
from sumika.physics.heat_indices import heat_index_c, universal_climate_c, wind_chill_c


def test_every_row_lies_within_its_tolerance(sumika_data: Path) -> None:
    found = share_of_tables(sumika_data / comfort_tables.FOLDER)
    outside = {key: value for key, value in found.detail.items() if key.endswith("outside")}
    assert not outside
    assert found.value == 1.0
    files = {path.stem.removeprefix("ts_") for path in (sumika_data / comfort_tables.FOLDER).glob("ts_*.json")}
    covered = {key for key in found.detail if f"ts_{key}" in {f"ts_{one}" for one in files}}
    assert covered | set(NOT_COVERED) == files, "every table is covered, or it is said why not"


def test_without_tables_there_is_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    assert comfort_tables.measure(full=False) == {}
    assert comfort_tables.FOLDER in capsys.readouterr().err


def test_what_differs_is_told() -> None:
    row = {"inputs": {"tdb": [20, 30], "units": "ip"}, "outputs": {"x": [1.0, 2.0], "ok": [True, False]}}
    told = differences(row, {"x": 0.1}, lambda given: {"x": 1.0, "ok": given["tdb"] > -100})
    assert told == ["x 1.0 instead of 2.0", "ok True instead of False"]
    row = {"inputs": {"tdb": 68.0, "units": "ip"}, "outputs": {"tmp_cmf": 68.0}}
    assert differences(row, {"tmp_cmf": 0.1}, lambda given: {"tmp_cmf": given["tdb"]}) == []


def test_beyond_a_standard_there_is_no_vote_unless_it_is_asked_for() -> None:
    assert math.isnan(predicted_vote(35.0, 35.0, 0.5).pmv)
    assert predicted_vote(35.0, 35.0, 0.5, beyond_limits=True).pmv > 2.0
    assert math.isnan(vote_in_moving_air(41.0, 41.0, 0.5).pmv)
    assert vote_in_moving_air(41.0, 41.0, 0.5, beyond_limits=True).pmv > 2.0
    assert math.isnan(adaptive_band(5.0, 20.0).low_90_c)
    assert math.isnan(category_bands(5.0, 20.0).comfort_c)
    assert math.isnan(universal_climate_c(51.0, 22.0, 0.5, 5.0))


def test_moving_air_cools_and_widens_the_band() -> None:
    assert vote_in_moving_air(28.0, 28.0, 0.5, air_speed_m_s=0.8).pmv < vote_in_moving_air(28.0, 28.0, 0.5).pmv
    assert standard_effective_c(28.0, 28.0, 0.5, air_speed_m_s=0.8) < standard_effective_c(28.0, 28.0, 0.5)
    still, moving = adaptive_band(25.0, 27.0), adaptive_band(25.0, 27.0, 0.9)
    assert moving.high_80_c > still.high_80_c
    assert moving.low_80_c == still.low_80_c
    assert still.low_80_c < still.low_90_c < still.comfort_c < still.high_90_c < still.high_80_c


def test_indices_rise_with_humidity_and_fall_with_wind() -> None:
    assert heat_index_c(33.0, 0.8) > heat_index_c(33.0, 0.5) > 33.0
    assert wind_chill_c(-5.0, 8.0) < wind_chill_c(-5.0, 2.0) < -4.0
