"""The held-out phrasings are many, different and valid, and cover every tool; whoever scores by them is strict."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

import sumika
from sumika.assistant.calls import TAUGHT, Call, CallError, checked
from sumika.evaluate.assistant.phrasings import LANGUAGES, Phrasing, held_house, held_phrasings, names_of_house
from sumika.evaluate.assistant.same_meaning import Reached, same_meaning, value_said
from sumika.evaluate.assistant.sampled_english import sampled_phrasings, template_count
from sumika.evaluate.assistant.score_sentences import Outcome, outcome_of, score_sentences
from sumika.schema.devices import DEVICE_KINDS

SIZES = {"ja": (450, 60), "en": (200, 40)}
KIND_WORDS = {
    "ja": {
        "room_air_conditioner": "エアコン",
        "floor_heating": "床暖",
        "exhaust_fan": "換気扇",
        "humidifier": "加湿器",
        "dehumidifier": "除湿機",
        "air_purifier": "空気清浄機",
        "blind": "ブラインド",
        "light": "電気",
        "tv": "テレビ",
    },
    "en": {
        "room_air_conditioner": "AC",
        "floor_heating": "underfloor heating",
        "exhaust_fan": "fan",
        "humidifier": "humidifier",
        "dehumidifier": "dehumidifier",
        "air_purifier": "air purifier",
        "blind": "blind",
        "light": "light",
        "tv": "telly",
        "pv": "the roof",
    },
}


class Heard(msgspec.Struct, frozen=True):
    """What a stand-in for the assistant understood."""

    calls: tuple[Call, ...] = ()
    ask_back: str = ""


def everything(language: str) -> tuple[Phrasing, ...]:
    return (*held_phrasings(language), *(sampled_phrasings() if language == "en" else ()))


def bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_as_many_as_promised(language: str) -> None:
    phrasings = held_phrasings(language)
    not_to_do = [one for one in phrasings if one.call == "none"]
    meant, nothing = SIZES[language]
    assert len(phrasings) - len(not_to_do) >= meant
    assert len(not_to_do) >= nothing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_are_alike(language: str) -> None:
    texts = [bare(one.text) for one in held_phrasings(language)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_call_is_in_the_table_and_copied_from_its_sentence(language: str) -> None:
    for phrasing in everything(language):
        for call in phrasing.calls:
            checked(call, phrasing.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tool_and_each_of_its_words_is_asked_for(language: str) -> None:
    asked = {(call.tool, call.what) for one in everything(language) for call in one.calls[:1]}
    assert {tool for tool, _ in asked} == set(TAUGHT)
    assert {(name, what) for name, tool in TAUGHT.items() for what in tool.what} <= asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_span_is_said(language: str) -> None:
    said = {(call.tool, span) for one in everything(language) for call in one.calls for span in call.spans}
    spans = {span for _, span in said}
    assert spans == {span for tool in TAUGHT.values() for span in tool.spans}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_device_is_spoken_of(language: str) -> None:
    house = held_house(language)
    texts = "\n".join(one.text for one in held_phrasings(language)).casefold()
    names = dict(names_of_house(house))
    spoken = {
        device.kind
        for device in house.devices
        for name, of in names.items()
        if of == device.id and name.casefold() in texts
    }
    spoken |= {kind for kind, word in KIND_WORDS[language].items() if word.casefold() in texts}
    assert {device.kind for device in house.devices} == set(DEVICE_KINDS)
    assert spoken == set(DEVICE_KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_meant_is_in_the_house_where_it_is_said(language: str) -> None:
    house = held_house(language)
    rooms = {room.id for room in house.rooms}
    known = rooms | {device.id for device in house.devices} | {one.id for one in house.residents}
    for phrasing in everything(language):
        assert phrasing.room in rooms | {""}, phrasing.text
        assert {*phrasing.means, *phrasing.may} <= known, phrasing.text
        assert not phrasing.means or phrasing.calls, phrasing.text


def test_people_of_many_kinds_speak() -> None:
    styles = {one.style for one in held_phrasings("ja")}
    assert {"polite", "plain", "curt", "half", "elderly", "child", "kansai", "tohoku", "kyushu", "nagoya"} <= styles
    assert {"british", "american", "indian", "elderly", "child"} <= {one.style for one in held_phrasings("en")}


def test_templates_of_home_assistant_are_drawn_from_alike() -> None:
    first, again, other = sampled_phrasings(), sampled_phrasings.__wrapped__(), sampled_phrasings(seed=1)
    assert first == again != other
    assert sum(bool(one.calls) for one in first) == 400
    assert len({one.text.casefold() for one in first}) == len(first)
    assert template_count() >= 150
    assert {one.call.tool for one in first if isinstance(one.call, Call)} >= {
        "power",
        "level",
        "cover",
        "colour",
        "state",
    }


def test_what_is_meant_is_right_and_what_is_not_is_told_apart() -> None:
    lamp = Phrasing(
        text="寝室の電気消して",
        style="plain",
        call=Call(tool="power", what="off", spans={"room": "寝室", "device": "電気"}),
    )
    right = Call(tool="power", what="off", spans={"device": "寝室の電気"})
    assert outcome_of(lamp, (right,), False) is Outcome.RIGHT
    assert outcome_of(lamp, (), True) is Outcome.ASKED
    assert outcome_of(lamp, (), False) is Outcome.MISSED
    assert (
        outcome_of(lamp, (Call(tool="state", what="device", spans={"device": "電気"}),), False) is Outcome.WRONG_ANSWER
    )
    for wrong in (
        Call(tool="power", what="on", spans=right.spans),
        Call(tool="power", what="off", spans={"device": "電気"}),
        Call(tool="power", what="off", spans={"device": "寝室の電気", "delay": "寝"}),
    ):
        assert outcome_of(lamp, (wrong,), False) is Outcome.WRONG_ACTION
    assert outcome_of(lamp, (right, right), False) is Outcome.WRONG_ACTION


def test_whatever_is_done_where_nothing_was_meant_is_wrong() -> None:
    hearsay = Phrasing(text="電気は消さないで", style="plain", call="none")
    call = Call(tool="power", what="off", spans={"device": "電気"})
    assert outcome_of(hearsay, (call,), False) is Outcome.WRONG_ACTION
    assert outcome_of(hearsay, (Call(tool="clock", what="time"),), False) is Outcome.WRONG_ANSWER
    assert outcome_of(hearsay, (), False) is outcome_of(hearsay, (), True) is Outcome.RIGHT
    vague = msgspec.structs.replace(hearsay, call="ask")
    assert outcome_of(vague, (), False) is Outcome.MISSED
    assert outcome_of(vague, (), True) is Outcome.RIGHT
    assert outcome_of(vague, (call,), False) is Outcome.WRONG_ACTION


def test_the_device_that_is_reached_counts_where_words_can_be_resolved() -> None:
    call = Call(tool="power", what="off", spans={"device": "電気"})
    said = Phrasing(
        text="電気消して", style="plain", room="study", call=call, means=("study_light",), may=("desk_lamp",)
    )

    def reaching(*devices: str) -> Any:
        return lambda _call, _room: Reached(devices=frozenset(devices))

    assert same_meaning(said, call, reaching("study_light"))
    assert same_meaning(said, call, reaching("study_light", "desk_lamp"))
    assert outcome_of(said, (call,), False, reaching("desk_lamp")) is Outcome.WRONG_ACTION
    assert outcome_of(said, (call,), False, reaching("study_light", "bedroom_light")) is Outcome.WRONG_ACTION
    assert outcome_of(said, (call,), False, lambda _call, _room: None) is Outcome.ASKED


@pytest.mark.parametrize(
    ("span", "one", "other"),
    [
        ("number", "二十三度", "\uff12\uff13"),
        ("number", "20度半", "20.5度"),
        ("number", "forty-five percent", "45%"),
        ("number", "21 and a half", "21.5"),
        ("duration", "三十分", "30分"),
        ("delay", "10分後", "\uff11\uff10分"),
        ("time", "7時までに", "七時"),
    ],
)
def test_one_number_is_one_number(span: str, one: str, other: str) -> None:
    assert value_said(span, one) == value_said(span, other)
    assert value_said(span, one) != value_said(span, one + "5")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_understands_everything_scores_full_and_who_nothing_is_never_wrong(language: str) -> None:
    phrasings = everything(language)
    answers = {one.text: Heard(one.calls[:1], "what?" if one.call == "ask" else "") for one in phrasings}
    full = score_sentences(phrasings, lambda text, _language, _room: answers[text], language)
    assert full.right.value == full.right.low == 1.0
    assert set(full.by_tool().values()) == set(full.by_style().values()) == {1.0}
    nothing = score_sentences(phrasings, lambda *_: Heard(), language)
    assert nothing.wrong_actions.value == 0.0
    assert nothing.right.value < 0.2
    hasty = Heard((Call(tool="power", what="off", spans={"device": "電気"}),))
    assert score_sentences(phrasings, lambda *_: hasty, language).wrong_actions.low > 0.9


def test_nothing_that_makes_or_learns_sentences_can_read_what_is_held_out() -> None:
    """Only what measures knows the files; and what the student learns from knows no template of Home Assistant."""
    source = Path(sumika.__file__).parent
    names = re.compile(
        r"held_(phrasings|questions|house)|evaluate\.assistant|evaluate import assistant|sampled_english"
    )
    files = [path for path in source.rglob("*") if path.suffix in (".py", ".yaml", ".json", ".toml")]
    readers = {path.relative_to(source).parts[0] for path in files if names.search(path.read_text(encoding="utf-8"))}
    assert readers <= {"evaluate", "cli"}
    learns = [path.read_text(encoding="utf-8") for path in (source / "training").rglob("*.py")]
    assert not any("home_assistant_intents" in text or "home-assistant-intents" in text for text in learns)


def test_a_piece_that_was_not_said_is_no_call() -> None:
    with pytest.raises(CallError):
        checked(Call(tool="power", what="on", spans={"device": "明かり"}), "電気つけて")
