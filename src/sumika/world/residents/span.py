"""Something that one body does for a while."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Something done for a while.

    Attributes:
        begin_s: Since the world began.
        end_s: Likewise.
        activity: Name of an activity.
        number: Which place, where there are several.
        room: Where, where that is set.
        event: What befalls the body; empty for nothing.
        event_s: When that begins; the span may be a part of it.
        event_end_s: When it is over.
        stress: 0 to 1.
        ill: Whether the body is ill.
    """

    begin_s: float
    end_s: float
    activity: str
    number: int = 0
    room: str = ""
    event: str = ""
    event_s: float = 0.0
    event_end_s: float = 0.0
    stress: float = 0.0
    ill: bool = False

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end_s - self.begin_s
