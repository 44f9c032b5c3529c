"""`sumika house` says what is wrong with exit code 2, and writes nothing that it would not accept."""

import json
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from sumika.cli._recordings import require_one, require_start
from sumika.cli.house import house
from sumika.cli.main import main
from sumika.config import (
    DEMO_FILE,
    RECORDINGS_FILE,
    demo_house,
    draw_floor_plan,
    house_schema,
    load_house,
    recordings_house,
)
from sumika.config._tree import parse_tree
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import DemoSource, PortSource, RecordingSource, WorldSource
from sumika.sensors import MODELS, builtin_chirps

NOWHERE = {"SUMIKA_DATA": "/nonexistent"}


def invoke(*arguments: str, answers: str | None = None) -> Result:
    return CliRunner(env=NOWHERE).invoke(house, list(arguments), input=answers)


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sumika", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_a_broken_house_is_told_line_by_line_with_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "house.yaml"
    path.write_text("version: 1\nrooms:\n  - id: a\n    flor_m: []\nradar: []\n", encoding="utf-8")
    assert run_main(monkeypatch, "house", "check", str(path)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.split(" ")[0] for line in told.err.splitlines()[1:]] == [f"{path}:4:", f"{path}:5:"]
    assert "did you mean floor_m?" in told.err
    assert "Traceback" not in told.err


def test_a_sound_house_ends_with_0_and_a_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, "house", "check", str(RECORDINGS_FILE)) == 0
    told = capsys.readouterr().out
    assert "room living: 27.8 m², 2.5 m high, storey 1" in told
    assert "radar bedroom_radar: a121 in bedroom at 1.1 m, looks at 0°, 3.1 m to the next wall" in told
    assert "┌" in told


def test_a_new_house_from_flags_passes_check_and_explains_itself(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    flags = ["--name", "山田: #1", "--room", "living:4x5", "--room", "bed_room:3x3.5"]
    radars = ["living:iwr6843isk:/dev/ttyUSB0", "living:iwr6843:rec.bin,builtin:iwr6843_vital", "bed_room:a121"]
    result = invoke("new", str(path), *flags, *(part for radar in radars for part in ("--radar", radar)))
    assert result.exit_code == 0, result.output
    loaded = load_house(path, NOWHERE, models=MODELS)
    assert loaded.house.name == "山田: #1"
    assert [room.floor_m[2] for room in loaded.house.rooms] == [(4, 5), (7.1, 3.5)]
    assert [radar.id for radar in loaded.house.radars] == ["living_radar", "living_radar_2", "bed_room_radar"]
    assert [type(radar.source) for radar in loaded.house.radars] == [PortSource, RecordingSource, DemoSource]
    assert [warning.field for warning in loaded.warnings] == ["radars[1].source.path"]
    text = path.read_text(encoding="utf-8")
    described = {"name", "floor_m", "height_m", "storey", "position_m", "yaw_deg", "pitch_deg", "residents", "language"}
    assert all(any(f"{key}:" in line and "#" in line for line in text.splitlines()) for key in described)
    checked = invoke("check", str(path))
    assert checked.exit_code == 0
    assert "not built in yet" not in checked.output


def test_a_model_that_cannot_be_read_live_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    assert invoke("new", str(path), "--room", "hall:3x3", "--radar", "hall:a111:/dev/ttyUSB0").exit_code == 0
    checked = invoke("check", str(path))
    assert checked.exit_code == 0
    assert "live capture of a111 is not built in yet" in checked.output


def test_a_radar_that_no_port_will_make_work_is_told_at_once_and_is_no_radar_to_start_for(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    made = invoke("new", str(path), "--room", "living:4x5", "--radar", "living:iwr6843isk:/dev/ttyUSB0")
    assert made.exit_code == 0
    assert "living_radar does not work yet" in made.stderr
    assert "Write config: FILE.cfg" in made.stderr
    checked = invoke("check", str(path))
    assert checked.exit_code == 0  # the description is sound, and the radar may be set up later
    assert "has no config" in checked.stderr
    started = invoke("check", str(path), "--start")
    assert isinstance(started.exception, UsageError)
    assert "has no config" in str(started.exception)


def test_a_settings_file_that_is_none_is_told_with_its_line_before_the_radar_is_there(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    assert invoke("new", str(path), "--room", "den:4x5", "--radar", "den:iwr6843isk:/dev/ttyUSB0").exit_code == 0
    (tmp_path / "radar.cfg").write_text("hello\n", encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("# config:", "config:"), encoding="utf-8")
    with pytest.raises(SumikaError, match=r"radar\.cfg"):
        require_one(load_house(path, NOWHERE, models=MODELS))


def test_the_example_of_a_radar_is_one_that_works(tmp_path: Path) -> None:
    shown = " ".join(invoke("new", "--help").output.split())
    example = shown.partition("A radar: ")[2].partition(". ")[0]
    path = tmp_path / "house.yaml"
    assert invoke("new", str(path), "--room", "living:4x5", "--radar", example).stderr == ""


def test_a_house_with_more_than_radars_starts_although_no_radar_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = house_of(tmp_path, "absent")
    sensor = "sensors: [{id: air, room: den, kind: co2, connection: c, address: a}]\n"
    path.write_text(
        path.read_text(encoding="utf-8") + sensor + "connections: [{id: c, type: mqtt, address: 'b:1883'}]\n",
        encoding="utf-8",
    )
    loaded = load_house(path, NOWHERE)
    require_one(loaded)
    require_start(loaded)
    assert "radar r0 does not work" in capsys.readouterr().err
    with pytest.raises(SumikaError, match=r"absent\.h5"):
        require_start(loaded, records=True)


def test_a_new_house_is_asked_for_with_defaults(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    answers = "\n\nbedroom:3x4\nLiving Room:2x2\nbedroom:1x1\n\nbedroom:a121\nattic:a121\nbedroom:a211\n\n"
    result = invoke("new", str(path), answers=answers)
    assert result.exit_code == 0, result.output
    for complaint in ("cannot be used as a name", "'bedroom' already", "no room 'attic'", "did you mean a121?"):
        assert complaint in result.output
    made = load_house(path, NOWHERE, models=MODELS).house
    assert made.name == "Home"
    assert [room.id for room in made.rooms] == ["living", "bedroom"]
    assert [radar.room for radar in made.radars] == ["bedroom"]


def test_more_radars_than_walls_still_pass_check(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    result = invoke("new", str(path), "--room", "a:2x2", *["--radar", "a:a121"] * 6)
    assert result.exit_code == 0, result.output
    assert load_house(path, NOWHERE, models=MODELS).warnings == ()


def test_nobody_to_ask_is_told_what_to_give(tmp_path: Path) -> None:
    result = invoke("new", str(tmp_path / "house.yaml"), answers="")
    assert isinstance(result.exception, UsageError)
    assert "--room living:4x5" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--room", "living:4by5"], "4by5"),
        (["--room", "living:0x5"], "above 0"),
        (["--room", "living:nanx5"], "above 0"),
        (["--room", "living:infx5"], "above 0"),
        (["--room", "Living:4x5"], "cannot be used as a name"),
        (["--room", "a:4x5", "--room", "a:4x5"], "already"),
        (["--room", "a:2000x5"], "out of range"),
        (["--room", "a:0.5x0.5"], "this is no room"),
        (["--room", "a:4x5", "--radar", "b:a121"], "no room 'b', there are: a"),
        (["--room", "a:4x5", "--radar", "a:a122"], "did you mean a121?"),
        (["--room", "a:4x5", "--radar", "a"], "no model ''"),
        (["--room", "a:4x5", "--radar", "a:a121:/dev/x", "--radar", "a:a121:/dev/x"], "same port"),
    ],
)
def test_flags_that_make_no_house_write_nothing(flags: list[str], told: str, tmp_path: Path) -> None:
    result = invoke("new", str(tmp_path / "house.yaml"), *flags)
    assert isinstance(result.exception, UsageError)
    assert told in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_room_without_a_size_is_four_by_four(tmp_path: Path) -> None:
    assert invoke("new", str(tmp_path / "house.yaml"), "--room", "living").exit_code == 0
    assert load_house(tmp_path / "house.yaml").house.rooms[0].floor_m[2] == (4, 4)


def test_a_file_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text("mine", encoding="utf-8")
    assert isinstance(invoke("new", str(path), "--room", "a:4x5").exception, UsageError)
    assert path.read_text(encoding="utf-8") == "mine"
    assert invoke("new", str(path), "--room", "a:4x5", "--force").exit_code == 0
    assert [kept.read_text(encoding="utf-8") for kept in tmp_path.glob("*.bak")] == ["mine"]


def test_migrate_writes_only_what_is_old(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    text = "house_name: Old # ours\nrooms: [{id: a, floor_m: [[0, 0], [2, 0], [2, 2]]}]\n"
    path.write_text(text, encoding="utf-8")
    assert "older Sumika" in invoke("check", str(path)).output
    assert "brought up to date" in invoke("migrate", str(path)).output
    assert path.read_text(encoding="utf-8").startswith("name: Old # ours\n")
    assert "is up to date" in invoke("migrate", str(path)).output


def test_the_schema_is_one_that_editors_can_use() -> None:
    printed = json.loads(invoke("schema").output)
    assert printed == json.loads(json.dumps(house_schema()))
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed["$id"].startswith("https://")
    for name, part in printed["$defs"].items():
        assert part["title"], name
        assert part["description"], name
        assert "Attributes" not in part["description"]
        for key, field in part.get("properties", {}).items():
            assert field["title"], f"{name}.{key}"
            assert key == "type" or field["description"], f"{name}.{key}"
    for file in (DEMO_FILE, RECORDINGS_FILE):
        jsonschema.validate(parse_tree(file.read_text(encoding="utf-8")).data, printed)


def test_the_demo_house_is_a_simulated_one_with_people_a_cat_and_three_radars() -> None:
    loaded = demo_house(NOWHERE, models=MODELS)
    assert loaded.warnings == ()
    assert loaded.house.demo
    assert all(isinstance(radar.source, WorldSource) for radar in loaded.house.radars)
    assert {radar.room for radar in loaded.house.radars} == {"bedroom", "living", "bathroom"}
    assert len(loaded.house.residents) == 2
    assert loaded.house.world is not None
    assert loaded.house.world.pets == ("cat",)


def test_the_recordings_house_simulates_what_has_no_recording(tmp_path: Path) -> None:
    loaded = recordings_house({"SUMIKA_DATA": str(tmp_path)}, models=MODELS)
    assert loaded.house.demo
    assert all(isinstance(radar.source, DemoSource) for radar in loaded.house.radars)
    assert len({radar.source for radar in loaded.house.radars}) == 3
    assert loaded.warnings == ()
    (tmp_path / "bgt60tr13c_breathing").mkdir()
    mixed = recordings_house({"SUMIKA_DATA": str(tmp_path)}, models=MODELS)
    assert [type(radar.source) for radar in mixed.house.radars] == [DemoSource, DemoSource, RecordingSource]
    assert mixed.hash != loaded.hash


def test_the_recordings_house_plays_the_real_recordings(sumika_data: Path) -> None:
    loaded = recordings_house({"SUMIKA_DATA": str(sumika_data)}, models=MODELS)
    sources = [radar.source for radar in loaded.house.radars]
    assert all(isinstance(source, RecordingSource) for source in sources)
    assert loaded.warnings == ()
    chirps = {source.chirp for source in sources if isinstance(source, RecordingSource)} - {""}
    assert chirps <= set(builtin_chirps())


@pytest.mark.parametrize("columns", [80, 40, 12])
def test_a_plan_keeps_to_its_columns_and_shows_every_room_and_radar(columns: int) -> None:
    made = recordings_house(NOWHERE).house
    plan = draw_floor_plan(made, columns)
    assert max(len(line) for line in plan.splitlines()) <= columns
    assert sum(plan.count(arrow) for arrow in "→←↑↓") == len(made.radars)
    if columns >= 40:
        assert all(room.id in plan for room in made.rooms)


def test_a_plan_shows_each_storey(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    square = "[[0, 0], [2, 0], [2, 2], [0, 2]]"
    rooms = f"rooms: [{{id: cellar, floor_m: {square}, storey: -1}}, {{id: hall, floor_m: {square}}}]\n"
    path.write_text(rooms, encoding="utf-8")
    plan = draw_floor_plan(load_house(path).house)
    assert plan.index("storey -1") < plan.index("cellar") < plan.index("storey 1") < plan.index("hall")


def test_an_absent_file_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, "house", "check", str(tmp_path / "house.yaml")) == 2
    assert "there is no such file" in capsys.readouterr().err


SOURCES = {
    "cut": "{type: recording, path: cut.h5}",
    "absent": "{type: recording, path: absent.h5}",
    "simulated": "{type: demo}",
}


def house_of(folder: Path, *sources: str) -> Path:
    (folder / "cut.h5").write_bytes(b"\x89HDF\r\n\x1a\n but no more")
    radars = [
        f"  - {{id: r{number}, room: den, model: a121, position_m: [0, 1, 1], source: {SOURCES[source]}}}\n"
        for number, source in enumerate(sources)
    ]
    path = folder / "house.yaml"
    path.write_text(
        f"version: 1\nrooms: [{{id: den, floor_m: [[0, 0], [2, 0], [2, 2], [0, 2]]}}]\nradars:\n{''.join(radars)}",
        encoding="utf-8",
    )
    return path


def test_check_opens_the_recordings_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = house_of(tmp_path, "simulated", "cut", "absent")
    assert run_main(monkeypatch, "house", "check", str(path)) == 1
    told = capsys.readouterr()
    assert f"radar r1: {tmp_path / 'cut.h5'}: the file cannot be read as HDF5" in told.err
    assert "radar r2" not in told.err  # Not there is a warning of its own, and may be so on another machine.
    assert "absent.h5" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(("source", "code"), [("cut", 1), ("absent", 2)])
def test_a_house_of_which_no_radar_works_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], source: str, code: int
) -> None:
    path = house_of(tmp_path, source)
    data = tmp_path / "data"
    assert run_main(monkeypatch, "run", "--house", str(path), "--data", str(data), "--seconds", "5") == code
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"{source}.h5" in told
    assert not data.exists()


def test_a_house_of_which_one_radar_works_is_started_and_the_other_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_start(load_house(house_of(tmp_path, "cut", "simulated"), NOWHERE))
    assert capsys.readouterr().err.startswith("sumika: radar r0 does not work: ")


def test_check_with_start_opens_the_certificate_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = house_of(tmp_path, "simulated")
    path.write_text(
        path.read_text(encoding="utf-8") + "page: {certificate: house.crt, private_key: house.key}\n", encoding="utf-8"
    )
    assert run_main(monkeypatch, "house", "check", str(path)) == 0
    capsys.readouterr()
    assert run_main(monkeypatch, "house", "check", "--start", str(path)) == 1
    assert str(tmp_path / "house.crt") in capsys.readouterr().err
