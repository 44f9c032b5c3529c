"""The book of sentences: templates in Home Assistant's format, and what a sentence that fits one of them asks for.

`sentences/<language>/*.yaml` hold ours, one file an intent, and English adds Home Assistant's own. A block says in its
`metadata` which tool and which closed word it stands for; slots called `what` or `statistic` override them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from sumika.assistant.calls import TOOLS, Call, CallError, checked
from sumika.assistant.lexicon import WHOLE_HOUSE, is_japanese
from sumika.assistant.names import Names
from sumika.assistant.sentences_frame_words import grammar_of
from sumika.assistant.sentences_frames import Fit, Places, fits
from sumika.assistant.sentences_heard import Heard, heard_of, template_letters
from sumika.assistant.sentences_lists import FOUND, SPAN_OF_LIST, Lists
from sumika.assistant.sentences_meant import asked_of, is_nothing, otherwise
from sumika.assistant.sentences_templates import Template, beginnings_of, book

if TYPE_CHECKING:
    from sumika.assistant.sentences_match import Caught

_AT_HOME = frozenset({"home", "house", "apartment", "flat", "家", "いえ", "うち"})
_WHOLE_HOUSE = frozenset(map(template_letters, WHOLE_HOUSE))


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that fits the book.

    Attributes:
        call: What it asks for.
        template: The template that it fits.
        rank: For comparing: lower fits better.
        bare: Whether nothing but names and numbers was said: "bedroom light".
        also: Another call that it fits as well; None: it is the only one.
        left: Where pieces of the sentence stand that the frame has no place for: begin, end.
        unknown: Those of them that no word of the book covers.
    """

    call: Call
    template: str
    rank: tuple[int, int, int]
    bare: bool = False
    also: Call | None = None
    left: tuple[tuple[int, int], ...] = ()
    unknown: tuple[tuple[int, int], ...] = ()


class _Taken(msgspec.Struct):
    """What was caught: words that are no pieces of the sentence, pieces, what kinds of things they are, how long."""

    words: dict[str, str]
    spans: dict[str, str] = {}
    domains: frozenset[str] = frozenset()
    letters: int = 0


class SentenceBook:
    """Sentences of both languages for one house.

    Attributes:
        lists: What its names and numbers are found by.

    Args:
        names: Of the house.
    """

    def __init__(self, names: Names) -> None:
        self.lists = Lists(names)

    def read(self, sentence: str) -> Read | None:
        """Return what a whole sentence asks for; None if it fits no template.

        Raises:
            SumikaError: if hassil or Home Assistant's sentences are not installed.
        """
        heard = heard_of(sentence)
        if not heard.letters or len(heard.letters) > MOST_LETTERS:
            return None
        # Names of things may be English in a Japanese sentence, hardly the other way round.
        language = "ja" if is_japanese(heard.letters) else "en"
        places = self.lists.found(heard)
        found = {call_key(one.call): one for one in sorted(self._all(heard, places, language), key=_worst_first)}
        return _best(sorted(found.values(), key=lambda one: one.rank)) or self._framed(heard, places, language)

    def knows(self, word: str) -> bool:
        """Tell whether a Japanese word is made of words of frames and of names; whether an English word is one.

        Args:
            word: Of kanji or katakana, or an English one.
        """
        heard, words = heard_of(word), grammar_of("ja" if is_japanese(word) else "en").words
        found = self.lists.found(heard)
        if not is_japanese(word):
            # Of a verb every meaning has its form behind a point: "your head" is none, although one heads for bed.
            is_thing = any("." not in meant for meant in words.get(heard.letters, ()))
            return is_thing or any(len(heard.letters) in places.get(0, ()) for places in found.values())
        reached = {0}
        for at in range(len(heard.letters)):
            if at in reached:
                ends = range(at + 1, len(heard.letters) + 1)
                reached |= {end for end in ends if heard.letters[at:end] in words}
                reached |= {end for places in found.values() for end in places.get(at, ())}
        return len(heard.letters) in reached

    def names_alone(self, sentence: str) -> bool:
        """Tell whether nothing but a thing of the house is said, as "the hall lamp too" and カーテン: what of it?

        Args:
            sentence: As it was said.
        """
        heard = heard_of(sentence)
        reached = {0}
        found = self.lists.found(heard)
        for at in range(len(heard.letters)):
            if at in reached:
                reached |= {end for name in ("name", "area") for end in found.get(name, {}).get(at, ())}
                reached |= {at + len(word) for word in _BESIDE_NAMES if heard.letters.startswith(word, at)}
        return bool(found.get("name")) and len(heard.letters) in reached

    def _all(self, heard: Heard, places: Places, language: str) -> Iterator[Read]:
        from sumika.assistant.sentences_match import State  # hassil is wanted here alone

        templates, skipped = book(language)
        state = State(heard, places)
        there = frozenset(state.found)
        begins, ends = _begins(heard.letters, skipped), _ends(heard.letters, skipped)
        beginnings = beginnings_of(language)
        for number in sorted({number for begin in begins for number in beginnings.at(state, begin)}):
            template = templates[number]
            if not template.node.lists <= there:
                continue
            for begin in begins:
                for end, caught in state.ends(template.node, begin):
                    if end in ends and (read := self._read(heard, template, begin, end, caught)) is not None:
                        yield read

    def _read(self, heard: Heard, template: Template, begin: int, end: int, caught: "Caught") -> Read | None:
        taken = self._taken(heard, template, caught)
        if taken is None:
            return None
        if "domain" in template.slots and "device" not in taken.spans and "device" in TOOLS[template.tool].spans:
            taken.spans.update(self._device_of(heard, template.slots["domain"], begin, end))
        if "room" not in taken.spans and TOOLS[template.tool].acts and "room" in TOOLS[template.tool].spans:
            taken.spans.update(self._everywhere(heard, begin, end, taken.spans.get("device", "")))
        call = _meant(heard, template.tool, taken)
        if call is None:
            return None
        names = {number for _, name, at, to, _ in caught if name in FOUND for number in range(at, to)}
        rest = "".join(heard.letters[number] for number in range(begin, end) if number not in names)
        if rest in _NOTHING_SAID and call.tool == "machine":
            return None  # nobody starts a washing machine by its mere name, and "drier" may be about the air
        rank = (len(heard.letters) - (end - begin), -taken.letters, len(call.spans))
        return Read(call=call, template=template.text, rank=rank, bare=rest in _NOTHING_SAID)

    def _taken(self, heard: Heard, template: Template, caught: "Caught") -> "_Taken | None":
        """Return what a template caught; None where a name is nothing that it speaks of."""
        taken = _Taken(words={"what": template.what, "statistic": template.statistic})
        for slot, name, at, to, value in caught:
            span = SPAN_OF_LIST.get(name) or SPAN_OF_LIST.get(slot)
            if slot in taken.words:
                taken.words[slot], span = value, None
            elif name == "brightness_level":
                taken.words["what"], span = ("most" if value == "100" else "least"), None
            elif name == "name":
                domains = self.lists.domains(heard, at, to)
                if template.domains and not template.domains & domains:
                    return None
                taken.domains |= domains
                span = "resident" if domains == {"person"} else "device"
            elif span == "room" and heard.letters[at:to] in _AT_HOME and not TOOLS[template.tool].acts:
                span = None
            if span is not None:
                taken.spans.setdefault(span, heard.piece(at, to))
                taken.letters += to - at
        return taken

    def _device_of(self, heard: Heard, domain: str, begin: int, end: int) -> dict[str, str]:
        """Return the word for a kind that a template spells out itself: "the lights"."""
        places = [
            (at, to)
            for at, tos in self.lists.found(heard).get("name", {}).items()
            for to in tos
            if begin <= at and to <= end and domain in self.lists.domains(heard, at, to)
        ]
        if not places:
            return {}
        return {"device": heard.piece(*max(places, key=lambda place: place[1] - place[0]))}

    def _everywhere(self, heard: Heard, begin: int, end: int, device: str) -> dict[str, str]:
        """Return the word for the whole house that a template spells out itself: "all over"."""
        places = [
            (at, to)
            for at, tos in self.lists.found(heard).get("area", {}).items()
            for to in tos
            if begin <= at and to <= end and heard.letters[at:to] in _WHOLE_HOUSE and heard.piece(at, to) not in device
        ]
        return {"room": heard.piece(*max(places, key=lambda place: place[1] - place[0]))} if places else {}

    def _framed(self, heard: Heard, places: Places, language: str) -> Read | None:
        """Return what the words of a sentence ask for, where no template has them in this order."""
        found = self._frames(heard, places, language, loosely=False)
        return _best(sorted(found, key=lambda one: one.rank[:2]), frames=True)

    def loosely(self, sentence: str) -> tuple[Read, ...]:
        """Return what a Japanese sentence may ask for if some of its letters are passed over, the likeliest first.

        Args:
            sentence: As it was said.
        """
        heard = heard_of(sentence)
        if not heard.letters or len(heard.letters) > MOST_LETTERS:
            return ()
        found = self._frames(heard, self.lists.found(heard), "ja", loosely=True)
        return tuple(sorted(found, key=lambda one: one.rank[:2]))

    def _frames(self, heard: Heard, places: Places, language: str, *, loosely: bool) -> list[Read]:
        found: list[Read] = []
        for fit in fits(heard, places, self.lists, language, loosely=loosely):
            call = self._call_of(heard, fit)
            if call is not None and all(call_key(one.call) != call_key(call) for one in found):
                rank = (0, round(100 * fit.cost), len(call.spans))
                text = f"{fit.frame.tool} {fit.frame.what}: {fit.frame.text}"
                left, unknown = (
                    tuple((heard.place(begin), heard.place(end)) for begin, end in stretches)
                    for stretches in (fit.left, fit.unknown)
                )
                found.append(Read(call=call, template=text, rank=rank, left=left, unknown=unknown))
        return found

    def _call_of(self, heard: Heard, fit: Fit) -> Call | None:
        taken = _Taken(words={"what": fit.frame.what, "statistic": fit.frame.statistic})
        takes, begin = TOOLS[fit.frame.tool].spans, 0
        for number, (name, at, end) in enumerate(fit.pieces):
            span = SPAN_OF_LIST[name]
            at_home = heard.letters[at:end] in _AT_HOME and not TOOLS[fit.frame.tool].acts
            if span == "room" and ("room" not in takes or at_home):
                after = fit.pieces[number + 1 : number + 2]
                if "room" not in takes and after and after[0][0] == "name" and after[0][1] - end <= MOST_BETWEEN:
                    begin = at + 1  # "the kitchen's kettle" is one thing
                continue
            if span in takes:
                taken.spans[span] = heard.piece(begin - 1 if span == "device" and begin else at, end)
            if name == "name":
                taken.domains |= self.lists.domains(heard, at, end)
        return _meant(heard, fit.frame.tool, taken)


_BESIDE_NAMES = (
    "おい",
    "ねえ",
    "あの",
    "の",
    "も",
    "は",
    "を",
    "が",
    "と",
    "って",
    "the",
    "my",
    "and",
    "in",
    "too",
    "also",
)

MOST_BETWEEN = 1
"""So many letters stand between a room and its thing: 台所のポット."""


def _best(found: list[Read], *, frames: bool = False) -> Read | None:
    if not found:
        return None
    best, acts = found[0], TOOLS[found[0].call.tool].acts
    for one in found[1:]:
        other = TOOLS[one.call.tool].acts
        if frames and one.rank[:2] == best.rank[:2] and not acts and not other:
            continue
        # "Every lamp on" may be a question: where a sentence can be either, it is not for us to choose.
        either = acts and not other and one.rank[0] == best.rank[0] and (not frames or one.rank[1] == best.rank[1])
        if one.rank == best.rank or either:
            return msgspec.structs.replace(best, also=one.call)
    return best


def _meant(heard: Heard, tool: str, taken: _Taken) -> Call | None:
    """Return the call that is meant by what was caught; None where it is not for the house, or was not said."""
    if is_nothing(tool, taken.words["what"], taken.spans, heard.said):
        return None
    tool, what, spans = otherwise(tool, taken.words["what"], taken.spans, taken.domains)
    tool, what, statistic = asked_of(tool, what, spans, heard.said, taken.words["statistic"])
    call = Call(tool=tool, what=what, spans=spans, statistic=statistic)
    try:
        return checked(call, heard.said)
    except CallError:
        return None


_NOTHING_SAID = frozenset({"", "the", "my", "our", "の", "は"})
"""What is left of a sentence that is a mere name."""

MOST_LETTERS = 200
"""A sentence to a house is shorter."""


def call_key(call: Call) -> tuple[object, ...]:
    """Return what tells one call from another."""
    return call.tool, call.what, call.statistic, tuple(sorted(call.spans.items()))


def _worst_first(read: Read) -> tuple[int, int, int]:
    return (-read.rank[0], -read.rank[1], -read.rank[2])


def _begins(letters: str, skipped: tuple[str, ...]) -> tuple[int, ...]:
    """Return where the sentence may begin: at its beginning, or after words that say nothing."""
    found, new = {0}, {0}
    while new:
        new = {at + len(word) for at in new for word in skipped if letters.startswith(word, at)} - found
        found |= new
    return tuple(sorted(found - {len(letters)}))


def _ends(letters: str, skipped: tuple[str, ...]) -> frozenset[int]:
    found, new = {len(letters)}, {len(letters)}
    while new:
        new = {at - len(word) for at in new for word in skipped if letters[:at].endswith(word)} - found
        found |= new
    return frozenset(found - {0})
