"""What somebody does in a room, one thing after the other, as key poses: goes, sits down, picks up, stumbles, falls."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sumika.world.radar_scene.acted_body import Ease, KeyPose
from sumika.world.radar_scene.acted_shapes import ADULT_M, HIPS_M, STANDING_HIP_M

Spot = tuple[float, float]

LYING_HIP_M = 0.1
"""Of who lies on something, above it."""

_BACKWARDS = math.pi


@dataclass(slots=True)
class Actor:
    """Somebody who adds to his poses what he does next. Times and sizes are left to chance where they are not said.

    Attributes:
        random: Where chance comes from.
        tall_m: From head to foot.
        at_m: Where he is.
        heading_rad: Where he faces.
        poses: So far.
    """

    random: np.random.Generator
    tall_m: float
    at_m: Spot
    heading_rad: float = 0.0
    poses: list[KeyPose] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin upright."""
        if not self.poses:
            self.hold("standing", 0.0)

    @property
    def now_s(self) -> float:
        """When the last pose is reached."""
        return sum(max(2, round(pose.seconds * 50.0)) / 50.0 for pose in self.poses[1:])

    def between(self, low: float, high: float) -> float:
        """Return a number by chance."""
        return float(self.random.uniform(low, high))

    def hold(self, shape: str, seconds: float, *, ease: Ease = "soft", fidget_m: float = 0.0, doing: str = "") -> None:
        """Take a pose that rests on the floor, within a time."""
        self._to(shape, seconds, hip_m=HIPS_M[shape] * self._size, ease=ease, fidget_m=fidget_m, doing=doing)

    def repeat(self, shapes: Sequence[str], period_s: float, seconds: float) -> None:
        """Go through shapes again and again, as exercises do, and stand at the end."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            for shape in shapes:
                self.hold(shape, period_s / len(shapes), doing="exercising")
        self.hold("standing", period_s / 2, doing="exercising")

    def wait(self, seconds: float, *, fidget_m: float | None = None) -> None:
        """Stay as he is; limbs move as said, or go on as they did."""
        last = self.poses[-1]
        self._to(
            last.shape,
            seconds,
            hip_m=last.hip_m,
            lean_rad=last.lean_rad,
            towards_rad=last.towards_rad,
            fidget_m=last.fidget_m if fidget_m is None else fidget_m,
        )

    def walk(self, goal_m: Spot, speed_m_s: float | None = None) -> None:
        """Get up, turn, and go straight to a place."""
        speed = self.between(0.4, 1.3) if speed_m_s is None else speed_m_s
        if self.poses[-1].shape != "standing" or self.poses[-1].lean_rad != 0.0:
            self.rise()
        way_m = math.dist(self.at_m, goal_m)
        if way_m < 0.05:
            return
        self.turn(math.atan2(goal_m[1] - self.at_m[1], goal_m[0] - self.at_m[0]), 0.4)
        self.at_m = goal_m
        self._to("standing", way_m / speed, hip_m=STANDING_HIP_M * self._size, ease="even", doing="walking")

    def turn(self, heading_rad: float, seconds: float) -> None:
        """Turn where he is, the short way."""
        turn = (heading_rad - self.heading_rad + math.pi) % (2.0 * math.pi) - math.pi
        self.heading_rad += turn
        last = self.poses[-1]
        self._to(
            last.shape,
            seconds,
            hip_m=last.hip_m,
            lean_rad=last.lean_rad,
            towards_rad=last.towards_rad - turn,
            fidget_m=last.fidget_m,
        )

    def sit(self, seat_m: float, seconds: float) -> None:
        """Sit down on a seat of such a height where he is."""
        self._to("sitting", seconds, hip_m=seat_m + 0.05, fidget_m=0.01)

    def rise(self, seconds: float | None = None) -> None:
        """Stand up from whatever: from the floor by way of the knees."""
        last = self.poses[-1]
        if last.lean_rad > 1.0:
            self.hold("kneeling" if last.hip_m < 0.3 else "standing", self.between(1.0, 2.0))
        self.hold("standing", self.between(0.9, 1.8) if seconds is None else seconds)

    def lie(
        self, base_m: float, towards_rad: float, seconds: float, *, at_m: Spot | None = None, doing: str = ""
    ) -> None:
        """Come to lie on something.

        Args:
            base_m: Height of it.
            towards_rad: Where the head goes, from where he faces: pi lies on the back, half of it on a side.
            seconds: How long it takes.
            at_m: Where the hips come to lie; where they are if None.
            doing: What he does meanwhile, if not lying.
        """
        self.at_m = self.at_m if at_m is None else at_m
        shape = str(self.random.choice(("lying", "curled"))) if abs(towards_rad) < 3.0 else "lying"
        hip_m = base_m + LYING_HIP_M
        self._to(shape, seconds, hip_m=hip_m, lean_rad=math.pi / 2, towards_rad=towards_rad, fidget_m=0.01, doing=doing)

    def fall(self, towards_rad: float, seconds: float, *, slips_m: float, buckles: float = 0.0) -> float:
        """Fall to the floor.

        Args:
            towards_rad: Where to, from where he faces.
            seconds: From the loss of balance until the body is on the floor.
            slips_m: How far the hips go that way.
            buckles: How much of the time the knees give way before the body tips over, 0 to 1.

        Returns:
            When the body hits the floor.
        """
        way = self.heading_rad + towards_rad
        ahead = (self.at_m[0] + slips_m * math.cos(way), self.at_m[1] + slips_m * math.sin(way))
        shape = str(self.random.choice(("lying", "sprawled", "curled")))
        if buckles > 0.0:
            lean = self.between(0.1, 0.4)
            low_m = self.between(0.3, 0.5) * self._size
            self._to(
                "crouching",
                buckles * seconds,
                hip_m=low_m,
                lean_rad=lean,
                towards_rad=towards_rad,
                ease="falling",
                doing="falling",
            )
        self.at_m = ahead
        self._to(
            shape,
            (1.0 - buckles) * seconds,
            hip_m=LYING_HIP_M + self.between(-0.02, 0.03),
            lean_rad=math.pi / 2,
            towards_rad=towards_rad,
            ease="falling" if buckles == 0.0 else "even",
            doing="falling",
        )
        return self.now_s

    def slide_down(self, towards_rad: float, seconds: float) -> float:
        """Slide down along a wall at his back until he sits on the floor, and tip over sideways.

        Returns:
            When the body has come down.
        """
        feet = 0.25
        self.at_m = (
            self.at_m[0] - feet * math.cos(self.heading_rad) * 0.5,
            self.at_m[1] - feet * math.sin(self.heading_rad) * 0.5,
        )
        self.hold("slumped", seconds, ease="falling", doing="falling")
        self.wait(self.between(0.1, 0.6))
        self._to(
            "curled",
            self.between(0.4, 0.8),
            hip_m=LYING_HIP_M + 0.02,
            lean_rad=math.pi / 2,
            towards_rad=towards_rad,
            ease="falling",
            doing="falling",
        )
        return self.now_s

    def stumble(self) -> None:
        """Lose balance forwards, and catch himself."""
        reach_m = self.between(0.2, 0.5)
        self.at_m = (
            self.at_m[0] + reach_m * math.cos(self.heading_rad),
            self.at_m[1] + reach_m * math.sin(self.heading_rad),
        )
        low_m = HIPS_M["stumbling"] * self._size - self.between(0.0, 0.2)
        self._to("stumbling", self.between(0.3, 0.5), hip_m=low_m, ease="falling")
        self.hold("standing", self.between(0.6, 1.2))

    @property
    def _size(self) -> float:
        return self.tall_m / ADULT_M

    def _to(
        self,
        shape: str,
        seconds: float,
        *,
        hip_m: float,
        lean_rad: float = 0.0,
        towards_rad: float = _BACKWARDS,
        ease: Ease = "soft",
        fidget_m: float = 0.0,
        doing: str = "",
    ) -> None:
        self.poses.append(
            KeyPose(
                seconds=seconds,
                at_m=self.at_m,
                hip_m=hip_m,
                heading_rad=self.heading_rad,
                shape=shape,
                lean_rad=lean_rad,
                towards_rad=towards_rad,
                ease=ease,
                fidget_m=fidget_m,
                doing=doing,
            )
        )
