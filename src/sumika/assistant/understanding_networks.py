"""What networks read in a sentence, as far as it may be taken: the house's student, and a larger model where one is."""

import math
from typing import Protocol

import msgspec

from sumika.assistant import sentences_spoken_ja as spoken
from sumika.assistant.calls import TOOLS, Call, CallError, checked
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_asked import asks_or_denies
from sumika.assistant.sentences_book import SentenceBook
from sumika.assistant.sentences_endings_ja import is_done
from sumika.assistant.sentences_meant import asks_leave, is_denied, is_nothing
from sumika.assistant.sentences_told_en import asks_nothing, is_none_of_the_house
from sumika.assistant.sentences_told_ja import tells_only
from sumika.assistant.understanding_evidence_en import is_evident
from sumika.assistant.understanding_evidence_ja import (
    as_said,
    is_contradicted,
    is_only_told,
    is_unfounded,
    is_vouched,
    is_wished,
)
from sumika.assistant.understanding_guard import (
    is_of_something_else,
    is_of_the_house,
    may_be_no_order,
    says_of_what,
)
from sumika.assistant.understanding_larger import is_seconded, read_by
from sumika.assistant.understanding_model import LargerModel
from sumika.assistant.understanding_pieces import recut, without
from sumika.assistant.understanding_recorded import (
    has_evidence,
    is_question,
)
from sumika.schema import SumikaError

SURE_TO_ACT, SURE_TO_ANSWER = 0.8, 0.6
"""So probable a student's reading must be for the house to do it, or to answer it."""

SURE_BESIDE_UNKNOWN_WORDS = 0.85
"""So probable it must be in Japanese for words that the house does not know to matter no more: reasons may have any."""

EVIDENT_TO_ACT = 0.7
"""So probable it must be where the sentence has the very word of it, and none against it."""

WORTH_ASKING = 0.3
"""Below that it is not even asked whether it was meant."""

SURE_OF_SHORT_WORDS = {"answer": math.inf, "undo": math.inf, "house_mode": 0.95}
"""So probable it must be to be asked about or done where short words decide much, and a network takes a sigh for a yes:
answers and undoing are left to sentences alone."""

_OF_A_DEED = frozenset({"power", "cover", "machine", "hot_water", "mode"})
"""Of what is told to be done already nothing is to be done."""


class SentenceStudent(Protocol):
    """A small network that reads a sentence."""

    def read(self, sentence: str) -> tuple[Call, float] | None:
        """Return the most probable call and its probability; None if there is none."""


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood.

    Attributes:
        calls: Usually one; () where nothing was understood.
        by: "sentences", "student", "model", or "" where nobody did.
        probability: How surely; 1 for sentences.
        ask_back: Key of what is to be asked: "ask_back.meant" whether the calls were meant, "ask_back.again" to say it
            another way; `UNRECORDED` that no record tells it. Then nothing is done.
        silent: Whether the larger model was asked, and did not answer.
        delay: Piece that says in how long the order is to be carried out, of tools that take none; empty: now.
    """

    calls: tuple[Call, ...] = ()
    by: str = ""
    probability: float = 0.0
    ask_back: str = ""
    silent: bool = False
    delay: str = ""


class Networks:
    """Student and larger model of one house.

    Args:
        book: Names of the house.
        student: The house's own; None: there is none.
        model: A larger model, asked where the student is unsure; None: none is asked.

    Attributes:
        silent: Whether the model failed to answer about the present sentence; whoever begins another takes it back.
        asks: Whether the model may be asked; not where it was asked about the whole of what is read now.
    """

    def __init__(self, book: SentenceBook, student: SentenceStudent | None, model: LargerModel | None) -> None:
        self._book, self._student, self._model = book, student, model
        self.silent, self.asks = False, True

    def heard(self, sentence: str) -> tuple[Call, float] | None:
        """Return what the student reads, however unsure; None where it reads nothing, or there is none."""
        return self._student.read(sentence) if self._student is not None else None

    def read(self, sentence: str) -> Understood | None:
        """Return what the student reads; where it is unsure what a larger model reads, if there is one.

        A model that is silent, or makes nothing of it, leaves a house no worse than without: the student asks back.
        """
        if self._model is None:
            return self._by_student(sentence)
        found = self._by_student(sentence, surely=True) or self._by_model(sentence)
        return found if found is not None and found.calls else self._by_student(sentence) or found

    def _by_student(self, sentence: str, *, surely: bool = False) -> Understood | None:
        read = self.heard(sentence)
        if read is None:
            return None
        call, probability = recut(as_said(sentence, read[0]), sentence, self._book.lists), read[1]
        try:
            checked(call, sentence)
        except CallError:
            return None
        evident = probability >= EVIDENT_TO_ACT and not is_japanese(sentence) and is_evident(sentence, call)
        acts = TOOLS[call.tool].acts and not evident
        sure = probability >= (SURE_TO_ACT if acts else SURE_TO_ANSWER) and says_of_what(call)
        sure = sure or is_vouched(sentence, call, probability)
        if surely and not sure:
            return None
        if probability < SURE_OF_SHORT_WORDS.get(call.tool, WORTH_ASKING):
            return None
        return self._weighed(sentence, call, "student", probability, sure=sure)

    def _weighed(self, sentence: str, call: Call, by: str, probability: float, *, sure: bool) -> Understood | None:
        """Return what was read as it may be taken: done, asked back, or as none of the house's matters."""
        if not TOOLS[call.tool].acts and (asks_nothing(sentence) or self._is_only_told(sentence, call)):
            return None
        if is_none_of_the_house(call.tool, call.spans, sentence.casefold()):
            return None
        if call.tool == "state" and asks_leave(sentence):
            return None
        names_it = is_japanese(sentence) and is_of_the_house(call)
        may_say_more = names_it and probability >= SURE_BESIDE_UNKNOWN_WORDS
        sure = sure and (may_say_more or not is_of_something_else(sentence, call, self._book.knows))
        sure = sure and not (call.tool in _OF_A_DEED and is_japanese(sentence) and is_done(sentence))
        sure = sure and not is_unfounded(sentence, call) and not is_contradicted(sentence, call)
        return self.guarded(sentence, call, by, probability, sure=sure)

    def _is_only_told(self, sentence: str, call: Call) -> bool:
        """Return whether a question was read out of a Japanese sentence that asks nothing, or has no word of it."""
        if not is_japanese(sentence):
            return False
        if is_wished(sentence) or is_question(sentence) or is_question(spoken.northern(spoken.always(sentence))):
            return is_wished(sentence)
        said = without(sentence, self._book.lists, "resident", "period")
        return is_only_told(sentence) or not has_evidence(call, said)

    def _by_model(self, sentence: str) -> Understood | None:
        if self._model is None or self.silent or not self.asks:  # who did not answer is not asked of each part
            return None
        try:
            call = read_by(self._model, sentence)
        except SumikaError:
            # It is not there: nothing was understood, and that is what the house says.
            self.silent = True
            return None
        if call is None:
            return None
        call = recut(as_said(sentence, call), sentence, self._book.lists)
        other = self.heard(sentence)
        seconded = self._model.trusted or is_seconded(sentence, call, other, self._book.lists)
        return self._weighed(sentence, call, "model", SURE_TO_ACT, sure=says_of_what(call) and seconded)

    def guarded(self, sentence: str, call: Call, by: str, probability: float, *, sure: bool) -> Understood:
        """Return a reading as what may be no order, or only tells, allows it to be taken.

        Args:
            sentence: As it was said.
            call: What was read.
            by: Who read it.
            probability: How surely.
            sure: Whether that is enough to be taken without asking back.
        """
        tells = is_japanese(sentence) and tells_only(call.tool, call.what, call.spans, sentence)
        if tells and not TOOLS[call.tool].acts:
            return Understood(by=by, probability=probability)
        acts = TOOLS[call.tool].acts
        tells = tells or (acts and _is_nothing(sentence, call))
        if tells or (acts and may_be_no_order(sentence, call)):
            return Understood(by=by, probability=probability, ask_back="ask_back.again")
        asked = "" if sure else "ask_back.meant"
        return Understood(calls=(call,), by=by, probability=probability, ask_back=asked)


def _is_nothing(sentence: str, call: Call) -> bool:
    """Return whether an order that was read is not meant so; in English a student knows most of that by itself."""
    if is_japanese(sentence):
        return is_nothing(call.tool, call.what, call.spans, sentence)
    return is_denied(call.tool, call.what, sentence) or asks_or_denies(call.tool, call.what, sentence)
