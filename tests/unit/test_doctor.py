"""Each thing the doctor can find is found, with why it matters and what to do; and a well machine is called well."""

import json
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from sumika.bus import Publisher, RuntimeFolder
from sumika.cli import _doctor_house, _doctor_machine, _doctor_running, _doctor_storage
from sumika.cli._finding import Finding, Level
from sumika.cli._recordings import refusal
from sumika.cli.doctor import checks, doctor
from sumika.clock import Instant, WallClock
from sumika.config import LoadedHouse, parse_house
from sumika.log import LogWriter, RunInfo
from sumika.schema import NodeHealth, NodeState, Origin, SumikaError
from sumika.units import NANOSECONDS_PER_SECOND

HOUSE = """version: 1
name: Test
rooms:
  - id: bedroom
    floor_m: [[0, 0], [3, 0], [3, 3], [0, 3]]
radars:
  - id: bed
    room: bedroom
    model: iwr6843
    position_m: [0.1, 1, 1]
    source: {source}
"""
NOW = Instant(10, 1_763_985_600 * NANOSECONDS_PER_SECOND, "boot")


def house_with(source: str, folder: Path, **environ: str) -> LoadedHouse:
    return parse_house(HOUSE.replace("{source}", source), folder / "house.yaml", environ)


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1
    return findings[0]


def assert_useful(finding: Finding, level: Level) -> None:
    """What is not well says why that matters and what to do."""
    assert finding.level is level
    assert finding.why
    assert finding.remedy


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="smk") as folder:
        yield Path(folder)


@pytest.fixture
def runtime(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runtime folders of this test lie here."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_folder))
    return short_folder


def test_an_old_python_fails_and_ours_is_well() -> None:
    assert only(_doctor_machine.python_version((3, 11, 2))).level is Level.OK
    assert_useful(only(_doctor_machine.python_version((3, 10, 9))), Level.FAIL)


def test_each_missing_extra_is_named_with_what_is_lost() -> None:
    h5py, pyarrow, reportlab = _doctor_machine.extras(lambda module: module == "pyarrow")
    assert_useful(h5py, Level.WARN)
    assert "sumika[recordings]" in h5py.remedy
    assert pyarrow.level is Level.OK
    assert "sumika[desk]" in reportlab.remedy


@pytest.mark.parametrize("year", [1970, 2150])
def test_a_clock_that_was_never_set_fails(year: int) -> None:
    wall_ns = (year - 1970) * 31_557_600 * NANOSECONDS_PER_SECOND
    assert_useful(_doctor_machine.clock_sane(NOW, Instant(11, wall_ns, "boot"))[0], Level.FAIL)


def test_a_monotonic_clock_that_runs_backwards_fails() -> None:
    first, second = _doctor_machine.clock_sane(NOW, NOW.later(-1))
    assert first.level is Level.OK
    assert_useful(second, Level.FAIL)


def test_an_unknown_boot_is_told() -> None:
    assert_useful(_doctor_machine.clock_sane(NOW, Instant(11, NOW.wall_ns, "unknown"))[1], Level.WARN)
    assert only(_doctor_machine.clock_sane(NOW, NOW)).level is Level.OK


def test_a_small_machine_is_told() -> None:
    assert only(_doctor_machine.processors(4)).level is Level.OK
    assert_useful(only(_doctor_machine.processors(1)), Level.WARN)
    assert only(_doctor_machine.memory(8_000_000_000)).level is Level.OK
    assert_useful(only(_doctor_machine.memory(1_200_000_000)), Level.WARN)  # the demo house takes more
    assert_useful(only(_doctor_machine.memory(300_000_000)), Level.WARN)


def test_a_machine_without_systemd_is_no_fault() -> None:
    assert {only(_doctor_machine.systemd(runs)).level for runs in (True, False)} == {Level.OK}


def test_a_data_folder_that_can_be_made_is_well(tmp_path: Path) -> None:
    assert only(_doctor_storage.data_usable(tmp_path / "a" / "b")).level is Level.OK


def test_a_file_where_the_data_folder_should_be_fails(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    assert_useful(only(_doctor_storage.data_usable(tmp_path / "data" / "house")), Level.FAIL)


def test_a_data_folder_we_may_not_write_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    assert_useful(only(_doctor_storage.data_usable(tmp_path)), Level.FAIL)


def test_a_data_folder_open_to_others_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert_useful(_doctor_storage.data_usable(tmp_path)[1], Level.WARN)
    tmp_path.chmod(0o700)
    assert only(_doctor_storage.data_usable(tmp_path)).level is Level.OK


@pytest.mark.parametrize(("free_bytes", "level"), [(10**11, Level.OK), (10**9, Level.WARN), (10**7, Level.FAIL)])
def test_the_free_disk_is_judged(free_bytes: int, level: Level, tmp_path: Path) -> None:
    assert only(_doctor_storage.disk_space(free_bytes, tmp_path)).level is level


def write_log(data: Path) -> Path:
    """Write a log of one run; return its file."""
    clock = WallClock()
    with LogWriter(data / "log" / "run", RunInfo(run_id="run"), clock):
        pass
    return next(data.glob("log/*/*.mcap"))


def test_a_whole_log_is_well_and_no_log_too(tmp_path: Path) -> None:
    assert only(_doctor_storage.last_log(tmp_path)).level is Level.OK
    write_log(tmp_path)
    assert only(_doctor_storage.last_log(tmp_path)).level is Level.OK


def test_a_log_cut_off_is_told_with_how_to_mend_it(tmp_path: Path) -> None:
    file = write_log(tmp_path)
    file.write_bytes(file.read_bytes()[:-20])
    finding = only(_doctor_storage.last_log(tmp_path))
    assert_useful(finding, Level.WARN)
    assert "sumika log recover" in finding.remedy


def test_a_log_that_is_none_is_told(tmp_path: Path) -> None:
    write_log(tmp_path).write_bytes(b"no log at all")
    assert_useful(only(_doctor_storage.last_log(tmp_path)), Level.WARN)


def make_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE kept (value TEXT)")
    connection.executemany("INSERT INTO kept VALUES (?)", [("x" * 500,)] * 200)
    connection.commit()
    connection.close()


def test_a_whole_database_is_well_and_none_too(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    assert only(_doctor_storage.database_whole(path)).level is Level.OK
    assert not path.exists()
    make_database(path)
    assert "is whole" in only(_doctor_storage.database_whole(path)).what


def test_a_damaged_database_fails_and_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    make_database(path)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * (4096 * 2)
    path.write_bytes(content)
    assert_useful(only(_doctor_storage.database_whole(path)), Level.FAIL)
    assert path.read_bytes() == content


def test_a_file_that_is_no_database_fails(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    path.write_bytes(b"not a database, by no means" * 100)
    assert_useful(only(_doctor_storage.database_whole(path)), Level.FAIL)


def test_a_database_too_big_to_be_looked_through_is_not_called_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_doctor_storage, "_STEPS_BETWEEN_LOOKS", 1)
    path = tmp_path / "history.sqlite3"
    make_database(path)
    finding = only(_doctor_storage.database_whole(path, longest_s=0.0))
    assert finding.level is Level.OK
    assert "no damage found in 0 s" in finding.what


def test_databases_set_aside_are_told(tmp_path: Path) -> None:
    assert _doctor_storage.set_aside(tmp_path) == []
    for name in ("history.sqlite3.corrupt.2026-01-01", "history.sqlite3.corrupt.2026-01-01-wal"):
        (tmp_path / name).touch()
    finding = only(_doctor_storage.set_aside(tmp_path))
    assert_useful(finding, Level.WARN)
    assert finding.what.startswith("1 ")


def test_every_problem_of_a_house_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE.replace("{source}", "{type: demo}").replace("room: bedroom", "room: bedrom\n    yaw: 3"))
    findings, loaded = _doctor_house.described(path, {}, ["iwr6843"])
    assert loaded is None
    assert len(findings) >= 2
    for finding in findings:
        assert_useful(finding, Level.FAIL)
        assert finding.what.startswith(f"{path}:")


def test_a_simulated_house_of_which_no_world_can_be_made_is_told_as_a_broken_description(
    runtime: Path, tmp_path: Path
) -> None:
    path, plain = tmp_path / "house.yaml", HOUSE.replace("{source}", "{ type: world }").replace("iwr6843", "iwr6843isk")
    path.write_text(plain, encoding="utf-8")
    assert not [one for one in checks({}, path, data=tmp_path / "data") if str(path) in one.what and one.why]
    path.write_text(plain + "devices: [{ id: lamp, room: bedroom, kind: lamp }]\n", encoding="utf-8")
    found = only([one for one in checks({}, path, data=tmp_path / "data") if str(path) in one.what and one.why])
    assert_useful(found, Level.FAIL)
    assert found.what == f"{path}:12: devices.lamp.kind"
    assert found.why.startswith("the simulated house has no device of kind 'lamp'")


def test_a_house_that_is_not_there_fails(tmp_path: Path) -> None:
    findings, loaded = _doctor_house.described(tmp_path / "no.yaml", {}, [])
    assert loaded is None
    assert_useful(only(findings), Level.FAIL)
    assert "sumika house new" in only(findings).remedy


def test_a_sound_house_is_well(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE.replace("{source}", "{type: demo}"))
    findings, loaded = _doctor_house.described(path, {}, ["iwr6843"])
    assert loaded is not None
    assert findings[0].level is Level.OK
    assert "1 rooms, 1 radars" in findings[0].what


def test_a_recording_is_looked_for(tmp_path: Path) -> None:
    def judge(source: str, *, h5py: bool = True, refused: SumikaError | None = None, **environ: str) -> Finding:
        loaded = house_with(source, tmp_path, **environ)
        return only(_doctor_house.recordings_there(loaded, lambda module: h5py, lambda radar: refused))

    (tmp_path / "there.h5").touch()
    present = "{type: recording, path: there.h5}"
    assert judge(present).level is Level.OK
    assert_useful(judge(present, h5py=False), Level.FAIL)
    broken = judge(present, refused=SumikaError("the file is cut", where="there.h5", remedy="Copy it again"))
    assert_useful(broken, Level.FAIL)
    assert "the file is cut" in broken.why


def test_a_recording_that_is_gone_or_not_ours_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "there.bin"
    file.touch()
    loaded = house_with("{type: recording, path: there.bin}", tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert_useful(only(_doctor_house.recordings_there(loaded, lambda module: True, lambda radar: None)), Level.FAIL)
    file.unlink()
    assert_useful(only(_doctor_house.recordings_there(loaded, lambda module: True, lambda radar: None)), Level.FAIL)


def test_the_folder_of_recordings_is_judged(tmp_path: Path) -> None:
    def judge(configured: str, default: Path | None = None) -> Finding:
        return only(_doctor_house.data_there({"SUMIKA_DATA": configured}, default))

    assert_useful(judge(""), Level.WARN)
    assert judge("", tmp_path).level is Level.OK
    assert_useful(judge(str(tmp_path / "none")), Level.WARN)
    assert_useful(judge(str(tmp_path)), Level.WARN)
    (tmp_path / "acconeer_a121").mkdir()
    assert "acconeer_a121" in judge(str(tmp_path)).what


def test_the_ports_of_radars_are_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = tmp_path / "ttyUSB0"
    loaded = house_with(f"{{type: port, device: {port}}}", tmp_path)
    assert_useful(only(_doctor_house.ports_usable(loaded)), Level.FAIL)
    port.touch()
    assert only(_doctor_house.ports_usable(loaded)).level is Level.OK
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    finding = only(_doctor_house.ports_usable(loaded))
    assert_useful(finding, Level.FAIL)
    assert "usermod -aG" in finding.remedy


def test_a_radar_that_its_description_keeps_from_working_fails_though_its_port_is_there(tmp_path: Path) -> None:
    loaded = house_with("{type: port, device: /dev/null}", tmp_path)
    finding = only(_doctor_house.ports_described(loaded, partial(refusal, loaded)))
    assert_useful(finding, Level.FAIL)
    assert "has no config" in finding.why
    played = house_with("{type: demo}", tmp_path)
    assert _doctor_house.ports_described(played, partial(refusal, played)) == []


def test_a_second_port_and_the_makers_package_are_judged_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").touch()
    source = f"{{type: port, device: {tmp_path}/data, command: {tmp_path}/command}}"
    levels = [finding.level for finding in _doctor_house.ports_usable(house_with(source, tmp_path))]
    assert levels[:2] == [Level.OK, Level.FAIL]
    text = HOUSE.replace("{source}", "{type: port, device: usb}").replace("iwr6843", "bgt60tr13c")
    loaded = parse_house(text, tmp_path / "house.yaml", {})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    finding = only(_doctor_house.ports_usable(loaded))
    assert_useful(finding, Level.FAIL)
    assert "ifxradarsdk" in finding.what
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    assert only(_doctor_house.ports_usable(loaded)).level is Level.OK


def test_the_runtime_folder_is_tried_out_and_nothing_is_left(runtime: Path) -> None:
    assert only(_doctor_running.runtime_folder()).what.startswith("runtime folder")
    assert [path.name for path in (runtime / "sumika").iterdir() if path.is_dir()] == []


def test_a_runtime_folder_open_to_others_fails(runtime: Path) -> None:
    (runtime / "sumika").mkdir(mode=0o755)
    (runtime / "sumika").chmod(0o755)
    assert_useful(only(_doctor_running.runtime_folder()), Level.FAIL)
    assert _doctor_running.running_houses(WallClock()) == []  # told once is enough
    assert _doctor_running.leftovers() == []


@pytest.mark.parametrize(
    ("free_bytes", "level"), [(10**9, Level.OK), (64_000_000, Level.WARN), (10_000_000, Level.FAIL)]
)
def test_the_space_for_frames_is_judged(free_bytes: int, level: Level) -> None:
    assert only(_doctor_running.runtime_space(free_bytes, "shm")).level is level


def test_leftovers_of_a_crashed_run_are_removed_and_told(runtime: Path) -> None:
    assert only(_doctor_running.leftovers()).level is Level.OK
    with RuntimeFolder.create("run") as folder:
        base, name = folder.path.parent, folder.path.name
    (base / name).mkdir(mode=0o700)  # as a run leaves it that was killed
    finding = only(_doctor_running.leftovers())
    assert_useful(finding, Level.WARN)
    assert name in finding.what
    assert not (base / name).exists()


def health(node: str, state: NodeState, fault: str = "") -> NodeHealth:
    return NodeHealth(stamp=NOW, origin=Origin.LIVE, node=node, state=state, restarts=3, fault=fault)


def test_nodes_in_trouble_are_told_with_their_fault() -> None:
    well, hurt, worse = _doctor_running.nodes_well(
        [
            health("log", NodeState.RUNNING),
            health("heart", NodeState.WAITING),
            health("presence", NodeState.BACKING_OFF, "killed by signal 9"),
            health("history", NodeState.DEGRADED),
        ],
        "/run",
    )
    assert "1 of 4 nodes run" in well.what
    assert_useful(hurt, Level.FAIL)
    assert "killed by signal 9" in hurt.why
    assert_useful(worse, Level.FAIL)


def test_no_running_house_is_no_fault(runtime: Path) -> None:
    assert only(_doctor_running.running_houses(WallClock())).level is Level.OK


@pytest.mark.slow
def test_a_running_house_is_asked_for_its_nodes(runtime: Path) -> None:
    with RuntimeFolder.create("run") as folder:
        stop = threading.Event()

        def supervise() -> None:
            publisher = Publisher(folder, "supervisor", incarnation=0)
            while not stop.wait(0.02):
                publisher.publish(health("presence", NodeState.DEGRADED, "no such file"))
            publisher.close()

        thread = threading.Thread(target=supervise)
        thread.start()
        try:
            findings = _doctor_running.running_houses(WallClock(), listen_s=2.0)
        finally:
            stop.set()
            thread.join()
    assert [finding.level for finding in findings] == [Level.OK, Level.FAIL]
    assert "no such file" in findings[1].why


def test_a_running_house_that_says_nothing_fails(runtime: Path) -> None:
    with RuntimeFolder.create("run"):
        assert_useful(only(_doctor_running.running_houses(WallClock(), listen_s=0.1)), Level.FAIL)


@pytest.fixture
def house_file(tmp_path: Path) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE.replace("{source}", "{type: port, device: /dev/no_such_port}"))
    return path


def test_the_command_ends_with_one_if_anything_fails(runtime: Path, house_file: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(doctor, ["--house", str(house_file), "--data", str(tmp_path / "data"), "--json"])
    findings = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {"level", "what", "why", "remedy"} == set(findings[0])
    assert any("/dev/no_such_port" in finding["what"] for finding in findings if finding["level"] == "fail")


def test_the_command_says_it_in_plain_words(runtime: Path, house_file: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(doctor, ["--house", str(house_file), "--data", str(tmp_path / "data")])
    assert result.exit_code == 1
    assert "ok    Python 3" in result.output
    assert "-> Plug the radar in" in result.output
    assert "failed" in result.output.splitlines()[-1]


def test_the_demo_house_is_looked_at_without_a_description(runtime: Path, tmp_path: Path) -> None:
    found = checks({}, None, data=tmp_path / "data")
    assert any("the demo house" in finding.what for finding in found)
    assert not (tmp_path / "data").exists()
