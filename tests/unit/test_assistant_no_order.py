"""What sounds like an order and is none: denied, asked, told, for some time that is not said; and what is beside it."""

import pytest

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.names import Names
from sumika.assistant.student import find_sentence_student
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_guard import may_be_no_order
from sumika.schema.house import Device
from tests.talk_helpers import talking_house


@pytest.fixture(scope="module")
def understander() -> Understander:
    """Sentences, frames and the student that ships."""
    house = talking_house()
    more = (
        Device(id="dishwasher", room="living", kind="appliance"),
        Device(id="window", room="bedroom", kind="window_opener"),
        Device(id="floor", room="living", kind="floor_heating"),
    )
    house = talking_house(devices=(*house.devices, *more))
    return Understander(Names(house), find_sentence_student())


def done(understander: Understander, sentence: str) -> list[str]:
    """Return what is done at once for a sentence: tool, word and pieces."""
    heard = understander.understand(sentence, "", "living")
    acts = [call for call in heard.calls if TOOLS[call.tool].acts and not heard.ask_back]
    return [" ".join((f"{one.tool}.{one.what}", *(f"{k}={v}" for k, v in sorted(one.spans.items())))) for one in acts]


@pytest.mark.parametrize(
    "sentence",
    [
        "don't stop the washing machine",
        "you should not stop the washing machine",
        "I started the washing machine",
        "start the washing machine once I leave",
        "start the washing machine when the sun shines",
        "did you start the washing machine",
        "start the dishwasher after the film",
        "洗濯機を止めないで",
        "食洗機、寝る前に回して",
        "食洗機を寝たら回して",
        "洗濯機、後で回して",
        "don't ask me first",
        "never drive on your own",
        "聞かないで",
        "確認しなくていいよ",
    ],
)
def test_a_machine_and_how_far_the_house_may_go_are_left_alone(understander: Understander, sentence: str) -> None:
    assert not done(understander, sentence)


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("start the dishwasher at 10 pm", "machine.start device=dishwasher time=10 pm"),
        ("夜10時に食洗機を動かして", "machine.start device=食洗機 time=夜10時"),
        ("洗濯機を夜の10時に回して", "machine.start device=洗濯機 time=夜の10時"),
        ("洗濯機を7時までに終わらせて", "machine.loaded device=洗濯機 time=7時"),
        ("stop the washing machine in an hour", "machine.stop delay=in an hour device=washing machine"),
        ("start the washing machine if it is cheap", "machine.loaded device=washing machine"),
        ("出かけるから洗濯機回しといて", "machine.start device=洗濯機"),
        ("could you start the dishwasher please", "machine.start device=dishwasher"),
        ("if you don't mind cancel the washing machine", "machine.stop device=washing machine"),
        ("don't let the washing machine keep running", "machine.stop device=washing machine"),
        ("ask me before you do anything", "house_mode.suggest"),
        ("don't do anything without asking", "house_mode.suggest"),
        ("just watch, don't touch anything", "house_mode.shadow"),
        ("もう聞かなくていいから全部やって", "house_mode.drive"),
        ("勝手に動かさないで、聞いてからにして", "house_mode.suggest"),
    ],
)
def test_what_is_meant_for_a_machine_or_the_house_is_done(
    understander: Understander, sentence: str, meant: str
) -> None:
    assert done(understander, sentence) == [meant]


@pytest.mark.parametrize(
    ("what", "sentence", "no_order"),
    [
        ("suggest", "you need not check with me", True),
        ("suggest", "never act without asking me", False),
        ("suggest", "聞かずに動かさないで", False),
        ("drive", "if it gets cold, take over", True),
        ("drive", "if you don't mind take over", False),
        ("drive", "家に任せたくない", True),
        ("shadow", "are you only watching", True),
    ],
)
def test_the_guard_of_how_far_the_house_may_go(what: str, sentence: str, *, no_order: bool) -> None:
    assert may_be_no_order(sentence, Call(tool="house_mode", what=what)) is no_order


@pytest.mark.parametrize(
    ("sentence", "no_order"),
    [
        ("the dishwasher is full, run it whenever power is cheapest", False),
        ("once the dishwasher is full, run it", True),
        ("食洗機に食器入れといたよ", False),
        ("食洗機に食器入れたらしい", True),
    ],
)
def test_the_guard_of_what_is_loaded(sentence: str, *, no_order: bool) -> None:
    assert may_be_no_order(sentence, Call(tool="machine", what="loaded")) is no_order


@pytest.mark.parametrize(
    "sentence",
    [
        "is the dishwasher loaded",
        "has the dishwasher been loaded",
        "have you loaded the dishwasher",
        "the dishwasher is loaded?",
        "the dishwasher isn't full",
        "the washing machine is not loaded yet",
        "I haven't loaded the dishwasher",
        "洗濯機は準備できてる？",
        "食洗機に食器入れた？",
        "食洗機にまだ食器入れてない",
        "洗濯物入れてないから待って",
        "お任せモード？",
        "お任せモードか",
        "見てるだけ？",
        "提案だけ？",
        "drive mode?",
        "do you drive the house yourself",
    ],
)
def test_a_question_loads_no_machine_and_hands_no_house_over(understander: Understander, sentence: str) -> None:
    assert not done(understander, sentence)


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("the dishwasher is loaded", "machine.loaded device=dishwasher"),
        (
            "the dishwasher is loaded, have it done by half past six",
            "machine.loaded device=dishwasher time=half past six",
        ),
        ("can you run the dishwasher when power is cheap?", "machine.loaded device=dishwasher"),
        ("食洗機に食器入れといたよ、お願いできる？", "machine.loaded device=食洗機"),
        ("洗濯機を7時までに終わらせて？", "machine.loaded device=洗濯機 time=7時"),
        ("お任せモードにしてくれる？", "house_mode.drive"),
        ("could you take over?", "house_mode.drive"),
    ],
)
def test_a_request_that_ends_as_a_question_is_one(understander: Understander, sentence: str, meant: str) -> None:
    assert done(understander, sentence) == [meant]


@pytest.mark.parametrize(
    ("sentence", "meant", "delay"),
    [
        ("dim the light in ten minutes because I sleep then", "level.down device=light", "in ten minutes"),
        ("30分後に電気暗くして、寝るから", "level.down device=電気", "30分後に"),
        ("10分後に電気を50%にして", "level.set device=電気 number=50%", "10分後に"),
        ("heat the water in an hour", "hot_water.now device=water", "in an hour"),
        ("turn off the light in ten minutes", "power.off delay=in ten minutes device=light", ""),
        ("set the fan to high for an hour in ten minutes", "level.most device=fan duration=an hour", "in ten minutes"),
        ("set the heating to 23 for ten minutes", "temperature.set device=heating duration=ten minutes number=23", ""),
        ("30分後に帰るから暖房つけて", "power.on device=暖房", ""),
        ("guests come in an hour, set the heating to 23", "temperature.set device=heating number=23", ""),
        ("I'm leaving in ten minutes, turn off the heating", "power.off device=heating", ""),
    ],
)
def test_a_delay_is_carried_where_it_is_the_orders_own(
    understander: Understander, sentence: str, meant: str, delay: str
) -> None:
    assert done(understander, sentence) == [meant]
    assert understander.understand(sentence, "", "living").delay == delay


@pytest.mark.parametrize(
    "sentence",
    [
        "dim the light in about ten minutes",
        "dim the light in ten minutes and turn on the air conditioner",
        "it's getting cold in ten minutes",
        "30分後は寒いかな",
    ],
)
def test_what_is_for_later_and_not_clear_is_not_done_now(understander: Understander, sentence: str) -> None:
    assert not done(understander, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "寒くないよ",
        "寒くないです",
        "寒くはない",
        "もう寒くない",
        "全然寒くない",
        "暑くありません",
        "寒くないから大丈夫",
        "息苦しくないよ",
        "乾燥してないよ",
        "I am not cold",
        "I am no longer cold",
        "it's not cold in here",
        "it is not stuffy",
        "it's hardly cold",
        "grandmother is not cold",
        "it doesn't feel cold in here",
    ],
)
def test_who_is_not_cold_does_not_complain(understander: Understander, sentence: str) -> None:
    assert not done(understander, sentence)


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("寒くない？", "feel.cold"),
        ("寒くないですか", "feel.cold"),
        ("寒くないか", "feel.cold"),
        ("暑くも寒くもない", "feel.fine"),
        ("寒くないから温度下げて", "temperature.down"),
        ("it's not bright enough", "level.up"),
        ("I can hardly see", "level.up"),
        ("isn't it a bit stuffy", "feel.stuffy"),
    ],
)
def test_who_asks_whether_it_is_not_cold_complains(understander: Understander, sentence: str, meant: str) -> None:
    assert done(understander, sentence) == [meant]


@pytest.mark.parametrize(
    "sentence",
    [
        "I like it dark",
        "make it dark",
        "leave it dark",
        "暗いままでいい",
        "寒いままでいい",
        "let's go for a drive",
        "drive home",
        "I'll drive",
    ],
)
def test_who_likes_it_so_complains_of_nothing_and_who_drives_a_car_drives_no_house(
    understander: Understander, sentence: str
) -> None:
    assert not done(understander, sentence)


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("it's too dark", "level.up"),
        ("暗いから明るくして", "level.up"),
        ("明るいほうが好き", "level.up"),
        ("you drive", "house_mode.drive"),
        ("I'm going for a drive, turn off the lights", "power.off device=lights"),
    ],
)
def test_who_complains_of_the_dark_still_does(understander: Understander, sentence: str, meant: str) -> None:
    assert done(understander, sentence) == [meant]
