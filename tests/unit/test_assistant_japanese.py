"""Japanese that is said otherwise than it is written: voiced in the north, by ear, loosely, and hinted at."""

from pathlib import Path

import pytest

from sumika.assistant import sentences_spoken_ja as spoken
from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import BATHS
from sumika.assistant.names import Names
from sumika.assistant.periods_ja import clock_of
from sumika.assistant.readings import in_hiragana, readings
from sumika.assistant.resolve import resolve
from sumika.assistant.sentences_forms import DO, IF, WILL, bases, ends
from sumika.assistant.sentences_looks_ja import looks
from sumika.assistant.sentences_meant_ja import is_other_in_japanese, meant_in_japanese
from sumika.assistant.understanding import UNRECORDED, Understander
from sumika.assistant.understanding_evidence_ja import is_unfounded, is_vouched
from sumika.config import load_house
from sumika.schema.house import House

NOON_UNIX_S = 1.76e9


@pytest.fixture(scope="module")
def house() -> House:
    """The house that is spoken to."""
    return load_house(Path(__file__).parents[1] / "spoken" / "house.yaml").house


@pytest.fixture(scope="module")
def understander(house: House) -> Understander:
    """Sentences and frames, without a student."""
    return Understander(Names(house))


def _call(tool: str, what: str, **spans: str) -> Call:
    return Call(tool=tool, what=what, spans=spans)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("風呂わがしてけさいん", "風呂わかしてください"),
        ("明るぐしてけろ", "明るくしてください"),
        ("めしたげだが", "めしたけたか"),
        ("電気消して", "電気消して"),
    ],
)
def test_the_norths_voiced_sounds_are_written_plainly(said: str, written: str) -> None:
    assert spoken.northern(said) == written


def test_a_request_is_no_question_unless_it_wants_to_be_told() -> None:
    assert spoken.wishes("風呂をたててくれんか")
    assert not spoken.wishes("電気代を教えてくれんか")
    assert not spoken.wishes("誰か電気消してくれた？")


def test_words_are_known_in_hiragana_as_well() -> None:
    assert in_hiragana("必要") == "ひつよう"
    assert in_hiragana("スタート") == "すたと"
    assert in_hiragana("必") == ""
    assert [*readings("お掃除ロボット")] == ["おそうじろぼっと", "おそうじロボット"]


@pytest.mark.parametrize(
    "said", ["消せますか", "消すことはできますか", "消すこと可能ですか", "消していただくことは可能でしょうか"]
)
def test_whether_the_house_can_is_an_order(said: str) -> None:
    moods = {mood for base, kind in bases("消す") for at, mood in ends(said, len(base), kind) if said.startswith(base)}
    assert DO in moods


def test_what_has_to_be_done_and_seems_about_to_happen_is_no_order() -> None:
    of_care = [(base, kind) for base, kind in bases("替える") if "替えなあかん".startswith(base)]
    assert IF in {mood for base, kind in of_care for _, mood in ends("替えなあかん", len(base), kind)}
    of_end = [(base, kind) for base, kind in bases("切れる") if "切れそう".startswith(base)]
    assert {mood for base, kind in of_end for _, mood in ends("切れそう", len(base), kind)} == {WILL}


def test_adjectives_have_loose_ends() -> None:
    assert {"つめて", "つめてえ"} <= dict(looks("つめたい")).keys()
    assert "さみい" in dict(looks("さむい"))
    assert not {"暗え"} - dict(looks("暗い")).keys()


def test_a_clock_is_read_in_hiragana() -> None:
    assert clock_of("6じ") == clock_of("6時")


def test_whether_the_bath_is_ready_is_asked_of_what_heats_it(house: House) -> None:
    for bath in (BATHS[0], "湯船"):
        found = resolve(_call("state", "device", device=bath), Names(house), now_unix_s=NOON_UNIX_S)
        assert found.devices == ("tank",)


def test_which_machine_is_asked_back_where_there_are_several(house: House) -> None:
    found = resolve(_call("machine", "start", device="機械"), Names(house), now_unix_s=NOON_UNIX_S)
    assert found.ask_back == "ask_back.several_devices"


@pytest.mark.parametrize(
    ("sentence", "call", "vouched"),
    [
        ("冷房もうちっと弱めでけろ", _call("level", "down", device="冷房"), True),
        ("エアコンの設定を24度にチェンジして", _call("temperature", "set", device="エアコン", number="24度"), True),
        ("この部屋なんか暗いわぁ", _call("level", "up"), True),
        ("背中がぞくぞくして寒い", _call("feel", "cold"), True),
        # Of a flame, of the opposite, asked, told, by so much or to so much, and the name going on.
        ("火を弱めて", _call("level", "down"), False),
        ("冷房もうちっと強めて", _call("level", "down", device="冷房"), False),
        ("電気消して？", _call("power", "off", device="電気"), False),
        ("電気消した", _call("power", "off", device="電気"), False),
        ("湿度を60%に上げて", _call("humidity", "up", number="60%"), False),
        ("加湿気つけて", _call("power", "on", device="加湿"), False),
        ("寒さに強いんだ", _call("feel", "cold"), False),
        ("電気つけて", _call("house_mode", "off"), False),
        ("turn it off", _call("power", "off", device="it"), False),
    ],
)
def test_a_readings_words_bear_it_out(sentence: str, call: Call, *, vouched: bool) -> None:
    assert is_vouched(sentence, call, 0.7) is vouched
    assert not is_vouched(sentence, call, 0.3)


def test_a_feeling_has_to_be_said() -> None:
    assert is_unfounded("お風呂ぬるくない？", _call("feel", "hot", room="お風呂"))
    assert not is_unfounded("暑いなあ", _call("feel", "hot"))
    assert not is_unfounded("お風呂ぬるくない？", _call("hot_water", "now"))


def test_what_is_of_another_room_or_of_the_machine_itself_is_nothing() -> None:
    assert is_other_in_japanese("power", "off", {"room": "部屋"}, "わしの部屋の電気を消して")
    assert is_other_in_japanese("machine", "start", {"device": "炊飯器"}, "炊飯器洗っといて")
    assert not is_other_in_japanese("machine", "start", {"device": "洗濯機"}, "洗濯機でシーツ洗って")
    assert is_other_in_japanese("power", "off", {"device": "明かり"}, "明かりを少し落として")
    assert is_other_in_japanese("humidity", "up", {"device": "除湿機"}, "除湿機を強くして")
    assert is_other_in_japanese("level", "set", {"number": "二割"}, "二割ほど暗くして")
    assert is_other_in_japanese("energy", "cost", {"device": "洗濯機"}, "洗濯機あとどのくらいかかる？")


def test_cooling_that_is_weaker_is_warmer() -> None:
    cooling = {"device": "冷房"}
    assert meant_in_japanese("temperature", "down", cooling, "冷房を弱めて") == ("temperature", "up")
    assert meant_in_japanese("temperature", "up", cooling, "冷房を強くして") == ("temperature", "down")
    assert meant_in_japanese("temperature", "down", cooling, "冷房の風を弱めて") == ("level", "down")
    assert meant_in_japanese("sleep", "got_up", {"period": "夜"}, "夜起きてた？") == ("sleep", "ups")
    assert meant_in_japanese("feel", "stuffy", {}, "空気悪い？") == ("climate", "air")


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("子供部屋が暑いから冷房入れて", _call("power", "on", device="冷房", room="子供部屋")),
        ("冷房を切ってくれんか、冷えてかなわん", _call("power", "off", device="冷房")),
        ("あったけえ、もう暖房いいわ", _call("power", "off", device="暖房")),
        ("もう少し明るくてもいいかな", _call("level", "up")),
        ("ちょっと電気強すぎん？", _call("level", "down", device="電気")),
        ("お風呂は沸いた？", _call("state", "device", device="お風呂")),
        ("洗濯機あとどんぐらいかかるん？", _call("state", "device", device="洗濯機")),
        ("カーテンを占めて", _call("cover", "close", device="カーテン")),
    ],
)
def test_hints_and_what_a_recogniser_writes_are_understood(
    understander: Understander, sentence: str, meant: Call
) -> None:
    assert understander.understand(sentence).calls == (meant,)


@pytest.mark.parametrize(
    "sentence",
    [
        "あとでエアコン消して",
        "エアコン消すから",
        "もう少ししたら電気消すね",
        "乾燥機、終わり？",
        "雨戸閉めでけだが？",
        "ばあばのおへやさむい？",
        "火を弱めて",
        "食洗機洗って",
        "電気つけてるのに",
    ],
)
def test_what_is_later_asked_or_of_something_else_does_nothing(understander: Understander, sentence: str) -> None:
    heard = understander.understand(sentence)
    assert heard.ask_back or not [call for call in heard.calls if TOOLS[call.tool].acts]


@pytest.mark.parametrize("sentence", ["でんきだいってなに？", "寝るわ", "ご飯できたよー", "お風呂で転ばないようにね"])
def test_what_asks_for_no_figure_is_given_none(understander: Understander, sentence: str) -> None:
    heard = understander.understand(sentence)
    assert not heard.calls or heard.ask_back == UNRECORDED
