"""What small networks and rules tell of the people in a house. Each says how sure it is, and abstains where it must.

Probabilities are calibrated on people whom the network has not learnt from; `sigma` is how far they were off there.
What is not valid has no numbers at all. None of this is a diagnosis, and no feeling is told but what somebody told.
"""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message
from sumika.schema.reason import Reason


class Known(Message, frozen=True, kw_only=True):
    """What all of these say.

    Attributes:
        valid: Whether the values may be used.
        reason: What they rest on, or why there are none.
        student: Name of the network that answered; empty: a rule did, or nobody.
    """

    valid: bool
    reason: Reason
    student: str = ""


class KnownOfRoom(Known, frozen=True, kw_only=True):
    """What is told of all who are in a room together.

    Attributes:
        room: The room's name in `house.yaml`.
    """

    room: str


class KnownOfPerson(Known, frozen=True, kw_only=True):
    """What is told of one who is tracked.

    Attributes:
        source: Of the tracks: a radar's id, or "house".
        track: The track's id.
        room: The room it is in; empty if in none.
    """

    source: str
    track: int
    room: str = ""


class ActivityKind(StrEnum):
    """What somebody does, as a body's points tell it."""

    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"
    WALKING = "walking"
    BENDING = "bending"
    EXERCISING = "exercising"
    FALL_LIKE = "fall_like"  # comes down as in a fall; whether it is one, `SuspectedFall` says


class Activity(KnownOfPerson, frozen=True, kw_only=True):
    """What somebody does now.

    Attributes:
        kind: The most probable; None where nothing can be told, or nothing is more probable than all else together.
        probability: Of the most probable, 0..1.
        sigma: Of `probability`.
        shares: Probability of each of `ActivityKind`, in its order; empty where nothing can be told.
    """

    kind: ActivityKind | None = None
    probability: float | None = None
    sigma: float | None = None
    shares: tuple[float, ...] = ()


class Exercise(KnownOfPerson, frozen=True, kw_only=True):
    """Which movement somebody makes while they exercise, of the few that a student tells apart; one of each student.

    Attributes:
        movement: The most probable; empty where nothing is told, or nothing is more probable than all else together.
        probability: Of the most probable, 0..1, among those that the student knows.
        sigma: Of `probability`.
        among: Those that the student knows. What somebody does may be none of them.
        shares: Probability of each of `among`; empty where nothing can be told.
    """

    movement: str = ""
    probability: float | None = None
    sigma: float | None = None
    among: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()


class Gesture(KnownOfPerson, frozen=True, kw_only=True):
    """A gesture that somebody made; told when it was seen, and again when it was seen a second time.

    Attributes:
        gesture: Its name.
        probability: That it is this one, 0..1.
        sigma: Of `probability`.
        confirmed: Whether it was made twice within some seconds: only then does it ask for anything.
    """

    gesture: str = ""
    probability: float | None = None
    sigma: float | None = None
    confirmed: bool = False


class Pose(KnownOfPerson, frozen=True, kw_only=True):
    """Where somebody's joints are.

    Attributes:
        joints: Their names, in the order of the others.
        x_m: (joint,) house coordinates.
        y_m: (joint,)
        z_m: (joint,) above the floor.
        sigma_m: Of each coordinate.
    """

    joints: tuple[str, ...] = ()
    x_m: tuple[float, ...] = ()
    y_m: tuple[float, ...] = ()
    z_m: tuple[float, ...] = ()
    sigma_m: float | None = None


class SleepStages(KnownOfRoom, frozen=True, kw_only=True):
    """How probably who lies in a bedroom is awake, sleeps, or dreams; by what was seen up to now. Alone in bed only.

    Attributes:
        wake: Probability, 0..1. The three add up to 1.
        non_rem: Probability of sleep without dreams.
        rem: Probability of sleep with them.
        sigma: Of the greatest of them.
        asleep_min: So long asleep tonight, as expected from the probabilities so far; None where the night was not seen
            from its beginning, or too little of it could be read.
    """

    wake: float | None = None
    non_rem: float | None = None
    rem: float | None = None
    sigma: float | None = None
    asleep_min: float | None = None


class SleepNight(KnownOfRoom, frozen=True, kw_only=True):
    """A whole night, told in the morning. Its stages are told with what came after them too.

    Attributes:
        began_unix_s: When somebody lay down; None where that was not seen.
        ended_unix_s: When they got up; None likewise.
        in_bed_min: Time in bed; None where a part of the night was not seen.
        asleep_min: Total sleep time, the middle of its range.
        asleep_low_min: Range in which it lies for four of five people whom the network had not learnt from, lower end.
        asleep_high_min: Upper end.
        non_rem_min: As expected from the probabilities.
        rem_min: As expected from the probabilities.
        ups: How often they got up in between; None where a part of the night was not seen.
        measured: Share of the night in which heart or breath was measured, 0..1.
    """

    began_unix_s: float | None = None
    ended_unix_s: float | None = None
    in_bed_min: float | None = None
    asleep_min: float | None = None
    asleep_low_min: float | None = None
    asleep_high_min: float | None = None
    non_rem_min: float | None = None
    rem_min: float | None = None
    ups: int | None = None
    measured: float = 0.0


class Strain(KnownOfRoom, frozen=True, kw_only=True):
    """Whether heart and breath at rest are higher than is usual here. Coffee, a cold, a film look just the same.

    Attributes:
        probability: That they are higher as they are under strain, 0..1.
        sigma: Of `probability`.
        usual_min: Of so many minutes of rest is known what is usual.
    """

    probability: float | None = None
    sigma: float | None = None
    usual_min: float = 0.0


class PersonComfort(msgspec.Struct, frozen=True, kw_only=True):
    """How one resident probably feels in a room, by their own votes and how it was then.

    Attributes:
        resident: Who; empty: somebody of whom no votes are known.
        too_cold: Probability that they would vote for warmer, 0..1.
        too_warm: Probability that they would vote for cooler.
        sigma: Of the greater of them.
        votes: How many of their own it rests on.
    """

    resident: str = ""
    too_cold: float
    too_warm: float
    sigma: float
    votes: int = 0


class ThermalComfort(KnownOfRoom, frozen=True, kw_only=True):
    """How those who live in a room would probably find it now.

    Attributes:
        people: One for each resident who agreed to it; of one who has not voted yet what is usual is told.
    """

    people: tuple[PersonComfort, ...] = ()


class OccupancyCount(KnownOfRoom, frozen=True, kw_only=True):
    """How many people are in a room: what the radar follows and what the carbon dioxide says, weighed.

    Attributes:
        count: The most probable number.
        probability: Of `count`, 0..1.
        sigma: Standard deviation of the number.
        shares: Probability of 0, 1, 2 ... people; the last of as many or more.
        co2_people: What the carbon dioxide alone says, people; None where it says nothing: a window is open, or it was
            not watched for long enough.
    """

    count: int | None = None
    probability: float | None = None
    sigma: float | None = None
    shares: tuple[float, ...] = ()
    co2_people: float | None = None


class AirEventKind(StrEnum):
    """What happens in a room, as its air tells it."""

    COOKING = "cooking"
    SMOKE = "smoke"
    SHOWER = "shower"
    WINDOW = "window"


class AirEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens in a room and shows in its air.

    Attributes:
        kind: What.
        probability: That it is this, 0..1.
        sigma: Of `probability`.
        for_s: How long it has been going on, as far as it was seen.
        sensor: Which sensor shows it most clearly.
    """

    kind: AirEventKind
    probability: float
    sigma: float
    for_s: float = 0.0
    sensor: str = ""


class AirEvents(KnownOfRoom, frozen=True, kw_only=True):
    """What happens in a room, as its air tells it; told at every change, and once a minute.

    Attributes:
        events: All that goes on now; empty: nothing that the room's sensors can tell.
        can_tell: What they could tell: a sensor that measures no dust knows nothing of smoke.
    """

    events: tuple[AirEvent, ...] = ()
    can_tell: tuple[AirEventKind, ...] = ()

    def probability(self, kind: AirEventKind) -> float | None:
        """Return how probably something goes on: 0 where it could be told and is not; None where it could not."""
        if not self.valid:
            return None
        going_on = [one.probability for one in self.events if one.kind is kind]
        return max(going_on, default=0.0 if kind in self.can_tell else None)

    @property
    def cooking_probability(self) -> float | None:
        """That somebody cooks, for history."""
        return self.probability(AirEventKind.COOKING)

    @property
    def smoke_probability(self) -> float | None:
        """That there is smoke, for history."""
        return self.probability(AirEventKind.SMOKE)

    @property
    def shower_probability(self) -> float | None:
        """That somebody showers, for history."""
        return self.probability(AirEventKind.SHOWER)

    @property
    def window_probability(self) -> float | None:
        """That a window is open, for history."""
        return self.probability(AirEventKind.WINDOW)
