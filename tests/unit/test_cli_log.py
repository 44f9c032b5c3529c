"""`sumika log`: readable at 80 columns, one clear line for what is wrong, and the right exit code."""

import json
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from sumika.cli.log import log
from sumika.cli.main import main
from sumika.schema import SumikaError
from tests.log_helpers import envelope, event, mixed, presence, write_log


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    write_log(tmp_path / "run", mixed(90))
    return tmp_path / "run"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(log, [str(argument) for argument in arguments])


def test_info_tells_what_is_in_a_log_within_80_columns(run_folder: Path) -> None:
    result = call("info", run_folder)
    assert result.exit_code == 0
    for part in ("presence", "bedroom", "slow_time", "90 messages", "1 segment", "SHA-256"):
        assert part in result.output
    assert all(len(line) <= 80 for line in result.output.splitlines())
    assert "damage" not in result.output


def test_info_tells_what_is_wrong(run_folder: Path) -> None:
    path = run_folder / "000001.mcap"
    path.write_bytes(path.read_bytes()[:6000])
    result = call("info", run_folder)
    assert result.exit_code == 0
    assert "torn tail" in result.output
    assert "has no end" in result.output


def test_info_tells_that_a_beginning_is_gone_and_calls_it_no_damage(tmp_path: Path) -> None:
    paths = write_log(tmp_path / "run", mixed(300), rotate_bytes=12_000)
    paths[0].unlink()
    paths[1].unlink()
    result = call("info", tmp_path / "run")
    assert "not in the log: 2 segments before" in result.output
    assert "missing segment" not in result.output
    assert "Beginning" not in call("info", paths[2]).output


def test_info_as_json_is_one_object(run_folder: Path) -> None:
    found = json.loads(call("info", run_folder, "--json").output)
    assert found["run"]["run_id"] == "run"
    assert sum(channel["messages"] for channel in found["channels"]) == 90


def test_a_log_cannot_drive_the_terminal_of_who_looks_at_it(tmp_path: Path) -> None:
    hostile = msgspec.structs.replace(event(), subject="\x1b]0;owned\x07\x1b[31m[bold]red[/bold]")
    write_log(tmp_path / "a", [(envelope(hostile), hostile)])
    write_log(tmp_path / "b", [])
    for result in (call("info", tmp_path / "a"), call("diff", tmp_path / "a", tmp_path / "b")):
        assert "\x1b" not in result.output
        assert "\x07" not in result.output
        assert "[bold]" in result.output.replace("\n", "")


def test_diff_ends_with_1_and_names_field_and_values(run_folder: Path, tmp_path: Path) -> None:
    changed = msgspec.structs.replace(presence(4), probability=0.75)
    entries = mixed(90)
    entries[12] = (envelope(changed, 4), changed)
    write_log(tmp_path / "other", entries)
    assert call("diff", run_folder, run_folder).exit_code == 0
    result = call("diff", run_folder, tmp_path / "other")
    assert result.exit_code == 1
    for part in ("presence/bedroom #4", "message.probability", "0.5", "0.75", "1 of 90 messages differ"):
        assert part in result.output
    assert call("diff", run_folder, tmp_path / "other", "--topic", "slow_time").exit_code == 0


def test_export_and_recover_say_what_they_wrote(run_folder: Path, tmp_path: Path) -> None:
    result = call("export", run_folder, "--format", "csv", "--out", tmp_path / "out", "--topic", "presence")
    assert result.exit_code == 0
    assert "presence 30" in result.output
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["presence.csv"]
    result = call("recover", run_folder)
    assert result.exit_code == 0
    assert "90 messages" in result.output
    assert isinstance(call("recover", run_folder).exception, SumikaError)
    assert call("recover", run_folder, "--force").exit_code == 0
    assert call("recover", run_folder, "--out", tmp_path / "x.mcap").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["info", "{}/nothing"], 2, "no such file"),
        (["info", "{}/text"], 1, "no log of Sumika"),
        (["diff", "{}/run", "{}/nothing"], 2, "no such file"),
        (["recover", "{}/text"], 1, "no log of Sumika"),
        (["export", "{}/run", "--format", "csv", "--out", "{}/text"], 1, "cannot be written"),
        (["export", "{}/run", "--format", "csv", "--out", "{}/o", "--topic", "x"], 2, "no topic 'x'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_the_right_code(
    run_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    (tmp_path / "text").write_text("nothing of ours\n" * 100)
    monkeypatch.setattr(sys, "argv", ["sumika", "log", *(argument.format(tmp_path) for argument in arguments)])
    monkeypatch.delenv("SUMIKA_DEBUG", raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
