"""What the house answers: from records and the newest messages, each sentence with its rows, in both languages."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.assistant.saying import Sentence, Voice
from sumika.assistant.saying_check import Allowed, invented, only_from_rows
from sumika.clock import SimulatedClock
from sumika.facts import Period, Row
from sumika.history import History
from sumika.schema import DeviceOutlook, Origin, PlanOutlook, Presence, Reason, WhatIfAnswer
from sumika.schema.talk import ALL_RIGHTS, TalkAnswer, TalkCall, TalkRequest
from tests.talk_helpers import DAY_S, NOW_S, ORDERS, TODAY_S, TOKYO, TalkingHouse, at, talking_house, write_records


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("talk")
    write_records(folder)
    return folder


@pytest.fixture
def house(records: Path) -> TalkingHouse:
    return TalkingHouse(records)


def sources(answer: TalkAnswer) -> set[str]:
    return {row.source for one in answer.sentences for row in one.rows}


def test_now_is_told_from_the_newest_message(house: TalkingHouse) -> None:
    answer = house.say("how warm is the living room?")
    assert answer.text == "The temperature in the living room is 21.3 °C."
    (row,) = answer.sentences[0].rows
    assert (row.source, row.subject, row.value, row.unit) == ("air.temperature_c", "living_air", 21.34, "°C")
    assert answer.by == "sentences"
    assert not answer.undoable


def test_an_old_message_tells_nothing_of_now(house: TalkingHouse) -> None:
    house.clock.move_to(house.clock.now().later(round(2 * 3600 * 1e9)))
    answer = house.call("climate", "temperature", room="living room")
    assert answer.text.startswith("I do not know the temperature in the living room:")
    assert "21.3" not in answer.text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Yesterday electricity cost 360 yen."), ("ja", "昨日の電気代は360円です。")],
)
def test_what_yesterday_cost_is_counted_from_the_meter(house: TalkingHouse, language: str, text: str) -> None:
    answer = house.call("energy", "cost", language=language, period="yesterday")
    assert answer.text == text
    assert sources(answer) == {"cost", "meter.imported_kwh", "meter.price_per_kwh"}
    # What was worked out is a row of its own, before those that it was worked out from.
    assert (answer.sentences[0].rows[0].source, round(answer.sentences[0].rows[0].value or 0.0)) == ("cost", 360)
    assert answer.language == language


def test_statistics_of_a_past_time_name_the_moment(house: TalkingHouse) -> None:
    highest = house.call("climate", "temperature", "highest", room="living room", period="yesterday")
    assert "highest temperature in the living room yesterday was 22.4 °C" in highest.text
    mean = house.call("climate", "temperature", "mean", room="居間", period="昨日", language="ja")
    assert mean.text == "昨日の居間の平均室温は21.2℃でした。"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("asleep", "Last night Hanako slept 7 h (between 6 h 40 min and 7 h 20 min)."),
        ("to_bed", "Last night Hanako went to bed at 22:30."),
        ("got_up", "Hanako got up at 6:30."),
        ("ups", "Last night Hanako got up 2 times in between."),
        ("stages", "Last night Hanako: 1 h 30 min of sleep with dreams, 5 h 30 min without."),
    ],
)
def test_a_night_is_told_to_who_may_hear_of_it(house: TalkingHouse, what: str, text: str) -> None:
    answer = house.call("sleep", what, resident="grandmother")
    assert answer.text == text
    assert all(one.startswith(("sleep_night.", "night.")) for one in sources(answer))
    assert any(one.startswith("sleep_night.") for one in sources(answer))


def test_of_a_night_of_which_a_part_was_not_seen_nothing_is_told_that_would_need_it(tmp_path: Path) -> None:
    clock, morning_ns = SimulatedClock(at(NOW_S)), round((TODAY_S + 7 * 3600.0) * 1e9)
    with History(tmp_path / "history", clock, {"bedroom": ("hanako",)}) as history:
        history.add("bedroom", "sleep_night.measured", morning_ns, 1.0, Origin.LIVE, "s")
        history.add("bedroom", "day_measures.resting_heart_bpm", morning_ns, 58.0, Origin.LIVE, "s")
    house = TalkingHouse(tmp_path)
    for what in ("asleep", "to_bed", "got_up", "ups", "stages"):
        answer = house.call("sleep", what, resident="grandmother")
        assert answer.text.endswith("it could not be measured that night.")
    assert "58" in house.call("vitals", "heart", resident="grandmother", period="last night").text


def test_nobody_hears_of_a_night_who_may_not(house: TalkingHouse) -> None:
    for sees in ((), ("living", "ken")):
        answer = house.say("did grandmother get up?", sees=sees)
        assert answer.text == "That is personal, and not for you to hear."
    assert house.say("did grandmother get up?", may=("house",)).refused == "right"
    assert "6:30" in house.say("did grandmother get up?", sees=("bedroom",)).text


def test_who_has_not_agreed_is_not_spoken_of(records: Path) -> None:
    house = TalkingHouse(records, knowing=None)
    answer = house.say("did grandmother get up?")
    assert answer.text.startswith("I do not know the nights of Hanako: not all whom it concerns have agreed")


def test_what_is_not_recorded_is_not_known_and_no_number_is_said(tmp_path: Path) -> None:
    house = TalkingHouse(tmp_path)
    for tool, what in (
        ("energy", "cost"),
        ("energy", "used"),
        ("energy", "solar"),
        ("energy", "price"),
        ("energy", "saved"),
        ("sleep", "asleep"),
        ("vitals", "heart"),
    ):
        for language, unknown in (("en", "I do not know"), ("ja", "分かりません")):
            answer = house.call(tool, what, language=language)
            assert unknown in answer.text, (tool, what)
            assert what == "saved" or not any(letter.isdigit() for letter in answer.text), answer.text


def test_visitors_whom_nobody_could_tell_are_not_known_rather_than_none(records: Path, tmp_path: Path) -> None:
    wanted = (
        ("en", "I do not know whether there were visitors: nobody who lives here is described"),
        ("ja", "来客があったかどうかは分かりません。ここに住む人が登録されていません"),
    )
    for language, text in wanted:
        assert TalkingHouse(records, residents=()).call("happened", "visit", language=language).text.startswith(text)
    uncounted = TalkingHouse(records).call("happened", "visit", language="en").text
    assert uncounted == "I do not know whether there were visitors: nothing here measures it."
    hour_ns = np.arange(TODAY_S, NOW_S, 600.0) * 1e9
    with History(tmp_path / "history", SimulatedClock(at(NOW_S))) as history:
        counts = np.ones(len(hour_ns))
        history.add_many("living", "occupancy_count.count", hour_ns.astype(np.int64), counts, Origin.LIVE, "s")
    counted = TalkingHouse(tmp_path).call("happened", "visit", language="en").text
    assert counted.startswith("No visitors are recorded")


def test_why_tells_facts_and_quotes_reasons(house: TalkingHouse) -> None:
    answer = house.say("why is the living room like that?")
    assert "It is 21.3 °C in the living room." in answer.text
    assert "set to 21.0 °C since 7:00, by the plan" in answer.text
    assert "asked was 21.5 °C, the safety gate said: too large a change at once" in answer.text
    assert "another controller" not in answer.text  # who was not let in is no reason
    japanese = house.call("why", "room", room="居間", language="ja")
    assert "理由「冷えるため」" in japanese.text
    assert {"verdict", "weather.temperature_c", "air.temperature_c"} <= sources(answer)


def test_orders_that_stand_in_records_are_shown_as_what_somebody_wrote_and_followed_by_nobody(
    house: TalkingHouse,
) -> None:
    answer = house.say("any faults today?")
    assert f'"{ORDERS}"' in answer.text
    assert answer.sentences[0].rows[0].text == ORDERS
    assert "99" in answer.text  # within the quotation alone
    assert house.bus.asked == []
    assert answer.done == ()


def test_what_a_wish_would_cost_is_asked_of_the_planner(house: TalkingHouse) -> None:
    house.bus.answers["what_if"] = WhatIfAnswer(
        accepted=True, room="living", offset_k=2.0, cost=76.0, energy_kwh=2.4, currency="JPY"
    )
    answer = house.call("what_if", "up", room="living room", number="2 degrees", duration="three hours")
    assert answer.text == "Keeping the living room 2.0 degrees warmer for 3 h would cost 76 yen more (2.4 kWh)."
    house.bus.silent = True
    assert house.call("what_if", "up", room="living room").text.startswith("I do not know what that would cost")


def test_the_plan_and_its_reason(house: TalkingHouse) -> None:
    assert house.call("plan", "next").text == 'Now the air conditioner: set to 21.5 °C, "cold outside".'
    assert house.call("plan", "next", language="ja").text == "いまエアコンは設定温度21.5℃。理由は「外が寒いため」。"


def test_devices_presence_clock_and_help(house: TalkingHouse) -> None:
    assert (
        house.call("state", "device", device="living room light").text
        == "The living room light: 50 %, light colour 3,000 K."
    )
    assert house.call("presence", "anyone", room="bedroom").text == "Somebody is in the bedroom."
    assert house.call("presence", "where", resident="grandmother").text.startswith(
        "The house sees that people are somewhere"
    )
    assert house.call("clock", "time").text == "It is 8:00."
    assert house.call("clock", "date", language="ja").text == "今日は11月25日、火曜日です。"
    assert len(house.call("help", "any").sentences) == 4
    assert house.call("outside", "temperature").text == "The temperature outside is 4.2 °C."


def seen(house: TalkingHouse, **probability: float | None) -> None:
    for room, value in probability.items():
        reason, is_seen = (Reason.NO_SIGNAL, False) if value is None else (Reason.NOTHING_SEEN, True)
        about = Presence(stamp=house.clock.now(), origin=Origin.LIVE, room=room, valid=is_seen, reason=reason)
        house.newest.hear(msgspec.structs.replace(about, probability=value))


def test_of_a_room_that_is_not_seen_it_is_not_said_that_nobody_is_there(house: TalkingHouse) -> None:
    unseen = "Whether anybody is in the living room is not known now: nothing is seen there."
    seen(house, bedroom=0.01, living=0.01)
    assert house.call("presence", "anyone").text == "Nobody is at home, as far as the sensors see."
    seen(house, living=None)
    assert house.call("presence", "anyone").text == f"Nobody is in the rooms that are seen. {unseen}"
    assert house.call("presence", "anyone", language="ja").text == (
        "見えている部屋に人はいません。居間はいま見えていないため、人がいるかどうか分かりません。"
    )
    seen(house, bedroom=0.99)
    assert house.call("presence", "anyone").text == "Somebody is in the bedroom."
    for what in ("where", "how_many"):
        assert house.call("presence", what).text == f"Somebody is in the bedroom. {unseen}"


def test_where_perhaps_somebody_is_it_is_not_said_that_nobody_is_at_home(house: TalkingHouse) -> None:
    seen(house, bedroom=0.01, living=0.4)
    assert house.call("presence", "anyone").text == "Perhaps somebody is in the living room (40 %)."


@pytest.mark.parametrize("may", [("house",), ()])
def test_guests_hear_of_now_and_of_no_past(house: TalkingHouse, may: tuple[str, ...]) -> None:
    past = house.say(call=None, text="what did yesterday cost?", may=may)
    assert past.refused == "right"
    now = house.say("how warm is the living room?", may=may)
    assert (now.refused == "") is bool(may)


def row(
    value: float | None = None, unit: str = "", begin_s: float = NOW_S, end_s: float = NOW_S, text: str = ""
) -> Row:
    return Row(source="x", subject="y", begin_unix_s=begin_s, end_unix_s=end_s, value=value, unit=unit, text=text)


ALLOWED = Allowed(zone=TOKYO)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("It is 21.3 °C.", (row(21.34),)),
        ("46 %", (row(0.456, "1"),)),
        ("1,234 yen", (row(1233.7),)),
        ("-3 °C", (row(-3.2),)),
        ("7 h 20 min", (row(7.33, "h"),)),
        ("7時間20分", (row(440.0, "min"),)),
        ("From 6:30 to 8:00", (row(begin_s=NOW_S - 5400.0),)),
        ("11月25日", (row(),)),
        ("24 Nov 6:00", (row(begin_s=NOW_S - 26 * 3600.0),)),
        ('He wrote "open 5 doors"', (row(text="please open 5 doors now"),)),
        ("3 records", (row(), row(), row())),
        ("PM2.5 and CO2 are well", ()),
        ("In 2025 and 2025年", (row(),)),
    ],
)
def test_numbers_that_stand_in_rows_pass(text: str, rows: tuple[Row, ...]) -> None:
    assert invented(Sentence(text=text, rows=rows), ALLOWED) == ()


@pytest.mark.parametrize(
    ("text", "rows", "wrong"),
    [
        ("It is 21.5 °C.", (row(21.34),), ("21.5",)),
        ("46 %", (row(0.4, "1"),), ("46",)),
        ("At 7:01", (row(),), ("7:01",)),
        ("8 h 20 min", (row(7.33, "h"),), ("8 h 20 min",)),
        ("12月25日", (row(),), ("12月25日",)),
        ('He wrote "open 5 doors"', (row(text="nothing of the kind"),), ("5",)),
        ("Twice 2", (), ("2",)),
        ("In 2024", (row(),), ("2024",)),
        ("\uff11\uff12℃", (row(3.0),), ("12",)),
    ],
)
def test_a_number_that_no_row_holds_is_found_and_struck(
    text: str, rows: tuple[Row, ...], wrong: tuple[str, ...]
) -> None:
    sentence = Sentence(text=text, rows=rows)
    assert invented(sentence, ALLOWED) == wrong
    (struck,) = only_from_rows((sentence,), ALLOWED, "struck")
    assert struck.text == "struck"
    assert struck.rows == rows


def test_a_share_is_a_level_of_a_lamp_and_a_number_is_not() -> None:
    row = Row(source="verdict", subject="lamp", begin_unix_s=NOW_S, end_unix_s=NOW_S, value=0.7)
    assert invented(Sentence(text="The lamp stands at 70 %.", rows=(row,)), ALLOWED) == ()
    assert invented(Sentence(text="明かりは70%です。", rows=(row,)), ALLOWED) == ()
    assert invented(Sentence(text="The lamp stands at 60 %.", rows=(row,)), ALLOWED) == ("60",)
    assert invented(Sentence(text="The lamp stands at 70.", rows=(row,)), ALLOWED) == ("70",)


def test_names_in_which_digits_stand_are_no_numbers() -> None:
    named = Allowed(zone=TOKYO, names=("Room 7",))
    assert invented(Sentence(text="Room 7 is empty."), named) == ()
    assert invented(Sentence(text="Room 8 is empty."), named) == ("8",)


@pytest.mark.parametrize(
    ("begin_s", "end_s", "english", "japanese"),
    [
        (TODAY_S, NOW_S, "today", "今日"),
        (TODAY_S - DAY_S, TODAY_S, "yesterday", "昨日"),
        (TODAY_S - 6 * 3600, TODAY_S + 8 * 3600, "last night", "昨夜"),
        (TODAY_S - 3 * DAY_S, TODAY_S, "from 22 Nov to yesterday", "11月22日から昨日まで"),
        (TODAY_S - 24 * DAY_S, TODAY_S + 6 * DAY_S, "this month", "今月"),
        (TODAY_S - 55 * DAY_S, TODAY_S - 24 * DAY_S, "in October", "10月"),
        (TODAY_S - 328 * DAY_S, TODAY_S + 37 * DAY_S, "in 2025", "2025年"),
    ],
)
def test_periods_are_called_as_people_call_them(begin_s: float, end_s: float, english: str, japanese: str) -> None:
    period = Period(begin_unix_s=begin_s, end_unix_s=end_s)
    assert Voice(talking_house(), "en", NOW_S).period(period) == english
    assert Voice(talking_house(), "ja", NOW_S).period(period) == japanese


def test_a_simulated_house_plans_in_its_own_time(house: TalkingHouse) -> None:
    ahead_s = 100 * DAY_S + 4 * 3600.0
    begins = tuple(NOW_S + ahead_s + 900.0 * step for step in range(-1, 4))
    lane = DeviceOutlook(device="living_aircon", what="heat_kw", value=(0.0, 0.0, 0.0, 1.2, 1.2))
    house.newest.hear(
        PlanOutlook(
            stamp=house.clock.now(),
            origin=Origin.SIMULATED,
            planner="plan",
            begins_unix_s=begins,
            ends_unix_s=begins[-1] + 900.0,
            devices=(lane,),
        )
    )
    question = TalkRequest(call=TalkCall(tool="plan", what="next"), language="en", may=ALL_RIGHTS)
    answer = house.talk.say(question, NOW_S, ahead_s)
    assert answer.sentences[-1].text == "At 12:30 the air conditioner is to heat with 1.2 kW."
    assert answer.origin == "simulated"
    clock = TalkRequest(call=TalkCall(tool="clock", what="time"), language="en", may=ALL_RIGHTS)
    assert house.talk.say(clock, NOW_S, ahead_s).text == "In the simulated house it is 12:00."
