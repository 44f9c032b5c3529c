"""What a network says of a sentence becomes a reading that the table allows, whatever the network says."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumika.distil.sentence_coding import CHANNELS, WORD_CHANNELS, Coder, Coding, CodingSettings, coding_of
from sumika.distil.sentence_places import Units, folded, joints_of, places_of
from sumika.distil.sentence_reading import Reading, Said, probability, read, said_of

CODING = Coding(alphabet="abcdeつけて電気", pairs=("ab",), words=("abc",))
READING = Reading(
    coding=CODING,
    intents=("", "power on", "clock time", "climate temperature"),
    statistics=("now", "mean"),
    pieces=("device", "room", "period"),
    takes=((), (0, 1), (), (1, 2)),
    counts=(False, False, False, True),
    sure=(1.0, 0.5, 0.1, 0.1, 0.2),
)

BY_WORDS = msgspec.structs.replace(READING, coding=msgspec.structs.replace(CODING, units="words"))


def said(intents: list[float], marks: list[list[float]], statistics: tuple[float, float] = (1.0, 0.0)) -> Said:
    return said_of(np.array(intents, np.float32), np.array(statistics, np.float32), np.array(marks, np.float32))


def likely(*path: int) -> list[list[float]]:
    return [[4.0 if mark == wanted else 0.0 for mark in range(7)] for wanted in path]


def test_marked_pieces_are_read() -> None:
    sentence = "寝室の電気つけて"
    found = read(sentence, said([0, 5, 0, 0], likely(3, 4, 0, 1, 2, 0, 0, 0)), READING)
    assert found.intent == 1
    pieces = {READING.pieces[kind]: sentence[first:last] for kind, first, last in found.pieces}
    assert pieces == {"room": "寝室", "device": "電気"}
    assert probability(found, READING) > 0.5


def test_nothing_is_nothing_and_intents_have_only_their_pieces() -> None:
    assert read("おはよう", said([5, 0, 0, 0], likely(1, 2, 0, 0)), READING).intent == 0
    found = read("今何時かな", said([0, 0, 60, 0], likely(1, 2, 3, 4, 0)), READING)
    assert (found.intent, found.pieces) == (2, ())
    warm = read("昨日は", said([0, 0, 0, 5], likely(5, 6, 0), statistics=(0.0, 3.0)), READING)
    assert (warm.intent, warm.statistic) == (3, 1)


def test_of_two_pieces_of_a_kind_the_surer_one_stays() -> None:
    marks = likely(1, 2, 0, 1, 2)
    marks[3][1] = marks[4][2] = 9.0
    found = read("電気と電球", said([0, 5, 0, 0], marks), READING)
    assert [one[1:] for one in found.pieces] == [(3, 5)]


def test_a_run_of_katakana_is_seldom_torn_and_yet_may_be_two_pieces() -> None:
    first = [2.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]  # デ is a little likelier to stand outside
    found = read("デスクラもけ", said([0, 5, 0, 0], [first, *likely(2, 2, 2, 0, 0)]), READING)
    assert [one[1:] for one in found.pieces] == [(0, 4)]
    two = read("リビンテレビけ", said([0, 5, 0, 0], likely(3, 4, 4, 1, 2, 2, 0)), READING)
    assert [one[1:] for one in two.pieces] == [(0, 3), (3, 6)]


def test_pieces_keep_to_words_and_lose_spaces() -> None:
    sentence = "dim lamp now"
    marks = likely(0, 0, 0, 0, 0, 1, 2, 2, 2, 0, 0, 0)  # begins within "lamp"
    found = read(sentence, said([0, 5, 0, 0], marks), READING)
    pieces = [sentence[a:b] for _, a, b in found.pieces]
    assert pieces in ([], ["lamp"])
    assert joints_of(places_of("a bc", "characters")) == [False, False, False, True]


WIDE = {ord(one): ord(one) + 0xFEE0 for one in "LAMP"}
TEXT = st.text(alphabet="abc de 電気つけて.3", min_size=1, max_size=14)


@pytest.mark.parametrize("units", ["characters", "words"])
@given(sentence=TEXT, seed=st.integers(0, 2**31 - 1))
def test_any_network_gives_a_valid_reading(units: Units, sentence: str, seed: int) -> None:
    reading = READING if units == "characters" else BY_WORDS
    count = len(places_of(sentence, units))
    random = np.random.default_rng(seed)
    wild = Said(
        intents=random.normal(0, 3, 4),
        statistics=random.normal(0, 3, 2),
        marks=random.normal(0, 5, (count, 7)),
    )
    found = read(sentence, wild, reading)
    kinds = [kind for kind, _, _ in found.pieces]
    assert set(kinds) <= set(READING.takes[found.intent])
    assert len(set(kinds)) == len(kinds)
    for _, first, last in found.pieces:
        piece = sentence[first:last]
        assert piece == piece.strip() != ""
    assert 0 <= probability(found, READING) <= 1


def test_codes_are_alike_for_wide_letters_and_for_names_that_nobody_knows() -> None:
    coder = Coder(coding_of(["turn on the lamp"] * 3 + ["寝室の電気を3度"] * 3, CodingSettings(least=2)))
    assert (coder.codes_of("LAMP".translate(WIDE)) == coder.codes_of("lamp")).all()
    assert (coder.codes_of("３度") == coder.codes_of("7度")).all()
    strange = coder.codes_of("zqzq vovo")
    assert len(set(strange[:4, 3].tolist()) | set(strange[5:, 3].tolist())) == 1
    assert (strange[:, 1:] == coder.rare_of("zqzq vovo")[:, 1:])[:4, 2].all()
    assert coder.codes_of("").shape == (0, CHANNELS)
    assert coder.codes_of("あ" * 200).shape == (96, CHANNELS)
    assert coder.codes_of("lamp").max() < coder.coding.size


def test_words_are_places_and_space_is_none() -> None:
    sentence = "Ken's TV を 26.5度に"
    places = places_of(sentence, "words")
    assert [place.text for place in places] == ["ken", "'", "s", "tv", "を", "00", ".", "0", "度", "に"]
    assert "".join(sentence[place.first : place.last] for place in places) == sentence.replace(" ", "")
    assert [place.titled for place in places][:4] == [True, False, False, False]
    assert places_of(" ", "words") == []


def test_read_by_words_a_piece_runs_from_word_to_word() -> None:
    sentence = "dim oak lamp in kitchen"
    found = read(sentence, said([0, 5, 0, 0], likely(0, 1, 2, 0, 3)), BY_WORDS)
    pieces = {READING.pieces[kind]: sentence[first:last] for kind, first, last in found.pieces}
    assert pieces == {"device": "oak lamp", "room": "kitchen"}


def test_a_word_has_codes_of_itself_its_letters_and_the_word_before() -> None:
    settings = CodingSettings(least=2, units="words")
    coder = Coder(coding_of(["turn on the lamp"] * 3 + ["寝室の電気を3度"] * 3, settings))
    lamp, other = coder.codes_of("the lamp")[1], coder.codes_of("a lamp")[1]
    assert lamp.shape == (WORD_CHANNELS,)
    assert (lamp != other).nonzero()[0].tolist() == [4]
    assert (coder.codes_of("LAMP".translate(WIDE)) == coder.codes_of("lamp")).all()
    strange, rare = coder.codes_of("zqzqvovowibbo qixqix"), coder.rare_of("zqzqvovowibbo qixqix")
    assert (strange[:, 1:] == rare[:, 1:]).all()
    assert ((strange > 0) == (rare > 0)).all()
    assert coder.codes_of("寝室の電気")[:, :CHANNELS].min() > 0
    assert coder.codes_of("寝室 lamp").max() < coder.coding.size
    assert coder.codes_of("").shape == (0, WORD_CHANNELS)


@pytest.mark.parametrize(
    ("character", "same"), [("\uff21", "a"), ("\uff17", "0"), ("七", "七"), ("\uff76", "カ"), ("İ", "İ")]
)
def test_a_character_stays_one(character: str, same: str) -> None:
    assert len(folded(character)) == 1
    assert folded(character) == same
