"""The command line: every command explains itself; wrong use gets one clear line and the right exit code."""

import importlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sumika.cli._interrupts import ctrl_c_ends
from sumika.cli.main import COMMANDS, main

Said = Callable[..., tuple[object, str, str]]


def sumika(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run it as users do: a process that begins anew, which takes a second of a core for what it loads."""
    return subprocess.run(
        [sys.executable, "-m", "sumika", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environ},
    )


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Say the same in this process: exit code, standard output, standard error."""

    def say(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["sumika", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    monkeypatch.delenv("SUMIKA_DEBUG", raising=False)
    return say


def test_a_process_of_its_own_explains_itself() -> None:
    answer = sumika("version", "--help")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Usage: python -m sumika version")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, here: Said) -> None:
    code, said, wrong = here(command, "--help")
    assert code == 0, wrong
    assert re.match(rf"Usage: \S+.* {command} ", said)


def test_a_slip_of_the_keyboard_gets_the_nearest_command(here: Said) -> None:
    code, _, wrong = here("replya", "log")
    assert code == 2
    assert "Did you mean 'replay'?" in wrong


@pytest.mark.parametrize("how", ["--version", "-V"])
def test_the_version_is_told_as_other_programs_tell_theirs(how: str) -> None:
    assert sumika(how).stdout == sumika("version").stdout


HOUSE_OF_ONE_ROOM = """
version: 1
name: Test
rooms:
  - id: bedroom
    floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]]
radars:
  - id: bedroom_radar
    room: bedroom
    model: a121
    position_m: [0.5, 0.5, 1.5]
    source: {type: recording, path: PATH}
"""


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "--house", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["bench", "spin"], 2, "spine"),
        (["replay", "nowhere"], 2, "nowhere"),
        (["log", "info", "nowhere"], 2, "nowhere"),
        (["run", "--seconds", "-1"], 2, "-1"),
        (["run", "--headles"], 2, "--headless"),
    ],
)
def test_wrong_use_is_one_clear_line(arguments: list[str], code: int, says: str, here: Said) -> None:
    ended, _, wrong = here(*arguments)
    assert ended == code, wrong
    assert says in wrong
    assert "Traceback" not in wrong


def test_a_wrong_house_is_told_by_file_line_and_nearest_spelling(tmp_path: Path, here: Said) -> None:
    house = tmp_path / "house.yaml"
    house.write_text(HOUSE_OF_ONE_ROOM.replace("floor_m", "flor_m"), encoding="utf-8")
    code, _, wrong = here("run", "--house", str(house))
    assert code == 2
    assert f"{house}:6" in wrong
    assert "floor_m" in wrong


def test_data_in_a_place_that_is_no_folder_is_a_failure_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    answer = sumika("run", "--headless", "--data", str(tmp_path / "file" / "data"))
    assert answer.returncode == 1
    assert "--data" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_runtime_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sumika").mkdir(mode=0o700)
    (tmp_path / "sumika").chmod(0o777)
    answer = sumika("run", "--headless", XDG_RUNTIME_DIR=str(tmp_path), SUMIKA_HOME=str(tmp_path / "home"))
    assert answer.returncode == 1
    assert str(tmp_path / "sumika") in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("arguments", [["--debug", "bench", "spin"], ["bench", "spin", "--debug"]])
def test_debug_shows_the_traceback(arguments: list[str]) -> None:
    assert "Traceback" in sumika(*arguments).stderr


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    # A pipe whose reading end is closed: what `| head` is to a command that prints more.
    reading, writing = os.pipe()
    os.close(reading)
    answer = subprocess.run(
        [sys.executable, "-m", "sumika", "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert "Traceback" not in answer.stderr
    assert "BrokenPipe" not in answer.stderr


def test_ctrl_c_in_the_middle_of_a_librarys_import_is_not_a_fault_to_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def imports(arguments: list[str]) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise ImportError("Error importing numpy")  # noqa: B904 (as it is raised in C)

    main_module = importlib.import_module("sumika.cli.main")
    monkeypatch.setattr(main_module, "sumika", imports)
    monkeypatch.setattr(sys, "argv", ["sumika"])
    monkeypatch.delenv("SUMIKA_DEBUG", raising=False)
    with pytest.raises(SystemExit) as ended:
        main_module.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "Aborted!\n"


def test_ctrl_c_ends_what_only_loads_and_is_ours_again_after() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with ctrl_c_ends():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a process in the background
        with ctrl_c_ends():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
