"""Which storey a radar looks into and a body is on: rooms of different storeys lie over each other on the floor plan.

Every storey has its own heights above its own floor, so places of two storeys cannot be told apart by their numbers.
Whoever asks what is near to a body asks first what is on its storey.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from sumika.schema import Track, Tracks
from sumika.schema.house import Radar, Room


@dataclass(frozen=True, slots=True)
class Storeys:
    """Of a house; one without anything is a house of one storey.

    Attributes:
        rooms: Storey of each room.
        radars: Storey of each radar.
        watched: Storeys that radars look into, the lowest first.
    """

    rooms: Mapping[str, int] = field(default_factory=dict)
    radars: Mapping[str, int] = field(default_factory=dict)
    watched: tuple[int, ...] = ()

    @classmethod
    def of(cls, rooms: Iterable[Room], radars: Iterable[Radar]) -> "Storeys":
        """Return the storeys of a house.

        Args:
            rooms: All of them.
            radars: Those that are asked about; one in a room that is not there looks into the lowest storey.
        """
        by_room = {room.id: room.storey for room in rooms}
        lowest = min(by_room.values(), default=1)
        by_radar = {radar.id: by_room.get(radar.room, lowest) for radar in radars}
        return cls(by_room, by_radar, tuple(sorted(set(by_radar.values()))))

    def of_track(self, track: Track) -> int | None:
        """Return the storey that a body is on, by what is told of it or by its room; None where neither is known."""
        return self.rooms.get(track.room) if track.storey is None else track.storey

    def sees(self, radar: str, track: Track) -> bool:
        """Return whether a radar looks into the storey that a body is on; of whom that is not known, it may."""
        if len(self.watched) < 2:
            return True
        return self.of_track(track) in (self.radars.get(radar), None)

    def on(self, tracks: Tracks, storey: int) -> Tracks:
        """Return who is on a storey that is watched; whose storey is not known is taken to be on the lowest of them."""
        if len(self.watched) < 2:
            return tracks

        def here(bodies: tuple[Track, ...]) -> tuple[Track, ...]:
            known = ((body, self.of_track(body)) for body in bodies)
            return tuple(body for body, on in known if storey == (self.watched[0] if on is None else on))

        return msgspec.structs.replace(tracks, tracks=here(tracks.tracks), candidates=here(tracks.candidates))
