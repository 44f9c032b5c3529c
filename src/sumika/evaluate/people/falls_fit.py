"""Learns the weights by which falls are told from other ways down: a logistic regression over development scenes.

`python -m sumika.evaluate.people.falls_fit --write` plays the scenes (seeds that nothing is scored on; a quarter of an
hour on an idle core), and writes `sumika/perception/fall_odds.json`. Every body that lies low is looked at twice: after
it has lain for as long as makes it suspected, and some seconds later. Weights keep the sign that physics gives them: a
lower body, a faster descent, steadier sight never speak against a fall, however few scenes there are.
"""

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.people.falls import EARLY_S, NEAR_M, WITHIN_S, scene_of
from sumika.perception import _fall_odds, fall
from sumika.perception._fall_odds import FEATURES, FallOdds
from sumika.schema import PointCloud, RestingPlace, Tracks
from sumika.schema.house import Radar
from sumika.training.falls import WIDE
from sumika.training.told_scenes import told
from sumika.world.radar_scene import ActedScene, nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform

Array = NDArray[np.float64]

SEEDS = range(150, 225)
"""One fall and one ordinary scene each."""

HARD_SEEDS, HARD = range(400, 440), ("sit_on_floor", "crouch_long", "lie_on_mat")
"""Of each of these kinds one more: chance shows too few of what is most like a fall."""

LEARNED_FROM = (
    f"falls and others of seeds {SEEDS[0]} to {SEEDS[-1]}; {', '.join(HARD)} of seeds {HARD_SEEDS[0]} to "
    f"{HARD_SEEDS[-1]}; {WIDE}, simulated"
)

_LOOKS_S = (fall.LYING_S, 8.0)
_OWN_M = 0.8
_STILL_M_S = 0.4
_SIGNS = {"low_m": -1, "speed_m_s": 1, "unseen": -1, "wandered_m": -1, "high_m": -1, "rush_m_s": 1}
_SCALES = {"low_m": 0.1, "speed_m_s": 0.3, "unseen": 0.5, "wandered_m": 0.2, "high_m": 0.15, "rush_m_s": 0.3}
"""Of each feature: about how far it spreads. Weights of spread features are drawn towards 0, all alike."""

FILE = Path(_fall_odds.__file__).with_name("fall_odds.json")

Bodies = Sequence[tuple[float, float]]
"""Where the bodies of a scene really are on the floor plan; only the first is looked at."""


@dataclass(frozen=True, slots=True)
class Look:
    """A body that lies low.

    Attributes:
        fell: Whether it has fallen.
        values: By feature.
    """

    fell: bool
    values: Mapping[str, float]


def looks_of(
    places: Sequence[RestingPlace],
    radars: Sequence[Radar],
    impact_s: float | None,
    frames: Iterable[tuple[float, PointCloud, Tracks, Bodies]],
) -> Iterator[Look]:
    """Yield the looks at those who lie low in a scene.

    Args:
        places: Beds and sofas.
        radars: Of the scene.
        impact_s: When the first body hit the floor; None where it does not.
        frames: Time, points, tracks, and where everybody really is.
    """
    state, looked = fall.start(places, radars=radars), set[tuple[int, float]]()
    for time_s, cloud, tracks, bodies in frames:
        state, _ = fall.step(state, cloud)
        state, _ = fall.step(state, tracks)
        for track in tracks.tracks:
            body = state.bodies.get(track.id)
            if body is None or body.middle_m > fall.SEATED_M:
                continue
            descent = fall.weigh(state, body, track, tracks.tracks, tracks.stamp)
            if descent is None or descent.going_m_s > _STILL_M_S:
                continue
            away_m = math.dist(bodies[0], track.position_m[:2])
            fell = impact_s is not None and away_m < NEAR_M and impact_s - EARLY_S <= time_s <= impact_s + WITHIN_S + 2
            own = away_m < (_OWN_M if fell else NEAR_M)
            for after_s in _LOOKS_S:
                if descent.low_s >= after_s and (track.id, after_s) not in looked:
                    looked.add((track.id, after_s))
                    if own:  # tracks of others, and of images, are asked about elsewhere
                        yield Look(fell, _fall_odds.features(descent))


def fit(looks: Sequence[Look], learned_from: str = "") -> FallOdds:
    """Return the weights.

    Args:
        looks: Of many scenes; falls and others count as much, however many they are.
        learned_from: In words.

    Raises:
        ValueError: if all are falls, or none is.
    """
    fell = np.array([look.fell for look in looks])
    if fell.all() or not fell.any():
        raise ValueError(f"{fell.sum()} of {len(fell)} looks are falls; both kinds are needed")
    scales = np.array([_SCALES[name] for name in FEATURES])
    values = np.array([[look.values[name] for name in FEATURES] for look in looks]) / scales
    worth = np.where(fell, 0.5 / fell.mean(), 0.5 / (1.0 - fell.mean()))
    signs = np.where(fell, 1.0, -1.0)

    def loss(weights: Array) -> tuple[float, Array]:
        margins = signs * (weights[0] + values @ weights[1:])
        pull = -worth * signs / (1.0 + np.exp(np.minimum(margins, 500.0)))
        slope = np.concatenate(([pull.sum()], values.T @ pull + weights[1:]))
        return float((worth * np.logaddexp(0.0, -margins)).sum() + 0.5 * (weights[1:] ** 2).sum()), slope

    bounds = [(None, None), *((0.0, None) if _SIGNS[name] > 0 else (None, 0.0) for name in FEATURES)]
    found = minimize(loss, np.zeros(len(FEATURES) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = {name: round(float(one), 3) for name, one in zip(FEATURES, found[1:] / scales, strict=True)}
    return FallOdds(offset=round(float(found[0]), 3), weights=weights, learned_from=learned_from)


def scenes() -> Iterator[ActedScene]:
    """Yield the scenes that falls, and errors of heights, are learned from."""
    for seed in SEEDS:
        say_on_stderr(f"  falls_fit: seed {seed} ...")
        yield from (scene_of(seed, WIDE, falls) for falls in (True, False))
    for seed in HARD_SEEDS:
        say_on_stderr(f"  falls_fit: seed {seed} ...")
        yield from (nearly_falling_scene(seed, living_waveform(WIDE), what) for what in HARD)


def _played(acted: ActedScene) -> Iterator[Look]:
    def frames() -> Iterator[tuple[float, PointCloud, Tracks, Bodies]]:
        for time_s, cloud, tracks in told(acted):
            x, y, _ = acted.actor.points(time_s).mean(axis=0)
            yield time_s, cloud, tracks, ((float(x), float(y)),)

    return looks_of(acted.stage.places, acted.scene.radars, acted.impact_s, frames())


def write() -> FallOdds:
    """Learn the weights, and keep them beside the code that uses them."""
    looks = [look for acted in scenes() for look in _played(acted)]
    odds = fit(looks, f"{len(looks)} looks: {LEARNED_FROM}")
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(odds), indent=2) + b"\n")
    return odds


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m sumika.evaluate.people.falls_fit --write")
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(write()), indent=2).decode() + "\n")
