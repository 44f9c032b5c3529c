"""How well breath and heartbeat of tracked people are measured, against simulated truth, through the converter.

Scenes are random and hard (see `sumika.world.radar_scene`): breath of 2 to 8 mm whose harmonics meet the heart rate in
more than a quarter of them, hearts of 0.1 to 0.4 mm, sway, clutter, mirror images. Seeds here are 10000 and up; the
methods were developed on seeds below 1000. All time counts, from the first second of a scene on.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.radar.vitals_precision import displacement_efficiency, vitals_speed
from sumika.evaluate.radar.vitals_scenes import PersonPlayed, play
from sumika.schema.reason import Reason
from sumika.schema.vitals import Rate
from sumika.world.radar_scene import sleepers_scene, vital_scene

FIRST_SEED = 10_000
SCENES_NEAR, SCENES_FAR, SCENES_OF_SLEEPERS = 40, 40, 8
SECONDS = 60.0
_NEAREST_M, _NEAR_M, _FAR_M = 1.0, 2.0, 4.0
_SETTLED_S = 30.0
_RESAMPLES = 2000
_MOST_TIMING_ERROR_S = 0.15
"""A published beat further than this from any true one is no such beat."""

Detail = dict[str, float | str]


@dataclass(slots=True)
class _Scored:
    """One person of one scene.

    Attributes:
        heart: Errors of the valid heart rates.
        breath: Errors of the valid rates of breathing.
        heart_valid: Whether there was one, second by second.
        breath_valid: The same of breathing.
        heart_within: Whether the 95 % interval held the truth.
        breath_within: The same of breathing.
        intervals: Errors of the published beat intervals, seconds.
        beats: How many true beats there were.
        wrong: How many published intervals belong to no true one.
    """

    heart: list[float] = field(default_factory=list)
    breath: list[float] = field(default_factory=list)
    heart_valid: list[bool] = field(default_factory=list)
    breath_valid: list[bool] = field(default_factory=list)
    heart_within: list[bool] = field(default_factory=list)
    breath_within: list[bool] = field(default_factory=list)
    intervals: list[float] = field(default_factory=list)
    beats: int = 0
    wrong: int = 0


def measure(full: bool) -> dict[str, Figure]:
    """Return how precise displacement is and what a frame costs; with `full` also how right rates and beats are.

    Args:
        full: Whether scenes are played, which takes a quarter of an hour.
    """
    figures = {"crlb_displacement": displacement_efficiency(full), "vitals_ms": vitals_speed(full)}
    if not full:
        return figures
    random = np.random.default_rng(FIRST_SEED)
    near = [
        score(play(vital_scene(FIRST_SEED + number, float(random.uniform(_NEAREST_M, _NEAR_M)), SECONDS))[1])
        for number in range(SCENES_NEAR)
    ]
    far = [score(play(vital_scene(FIRST_SEED + 500 + number, _FAR_M, SECONDS))[1]) for number in range(SCENES_FAR)]
    return figures | _rates(near, far) | _beats(near, far) | _sleepers()


def score(person: PersonPlayed) -> _Scored:
    """Compare what was said of a person with what was true."""
    scored = _Scored()
    for said in person.said:
        scored.heart_valid.append(said.heart.valid)
        scored.breath_valid.append(said.respiration.valid)
        if said.heart.valid:
            _compare(said.heart, person.true_heart_bpm(said.heart, said.time_s), scored.heart, scored.heart_within)
        if said.respiration.valid:
            true_bpm = person.true_breath_bpm(said.respiration, said.time_s)
            _compare(said.respiration, true_bpm, scored.breath, scored.breath_within)
    _score_beats(person, scored)
    return scored


def _compare(rate: Rate, true_bpm: float, errors: list[float], within: list[bool]) -> None:
    assert rate.value_bpm is not None
    assert rate.low_bpm is not None
    assert rate.high_bpm is not None
    errors.append(rate.value_bpm - true_bpm)
    within.append(rate.low_bpm <= true_bpm <= rate.high_bpm)


def _score_beats(person: PersonPlayed, scored: _Scored) -> None:
    """Match published beats with true ones; the constant between a beat's beginning and what is timed is taken off."""
    last_s = person.time_s[-1]
    true_s = person.beat_s[(person.beat_s >= 0) & (person.beat_s <= last_s)]
    scored.beats = int(true_s.size)
    published = [(time_s, interval_s) for time_s, interval_s, _ in person.beats]
    if not published or true_s.size < 3:
        return
    before = np.searchsorted(true_s, [time_s for time_s, _ in published]) - 1
    times = np.array([time_s for time_s, _ in published])
    turns = np.exp(2j * np.pi * (times - true_s[before]) / np.median(np.diff(true_s)))
    lag_s = float(np.angle(turns.mean()) / (2 * np.pi) * np.median(np.diff(true_s)))
    for time_s, interval_s in published:
        nearest = int(np.argmin(np.abs(true_s + lag_s - time_s)))
        if interval_s is None or nearest == 0:
            continue
        if abs(true_s[nearest] + lag_s - time_s) > _MOST_TIMING_ERROR_S:
            scored.wrong += 1
        scored.intervals.append(interval_s - float(true_s[nearest] - true_s[nearest - 1]))


def _rates(near: list[_Scored], far: list[_Scored]) -> dict[str, Figure]:
    both = near + far
    heart = _share(both, lambda one: one.heart_within)
    breath = _share(both, lambda one: one.breath_within)
    covered: Detail = {"heart": heart, "respiration": breath}
    covered |= {"heart_2m": _share(near, lambda one: one.heart_within)}
    covered |= {"heart_4m": _share(far, lambda one: one.heart_within)}
    worst = max((heart, breath), key=lambda share: abs(share - 0.95))
    valid: Detail = {
        "heart_2m": _share(near, lambda one: one.heart_valid),
        "heart_4m": _share(far, lambda one: one.heart_valid),
        "respiration": _share(both, lambda one: one.breath_valid),
        "heart_after_30_s": _share(both, lambda one: one.heart_valid[int(_SETTLED_S) :]),
        "people_never_valid": sum(not any(one.heart_valid) for one in both) / len(both),
    }
    return {
        "heart_mae_2m": _error_figure(near, lambda one: one.heart, "bpm"),
        "heart_mae_4m": _error_figure(far, lambda one: one.heart, "bpm"),
        "respiration_mae_2m": _error_figure(near, lambda one: one.breath, "breaths/min"),
        "respiration_mae": _error_figure(both, lambda one: one.breath, "breaths/min"),
        "heart_coverage": _figure(_share(both, lambda one: one.heart_valid), "share", valid),
        "interval_coverage": _figure(worst, "share", covered),
    }


def _beats(near: list[_Scored], far: list[_Scored]) -> dict[str, Figure]:
    both = near + far
    errors_ms = np.abs([error for one in both for error in one.intervals]) * 1e3
    told, true = (sum(len(one.intervals) for one in both), sum(one.beats for one in both))
    detail: Detail = {
        "percentile_90_ms": float(np.percentile(errors_ms, 90)) if errors_ms.size else math.nan,
        "wrong_share": sum(one.wrong for one in both) / max(told, 1),
        "published_2m": sum(len(one.intervals) for one in near) / max(sum(one.beats for one in near), 1),
        "published_4m": sum(len(one.intervals) for one in far) / max(sum(one.beats for one in far), 1),
    }
    return {
        "ibi_median_ms": _figure(float(np.median(errors_ms)) if errors_ms.size else math.nan, "ms", detail),
        "ibi_coverage": _figure(told / max(true, 1), "share", detail),
    }


def _sleepers() -> dict[str, Figure]:
    """Score two people in one bed, seen from its foot and from its side."""
    detail: Detail = {}
    everyone: list[_Scored] = []
    for along in (False, True):
        name = "side" if along else "foot"
        pairs = [
            list(play(sleepers_scene(FIRST_SEED + number, 0.6, SECONDS, along=along)).values())
            for number in range(SCENES_OF_SLEEPERS)
        ]
        scored = [score(one) for pair in pairs for one in pair]
        reasons = [said.heart.reason for pair in pairs for one in pair for said in one.said]
        detail[f"two_in_one_cell_{name}"] = reasons.count(Reason.TWO_IN_ONE_CELL) / max(len(reasons), 1)
        detail[f"heart_valid_{name}"] = _share(scored, lambda one: one.heart_valid)
        detail[f"heart_mae_{name}"] = _mean_error(scored, lambda one: one.heart)
        detail[f"respiration_mae_{name}"] = _mean_error(scored, lambda one: one.breath)
        everyone += scored
    return {"sleepers_heart_mae": _error_figure(everyone, lambda one: one.heart, "bpm", detail)}


def _share(people: Sequence[_Scored], flags: Callable[[_Scored], list[bool]]) -> float:
    every = [flag for one in people for flag in flags(one)]
    return sum(every) / len(every) if every else math.nan


def _mean_error(people: Sequence[_Scored], errors: Callable[[_Scored], list[float]]) -> float:
    every = [error for one in people for error in errors(one)]
    return float(np.abs(every).mean()) if every else math.nan


def _error_figure(
    people: Sequence[_Scored], errors: Callable[[_Scored], list[float]], unit: str, more: Detail | None = None
) -> Figure:
    """Return a mean absolute error, its bootstrap interval over people, and what lies behind it."""
    sums = np.array([(float(np.abs(errors(one)).sum()), len(errors(one))) for one in people])
    random = np.random.default_rng(0)
    drawn = sums[random.integers(len(sums), size=(_RESAMPLES, len(sums)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / np.maximum(drawn[:, 1], 1), (2.5, 97.5))
    every = np.abs([error for one in people for error in errors(one)])
    detail: Detail = {
        "low": float(low),
        "high": float(high),
        "median": float(np.median(every)) if every.size else math.nan,
        "percentile_95": float(np.percentile(every, 95)) if every.size else math.nan,
        "people": float(len(people)),
    }
    return _figure(_mean_error(people, errors), unit, detail | (more or {}))


def _figure(value: float, unit: str, detail: Detail) -> Figure:
    return Figure(value=value, unit=unit, evidence=Evidence.SIMULATION, detail=detail)
