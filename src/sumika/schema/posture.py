"""How people hold themselves, and what may have been a fall. Never a diagnosis: a fall is suspected, no more."""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message
from sumika.schema.reason import Reason


class PostureKind(StrEnum):
    """How a body holds itself."""

    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"
    UNKNOWN = "unknown"  # none of these: crouching, kneeling, a child; or it cannot be told


class Posture(Message, frozen=True, kw_only=True):
    """How one person holds himself or herself at one moment.

    Attributes:
        source: Of the tracks: a radar's id, or "house".
        track: The track's id.
        room: The room it is in; empty if in none.
        posture: The most probable one; UNKNOWN where none of them is more probable than all others together.
        standing: Probability, 0..1. The four add up to 1.
        sitting: Probability.
        lying: Probability.
        other: Probability of anything else.
        reason: MEASURED, or why it cannot be told.
        top_m: Height of the body's highest part above the floor; None where the radar cannot measure it.
        top_sigma_m: Its standard deviation.
    """

    source: str
    track: int
    room: str = ""
    posture: PostureKind
    standing: float
    sitting: float
    lying: float
    other: float
    reason: Reason
    top_m: float | None = None
    top_sigma_m: float | None = None


class FallStage(StrEnum):
    """How far the suspicion of a fall has come."""

    CANDIDATE = "candidate"  # somebody came down fast and is low
    SUSPECTED = "suspected"  # and keeps lying still
    CLEARED = "cleared"  # and is up again, or has not lain where it looked like it


class SuspectedFall(Message, frozen=True, kw_only=True):
    """What may have been a fall. Sent when its stage changes, and once a second while it is suspected.

    Attributes:
        source: Of the tracks.
        track: The track's id when the suspicion began; it stays the same while that lasts, though the body may be
            followed on another track since.
        room: The room it is in; empty if in none.
        stage: How far the suspicion has come.
        probability: That somebody has fallen and lies on the floor, 0..1.
        sigma: How far the probability is trusted: a student's from room to room; a rule's for heights that are wrong by
            a standard deviation.
        reason: For people.
        position_m: Where the body is, house coordinates.
        drop_m: How far its middle came down.
        drop_speed_m_s: How fast, in the fastest 0.6 s, downwards positive.
        middle_m: Height of its middle now.
        still_s: How long it has lain still.
        since_s: How long ago it came down. Of one suspicion that moment stays the same, and no other has both that and
            the number: so alarms know who is up again, though numbers begin anew with a restart.
        student: Who told it; empty where a rule did.
    """

    source: str
    track: int
    room: str = ""
    stage: FallStage
    probability: float
    sigma: float
    reason: Reason
    position_m: tuple[float, float, float]
    drop_m: float
    drop_speed_m_s: float
    middle_m: float
    still_s: float
    since_s: float
    student: str = ""


class RestingPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A bed or a sofa: who lies there has not fallen.

    Attributes:
        name: For people.
        floor_m: Its outline on the floor plan, three corners or more.
        height_m: Of what one lies on, above the floor.
    """

    name: str
    floor_m: tuple[tuple[float, float], ...]
    height_m: float = 0.5
