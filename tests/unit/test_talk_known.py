"""What students tell of people now, asked for by word: by agreement alone, with its rows, or with why it is not."""

from pathlib import Path
from typing import Any

import pytest

from sumika.assistant.talk_ear import FRESH_S
from sumika.schema import (
    Activity,
    ActivityKind,
    Exercise,
    Gesture,
    Message,
    Origin,
    PersonComfort,
    Reason,
    Sleep,
    SleepKind,
    SleepStages,
    Strain,
    ThermalComfort,
)
from sumika.schema.talk import TalkCall
from tests.talk_helpers import TalkingHouse


@pytest.fixture
def house(tmp_path: Path) -> TalkingHouse:
    return TalkingHouse(tmp_path)


def hear(house: TalkingHouse, *kinds: tuple[type[Message], dict[str, Any]]) -> None:
    for kind, fields in kinds:
        about: dict[str, Any] = {"stamp": house.clock.now(), "origin": Origin.LIVE, "valid": True}
        about |= {"reason": Reason.MEASURED, "source": "house", "track": 4, "room": "living"}
        told = {**about, **fields}
        if "track" not in kind.__struct_fields__:
            told = {name: value for name, value in told.items() if name not in ("source", "track")}
        house.newest.hear(kind(**told))


DOES = (Activity, {"kind": ActivityKind.EXERCISING, "probability": 0.81, "student": "posture-tiny"})
JUMPS = (Exercise, {"movement": "jump", "probability": 0.93, "student": "har-tiny"})
ARM = (Exercise, {"movement": "left arm", "probability": 0.6, "student": "movement-tiny"})


def test_what_somebody_does_is_told_with_the_movement_that_is_most_like_it(house: TalkingHouse) -> None:
    hear(house, DOES, JUMPS, ARM, (Activity, {"track": 5, "valid": False, "reason": Reason.TOO_WEAK}))
    answer = house.call("known", "doing", room="living room")
    assert answer.text == (
        "Somebody in the living room exercises (81 % sure). "
        "Of the movements that it knows, jumping is most like it (93 % sure). "
        "What is done in the living room cannot be told now: signal too weak."
    )
    rows = [row for one in answer.sentences for row in one.rows]
    assert [(row.source, row.value) for row in rows[:2]] == [
        ("activity.probability", 0.81),
        ("exercise.probability", 0.93),
    ]
    japanese = house.call("known", "doing", room="居間", language="ja")
    assert "運動しています（確かさ81%）" in japanese.text
    assert "「ジャンプ」に最も近いです（確かさ93%）" in japanese.text


def test_a_gesture_is_told_for_a_while(house: TalkingHouse) -> None:
    hear(house, DOES, (Gesture, {"gesture": "circle", "probability": 0.9, "student": "gesture-tiny"}))
    assert "A gesture was seen in the living room at 8:00: a circle (90 % sure)." in house.call("known", "gesture").text


def test_who_it_is_that_does_something_no_radar_tells(house: TalkingHouse) -> None:
    hear(house, DOES)
    text = house.call("known", "doing", resident="Ken").text
    assert text.startswith("The house sees that people are somewhere, and not whether it is Ken.")


def test_where_nobody_is_followed_that_is_said_and_where_nothing_is_heard_that(house: TalkingHouse) -> None:
    assert house.call("known", "doing").text == "I do not know what people do here: no sensor tells it now."
    hear(house, (Activity, {"track": 0, "room": "", "valid": False, "reason": Reason.NO_PERSON}))
    assert house.call("known", "doing", room="living room").text == "Nobody is followed in the living room now."


def test_what_is_old_is_told_no_more_and_takes_no_room(house: TalkingHouse) -> None:
    before = len(house.newest)
    for track in range(300):
        hear(house, (Activity, {"track": track, "kind": ActivityKind.SITTING, "probability": 0.9}))
        house.clock.move_to(house.clock.now().later(round(FRESH_S[Activity] * 0.2e9)))
    assert 1 <= len(house.newest.all(Activity)) <= 6
    assert len(house.newest) - before <= 7


def test_comfort_strain_and_sleep_are_told_or_why_not(house: TalkingHouse) -> None:
    ken = PersonComfort(resident="ken", too_cold=0.62, too_warm=0.01, sigma=0.1)
    hear(house, (ThermalComfort, {"people": (ken,)}))
    hear(house, (Strain, {"probability": 0.2, "sigma": 0.1}))
    hear(house, (SleepStages, {"room": "bedroom", "wake": 0.1, "rem": 0.3, "non_rem": 0.6}))
    assert house.call("known", "comfort").text == (
        "In the living room, Ken would find it too cold with 62 % and too warm with 1 %."
    )
    assert house.call("known", "strain").text == (
        "Heart and breath at rest in the living room are as usual there (80 % sure)."
    )
    assert house.call("known", "stage").text == "In the bedroom: awake 10 %, dreaming 30 %, other sleep 60 %."
    hear(house, (Strain, {"valid": False, "reason": Reason.WARMING_UP}))
    assert "cannot be told: " in house.call("known", "strain").text
    hear(house, (ThermalComfort, {"valid": False, "reason": Reason.NO_SIGNAL}))
    assert "cannot be told: " in house.call("known", "comfort").text
    hear(house, (SleepStages, {"room": "bedroom", "valid": False, "reason": Reason.NO_SIGNAL}))
    assert "cannot be told: " in house.call("known", "stage").text


def test_of_an_empty_bed_no_stage_is_told(house: TalkingHouse) -> None:
    hear(house, (Sleep, {"room": "bedroom", "kind": SleepKind.AWAY}))
    assert house.call("known", "stage").text == "Nobody is seen in bed now."


@pytest.mark.parametrize("what", ["gesture", "comfort", "strain", "stage"])
def test_what_is_not_worked_out_says_so(house: TalkingHouse, what: str) -> None:
    assert house.call("known", what).text.endswith("the house does not work it out, or has not yet.")


def test_who_may_not_know_of_bodies_hears_nothing_of_them(house: TalkingHouse) -> None:
    hear(house, DOES)
    call = TalkCall(tool="known", what="doing")
    assert "exercises" not in house.say(call=call, may=("house",)).text
    assert "exercises" not in house.say(call=call, sees=()).text
    assert "exercises" in house.say(call=call, sees=("living",)).text
