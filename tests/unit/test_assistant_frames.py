"""Frames: what the words of a sentence ask for in any register, and all that they must not make an order of."""

from collections.abc import Iterator

import pytest

from sumika.assistant.calls import TOOLS
from sumika.assistant.names import Names
from sumika.assistant.sentences_forms import DID, DO, IF, IS, NOT, STOP, bases, ends
from sumika.assistant.sentences_frame_words import english_forms, grammar_of, said_ways
from sumika.assistant.sentences_looks_ja import looks
from sumika.assistant.understanding import Understander
from sumika.config import demo_house
from tests.understood_helpers import asked_for

HOUSE = Understander(Names(demo_house().house))


def _asks(sentence: str) -> str:
    return asked_for(HOUSE, sentence)


def _acts(sentence: str) -> bool:
    got = HOUSE.understand(sentence)
    return not got.ask_back and any(TOOLS[call.tool].acts for call in got.calls)


REQUESTS = tuple(
    said_ways(
        "て|てね|てよ|てください|てくださいませんか|ていただけますか|"
        "ていただけませんでしょうか|てもらえる？|てもらってもいいですか|てほしいんだけど|"
        "てくれると助かる|てくれんかのう|ておくれ|とくれ|といて|といてくれる|ちゃって|てちょうだい|てっ|"
        "てぇー|てや|てくれへん|てもろてええ|てえな|たってや|てけろ|てけさい|てくんねが|てくれんね|"
        "てつかあさい|てくれんさい|てちょ|てちょーよ|てお願い|てお願いできますか|"
        "てくれたら嬉しい|ておいてくださいな|てくれませんかね"
    )
)
NO_ORDERS = tuple(
    said_ways(
        "ないで|ないでください|ないでくれんか|んといて|んといてや|んとって|んでええよ|んでよか|"
        "なくていいです|なくて結構です|へん|ずにおいて|ないでもらえますか|ないように"
    )
)
PAST_AND_PERHAPS = tuple(
    said_ways(
        "た|たよ|ました|たばい|たら寒い|ちゃだめ|てもいい？|ていい？|てる|とる|てくれた|"
        "てもらった|ちゃった|てって言われた|てと言った|てって頼んだのに|たくない|たはず|"
        "てくれるって|てくれるなと"
    )
)


@pytest.mark.parametrize("ending", REQUESTS)
def test_a_request_is_one_in_every_register(ending: str) -> None:
    """Courtly, plain, old people's, children's, and six dialects'."""
    assert _asks(f"すみませんが、寝室の電気を消し{ending}") == "power.off device=電気 room=寝室"
    assert _asks(f"もう少し暖かくし{ending}") == "temperature.up"


@pytest.mark.parametrize("device", ["電気", "エアコン", "換気扇"])
def test_what_is_no_order_is_none_in_any_register(device: str) -> None:
    """Denials, the past, conditions, leave that is asked, what others said."""
    for ending in NO_ORDERS:
        assert not _acts(f"{device}を消さ{ending}"), ending
        assert not _acts(f"{device}つけ{ending}"), ending
    for ending in PAST_AND_PERHAPS:
        assert not _acts(f"{device}を消し{ending}"), ending
        assert not _acts(f"{device}つけ{ending}"), ending
    for ending in (
        "すな",
        "すなよ",
        "すと寒い",
        "すの？",
        "すかな",
        "せば",
        "そうか",
        "すべきかな",
        "すらしい",
        "すつもりだよ",
    ):
        assert not _acts(f"{device}消{ending}"), ending


FRAMES_EN = tuple(
    said_ways(
        "{do}|please {do}|would you mind {ing}|I'd like you to {do} please|would you be a dear and {do}|"
        "kindly {do}|I was wondering if you could {do}|do the needful and {do}|"
        "could you possibly {do} for me|fancy {ing}|would you be so kind as to {do}|"
        "I'd be grateful if you would {do}|{do}, would you|you might {do} if you would"
    )
)


@pytest.mark.parametrize("frame", FRAMES_EN)
def test_english_politeness_says_nothing(frame: str) -> None:
    """However it is wrapped, it is one order."""
    off = frame.format(do="switch off the lamp in the bedroom", ing="switching off the lamp in the bedroom")
    assert _asks(off) == "power.off device=lamp room=bedroom"


def _not_meant() -> Iterator[str]:
    orders = (
        ("turn on the lamp", "turned on the lamp", "turning on the lamp"),
        ("make it warmer", "made it warmer", "making it warmer"),
        ("close the blinds", "closed the blinds", "closing the blinds"),
    )
    for plain, past, going in orders:
        for frame in (
            "don't {}",
            "never {}",
            "I'd rather you didn't {}",
            "if it rains, {}",
            "{} when I'm gone",
            "she said {}",
        ):
            yield frame.format(plain)
        for frame in (
            "should I {}",
            "may I {}",
            "why did you {}",
            "I forgot to {}",
            "is it possible to {}?",
            "you always {}",
        ):
            yield frame.format(plain)
        yield from (
            f"I {past}",
            f"grandma {past} yesterday",
            f"who {past}",
            f"stop {going}",
            f"I'm {going}",
            f"instead of {going}",
        )


def test_what_is_no_order_in_english_is_none() -> None:
    """Denials, conditions, hearsay, the past, questions whether one should."""
    assert not [sentence for sentence in _not_meant() if _acts(sentence)]


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("I'm cold, turn off the AC", "power.off device=AC"),
        ("暑いけんエアコン入れてつかあさい", "power.on device=エアコン"),
        ("it's too dark, turn on the lamp", "power.on device=lamp"),
        ("the air is too dry, raise the humidity", "humidity.up"),
        ("日が入ってまぶしいからカーテン閉めてくれへん", "cover.close device=カーテン"),
        ("I put the washing in, have it done by seven", "machine.loaded device=washing time=seven"),
        ("there's no hot water, heat the tank", "hot_water.now device=tank"),
    ],
)
def test_a_reason_beside_an_order_is_no_order(sentence: str, asks: str) -> None:
    """Only what is to be done counts, and it is done once."""
    assert _asks(sentence) == asks


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("leave the lamp on", ""),
        ("keep the light on please", ""),
        ("電気はつけたままでいいよ", ""),
        ("電気を一番明るくしてください", "level.most device=電気"),
        ("set the speed of fans in the toilet to 80%", "level.set device=fans number=80% room=toilet"),
        ("turn the lights off all over", "power.off device=lights room=all over"),
        ("家じゅうの電気を消して", "power.off device=電気 room=家じゅう"),
        ("昨日どれくらい電気使った？", "energy.used period=昨日"),
        ("太陽光で昨日どれだけ発電した？", "energy.solar period=昨日"),
        ("なんかムシムシするなあ", "feel.stuffy"),
        ("it's muggy", "feel.stuffy"),
        ("is it cold in here?", "climate.temperature room=here"),
    ],
)
def test_what_was_misunderstood_is_not(sentence: str, asks: str) -> None:
    """Things that look like something else."""
    assert _asks(sentence) == asks


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("how low did it get in the bedroom last night", "lowest"),
        ("how humid did it get in the bedroom", "highest"),
        ("寝室は昨夜何度まで下がったんじゃろう", "lowest"),
        ("居間のCO2はどこまで上がりましたか", "highest"),
    ],
)
def test_how_far_it_went_asks_for_an_extreme(sentence: str, asks: str) -> None:
    """Whatever is measured."""
    got = HOUSE.understand(sentence)
    assert [call.statistic for call in got.calls] == [asks]


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("おばあちゃん近頃歩くの遅くなっとらんかね", "changes.any"),
        ("これから何しはるつもりなん", "plan.next"),
        ("湯が足らんけん沸かしてつかあさい", "hot_water.now"),
        ("お湯沸かすのやめてもらえますか", "hot_water.off"),
        ("掃除せにゃならん機械はあるかね", "maintenance.due"),
        ("留守の間に誰ぞ訪ねてきたかのう", "happened.visit"),
        ("まちがえた、もどして", "undo.last"),
        ("ほな頼むわ", "answer.yes"),
        ("いいえ、今日は結構でございます", "answer.no"),
        ("洗濯物入れたけん七時までに頼むわ", "machine.loaded"),
        ("動かす前にひとこと言ってほしいんだけど", "house_mode.suggest"),
        ("もう勝手に触らんといて", "house_mode.off"),
        ("好きなようにやってくれていいよ", "house_mode.drive"),
        ("どのようなことをお願いできますか", "help.any"),
        ("2度上げたら電気代どんだけ増えるん", "what_if.up"),
        ("how was granny's night", "sleep.asleep"),
        ("do the filters want cleaning", "maintenance.due"),
        ("what are you up to tonight", "plan.next"),
        ("we're out of hot water, put the tank on now", "hot_water.now"),
        ("keep your hands off everything", "house_mode.off"),
        ("only watch, don't do anything", "house_mode.shadow"),
        ("oh go on then", "answer.yes"),
        ("no leave it", "answer.no"),
        ("what would it cost at 22", "what_if.set"),
        ("has grandma been sleeping worse lately", "changes.any"),
        ("I could do with some fresh air", "feel.stuffy"),
    ],
)
def test_families_ask_in_their_own_words(sentence: str, asks: str) -> None:
    """Old and young, in the North and the South."""
    assert _asks(sentence).split(" ")[0] == asks


def test_no_feeling_changes_what_is_ordered() -> None:
    """Whatever somebody complains of, only the order is done; or nothing is."""
    orders = {"turn on the AC": "power.on", "turn up the heating": "temperature.up", "set the AC to cool": "mode.cool"}
    orders |= {"dim the light": "level.down", "turn on the light": "power.on", "make it cooler": "temperature.down"}
    for why in (
        "I'm cold",
        "it's too hot",
        "it's cool",
        "it's dark",
        "the fan is too loud",
        "I can't see",
        "it's humid",
    ):
        for order, asks in orders.items():
            for sentence in (f"{why}, {order}", f"{why}. {order}", f"{order}, {why}", f"{why} {order}"):
                assert _asks(sentence).split(" ")[0] in (asks, ""), sentence
    ja_orders = {"エアコン消して": "power.off", "温度上げて": "temperature.up", "カーテン閉めて": "cover.close"}
    for why in ("寒い", "蒸し暑い", "まぶしい", "空気が悪い", "うるさい", "出かける"):
        for order, asks in ja_orders.items():
            for sentence in (f"{why}から{order}", f"{why}けん{order}", f"{why}、{order}", f"{order}、{why}"):
                assert _asks(sentence).split(" ")[0] in (asks, ""), sentence


def test_a_verb_says_what_it_says() -> None:
    """An order, a state, a condition, the past, a denial; of every class of verbs."""

    def moods(plain: str, said: str) -> set[str]:
        found = [
            (end, mood)
            for base, kind in bases(plain)
            if said.startswith(base)
            for end, mood in ends(said, len(base), kind)
        ]
        return {mood for end, mood in found if end == len(said)}

    assert moods("消す", "消してくれんかのう") == {DO}
    assert moods("回す", "回せ") == {DO}
    assert STOP in moods("つける", "つけんといて")
    assert moods("開く", "開いとる") == {IS}
    assert moods("入る", "入られました") == {DID}
    assert IF in moods("上げる", "上げたら")
    assert moods("いらっしゃる", "いらっしゃいます") == {"will"}
    assert dict(looks("寒い"))["寒うてかなわん"] == IS
    assert dict(looks("暗い"))["暗くない"] == NOT
    assert dict(looks("涼しい"))["涼しゅう"] == DO


def test_english_verbs_and_ways_to_say_something() -> None:
    """Doubled letters, pasts of their own, brackets within brackets."""
    assert ("stopping", "ing") in set(english_forms("stop"))
    assert {form for form, mood in english_forms("go off~went off~gone off") if mood == DID} == {"wentoff", "goneoff"}
    assert sorted(said_ways("a (b|c [d])|[e] f")) == ["a b", "a c", "a c d", "e f", "f"]


def test_every_frame_stands_for_a_call_that_the_table_has() -> None:
    """And asks for words that the file has."""
    for language in ("ja", "en"):
        grammar = grammar_of(language)
        concepts = {word.partition(":")[0] for words in grammar.words.values() for word in words}
        verbs = {word.partition(":")[0] for words in grammar.words.values() for word in words if ":" in word}
        for frame in grammar.frames:
            assert frame.what in TOOLS[frame.tool].what, frame.text
            assert frame.statistic == "now" or TOOLS[frame.tool].statistic, frame.text
            for options in frame.needs:
                known = {one for one in options if one in concepts or one.startswith("{") or one.split(".")[0] in verbs}
                assert known, f"{frame.tool} {frame.what}: {frame.text} asks for {sorted(options)}"
