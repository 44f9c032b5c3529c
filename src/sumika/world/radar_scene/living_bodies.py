"""Everybody in the simulated house, fed by the stretches that the household tells, and where they really are."""

import math
from collections.abc import Iterable

from sumika.clock import Instant
from sumika.schema import Origin, TrueBody
from sumika.schema.house import House
from sumika.world.exchange import Stretch
from sumika.world.radar_scene.living_body import LivingBody, Shape
from sumika.world.radar_scene.sight import is_inside

_KEPT_S = 1.0
"""So long after its end a stretch is kept: velocities look back."""


class LivingBodies:
    """All bodies of a house, for as long as stretches are added."""

    def __init__(self, house: House, seed: int) -> None:
        """Take the house, for the size of its residents, and its seed."""
        self._house, self._seed = house, seed
        self._lives = {resident.id: resident.life for resident in house.residents}
        self._bodies: dict[str, LivingBody] = {}
        self._fed, self._end_s = False, -math.inf
        self._storeys = {room.id: room.storey for room in house.rooms}

    def add(self, stretches: Iterable[Stretch]) -> None:
        """Take what bodies do next; each goes on where its last stretch ended, or appears.

        Raises:
            ValueError: if a stretch begins before the last one of its body ends.
        """
        self._fed = True
        for stretch in stretches:
            body = self._bodies.get(stretch.body)
            if body is None:
                shape = Shape.of(stretch.body, stretch.kind, self._lives.get(stretch.body), self._seed)
                body = self._bodies[stretch.body] = LivingBody(shape)
            body.add(stretch)
            self._end_s = max(self._end_s, body.end_s)

    def forget_before(self, time_s: float) -> None:
        """Drop what is over by then."""
        for name, body in tuple(self._bodies.items()):
            body.forget_before(time_s - _KEPT_S)
            if body.end_s < time_s - _KEPT_S:
                del self._bodies[name]

    @property
    def end_s(self) -> float:
        """Until when somebody's stretches reach; minus infinity before any, and without end where nobody lives."""
        return math.inf if self._fed and math.isinf(self._end_s) else self._end_s

    def present(self, time_s: float) -> tuple[LivingBody, ...]:
        """Return who is in the house, by name."""
        return tuple(body for _, body in sorted(self._bodies.items()) if body.present(time_s))

    def on_storey(self, time_s: float, storey: int) -> tuple[LivingBody, ...]:
        """Return who is on a storey; who is between rooms counts for every one."""
        return tuple(body for body in self.present(time_s) if self._storey(body, time_s, storey) == storey)

    def body(self, name: str) -> LivingBody:
        """Return a body.

        Raises:
            KeyError: if there is none of that name now.
        """
        return self._bodies[name]

    def truth_at(self, time_s: float, stamp: Instant) -> tuple[TrueBody, ...]:
        """Return where everybody really is.

        Args:
            time_s: On the world's clock.
            stamp: The same moment for those who read it.
        """
        return tuple(
            self._truth(body, time_s, stamp) for _, body in sorted(self._bodies.items()) if body.covers(time_s)
        )

    def _truth(self, body: LivingBody, time_s: float, stamp: Instant) -> TrueBody:
        doing = body.doing(time_s)
        activity = doing.activity if doing is not None else ""
        kind = body.shape.kind
        if not body.present(time_s):
            return TrueBody(stamp=stamp, origin=Origin.SIMULATED, body=body.shape.name, kind=kind, activity=activity)
        place, velocity = body.place_m(time_s), body.velocity_m_s(time_s)
        told = doing.room if doing is not None else ""
        here = [room.id for room in self._house.rooms if is_inside(place, room)]
        return TrueBody(
            stamp=stamp,
            origin=Origin.SIMULATED,
            body=body.shape.name,
            kind=kind,
            room=told if told in here or not here else here[0],
            position_m=(float(place[0]), float(place[1]), float(place[2])),
            velocity_m_s=(float(velocity[0]), float(velocity[1]), float(velocity[2])),
            posture=body.posture(time_s),
            activity=activity,
            sleep_stage=doing.sleep_stage if doing is not None else "",
            fallen=doing.fallen if doing is not None else False,
        )

    def _storey(self, body: LivingBody, time_s: float, otherwise: int) -> int:
        doing = body.doing(time_s)
        return otherwise if doing is None else self._storeys.get(doing.room, otherwise)
