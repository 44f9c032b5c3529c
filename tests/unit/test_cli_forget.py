"""`sumika house forget` destroys one resident's keys, asks before it does, and never beside a running house."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sumika.cli.house import house
from sumika.dashboard import Consents
from sumika.dashboard.consent import Consent
from sumika.history import History
from sumika.runtime.data_folder import owned_data_folder
from sumika.runtime.page_access import Files
from sumika.schema import SumikaError, UsageError
from tests.history_helpers import BREATH, DAY_NS, NOON_NS, clock_at, keep, stamps

ROOMS = {"bedroom": ("hanako",), "study": ("taro",), "living": ("hanako", "taro")}


def forget(data: Path, *arguments: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(house, ["forget", *arguments, "--data", str(data)], input=answers)


def readable(data: Path) -> dict[str, int]:
    with History(data / "history", clock_at(), ROOMS) as history:
        return {room: len(history.raw(room, BREATH, NOON_NS, NOON_NS + DAY_NS).values) for room in ROOMS}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with History(tmp_path / "history", clock_at(), ROOMS) as history:
        for room in ROOMS:
            keep(history, BREATH, stamps(300), np.ones(300), room)
    return tmp_path


def test_what_was_kept_of_a_resident_is_gone_and_the_others_is_not(data: Path) -> None:
    assert readable(data) == {"bedroom": 300, "study": 300, "living": 300}
    result = forget(data, "hanako", "--yes")
    assert result.exit_code == 0
    assert "2 keys destroyed" in result.output
    assert readable(data) == {"bedroom": 0, "study": 300, "living": 0}


def test_what_a_resident_agreed_to_with_carers_is_taken_back(data: Path) -> None:
    page, residents = data / "page", ("hanako", "taro")
    for resident in residents:
        agreed = Consent(resident=resident, carers=("nurse",), wellbeing=True)
        Consents(page, Files, residents).write(agreed)
    assert forget(data, "hanako", "--yes").exit_code == 0
    left = Consents(page, Files, residents)
    assert left.to("nurse") == {"taro"}
    assert left.all()[0] == Consent(resident="hanako")


def test_consents_that_cannot_be_read_are_told_and_hinder_no_forgetting(data: Path) -> None:
    (data / "page").mkdir()
    (data / "page" / "consent.json").write_text('{"hana', encoding="utf-8")
    result = forget(data, "hanako", "--yes")
    assert result.exit_code == 0
    assert "could not be taken back" in result.stderr
    assert readable(data)["bedroom"] == 0


def test_it_asks_first_says_who_shares_the_room_and_takes_no_for_an_answer(data: Path) -> None:
    result = forget(data, "hanako", answers="n\n")
    assert result.exit_code == 1
    assert "of hanako, and of the rooms shared with taro, for ever?" in result.output
    assert readable(data)["bedroom"] == 300
    assert forget(data, "hanako", answers="y\n").exit_code == 0
    assert readable(data)["bedroom"] == 0


def test_a_resident_without_a_key_is_told_with_those_who_have_one(data: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing is kept under a key of .hanka.*There are keys of: hanako, taro"):
        _raise(forget(data, "hanka", "--yes"))


def test_a_folder_without_history_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no history here"):
        _raise(forget(tmp_path, "hanako", "--yes"))
    assert list(tmp_path.iterdir()) == []


def test_whoever_has_run_the_demo_alone_is_told_where_its_history_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMIKA_HOME", str(tmp_path))
    for said in ("--data", f"--data {tmp_path / 'demo'}", f"--data {tmp_path / 'demo'} or {tmp_path / 'demo-1'}"):
        with pytest.raises(UsageError, match="no history here") as told:
            _raise(CliRunner().invoke(house, ["forget", "hanako", "--yes"]))
        assert said in told.value.remedy
        assert (str(tmp_path / "demo") in told.value.remedy) == (tmp_path / "demo").exists()
        next_one = "demo-1" if (tmp_path / "demo").exists() else "demo"
        (tmp_path / next_one / "history").mkdir(parents=True, exist_ok=True)


def test_a_running_house_must_be_stopped_first(data: Path) -> None:
    with owned_data_folder(data), pytest.raises(SumikaError, match=r"runs on this data.*Stop it first"):
        _raise(forget(data, "hanako", "--yes"))
    assert readable(data)["bedroom"] == 300


def test_a_log_that_still_holds_signals_is_told_and_deleted_on_request(data: Path) -> None:
    assert "not encrypted" not in forget(data, "taro", "--yes").output
    segment = data / "log" / "2026-01-01T000000Z-0000" / "000001.mcap"
    segment.parent.mkdir(parents=True)
    segment.touch()
    result = forget(data, "hanako", "--yes")
    assert f"the log is not encrypted and holds everybody; --logs deletes it: {data / 'log'} (1 files" in result.output
    assert "what stays: events" in result.output
    with History(data / "history", clock_at(), ROOMS) as history:
        keep(history, BREATH, stamps(300), np.ones(300), "bedroom")
    with pytest.raises(UsageError, match="Add --logs"):
        _raise(forget(data, "hanako", "--yes", "--logs-from", "2026-01-01"))
    assert readable(data)["bedroom"] == 300
    later = forget(data, "hanako", "--yes", "--logs", "--logs-from", "2100-01-01")
    assert "log: 0 files deleted" in later.output
    with History(data / "history", clock_at(), ROOMS) as history:
        keep(history, BREATH, stamps(300), np.ones(300), "bedroom")
    gone = forget(data, "hanako", "--yes", "--logs")
    assert "log: 1 files deleted" in gone.output
    assert "not encrypted" not in gone.output
    assert not segment.exists()


def test_half_minutes_before_alarms_go_whoever_is_in_them(data: Path) -> None:
    before = data / "alarm" / "before"
    before.mkdir(parents=True)
    for name in ("suspected_fall.bedroom", "suspected_fall.study"):
        (before / f"{name}.msgpack").write_bytes(b"tracks of people")
    (data / "alarm" / "alarms.json").write_text("[]", encoding="utf-8")
    assert "2 half minutes before alarms deleted" in forget(data, "hanako", "--yes").output
    assert list(before.iterdir()) == []
    assert (data / "alarm" / "alarms.json").exists()


def _raise(result: Result) -> None:
    assert result.exception is not None
    raise result.exception
