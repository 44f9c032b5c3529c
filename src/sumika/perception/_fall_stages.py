"""What is kept of a body that may have fallen, and how far the suspicion has come."""

import math
from dataclasses import dataclass, field, replace

from sumika.clock import Instant
from sumika.perception._bodies import passed_s
from sumika.perception._drops import Descent, HeightMemory
from sumika.schema import FallStage, Reason, SuspectedFall, Tracks

LYING_S = 5.0
"""Who lies still this long after coming down fast did not mean to."""

PATIENCE_S = 60.0
"""Who has not lain still within this time moves about on the floor: playing, cleaning."""

UP_S = 1.5
"""This long no longer lying on the floor, and a person is up again."""

CANDIDATE, SUSPECTED = 0.3, 0.5
"""Probabilities from which on it is said."""

DECIDE_S = 10.0
"""Who was seen to lie for so long without being suspected is not any more: how he came down is known, and says no."""

ALONE_S = 5.0
"""So long a student must have been silent of a body that it answered of before heights decide in its stead: it abstains
for a moment now and then, and knows far more than they do before and after it."""

SURE_S = 0.5
"""A probability must have been high for so long: heights waver, and one look of many is always odd."""

ENOUGH = ((5, 4.0), (8, 2.5), (12, 1.5), (20, 0.25))
"""How sure a student must be (log odds) on the mean of so many looks one after the other, two in a second: one look of
many is always odd. The longer somebody lies, the less is asked. Who lies for ten seconds and is rather taken for one
who has fallen than not is told of: nobody is left lying because a student is not quite sure."""

MOST_LOG_ODDS = 6.0
"""No look counts for more."""

LOOK_S, STAYS_M = 0.58, 0.7
"""Looks at one body count together where each took no longer than the first, and it stays within the second: who has
fallen stays where he is, and an animal that carries a track off does not."""

DOUBTED_S, TOLD_S = 4.0, 1.6
"""What a student takes for no fall for as long as the first is none. What it said is worth something for the second."""

SETTLE_S = 1.0
"""Heights settle so long after a drop before they are believed to be where it ended."""

_STILL_M_S = 0.4
"""Who moves faster over the floor, on average over seconds, does not lie still."""


@dataclass(slots=True)
class Suspicion:
    """What may have been a fall.

    Attributes:
        number: Under which it is told.
        descent: How the body came down, as weighed last.
        weighed: When; None since it was seen higher.
        began: When it was first weighed.
        place_m: Where on the floor plan the body was low.
        person: How surely it was a person whose track was carried off.
        upright_s: How long that was seen upright.
        came: How that came down; None where the body is still followed on the same track.
        stage: What was told last.
        published: When.
        up_since: Since when it is no longer low.
        sure_since: Since when a fall is probable enough to be suspected.
        doubted_since: Since when a student takes it for none.
    """

    number: int
    descent: Descent
    weighed: Instant | None
    began: Instant
    place_m: tuple[float, float]
    person: float = 0.0
    upright_s: float = 0.0
    came: Descent | None = None
    stage: FallStage | None = None
    published: Instant | None = None
    up_since: Instant | None = None
    sure_since: Instant | None = None
    doubted_since: Instant | None = None

    def look(self, descent: Descent, now: Instant) -> None:
        """Take in how the body lies; what was seen before of how it came down, and is seen no more, is remembered."""
        high_m = self.descent.high_m if descent.high_m is None else descent.high_m
        rush_m_s = self.descent.rush_m_s if descent.rush_m_s is None else descent.rush_m_s
        self.weighed, self.descent = now, replace(descent, high_m=high_m, rush_m_s=rush_m_s)
        if self.came is not None:
            self.descent = replace(
                self.descent,
                top_m=max(descent.top_m, self.came.top_m),
                speed_m_s=max(descent.speed_m_s, self.came.speed_m_s),
                rush_m_s=self.came.rush_m_s if rush_m_s is None else max(rush_m_s, self.came.rush_m_s or 0.0),
            )

    def lain_s(self, now: Instant) -> float:
        """Return how long the body has lain low and still; out of sight it is thought to go on lying."""
        if self.weighed is None or self.descent.going_m_s > _STILL_M_S:
            return 0.0
        return self.descent.low_s + (passed_s(self.weighed, now) or 0.0)


@dataclass(frozen=True, slots=True)
class Told:
    """What a student said of a body.

    Attributes:
        at: When.
        fell: Probability that it has fallen.
        sigma: Of that.
        place_m: Where on the floor plan the body was then.
    """

    at: Instant
    fell: float
    sigma: float
    place_m: tuple[float, float]

    @property
    def log_odds(self) -> float:
        """Of a fall, as they count."""
        share = min(max(self.fell, 1e-9), 1.0 - 1e-9)
        return min(max(math.log(share / (1.0 - share)), -MOST_LOG_ODDS), MOST_LOG_ODDS)


@dataclass(slots=True)
class Body:
    """One body's heights and suspicion.

    Attributes:
        first: When it was first told of.
        first_m: How high its middle was then.
        seen: When last.
        room: Where.
        position_m: Where exactly.
        memory: Its heights.
        looked: When it was last weighed.
        middle_m: Height of its middle, over half a second.
        sigma_m: Of that.
        upright_s: How long it was as high up as no animal is.
        person: How surely it is a person.
        was_person: How surely it was when it came to be suspected.
        suspicion: Of a fall.
        told: What a student said of late, at one place; empty where none was asked, or it abstained.
        answered: When it last said anything; None where it never has.
    """

    first: Instant
    first_m: float
    seen: Instant
    room: str
    position_m: tuple[float, float, float]
    memory: HeightMemory = field(default_factory=HeightMemory)
    looked: Instant | None = None
    middle_m: float = 0.0
    sigma_m: float = math.inf
    upright_s: float = 0.0
    person: float = 0.0
    was_person: float = 0.0
    suspicion: Suspicion | None = None
    told: tuple[Told, ...] = ()
    answered: Instant | None = None

    def hear(self, told: Told) -> None:
        """Keep what a student says, and what it said before of the body at this place."""
        before = [
            one
            for one in self.told
            if passed_s(one.at, told.at) is not None and math.dist(one.place_m, told.place_m) <= STAYS_M
        ]
        self.told = (*before, told)[-ENOUGH[-1][0] :]
        self.answered = told.at

    def asked(self, now: Instant) -> Told | None:
        """Return what a student said of the body last, unless that is long ago."""
        age_s = passed_s(self.told[-1].at, now) if self.told else None
        return self.told[-1] if age_s is not None and age_s <= TOLD_S else None

    @property
    def beyond_enough(self) -> float | None:
        """By how much a student is surer of a fall than is enough, in log odds; None where it has looked too seldom."""
        means = [(self._mean(looks), enough) for looks, enough in ENOUGH]
        return max((mean - enough for mean, enough in means if mean is not None), default=None)

    def _mean(self, looks: int) -> float | None:
        """Return the mean log odds of so many looks, one soon after the other; None where there are fewer."""
        last = self.told[-looks:]
        if len(last) < looks or (passed_s(last[0].at, last[-1].at) or 0.0) > LOOK_S * looks:
            return None
        return sum(one.log_odds for one in last) / looks


def stage_by_student(suspicion: Suspicion, body: Body, told: Told, now: Instant) -> FallStage | None:
    """Return how far a suspicion has come where a student says how probable a fall is; None where it is too early.

    It has seen the body lie before it says so: no further waiting is asked than for an answer that stays.
    """
    if suspicion.up_since is not None and (passed_s(suspicion.up_since, now) or 0.0) >= UP_S:
        return FallStage.CLEARED
    if suspicion.stage is FallStage.SUSPECTED:
        return FallStage.SUSPECTED
    beyond = body.beyond_enough
    if beyond is not None and beyond >= 0.0:
        suspicion.place_m = told.place_m
        return FallStage.SUSPECTED
    if told.fell >= CANDIDATE:
        suspicion.doubted_since = None
        return FallStage.CANDIDATE
    suspicion.doubted_since = suspicion.doubted_since or now
    doubted = (passed_s(suspicion.doubted_since, now) or 0.0) >= DOUBTED_S
    return FallStage.CLEARED if doubted else suspicion.stage


def next_stage(
    suspicion: Suspicion, probability: float, now: Instant, *, low: bool, answered: Instant | None = None
) -> FallStage | None:
    """Return how far a suspicion has come where heights alone tell; None where it is too early to say.

    Args:
        suspicion: Of the body; changed in place.
        probability: Of a fall, by its heights.
        now: The moment.
        low: Whether it lies low.
        answered: When a student last answered of it. What that was unsure of is not given up before heights have had as
            long as they have where there is no student.
    """
    since_s = passed_s(suspicion.began, now) or 0.0
    silent_s = passed_s(answered, now) if answered is not None else None
    silent_s = math.inf if silent_s is None else silent_s
    if suspicion.up_since is not None and (passed_s(suspicion.up_since, now) or 0.0) >= UP_S:
        return FallStage.CLEARED
    if suspicion.stage is FallStage.SUSPECTED:
        return FallStage.SUSPECTED
    suspicion.sure_since = (suspicion.sure_since or now) if probability >= SUSPECTED else None
    sure_s = passed_s(suspicion.sure_since, now) or 0.0
    lain_s = suspicion.lain_s(now)
    if low and lain_s >= LYING_S and sure_s >= SURE_S and silent_s >= ALONE_S:
        return FallStage.SUSPECTED
    if min(since_s, silent_s) > PATIENCE_S or min(suspicion.descent.low_s, silent_s) >= DECIDE_S:
        return FallStage.CLEARED
    # What was not told yet waits in silence: heights settle, and points gather.
    if suspicion.stage is None and (since_s < SETTLE_S or probability < CANDIDATE):
        return None
    return FallStage.CANDIDATE


_REASONS = {
    FallStage.CANDIDATE: Reason.WENT_DOWN_FAST,
    FallStage.SUSPECTED: Reason.LYING_STILL,
    FallStage.CLEARED: Reason.UP_AGAIN,
}


def message_of(
    body: Body,
    suspicion: Suspicion,
    stage: FallStage,
    tracks: Tracks,
    probability: tuple[float, float],
    student: str = "",
) -> SuspectedFall:
    """Return what is told of a body.

    Args:
        body: Whose.
        suspicion: Its own, or the one that was just cleared.
        stage: How far that has come.
        tracks: What is answered.
        probability: And how far it is trusted.
        student: Who said so; empty where a rule did.
    """
    return SuspectedFall(
        stamp=tracks.stamp,
        origin=tracks.origin,
        session=tracks.session,
        source=tracks.source,
        track=suspicion.number,
        room=body.room,
        stage=stage,
        probability=probability[0],
        sigma=probability[1],
        reason=_REASONS[stage],
        position_m=body.position_m,
        drop_m=suspicion.descent.drop_m,
        drop_speed_m_s=suspicion.descent.speed_m_s,
        middle_m=body.middle_m,
        still_s=suspicion.lain_s(tracks.stamp),
        since_s=passed_s(suspicion.began, tracks.stamp) or 0.0,
        student=student,
    )
