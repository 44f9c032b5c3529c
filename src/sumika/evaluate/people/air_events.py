"""Cooking, smoke, showers and open windows by a room's air, scored on days of the simulated house.

A thing that happened counts as found where it is told to go on at some moment of it, or within five minutes after; what
is told counts as right where the thing happened meanwhile, or had ended no more than a quarter of an hour before (dust
stays in the air). Windows that are opened for minutes or a hand's breadth are among them: nobody could find all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.config import demo_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.air_days import SETTLES_S, AirDays, kinds_by_room, lived_days
from sumika.perception import _air_rules, air_events
from sumika.perception._air_course import FEATURES, AirCourse, Outdoors
from sumika.schema import AirEventKind, AirEvents, AirSample, WeatherSample
from sumika.units import ns_to_seconds

DAYS = 3.0
LEARNS_FROM = range(1, 37)
SCORED = range(8_501, 8_525)
FOUND_WITHIN_S, LINGERS_S, JOINED_S = 300.0, 900.0, 900.0
_BINS = 10

Spans = list[tuple[float, float]]
Rows = tuple[NDArray[np.float64], dict[AirEventKind, NDArray[np.bool_]], dict[AirEventKind, NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Counted:
    """How one thing went in one stretch of days.

    Attributes:
        happened: How often it happened.
        found: How many of them were told.
        told: How often it was told.
        right: How many of them had happened.
    """

    happened: int
    found: int
    told: int
    right: int


def told_spans(days: AirDays) -> dict[tuple[str, AirEventKind], Spans]:
    """Return when each thing was told to go on, by room; only of what the room's sensors can tell."""
    found: dict[tuple[str, AirEventKind], Spans] = {}
    going: dict[tuple[str, AirEventKind], float] = {}
    furniture = demo_house({}).house.furniture
    rooms = {one.room for one in days.samples if isinstance(one, AirSample)}
    states = {room: air_events.start(room, air_events.kinds_of(furniture, room)) for room in sorted(rooms)}
    for sample in days.samples:
        for room, state in states.items():
            if isinstance(sample, WeatherSample) or sample.room == room:
                _, said = air_events.step(state, sample)
                for message in said:
                    if isinstance(message, AirEvents):
                        _note(found, going, message)
    for place, since_s in going.items():
        found[place].append((since_s, days.seconds))
    return found


def _note(
    found: dict[tuple[str, AirEventKind], Spans], going: dict[tuple[str, AirEventKind], float], message: AirEvents
) -> None:
    now_s = ns_to_seconds(message.stamp.monotonic_ns)
    on = {event.kind for event in message.events}
    for kind in message.can_tell:
        place = (message.room, kind)
        spans = found.setdefault(place, [])
        if kind in on:
            going.setdefault(place, now_s)
        elif place in going:
            spans.append((going.pop(place), now_s))


def counted(days: AirDays) -> dict[AirEventKind, Counted]:
    """Return how each thing went in some days."""
    truths, told = kinds_by_room(days.spans), told_spans(days)
    return {kind: _counted(kind, truths, told) for kind in AirEventKind}


def _counted(
    kind: AirEventKind,
    truths: Mapping[tuple[str, AirEventKind], Spans],
    told: Mapping[tuple[str, AirEventKind], Spans],
) -> Counted:
    happened = found = said = right = 0
    for place, spans in told.items():
        if place[1] is not kind:
            continue
        true = _joined(truths.get(place, []))
        counts = [one for one in spans if one[0] > SETTLES_S]
        after = [one for one in true if one[0] > SETTLES_S]
        happened += len(after)
        found += sum(any(_meet(one, other, FOUND_WITHIN_S) for other in counts) for one in after)
        said += len(counts)
        right += sum(any(_meet(other, one, LINGERS_S) for other in true) for one in counts)
    return Counted(happened, found, said, right)


def _joined(spans: Iterable[tuple[float, float]]) -> Spans:
    """Return spans of which those that nearly touch are one: two who bathe one after the other."""
    joined: Spans = []
    for begin_s, end_s in sorted(spans):
        if joined and begin_s - joined[-1][1] < JOINED_S:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_s))
        else:
            joined.append((begin_s, end_s))
    return joined


def _meet(truth: tuple[float, float], told: tuple[float, float], late_s: float) -> bool:
    return told[0] <= truth[1] + late_s and truth[0] <= told[1]


def measure(full: bool) -> dict[str, Figure]:
    """Score the rules on days that they were not learned from.

    Args:
        full: Without it nothing is scored: in one stretch hardly anything happens, and no share has an interval.
    """
    if not full:
        return {}
    stretches = [counted(lived_days(seed, DAYS)) for seed in SCORED]
    figures = {}
    for kind in AirEventKind:
        every = [one[kind] for one in stretches]
        figures[f"air_{kind.value}_recall"] = _share([(one.found, one.happened) for one in every])
        figures[f"air_{kind.value}_precision"] = _share([(one.right, one.told) for one in every])
    return {name: figure for name, figure in figures.items() if figure is not None}


def _share(parts: Sequence[tuple[int, int]]) -> Figure | None:
    """Return a share over all stretches with its interval, stretches drawn again; None where nothing happened."""
    counts = np.array(parts, np.float64)
    total = counts.sum(axis=0)
    if total[1] == 0:
        return None
    drawn = counts[np.random.default_rng(0).integers(0, len(counts), (2000, len(counts)))].sum(axis=1)
    shares = drawn[drawn[:, 1] > 0][:, 0] / drawn[drawn[:, 1] > 0][:, 1]
    detail: dict[str, float | str] = {
        "of": float(total[1]),
        "low": round(float(np.quantile(shares, 0.025)), 3),
        "high": round(float(np.quantile(shares, 0.975)), 3),
    }
    return Figure(value=float(total[0] / total[1]), unit="share", evidence=Evidence.SIMULATION, detail=detail)


def learned(seeds: Sequence[int] = LEARNS_FROM, days: float = DAYS) -> bytes:
    """Return what `perception/air_rules.json` holds, learned from days of these seeds.

    Args:
        seeds: Of the days; the first third shows how far probabilities are off, before all of them are learned from.
        days: Of each.
    """
    every = [rows for seed in seeds for rows in _rows(lived_days(seed, days))]
    rules = {kind: _rule(kind, every, max(1, len(every) // 3)) for kind in AirEventKind}
    return msgspec.json.format(msgspec.json.encode(rules), indent=1) + b"\n"


def _rows(days: AirDays) -> list[Rows]:
    """Return for each sensor (row, term), what happened, and whether it could be told."""
    truths = kinds_by_room(days.spans)
    found = []
    for name in sorted({one.sensor for one in days.samples if isinstance(one, AirSample)}):
        samples: list[AirSample] = []
        course, outdoors, features, can = AirCourse(), Outdoors(), [], []
        for sample in days.samples:
            if isinstance(sample, WeatherSample):
                outdoors = Outdoors.of(sample)
            elif sample.sensor == name:
                course.take(sample, ns_to_seconds(sample.stamp.monotonic_ns))
                features.append(course.features(outdoors))
                can.append([course.measures(air_events.NEEDS[kind]) for kind in AirEventKind])
                samples.append(sample)
        at_s = np.array([ns_to_seconds(one.stamp.monotonic_ns) for one in samples])
        counts = at_s > SETTLES_S
        happens = {kind: np.zeros(len(at_s), np.bool_) for kind in AirEventKind}
        for kind in AirEventKind:
            for begin_s, end_s in truths.get((samples[0].room, kind), []):
                happens[kind] |= (at_s > begin_s) & (at_s <= end_s)
        usable = np.array(can)
        found.append(
            (
                _air_rules.terms(np.array(features).reshape(-1, len(FEATURES)))[counts],
                {kind: happens[kind][counts] for kind in AirEventKind},
                {kind: usable[counts, place] for place, kind in enumerate(AirEventKind)},
            )
        )
    return found


def _rule(kind: AirEventKind, every: Sequence[Rows], held_back: int) -> _air_rules.Rule:
    model = _fitted(kind, every[held_back:])
    terms = np.concatenate([terms[can[kind]] for terms, _, can in every[:held_back]])
    happened = np.concatenate([happens[kind][can[kind]] for _, happens, can in every[:held_back]])
    sigma = _off(1.0 / (1.0 + np.exp(-(terms @ model.coef_[0] + model.intercept_[0]))), happened)
    model = _fitted(kind, every)
    happened = np.concatenate([happens[kind][can[kind]] for _, happens, can in every])
    share = float(happened.mean())
    return _air_rules.Rule(
        offset=round(float(model.intercept_[0]), 4),
        weights=tuple(round(float(one), 4) for one in model.coef_[0]),
        usual=round(float(np.log(share / (1.0 - share))), 4),
        sigma=round(sigma, 4),
    )


def _fitted(kind: AirEventKind, every: Sequence[Rows]) -> Any:
    from sklearn.linear_model import LogisticRegression

    terms = np.concatenate([terms[can[kind]] for terms, _, can in every])
    happened = np.concatenate([happens[kind][can[kind]] for _, happens, can in every])
    return LogisticRegression(C=1.0, max_iter=5000).fit(terms, happened)


def _off(told: NDArray[np.float64], happened: NDArray[np.bool_]) -> float:
    """Return the root mean square by which probabilities are off, bin by bin, weighed by the probability in them."""
    bins = np.minimum((told * _BINS).astype(int), _BINS - 1)
    offs = [(told[bins == one].mean() - happened[bins == one].mean(), told[bins == one].sum()) for one in set(bins)]
    weight = sum(one for _, one in offs)
    return float(np.sqrt(sum(off**2 * one for off, one in offs) / weight)) if weight > 0 else 0.0


def write_rules(path: Path) -> None:
    """Learn the rules anew and write them."""
    path.write_bytes(learned())
