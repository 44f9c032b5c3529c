"""What the step that suspects falls keeps of a house."""

from dataclasses import dataclass, field

from sumika.perception._fall_looks import FallLooks
from sumika.perception._fall_stages import Body
from sumika.perception._low_points import RecentPoints
from sumika.perception._student import Asked
from sumika.schema import RestingPlace


@dataclass(slots=True)
class FallState:
    """Everybody's. The step owns it and changes it in place."""

    places: tuple[RestingPlace, ...] = ()
    animals: bool = False
    points: RecentPoints = field(default_factory=lambda: RecentPoints({}))
    student: Asked | None = None
    looks: FallLooks | None = None
    bodies: dict[int, Body] = field(default_factory=dict)
    refused: int = 0
