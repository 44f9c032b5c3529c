"""Who lies still in a bedroom is asleep: told from whether somebody there moves more than breathing does."""

import math
from dataclasses import dataclass

from sumika.schema import Presence
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind
from sumika.units import ns_to_seconds

ASLEEP_AFTER_S = 600.0
"""Lying without a move for so long; who reads turns a page sooner."""

AWAKE_AFTER_S, FADES_S = 25.0, 60.0
"""Sleepers turn over within some seconds, two or three times an hour (J. De Koninck et al., Sleep 6, 1983): so many
seconds of moving in about a minute are somebody who is awake."""

_SOMEBODY = 0.5
_GAP_S = 5.0


@dataclass(slots=True)
class _Bedroom:
    """One bedroom.

    Attributes:
        seen_ns: When it was looked at.
        still_since_ns: Since when nobody moves.
        moved_s: How long somebody moved of late.
        asleep: Whether they are taken to be asleep.
    """

    seen_ns: int
    still_since_ns: int
    moved_s: float = 0.0
    asleep: bool = False


class Resting:
    """Tells in which bedrooms everybody is asleep."""

    def __init__(self, house: House) -> None:
        """Know where beds are."""
        self._beds = frozenset(one.room for one in house.furniture if one.kind == FurnitureKind.BED)
        self._rooms: dict[str, _Bedroom] = {}

    def hear(self, presence: Presence) -> None:
        """Take what a radar says of a room."""
        if presence.room not in self._beds or presence.moving is None or not presence.valid:
            return
        now_ns = presence.stamp.monotonic_ns
        if (presence.probability or 0.0) < _SOMEBODY:
            self._rooms.pop(presence.room, None)
            return
        room = self._rooms.setdefault(presence.room, _Bedroom(now_ns, now_ns))
        passed_s = min(max(0.0, ns_to_seconds(now_ns - room.seen_ns)), _GAP_S)
        room.seen_ns = max(now_ns, room.seen_ns)
        room.moved_s = room.moved_s * math.exp(-passed_s / FADES_S) + passed_s * float(presence.moving)
        if presence.moving and not room.asleep:
            room.still_since_ns = now_ns
        if room.asleep and room.moved_s > AWAKE_AFTER_S:
            room.asleep, room.still_since_ns = False, now_ns
        elif ns_to_seconds(now_ns - room.still_since_ns) >= ASLEEP_AFTER_S:
            room.asleep = True

    def activities(self, now_ns: int, fresh_ns: int) -> dict[str, str]:
        """Return by room "sleep" where everybody is asleep; other rooms are absent.

        Args:
            now_ns: Present monotonic time.
            fresh_ns: So old a word may be.
        """
        return {
            name: "sleep" for name, room in self._rooms.items() if room.asleep and now_ns - room.seen_ns <= fresh_ns
        }
