"""When somebody touches the thermostat: by how they feel, what they like, and how patient they are.

How they feel is the predicted mean vote of ISO 7730 for what they do and wear, moved by their own taste: people differ
by about a scale point (J. van Hoof, "Forty years of Fanger's model of thermal comfort", Indoor Air 18, 2008).
"""

import math
from dataclasses import dataclass

from sumika.schema.living import Life
from sumika.world.exchange import Doing
from sumika.world.residents.chance import chance

_UNDRESSED = ("bathing", "washing", "dressing")
EVERY_S = 1800.0
"""So often somebody asks themselves whether it is warm enough."""
_PER_K = 0.33
"""Scale points of the vote per kelvin, about."""
_MEAN_LIKED_C = 23.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants changed.

    Attributes:
        who: The resident.
        room: Where.
        device_kind: Of which kind of device.
        setting: Which setting of it.
        change: By how much, in the unit of the setting.
        vote: How they feel, -3 cold to +3 hot.
        why: For people.
    """

    who: str
    room: str
    device_kind: str = "room_air_conditioner"
    setting: str = "setpoint_c"
    change: float
    vote: float
    why: str


class Taste:
    """What one resident likes, and when they last said so.

    Attributes:
        likes_c: The operative temperature that suits them in their usual clothes.
    """

    def __init__(self, life: Life, name: str, seed: int) -> None:
        """Take a resident."""
        random = chance(seed, "taste", name)
        self._name, self._life = name, life
        liked = life.likes_c if life.likes_c is not None else _MEAN_LIKED_C + float(random.normal(0.0, 1.2))
        self.likes_c = liked
        self._offset = _PER_K * (_MEAN_LIKED_C - liked)
        self._bears = 0.6 + 1.2 * life.patience
        self._seed = seed

    def vote(self, doing: Doing, air_c: float, radiant_c: float, relative: float) -> float:
        """Return how they feel: -3 cold to +3 hot; NaN where the standard does not say."""
        # Its import compiles for seconds; only who is asked how they feel needs it.
        from sumika.physics.comfort import predicted_vote

        vote = predicted_vote(
            min(max(air_c, 10.0), 30.0),
            min(max(radiant_c, 10.0), 40.0),
            min(max(relative, 0.0), 1.0),
            metabolic_w_m2=max(46.6, doing.metabolic_w_m2),
            clothing_clo=min(doing.clothing_clo, 2.0),
        )
        return vote.pmv + self._offset

    def wish(self, at_s: float, doing: Doing, air_c: float, radiant_c: float, relative: float) -> Wish | None:
        """Return what they want changed now; None if they bear it, sleep or are out."""
        if not doing.room or doing.sleep_stage not in ("", "awake"):
            return None
        if doing.activity in _UNDRESSED:
            return None
        vote = self.vote(doing, air_c, radiant_c, relative)
        if math.isnan(vote) or abs(vote) < self._bears:
            return None
        # The worse it is, the sooner they get up and do something.
        eager = min(1.0, 0.5 * (abs(vote) - self._bears) + 0.15)
        if chance(self._seed, "wish", self._name, int(at_s // EVERY_S)).uniform() > eager:
            return None
        return Wish(
            who=self._name,
            room=doing.room,
            change=-1.0 if vote > 0 else 1.0,
            vote=vote,
            why=f"{self._name} is too {'warm' if vote > 0 else 'cold'}",
        )
