"""Runs of a simulated house through the samples of its radars, and through the error model: both told once a second.

The radars are those that `make run` starts, on a clock that stands still, so that no frame is late. What is said behind
them (`tracks` of the house, `posture`, `presence`) is kept beside where everybody really is.
"""

from collections.abc import Iterator

import msgspec

from sumika.clock import Instant, SimulatedClock
from sumika.config import demo_house
from sumika.runtime.offline import OfflineHouse, frames_of
from sumika.runtime.table import nodes_of
from sumika.schema import Envelope, Message, Posture, PostureKind, Presence, Tick, Track, Tracks, TrueBody
from sumika.schema.house import House, WorldSource
from sumika.sensors.radar.simulated import SimulatedHouse
from sumika.sensors.radar.simulated.driver import WorldRadar
from sumika.units import SECONDS_PER_MINUTE, ns_to_seconds, seconds_to_ns
from sumika.world.perception_level import ErrorModel, PerceptionLevel
from sumika.world.radar_scene.living_bodies import LivingBodies
from sumika.world.residents import Household
from sumika.world.start import settings_of, start_of

HOUSE = "house"
_BEGAN = Instant(0, 0, "simulated")
_RATES = frozenset({"respiration", "heart", "history"})
"""Nodes that nothing of what is counted here depends on."""


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """One second of a house.

    Attributes:
        at_s: Since the run began.
        bodies: Where everybody really is.
        tracks: Whom perception tells of, in the whole house.
        postures: What it tells of how each of them holds himself or herself, by track.
        presence: What it tells of each room, as a probability; None where it does not know.
    """

    at_s: float
    bodies: tuple[TrueBody, ...]
    tracks: tuple[Track, ...]
    postures: dict[int, PostureKind]
    presence: dict[str, float | None]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Some minutes of a house.

    Attributes:
        seed: Of everything in it.
        start: Local time of its beginning.
        rooms: Those that a radar looks into.
        seconds: In order; the first is when perception has heard every radar.
    """

    seed: int
    start: str
    rooms: tuple[str, ...]
    seconds: tuple[Second, ...]


def house_at(seed: int, start: str) -> House:
    """Return the demo house with other people's chance, at another moment.

    Args:
        seed: Of everything random.
        start: Local time, as 2026-01-20T18:30.
    """
    house = demo_house().house
    return msgspec.structs.replace(house, world=msgspec.structs.replace(settings_of(house), seed=seed, start=start))


def run_of(house: House, minutes: float) -> Run:
    """Return what perception says of a house behind its radars' samples.

    Args:
        house: With radars that look into the simulated house.
        minutes: How long.
    """
    listener = _Listener(house)
    nodes = tuple(node for node in nodes_of(house) if node.name not in _RATES)
    offline = OfflineHouse(nodes, house, listener.take)
    simulated, clock = SimulatedHouse(house=house, began=_BEGAN), SimulatedClock(_BEGAN)
    radars = [WorldRadar(radar, simulated, clock) for radar in house.radars if isinstance(radar.source, WorldSource)]
    until_ns = seconds_to_ns(minutes * SECONDS_PER_MINUTE)
    offline.run([frames_of(radar, until_ns) for radar in radars])
    return Run(
        seed=settings_of(house).seed,
        start=settings_of(house).start,
        rooms=tuple(dict.fromkeys(radar.room for radar in house.radars)),
        seconds=tuple(listener.seconds),
    )


def told_by_model(run: Run, house: House, model: ErrorModel, seed: int) -> Run:
    """Return what the error model says of the same truth.

    Args:
        run: Whose truth it is told.
        house: Of that run.
        model: How perception errs.
        seed: Of its errors.
    """
    level = PerceptionLevel(house, model, seed)
    seconds: list[Second] = []
    before_s = 0.0
    for second in run.seconds:
        told = level.step(_BEGAN.later(seconds_to_ns(second.at_s)), second.at_s - before_s, second.bodies)
        before_s = second.at_s
        state = _Told()
        for message in told:
            state.take(message)
        seconds.append(state.second(second.at_s, second.bodies))
    return msgspec.structs.replace(run, seconds=tuple(seconds))


class _Told:
    """What perception says at this moment."""

    def __init__(self) -> None:
        self._tracks: tuple[Track, ...] = ()
        self._postures: dict[int, PostureKind] = {}
        self._presence: dict[str, float | None] = {}

    def take(self, message: Message) -> None:
        if isinstance(message, Tracks) and message.source == HOUSE:
            self._tracks = message.tracks
        elif isinstance(message, Posture) and message.source == HOUSE:
            self._postures[message.track] = message.posture
        elif isinstance(message, Presence):
            self._presence[message.room] = message.probability if message.valid else None

    def second(self, at_s: float, bodies: tuple[TrueBody, ...]) -> Second:
        ids = {track.id for track in self._tracks}
        return Second(
            at_s=at_s,
            bodies=bodies,
            tracks=self._tracks,
            postures={track: posture for track, posture in self._postures.items() if track in ids},
            presence=dict(self._presence),
        )


class _Listener:
    """Keeps what is said and what is so, once a second."""

    def __init__(self, house: House) -> None:
        self.seconds: list[Second] = []
        self._told = _Told()
        self._truth = _truth(house)
        self._next_s = 1.0

    def take(self, envelope: Envelope, message: Message) -> None:
        self._told.take(message)
        if isinstance(message, Tick) and ns_to_seconds(message.stamp.monotonic_ns) >= self._next_s:
            self.seconds.append(self._told.second(self._next_s, next(self._truth)))
            self._next_s += 1.0


def _truth(house: House) -> Iterator[tuple[TrueBody, ...]]:
    """Yield where everybody is at every whole second, from the first on."""
    seed = settings_of(house).seed
    household, bodies = Household.of(house, seed, start_of(house)), LivingBodies(house, seed)
    minute = 0
    while True:
        household.advance((minute + 1) * SECONDS_PER_MINUTE)
        bodies.add(household.stretches(minute * SECONDS_PER_MINUTE, SECONDS_PER_MINUTE))
        for second in range(round(SECONDS_PER_MINUTE)):
            at_s = minute * SECONDS_PER_MINUTE + second
            if at_s > 0:
                yield bodies.truth_at(at_s, _BEGAN.later(seconds_to_ns(at_s)))
        bodies.forget_before(minute * SECONDS_PER_MINUTE)
        minute += 1
