"""Looks at the house that take minutes: one at a time, how far each kind is, and an end to it when asked."""

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from sumika.dashboard.problem import RefusedError, Trouble
from sumika.schema import Survey, SurveyKind, SurveyStage, SurveyTold
from sumika.text import say

SLACK_S = 180.0
"""A look that takes so much longer than it was asked to hangs."""

CLOSES_WITHIN_S = 5.0


class Running(Protocol):
    """A look under way."""

    def told(self) -> Iterator[SurveyTold]:
        """Yield how far it is, until it is over."""
        ...

    def end(self) -> None:
        """Say that no more of it is wanted."""

    def stop(self) -> None:
        """Make an end of it at once."""


Begin = Callable[[Survey], Running]


def nothing_to_look_at(survey: Survey) -> Running:
    """Refuse: this server belongs to no house that runs.

    Raises:
        RefusedError: always.
    """
    raise survey_refused(422, "survey.none")


def survey_refused(status: int, key: str, **values: object) -> RefusedError:
    """Return a refusal in the words of `sumika.text`; with what to do about it where the key has ".remedy".

    Args:
        status: Of HTTP.
        key: Of its words.
        values: For them.
    """
    remedies = {"survey.busy": "survey.busy.remedy"}
    remedy = remedies.get(key, "")
    trouble = Trouble(
        problem=say(key, "en", **values),
        problem_ja=say(key, "ja", **values),
        remedy=say(remedy, "en") if remedy else "",
        remedy_ja=say(remedy, "ja") if remedy else "",
    )
    return RefusedError(status, trouble)


class Surveying:
    """May be called from several threads."""

    def __init__(self, begin: Begin = nothing_to_look_at) -> None:
        """Look when asked.

        Args:
            begin: Begins a look.
        """
        self._begin = begin
        self._lock = threading.Lock()
        self._told = {kind: SurveyTold(kind=kind) for kind in SurveyKind}
        self._running: tuple[SurveyKind, Running] | None = None
        self._hearing: threading.Thread | None = None

    def state(self, kind: SurveyKind) -> SurveyTold:
        """Return how far a look is."""
        with self._lock:
            return self._told[kind]

    def begin(self, survey: Survey) -> SurveyTold:
        """Begin a look; return at once.

        Raises:
            RefusedError: if another one is under way (409), or none can be begun.
        """
        with self._lock:
            if self._running is not None:
                raise survey_refused(409, "survey.busy")
            running = self._begin(survey)
            self._running = (survey.kind, running)
            begun = SurveyTold(kind=survey.kind, stage=SurveyStage.BEGINNING, room=survey.room)
            self._told[survey.kind] = begun
            self._hearing = threading.Thread(target=self._hear, args=(survey, running), name="survey", daemon=True)
            self._hearing.start()
        return begun

    def end(self, kind: SurveyKind) -> SurveyTold:
        """Say that a look is over: a walk is worked out then, anything else is given up."""
        with self._lock:
            if self._running is not None and self._running[0] is kind:
                self._running[1].end()
            return self._told[kind]

    def stop(self, kind: SurveyKind) -> SurveyTold:
        """Give a look up."""
        with self._lock:
            running = self._running
            if running is not None and running[0] is kind:
                self._told[kind] = SurveyTold(kind=kind, stage=SurveyStage.STOPPED)
                self._running = None
                running[1].stop()
            return self._told[kind]

    def close(self) -> None:
        """Give up whatever is under way."""
        for kind in SurveyKind:
            self.stop(kind)
        if self._hearing is not None:
            self._hearing.join(CLOSES_WITHIN_S)

    def _hear(self, survey: Survey, running: Running) -> None:
        hangs = threading.Timer(survey.leave_s + survey.seconds + SLACK_S, running.stop)
        hangs.daemon = True
        hangs.start()
        try:
            for told in running.told():
                self._take(running, told)
        except (OSError, ValueError, msgspec.DecodeError):
            pass  # what is told below: it ended before it was done
        hangs.cancel()
        with self._lock:
            if self._is_mine(running):
                self._running = None
                if not self._told[survey.kind].stage.is_over:
                    self._told[survey.kind] = _broken(survey.kind)

    def _take(self, running: Running, told: SurveyTold) -> None:
        with self._lock:
            if self._is_mine(running):
                self._told[told.kind] = told
                if told.stage.is_over:
                    self._running = None  # its process is still ending, and no reason to wait with the next

    def _is_mine(self, running: Running) -> bool:
        return self._running is not None and self._running[1] is running


def _broken(kind: SurveyKind) -> SurveyTold:
    return SurveyTold(
        kind=kind,
        stage=SurveyStage.FAILED,
        problem=say("survey.broken", "en"),
        problem_ja=say("survey.broken", "ja"),
        remedy=say("survey.broken.remedy", "en"),
        remedy_ja=say("survey.broken.remedy", "ja"),
    )
