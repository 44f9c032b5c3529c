"""What the view says of a room, and what it does not say any more."""

from datetime import UTC

import pytest

from sumika.schema import Message, NodeState, Origin, Reason
from sumika.terminal import HouseView
from tests.terminal_helpers import a_house, at, chest, event, health, heart, presence, respiration


def shown(*taken: Message, seconds: float = 1.0, language: str = "en", width: int = 120, height: int = 30) -> str:
    view = HouseView(a_house(), at(0), UTC)
    for message in taken:
        view.take(message)
    return view.render(at(seconds), width, height, language).plain


def test_a_person_with_distance_and_rate_is_shown_with_their_spreads() -> None:
    picture = shown(presence(0.8), respiration(0.5))
    for words in ("Bedroom", "someone 0.98", "0.70 ± 0.02 m", "breathing seen", "15.2 ± 0.5 /min"):
        assert words in picture


def test_the_same_in_japanese() -> None:
    picture = shown(presence(0.8), respiration(0.5), language="ja")
    for words in ("在室 0.98", "0.70 m ±0.02", "呼吸を検出", "毎分15.2回 ±0.5"):
        assert words in picture


@pytest.mark.parametrize(
    ("probability", "word"), [(0.98, "someone 0.98"), (0.5, "perhaps someone 0.50"), (0.02, "empty 0.02")]
)
def test_a_probability_has_its_word(probability: float, word: str) -> None:
    assert word in shown(presence(0.8, probability))


def test_an_invalid_rate_is_not_shown_even_if_the_message_carries_one() -> None:
    picture = shown(presence(0.8), respiration(0.5, 15.2, valid=False, reason=Reason.MOVING))
    assert "15.2" not in picture
    assert "not measurable: moving" in picture


def test_a_rate_that_is_no_number_is_not_shown() -> None:
    picture = shown(presence(0.8), respiration(0.5, float("nan")))
    assert "nan" not in picture
    assert "/min" not in picture


def test_a_stale_rate_is_shown_as_missing_and_not_frozen() -> None:
    picture = shown(presence(9.9), respiration(0.5), seconds=10)
    assert "15.2" not in picture
    assert "no data for 10 s" in picture


def test_a_silent_radar_makes_the_room_unknown_within_about_two_seconds() -> None:
    assert "someone" in shown(presence(0.0), seconds=1.9)
    picture = shown(presence(0.0), seconds=2.1)
    assert "unknown" in picture
    assert "someone" not in picture
    assert "0.98" not in picture
    assert "0.70" not in picture


def test_unknown_presence_is_never_empty() -> None:
    picture = shown(presence(0.8, None, reason=Reason.NO_SIGNAL))
    assert "unknown · no signal" in picture
    assert "empty" not in picture


def test_an_age_worth_telling_is_told() -> None:
    assert "1.5 s ago" in shown(presence(0.0), seconds=1.5)
    assert "ago" not in shown(presence(0.0), seconds=0.5)


def test_a_stamp_of_another_boot_says_nothing_about_now() -> None:
    picture = shown(presence(0.8, stamp=at(0.8, "another")))
    assert "someone" not in picture
    assert "its clock is not ours" in picture


def test_a_stamp_from_the_future_is_not_believed() -> None:
    assert "someone" not in shown(presence(60.0))


def test_the_heart_candidate_is_no_value() -> None:
    picture = shown(presence(0.8), heart(0.5))
    assert "candidate 69, not published: not verified" in picture
    assert "69.0" not in picture
    assert "/min" not in picture


def test_a_candidate_is_not_shown_while_the_person_moves_or_when_it_is_old() -> None:
    assert "69" not in shown(presence(0.8), heart(0.5, reason=Reason.MOVING))
    assert "69" not in shown(presence(9.8), heart(0.5), seconds=10)


def test_a_published_heart_rate_is_shown() -> None:
    assert "62.0 ± 2.0 /min" in shown(presence(0.8), heart(0.5, valid=True, rate_bpm=62.0, sigma_bpm=2.0))


def test_in_an_empty_room_silence_of_breath_is_no_fault() -> None:
    picture = shown(presence(99.8, 0.01), respiration(0.0, None), seconds=100)
    assert "nobody here" in picture
    assert "no data for 100 s" not in picture


def test_messages_about_no_room_of_ours_are_not_shown() -> None:
    picture = shown(presence(0.8, room="elsewhere"), respiration(0.8, room="elsewhere"))
    assert "0.98" not in picture
    assert "15.2" not in picture


def test_the_loop_of_the_recording_is_named() -> None:
    assert "sitting#3" in shown(presence(0.8, session="sitting#3", origin=Origin.RECORDED))


def test_a_recording_is_told_before_its_first_frame() -> None:
    view = HouseView(a_house(["Bedroom", "Study"], Origin.RECORDED), at(0), UTC)
    assert "RECORDING - these are not your rooms: Bedroom, Study" in view.render(at(0), 80, 24, "en").plain


def test_each_origin_has_its_banner_the_worst_first() -> None:
    view = HouseView(a_house(["Bedroom", "Study"], Origin.RECORDED), at(0), UTC)
    view.take(presence(0.5, origin=Origin.SIMULATED))
    lines = view.render(at(1), 80, 24, "en").plain.split("\n")
    assert lines[1].strip() == "SIMULATED - nobody is being measured: Bedroom"
    assert lines[2].strip() == "RECORDING - these are not your rooms: Study"


def test_a_live_house_has_no_banner() -> None:
    assert "RECORDING" not in shown(presence(0.8))
    assert "SIMULATED" not in shown(presence(0.8))


def test_the_breath_is_drawn_and_goes_away_with_the_data() -> None:
    breath = [chest(index / 10, 2.0 * (index % 40 - 20) / 20) for index in range(200)]
    assert any("\u2801" <= character <= "\u28ff" for character in shown(*breath, seconds=20))
    assert "chest ±2 mm, 25 s" in shown(*breath, seconds=20)
    assert not any("\u2801" <= character <= "\u28ff" for character in shown(*breath, seconds=60))


def test_nodes_are_counted_and_those_in_trouble_come_first() -> None:
    picture = shown(
        health(0.5, "log"),
        health(0.5, "presence"),
        health(0.5, "heart", NodeState.BACKING_OFF, restarts=2),
    )
    assert "2 of 3 running · 6 % of a core · 120 MB" in picture
    rows = [line for line in picture.split("\n") if "heart" in line and "×2" in line]
    assert rows
    assert rows[0].index("heart") < rows[0].index("log")
    assert "restarting soon" in rows[0]


def test_a_node_that_nobody_reports_on_any_more_is_unknown() -> None:
    picture = shown(health(0.0, "presence"), seconds=10)
    assert "unknown" in picture
    assert "2%" not in picture


def test_the_newest_event_stands_on_top() -> None:
    picture = shown(event(0.0, detail="killed by signal 9"), event(0.5, recovered=True))
    lines = picture.split("\n")
    newest = next(index for index, line in enumerate(lines) if "presence runs again" in line)
    assert "12:00:00 ▲ presence ended unexpectedly" in lines[newest + 1]
    assert "(killed by signal 9)" in lines[newest + 1]


def test_rooms_stand_side_by_side_where_there_is_space() -> None:
    view = HouseView(a_house(["Bedroom", "Study", "Living"]), at(0), UTC)
    assert any("Bedroom" in line and "Study" in line for line in view.render(at(1), 200, 24, "en").plain.split("\n"))
    assert not any("Bedroom" in line and "Study" in line for line in view.render(at(1), 80, 24, "en").plain.split("\n"))


def test_many_rooms_take_one_line_each_and_what_does_not_fit_is_counted() -> None:
    view = HouseView(a_house([f"Room {index}" for index in range(30)]), at(0), UTC)
    view.take(presence(0.8))
    picture = view.render(at(1), 80, 24, "en").plain
    assert "someone 0.98" in picture
    assert "and 9 more" in picture


def test_what_the_terminal_cannot_show_is_written_in_ascii() -> None:
    view = HouseView(a_house(["寝室"]), at(0), UTC)
    view.take(presence(0.8))
    view.take(respiration(0.8))
    picture = view.render(at(1), 80, 24, "ja", ascii_only=True).plain
    assert picture.isascii()
    assert "15.2 +- 0.5 /min" in picture


def test_an_invalid_displacement_is_not_drawn_even_if_the_message_carries_one() -> None:
    breath = [chest(index / 10, 2.0 * (index % 40 - 20) / 20, valid=False) for index in range(200)]
    assert not any("\u2801" <= character <= "\u28ff" for character in shown(*breath, seconds=20))


def test_what_is_cut_ends_in_an_ellipsis_also_where_characters_are_wide() -> None:
    view = HouseView(a_house(["とても長い名前の部屋"] * 12), at(0), UTC)
    line = view.render(at(1), 80, 24, "ja").plain.split("\n")[1]
    assert line.startswith("とても長い名")
    assert "…" in line


def test_the_cause_of_an_event_is_not_hidden_behind_a_long_path() -> None:
    detail = "/home/somebody/a/very/long/place/for/recordings/demo.bin: too short by 12 bytes"
    picture = shown(event(0.0, detail=detail), width=110, height=24)
    assert "demo.bin: too short by 12 bytes" in picture
    assert "recordings/demo.bin" not in picture
