"""People (and pets, and robots) on tracks, in house coordinates; and ghosts, with what explains them.

House coordinates are those of the floor plan: x and y as drawn, z upwards from the floor of the storey, metres.
"""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message


class TrackKind(StrEnum):
    """What a track is taken for, from its height and extent."""

    PERSON = "person"
    PET = "pet"
    ROBOT = "robot"
    UNKNOWN = "unknown"


NO_PEOPLE = frozenset({TrackKind.PET, TrackKind.ROBOT})
"""Whoever counts people leaves these out; what is not known yet may be somebody."""


class HeldBy(StrEnum):
    """What keeps a track alive at this moment."""

    POINTS = "points"  # the radar sees the body move
    BREATHING = "breathing"  # nothing but breathing is seen in its cells
    MEMORY = "memory"  # nothing is seen; it is predicted, and its existence fades


class GhostCause(StrEnum):
    """Why something that is seen is nobody."""

    OUTSIDE_ROOM = "outside_room"
    OUTSIDE_HEIGHT = "outside_height"
    MIRROR = "mirror"
    KNOWN_MOVER = "known_mover"  # a fan, a curtain: it moves at the same place in an empty room
    TOO_SHORT_LIVED = "too_short_lived"


Vector = tuple[float, float, float]


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One body.

    Attributes:
        id: Stays the same from radar to radar and from room to room of a storey; no two of a house have the same.
        room: The room it is in; empty if in none.
        storey: The storey it is on; None where nobody told.
        kind: What it is taken for.
        kind_probability: How surely, 0..1.
        position_m: Middle of the body.
        position_sigma_m: Standard deviations of that.
        velocity_m_s: Of the middle, at this moment.
        going_m_s: How fast it leaves where it was, over the last second; steadier than the velocity.
        velocity_sigma_m_s: Standard deviations of that.
        size_m: Extent (horizontal, horizontal, upwards) that its points show, two standard deviations either way.
        top_m: Height of its highest part above the floor.
        top_sigma_m: Standard deviation of that; large where the radar cannot measure elevation.
        existence: Probability that there is such a body, 0..1.
        held_by: What keeps it alive.
        reason: Why the existence is what it is, for people: a word of `Reason`.
        still_s: How long it has not moved from its place.
        age_s: Since it was first seen.
        radars: Those that see it now.
    """

    id: int
    room: str = ""
    kind: TrackKind = TrackKind.UNKNOWN
    kind_probability: float = 0.0
    position_m: Vector
    position_sigma_m: Vector
    velocity_m_s: Vector = (0.0, 0.0, 0.0)
    velocity_sigma_m_s: Vector = (1.0, 1.0, 1.0)
    going_m_s: float = 0.0
    size_m: Vector = (0.0, 0.0, 0.0)
    top_m: float = 0.0
    top_sigma_m: float = 1.0
    existence: float = 0.0
    held_by: HeldBy = HeldBy.POINTS
    reason: str = ""
    still_s: float = 0.0
    age_s: float = 0.0
    radars: tuple[str, ...] = ()
    storey: int | None = None


class Ghost(msgspec.Struct, frozen=True, kw_only=True):
    """Something seen that is nobody, with what explains it.

    Attributes:
        position_m: Where it seems to be.
        cause: What explains it.
        of_track: The track whose mirror image it is; 0 if none.
        detail: For engineers: which wall, which learned mover.
        storey: Where; None where nobody told.
    """

    position_m: Vector
    cause: GhostCause
    of_track: int = 0
    detail: str = ""
    storey: int | None = None


class Tracks(Message, frozen=True, kw_only=True):
    """Everybody whom one radar, or all radars of the house together, see at one moment.

    Attributes:
        source: The radar's id, or "house" for all together.
        tracks: Confirmed ones.
        candidates: Bodies that are followed and not told of yet; for whoever measures them, not for people.
        ghosts: What was seen and explained away.
        reason: Why nobody can be tracked, where that is so; empty otherwise.
        blind: Rooms with radars that follow people, none of which is heard: whether anybody is there is not known.
    """

    source: str
    tracks: tuple[Track, ...] = ()
    candidates: tuple[Track, ...] = ()
    ghosts: tuple[Ghost, ...] = ()
    reason: str = ""
    blind: tuple[str, ...] = ()
