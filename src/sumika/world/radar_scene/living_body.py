"""A body of the simulated house, person, pet or robot, made from the stretches of time that its household tells."""

import math
import zlib
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.schema.living import Life
from sumika.world.exchange import Doing, Stretch
from sumika.world.radar_scene.body import Body
from sumika.world.radar_scene.chest_shapes import HeartShape
from sumika.world.radar_scene.living_chest import Events, LivingChest, Unrest, heart_of, strength_of
from sumika.world.radar_scene.living_path import leg_at, living_path, walks_out
from sumika.world.radar_scene.movers import LowBody
from sumika.world.radar_scene.path import POSTURES, Path

Array = NDArray[np.float64]

_ADULT_DBSM, _SPREAD_DB = -3.0, 1.5
"""A grown-up's cross-section (see `link_budget`), and its standard deviation from one to another."""
_ADULT_M2 = 1.8
"""Skin of the adult that it is true of."""
_VELOCITY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What does not change of a body.

    Attributes:
        name: Of the body.
        kind: "person", "pet" or "robot".
        seed: Of everything that is a matter of chance.
        tall_m: From head to foot, or from the floor to the back.
        length_m: From front to back of what is low.
        cross_section_dbsm: Of all of it.
        wobble_m: How far parts of what is low move against each other.
        beat: How its heart moves the chest.
        heart_m: How far, peak to peak.
    """

    name: str
    kind: str
    seed: tuple[int, ...]
    tall_m: float
    length_m: float = 0.0
    cross_section_dbsm: float
    wobble_m: float = 0.0
    beat: HeartShape
    heart_m: float

    @classmethod
    def of(cls, name: str, kind: str, life: Life | None, seed: int) -> "Shape":
        """Return the shape of a body; the same for all who look at it.

        Args:
            name: Of the body.
            kind: "person", "pet" or "robot".
            life: Height and mass, where they are told.
            seed: Of the house.
        """
        own = (seed, 41, zlib.crc32(name.encode()))
        random = np.random.Generator(np.random.SFC64(own))
        beat, heart_m = heart_of(random)
        tall_m, length_m, wobble_m, dbsm = _low_sizes(name, kind, random)
        if kind == "person":
            body = Life() if life is None else life
            tall_m = body.height_m
            # Skin: D. Du Bois, E. F. Du Bois, "A formula to estimate the approximate surface area if height and
            # weight be known", Arch. Intern. Med. 17, 1916.
            skin_m2 = 0.007184 * body.mass_kg**0.425 * (100.0 * body.height_m) ** 0.725
            dbsm = _ADULT_DBSM + 10.0 * math.log10(skin_m2 / _ADULT_M2) + _SPREAD_DB * float(random.standard_normal())
        return cls(
            name=name,
            kind=kind,
            seed=own,
            tall_m=tall_m,
            length_m=length_m,
            cross_section_dbsm=dbsm,
            wobble_m=wobble_m,
            beat=beat,
            heart_m=heart_m * min(1.0, tall_m / 1.6),
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """One stretch, and the body in it; times of the body count from the stretch's beginning."""

    stretch: Stretch
    path: Path
    events: Events
    body: Body | LowBody

    @property
    def end_s(self) -> float:
        return self.stretch.start_s + self.stretch.seconds


class LivingBody:
    """A body for as long as stretches are added."""

    def __init__(self, shape: Shape) -> None:
        """Take what the body is like; it is nowhere yet."""
        self.shape = shape
        self._unrest = Unrest(shape.seed)
        self._pieces: deque[_Piece] = deque()

    def add(self, stretch: Stretch) -> None:
        """Take the next stretch.

        Raises:
            ValueError: if it begins before the last one ends, or is not of this body.
        """
        before = self._pieces[-1] if self._pieces else None
        if stretch.body != self.shape.name:
            raise ValueError(f"a stretch of {stretch.body} is none of {self.shape.name}")
        if before is not None and stretch.start_s < before.end_s - 1e-6:
            raise ValueError(f"{stretch.body}: a stretch begins at {stretch.start_s} s, before {before.end_s} s")
        goes_on = before if before is not None and stretch.start_s < before.end_s + 1e-3 else None
        strides = 0.0 if before is None else float(before.path.stride[-1])
        walks_in = goes_on is None or walks_out(goes_on.stretch)
        swings_m_s = None if goes_on is None else float(goes_on.path.speed_m_s[-1])
        path = living_path(stretch, strides=strides, swings_m_s=swings_m_s, walks_in=walks_in)
        events = _events(stretch)
        if goes_on is not None:
            events = events.after(goes_on.events, stretch.start_s)
        restless_mm = stretch.restless_mm if goes_on is None else goes_on.stretch.restless_mm
        self._pieces.append(_Piece(stretch, path, events, self._made(stretch, path, events, restless_mm)))

    def forget_before(self, time_s: float) -> None:
        """Drop the stretches that have ended by then, but for the last one of all."""
        while len(self._pieces) > 1 and self._pieces[0].end_s <= time_s:
            self._pieces.popleft()

    def covers(self, time_s: float) -> bool:
        """Say whether any stretch tells of a moment."""
        return any(piece.stretch.start_s - 1e-9 <= time_s < piece.end_s for piece in self._pieces)

    def present(self, time_s: float) -> bool:
        """Say whether the body is in the house."""
        if not self.covers(time_s):
            return False
        stretch = self._piece(time_s).stretch
        if not stretch.legs:
            return stretch.present
        return not stretch.away[leg_at(stretch, time_s - stretch.start_s)]

    def points(self, time_s: float, seen_from_m: Array | None = None) -> Array:
        """Return (part, 3) in house coordinates."""
        piece = self._piece(time_s)
        since_s = time_s - piece.stretch.start_s
        body = piece.body
        return body.points(since_s) if isinstance(body, LowBody) else body.points(since_s, seen_from_m)

    def gains(self, time_s: float) -> Array:
        """Return (part,) what each cross-section is multiplied by now."""
        piece = self._piece(time_s)
        body = piece.body
        return (
            np.ones(len(body.cross_sections_m2()))
            if isinstance(body, LowBody)
            else body.gains(time_s - piece.stretch.start_s)
        )

    def cross_sections_m2(self) -> Array:
        """Return (part,)."""
        return self._pieces[0].body.cross_sections_m2()

    def phases(self) -> NDArray[np.complex128]:
        """Return (part,) unit numbers."""
        body = self._pieces[0].body
        return np.ones(len(body.cross_sections_m2()), complex) if isinstance(body, LowBody) else body.phases()

    @property
    def parabola_s(self) -> float:
        """For how long its points follow a parabola well enough."""
        body = self._pieces[0].body
        return body.parabola_s if isinstance(body, LowBody) else 0.05

    @property
    def name(self) -> str:
        """What it is, for the truth."""
        return self.shape.name

    def chest_m(self, time_s: float, seen_from_m: Array) -> tuple[Array, Array]:
        """Return (3,) the middle of the chest without breath and heart, and with both; of what is low: twice its place.

        Args:
            time_s: On the world's clock.
            seen_from_m: (3,) where the radar is.
        """
        piece = self._piece(time_s)
        if isinstance(piece.body, LowBody):
            return self.place_m(time_s), self.place_m(time_s)
        still, _, whole = piece.body.chest_moves(time_s - piece.stretch.start_s, seen_from_m)
        return still.mean(axis=0), whole.mean(axis=0)

    def place_m(self, time_s: float) -> Array:
        """Return (3,): the mean of its parts."""
        place: Array = self.points(time_s).mean(axis=0)
        return place

    def velocity_m_s(self, time_s: float) -> Array:
        """Return (3,): of that, over a fifth of a second around the moment."""
        moved: Array = self.place_m(time_s + _VELOCITY_S / 2) - self.place_m(time_s - _VELOCITY_S / 2)
        return moved / _VELOCITY_S

    def posture(self, time_s: float) -> str:
        """Return "standing", "sitting" or "lying"; empty of what has none."""
        piece = self._piece(time_s)
        if self.shape.kind != "person":
            return ""
        share = piece.path.at(piece.path.share, time_s - piece.stretch.start_s)
        return str(POSTURES[int(np.argmax(share))])

    def doing(self, time_s: float) -> Doing | None:
        """Return what it does; None where nothing is told."""
        told = [one for one in self._piece(time_s).stretch.doing if one.start_s <= time_s + 1e-9]
        first = self._piece(time_s).stretch.doing[:1]
        return told[-1] if told else (first[0] if first else None)

    @property
    def end_s(self) -> float:
        """Until when its stretches reach."""
        return self._pieces[-1].end_s if self._pieces else -math.inf

    def _piece(self, time_s: float) -> _Piece:
        """Return the stretch of a moment; the first one before, and the last one after all."""
        found = self._pieces[0]
        for piece in self._pieces:
            if piece.stretch.start_s <= time_s:
                found = piece
        return found

    def _made(self, stretch: Stretch, path: Path, events: Events, restless_mm: float) -> Body | LowBody:
        shape = self.shape
        if shape.kind != "person":
            return LowBody(
                path=path,
                height_m=shape.tall_m,
                length_m=shape.length_m,
                cross_section_dbsm=shape.cross_section_dbsm,
                wobble_m=shape.wobble_m,
                name=shape.kind,
            )
        chest = LivingChest(
            start_s=stretch.start_s,
            events=events,
            unrest=self._unrest,
            restless_m=(1e-3 * restless_mm, 1e-3 * stretch.restless_mm),
            shape=shape.beat,
            heart_m=shape.heart_m,
            seed=shape.seed,
        )
        number = shape.seed[-1] % 2**31
        return Body(
            id=number,
            path=path,
            chest=chest,
            tall_m=shape.tall_m,
            cross_section_dbsm=shape.cross_section_dbsm,
            seed=number,
        )


def _events(stretch: Stretch) -> Events:
    breaths = stretch.breaths
    rows = np.stack((breaths.start_s, breaths.inhale_s, breaths.exhale_s, breaths.depth_m), axis=1)
    beat_s = np.asarray(stretch.beat_s, dtype=np.float64)
    return Events(
        breaths=np.asarray(rows, dtype=np.float64).reshape(-1, 4),
        beats=np.stack((beat_s, strength_of(beat_s)), axis=1),
        bursts_s=np.asarray(stretch.bursts_s, dtype=np.float64).reshape(-1, 2),
    )


def _low_sizes(name: str, kind: str, random: np.random.Generator) -> tuple[float, float, float, float]:
    """Return height, length, wobble and cross-section (dBsm) of what is low: typical of cats, dogs and vacuums."""
    chance = float(random.standard_normal())
    if kind == "robot":
        return 0.09, 0.34, 0.0, -17.0 + chance
    if "dog" in name:
        return 0.45, 0.7, 0.04, -12.0 + chance
    return 0.27, 0.42, 0.03, -16.0 + chance
