"""What the planner's process hears of strain: heart and breath at rest, and residents' hands that undo a nudge."""

from sumika.schema import Asker, HeartRate, Message, Respiration, Ruling, Verdict, Vote
from sumika.schema.house import House

STRAIN_HEARD = ("heart_rate", "respiration", "verdict")
Reading = tuple[float, float]
"""Rate and its standard deviation, 1/min."""


class StrainEar:
    """Keeps what was heard since it was last taken."""

    def __init__(self, house: House) -> None:
        """Know in which room each device is."""
        self._rooms = {device.id: device.room for device in house.devices}
        self._hearts: dict[str, Reading] = {}
        self._breaths: dict[str, Reading] = {}
        self._touched: set[str] = set()

    def take(self, message: Message) -> None:
        """Take a message; what is not valid, and what says nothing of strain, is left alone."""
        if isinstance(message, HeartRate | Respiration):
            if message.valid and message.rate_bpm is not None and message.sigma_bpm is not None:
                kept = self._hearts if isinstance(message, HeartRate) else self._breaths
                kept[message.room] = (message.rate_bpm, message.sigma_bpm)
        elif isinstance(message, Vote):
            self._touched.add(message.room)
        elif isinstance(message, Verdict) and _is_hand(message) and message.device in self._rooms:
            self._touched.add(self._rooms[message.device])

    def rates(self) -> dict[str, tuple[Reading | None, Reading | None]]:
        """Return by room heart and breath since the last call."""
        rooms = dict.fromkeys([*self._hearts, *self._breaths])
        found = {room: (self._hearts.get(room), self._breaths.get(room)) for room in rooms}
        self._hearts.clear()
        self._breaths.clear()
        return found

    def touched(self) -> tuple[str, ...]:
        """Return the rooms in which a resident set something, or said how they feel, since the last call."""
        found = tuple(sorted(self._touched))
        self._touched.clear()
        return found


def _is_hand(verdict: Verdict) -> bool:
    return verdict.asked_by == Asker.RESIDENT and verdict.ruling is not Ruling.VETOED
