"""Understands what is said to the house: sentences of the book first, then the house's student, then a larger model.

What is not understood surely is not done: it is asked back whether it was meant.
"""

from functools import cache

import msgspec

from sumika.assistant import sentences_spoken_ja as spoken
from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.names import Names
from sumika.assistant.sentences_book import SentenceBook
from sumika.assistant.sentences_courtesy_en import plainly
from sumika.assistant.sentences_endings_ja import asks_how_much, is_done
from sumika.assistant.sentences_meant import asks_leave, is_nothing, is_outside
from sumika.assistant.sentences_repairs_en import is_repaired, repairs
from sumika.assistant.sentences_told_en import goes_either_way
from sumika.assistant.sentences_told_ja import tells_only
from sumika.assistant.understanding_agreed_ja import asked_alike, ordered_alike
from sumika.assistant.understanding_asides import acts_beside, asides, is_steered
from sumika.assistant.understanding_asked import as_meant, asked
from sumika.assistant.understanding_evidence_ja import (
    as_said,
    is_contradicted,
    is_only_told,
    is_unfounded,
    is_wished,
)
from sumika.assistant.understanding_guard import (
    is_another_matter,
    is_begun,
    is_left_out,
)
from sumika.assistant.understanding_hints_ja import hinted
from sumika.assistant.understanding_larger import SHORT_WORDS
from sumika.assistant.understanding_later import put_off
from sumika.assistant.understanding_model import LargerModel
from sumika.assistant.understanding_networks import Networks, SentenceStudent, Understood
from sumika.assistant.understanding_parts import several
from sumika.assistant.understanding_pieces import completed, is_called, pieces, simpler, widened, without
from sumika.assistant.understanding_recorded import (
    has_evidence,
    is_beyond,
    is_foretold,
    is_of_another_thing,
    is_question,
    is_to_come,
    is_unrecorded,
    may_be_declined,
)
from sumika.assistant.understanding_topics import about, named

SURE_WITHOUT_A_WORD = 0.9
"""So probable a student's reading of a question must be to be answered where the question has no word of it."""

MOST_LETTERS = 300

UNRECORDED = "unrecorded"
"""What `ask_back` of a question is that no record can answer: then it is declined, and nothing near it is told."""


class Understander:
    """Understands sentences in one house.

    Args:
        names: Of the house.
        student: The house's own; None: there is none.
        model: A larger model; None: none is asked.
    """

    def __init__(self, names: Names, student: SentenceStudent | None = None, model: LargerModel | None = None) -> None:
        self._book = SentenceBook(names)
        self._networks = Networks(self._book, student, model)

    def understand(self, sentence: str, language: str = "", room: str = "") -> Understood:
        """Return what a sentence asks for; it is told by its script which language it is in.

        Args:
            sentence: As it was said.
            language: In which the answer will be; what was said may be in another.
            room: Of who speaks. What is meant by "the light" is found out later, by `resolve`.
        """
        if not sentence.strip() or len(sentence) > MOST_LETTERS:
            return Understood()
        self._networks.silent, self._networks.asks = False, True
        found = self._heard(sentence)
        self._networks.asks = False
        return put_off(sentence, found, self._book.lists, self._heard)

    def _heard(self, sentence: str) -> Understood:
        """Return what a sentence asks for, whatever it says of in how long."""
        found = self._understood(sentence)
        if is_japanese(sentence) and (not found.calls or (found.by == "student" and self._is_unsure(found, sentence))):
            found = self._hinted(sentence) or found
        if self._networks.silent and not found.calls and not found.ask_back:
            return Understood(silent=True)
        if not found.calls and not found.ask_back and self._book.names_alone(sentence):
            return Understood(ask_back="ask_back.again")
        if any(is_left_out(sentence, call) or goes_either_way(call, sentence) for call in found.calls):
            return msgspec.structs.replace(found, ask_back="ask_back.meant")
        return found

    def _is_unsure(self, found: Understood, sentence: str) -> bool:
        """Return whether a student's reading is asked back, of a thing that nobody here calls so, or asks unasked."""
        if found.calls and _only_asks(found) and not is_question(sentence):
            return True
        return bool(found.ask_back) or not self._knows(found)

    def _knows(self, found: Understood) -> bool:
        """Return whether every room, person and thing that was cut out is called so in this house."""
        named = (("device", "name"), ("room", "area"), ("resident", "resident"))
        return all(
            is_called(call.spans[span], self._book.lists, name)
            for call in found.calls
            for span, name in named
            if span in call.spans
        )

    def _hinted(self, sentence: str) -> Understood | None:
        """Return the complaint that a Japanese sentence hints at; None where it names more than a room."""
        lists = self._book.lists
        if any(pieces(sentence, lists, name) for name in ("name", "resident", "period", "time", "duration")):
            return None
        call = hinted(without(sentence, lists, "area"))
        if call is None or tells_only(call.tool, call.what, call.spans, sentence):
            return None
        rooms = pieces(sentence, lists, "area")
        if (
            len(rooms) > 1
            or any(is_outside(one.text) for one in rooms)
            or is_nothing(call.tool, call.what, call.spans, sentence)
        ):
            return None
        if rooms:
            call = msgspec.structs.replace(call, spans={"room": rooms[0].text})
        return Understood(calls=(call,), by="sentences", probability=1.0)

    def _understood(self, sentence: str) -> Understood:
        """Return what a sentence orders or asks, by whoever knows it first."""
        read = self._by_sentences(sentence)
        if read is None:
            for question in asides(sentence):
                if acts_beside(sentence, question, self._one):
                    return self._networks.read(sentence) or Understood()
                found = self._question(question, self._by_sentences(question))
                if found.calls and not found.ask_back and _only_asks(found):
                    said = question.casefold() if is_steered(sentence) else sentence.casefold()
                    calls = tuple(as_meant(call, said) for call in found.calls)
                    if is_japanese(sentence):
                        # The room is often named before: キッチン蒸し暑くない？何度よ.
                        calls = tuple(completed(call, sentence, self._book.lists) for call in calls)
                    return msgspec.structs.replace(found, calls=calls)
        if read is not None and _asks_how_it_feels(read, sentence):
            read = None
        is_asked = is_question(sentence) and not spoken.wishes(sentence) if read is None else _only_asks(read)
        if is_asked:
            return self._question(sentence, read)
        understood = read or self._networks.read(sentence)
        if understood is None or (understood.by == "student" and (understood.ask_back or not self._knows(understood))):
            understood = self._alike(sentence, asked=False) or understood
        if understood is not None:
            another = any(is_another_matter(sentence, call) for call in understood.calls)
            return Understood() if another else understood
        figure = named(sentence, self._book.lists)
        return Understood() if figure is None else Understood(calls=(figure,), by="sentences", probability=1.0)

    def _question(self, sentence: str, read: Understood | None) -> Understood:
        """Return what a question asks for, or that no record tells it.

        Args:
            sentence: One sentence, as it was said.
            read: What the book makes of it.
        """
        if read is not None and read.calls and all(call.tool == "known" for call in read.calls):
            return read  # of now, by students: what records do not keep of it is no reason to decline
        lists = self._book.lists
        simple = simpler(sentence, lists)
        again = read if simple == sentence else self._by_sentences(simple)
        if read is not None and again is not None and _only_asks(read) and not _only_asks(again):
            simple, again = sentence, read  # whether grandma's room is cold asks, and is no complaint of here
        read = again
        calls = asked(simple, lists)
        found = Understood(calls=calls, by="sentences", probability=1.0) if calls else read or self._by_network(simple)
        if not _only_asks(found):
            return found
        bare = without(simple, lists, "name", "area", "resident")
        if not found.calls and not sentence.rstrip().endswith(("?", "\uff1f")):
            return found
        told_ahead = bool(found.calls) and all(is_foretold(call, sentence.casefold()) for call in found.calls)
        if (is_unrecorded(bare) and not told_ahead) or any(
            self._is_not_told(simple, bare, call) for call in found.calls
        ):
            return Understood(by=found.by, ask_back=UNRECORDED)
        return msgspec.structs.replace(
            found,
            calls=tuple(
                as_meant(call if calls else widened(call, simple, lists), simple.casefold()) for call in found.calls
            ),
        )

    def _is_not_told(self, sentence: str, bare: str, call: Call) -> bool:
        """Return whether no record tells what a call asks for, by the question that it was read out of."""
        if not may_be_declined(call):
            return False
        if is_another_matter(sentence, call) or is_to_come(call, bare):
            return True
        return is_of_another_thing(call, bare) or is_beyond(call, bare)

    def _by_network(self, sentence: str) -> Understood:
        """Return what student, topic or larger model make of a question; no call of which it says no word."""
        lists = self._book.lists
        found = self._networks.read(sentence)
        borne_out = found is not None and self._is_borne_out(found, sentence)
        if found is not None and borne_out and self._knows(found):
            return found
        if (alike := self._alike(sentence, asked=True)) is not None:
            return alike
        if found is not None and borne_out:
            return found
        call = about(sentence, lists)
        told = call is not None and is_japanese(sentence) and tells_only(call.tool, call.what, call.spans, sentence)
        if told or asks_leave(sentence):
            return Understood(ask_back="ask_back.again")
        if call is not None:
            return Understood(calls=(call,), by="sentences", probability=1.0)
        if found is None or not found.calls or not _only_asks(found):
            return found or Understood()
        return Understood(by=found.by, probability=found.probability, ask_back=UNRECORDED)

    def _alike(self, sentence: str, *, asked: bool) -> Understood | None:
        """Return what frames with letters left over and the student take a Japanese sentence for alike.

        Args:
            sentence: As it was said.
            asked: Whether it is a question by its form.
        """
        if not is_japanese(sentence):
            return None
        student = self._networks.heard(sentence)
        if student is not None:
            student = (as_said(sentence, student[0]), student[1])
        plain = spoken.always(sentence)
        for said in dict.fromkeys((plain, spoken.again(plain), spoken.northern(plain))):
            if (alike := self._alike_as(said, sentence, student, asked=asked)) is not None:
                return alike
        return None

    def _alike_as(
        self, plain: str, sentence: str, student: tuple[Call, float] | None, *, asked: bool
    ) -> Understood | None:
        """Return what frames and student take a sentence for alike, that is said again in other words."""
        lists, reads = self._book.lists, self._book.loosely(plain)
        found = asked_alike(plain, reads, student, lists, asks=asked or is_question(plain))
        if found is not None and (asked or not (is_only_told(plain) or is_wished(plain) or is_done(plain))):
            told = tells_only(found.call.tool, found.call.what, found.call.spans, sentence)
            read = Understood(calls=(found.call,), by="sentences", probability=found.probability)
            return None if told else _if_said(read, sentence)
        found = None if asked else ordered_alike(plain, reads, student)
        if found is None or is_contradicted(sentence, found.call) or is_unfounded(sentence, found.call):
            return None
        guarded = self._networks.guarded(sentence, found.call, "student", found.probability, sure=True)
        return _if_said(guarded, sentence)

    def _is_borne_out(self, found: Understood, sentence: str) -> bool:
        """Return whether what a network read out of a question is surely meant, or is none that records answer."""
        if not _only_asks(found):
            return not found.ask_back
        if found.calls and not any(map(may_be_declined, found.calls)):
            return True
        if not found.calls or found.ask_back:
            return False
        said = without(sentence, self._book.lists, "resident", "period")
        return found.probability >= SURE_WITHOUT_A_WORD or all(has_evidence(call, said) for call in found.calls)

    def _by_sentences(self, sentence: str) -> Understood | None:
        if not is_japanese(sentence):
            return self._by_book_in_english(sentence)
        plain = spoken.always(sentence)
        found = self._by_book(plain)
        if (found is None or found.ask_back or spoken.asks(plain)) and (other := spoken.again(plain)) != plain:
            said_again = self._by_book(other)
            if said_again is not None and any(call.tool in SHORT_WORDS for call in said_again.calls):
                said_again = None
            if said_again is not None and any(
                tells_only(one.tool, one.what, one.spans, plain) for one in said_again.calls
            ):
                said_again = None  # the ending that was taken off told that it was news: ご飯できたよー
            found = said_again if said_again is not None and not said_again.ask_back else found or said_again
        if (found is None or _only_asks(found)) and (other := spoken.northern(plain)) != plain:
            of_north = self._by_book(other) if found is None or spoken.wishes(other) else None
            found = of_north or found
        return _if_said(found, sentence)

    def _by_book_in_english(self, sentence: str) -> Understood | None:
        """Return what the book makes of an English sentence; of one that is taken back half-way, what it comes to."""
        plain, lists = plainly(sentence), self._book.lists
        for other in repairs(plain, lists):
            if (read := self._book.read(other)) is not None and read.bare:
                continue  # "just the lamp, not the main light" says nothing of what it shall do
            found = _if_said(self._by_book(other), sentence)
            if found is not None and len(found.calls) == 1 and not found.ask_back and not _only_asks(found):
                return found
        found = _if_said(self._by_book(plain), sentence)
        if found is None or _only_asks(found) or not is_repaired(plain, lists):
            return found
        return Understood(by=found.by, probability=found.probability, ask_back="ask_back.again")

    def _by_book(self, sentence: str) -> Understood | None:
        read = self._book.read(sentence)
        if read is not None:
            unsure = read.also is not None and (TOOLS[read.call.tool].acts or TOOLS[read.also.tool].acts)
            # Home Assistant takes "bedroom light" for an order. 電気 alone may as well be the beginning of a question.
            unsure = unsure or (read.bare and TOOLS[read.call.tool].acts and is_begun(sentence, read.call))
            asked = "ask_back.meant" if unsure else ""
            return Understood(calls=(read.call,), by="sentences", probability=1.0, ask_back=asked)
        calls = several(sentence, self._book.lists, cache(self._one))
        if is_japanese(sentence) and all(call.tool == "house_mode" for call in calls):
            calls = calls[-1:]  # leave it alone, and ask first: how far the house may go is one thing
        return Understood(calls=calls, by="sentences", probability=1.0) if calls else None

    def _one(self, part: str) -> Call | None:
        # "The lamp" alone switches it on; beside "turn off the TV, ..." it certainly does not.
        read = self._book.read(part)
        if read is None and is_japanese(part) and (other := spoken.again(part)) != part:
            read = self._book.read(other)
        return None if read is None or read.also is not None or read.bare else read.call


def _if_said(found: Understood | None, sentence: str) -> Understood | None:
    """Return what was understood if all that was copied stands in the sentence, letter for letter."""
    pieces = () if found is None else (piece for call in found.calls for piece in call.spans.values())
    return found if all(piece in sentence for piece in pieces) else None


def _asks_how_it_feels(read: Understood, sentence: str) -> bool:
    """Return whether a question in Japanese was taken for a complaint: どれぐらい冷え込んでんの asks how cold it is."""
    felt = bool(read.calls) and all(call.tool == "feel" for call in read.calls)
    return felt and is_japanese(sentence) and asks_how_much(sentence)


def _only_asks(found: Understood) -> bool:
    """Return whether nothing of what was understood acts."""
    return not any(TOOLS[call.tool].acts for call in found.calls)
