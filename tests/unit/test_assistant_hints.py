"""Japanese that only hints at something, and what a student's reading has to be borne out by."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sumika.assistant.calls import Call
from sumika.assistant.lexicon import kinds_of_word
from sumika.assistant.names import Names
from sumika.assistant.periods import period_of
from sumika.assistant.readings import voiced
from sumika.assistant.resolve_words import bare
from sumika.assistant.sentences_forms import DO, bases, ends
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.sentences_meant_ja import meant_in_japanese
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_evidence_ja import (
    as_said,
    is_contradicted,
    is_only_told,
    is_unfounded,
    is_wished,
)
from sumika.assistant.understanding_guard import may_be_no_order
from sumika.assistant.understanding_hints_ja import hinted
from sumika.assistant.understanding_networks import Understood
from sumika.assistant.understanding_pieces import is_called, recut, simpler
from sumika.assistant.understanding_recorded import is_question
from sumika.config import load_house
from tests.spoken_helpers import SPOKEN

TOKYO = ZoneInfo("Asia/Tokyo")
SPOKEN_AT_UNIX_S = datetime(2026, 11, 20, 20, tzinfo=TOKYO).timestamp()


@pytest.fixture(scope="module")
def names() -> Names:
    """Of the house that is spoken to."""
    return Names(load_house(SPOKEN / "house.yaml").house)


class Reads:
    """A student that reads one call out of everything."""

    def __init__(self, call: Call, probability: float) -> None:
        self.call, self.probability = call, probability

    def read(self, sentence: str) -> tuple[Call, float]:
        del sentence
        return self.call, self.probability


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("半袖じゃいられないな", "feel cold"),
        ("首筋がゾクゾクする", "feel cold"),
        ("背中に汗がつたってきた", "feel hot"),
        ("揚げ物したから油のにおい", "feel stuffy"),
        ("本に影が落ちて読めない", "level up"),
        ("目が冴えちゃうくらい明るすぎる", "level down"),
        ("唇が割れてきちゃった", "humidity up"),
        ("畳がじとっとしてる", "humidity down"),
        # Of other things, places and times; asked, wished, ordered, denied, past; of two; and a story.
        ("牛乳がくさい", ""),
        ("あの俳優、暗い役が似合う", ""),
        ("外は寒いね", ""),
        ("昨日は寒かった", ""),
        ("寒い？", ""),
        ("寒い国に行きたいな", ""),
        ("暑くないよ", ""),
        ("寒くて暗いね", ""),
        ("寒いと言いながら毛布をかぶり直しては窓の向こうの月を長いこと眺めていたものだよ", ""),
        ("楽しいね", ""),
    ],
)
def test_a_hint_is_taken_where_it_is_said_of_here(sentence: str, meant: str) -> None:
    call = hinted(sentence)
    assert ("" if call is None else f"{call.tool} {call.what}") == meant


def test_a_hint_names_a_room_and_nothing_else(names: Names) -> None:
    understander = Understander(names)
    assert understander.understand("加湿器の横だと凍えちゃう", "ja").calls == ()
    of_room = understander.understand("寝室は毛布一枚じゃ足りないよ", "ja")
    assert of_room.calls == (Call(tool="feel", what="cold", spans={"room": "寝室"}),)
    assert understander.understand("寝室と台所が毛布一枚じゃ足りないよ", "ja") == Understood()


def test_a_hint_stands_in_for_a_reading_that_is_not_sure(names: Names) -> None:
    reads = Reads(Call(tool="level", what="up", spans={"device": "冷凍庫"}), 0.7)
    heard = Understander(names, reads).understand("凍えちゃう", "ja")
    assert heard.calls == (Call(tool="feel", what="cold"),)


def test_a_reading_keeps_no_figure_that_is_none() -> None:
    brighter = Call(tool="level", what="up", spans={"number": "ぴかぴ"})
    assert as_said("ぴかぴかに明るくして", brighter) == Call(tool="level", what="up")
    assert as_said("make it sparkle", brighter) == brighter
    dearest = Call(tool="energy", what="cost", statistic="highest")
    assert as_said("今月の電気代なんぼ", dearest).statistic == "now"
    assert as_said("一番高い日は", dearest).statistic == "highest"


@pytest.mark.parametrize(
    ("sentence", "call", "contradicted"),
    [
        ("風が強くて寒い", Call(tool="level", what="up"), True),
        ("もっと強くして", Call(tool="level", what="up"), False),
        ("もう少し涼しかったら", Call(tool="feel", what="cold"), True),
        ("寒い", Call(tool="feel", what="cold"), False),
        ("too strong", Call(tool="level", what="up"), False),
        ("電気消して", Call(tool="power", what="off"), False),
    ],
)
def test_a_reading_that_makes_it_worse_is_contradicted(sentence: str, call: Call, *, contradicted: bool) -> None:
    assert is_contradicted(sentence, call) is contradicted


def test_what_is_told_wished_or_forbidden_asks_for_no_record() -> None:
    for told in ("外から丸見えなんだ", "電気消すの忘れんといてな"):
        assert is_only_told(told)
    for asked in ("今月の電気代", "電気代が気になる", "何時に寝たか教えて"):
        assert not is_only_told(asked)
    assert is_wished("すぐお風呂に入りたいんだよね")
    assert not is_wished("残りのお湯を知りたいんだけど")
    assert not is_question("いつも寒い")
    assert is_question("いつ寒くなった")


def test_cold_people_and_cooled_baths_are_no_cold_rooms() -> None:
    feels = Call(tool="feel", what="cold")
    for sentence in ("冷たい人だなあ", "お風呂が冷めちゃってる", "財布が寒い"):
        assert is_unfounded(sentence, feels)
    assert is_unfounded("お風呂入ってきなさい", Call(tool="hot_water", what="now"))
    assert not is_unfounded("お風呂入りたいから沸かして", Call(tool="hot_water", what="now"))
    assert not is_unfounded("冷たい風が入る", feels)


def test_pieces_are_cut_out_as_they_are_called(names: Names) -> None:
    lists = Lists(names)
    off = Call(tool="power", what="off")
    assert recut(msg(off, device="こごの電気ば"), "こごの電気ば消して", lists).spans == {"device": "電気"}
    assert recut(msg(off, device="電"), "電気消して", lists).spans == {"device": "電気"}
    assert recut(off, "もう寝るさげ電気消してくれの", lists).spans == {"device": "電気"}
    assert recut(off, "掃除の機械を止めて", lists).spans == {}
    stuffy = Call(tool="feel", what="stuffy", spans={"room": "おむ"})
    assert recut(stuffy, "おむつのにおいがこもってる", lists).spans == {}
    cold = Call(tool="feel", what="cold", spans={"resident": "靴下二"})
    assert recut(cold, "靴下二枚でも寒い", lists).spans == {}
    assert recut(msg(off, device="lamp x"), "lamp x off", lists).spans == {"device": "lamp x"}
    assert is_called("寝室", lists, "area")
    assert not is_called("ガレージ横", lists, "area")


def msg(call: Call, **spans: str) -> Call:
    """Return a call with pieces."""
    return Call(tool=call.tool, what=call.what, spans=dict(spans))


def test_what_was_said_first_by_mistake_is_not_asked(names: Names) -> None:
    assert simpler("血圧…じゃなくて脈拍はどう？", Lists(names)) == "脈拍はどう？"


def test_the_north_voices_names_and_children_lengthen_them() -> None:
    assert set(voiced("明かり")) == {"明がり"}
    assert "カーデン" in set(voiced("カーテン"))
    assert not [*voiced("ルンバ")]
    assert not [*voiced("かき")]
    assert kinds_of_word("明がり") == ("light",)
    assert bare("くーらー") == bare("クーラー")
    assert bare("ルンバとやら") == bare("ルンバ")


def test_what_is_not_done_in_the_west_is_no_order() -> None:
    assert may_be_no_order("カーテン閉めんよ", Call(tool="cover", what="close", spans={"device": "カーテン"}))
    moods = {
        mood for base, kind in bases("閉める") if base == "閉めん" for _, mood in ends("閉めんよ", len(base), kind)
    }
    assert DO not in moods


def test_cooling_that_is_too_strong_is_to_be_weaker() -> None:
    cooling = {"device": "冷房"}
    assert meant_in_japanese("temperature", "up", cooling, "冷房がきつすぎる") == ("temperature", "up")
    assert meant_in_japanese("temperature", "up", cooling, "冷房を強くして") == ("temperature", "down")
    assert meant_in_japanese("temperature", "up", cooling, "冷房の風が強い") == ("level", "down")
    assert meant_in_japanese("temperature", "up", cooling, "冷房の風を強くして") == ("level", "up")


@pytest.mark.parametrize(
    ("said", "first", "end"),
    [
        ("去年の夏", (2025, 6, 1), (2025, 9, 1)),
        ("去年の冬", (2025, 12, 1), (2026, 3, 1)),
        ("この前の春", (2026, 3, 1), (2026, 6, 1)),
        ("今年の夏", (2026, 6, 1), (2026, 9, 1)),
        ("来年の春", (2027, 3, 1), (2027, 6, 1)),
    ],
)
def test_seasons_are_three_months(said: str, first: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    period = period_of(said, SPOKEN_AT_UNIX_S, TOKYO)
    assert period is not None
    assert datetime.fromtimestamp(period.begin_unix_s, TOKYO).timetuple()[:3] == first
    assert datetime.fromtimestamp(period.end_unix_s, TOKYO).timetuple()[:3] == end


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("加湿器つけてくんないかい、のど痛いんだわ", Call(tool="power", what="on", spans={"device": "加湿器"})),
        ("消して、台所の電気を", Call(tool="power", what="off", spans={"device": "電気", "room": "台所"})),
        ("もう少し涼しかったら寝られるのに", Call(tool="temperature", what="down")),
        ("エアコンの音で目が覚める", Call(tool="level", what="down", spans={"device": "エアコン"})),
        ("静電気がひどくてセーターが脱げない", Call(tool="humidity", what="up")),
        ("こう明るくちゃ寝つけないよ", Call(tool="level", what="down")),
        ("風呂わいだがどうが見でけろ", Call(tool="state", what="device", spans={"device": "風呂"})),
        ("もうちょい弱してんか、換気扇", Call(tool="level", what="down", spans={"device": "換気扇"})),
    ],
)
def test_what_is_told_beside_behind_or_as_a_reason_is_understood(names: Names, sentence: str, meant: Call) -> None:
    heard = Understander(names).understand(sentence, "ja", "living")
    assert heard.calls == (meant,)
    assert not heard.ask_back


@pytest.mark.parametrize(
    "sentence",
    [
        "電気つけないよ",
        "暖房つけんよ",
        "ルンバは今日はいいや",
        "カーテン開けて、って寝言言ってたよ",
        "換気扇、あと10分",
        "気持ちが暗くなる",
        "暖房、なかなか効いてこないな",
        "電気を消したら寒い",
    ],
)
def test_what_declines_quotes_or_tells_does_nothing(names: Names, sentence: str) -> None:
    heard = Understander(names).understand(sentence, "ja", "living")
    assert heard.ask_back or not heard.calls
