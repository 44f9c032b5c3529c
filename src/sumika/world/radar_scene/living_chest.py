"""How the chest of somebody moves whose breaths and heartbeats are told one by one, for ever."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.radar_scene._red_noise import looped_red_noise
from sumika.world.radar_scene.body import PARTS, TRUNK_PARTS
from sumika.world.radar_scene.chest_shapes import BEAT_S, HeartShape, breath_share

Array = NDArray[np.float64]

_BLOCK_S = 60.0
_RATE_HZ = 50.0
_SWAY_SHARE = np.array([0.5, 0.8, 0.2]) / math.sqrt(0.5**2 + 0.8**2 + 0.2**2)
"""Bodies sway forwards and backwards most, hardly up and down; left, forwards, up."""
_FADE_S = 3.0
"""In which small movements grow or shrink to what the next stretch of time has."""
_LONGEST_BREATH_S = 30.0
_TRUNK_M, _LIMB_M = 0.035, 0.07
"""How far trunk and limbs go to and fro when a sleeper turns over (typical: a hand's breadth)."""
_HEART_MM = (0.15, 0.4)


class Unrest:
    """A body's small movements: noise without end, of which any moment can be told without those before it.

    Blocks of noise of their own seeds overlap by halves and are faded into each other with the sine of the time, whose
    squares add up to one: the power is the same everywhere. So two radars of one house, each in a process of its own,
    see the same body move.
    """

    def __init__(self, seed: tuple[int, ...]) -> None:
        """Take the seed of the body."""
        self._seed = seed
        self._blocks: dict[int, Array] = {}

    def at(self, time_s: float) -> Array:
        """Return (3,) of unit root mean square all together: left, forwards, up."""
        place = time_s / _BLOCK_S
        number = math.floor(place)
        angle = 0.5 * math.pi * (place - number)
        sample = (place - number) * _BLOCK_S * _RATE_HZ
        found: Array = math.sin(angle) * _between(self._block(number), sample)
        return found + math.cos(angle) * _between(self._block(number - 1), sample + _BLOCK_S * _RATE_HZ)

    def _block(self, number: int) -> Array:
        known = self._blocks.get(number)
        if known is None:
            # Blocks before the world's beginning count back from the largest number: seeds have no sign.
            random = np.random.Generator(np.random.SFC64((*self._seed, 5, number % 2**32)))
            count = round(2.0 * _BLOCK_S * _RATE_HZ) + 2
            sway = [looped_red_noise(random, count, _RATE_HZ, slope=4.0, corner_hz=0.15, top_hz=3.0) for _ in range(3)]
            known = _SWAY_SHARE * np.stack(sway, axis=1)
            self._blocks = {key: block for key, block in self._blocks.items() if abs(key - number) <= 1}
            self._blocks[number] = known
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What a trunk does, on the world's clock.

    Attributes:
        breaths: (breath, 4) beginning, time in, time out, depth in metres.
        beats: (beat, 2) moment and strength.
        bursts_s: (burst, 2) beginning and length of big movements on the spot.
    """

    breaths: Array = field(repr=False)
    beats: Array = field(repr=False)
    bursts_s: Array = field(repr=False)

    def after(self, before: "Events", start_s: float) -> "Events":
        """Return these events, which are told from a moment on, with those from before that still move the body."""
        breaths = before.breaths[before.breaths[:, 0] > start_s - _LONGEST_BREATH_S]
        beats = before.beats[before.beats[:, 0] > start_s - BEAT_S]
        bursts = before.bursts_s[before.bursts_s.sum(axis=1) > start_s]
        return Events(
            breaths=_joined(breaths, self.breaths),
            beats=_joined(beats, self.beats),
            bursts_s=_joined(bursts, self.bursts_s),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingChest:
    """A chest during one stretch of time; its times count from the stretch's beginning.

    Attributes:
        start_s: The stretch's beginning on the world's clock.
        events: What the trunk does.
        unrest: The body's small movements.
        restless_m: Their root mean square, before the stretch and in it.
        shape: Of a beat.
        heart_m: Excursion of a beat, peak to peak.
        seed: Of the body.
    """

    start_s: float
    events: Events = field(repr=False)
    unrest: Unrest = field(repr=False)
    restless_m: tuple[float, float]
    shape: HeartShape
    heart_m: float
    seed: tuple[int, ...]

    def breath_and_heart_m(self, time_s: float) -> tuple[float, float]:
        """Return how far each has moved the chest outwards."""
        now_s = self.start_s + time_s
        breaths, beats = self.events.breaths, self.events.beats
        begun = int(breaths[:, 0].searchsorted(now_s, side="right"))
        breath = 0.0
        # A deep breath may not have ended when the next one comes.
        for begin, inhale_s, exhale_s, depth_m in breaths[max(begun - 3, 0) : begun].tolist():
            breath += depth_m * breath_share(now_s - begin, inhale_s, exhale_s)
        last = int(beats[:, 0].searchsorted(now_s, side="right"))
        heart = 0.0
        for begin, strength in beats[max(last - 5, 0) : last].tolist():
            if now_s - begin < BEAT_S:
                heart += strength * self.shape.after(now_s - begin)
        return breath, self.heart_m * heart

    def sway_at(self, time_s: float) -> Array:
        """Return (3,): left, forwards, up."""
        share = min(max(time_s / _FADE_S, 0.0), 1.0)
        before, now = self.restless_m
        return (before + share * (now - before)) * self.unrest.at(self.start_s + time_s)

    def jolts_at(self, time_s: float) -> Array | None:
        """Return (part, 3) while the body turns over: each part goes to and fro by chance, and comes back."""
        now_s = self.start_s + time_s
        found: Array | None = None
        for begin, length in self.events.bursts_s:
            if begin < now_s < begin + length:
                moved = self._burst(now_s - float(begin), float(length), round(float(begin) * 1000.0))
                found = moved if found is None else found + moved
        return found

    def _burst(self, since_s: float, length_s: float, number: int) -> Array:
        random = np.random.Generator(np.random.SFC64((*self.seed, 6, number)))
        rates_hz, turns = random.uniform(0.3, 1.1, (PARTS, 3)), random.uniform(size=(PARTS, 3))
        size = np.where(TRUNK_PARTS, _TRUNK_M, _LIMB_M)[:, np.newaxis] * np.array([1.0, 1.0, 0.5])
        whole = random.uniform(-1.0, 1.0, 3) * _TRUNK_M
        window = math.sin(math.pi * since_s / length_s) ** 2
        moved: Array = window * (whole + size * np.sin(2.0 * np.pi * (rates_hz * since_s + turns)))
        return moved


def heart_of(random: np.random.Generator) -> tuple[HeartShape, float]:
    """Return how somebody's heart moves the chest: shape, and excursion in metres."""
    return HeartShape.by_chance(random), 1e-3 * float(random.uniform(*_HEART_MM))


def strength_of(beat_s: Array) -> Array:
    """Return (beat,): how strong each beat is: no two are quite alike, and each is the same whoever asks."""
    place = beat_s * 1e3
    number = np.floor(place)
    # Multiples of irrational numbers spread evenly (H. Weyl, 1916); the mean of three has a deviation of a sixth.
    spread = np.stack([np.modf(number * math.sqrt(root))[0] for root in (2.0, 3.0, 5.0)])
    strength: Array = 1.0 + 0.6 * (spread.mean(axis=0) - 0.5)
    return strength


def _joined(before: Array, now: Array) -> Array:
    """Return rows of both by their beginnings; those that both tell of are taken from the later one."""
    if not len(before):
        return now
    if not len(now):
        return before
    kept = before[np.abs(before[:, :1] - now[:, 0]).min(axis=1) > 1e-3]
    rows = np.concatenate((kept, now))
    return rows[np.argsort(rows[:, 0], kind="stable")]


def _between(series: Array, place: float) -> Array:
    low = int(place)
    value: Array = series[low] + (place - low) * (series[low + 1] - series[low])
    return value
