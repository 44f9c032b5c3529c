"""Carries out what was asked for: puts the requests, waits for the gate's word, and says what came of each."""

import math
from collections.abc import Callable, Iterable

import msgspec

from sumika.assistant.answer_devices import SHARES, setting_name, value_text
from sumika.assistant.calls import TOOLS
from sumika.assistant.doing import Doing
from sumika.assistant.saying import Reply, Sentence, Voice, cleaned
from sumika.assistant.talk_ear import Newest
from sumika.assistant.talk_steps import Cannot, Step
from sumika.assistant.talk_wanted import Ask, Speaker, Wanted
from sumika.assistant.undoing import Later, Memory
from sumika.facts import Row
from sumika.schema import Answered, Ruling, SuggestionsAnswer, SuggestionsRequest, SumikaError, Verdict
from sumika.schema.requests import AnswerSuggestionRequest, Standing
from sumika.schema.talk import TalkDone, TalkRight

WHY_LETTERS = 160
GATE_WITHIN_S, LISTENS_S = 3.0, 0.05
"""The gate has spoken by then, or it is busy."""

MOST_STEPS = 40
MOST_SAID = 6
LONGEST_S = 7 * 86_400.0
"""Nothing is put off for longer."""

NEEDS: dict[str, TalkRight] = {"temperature": TalkRight.WISH, "feel": TalkRight.WISH}
"""Rights that tools need; all others that act need `CONTROL`."""


def right_for(tool: str, what: str) -> TalkRight:
    """Return the right that a tool needs which acts."""
    if tool == "feel" and what == "stuffy":
        return TalkRight.CONTROL
    return NEEDS.get(tool, TalkRight.CONTROL)


class Outcome:
    """What came of some steps: what is told, and what takes it back."""

    def __init__(self, done: tuple[TalkDone, ...], sentences: tuple[Sentence, ...], back: tuple[Step, ...]) -> None:
        """Keep the three."""
        self.done, self.sentences, self.back = done, sentences, back


class Doer:
    """Carries out calls that act."""

    def __init__(self, doing: Doing, newest: Newest, ask: Ask, listen: Callable[[float], None], memory: Memory) -> None:
        """Know the way to the house.

        Args:
            doing: Makes requests of calls.
            newest: Where verdicts arrive.
            ask: Puts a request.
            listen: Hears the bus for so many seconds at most.
            memory: Remembers what was done.
        """
        self._doing, self._newest, self._ask, self._listen, self.memory = doing, newest, ask, listen, memory

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
        steps = self._doing.steps(wanted, speaker)
        if isinstance(steps, Cannot):
            return _cannot(steps, voice), ()
        why = cleaned(said or f"{tool} {what}", WHY_LETTERS)
        if wanted.delay_s is not None and tool != "machine":
            return self._put_off(steps, wanted, speaker, voice, why)
        outcome = self.carry_out(steps[:MOST_STEPS], speaker.resident, why, voice)
        sentences = outcome.sentences
        deed = 0
        if any(_went_through(one) for one in outcome.done):
            # Also where it was so already: who takes that back means no earlier deed.
            deed = self.memory.done(outcome.back, voice.now_unix_s, speaker.resident, speaker.conversation)
        lasts_s = None if tool == "temperature" and steps[0].request == "set_comfort_wish" else wanted.duration_s
        if lasts_s is not None and outcome.back:
            sentences = (*sentences, self._for_a_while(outcome.back, deed, lasts_s, speaker, voice, why))
        refused = "" if any(_went_through(one) for one in outcome.done) else "gate"
        return Reply(sentences=sentences, refused=refused), outcome.done

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
        return ("", ()) if isinstance(steps, Cannot) else (_all(steps[:MOST_SAID], voice), step_numbers(steps))

    def _put_off(
        self, steps: tuple[Step, ...], wanted: Wanted, speaker: Speaker, voice: Voice, why: str
    ) -> tuple[Reply, tuple[TalkDone, ...]]:
        delay_s = wanted.delay_s or 0.0
        if self.memory.is_full or not 0.0 < delay_s <= LONGEST_S:
            return Reply(sentences=(voice.sentence("talk.refused.later"),), refused="later"), ()
        at_s = voice.now_unix_s + delay_s
        deed = self.memory.done((), voice.now_unix_s, speaker.resident, speaker.conversation)
        self.memory.put_off(Later(deed=deed, at_unix_s=at_s, steps=steps, resident=speaker.resident, why=why))
        if wanted.duration_s is not None:
            back = tuple(one.before for one in reversed(steps) if one.before is not None)
            ends_s = at_s + wanted.duration_s
            later = Later(deed=deed, at_unix_s=ends_s, steps=back, resident=speaker.resident, why=why, takes_back=True)
            self.memory.put_off(later)
        told = voice.sentence(
            "talk.done.later", numbers=(at_s, *step_numbers(steps)), at=voice.on(at_s), what=_all(steps, voice)
        )
        return Reply(sentences=(told,)), tuple(_planned(one, at_s) for one in steps)

    def _for_a_while(
        self, back: tuple[Step, ...], deed: int, lasts_s: float, speaker: Speaker, voice: Voice, why: str
    ) -> Sentence:
        """Keep that something is undone afterwards; return what is said of it."""
        if self.memory.is_full or not 0.0 < lasts_s <= LONGEST_S:
            return voice.sentence("talk.refused.while")
        ends_s = voice.now_unix_s + lasts_s
        later = Later(deed=deed, at_unix_s=ends_s, steps=back, resident=speaker.resident, why=why, takes_back=True)
        self.memory.put_off(later)
        return voice.sentence("talk.done.until", numbers=(ends_s,), at=voice.moment(ends_s))

    def _undo(self, speaker: Speaker, voice: Voice) -> tuple[Reply, tuple[TalkDone, ...]]:
        """Take back what was done last on somebody's word."""
        if not speaker.has(TalkRight.WISH, TalkRight.CONTROL):
            return Reply(sentences=(voice.sentence("talk.refused.right"),), refused="right"), ()
        deed = self.memory.last(voice.now_unix_s, speaker.resident, speaker.conversation)
        if deed is None:
            return Reply(sentences=(voice.sentence("talk.undo.nothing"),), refused="nothing"), ()
        dropped = self.memory.forget(deed)
        outcome = self.carry_out(deed.back, speaker.resident, voice.say("talk.undo.why"), voice)
        sentences = outcome.sentences
        if dropped and not deed.back:
            sentences = (voice.sentence("talk.undo.dropped"), *sentences)
        if not sentences:
            return Reply(sentences=(voice.sentence("talk.undo.nothing"),), refused="nothing"), ()
        return Reply(sentences=sentences), outcome.done

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
            found += self.carry_out(one.steps, one.resident, one.why, voice).done
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
        sentences = _told(steps, tuple(done), verdicts, voice)
        return Outcome(tuple(done), sentences, back)

    def _put(self, step: Step, resident: str, why: str, voice: Voice) -> TalkDone:
        asked = step.value if step.action or step.request != "set_mode" else None
        done = TalkDone(request=step.request, subject=step.subject, action=step.action, asked=asked)
        try:
            answer = self._ask(step.request, step.question(resident, why))
        except SumikaError as error:
            return _with_problem(done, cleaned(error.problem, WHY_LETTERS))
        problem = _problem(answer, voice)
        return _with_problem(done, problem) if problem else done


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


def step_text(step: Step, voice: Voice, value: float | None = None) -> str:
    """Return what a step sets, in words: "the light in the bedroom: off".

    Args:
        step: Which.
        voice: Says it.
        value: Instead of what was asked for.
    """
    value = step.value if value is None else value
    if step.request == "set_mode":
        return voice.say(
            "talk.step.mode",
            mode=voice.say(f"talk.mode.{step.text}") if voice.has(f"talk.mode.{step.text}") else step.text,
        )
    if step.request == "set_comfort_wish":
        key = {"temperature_c": "temperature", "offset_k": "warmer" if value >= 0 else "cooler"}.get(
            step.action, "usual"
        )
        shown = voice.celsius(value) if step.action == "temperature_c" else voice.number(abs(value), 1)
        return voice.say(f"talk.step.{key}", room=voice.room(step.subject), value=shown)
    if step.request == "vote":
        key = "cold" if value < 0 else "hot" if value > 0 else "fine"
        return voice.say(f"talk.step.vote.{key}", room=voice.room(step.subject))
    if step.request == "load_machine":
        return voice.say("talk.step.loaded" if value else "talk.step.unloaded", device=voice.device(step.subject))
    name, shown = setting_name(voice, step.action), value_text(voice, _kind(step, voice), step.action, value)
    key = "talk.step.setting" if name else "talk.step.device"
    return voice.say(key, device=voice.device(step.subject), setting=name, value=shown)


def _kind(step: Step, voice: Voice) -> str:
    return next((one.kind for one in voice.house.devices if one.id == step.subject), "")


def step_numbers(steps: Iterable[Step]) -> tuple[float, ...]:
    """Return the numbers that stand in the words for some steps."""
    return tuple(number for one in steps for number in (abs(one.value), 100.0 * one.value))


def _all(steps: Iterable[Step], voice: Voice) -> str:
    return voice.listed(step_text(one, voice) for one in steps)


def _told(
    steps: tuple[Step, ...], done: tuple[TalkDone, ...], verdicts: dict[int, Verdict], voice: Voice
) -> tuple[Sentence, ...]:
    """Return one sentence for each step; of many that went through as asked, one for all."""
    smooth = [n for n, one in enumerate(done) if _is_smooth(one)]
    told: list[Sentence] = []
    if len(smooth) > MOST_SAID:
        rows = tuple(
            voice.row(verdicts[n], "verdict", done[n].subject, text=verdicts[n].why) for n in smooth if n in verdicts
        )
        told.append(voice.sentence("talk.done.many", rows, numbers=(len(smooth),), count=len(smooth)))
    for n, one in enumerate(done):
        if not (len(smooth) > MOST_SAID and n in smooth):
            told.append(_outcome(steps[n], one, verdicts.get(n), voice))
    return tuple(told[: 2 * MOST_SAID])


def _is_smooth(done: TalkDone) -> bool:
    return not done.problem and done.ruling is Ruling.PASSED


def _outcome(step: Step, done: TalkDone, verdict: Verdict | None, voice: Voice) -> Sentence:
    """Return what came of one step."""
    numbers = [
        abs(step.value),
        100.0 * step.value,
        *([100.0 * done.written, done.written] if done.written is not None else []),
    ]
    rows: tuple[Row, ...] = ()
    origin = "live"
    if verdict is not None:
        is_share = verdict.action in SHARES or (verdict.action == "level" and _kind(step, voice) == "light")
        source, unit = f"verdict.{verdict.action}", "1" if is_share else ""
        rows = (voice.row(verdict, source, verdict.device, verdict.written, unit, verdict.why),)
        origin = verdict.origin.value
    if done.problem:
        source = f"{done.request}.refused"
        refused = voice.refused("talk.done.problem", source, done.problem.rstrip("。."), what=step_text(step, voice))
        return msgspec.structs.replace(refused, numbers=tuple(numbers))
    rule = (
        voice.say(f"rule.{done.rule.value}").rstrip("。.") if voice.has(f"rule.{done.rule.value}") else done.rule.value
    )
    if done.ruling is Ruling.VETOED:
        return voice.sentence("talk.done.vetoed", rows, origin, numbers, what=step_text(step, voice), rule=rule)
    if done.ruling is Ruling.CLIPPED:
        written = step_text(step, voice, done.written)
        return voice.sentence("talk.done.clipped", rows, origin, numbers, what=written, rule=rule)
    if step.request == "wish_device" and verdict is None:
        return voice.sentence("talk.done.unheard", rows, origin, numbers, what=step_text(step, voice))
    if verdict is not None and verdict.written is None:
        return voice.sentence("talk.done.already", rows, origin, numbers, what=step_text(step, voice))
    return voice.sentence("talk.done", rows, origin, numbers, what=step_text(step, voice))
