"""English as families speak it: voices of every age and country, slips put right, and what is said to nobody."""

import pytest

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.names import Names
from sumika.assistant.resolve import resolve
from sumika.assistant.sentences_courtesy_en import plainly
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_evidence_en import is_evident
from sumika.assistant.understanding_networks import Understood
from sumika.config import load_house
from sumika.evaluate.assistant.score_sentences import Outcome, SentenceScore
from sumika.schema.house import House
from tests.spoken_helpers import SPOKEN, score_of_spoken

NOW_UNIX_S = 1_796_000_000.0


@pytest.fixture(scope="module")
def house() -> House:
    """The house that is spoken to."""
    return load_house(SPOKEN / "house_en.yaml").house


@pytest.fixture(scope="module")
def understander(house: House) -> Understander:
    """Sentences and frames, without a student."""
    return Understander(Names(house))


@pytest.fixture(scope="module")
def score(house: House) -> SentenceScore:
    """Score of every phrasing."""
    return score_of_spoken("en.yaml", "en", house)


def test_what_was_understood_once_still_is(score: SentenceScore) -> None:
    assert not [case.phrasing.text for case in score.cases if case.outcome is not Outcome.RIGHT]


def test_there_is_something_of_every_voice(score: SentenceScore) -> None:
    voices = {case.phrasing.style for case in score.cases}
    assert {
        "british",
        "american",
        "australian",
        "indian",
        "elderly",
        "child",
        "casual",
        "polite",
        "asr",
        "trap",
    } <= voices


def _in_one_line(heard: Understood) -> str:
    if heard.ask_back:
        return "?"
    calls = (
        " ".join((f"{call.tool}.{call.what}", *(f"{name}={piece}" for name, piece in sorted(call.spans.items()))))
        for call in heard.calls
    )
    return " + ".join(calls)


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        # Slips that are put right.
        ("turn on the kitchen, no, the living room light", "power.on device=living room light"),
        ("put the bedroom light on no the kitchen", "power.on device=light room=kitchen"),
        ("not the kitchen light, the hall one off", "power.off device=light room=hall"),
        ("turn the light on, no wait, off", "power.off device=light"),
        ("close the blinds, I mean open them", "cover.open device=blinds"),
        (
            "set it to twenty, sorry, twenty two degrees in the study",
            "temperature.set number=twenty two degrees room=study",
        ),
        ("it's too bright, sorry, turn it down", "?"),
        ("just the lamp, not the main light", ""),
        # Whose end is nobody's measure of time.
        ("keep the fan on till I say stop", "power.on device=fan"),
        ("leave the light on", ""),
        # Two, three, and where "there" is.
        (
            "turn off the lights and the tv and close the curtains",
            "power.off device=lights + power.off device=tv + cover.close device=curtains",
        ),
        (
            "raise the blind in the study and turn off the light there",
            "cover.open device=blind room=study + power.off device=light room=study",
        ),
        # What was told of.
        ("I've left the light on in the loo, do switch it off", "power.off device=light room=loo"),
        ("there's nobody in the study, turn the light off", "power.off device=light room=study"),
        ("make sure the lights are off in the kitchen", "power.off device=lights room=kitchen"),
        ("I can't sleep it's too bright", "level.down"),
        # Comparisons.
        (
            "is it warmer in the bedroom or the kitchen",
            "climate.temperature room=bedroom + climate.temperature room=kitchen",
        ),
        (
            "which used more last week, the dryer or the dishwasher",
            "energy.used device=dryer period=last week + energy.used device=dishwasher period=last week",
        ),
        ("who slept longer, mum or dad", "sleep.asleep resident=mum + sleep.asleep resident=dad"),
        (
            "was last month dearer than the month before",
            "energy.cost period=last month + energy.cost period=the month before last",
        ),
        ("are you warmer than the sun", ""),
        # More of its cooling to some, a higher setting to others.
        ("turn the AC up", "?"),
        ("it's too hot, turn the AC up", "?"),
        ("turn the AC up two degrees", "temperature.up device=AC number=two degrees"),
    ],
)
def test_what_is_said_is_understood(understander: Understander, sentence: str, meant: str) -> None:
    assert _in_one_line(understander.understand(sentence, "en", "living")) == meant


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("I'd be ever so grateful if you'd switch the lamp off", "switch the lamp off"),
        ("Could I ask you to open the curtains, please?", "open the curtains, please?"),
        ("if you could just dim the lights I'd be grateful", "dim the lights"),
        ("Do you think you could turn the heating down?", "turn the heating down?"),
        ("pleeease, do turn that off", "please, turn that off"),
        ("do you think we should close the blinds", "do you think we should close the blinds"),
        ("if you could see what I see", "if you could see what I see"),
        ("do the lights work?", "do the lights work?"),
    ],
)
def test_courtesy_is_left_out_and_nothing_else(said: str, plain: str) -> None:
    assert plainly(said) == plain


@pytest.mark.parametrize(
    ("word", "is_asked"),
    [
        ("upstairs", True),
        ("downstairs", True),
        ("the basement", True),
        ("the ground floor", False),
        ("the study", False),
    ],
)
def test_a_house_of_one_storey_has_no_upstairs(house: House, word: str, is_asked: bool) -> None:
    call = Call(tool="power", what="off", spans={"device": "lights", "room": word})
    found = resolve(call, Names(house), now_unix_s=NOW_UNIX_S)
    assert (found.ask_back == "ask_back.one_storey") is is_asked


def test_a_bath_of_forty_degrees_is_no_room(house: House) -> None:
    call = Call(tool="temperature", what="set", spans={"room": "bath", "number": "forty degrees"})
    assert resolve(call, Names(house), now_unix_s=NOW_UNIX_S).ask_back == "ask_back.nonsense_number"


class Fairly:
    """A student that reads one call out of everything, and is fairly sure of it."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def read(self, sentence: str) -> tuple[Call, float]:
        del sentence
        return self.call, 0.75


@pytest.mark.parametrize(
    ("sentence", "is_done"),
    [
        ("gently ease that blinking lamp off", True),
        ("gently ease that blinking lamp", False),
        ("she wants that blinking lamp off", False),
        ("I'm going to switch that blinking lamp off", False),
        ("that blinking lamp off and the other blinking one on", False),
        ("it's cheaper to have that blinking lamp off", False),
        ("that blinking lamp went off", False),
    ],
)
def test_a_student_is_believed_sooner_where_the_word_is_said(house: House, sentence: str, is_done: bool) -> None:
    call = Call(tool="power", what="off", spans={"device": "lamp"})
    assert is_evident(sentence, call) or not is_done
    heard = Understander(Names(house), Fairly(call)).understand(sentence, "en", "living")
    assert (not heard.ask_back and heard.calls == (call,)) is is_done


def test_what_no_house_has_is_not_warmed_up_for_a_student(house: House) -> None:
    class Sure(Fairly):
        def read(self, sentence: str) -> tuple[Call, float]:
            return self.call, 0.97

    warmer = Call(tool="temperature", what="up")
    assert Understander(Names(house), Sure(warmer)).understand("heat up the soup").ask_back
    assert Understander(Names(house), Sure(warmer)).understand("heat up the gaff").ask_back
    assert not TOOLS["temperature"].needs
