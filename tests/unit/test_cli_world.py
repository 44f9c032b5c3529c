"""`sumika world`: scenarios by name and by file, variants side by side, and what is wrong told in a line."""

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sumika.cli._world_compare import placed_radar
from sumika.cli._world_files import make_ready
from sumika.cli._world_run import Pace, finding_line
from sumika.cli.world import world
from sumika.clock import Instant, SimulatedClock
from sumika.config import demo_house
from sumika.log import LogReader
from sumika.schema import (
    AirSample,
    Origin,
    PointCloud,
    Presence,
    Respiration,
    SlowTime,
    SumikaError,
    Tracks,
    TrueBeat,
    TrueBody,
    UsageError,
)
from sumika.world.scenarios import Check, Finding, house_of, load_scenario, names

SHORT = """
title: A short evening
title_ja: 短い夕方
start: 2026-01-20T18:30
hours: 0.5
step_s: 60
checks:
  - { what: outdoor_c, statistic: max, most: 40, why: "it is not the desert" }
"""


def invoke(*arguments: str, **environ: str) -> Result:
    return CliRunner(env={"COLUMNS": "80", "LANG": "C", **environ}).invoke(world, list(arguments))


@pytest.fixture
def short(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return path


def test_every_scenario_is_listed_in_both_languages_within_eighty_columns() -> None:
    english, japanese = invoke("list"), invoke("list", LANG="ja_JP.UTF-8")
    for result in (english, japanese):
        assert result.exit_code == 0
        assert [line.split()[0] for line in result.stdout.splitlines()] == list(names())
    assert max(map(len, english.stdout.splitlines())) <= 80
    assert "冬の夜" in japanese.stdout


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_read_and_its_house_be_found(name: str) -> None:
    scenario, path = load_scenario(name)
    assert scenario.title_ja
    assert scenario.checks
    assert house_of(scenario, path).house.rooms


@pytest.mark.slow
def test_a_scenario_is_run_told_and_judged(short: Path, tmp_path: Path) -> None:
    table, page = tmp_path / "course.csv", tmp_path / "page.html"
    result = invoke("run", str(short), "--csv", str(table), "--plot", str(page))
    assert result.exit_code == 0, result.output
    assert "SIMULATED" in result.stderr
    assert "A short evening" in result.stdout
    assert "holds: outdoor_c max" in result.stdout
    assert max(map(len, result.stdout.splitlines()[:2])) <= 80
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert float(rows[-1]["at_s"]) == 1800.0
    assert 0 < float(rows[-1]["living.air_temperature_c"]) < 40
    assert "SIMULATED" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_check_that_does_not_hold_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(SHORT.replace("most: 40", "least: 40"), encoding="utf-8")
    result = invoke("run", str(path))
    assert result.exit_code == 1
    assert "FAILS: outdoor_c max" in result.stdout


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("hours: 0.5", "hours: -1"), "hours"),
        (("title: A short", "titel: A short"), "title"),
        (("what: outdoor_c", "what: outdoor_f"), "outdoor_f"),
        (("step_s: 60", "grade: igloo"), "igloo"),
        (("step_s: 60", "happenings: [{ at: '18:40', what: fall, who: santa }]"), "santa"),
        (("step_s: 60", "happenings: [{ at: '18:40', what: door, id: trapdoor }]"), "trapdoor"),
        (("step_s: 60", "happenings: [{ at: '23:40', what: door, id: bedroom_door }]"), "after the end"),
        (("step_s: 60", "house: nowhere.yaml"), "nowhere.yaml"),
        (("what: outdoor_c", "what: co2_ppm, room: attic"), "attic"),
        (("what: outdoor_c", "what: outdoor_c, since: 3am"), "since"),
        (("what: outdoor_c", "what: outdoor_c, since: '+00:31'"), "nothing was simulated between +00:31 and the end"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: door, value: 1 }]"), "no door ''"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: window, id: skylight }]"), "skylight"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: smoke, value: 5 }]"), "no room ''"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: command, id: toaster, setting: on }]"), "toaster"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: command, id: bath_fan, setting: loud }]"), "loud"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: command, id: bath_fan, setting: level, value: 9 }]"), "9"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: sensor_fault, id: nose, fault: drift }]"), "nose"),
        (("step_s: 60", "happenings: [{ at: '18:59', what: sensor_fault, id: living_air }]"), "what is wrong"),
        (("step_s: 60", "sky: { climate: atlantis }"), "atlantis"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_told(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(SHORT.replace(*change), encoding="utf-8")
    result = invoke("run", str(path))
    assert isinstance(result.exception, SumikaError)
    assert words in str(result.exception)
    assert "°C" not in result.stdout  # before anything is simulated


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--plot", "map.jpg"),
        ("--csv", "a_file/course.csv"),
        ("--csv", f"{'x' * 300}.csv"),
        ("--plot", f"{'x' * 300}.html"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_anything_is_simulated(
    short: Path, tmp_path: Path, option: str, name: str
) -> None:
    (tmp_path / "a_file").touch()
    result = invoke("run", str(short), option, str(tmp_path / name))
    assert isinstance(result.exception, SumikaError)
    assert name in str(result.exception)
    assert "°C" not in result.stdout


def test_looking_whether_a_file_can_be_written_leaves_what_is_there(tmp_path: Path) -> None:
    table, points = tmp_path / "course.csv", tmp_path / "latest.html"
    table.write_text("of yesterday", encoding="utf-8")
    points.symlink_to("page.html")
    make_ready(picture=points, table=table)
    make_ready(table=tmp_path / "made" / "new.csv")
    assert table.read_text("utf-8") == "of yesterday"
    assert points.is_symlink()
    assert {path.name for path in tmp_path.rglob("*")} == {"course.csv", "latest.html", "made"}


@pytest.mark.timeout(20)
def test_a_pipe_is_not_opened_before_it_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "course.csv"
    os.mkfifo(pipe)
    make_ready(table=pipe)
    assert pipe.is_fifo()


def test_a_picture_that_is_not_drawn_is_told_before_variants_are_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sumika.cli._world_compare.run_variants", lambda *told: pytest.fail("simulated"))
    result = invoke("compare", "--days", "1", "--plot", str(tmp_path / "map.jpg"))
    assert isinstance(result.exception, UsageError)
    assert "is not drawn" in str(result.exception)


def test_an_unknown_name_finds_the_nearest() -> None:
    result = invoke("run", "winter_nihgt")
    assert isinstance(result.exception, UsageError)
    assert "Did you mean winter_night?" in str(result.exception)


def test_a_log_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    result = invoke("run", "guest", "--log", str(tmp_path))
    assert isinstance(result.exception, UsageError)
    assert "not there yet" in str(result.exception)


@pytest.mark.slow
@pytest.mark.parametrize("radar", [False, True])
def test_a_run_is_logged_with_and_without_the_radars(tmp_path: Path, radar: bool) -> None:
    path = tmp_path / "minute.yaml"
    path.write_text(SHORT.replace("hours: 0.5", "hours: 0.004").replace("step_s: 60", "step_s: 5"), encoding="utf-8")
    log = tmp_path / "log"
    result = invoke("run", str(path), "--log", str(log), *(["--radar"] if radar else []))
    assert result.exit_code == 0, result.output
    kinds = Counter(type(logged.message) for logged in LogReader(log))
    assert {AirSample, TrueBody, TrueBeat, Presence, Tracks} <= set(kinds)
    for kind in (SlowTime, PointCloud, Respiration):
        assert (kinds[kind] > 0) == radar  # rates and points come from samples alone
    told = [logged.message for logged in LogReader(log, ("presence",))]
    assert {one.origin for one in told if isinstance(one, Presence) and one.valid} == {Origin.SIMULATED}


@pytest.mark.slow
def test_variants_stand_side_by_side_in_eighty_columns() -> None:
    result = invoke("compare", "--days", "1", "--grade", "grade_4", "--grade", "heat20_g3")
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    for word in ("grade_4", "heat20_g3", "0.87", "0.26", "JPY", "bedroom_radar"):
        assert word in result.stdout


@pytest.mark.slow
def test_a_radar_is_tried_at_another_place_and_the_answer_is_json() -> None:
    result = invoke("compare", "--days", "1", "--grade", "zeh", "--radar", "living_radar=2.7,4.5,1.7,90,-8", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["simulated"] is True
    seen = {key: {one["room"]: one["seen_share"] for one in found[key]} for key in ("coverage", "coverage_moved")}
    assert seen["coverage"]["living"] > 0.8
    assert seen["coverage_moved"]["living"] < 0.2  # it looks at the wall now


@pytest.mark.slow
def test_a_house_of_other_storeys_is_compared_too(tmp_path: Path) -> None:
    path = tmp_path / "upstairs.yaml"
    path.write_text(
        "version: 1\nrooms:\n"
        "  - { id: loft, storey: 2, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]] }\n"
        "  - { id: attic, storey: 3, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]] }\n",
        encoding="utf-8",
    )
    result = invoke("compare", "--house", str(path), "--days", "1", "--grade", "zeh", "--json")
    assert result.exit_code == 0, result.output
    assert [one["room"] for one in json.loads(result.stdout)["coverage"]] == ["loft", "attic"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kitchen_radar=1,2,3,4,5", "kitchen_radar"),
        ("living_radar=1,2", "five"),
        ("living_radar=1,2,3,4,nan", "finite"),
    ],
)
def test_a_radars_place_must_make_sense(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        placed_radar(demo_house({}).house, text)


@pytest.mark.parametrize(("option", "value"), [("--grade", "igloo"), ("--ventilation", "class_9")])
def test_unknown_variants_are_told_with_what_there_is(option: str, value: str) -> None:
    result = invoke("compare", option, value)
    assert isinstance(result.exception, UsageError)
    assert value in str(result.exception)
    assert "There are" in str(result.exception)


def test_the_pace_is_held_and_a_slow_machine_told() -> None:
    clock = SimulatedClock(Instant(0, 0, "simulated"))
    pace = Pace(60.0, clock)
    pace.wait(600.0)
    assert clock.now().monotonic_ns == 10_000_000_000
    assert not pace.lags(600.0)
    clock.sleep_until(20_000_000_000)
    assert pace.lags(600.0)
    assert pace.true_speed(600.0) == pytest.approx(30.0)
    assert not Pace(None, clock).lags(0.0)


def test_a_finding_says_number_limits_and_reason() -> None:
    finding = Finding(
        check=Check(what="co2_ppm", room="bedroom", statistic="max", least=1, most=2, why="x"), value=3.0, holds=False
    )
    assert finding_line(finding, "en") == "FAILS: bedroom.co2_ppm max = 3 (>= 1 <= 2): x"
