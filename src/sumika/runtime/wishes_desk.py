"""What became of every suggestion: open, said yes or no to, expired, withdrawn; and what the gate said to a yes."""

from collections.abc import Collection

import msgspec

from sumika.clock import Instant
from sumika.runtime.refusal import refusal
from sumika.schema import (
    AnswerSuggestionAnswer,
    AnswerSuggestionRequest,
    Asker,
    GateRule,
    Message,
    Mode,
    ModeReport,
    Origin,
    PlanReport,
    ResidentWish,
    Ruling,
    Standing,
    Suggestion,
    SuggestionAnswer,
    SuggestionsAnswer,
    SuggestionsRequest,
    SuggestionStanding,
    Verdict,
)
from sumika.text import clock_text
from sumika.units import seconds_to_ns

FOR_NOW = frozenset(
    {GateRule.LEAST_ON_TIME, GateRule.LEAST_OFF_TIME, GateRule.NOT_YET, GateRule.UNREACHABLE, GateRule.WINDOW_LIMIT}
)
"""What the gate refuses for a while only: a yes is then asked for again until its suggestion would have ended."""

AGAIN_NS = seconds_to_ns(20.0)
MOST_KEPT = 100
"""Suggestions that are remembered, so that an answer to an old one is told why it comes too late."""


class WishesDesk:
    """Keeps suggestions, and turns a resident's yes into wishes; it knows no bus and no clock."""

    def __init__(self, mode: str, language: str = "") -> None:
        """Begin without suggestions.

        Args:
            mode: How far the house's controller goes.
            language: The house's; empty: the reader's.
        """
        self._mode, self._language = mode, language
        self._standings: dict[str, SuggestionStanding] = {}
        self._origin = Origin.LIVE
        self._asked: dict[str, tuple[int, str]] = {}

    def hear(self, message: Message) -> None:
        """Take a plan's report, a verdict of the gate or another mode; everything else is left alone."""
        if isinstance(message, PlanReport):
            self._hear_plan(message)
        elif isinstance(message, ModeReport):
            self._mode = message.mode
        elif isinstance(message, Verdict) and message.asked_by == Asker.RESIDENT:
            self._hear_verdict(message)

    def _hear_plan(self, report: PlanReport) -> None:
        self._origin = report.origin
        suggested = {one.id: one for one in report.suggestions}
        for name, standing in self._standings.items():
            if standing.standing is Standing.OPEN and name not in suggested:
                self._standings[name] = msgspec.structs.replace(standing, standing=Standing.WITHDRAWN)
        for name, suggestion in suggested.items():
            before = self._standings.pop(name, None)
            # A no stands for as long as the name does; a plan that was made before the no was heard changes nothing.
            if before is not None and before.standing is Standing.NO:
                self._standings[name] = before
            else:
                self._standings[name] = SuggestionStanding(
                    suggestion=suggestion, standing=Standing.OPEN, currency=report.currency
                )
        for name in list(self._standings)[:-MOST_KEPT]:
            del self._standings[name]
            self._asked.pop(name, None)

    def _hear_verdict(self, verdict: Verdict) -> None:
        for name, standing in self._standings.items():
            if standing.standing is Standing.YES and verdict.why.startswith(_yes_to(name)):
                self._standings[name] = _with_verdict(standing, verdict)
            elif verdict.device == standing.suggestion.device and verdict.ruling is not Ruling.VETOED:
                # What a hand has set since is not asked away.
                self._asked.pop(name, None)

    def standings(self, question: SuggestionsRequest, now_ns: int) -> SuggestionsAnswer:
        """Return what is suggested.

        Args:
            question: Whether what is no longer open is wanted too.
            now_ns: Present monotonic time.
        """
        self._expire(now_ns)
        found = (one for one in self._standings.values() if question.answered or one.standing is Standing.OPEN)
        return SuggestionsAnswer(mode=self._mode, suggestions=tuple(found), language=self._language)

    def answer(
        self, question: AnswerSuggestionRequest, now: Instant
    ) -> tuple[AnswerSuggestionAnswer, tuple[Message, ...]]:
        """Take a resident's answer; return what to reply, and what to say in the resident's name.

        Args:
            question: What they answered.
            now: The present moment.
        """
        self._expire(now.monotonic_ns)
        standing = self._standings.get(question.suggestion)
        if standing is None or standing.standing is not Standing.OPEN:
            return self._refused(question, standing), ()
        said = Standing.YES if question.yes else Standing.NO
        self._standings[question.suggestion] = msgspec.structs.replace(standing, standing=said)
        self._asked[question.suggestion] = (now.monotonic_ns, question.resident)
        suggestion = standing.suggestion
        told = SuggestionAnswer(
            stamp=now,
            origin=self._origin,
            suggestion=suggestion.id,
            device=suggestion.device,
            yes=question.yes,
            resident=question.resident,
        )
        wishes = self._wishes(suggestion, {one.action for one in suggestion.actions}, now) if question.yes else ()
        return AnswerSuggestionAnswer(accepted=True, language=self._language), (told, *wishes)

    def again(self, now: Instant) -> tuple[Message, ...]:
        """Return the wishes that the gate refused for now, when it is time to ask once more.

        Args:
            now: The present moment.
        """
        found: list[Message] = []
        for name, standing in self._standings.items():
            waits = {setting for setting, rule in standing.refused.items() if rule in FOR_NOW}
            open_yet = standing.standing is Standing.YES and now.monotonic_ns < standing.suggestion.until_ns
            if not (waits and open_yet and name in self._asked):
                continue
            at_ns, resident = self._asked[name]
            if now.monotonic_ns - at_ns >= AGAIN_NS:
                self._asked[name] = (now.monotonic_ns, resident)
                found += self._wishes(standing.suggestion, waits, now)
        return tuple(found)

    def _wishes(self, suggestion: Suggestion, settings: Collection[str], now: Instant) -> tuple[ResidentWish, ...]:
        """Return a yes as the resident's own wishes; what is done already needs none."""
        resident = self._asked[suggestion.id][1]
        by = f" ({resident})" if resident else ""
        return tuple(
            ResidentWish(
                stamp=now,
                origin=self._origin,
                device=action.device,
                action=action.action,
                value=action.value,
                resident=resident,
                why=f"{_yes_to(suggestion.id)}{action.why}{by}",
            )
            for action in suggestion.actions
            if action.action in settings and not suggestion.done
        )

    def _refused(
        self, question: AnswerSuggestionRequest, standing: SuggestionStanding | None
    ) -> AnswerSuggestionAnswer:
        key = "nobody_asked" if self._mode != Mode.SUGGEST else "unknown"
        if standing is not None:
            key = standing.standing.value
        until = "" if standing is None else standing.suggestion.until
        no = refusal(
            f"suggest.refused.{key}",
            self._language,
            name=question.suggestion[:16],
            until=clock_text(until),
            mode=self._mode,
        )
        return AnswerSuggestionAnswer(**no)

    def _expire(self, now_ns: int) -> None:
        for name, standing in self._standings.items():
            if standing.standing is Standing.OPEN and now_ns >= standing.suggestion.until_ns:
                self._standings[name] = msgspec.structs.replace(standing, standing=Standing.EXPIRED)


def _yes_to(name: str) -> str:
    return f"yes to {name}: "


def _with_verdict(standing: SuggestionStanding, verdict: Verdict) -> SuggestionStanding:
    """Return a standing with the newest word of the gate on a setting."""
    setting = verdict.action
    done = tuple(one for one in standing.done if one != setting)
    changed = {one: value for one, value in standing.changed.items() if one != setting}
    refused = {one: rule for one, rule in standing.refused.items() if one != setting}
    if verdict.ruling is Ruling.VETOED:
        refused[setting] = verdict.rule
    elif verdict.ruling is Ruling.CLIPPED and verdict.written is not None:
        changed[setting] = verdict.written
    else:
        done = (*done, setting)
    return msgspec.structs.replace(standing, done=done, changed=changed, refused=refused)
