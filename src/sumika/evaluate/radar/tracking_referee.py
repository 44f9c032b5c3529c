"""Tracks against truth: misses, false ones, changed identities; and Stone Soup's metrics as the referee.

Who belongs to whom is decided as in CLEAR MOT (Bernardin and Stiefelhagen 2008): a pair that held in the frame before
holds on while it is near enough; the others are matched so that the distances are least. Stone Soup is handed those
pairs and counts for itself. It counts a changed identity only from one frame to the next; here it counts also after a
gap, so that this score is never the better one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

ASSOCIATION_M = 0.7
"""A track this close to a person on the floor plan may be his."""

OSPA_ORDER = 2.0
"""Exponent of OSPA and GOSPA; the cutoff is `ASSOCIATION_M`."""

SPARSE_S = 0.25
"""OSPA and GOSPA are taken so often: from frame to frame they hardly change, and cost much."""

_BEGIN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_FAR = 1e6

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """Who is where at one moment, on the floor plan.

    Attributes:
        time_s: When.
        people: By the person's id, those who count.
        tracks: By the track's id.
    """

    time_s: float
    people: Mapping[int, Spot]
    tracks: Mapping[int, Spot]


@dataclass(slots=True)
class Count:
    """What CLEAR MOT counts.

    Attributes:
        truths: People, summed over all moments.
        misses: Of them without a track.
        false: Tracks without a person.
        switches: How often a person's track became another.
        errors_m: Distance of each pair.
        pairs: For each moment, track id by person id.
    """

    truths: int = 0
    misses: int = 0
    false: int = 0
    switches: int = 0
    errors_m: list[float] = field(default_factory=list)
    pairs: list[dict[int, int]] = field(default_factory=list)

    @property
    def mota(self) -> float:
        """Multiple object tracking accuracy; 1 is perfect, and it has no least value."""
        return 1.0 - (self.misses + self.false + self.switches) / max(self.truths, 1)


def count(moments: Sequence[Moment], within_m: float = ASSOCIATION_M) -> Count:
    """Count misses, false tracks and changed identities.

    Args:
        moments: In order of time.
        within_m: How far a track may be from its person.
    """
    counted = Count()
    belonged: dict[int, int] = {}
    for moment in moments:
        pairs = _paired(moment, belonged, within_m)
        counted.truths += len(moment.people)
        counted.misses += len(moment.people) - len(pairs)
        counted.false += len(moment.tracks) - len(pairs)
        counted.switches += sum(belonged.get(person, track) != track for person, track in pairs.items())
        counted.errors_m += [_apart_m(moment.people[person], moment.tracks[track]) for person, track in pairs.items()]
        counted.pairs.append(pairs)
        belonged |= pairs
    return counted


def _paired(moment: Moment, belonged: Mapping[int, int], within_m: float) -> dict[int, int]:
    """Return track id by person id: pairs that still hold first, then the nearest ones together."""
    pairs: dict[int, int] = {}
    holding = [one for one in moment.people if belonged.get(one) in moment.tracks]
    # Two people may have had the same track, one after the other: the nearer one has it.
    for apart_m, person in sorted((_apart_m(moment.people[one], moment.tracks[belonged[one]]), one) for one in holding):
        if apart_m <= within_m and belonged[person] not in pairs.values():
            pairs[person] = belonged[person]
    people = [person for person in moment.people if person not in pairs]
    tracks = [track for track in moment.tracks if track not in pairs.values()]
    if not people or not tracks:
        return pairs
    apart = np.array([[_apart_m(moment.people[one], moment.tracks[other]) for other in tracks] for one in people])
    rows, columns = linear_sum_assignment(np.where(apart <= within_m, apart, _FAR))
    near = [(row, column) for row, column in zip(rows, columns, strict=True) if apart[row, column] <= within_m]
    return pairs | {people[row]: tracks[column] for row, column in near}


def _apart_m(here: Spot, there: Spot) -> float:
    return float(np.hypot(here[0] - there[0], here[1] - there[1]))


@dataclass(frozen=True, slots=True)
class Refereed:
    """What Stone Soup says.

    Attributes:
        mota: Accuracy.
        motp_m: Mean distance of pairs.
        ospa_m: Mean over time of the optimal subpattern assignment metric.
        gospa_m: The same of the generalised one (Rahmathullah et al. 2017, alpha 2).
    """

    mota: float
    motp_m: float
    ospa_m: float
    gospa_m: float


def referee(moments: Sequence[Moment], counted: Count, within_m: float = ASSOCIATION_M) -> Refereed:
    """Let Stone Soup count.

    Args:
        moments: In order of time, with at least one person and one track in all.
        counted: What `count` made of them; its pairs are used.
        within_m: Cutoff of OSPA and GOSPA.

    Raises:
        ImportError: if Stone Soup is not installed; it comes with the development tools.
    """
    from stonesoup.metricgenerator.clearmotmetrics import ClearMotMetrics
    from stonesoup.metricgenerator.manager import MultiManager
    from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric

    truths, tracks = _stone_soup_paths(moments)
    manager = MultiManager([ClearMotMetrics(distance_measure=_flat())], _GivenPairs(moments, counted, truths, tracks))
    manager.add_data({"groundtruth_paths": set(truths.values()), "tracks": set(tracks.values())})
    clear: dict[str, Any] = manager.generate_metrics()["clearmot_generator"]
    sparse = _every(moments, SPARSE_S)
    truths, tracks = _stone_soup_paths(sparse)
    spread = MultiManager(
        [OSPAMetric(c=within_m, p=OSPA_ORDER, measure=_flat()), GOSPAMetric(c=within_m, p=OSPA_ORDER, measure=_flat())]
    )
    spread.add_data({"groundtruth_paths": set(truths.values()), "tracks": set(tracks.values())})
    found: dict[str, Any] = spread.generate_metrics()
    ospa = [float(one.value) for one in found["ospa_generator"]["OSPA distances"].value]
    gospa = [float(one.value["distance"]) for one in found["gospa_generator"]["GOSPA Metrics"].value]
    return Refereed(float(clear["MOTA"].value), float(clear["MOTP"].value), float(np.mean(ospa)), float(np.mean(gospa)))


def _flat() -> Any:
    from stonesoup.measures import Euclidean

    return Euclidean()


def _every(moments: Sequence[Moment], interval_s: float) -> list[Moment]:
    kept: list[Moment] = []
    for moment in moments:
        if not kept or moment.time_s >= kept[-1].time_s + interval_s - 1e-9:
            kept.append(moment)
    return kept


def _when(moment: Moment) -> dt.datetime:
    return _BEGIN + dt.timedelta(seconds=moment.time_s)


def _stone_soup_paths(moments: Sequence[Moment]) -> tuple[dict[int, Any], dict[int, Any]]:
    """Return people and tracks as Stone Soup has them, by id."""
    from stonesoup.types.groundtruth import GroundTruthPath
    from stonesoup.types.state import State
    from stonesoup.types.track import Track

    truths: dict[int, list[Any]] = {}
    tracks: dict[int, list[Any]] = {}
    for moment in moments:
        for into, places in ((truths, moment.people), (tracks, moment.tracks)):
            for number, place in places.items():
                into.setdefault(number, []).append(State(np.array(place).reshape(2, 1), timestamp=_when(moment)))
    return (
        {number: GroundTruthPath(states, id=f"person {number}") for number, states in truths.items()},
        {number: Track(states, id=f"track {number}") for number, states in tracks.items()},
    )


def _span(first: dt.datetime, last: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return a range of time for Stone Soup, which takes none without length: a pair may hold for a single frame."""
    return first, max(last, first + dt.timedelta(microseconds=1))


class _GivenPairs:
    """An associator that says what was decided already: pairs as ranges of time in which they held."""

    def __init__(
        self, moments: Sequence[Moment], counted: Count, truths: Mapping[int, Any], tracks: Mapping[int, Any]
    ) -> None:
        self._moments, self._counted = moments, counted
        self._truths, self._tracks = truths, tracks

    def associate_tracks(self, _tracks: set[Any], _truths: set[Any]) -> Any:
        """Return the pairs as an AssociationSet."""
        from stonesoup.types.association import AssociationSet, TimeRangeAssociation
        from stonesoup.types.time import TimeRange

        found: set[Any] = set()
        running: dict[tuple[int, int], dt.datetime] = {}
        before = _BEGIN
        for moment, pairs in zip(self._moments, self._counted.pairs, strict=True):
            now, held = _when(moment), set(pairs.items())
            for pair in [pair for pair in running if pair not in held]:
                found.add(self._associated(TimeRangeAssociation, pair, TimeRange(*_span(running.pop(pair), before))))
            for pair in held:
                running.setdefault(pair, now)
            before = now
        for pair, since in running.items():
            found.add(self._associated(TimeRangeAssociation, pair, TimeRange(*_span(since, before))))
        return AssociationSet(found)

    def _associated(self, kind: Any, pair: tuple[int, int], span: Any) -> Any:
        return kind({self._truths[pair[0]], self._tracks[pair[1]]}, span)
