"""Paraphrases of a large model: believed only with every piece where it was, and tried like every other sentence."""

from sumika.distil.sentence_data import LEARNT, Labelled
from sumika.training.house_language.endpoint import bracketed, kept, relabelled

ASKED = Labelled(
    text="turn on the lamp in the kitchen",
    intent="power on",
    statistic="",
    pieces=(("device", 12, 16), ("room", 24, 31)),
    group="g",
    domain="en",
    part=LEARNT,
)


def test_pieces_stand_in_brackets() -> None:
    assert bracketed(ASKED) == "turn on the [lamp] in the [kitchen]"


def test_an_answer_takes_the_label_along() -> None:
    made, problem = relabelled(ASKED, '"The [kitchen] could do with some light from the [lamp]."\n')
    assert problem == ""
    assert made is not None
    assert made.text == "The kitchen could do with some light from the lamp."
    assert {kind: made.text[first:last] for kind, first, last in made.pieces} == {"device": "lamp", "room": "kitchen"}
    assert (made.intent, made.group) == ("power on", "g")


def test_what_lost_a_piece_or_invented_one_is_thrown_away_and_counted() -> None:
    answers = (
        "light the [lamp] please",
        "the [lamp] in the [kitchen] and the [hall]",
        "",
        "turn on the [lamp] in the [kitchen]",
        "Please get the [lamp] in the [kitchen] going",
        "Please get the [lamp] in the [kitchen] going",
    )
    found, thrown = kept((ASKED, answer) for answer in answers)
    assert [one.text for one in found] == ["Please get the lamp in the kitchen going"]
    assert thrown == {"a piece was lost": 2, "a piece that was not there": 1, "nothing new": 1}


def test_an_answer_that_nobody_can_read_is_thrown_away() -> None:
    warm = Labelled(
        text="寝室を23度に",
        intent="temperature set",
        statistic="",
        pieces=(("room", 0, 2), ("number", 3, 6)),
        group="g",
        domain="ja",
        part=LEARNT,
    )
    assert relabelled(warm, "[寝室]は[23度]がいい")[1] == ""
    assert relabelled(warm, "[寝室]は[二十三]くらいで")[1] == "a piece that was not there"
