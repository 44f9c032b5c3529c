"""Recordings of body and air as sources: the traps of each, on small files that have them."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from sumika.models.features import comfort as felt
from sumika.models.features import occupancy as air
from sumika.training.sources import SOURCES
from sumika.training.strain import AS_RECORDED, TURNED


@pytest.fixture
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path))
    return tmp_path


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def test_strain_begins_when_enough_was_seen_and_turns_sessions(recordings: Path) -> None:
    lines = ["subject,unix_s,t_s,HR,resp_per_min,stress_task"]
    for person in (1, 2):
        for second in range(1500):
            task = int(900 <= second < 1200)
            heart = "" if second % 97 == 0 else f"{60 + 10 * person + 8 * task}"
            lines.append(f"{person},{1_600_000_000 + second},{second},{heart},14.0,{task}")
    write(recordings / "stress_predict" / "hr_resp_label.csv.gz", lines)
    arrays = SOURCES["strain"].read({"turned": 2})
    assert set(arrays.group) == {"person 1", "person 2"}
    assert set(arrays.domain) == {AS_RECORDED, TURNED}
    recorded = arrays.take((arrays.domain == AS_RECORDED) & (arrays.group == "person 1"))
    assert 50 <= len(recorded) <= 61, "a row every 15 s, from ten minutes on"
    assert 0 < recorded.y.sum() <= 20
    other = arrays.take((arrays.domain == AS_RECORDED) & (arrays.group == "person 2"))
    np.testing.assert_allclose(recorded.x, other.x, err_msg="a heart's level tells nobody")
    np.testing.assert_array_equal(SOURCES["strain"].read({"turned": 2}).x, arrays.x)


def test_votes_are_told_with_earlier_ones_alone(recordings: Path) -> None:
    header = "time,thermal_cozie,user_id,temperature_sensing,humidity_sensing,heartRate_cozie"
    votes = [
        "2019-10-01 03:00:00+00:00,11.0,b,26.0,60.0,80",
        "2019-10-01 01:00:00+00:00,9.0,a,,,",
        "2019-10-01 02:00:00+00:00,,a,25.0,55.0,70",
        "2019-10-01 03:00:00+00:00,10.0,a,25.0,55.0,70",
    ]
    write(recordings / "cozie_thermal_preference" / "votes.csv.gz", [header, *votes])
    arrays = SOURCES["comfort"].read({"unlabelled": True})
    assert arrays.group.tolist() == ["a", "a", "a", "b"]
    assert arrays.y.tolist() == [0, -1, 1, 2]
    assert SOURCES["comfort"].read({}).y.tolist() == [0, 1, 2]
    number = [round(float(np.expm1(5 * row[felt.columns().index("votes")]))) for row in arrays.x]
    assert number == [0, 1, 1, 0], "of one's own, and no later ones"


def test_air_is_read_without_light_and_told_by_days(recordings: Path) -> None:
    header = '"date","Temperature","Humidity","Light","CO2","HumidityRatio","Occupancy"'
    for name, first in (("datatraining", 4), ("datatest", 2)):
        rows = [
            f'"{hour}","2015-02-{first + hour // 24:02d} {hour % 24:02d}:00:00",21.0,30.0,{400 * (hour % 2)},'
            f"{420 + 100 * (hour % 3)},0.0047,{hour % 2}"
            for hour in range(30)
        ]
        write(recordings / "uci_occupancy" / f"{name}.csv.gz", [header, *rows])
    arrays = SOURCES["occupancy"].read({})
    assert sorted(set(arrays.group)) == [
        "datatest 02-02",
        "datatest 02-03",
        "datatraining 02-04",
        "datatraining 02-05",
    ]
    assert arrays.y.tolist() == [hour % 2 for hour in range(30)] * 2
    level = arrays.x[:30, air.columns().index("co2_above_outdoors")]
    np.testing.assert_allclose(level, [hour % 3 for hour in range(30)], atol=1e-6)
    dark = [one for one in air.columns() if "light" in one or "hour" in one]
    assert not dark
