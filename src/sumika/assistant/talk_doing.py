"""Carries out what was asked for: puts the requests, waits for the gate's word, and says what came of each."""

import math
from collections.abc import Callable

import msgspec

from sumika.assistant.calls import TOOLS
from sumika.assistant.doing import Doing
from sumika.assistant.saying import Reply, Sentence, Voice, cleaned
from sumika.assistant.talk_ear import Newest
from sumika.assistant.talk_steps import Cannot, Step
from sumika.assistant.talk_told import MOST_SAID, step_numbers, steps_text, told_of
from sumika.assistant.talk_wanted import Ask, Speaker, Wanted, hour_in, put_off_s
from sumika.assistant.undoing import Deed, Later, Memory, Setting, back_of, setting_of, taken_back
from sumika.schema import Answered, Ruling, SuggestionsAnswer, SuggestionsRequest, SumikaError, Verdict
from sumika.schema.requests import AnswerSuggestionRequest, Standing
from sumika.schema.talk import TalkDone, TalkRight

WHY_LETTERS = 160
GATE_WITHIN_S, LISTENS_S = 3.0, 0.05
"""The gate has spoken by then, or it is busy."""

SAME = 1e-6
MOST_STEPS = 40
LONGEST_S = 7 * 86_400.0
"""Nothing is put off for longer."""

_SETS = frozenset({"wish_device", "set_mode"})
"""Requests that are taken back by what it was before, where that is known; a vote by nothing."""

NEEDS: dict[str, TalkRight] = {"temperature": TalkRight.WISH, "feel": TalkRight.WISH}
"""Rights that tools need; all others that act need `CONTROL`."""


def right_for(tool: str, what: str) -> TalkRight:
    """Return the right that a tool needs which acts."""
    if tool == "feel" and what == "stuffy":
        return TalkRight.CONTROL
    return NEEDS.get(tool, TalkRight.CONTROL)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of some steps.

    Attributes:
        done: Of each.
        sentences: What is told.
        back: What takes it back.
        was: What of that is something else than what it is now.
        went: Steps that went through, or of which the gate has not spoken.
        unheard: Those of which the gate has not spoken.
        unknown: Those of which nobody knows what it was before.
    """

    done: tuple[TalkDone, ...]
    sentences: tuple[Sentence, ...]
    back: tuple[Step, ...]
    was: tuple[Step, ...]
    went: tuple[Step, ...]
    unheard: tuple[Step, ...]
    unknown: tuple[Step, ...]


class Doer:
    """Carries out calls that act."""

    def __init__(
        self,
        doing: Doing,
        newest: Newest,
        ask: Ask,
        listen: Callable[[float], None],
        memory: Memory,
        gave_up: Callable[[tuple[Step, ...]], None] = lambda steps: None,
    ) -> None:
        """Know the way to the house.

        Args:
            doing: Makes requests of calls.
            newest: Where verdicts arrive.
            ask: Puts a request.
            listen: Hears the bus for so many seconds at most.
            memory: Remembers what was done.
            gave_up: Hears of what was to end by itself, and does not however often it is tried.
        """
        self._doing, self._newest, self._ask, self._listen, self.memory = doing, newest, ask, listen, memory
        self._gave_up = gave_up

    def do(self, wanted: Wanted, speaker: Speaker, voice: Voice, said: str) -> tuple[Reply, tuple[TalkDone, ...]]:
        """Do what a call asks for.

        Args:
            wanted: The call, with its words found in the house.
            speaker: Who speaks.
            voice: Answers.
            said: Their words; the audit keeps them.
        """
        tool, what = wanted.call.tool, wanted.call.what
        assert TOOLS[tool].acts
        if tool == "undo":
            return self._undo(speaker, voice)
        if not speaker.has(right_for(tool, what)):
            return Reply(sentences=(voice.sentence("talk.refused.right"),), refused="right"), ()
        if tool == "answer":
            return self._answer(wanted, speaker, voice)
        if (tool, what) == ("machine", "loaded") and wanted.hour is None and wanted.delay_s is not None:
            hour = hour_in(wanted.delay_s, voice.now_unix_s, voice.zone)
            wanted = msgspec.structs.replace(wanted, hour=hour)
        steps = self._doing.steps(wanted, speaker)
        if isinstance(steps, Cannot):
            return _cannot(steps, voice), ()
        why = cleaned(said or f"{tool} {what}", WHY_LETTERS)
        delay_s = put_off_s(wanted, voice.now_unix_s, voice.zone)
        if delay_s is not None:
            return self._put_off(steps, delay_s, wanted, speaker, voice, why)
        steps = steps[:MOST_STEPS]
        outcome = self.carry_out(steps, speaker.resident, why, voice)
        if not outcome.went:
            return Reply(sentences=outcome.sentences, refused="gate"), outcome.done
        # Also where it was so already: who takes that back means no earlier deed.
        ended = self.memory.end(outcome.went)
        deed = self.memory.done(
            outcome.back, voice.now_unix_s, speaker.resident, speaker.conversation, ended, outcome.unknown
        )
        until: tuple[Sentence, ...] = ()
        if wanted.duration_s is not None and not _ends_itself(steps):
            off = self._off(wanted, speaker)
            back = back_of(outcome.went, outcome.was, ended, off)
            later = self._later_of(deed, voice.now_unix_s + wanted.duration_s, back, speaker, why, takes_back=True)
            until = self._for_a_while(later, wanted.duration_s, outcome.went, off, voice)
        return Reply(sentences=(*outcome.sentences, *until)), outcome.done

    def _off(self, wanted: Wanted, speaker: Speaker) -> dict[Setting, Step]:
        """Return what switches off what an order switches on; a tank that is switched off would leave no hot water."""
        if (wanted.call.tool, wanted.call.what) != ("power", "on"):
            return {}
        off = msgspec.structs.replace(wanted, call=msgspec.structs.replace(wanted.call, what="off"))
        steps = self._doing.steps(off, speaker)
        if isinstance(steps, Cannot):
            return {}
        return {setting_of(one): one for one in steps if not self._doing.is_tank(one.subject)}

    def _later_of(
        self, deed: int, at_s: float, steps: tuple[Step, ...], speaker: Speaker, why: str, *, takes_back: bool = False
    ) -> Later:
        return Later(deed=deed, at_unix_s=at_s, steps=steps, resident=speaker.resident, why=why, takes_back=takes_back)

    def described(self, wanted: Wanted, speaker: Speaker, voice: Voice) -> tuple[str, tuple[float, ...]]:
        """Return what a call would do, in words, and the numbers in them; empty where nothing comes of it.

        Args:
            wanted: The call, with its words found in the house.
            speaker: Who speaks.
            voice: Says it.
        """
        if wanted.call.tool in ("undo", "answer") or not speaker.has(right_for(wanted.call.tool, wanted.call.what)):
            return "", ()
        steps = self._doing.steps(wanted, speaker)
        return ("", ()) if isinstance(steps, Cannot) else (steps_text(steps[:MOST_SAID], voice), step_numbers(steps))

    def _put_off(
        self, steps: tuple[Step, ...], delay_s: float, wanted: Wanted, speaker: Speaker, voice: Voice, why: str
    ) -> tuple[Reply, tuple[TalkDone, ...]]:
        if delay_s <= 0.0:
            return Reply(sentences=(voice.sentence("talk.refused.over"),), refused="later"), ()
        if self.memory.is_full or delay_s > LONGEST_S:
            return Reply(sentences=(voice.sentence("talk.refused.later"),), refused="later"), ()
        at_s = voice.now_unix_s + delay_s
        deed = self.memory.done((), voice.now_unix_s, speaker.resident, speaker.conversation)
        self.memory.put_off(self._later_of(deed, at_s, steps, speaker, why))
        until: tuple[Sentence, ...] = ()
        if wanted.duration_s is not None and not _ends_itself(steps):
            off = self._off(wanted, speaker)
            # What it is before, it will tell when it begins; until then as it is now.
            back = back_of(steps, (one.before for one in steps if one.before is not None and not _is_so(one)), (), off)
            ends = self._later_of(deed, at_s + wanted.duration_s, back, speaker, why, takes_back=True)
            until = self._for_a_while(ends, wanted.duration_s, steps, off, voice)
        told = voice.sentence(
            "talk.done.later", numbers=(at_s, *step_numbers(steps)), at=voice.on(at_s), what=steps_text(steps, voice)
        )
        return Reply(sentences=(told, *until)), tuple(_planned(one, at_s) for one in steps)

    def _for_a_while(
        self, later: Later, lasts_s: float, steps: tuple[Step, ...], off: dict[Setting, Step], voice: Voice
    ) -> tuple[Sentence, ...]:
        """Keep that something is ended by itself; return what is said of it.

        Args:
            later: What ends it; without steps where nothing does.
            lasts_s: For so long.
            steps: What was ordered.
            off: What switches it off, of an order to switch on.
            voice: Says it.
        """
        if not later.steps:
            # What is known to have been so all along ends as it is; of all else nobody knows how.
            unknown = any(one.before is None for one in steps)
            return (voice.sentence("talk.refused.while_unknown"),) if unknown else ()
        if self.memory.is_full or not 0.0 < lasts_s <= LONGEST_S:
            return (voice.sentence("talk.refused.while"),)
        self.memory.put_off(later)
        key = "talk.done.until_off" if all(one in off.values() for one in later.steps) else "talk.done.until"
        return (voice.sentence(key, numbers=(later.at_unix_s,), at=voice.moment(later.at_unix_s)),)

    def _undo(self, speaker: Speaker, voice: Voice) -> tuple[Reply, tuple[TalkDone, ...]]:
        """Take back what was done last on somebody's word."""
        if not speaker.has(TalkRight.WISH, TalkRight.CONTROL):
            return Reply(sentences=(voice.sentence("talk.refused.right"),), refused="right"), ()
        deed = self.memory.last(voice.now_unix_s, speaker.resident, speaker.conversation)
        if deed is None:
            return Reply(sentences=(voice.sentence("talk.undo.nothing"),), refused="nothing"), ()
        dropped = self.memory.forget(deed)
        back, ended = taken_back(deed, voice.now_unix_s)
        outcome = self.carry_out(back, speaker.resident, voice.say("talk.undo.why"), voice)
        self.memory.end(outcome.went)
        self.memory.put_off(*ended)
        sentences = outcome.sentences
        if dropped and not back:
            sentences = (voice.sentence("talk.undo.dropped"), *sentences)
        if ended and not sentences:
            ends_s = min(one.at_unix_s for one in ended)
            sentences = (voice.sentence("talk.done.until", numbers=(ends_s,), at=voice.moment(ends_s)),)
        unknown = _unknown(deed, back, ended, voice)
        if not sentences:
            return Reply(sentences=unknown or (voice.sentence("talk.undo.nothing"),), refused="nothing"), ()
        return Reply(sentences=(*sentences, *unknown)), outcome.done

    def _answer(self, wanted: Wanted, speaker: Speaker, voice: Voice) -> tuple[Reply, tuple[TalkDone, ...]]:
        """Say yes or no to what the plan suggests, where it suggests one thing."""
        found = self._ask("suggestions", SuggestionsRequest())
        assert isinstance(found, SuggestionsAnswer)
        waiting = [one for one in found.suggestions if one.standing is Standing.OPEN]
        if len(waiting) != 1:
            key = "talk.answer.many" if waiting else "talk.answer.none"
            return Reply(
                sentences=(voice.sentence(key, numbers=(len(waiting),), count=len(waiting)),), refused="nothing"
            ), ()
        yes = wanted.call.what == "yes"
        question = AnswerSuggestionRequest(suggestion=waiting[0].suggestion.id, yes=yes, resident=speaker.resident)
        answer = self._ask("answer_suggestion", question)
        problem = _problem(answer, voice)
        key = "talk.answer.yes" if yes else "talk.answer.no"
        device = voice.device(waiting[0].suggestion.device)
        done = TalkDone(request="answer_suggestion", subject=waiting[0].suggestion.device, problem=problem)
        if problem:
            refused = voice.refused("talk.answer.refused", "answer_suggestion.refused", problem)
            return Reply(sentences=(refused,), refused="house"), (done,)
        return Reply(sentences=(voice.sentence(key, device=device),)), (done,)

    def later(self, voice: Voice) -> tuple[TalkDone, ...]:
        """Do what is due now; return what came of it.

        Args:
            voice: For the words of the audit.
        """
        found: list[TalkDone] = []
        for one in self.memory.due(voice.now_unix_s):
            steps = one.steps if one.takes_back else tuple(map(self._doing.anew, one.steps))
            outcome = self.carry_out(steps, one.resident, one.why, voice)
            found += outcome.done
            if not one.takes_back:
                if outcome.went:
                    ended = self.memory.end(outcome.went, one.deed)
                    self.memory.began(one, outcome.back, outcome.was, voice.now_unix_s, ended, outcome.unknown)
                continue
            left = tuple(step for step in steps if step not in outcome.went or step in outcome.unheard)
            if self.memory.settled(one, voice.now_unix_s, left):
                self._gave_up(left)
        return tuple(found)

    def carry_out(self, steps: tuple[Step, ...], resident: str, why: str, voice: Voice) -> Outcome:
        """Put every request, then wait for what the gate says.

        Args:
            steps: What is asked of the house.
            resident: Who asks.
            why: What they said.
            voice: Says what came of it.
        """
        self._listen(0.0)
        judged = self._newest.judged
        done = [self._put(step, resident, why, voice) for step in steps]
        waits = [n for n, step in enumerate(steps) if step.request == "wish_device" and not done[n].problem]
        verdicts: dict[int, Verdict] = {}
        for _ in range(math.ceil(GATE_WITHIN_S / LISTENS_S)):
            if len(verdicts) == len(waits):
                break
            self._listen(LISTENS_S)
            fresh = self._newest.verdicts_since(judged)
            for n in waits:
                about = (one for one in fresh if (one.device, one.action) == (steps[n].subject, steps[n].action))
                verdict = next(about, None)
                if verdict is not None and n not in verdicts:
                    verdicts[n] = verdict
                    done[n] = _judged(done[n], verdict)
        back = tuple(
            step.before
            for step, one in reversed(list(zip(steps, done, strict=True)))
            if step.before is not None and _went_through(one) and not was_so(one)
        )
        sentences = told_of(steps, tuple(done), verdicts, voice)
        went = tuple(step for step, one in zip(steps, done, strict=True) if _went_through(one))
        unheard = tuple(steps[n] for n in waits if n not in verdicts)
        was = tuple(one.before for one in went if one.before is not None and one.before in back and not _is_so(one))
        unknown = tuple(
            step
            for step, one in zip(steps, done, strict=True)
            if step.before is None and step.request in _SETS and _went_through(one) and not was_so(one)
        )
        return Outcome(
            done=tuple(done), sentences=sentences, back=back, was=was, went=went, unheard=unheard, unknown=unknown
        )

    def _put(self, step: Step, resident: str, why: str, voice: Voice) -> TalkDone:
        asked = step.value if step.action or step.request != "set_mode" else None
        done = TalkDone(request=step.request, subject=step.subject, action=step.action, asked=asked)
        try:
            answer = self._ask(step.request, step.question(resident, why))
        except SumikaError as error:
            return _with_problem(done, cleaned(error.problem, WHY_LETTERS))
        problem = _problem(answer, voice)
        return _with_problem(done, problem) if problem else done


def _unknown(deed: Deed, back: tuple[Step, ...], ended: tuple[Later, ...], voice: Voice) -> tuple[Sentence, ...]:
    """Return of what is not taken back because nobody knows what it was before a deed; nothing where all of it is."""
    taken = {setting_of(step) for step in (*back, *(step for one in ended for step in one.steps))}
    left = [step.subject for step in deed.unknown if setting_of(step) not in taken]
    if not left:
        return ()
    what = voice.listed(voice.device(one) if one else voice.say("talk.at_home") for one in left[:MOST_SAID])
    return (voice.sentence("talk.undo.unknown", what=what),)


def _problem(answer: object, voice: Voice) -> str:
    """Return why the house says no, in the language of who asked; empty where it says yes."""
    if not isinstance(answer, Answered) or answer.accepted:
        return ""
    return cleaned((answer.problem_ja if voice.is_japanese else "") or answer.problem, WHY_LETTERS) or "?"


def _with_problem(done: TalkDone, problem: str) -> TalkDone:
    return TalkDone(request=done.request, subject=done.subject, action=done.action, asked=done.asked, problem=problem)


def _judged(done: TalkDone, verdict: Verdict) -> TalkDone:
    return TalkDone(
        request=done.request,
        subject=done.subject,
        action=done.action,
        asked=done.asked,
        written=verdict.written,
        ruling=verdict.ruling,
        rule=verdict.rule,
    )


def _planned(step: Step, at_s: float) -> TalkDone:
    return TalkDone(request=step.request, subject=step.subject, action=step.action, asked=step.value, at_unix_s=at_s)


def _went_through(done: TalkDone) -> bool:
    return not done.problem and done.ruling is not Ruling.VETOED


def _ends_itself(steps: tuple[Step, ...]) -> bool:
    """Return whether steps are wishes for warmth, which say themselves for how long."""
    return steps[0].request == "set_comfort_wish"


def _is_so(step: Step) -> bool:
    """Return whether something is set to what it is set to already."""
    return step.before is not None and abs(step.before.value - step.value) < SAME


def was_so(done: TalkDone) -> bool:
    """Return whether the gate let something through and had nothing to write: devices say so late what they are at."""
    return done.ruling is Ruling.PASSED and done.written is None


def _cannot(cannot: Cannot, voice: Voice) -> Reply:
    devices = voice.listed(voice.device(one) for one in cannot.devices)
    sentence = voice.sentence(cannot.key, device=devices)
    choices = tuple(voice.say(one) for one in cannot.choices)
    return Reply(
        sentences=(sentence,), refused="" if cannot.ask_back else "cannot", ask_back=cannot.ask_back, choices=choices
    )
