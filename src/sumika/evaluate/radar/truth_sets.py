"""Every data set that lies in `SUMIKA_DATA` with a `truth.json` beside it, sent through the chain and scored.

Two chains are asked: the room's (`respiration`, `presence`: what every radar can give) and the people's (points,
tracks, breath and heartbeat of each person). Their rates hold over the time before them; so does the truth beside them.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.radar.one_pass import one_pass, read_frames
from sumika.evaluate.radar.truth_file import NAME, TruePerson, TrueRecording, TruthSet, read_truth, set_name, within
from sumika.evaluate.radar.truth_people import PersonSaid, PlacesSaid, people_pass
from sumika.evaluate.radar.truth_rates import heart_reference, respiration_reference
from sumika.evaluate.vitals_against_reference.agreement import Pairs, pair
from sumika.evaluate.vitals_against_reference.beat_intervals import BeatScore, score_beats
from sumika.evaluate.vitals_against_reference.log_signals import Said
from sumika.evaluate.vitals_against_reference.reference_events import Reference
from sumika.metrics import agreement
from sumika.metrics.estimates import NORMAL_95
from sumika.schema import Presence, Respiration, SumikaError
from sumika.sensors import open_recording, recordings_folder

QUICK_S = 120.0
"""Sets with more recorded time are scored by a long run only."""

_RESAMPLES = 1000
_FEWEST_SUBJECTS = 3


@dataclass(slots=True)
class _Scores:
    """What a set's recordings gave so far.

    Attributes:
        rates: quantity -> (subject, estimates beside the truth) of each person and recording.
        beats: Single intervals of each person and recording.
        present: (said, true) for each moment with a truth.
        counted: (said, true) number of people.
        away_m: Distance from each true place to the track nearest to it, NaN where there is none.
    """

    rates: dict[str, list[tuple[str, Pairs]]] = field(default_factory=dict)
    beats: list[BeatScore] = field(default_factory=list)
    present: list[tuple[bool | None, bool]] = field(default_factory=list)
    counted: list[tuple[int, int]] = field(default_factory=list)
    away_m: list[float] = field(default_factory=list)


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures of every set; what cannot be scored is named on stderr, with what to do.

    Args:
        full: Whether sets with more than `QUICK_S` of recorded time are scored, too.
    """
    folder = recordings_folder(os.environ)
    figures: dict[str, Figure] = {}
    if folder is None:
        sys.stderr.write("radar.truth_sets: left out: no recordings; set SUMIKA_DATA to where they are\n")
        return figures
    names: dict[str, Path] = {}
    for path in sorted(folder.glob(f"*/{NAME}")):
        try:
            truth = read_truth(path)
            name = set_name(truth, path)
            if name in names:
                raise SumikaError(
                    f"{names[name]} is called {name!r}, too", where=str(path), remedy="Give one of them another name"
                )
            names[name] = path
            figures |= _score_set(truth, path.parent, name, full)
        except (SumikaError, OSError, ImportError, ValueError) as problem:
            sys.stderr.write(f"radar.truth_sets: left out: {problem}\n")
    return figures


def _score_set(truth: TruthSet, folder: Path, name: str, full: bool) -> dict[str, Figure]:
    seconds = sum(_recorded_s(truth, recording, folder) for recording in truth.recordings)
    if not full and seconds > QUICK_S:
        sys.stderr.write(f"radar.truth_sets: {name}: {seconds:.0f} s recorded, scored with --full only\n")
        return {}
    scores = _Scores()
    for recording in truth.recordings:
        _score_recording(truth, recording, folder, scores)
    return _figures(name, scores, truth, seconds)


def _opened(truth: TruthSet, recording: TrueRecording, folder: Path) -> tuple[Path, str, str]:
    chirp = recording.chirp or truth.chirp
    if chirp and not chirp.startswith("builtin:"):
        chirp = str(within(folder, chirp))
    return within(folder, recording.file), truth.model, chirp


def _recorded_s(truth: TruthSet, recording: TrueRecording, folder: Path) -> float:
    opened = open_recording(*_opened(truth, recording, folder))
    try:
        return sum(stretch.frames * stretch.description.frame_interval_s for stretch in opened.stretches)
    finally:
        opened.release()


def _score_recording(truth: TruthSet, recording: TrueRecording, folder: Path, scores: _Scores) -> None:
    file = _opened(truth, recording, folder)
    if len(recording.people) <= 1:
        seen = one_pass(read_frames(*file))
        room = [_of_room(seen.seconds(one), one) for one in seen.respirations]
        for person in recording.people:
            _add(scores, "respiration", person, respiration_reference(person, truth.reference), room)
        _score_presence(recording, [(seen.seconds(one), one) for one in seen.presences], scores)
    places = PlacesSaid()
    said = people_pass(read_frames(*file), truth.radar, truth.model, recording.people, places)
    for person, told in zip(recording.people, said, strict=True):
        _score_person(scores, person, told, truth.reference)
    _score_places(recording, places, scores)


def _of_room(time_s: float, one: Respiration) -> Said:
    given = one.valid and one.rate_bpm is not None and one.sigma_bpm is not None
    rate, spread = (one.rate_bpm or 0.0, NORMAL_95 * (one.sigma_bpm or 0.0)) if given else (0.0, 0.0)
    low, high = (rate - spread, rate + spread) if given else (None, None)
    return Said(time_s, one.window_s, rate if given else None, low, high, one.reason.value)


def _score_person(scores: _Scores, person: TruePerson, told: PersonSaid, source: str) -> None:
    _add(scores, "person_respiration", person, respiration_reference(person, source), told.respiration)
    heart = heart_reference(person, source)
    _add(scores, "heart", person, heart, told.heart)
    if heart is not None and heart.events is not None:
        scores.beats.append(score_beats(person.subject, source, told.beats, heart.events))


def _add(scores: _Scores, quantity: str, person: TruePerson, truth: Reference | None, said: Sequence[Said]) -> None:
    if truth is not None:
        scores.rates.setdefault(quantity, []).append((person.subject, pair(said, truth)))


def _score_presence(recording: TrueRecording, said: list[tuple[float, Presence]], scores: _Scores) -> None:
    for time_s, one in said:
        inside = next((part for part in recording.presence if part.from_s <= time_s <= part.to_s), None)
        if inside is not None:
            probability = one.probability if one.valid else None
            scores.present.append((None if probability is None else probability >= 0.5, inside.people > 0))


def _score_places(recording: TrueRecording, said: PlacesSaid, scores: _Scores) -> None:
    for time_s, places in zip(said.time_s, said.places_m, strict=True):
        inside = next((part for part in recording.presence if part.from_s <= time_s <= part.to_s), None)
        if inside is None:
            continue
        scores.counted.append((len(places), inside.people))
        for true in inside.places_m:
            away = [float(np.hypot(place[0] - true[0], place[1] - true[1])) for place in places]
            scores.away_m.append(min(away, default=float("nan")))


def _figures(name: str, scores: _Scores, truth: TruthSet, seconds: float) -> dict[str, Figure]:
    beside: dict[str, float | str] = {
        "reference": truth.reference if truth.contact else f"{truth.reference}, not a contact sensor",
        "recorded_s": seconds,
        "recordings": float(len(truth.recordings)),
    }
    figures: dict[str, Figure] = {}
    for quantity, pairs in scores.rates.items():
        unit = "bpm" if quantity == "heart" else "breaths/min"
        figures |= _rate_figures(f"set_{name}_{quantity}", pairs, unit, beside)
    matched = [one for one in scores.beats if one.median_error_ms is not None]
    if scores.beats:
        known = sum(one.reference_beats for one in scores.beats)
        share = sum(one.matched for one in scores.beats) / known if known else 0.0
        figures[f"set_{name}_beat_coverage"] = _figure(share, "share of beats", beside)
    if matched:
        worst = max(one.median_error_ms or 0.0 for one in matched)
        figures[f"set_{name}_beat_interval_median_ms"] = _figure(worst, "ms", beside)
    share_agreed = agreement(*zip(*scores.present, strict=True)) if scores.present else None
    if share_agreed is not None:
        figures[f"set_{name}_presence_agreement"] = _figure(share_agreed, "share of time", beside)
    if scores.counted:
        right = float(np.mean([said == true for said, true in scores.counted]))
        figures[f"set_{name}_count_agreement"] = _figure(right, "share of time", beside)
    found = np.array(scores.away_m)
    if np.isfinite(found).any():
        detail = beside | {"coverage": float(np.isfinite(found).mean())}
        figures[f"set_{name}_position_error_m"] = _figure(float(np.nanmedian(found)), "m", detail)
    return figures


def _rate_figures(
    key: str, pairs: list[tuple[str, Pairs]], unit: str, beside: dict[str, float | str]
) -> dict[str, Figure]:
    """Return error, coverage and whether intervals hold, over all seconds with a truth."""
    errors = {subject: np.empty(0) for subject, _ in pairs}
    for subject, one in pairs:
        errors[subject] = np.concatenate([errors[subject], one.estimate_bpm - one.reference_bpm])
    every = np.concatenate(list(errors.values()))
    if not every.size:
        return {}
    given = np.isfinite(every)
    coverage = float(given.mean())
    figures = {f"{key}_coverage": _figure(coverage, "share of time", beside | _why(pairs))}
    if not given.any():
        return figures
    holds = np.concatenate([one.within for _, one in pairs])
    detail = beside | {
        "coverage": coverage,
        "bias": float(every[given].mean()),
        "largest_error": float(np.abs(every[given]).max()),
        "subjects": float(len(errors)),
    }
    figures[f"{key}_mae"] = _figure(float(np.abs(every[given]).mean()), unit, detail | _interval(errors))
    if np.isfinite(holds).any():
        figures[f"{key}_interval_coverage"] = _figure(float(np.nanmean(holds)), "share of estimates", beside)
    return figures


def _why(pairs: list[tuple[str, Pairs]]) -> dict[str, float | str]:
    """Return the share of the time for which each reason withheld an estimate."""
    reasons = [reason for _, one in pairs for reason in one.reasons]
    return {f"withheld_{reason}": reasons.count(reason) / len(reasons) for reason in sorted({*reasons} - {""})}


def _interval(errors: dict[str, NDArray[np.float64]]) -> dict[str, float | str]:
    """Return the error's 95 % interval by bootstrap over subjects; nothing where there are too few to draw from."""
    known = [np.abs(one[np.isfinite(one)]) for one in errors.values()]
    known = [one for one in known if one.size]
    if len(known) < _FEWEST_SUBJECTS:
        return {}
    random = np.random.default_rng(0)
    drawn = [
        float(np.concatenate([known[place] for place in random.integers(len(known), size=len(known))]).mean())
        for _ in range(_RESAMPLES)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return {"low": float(low), "high": float(high)}


def _figure(value: float, unit: str, detail: dict[str, float | str]) -> Figure:
    return Figure(value=value, unit=unit, evidence=Evidence.REAL_RECORDING, detail=dict(detail))
