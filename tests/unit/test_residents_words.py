"""What residents say reaches who it concerns: the mode, a hand on a device, a vote, a wish for warmth."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from sumika.clock import Instant
from sumika.runtime.mode_desk import MODE_FILE, ModeDesk
from sumika.runtime.word_desk import COMFORT_FILE, WordDesk
from sumika.schema import (
    ComfortWish,
    Mode,
    ModeReport,
    ResidentWish,
    SetComfortWishRequest,
    SetModeRequest,
    Vote,
    VoteRequest,
    WishDeviceRequest,
)
from sumika.schema.house import Control, House
from sumika.units import seconds_to_ns
from tests.plan_helpers import STAMP, small_house


def house(mode: Any = "drive") -> House:
    return small_house(Control(mode=mode))


def later(seconds: float) -> Instant:
    return STAMP.later(seconds_to_ns(seconds))


def test_a_mode_is_chosen_told_and_outlives_a_restart(tmp_path: Path) -> None:
    desk = ModeDesk(house("shadow"), tmp_path)
    assert desk.mode is Mode.SHADOW
    first = desk.report(STAMP)
    assert isinstance(first, ModeReport)
    assert desk.report(later(4.9)) is None
    answer = desk.change(SetModeRequest(mode="drive", resident="aoi"), later(4.9))
    assert (answer.accepted, answer.mode) == (True, "drive")
    told = desk.report(later(4.9))
    assert told is not None
    assert (told.mode, told.changed_by) == ("drive", "aoi")
    assert desk.report(later(10.0)) is not None
    assert (tmp_path / MODE_FILE).stat().st_mode & 0o777 == 0o600
    assert ModeDesk(house("shadow"), tmp_path).mode is Mode.DRIVE


def test_who_describes_the_house_anew_has_the_last_word_on_its_mode(tmp_path: Path) -> None:
    ModeDesk(house("shadow"), tmp_path).change(SetModeRequest(mode="drive"), STAMP)
    assert ModeDesk(house("suggest"), tmp_path).mode is Mode.SUGGEST


@pytest.mark.parametrize("mode", ["", "DRIVE", "autopilot", "x" * 10_000])
def test_a_mode_that_is_none_changes_nothing_and_is_told_in_both_languages(tmp_path: Path, mode: str) -> None:
    desk = ModeDesk(house("suggest"), tmp_path)
    answer = desk.change(SetModeRequest(mode=mode), STAMP)
    assert (answer.accepted, answer.mode, desk.mode) == (False, "suggest", Mode.SUGGEST)
    assert "off, shadow, suggest, drive" in answer.problem
    assert "モード" in answer.problem_ja
    assert len(answer.problem) < 200
    assert not (tmp_path / MODE_FILE).exists()


@pytest.mark.parametrize("damaged", [b"", b"\xff\xfe", b'{"mode": "drive"}', b'{"mode":"fly","described":"drive"}'])
def test_a_choice_that_cannot_be_read_is_no_leave_to_drive(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / MODE_FILE).write_bytes(damaged)
    desk = ModeDesk(house("drive"), tmp_path)
    assert desk.mode is Mode.SHADOW
    assert MODE_FILE in desk.problem
    assert ModeDesk(house("off"), tmp_path).mode is Mode.OFF
    assert desk.change(SetModeRequest(mode="drive"), STAMP).accepted
    assert desk.problem == ""


def test_a_disk_that_is_gone_does_not_stop_a_resident(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="ascii")
    desk = ModeDesk(house("drive"), tmp_path / "file")
    desk.problem = ""
    assert desk.change(SetModeRequest(mode="off"), STAMP).accepted
    assert desk.mode is Mode.OFF
    assert "cannot be written" in desk.problem


def test_a_hand_on_a_device_goes_to_the_gate(tmp_path: Path) -> None:
    desk = WordDesk(house(), tmp_path)
    asked = WishDeviceRequest(device="fan", action="level", value=2.0, resident="ren", why="cooking")
    answer, said = desk.wish(asked, STAMP)
    assert answer.accepted
    assert isinstance(said[0], ResidentWish)
    assert (said[0].device, said[0].value, said[0].resident, said[0].why) == ("fan", 2.0, "ren", "cooking")


@pytest.mark.parametrize(
    ("device", "action", "value", "names"),
    [
        ("stove", "on", 1.0, "battery"),
        ("fan", "speed", 1.0, "level"),
        ("fan", "level", float("nan"), "number"),
        ("fan", "level", float("inf"), "number"),
        ("x" * 1000, "level", 1.0, "fan"),
    ],
)
def test_a_hand_on_what_is_not_there_is_refused(
    tmp_path: Path, device: str, action: str, value: float, names: str
) -> None:
    answer, said = WordDesk(house(), tmp_path).wish(WishDeviceRequest(device=device, action=action, value=value), STAMP)
    assert (answer.accepted, said) == (False, ())
    assert names in answer.problem
    assert answer.problem_ja
    assert len(answer.problem) < 300


@pytest.mark.parametrize(("room", "sensation"), [("attic", 1.0), ("living", 3.1), ("living", float("nan"))])
def test_a_vote_is_taken_where_it_makes_sense(tmp_path: Path, room: str, sensation: float) -> None:
    desk = WordDesk(house(), tmp_path)
    answer, said = desk.vote(VoteRequest(room="living", sensation=-2.0, resident="aoi"), STAMP)
    assert answer.accepted
    assert isinstance(said[0], Vote)
    assert (said[0].sensation, said[0].resident) == (-2.0, "aoi")
    answer, said = desk.vote(VoteRequest(room=room, sensation=sensation), STAMP)
    assert (answer.accepted, said) == (False, ())


def the_wish(said: Any) -> ComfortWish:
    (wish,) = said
    assert isinstance(wish, ComfortWish)
    return wish


def test_a_wish_for_warmth_is_said_again_outlives_a_restart_and_runs_out(tmp_path: Path) -> None:
    desk = WordDesk(house(), tmp_path)
    assert desk.again(STAMP) == ()
    answer, said = desk.comfort(SetComfortWishRequest(room="living", offset_k=1.5, hours=2.0), STAMP)
    assert (answer.accepted, answer.room, answer.offset_k) == (True, "living", 1.5)
    assert (the_wish(said).age_s, the_wish(said).left_s) == (0.0, 7200.0)
    assert desk.again(later(59.0)) == ()
    after = WordDesk(house(), tmp_path)
    wish = the_wish(after.again(later(600.0)))
    assert (wish.offset_k, wish.age_s, wish.left_s) == (1.5, 600.0, 6600.0)
    ended = the_wish(after.again(later(7200.0)))
    assert (ended.offset_k, ended.temperature_c) == (0.0, None)
    assert WordDesk(house(), tmp_path).again(later(7300.0)) == ()


def test_a_wish_is_taken_back(tmp_path: Path) -> None:
    desk = WordDesk(house(), tmp_path)
    desk.comfort(SetComfortWishRequest(room="living", temperature_c=22.0), STAMP)
    assert the_wish(desk.again(STAMP)).left_s is None
    answer, said = desk.comfort(SetComfortWishRequest(room="living"), STAMP)
    assert (answer.accepted, answer.temperature_c) == (True, None)
    assert the_wish(said).temperature_c is None
    assert desk.again(later(100.0)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"room": "attic", "offset_k": 1.0},
        {"offset_k": 5.1},
        {"offset_k": float("nan")},
        {"temperature_c": 9.9},
        {"temperature_c": float("inf")},
        {"offset_k": 1.0, "hours": 0.0},
        {"offset_k": 1.0, "hours": float("nan")},
        {"offset_k": 1.0, "hours": 9000.0},
    ],
)
def test_a_wish_that_cannot_be_is_refused_and_the_last_one_stays(tmp_path: Path, wrong: dict[str, Any]) -> None:
    desk = WordDesk(house(), tmp_path)
    desk.comfort(SetComfortWishRequest(room="living", offset_k=1.0), STAMP)
    answer, said = desk.comfort(msgspec.structs.replace(SetComfortWishRequest(room="living"), **wrong), STAMP)
    assert (answer.accepted, said) == (False, ())
    assert answer.problem
    assert answer.problem_ja
    assert the_wish(desk.again(STAMP)).offset_k == 1.0


def test_damaged_wishes_are_forgotten_and_said_to_be(tmp_path: Path) -> None:
    (tmp_path / COMFORT_FILE).write_bytes(b"[1]")
    desk = WordDesk(house(), tmp_path)
    assert COMFORT_FILE in desk.problem
    assert desk.again(STAMP) == ()
