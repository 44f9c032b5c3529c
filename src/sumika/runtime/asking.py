"""What the planner's process asks residents for, and the file in which a no outlives a restart until midnight."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sumika.clock import Instant
from sumika.plan.suggestions import Holds, Suggesting, WarmthDeclined, name_of
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.runtime.thinking import Nudged
from sumika.schema import Command, PlannedAction, Suggestion, SuggestionAnswer
from sumika.schema.house import House
from sumika.units import seconds_to_ns

DECLINED = "declined.json"
NUDGE = "nudge"
"""What stands for the setting where several things are moved a little in a room."""


class Asking:
    """Suggestions and answers of one house.

    Attributes:
        problem: Why the newest no cannot be written; empty while it can.
    """

    def __init__(self, house: House, folder: Path) -> None:
        """Know a house, and what was declined before a restart.

        Args:
            house: Which.
            folder: Where the planner keeps what it knows.
        """
        self._path = folder / DECLINED
        self._suggesting = Suggesting(house, _read(self._path))
        self._nudged: dict[str, str] = {}
        self.problem = ""

    def suggest(
        self,
        commands: Iterable[Command],
        told: Mapping[tuple[str, str], float],
        worth: Mapping[str, float],
        at: datetime,
        holds: Holds,
    ) -> tuple[Suggestion, ...]:
        """Return what to ask for.

        Args:
            commands: Of the plan, with reasons.
            told: What devices say.
            worth: By device: what it would cost to do without, where that is known.
            at: Now, on the house's own clock.
            holds: Until when the plan does.
        """
        return self._suggesting.suggest(commands, told, worth, at, holds)

    def nudges(self, nudged: Iterable[Nudged], now: Instant, at: datetime) -> tuple[Suggestion, ...]:
        """Return what is done because of strain, each with a name that a no undoes it by.

        Args:
            nudged: What is done.
            now: The present moment.
            at: The same on the house's own clock.
        """
        self._nudged = {}
        found = []
        for one in nudged:
            name = name_of(f"nudge {one.room} {one.until.isoformat()}", at.date(), self._nudged)
            self._nudged[name] = one.room
            action = PlannedAction(device=one.room, action=NUDGE, value=1.0, why=one.why, why_ja=one.why_ja)
            left_ns = seconds_to_ns(one.until.timestamp() - at.timestamp())
            found.append(
                Suggestion(
                    id=name,
                    device=one.room,
                    actions=(action,),
                    until=one.until.isoformat(timespec="minutes"),
                    until_ns=now.monotonic_ns + left_ns,
                    done=True,
                )
            )
        return tuple(found)

    def nudge_declined(self, answer: SuggestionAnswer) -> str:
        """Return the room of the nudge that an answer says no to; empty where it says no to none."""
        return "" if answer.yes else self._nudged.get(answer.suggestion, "")

    def hear(self, answer: SuggestionAnswer, at: datetime) -> WarmthDeclined | None:
        """Take an answer, and keep a no; return what it says of warmth.

        Args:
            answer: A yes or a no.
            at: Now, on the house's own clock.
        """
        declined = self._suggesting.answered(answer.suggestion, yes=answer.yes, at=at)
        if not answer.yes:
            self._write()
        return declined

    def _write(self) -> None:
        self.problem = write_small(self._path, self._suggesting.declined)


def _read(path: Path) -> dict[str, str]:
    """Return what was declined; nothing where the file is absent or damaged: then it is asked again."""
    try:
        return read_small(path, dict[str, str], {})
    except DamagedFileError:
        return {}
