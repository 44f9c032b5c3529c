"""Two readers of a Japanese sentence that agree, and how sentences end: closed classes, in every province."""

import re

import pytest

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.names import Names
from sumika.assistant.sentences_book import SentenceBook
from sumika.assistant.sentences_endings_ja import QUESTION_WORDS, asks_how_much, is_done
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_agreed_ja import asked_alike, ordered_alike
from sumika.assistant.understanding_pieces import completed, recut
from sumika.assistant.understanding_recorded import is_question
from sumika.config import load_house
from sumika.schema.house import House
from tests.spoken_helpers import SPOKEN

OFF_TV = Call(tool="power", what="off", spans={"device": "テレビ"})
WASHER = Call(tool="state", what="device", spans={"device": "洗濯機"})


@pytest.fixture(scope="module")
def house() -> House:
    """The house that is spoken to."""
    return load_house(SPOKEN / "house.yaml").house


@pytest.fixture(scope="module")
def understander(house: House) -> Understander:
    """Sentences and frames, without a student."""
    return Understander(Names(house))


class Reads:
    """A student that reads one call out of everything."""

    def __init__(self, call: Call, probability: float) -> None:
        self.call, self.probability = call, probability

    def read(self, sentence: str) -> tuple[Call, float]:
        del sentence
        return self.call, self.probability


def _heard(house: House, sentence: str, call: Call, probability: float) -> tuple[str, bool]:
    heard = Understander(Names(house), Reads(call, probability)).understand(sentence, "ja", "living")
    said = " ".join(f"{one.tool}.{one.what} {sorted(one.spans.items())}" for one in heard.calls)
    return said, bool(heard.ask_back)


def test_an_unsure_student_is_believed_where_a_frame_with_letters_left_over_reads_the_same(house: House) -> None:
    sentence = "洗濯機ぽにょって止まってる？"
    assert _heard(house, sentence, WASHER, 0.1) == ("state.device [('device', '洗濯機')]", False)


def test_a_frame_alone_answers_a_question_with_few_kana_left_over(understander: Understander) -> None:
    (call,) = understander.understand("天窓開いたままちゃう？", "ja", "living").calls
    assert (call.tool, call.spans) == ("state", {"device": "天窓"})


def test_a_student_that_is_sure_of_something_else_contradicts_a_frame(house: House) -> None:
    other = Call(tool="energy", what="cost", spans={"device": "洗濯機"})
    said, _ = _heard(house, "洗濯機ぽにょって止まってる？", other, 0.99)
    assert not said.startswith("state")


@pytest.mark.parametrize(
    "sentence",
    [
        "しゃわーのお湯もう沸いてる？",  # an owner that nobody knows
        "湯加減もう沸いてる？",  # half of another thing's name
        "洗濯機止まったらすぐ教えてほげ",  # once it is so
        "洗濯機ぽにょ以外は止まってる？",  # an exception
    ],
)
def test_what_is_left_over_may_not_mean_something(house: House, sentence: str) -> None:
    book = SentenceBook(Names(house))
    thing = "湯" if "湯" in sentence else "洗濯機"
    read = (Call(tool="state", what="device", spans={"device": thing}), 0.9)
    assert (
        asked_alike(sentence, [one for one in book.loosely(sentence) if one.left], read, book.lists, asks=True) is None
    )


def test_an_order_is_carried_out_only_where_the_student_agrees(house: House) -> None:
    book = SentenceBook(Names(house))
    sentence = "テレビぽにょ消して"
    reads = book.loosely(sentence)
    assert reads[0].call == OFF_TV
    agreed = ordered_alike(sentence, reads, (OFF_TV, 0.5))
    assert agreed is not None
    assert agreed.call == OFF_TV
    assert ordered_alike(sentence, reads, (OFF_TV, 0.3)) is None
    assert ordered_alike(sentence, reads, (Call(tool="power", what="on", spans=OFF_TV.spans), 0.9)) is None
    assert ordered_alike(sentence, reads, None) is None


def test_an_order_passes_over_no_word_that_it_knows(house: House) -> None:
    book = SentenceBook(Names(house))
    sentence = "昨日テレビ消して"
    reads = book.loosely(sentence)
    assert ordered_alike(sentence, reads, (OFF_TV, 0.9)) is None


@pytest.mark.parametrize(
    "sentence", ["もう電気消したで", "閉めたけんね", "閉めたばっかりやわ", "止まったけえ", "切ったがね"]
)
def test_what_was_done_is_told(house: House, sentence: str) -> None:
    assert is_done(sentence)
    heard = Understander(
        Names(house), Reads(Call(tool="power", what="off", spans={"device": "電気"}), 0.95)
    ).understand(sentence if "電気" in sentence else f"電気{sentence}", "ja", "living")
    assert heard.ask_back or not any(TOOLS[call.tool].acts for call in heard.calls)


@pytest.mark.parametrize(
    "sentence", ["電気消して", "消しんさい", "つけたって", "朝までにお願いいたします", "切った方がいい"]
)
def test_what_is_asked_for_is_not_done_yet(sentence: str) -> None:
    assert not is_done(sentence)


@pytest.mark.parametrize(
    "sentence", ["どんだけ冷えてた", "高いとこいくつ", "料金はいかほど", "洗濯機いづ終わるべ", "どっちが暑い"]
)
def test_a_question_word_asks_without_a_mark(sentence: str) -> None:
    assert is_question(sentence)


@pytest.mark.parametrize(
    "sentence", ["どんどん明るくして", "いつも通りにして", "どうにかして", "何とかして", "どこもかしこも消して"]
)
def test_what_looks_like_a_question_word_asks_nothing(sentence: str) -> None:
    assert re.search(QUESTION_WORDS, sentence) is None


def test_how_cold_it_is_is_no_complaint(understander: Understander) -> None:
    assert asks_how_much("廊下って今どれぐらい冷え込んでんのん")
    assert not asks_how_much("どんだけ寒いねん")
    heard = understander.understand("廊下って今どれぐらい冷え込んでんのん", "ja", "living")
    assert not any(TOOLS[call.tool].acts for call in heard.calls)


@pytest.mark.parametrize(
    ("sentence", "tool", "spans"),
    [
        ("本日の天気を教えて", "outside", {"period": "本日"}),
        ("台所の明るさは今どのくらい？", "climate", {"room": "台所"}),
        ("おばあちゃん、どこにおりゃあす？", "presence", {"resident": "おばあちゃん"}),
        ("ばあば夜中に何回起きた？", "sleep", {"resident": "ばあば"}),
    ],
)
def test_a_question_is_completed_with_what_stands_in_it(
    house: House, sentence: str, tool: str, spans: dict[str, str]
) -> None:
    book = SentenceBook(Names(house))
    what = {"outside": "weather", "climate": "light", "presence": "where", "sleep": "ups"}[tool]
    assert completed(Call(tool=tool, what=what), sentence, book.lists).spans == spans


def test_a_room_that_is_a_thing_is_no_room(house: House) -> None:
    lists = SentenceBook(Names(house)).lists
    read = Call(tool="what_if", what="up", spans={"number": "1度", "room": "暖房"})
    assert recut(read, "暖房1度上げたらいくら", lists).spans == {"number": "1度"}
    hot = Call(tool="feel", what="hot", spans={"room": "風呂"})
    assert recut(hot, "蒸し風呂かよ", lists).spans == {}
    assert recut(hot, "風呂が暑い", lists).spans == {"room": "風呂"}
    doing = Call(tool="known", what="doing", spans={"resident": "ルンバ"})
    assert recut(doing, "ルンバ何してる", lists) == Call(tool="state", what="device", spans={"device": "ルンバ"})
