"""The desk at which one talks to the house: understands, asks back, answers or does, and says nothing that is not so.

It knows no bus and no clock of its own. What it does not understand surely it does not do.
"""

from collections import OrderedDict
from functools import partial

import msgspec

from sumika.assistant.answers import answer
from sumika.assistant.calls import TOOLS, Call, CallError, checked
from sumika.assistant.lexicon import plain
from sumika.assistant.names import Names
from sumika.assistant.numbers import delay_of
from sumika.assistant.resolve import resolve
from sumika.assistant.saying import Reply, Sentence, Voice, cleaned, origin_of, spoken_language
from sumika.assistant.saying_check import Allowed, only_from_rows
from sumika.assistant.talk_asking import (
    Pending,
    Understanding,
    Understands,
    Understood,
    answered,
    asked_back,
    continued,
    pending_of,
)
from sumika.assistant.talk_compared import are_compared, verdict
from sumika.assistant.talk_doing import Doer, was_so
from sumika.assistant.talk_ear import Newest
from sumika.assistant.talk_wanted import Ask, Sources, Speaker, Wanted, said_numbers, without_electricity
from sumika.assistant.talk_wire import names_with_digits, refusal, shown
from sumika.assistant.understanding import UNRECORDED
from sumika.facts import Book
from sumika.schema import SumikaError
from sumika.schema.house import House
from sumika.schema.talk import LONGEST_SENTENCE, TalkAnswer, TalkDone, TalkRequest

MOST_CONVERSATIONS, FORGETS_S = 64, 600.0
MOST_CALLS, MOST_SENTENCES = 4, 16
SHORT_LETTERS = 40
"""An answer to what was asked back is not longer."""


class _Conversation(msgspec.Struct, kw_only=True):
    at_unix_s: float
    pending: Pending | None = None


class Talk:
    """Talks with everybody; every conversation has a name."""

    def __init__(
        self,
        house: House,
        understander: Understands,
        newest: Newest,
        book: Book,
        *,
        doer: Doer | None = None,
        ask: Ask | None = None,
        names: Names | None = None,
    ) -> None:
        """Know a house.

        Args:
            house: As described.
            understander: Understands sentences.
            newest: The newest of the bus.
            book: The records.
            doer: Does what is asked for; None: nothing is done.
            ask: Puts questions on the bus; None: no house runs.
            names: Of the house.
        """
        self._house, self._understander, self._newest, self._book = house, understander, newest, book
        self._doer, self._ask = doer, ask
        self.names = names or Names(house)
        self._conversations: OrderedDict[str, _Conversation] = OrderedDict()
        self._ahead_s = 0.0

    def __len__(self) -> int:
        """How many conversations are remembered."""
        return len(self._conversations)

    def say(self, request: TalkRequest, now_unix_s: float, ahead_s: float = 0.0) -> TalkAnswer:
        """Return the answer to what was said; never raises for what was said.

        Args:
            request: What was said, and by whom.
            now_unix_s: The present moment.
            ahead_s: By so much the house's own clock is ahead of that, where it is a simulated one.
        """
        self._ahead_s = ahead_s
        text = cleaned(request.text, LONGEST_SENTENCE + 1)
        voice = Voice(self._house, self._language(request, text), now_unix_s)
        speaker = Speaker(
            resident=request.resident if request.resident in {one.id for one in self._house.residents} else "",
            room=self._room(request.room),
            may=frozenset(request.may),
            sees=frozenset(request.sees),
            conversation=request.conversation,
        )
        if request.call is None and not text:
            return refusal(voice, request, "empty")
        if len(request.text) > LONGEST_SENTENCE:
            return refusal(voice, request, "long", most=LONGEST_SENTENCE)
        self._book.refresh()
        talk = self._conversation(request.conversation, now_unix_s)
        pending, talk.pending = talk.pending, None
        understood: Understanding | Reply | None = None
        if pending is not None and request.call is None and len(text) <= SHORT_LETTERS:
            understood = continued(pending, text, voice, partial(self._resolved, voice=voice, speaker=speaker))
            if understood is not None:
                text = cleaned(f"{pending.said} / {text}", LONGEST_SENTENCE)
        if understood is None:
            understood = self._understood(request, text, voice, speaker)
            if pending is not None and request.call is None and not isinstance(understood, Reply):
                understood = answered(pending, understood, voice) or understood
        if isinstance(understood, Reply):
            return self._answer(understood, (), Understood(), voice, request, ())
        return self._carry_on(understood, request, text, voice, speaker, talk)

    # -- understanding -----------------------------------------------------------------------------------------------

    def _language(self, request: TalkRequest, text: str) -> str:
        """Return the language of the answer: as was asked for, else as it was said, else the house's."""
        if request.language in ("en", "ja"):
            return request.language
        return spoken_language(text) or self._house.language or "en"

    def _room(self, said: str) -> str:
        """Return the room that is meant by an id or a name; empty where it is none or several."""
        if any(room.id == said for room in self._house.rooms):
            return said
        found = self.names.room_names.get(plain(said), ()) if said else ()
        return found[0] if len(found) == 1 else ""

    def _conversation(self, name: str, now_s: float) -> _Conversation:
        """Return a conversation; those long silent, and the oldest of too many, are forgotten."""
        old = [one for one, talk in self._conversations.items() if now_s - talk.at_unix_s > FORGETS_S]
        for one in old:
            del self._conversations[one]
        talk = self._conversations.pop(name, None) or _Conversation(at_unix_s=now_s)
        talk.at_unix_s = now_s
        if name:
            self._conversations[name] = talk
            while len(self._conversations) > MOST_CONVERSATIONS:
                self._conversations.popitem(last=False)
        return talk

    def _understood(self, request: TalkRequest, text: str, voice: Voice, speaker: Speaker) -> Understanding | Reply:
        """Return what is asked for, or what is said instead."""
        if request.call is not None:
            call = request.call
            made = Call(tool=call.tool, what=call.what, spans=dict(call.spans), statistic=call.statistic)
            try:
                return Understood(calls=(checked(made),), by="call", probability=1.0)
            except CallError as error:
                return Reply(sentences=(voice.refused("talk.refused.failed", "call", error.problem),), refused="call")
        return self._understander.understand(text, spoken_language(text) or voice.language, speaker.room)

    def _resolved(self, call: Call, voice: Voice, speaker: Speaker) -> Wanted | None:
        """Return what a call means here; None where the table does not have it."""
        try:
            checked(call)
        except CallError:
            return None
        return resolve(
            without_electricity(call),
            self.names,
            now_unix_s=voice.now_unix_s,
            room_of_speaker=speaker.room,
            resident_of_speaker=speaker.resident,
        )

    # -- answering ---------------------------------------------------------------------------------------------------

    def _carry_on(
        self,
        understood: Understanding,
        request: TalkRequest,
        text: str,
        voice: Voice,
        speaker: Speaker,
        talk: _Conversation,
    ) -> TalkAnswer:
        if understood.ask_back == UNRECORDED:
            return refusal(voice, request, UNRECORDED)
        if understood.ask_back:
            return self._unsure(understood, request, voice, speaker, talk)
        if not understood.calls:
            return refusal(voice, request, "model_silent" if understood.silent else "not_understood")
        sentences: list[Sentence] = []
        done: list[TalkDone] = []
        numbers: list[float] = []
        reply, sides = Reply(sentences=()), list[tuple[Wanted, tuple[Sentence, ...]]]()
        for call in understood.calls[:MOST_CALLS]:
            wanted = self._resolved(call, voice, speaker)
            if wanted is None:
                return refusal(voice, request, "not_understood")
            delay_s = delay_of(understood.delay) if understood.delay and wanted.delay_s is None else wanted.delay_s
            wanted = msgspec.structs.replace(wanted, delay_s=delay_s, said=text)
            reply, did = self._one(wanted, text, voice, speaker)
            sentences += reply.sentences
            sides.append((wanted, reply.sentences))
            done += did
            numbers += said_numbers(wanted)
            if reply.ask_back:
                talk.pending = pending_of(call, wanted, reply, understood, voice, text)
                break
        if are_compared(understood.calls) and len(sides) == 2 and (which := verdict(sides, text, voice)) is not None:
            sentences.insert(0, which)
        whole = msgspec.structs.replace(reply, sentences=tuple(sentences[:MOST_SENTENCES]))
        return self._answer(whole, tuple(done), understood, voice, request, tuple(numbers))

    def _one(self, wanted: Wanted, text: str, voice: Voice, speaker: Speaker) -> tuple[Reply, tuple[TalkDone, ...]]:
        """Answer or do one call."""
        acts = TOOLS[wanted.call.tool].acts
        if wanted.ask_back:
            return asked_back(wanted, self.names, voice), ()
        try:
            if not acts:
                sources = Sources(
                    house=self._house,
                    voice=voice,
                    book=self._book,
                    newest=self._newest,
                    speaker=speaker,
                    ask=self._ask,
                    ahead_s=self._ahead_s,
                )
                return answer(sources, wanted), ()
            if self._doer is None:
                return Reply(sentences=(voice.sentence("talk.no_house"),), refused="no_house"), ()
            return self._doer.do(wanted, speaker, voice, text)
        except SumikaError as error:
            return Reply(
                sentences=(voice.refused("talk.refused.failed", "error", error.problem),), refused="failed"
            ), ()

    def _unsure(
        self, understood: Understanding, request: TalkRequest, voice: Voice, speaker: Speaker, talk: _Conversation
    ) -> TalkAnswer:
        """Ask whether what was probably understood is meant; nothing is done."""
        described = [self._described(one, request.text, voice, speaker) for one in understood.calls]
        choices: tuple[str, ...] = ()
        if described and all(words for words, _ in described):
            talk.pending = Pending(
                calls=understood.calls, by=understood.by, probability=1.0, said=request.text, delay=understood.delay
            )
            sentence = voice.sentence("talk.ask.meant", what=voice.listed(words for words, _ in described))
            choices = (voice.say("talk.choice.yes"), voice.say("talk.choice.no"))
        else:
            # What cannot be described - a question, an order of who may not give one - is to be said another way.
            sentence = voice.sentence("talk.ask.again")
        reply = Reply(sentences=(sentence,), ask_back=True, choices=choices)
        numbers = tuple(number for _, of in described for number in of)
        return self._answer(reply, (), understood, voice, request, numbers)

    def _described(self, call: Call, text: str, voice: Voice, speaker: Speaker) -> tuple[str, tuple[float, ...]]:
        """Return what a call that acts would do; empty where that is not clear, or it only asks."""
        wanted = self._resolved(call, voice, speaker)
        if wanted is None or wanted.ask_back or self._doer is None or not TOOLS[call.tool].acts:
            return "", ()
        return self._doer.described(msgspec.structs.replace(wanted, said=text), speaker, voice)

    def _answer(
        self,
        reply: Reply,
        done: tuple[TalkDone, ...],
        understood: Understanding,
        voice: Voice,
        request: TalkRequest,
        numbers: tuple[float, ...],
    ) -> TalkAnswer:
        """Return the answer as it travels; every number in it has been looked for in its rows."""
        moments = [at_s for one in voice.periods for at_s in (one.begin_unix_s, one.end_unix_s, one.end_unix_s - 1.0)]
        allowed = Allowed(values=numbers, moments=tuple(moments), names=names_with_digits(self._house), zone=voice.zone)
        sentences = only_from_rows(reply.sentences, allowed, voice.say("talk.struck"))
        first = understood.calls[0] if understood.calls else None
        return TalkAnswer(
            sentences=tuple(shown(one) for one in sentences),
            language=voice.language,
            conversation=request.conversation,
            done=done,
            refused=reply.refused,
            ask_back=reply.ask_back,
            choices=reply.choices,
            undoable=not all(was_so(one) for one in done)
            and not reply.refused
            and not (first is not None and first.tool in ("undo", "answer", "feel")),
            tool=first.tool if first is not None else "",
            what=first.what if first is not None else "",
            by=understood.by,
            probability=understood.probability,
            origin=origin_of(sentences),
        )
