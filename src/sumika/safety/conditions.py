"""What people should know of: what the gate sees and does for as long as it lasts."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sumika.safety.surroundings import Surroundings
from sumika.schema import Severity


class Condition(NamedTuple):
    """Something that lasts; whoever runs the gate says once that it began and once that it is over.

    Attributes:
        subject: The room or device that it is about, or "gate".
        code: What it is; `sumika.text` has the sentence.
        severity: How much it matters.
        detail: What a person needs beyond the sentence.
    """

    subject: str
    code: str
    severity: Severity
    detail: str = ""


def conditions_of(rooms: Collection[str], around: Surroundings, now_ns: int) -> Iterator[Condition]:
    """Yield what is to be known of the rooms."""
    for room, what in around.alarms().items():
        yield Condition(room, "smoke_or_co", Severity.ALARM, what)
    for room in rooms:
        if around.frost(room, now_ns) or around.left_in_frost(room, now_ns):
            yield Condition(room, "frost", Severity.WARNING)
