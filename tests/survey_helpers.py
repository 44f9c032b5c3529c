"""Looks at the house as a test plays them: what is told is put in by hand."""

import queue
from collections.abc import Iterator

from sumika.dashboard import Surveying
from sumika.schema import Survey, SurveyTold


class PlayedSurvey:
    """One look under way.

    Attributes:
        asked: What it was begun with.
        ended: Whether it was said that no more is wanted.
        stopped: Whether it was given up.
    """

    def __init__(self, asked: Survey) -> None:
        self.asked = asked
        self.ended = self.stopped = False
        self._told: queue.Queue[SurveyTold | None] = queue.Queue()

    def tell(self, *told: SurveyTold) -> None:
        """Let it tell something."""
        for one in told:
            self._told.put(one)

    def break_down(self) -> None:
        """Let it end without a word."""
        self._told.put(None)

    def told(self) -> Iterator[SurveyTold]:
        """Yield what is put in, until it is over."""
        while (told := self._told.get()) is not None:
            yield told

    def end(self) -> None:
        """Remember it."""
        self.ended = True

    def stop(self) -> None:
        """End."""
        self.stopped = True
        self.break_down()


class PlayedSurveys:
    """Begins looks, and keeps them.

    Attributes:
        begun: In order.
        surveying: What the page's server is handed.
    """

    def __init__(self) -> None:
        self.begun: list[PlayedSurvey] = []
        self.surveying = Surveying(self._begin)

    def _begin(self, survey: Survey) -> PlayedSurvey:
        self.begun.append(PlayedSurvey(survey))
        return self.begun[-1]
