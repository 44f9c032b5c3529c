"""Japanese as families speak it: dialects, children, old people, half sentences, and what is told beside an order."""

import pytest

from sumika.assistant import sentences_spoken_ja as spoken
from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.names import Names
from sumika.assistant.readings import readings, without_long_marks
from sumika.assistant.student import find_sentence_student
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_networks import Understood
from sumika.config import load_house
from sumika.evaluate.assistant.score_sentences import Outcome, SentenceScore
from sumika.schema.house import House
from tests.spoken_helpers import SPOKEN, score_of_spoken

LEAST_RIGHT = 0.9
"""Share of the phrasings that sentences and frames understand without a student."""


@pytest.fixture(scope="module")
def house() -> House:
    """The house that is spoken to."""
    return load_house(SPOKEN / "house.yaml").house


@pytest.fixture(scope="module")
def understander(house: House) -> Understander:
    """Sentences and frames, without a student."""
    return Understander(Names(house))


@pytest.fixture(scope="module", params=["ja.yaml", "ja_more.yaml", "ja_homes.yaml", "ja_asked.yaml", "ja_fresh.yaml"])
def score(house: House, request: pytest.FixtureRequest) -> SentenceScore:
    """Score of every phrasing of a file."""
    return score_of_spoken(request.param, "ja", house)


def test_families_are_understood_in_whatever_way_they_speak(score: SentenceScore) -> None:
    wrong = [case.phrasing.text for case in score.cases if case.outcome is not Outcome.RIGHT]
    assert score.right.value >= LEAST_RIGHT, wrong
    worst = {style: share for style, share in score.by_style().items() if share < 0.5}
    assert not {"child", "elderly", "nagoya", "tohoku", "kansai", "indirect", "casual", "reason"} & worst.keys()


def test_nothing_is_done_that_was_not_asked_for(score: SentenceScore) -> None:
    wrong = [case.phrasing.text for case in score.cases if case.outcome is Outcome.WRONG_ACTION]
    assert not wrong


@pytest.mark.parametrize("file", ["ja_agreed.yaml", "ja_even.yaml"])
def test_what_no_frame_knows_is_understood_with_the_student(house: House, file: str) -> None:
    score = score_of_spoken(file, "ja", house, find_sentence_student())
    wrong = [case.phrasing.text for case in score.cases if case.outcome is not Outcome.RIGHT]
    assert score.right.value >= LEAST_RIGHT, wrong
    assert not score.count(Outcome.WRONG_ACTION)


def _one_line(heard: Understood) -> str:
    assert len(heard.calls) == 1, heard
    call = heard.calls[0]
    pieces = " ".join(f"{name}={piece}" for name, piece in sorted(call.spans.items()))
    return f"{call.tool}.{call.what} {pieces}".strip() + (" ?" if heard.ask_back else "")


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("えあこんけして", "power.off device=えあこん"),
        ("だいどころのかんきせんまわして", "power.on device=かんきせん room=だいどころ"),
        ("はるとの部屋の電気消して", "power.off device=電気 room=はるとの部屋"),
        ("電気つけてけらっしゃい", "power.on device=電気"),
        ("電気消しやあせ", "power.off device=電気"),
        ("まっくらこわい、でんきつけて", "power.on device=でんき"),
        ("電気つけて、暗いけえ", "power.on device=電気"),
        ("洗濯物入れたよ。洗濯機回して", "machine.start device=洗濯物"),
        ("ストーブ、じゃなくて床暖つけて", "power.on device=床暖"),
        ("ろうかくらくてこわいよ、でんきつけて", "power.on device=でんき room=ろうか"),
        ("クーラーをちと弱めておくれ", "temperature.up device=クーラー"),
        ("おばあちゃん、もう起きとりゃあす？", "sleep.got_up resident=おばあちゃん"),
        ("今月一日あたりどんだけ電気使っとるかね", "energy.used period=今月"),
        ("風呂の換気扇、回しっぱなしじゃなかろうか", "state.device device=換気扇 room=風呂"),
        ("お風呂のお湯は冷めてしもうたかの", "state.device device=お風呂"),
        ("あすは晴れるかのう、布団を干したいんじゃが", "outside.weather period=あす"),
        ("暗くて宿題できない", "level.up"),
        ("西日がきつい", "cover.close"),
        ("喉がカラカラするんだけど", "humidity.up"),
        ("最近変わったことある？", "changes.any period=最近"),
        ("おばあちゃん、夜中に起きるようになった？", "changes.any resident=おばあちゃん"),
        ("エアコン、23度", "temperature.set device=エアコン number=23度"),
        ("眠いから寝室の切っといて", "power.off room=寝室 ?"),
    ],
)
def test_what_is_said_is_understood(understander: Understander, sentence: str, meant: str) -> None:
    assert _one_line(understander.understand(sentence, "ja", "living")) == meant


@pytest.mark.parametrize(
    "sentence",
    [
        "あああああ",
        "うわあああ",
        "あーそうそう",
        "ああ、そうなんだ",
        "電気消したよ",
        "寒かったら暖房つけて",
        "もし寒かったら暖房つけるよ",
        "全部でいくら？",
        "電気消してくれるって",
        "電気つけてくれてありがとう",
        "電気消す？",
        "カーテン",
        "玄関の電気も",
        "明日は寒いね",
    ],
)
def test_what_asks_for_nothing_does_nothing(understander: Understander, sentence: str) -> None:
    heard = understander.understand(sentence, "ja", "living")
    assert heard.ask_back or not [call for call in heard.calls if TOOLS[call.tool].acts]


class Sure:
    """A student that reads one call out of everything, and is sure of it."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def read(self, sentence: str) -> tuple[Call, float]:
        del sentence
        return self.call, 0.99


@pytest.mark.parametrize("sentence", ["給料上げて", "電気をつけてくれてありがとね、うふん"])
def test_a_student_is_not_believed_what_nobody_knows(house: House, sentence: str) -> None:
    call = Call(tool="power", what="on", spans={"device": "電気"}) if "電気" in sentence else _warmer()
    heard = Understander(Names(house), Sure(call)).understand(sentence, "ja", "living")
    assert heard.ask_back


def _warmer() -> Call:
    return Call(tool="temperature", what="up")


def test_a_student_is_believed_what_the_house_knows(house: House) -> None:
    heard = Understander(Names(house), Sure(_warmer())).understand("室温ちょいと上方向へ", "ja", "living")
    assert heard.calls == (_warmer(),)


def test_a_mere_name_is_asked_about(understander: Understander) -> None:
    assert understander.understand("カーテン", "ja", "living").ask_back == "ask_back.again"
    assert understander.understand("ラーメン", "ja", "living") == Understood()


def test_saying_again_keeps_names_and_numbers() -> None:
    assert spoken.again("エアコン消してけらっしゃい") == "エアコン消してください"
    assert spoken.always("リビングの電気消してんか") == "リビングの電気消してくれへんか"
    assert spoken.asks("電気つけてけさい")
    assert not spoken.asks("電気つけてくれるって")


def test_readings_are_hiragana_of_known_words() -> None:
    assert [*readings("空気清浄機")] == ["くうきせいじょうき"]
    assert [*readings("エアコン")] == ["えあこん"]
    assert not [*readings("居間"), *readings("でんき"), *readings("羆部屋"), *readings("窓")]
    assert without_long_marks("かーてんとカーテン") == "かてんとカーテン"


@pytest.mark.parametrize(
    ("sentence", "calls"),
    [
        # Told of with its room, and then ordered.
        ("台所の電気つけっぱなしだ。消して", (("power", "off", {"room": "台所", "device": "電気"}),)),
        # Where its price is spoken of, 電気 is no lamp.
        ("電気代の安い時間に回して", ()),
        ("テレビつけとくれ、退屈での", (("power", "on", {"device": "テレビ"}),)),
        ("でんきけちて", (("power", "off", {"device": "でんき"}),)),
        ("テレビちゅけて", (("power", "on", {"device": "テレビ"}),)),
        ("まぶちい", (("level", "down", {}),)),
    ],
)
def test_what_is_told_beside_an_order_changes_no_more_than_it_says(
    understander: Understander, sentence: str, calls: tuple[tuple[str, str, dict[str, str]], ...]
) -> None:
    found = understander.understand(sentence).calls
    assert tuple((call.tool, call.what, dict(call.spans)) for call in found) == calls


def test_a_question_beside_a_reason_starts_no_machine(understander: Understander) -> None:
    found = understander.understand("洗濯機って一回いくらなの？先週のでいいから")
    assert not any(TOOLS[call.tool].acts for call in found.calls)


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("この部屋ほこりっぽい？", "climate.air room=この部屋"),
        ("この部屋、ばあばには寒くない？", "known.comfort resident=ばあば room=この部屋"),
        ("お父さん何しとんの", "known.doing resident=お父さん"),
        ("ママもう起きてる？", "sleep.got_up resident=ママ"),
        ("え、今エアコンついたのなに？", "why.device device=エアコン"),
        ("カーテン閉めんと寒かばい", "cover.close device=カーテン"),
        ("寒ぐて寝らんね", "feel.cold"),
        ("くらいのやだー", "level.up"),
    ],
)
def test_what_is_asked_and_what_must_be_done_is_told_from_what_sounds_like_it(
    understander: Understander, sentence: str, meant: str
) -> None:
    assert _one_line(understander.understand(sentence, "ja", "living")) == meant


@pytest.mark.parametrize(
    "sentence",
    ["電気消さんといてや", "カーテン閉めないとだめ？", "暖房ええわ、まだ", "テレビいいなあ", "洗濯機回さなきゃ"],
)
def test_neither_denials_nor_musings_are_carried_out(understander: Understander, sentence: str) -> None:
    heard = understander.understand(sentence, "ja", "living")
    assert heard.ask_back or not any(TOOLS[call.tool].acts for call in heard.calls)


def test_how_far_it_went_down_is_the_lowest(understander: Understander) -> None:
    (call,) = understander.understand("昨日の晩、寝室は何度まで下がりましたか", "ja", "living").calls
    assert (call.tool, call.what, call.statistic) == ("climate", "temperature", "lowest")
