"""Answers about days, devices and stays, from records of two days, and over a month that is known."""

from datetime import date, datetime
from pathlib import Path

import pytest

from sumika.evaluate.assistant.answers import Household, open_household
from sumika.evaluate.assistant.questions import Asked, Question
from sumika.facts import Period
from sumika.schema.talk import EVERYBODY, TalkAnswer, TalkRight
from tests.talk_helpers import TalkingHouse, write_records

MORNING = "2026-11-24T09:00"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("talk")
    write_records(folder)
    return folder


@pytest.fixture
def house(records: Path) -> TalkingHouse:
    return TalkingHouse(records)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Household:
    return open_household(tmp_path_factory.mktemp("month") / "alone", "alone")


def asked(month: Household, text: str) -> TalkAnswer:
    return month.ask(Question(text=text, household="alone", asked_at=MORNING, truth=Asked(figure="refuse")))


@pytest.mark.parametrize(
    ("statistic", "language", "text"),
    [
        ("highest", "en", "The most expensive day"),
        ("mean", "en", "electricity cost 360 yen a day on average, over 1 days."),
        ("highest", "ja", "電気代がいちばん高かったのは11月24日（月曜日）で、360円です。"),
    ],
)
def test_days_are_told_apart(house: TalkingHouse, statistic: str, language: str, text: str) -> None:
    answer = house.call("energy", "cost", statistic, language=language)
    assert text in answer.text
    assert answer.sentences[0].rows


def test_which_device_drew_most_is_not_known_where_none_tells_it(house: TalkingHouse) -> None:
    answer = house.call("energy", "used", "highest", device="device", period="yesterday")
    assert answer.text.startswith("I do not know what devices drew")


def test_who_was_at_home_is_not_for_guests(house: TalkingHouse) -> None:
    guest = house.say(
        call=None, text="was anybody home yesterday", may=(TalkRight.HOUSE.value,), sees=(EVERYBODY,), resident=""
    )
    assert guest.refused
    answer = house.call("presence", "anyone", period="yesterday")
    assert answer.text.startswith("I do not know whether anybody was at home then")


def test_the_dearest_day_of_a_month_is_the_dearest(alone: Household) -> None:
    days = {day: money for day, money in alone.truth.cost.items() if day < date(2026, 11, 24)}
    dearest = max(days, key=days.__getitem__)
    answer = asked(alone, "Which day this month was the most expensive for electricity?")
    assert f"{dearest.day} Nov: electricity cost {days[dearest]:,.0f} yen" in answer.text


def test_the_coldest_room_is_told_first(alone: Household) -> None:
    night = Period.night(date(2026, 11, 23), alone.truth.zone)
    lowest = {
        room: alone.truth.tracks[sensor, "air.temperature_c"].during(night.begin_unix_s, _at(alone)).value.min()
        for room, sensor in (
            ("living room", "living_air"),
            ("bedroom", "bedroom_air"),
            ("bathroom", "bathroom_climate"),
        )
    }
    answer = asked(alone, "Which room was the coldest last night?")
    coldest = min(lowest, key=lowest.__getitem__)
    assert answer.sentences[0].text == f"The temperature was lowest in the {coldest}."
    assert f"{lowest[coldest]:.1f} °C" in answer.sentences[1].text


def _at(month: Household) -> float:
    return datetime.fromisoformat(MORNING).replace(tzinfo=month.truth.zone).timestamp()


def test_when_nobody_was_at_home_is_told_as_it_was(alone: Household) -> None:
    answer = asked(alone, "Was mum at home on Wednesday?")
    day = Period.day(date(2026, 11, 18), alone.truth.zone)
    people = sum(
        alone.truth.tracks[room.id, "occupancy_count.count"].during(day.begin_unix_s, day.end_unix_s).value[-1]
        for room in alone.talk.names.house.rooms
    )
    assert people >= 1.0
    (row, *spells) = [one for one in answer.sentences[0].rows if one.source == "stay"]
    assert (row.begin_unix_s, row.end_unix_s) == (day.begin_unix_s, day.end_unix_s)
    for spell in spells:
        middle_s = 0.5 * (spell.begin_unix_s + spell.end_unix_s)
        there = [
            track.value[track.at_s <= middle_s][-1]
            for (_, signal), track in alone.truth.tracks.items()
            if signal == "occupancy_count.count"
        ]
        assert sum(there) == 0.0
    assert spells


def test_a_question_without_a_record_is_declined_in_plain_words(alone: Household) -> None:
    assert asked(alone, "What did mum have for breakfast?").text == "I cannot tell that from the records of this house."
    assert asked(alone, "母は昨日何歩歩きましたか").text == "それは、この家の記録からは分かりません。"


def test_many_running_hours_are_told_in_whole_hours(alone: Household) -> None:
    question = Question(
        text="空気清浄機のフィルターは替えどき？",
        household="alone",
        asked_at="2026-11-30T23:50",
        truth=Asked(figure="refuse"),
    )
    assert "交換の時期です" in alone.ask(question).text
