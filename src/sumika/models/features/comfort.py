"""What comfort's student reads: how it is now, and what this one person voted before, when, and how it was then.

Nothing is trained in the house: a vote changes the counts that the same student reads, so that it is about oneself from
the first vote on. Every share is drawn towards what is usual of people, the more the fewer votes there are: a personal
offset with strong shrinkage beats a clever model (P. Jayathissa et al., Buildings 10 (2020) 174).
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

FEATURES = "comfort/1"
CLASSES = ("too cold", "as it should be", "too warm")
"""What somebody votes: for warmer, for no change, for cooler."""
COLD, RIGHT, WARM = range(3)

USUAL_SHARES = (0.2, 0.55, 0.25)
"""Of votes of people in general, about; only what little is known of somebody new leans on it."""
USUAL_VOTES = 5.0
"""So many votes is what is usual worth."""
MEMORIES_VOTES = (2.0, 10.0)
"""Votes after which an earlier one counts for a third: moods of an hour, and seasons."""
FADES_H = (2.0, 24.0)
NEAR_K, NEAR_H, NEAR_VOTES = 1.0, 1.5, 3.0
"""Votes at about this warmth, at about this hour, count for more; one's own usual shares are worth so many of them."""
USUAL_AIR_C = 25.0


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """How it is at a moment.

    Attributes:
        at_s: When, seconds of wall time.
        hour: Local hour of the day, 0 to 24.
        air_c: Temperature of the room; NaN where it is not measured.
        relative: Relative humidity, 0..1; NaN likewise.
        heart_bpm: Of the person, for how active they are; NaN likewise.
    """

    at_s: float
    hour: float
    air_c: float = float("nan")
    relative: float = float("nan")
    heart_bpm: float = float("nan")


class Felt(msgspec.Struct, frozen=True, kw_only=True):
    """A vote.

    Attributes:
        vote: `COLD`, `RIGHT` or `WARM`.
        then: How it was.
    """

    vote: int
    then: Conditions


def columns() -> tuple[str, ...]:
    """Return the names of the columns of `comfort_features`."""
    memories = ("all", *(f"{memory:.0f}_votes" for memory in MEMORIES_VOTES), "this_warm", "this_hour")
    shares = [f"{which}_{memory}" for memory in memories for which in ("cold", "warm")]
    last = [f"last_{which}_{fade:.0f}h" for fade in FADES_H for which in ("cold", "warm")]
    now = ("votes", "air_above_own_k", "air_above_usual_k", "air_known", "humid_above_own", "heart_above_own")
    return (*shares, *last, *now)


def comfort_features(votes: Sequence[Felt], now: Conditions) -> NDArray[np.float32]:
    """Return (column,) for one person now.

    Args:
        votes: The person's own, all earlier than now, in order; may be empty.
        now: How it is.
    """
    cast = np.array([one.vote for one in votes], np.int64)
    one_of = np.eye(3)[cast] if len(cast) else np.zeros((0, 3))
    age = np.arange(len(cast))[::-1]
    own = shares_of(one_of.sum(axis=0), np.array(USUAL_SHARES), USUAL_VOTES)
    faded = [(one_of * np.exp(-age / memory)[:, None]).sum(axis=0) for memory in MEMORIES_VOTES]
    kinds = [own, *(shares_of(counts, own, 1.0) for counts in faded)]
    then_c = np.array([one.then.air_c for one in votes])
    apart_h = np.array([one.then.hour - now.hour for one in votes])
    apart_h = (apart_h + 12.0) % 24.0 - 12.0
    for apart, width in ((then_c - now.air_c, NEAR_K), (apart_h, NEAR_H)):
        near = np.nan_to_num(np.exp(-0.5 * (apart / width) ** 2))
        kinds.append(shares_of((one_of * near[:, None]).sum(axis=0), own, NEAR_VOTES))
    found = [float(np.log(one[which] / one[RIGHT])) for one in kinds for which in (COLD, WARM)]
    since_h = (now.at_s - votes[-1].then.at_s) / 3600.0 if votes else np.inf
    found += [
        float(len(votes) > 0 and votes[-1].vote == which) * float(np.exp(-since_h / fade))
        for fade in FADES_H
        for which in (COLD, WARM)
    ]
    found += [np.log1p(len(votes)) / 5.0, _above(then_c, now.air_c, 2.0)]
    known = bool(np.isfinite(now.air_c))
    found += [float(np.clip(now.air_c - USUAL_AIR_C, -8, 8)) if known else 0.0, float(known)]
    found.append(_above(np.array([one.then.relative for one in votes]), now.relative, 0.1))
    found.append(_above(np.array([one.then.heart_bpm for one in votes]), now.heart_bpm, 15.0))
    return np.array(found, np.float32)


def shares_of(counts: Numbers, usual: Numbers, worth: float) -> Numbers:
    """Return the shares of three votes, drawn towards what is usual.

    Args:
        counts: Of each, or weights.
        usual: Shares that are usual.
        worth: So many votes.
    """
    return np.asarray((counts + worth * usual) / (counts.sum() + worth))


def _above(before: Numbers, now: float, scale: float) -> float:
    """Return how far something lies above its own mean of before, drawn towards none; 0 where nothing is known."""
    before = before[np.isfinite(before)]
    if not len(before) or not np.isfinite(now):
        return 0.0
    trust = len(before) / (len(before) + 2.0)
    return float(np.clip(trust * (now - before.mean()) / scale, -3.0, 3.0))
