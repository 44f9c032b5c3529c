"""How much time and money a run has left: its quote, corrected by how the stages so far have gone."""

import time
from collections.abc import Callable

import msgspec

from sumika.distil.ledger.prices import bill_of
from sumika.distil.ledger.quote import Quote, StageEstimate

LEAST_PACE, MOST_PACE = 0.25, 8.0
"""A quote is believed within these factors: one slow second at the start must not promise hours."""
SURE_AFTER_S = 10.0


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a run.

    Attributes:
        share: Of the quoted time that is done, 0 to 1.
        seconds: Of wall time.
        usd: Of money.
    """

    share: float
    seconds: float
    usd: float


class Forecast:
    """Told by a watcher what happens; stages that the quote does not know cost nothing in it.

    Attributes:
        quote: What was predicted.
    """

    def __init__(self, quote: Quote, now: Callable[[], float] = time.monotonic) -> None:
        self.quote = quote
        self._now = now
        self._waiting = {one.stage: one for one in quote.stages}
        self._current: StageEstimate | None = None
        self._began_s = now()
        self._done_share = 0.0
        self._predicted_s = self._actual_s = 0.0  # of the stages that were really run
        self._skipped_s = 0.0

    def begin(self, stage: str, *, reused: bool) -> None:
        """A stage begins."""
        self._current = self._waiting.pop(stage, None)
        self._began_s, self._done_share = self._now(), 0.0
        if reused and self._current is not None:
            self._skipped_s += self._current.spent.wall_s
            self._current = None

    def progress(self, done: int, total: int) -> None:
        """So much of the stage is done."""
        self._done_share = done / total if total else 0.0

    def end(self) -> None:
        """The stage has ended."""
        if self._current is not None:
            self._predicted_s += self._current.spent.wall_s
            self._actual_s += self._now() - self._began_s
        self._current = None

    def left(self) -> Left:
        """Return what is left now."""
        pace = self._pace()
        seconds = usd = 0.0
        for one in self._waiting.values():
            seconds += one.spent.wall_s * pace
            usd += bill_of(one.spent, self.quote.prices, one.gpu).total_usd * pace
        if self._current is not None:
            rest = self._rest_s(self._current, pace)
            seconds += rest
            cost = bill_of(self._current.spent, self.quote.prices, self._current.gpu).total_usd
            usd += cost * rest / max(self._current.spent.wall_s, 1e-9)
        total = sum(one.spent.wall_s for one in self.quote.stages)
        ahead = sum(one.spent.wall_s for one in self._waiting.values())
        if self._current is not None:
            ahead += self._current.spent.wall_s * (1 - self._done_share)
        return Left(share=1 - ahead / total if total else 0.0, seconds=seconds, usd=usd)

    def _rest_s(self, current: StageEstimate, pace: float) -> float:
        spent_s = self._now() - self._began_s
        if self._done_share and spent_s > SURE_AFTER_S:
            return spent_s * (1 - self._done_share) / self._done_share  # by now the stage knows better than its quote
        return max(0.0, current.spent.wall_s * pace - spent_s)

    def _pace(self) -> float:
        if self._actual_s < SURE_AFTER_S or not self._predicted_s:
            return 1.0
        return min(MOST_PACE, max(LEAST_PACE, self._actual_s / self._predicted_s))
