"""Whether it helps people that a student has never seen to take away how far they lie off all others.

It is asked once, when the student is made, of people whose truth is known; a house, which knows no truth, is told the
answer in `about.json` and makes a student its own by its log alone only where that has helped.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.calibration import Calibration
from sumika.distil.compare import Interval
from sumika.distil.networks.tallies import interval_of, tally_mean

Real = NDArray[np.float64]
SHIFTS = (0.1, 0.25, 0.5)
BLOCKS = 10
LEAST_EXAMPLES, LEAST_GROUPS = 80, 5


class OwnShift(msgspec.Struct, frozen=True, kw_only=True):
    """What taking a share of a person's own offset away has brought.

    Attributes:
        shift: Share to take away; 0 where none has helped surely.
        tried: The best share of those that were tried.
        gained: Nats of the log-probability of what is true, by it; None where there were too few people.
        groups: Of how many people, rooms or sessions.
    """

    shift: float = 0.0
    tried: float = 0.0
    gained: Interval | None = None
    groups: int = 0


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one fold's student made of the groups that it had not learnt from.

    Attributes:
        hidden: Layer before the outputs (example, width), in the order of the data.
        y: Class per example; those below 0 do not count.
        group: Person, room or session per example.
        weight: Of its last layer (output, hidden).
        bias: Of the same.
        centre: Middle of the hidden layer over what it has learnt from.
        calibration: By the other folds.
    """

    hidden: NDArray[np.float32]
    y: NDArray[np.int64]
    group: NDArray[np.str_]
    weight: Real
    bias: Real
    centre: Real
    calibration: Calibration


def own_shift(parts: Sequence[Part]) -> OwnShift:
    """Return the share that has helped most, if it has surely helped.

    Every second tenth of a group's examples says where its middle is, the others are scored.

    Args:
        parts: Of all folds.
    """
    gains = np.array([gain for part in parts for gain in _gains(part)]).reshape(-1, len(SHIFTS))
    if len(gains) < LEAST_GROUPS:
        return OwnShift(groups=len(gains))
    best = int(gains.mean(axis=0).argmax())
    names = np.array([f"{number:06}" for number in range(len(gains))])
    gained = interval_of(tally_mean(gains[:, best], names), len(gains))
    return OwnShift(shift=SHIFTS[best] if gained.low > 0 else 0.0, tried=SHIFTS[best], gained=gained, groups=len(gains))


def _gains(part: Part) -> list[list[float]]:
    """Return (group, shift): by how much what is true is held more likely."""
    found = []
    for name in np.unique(part.group):
        rows = np.flatnonzero((part.group == name) & (part.y >= 0))
        if len(rows) < LEAST_EXAMPLES:
            continue
        scored = (np.arange(len(rows)) * BLOCKS // len(rows)) % 2 == 1
        off = np.median(part.hidden[rows[~scored]], axis=0) - part.centre
        hidden, y = part.hidden[rows[scored]], part.y[rows[scored]]
        before = _mean(part, hidden, y, part.bias)
        found.append([_mean(part, hidden, y, part.bias - part.weight @ (share * off)) - before for share in SHIFTS])
    return found


def _mean(part: Part, hidden: NDArray[np.float32], y: NDArray[np.int64], bias: Real) -> float:
    said = part.calibration.log_probabilities(hidden @ part.weight.T + bias)
    return float(said[np.arange(len(y)), y].mean())
