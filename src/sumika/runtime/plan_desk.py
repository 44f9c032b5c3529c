"""What residents ask the planner: what a warmer room would cost, and what was saved."""

from datetime import datetime
from pathlib import Path

from sumika.runtime.refusal import Refusal, refusal
from sumika.runtime.savings import Savings
from sumika.runtime.thinking import Thinking
from sumika.schema import (
    MeterSample,
    PlanReport,
    SavedAnswer,
    SavedRequest,
    SumikaError,
    WhatIfAnswer,
    WhatIfRequest,
)

MOST_OFFSET_K, MOST_HOURS = 5.0, 48.0


class PlanDesk:
    """Answers from belief and plan; it knows no bus and no clock."""

    def __init__(self, thinking: Thinking, folder: Path, language: str = "") -> None:
        """Know the planner.

        Args:
            thinking: Belief, forecasts and planner.
            folder: Where what was saved is kept.
            language: The house's; empty: the reader's.
        """
        self._thinking, self._language = thinking, language
        self.savings = Savings(folder, thinking.ecu.worth.currency)
        self._meter: MeterSample | None = None

    def planned(self, report: PlanReport, at: datetime) -> None:
        """Hear of a new plan.

        Args:
            report: Of it.
            at: Now, on the house's own clock.
        """
        self.savings.plan(report, at)

    def meter(self, sample: MeterSample | None, at: datetime) -> None:
        """Hear what the meter says; the same word twice is one.

        Args:
            sample: Its newest word; None: none.
            at: Now, on the house's own clock.
        """
        if sample is not None and sample != self._meter:
            self._meter = sample
            self.savings.meter(sample, at, self._thinking.foreteller.prices.now(at))

    def saved(self, question: SavedRequest, at: datetime) -> SavedAnswer:
        """Return what was saved.

        Args:
            question: Of which days.
            at: Now, on the house's own clock.
        """
        return self.savings.answer(question.days, at)

    def what_if(self, question: WhatIfRequest, at: datetime) -> WhatIfAnswer:
        """Return what a warmer or cooler room would cost.

        Args:
            question: Which room, and by how much.
            at: Now, on the house's own clock.
        """
        ecu = self._thinking.ecu
        rooms = ecu.belief.outline.rooms
        if question.room not in rooms:
            return WhatIfAnswer(**self._no("room", name=question.room[:64], known=", ".join(rooms)))
        if not (abs(question.offset_k) <= MOST_OFFSET_K and 0.0 < question.hours <= MOST_HOURS):
            return WhatIfAnswer(**self._no("offset"))
        if ecu.planned is None:
            return WhatIfAnswer(**self._no("no_plan"))
        try:
            found = self._thinking.what_if(question.room, question.offset_k, question.hours, at)
        except (SumikaError, ArithmeticError, ValueError) as error:
            return WhatIfAnswer(**self._no("unsolved", why=str(error)[:200]))
        return WhatIfAnswer(
            accepted=True,
            language=self._language,
            room=question.room,
            offset_k=question.offset_k,
            cost=found.cost,
            energy_kwh=found.energy_kwh,
            currency=found.currency,
            begins_unix_s=tuple(found.begins_unix_s.tolist()),
            temperature_c=tuple(found.air_c.round(2).tolist()),
            usual_c=tuple(found.usual_c.round(2).tolist()),
        )

    def _no(self, problem: str, **values: str) -> Refusal:
        return refusal(f"whatif.refused.{problem}", self._language, **values)
