"""What Home Assistant says of one entity."""

import math
from typing import Any

import msgspec

from sumika.links.measures import to_ours, to_theirs

UNAVAILABLE = "unavailable"
UNKNOWN = "unknown"


class EntityState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an entity, as Home Assistant sends it.

    Attributes:
        entity_id: Its name there: `climate.living`.
        state: Its main word or number; `unavailable` and `unknown` are words of Home Assistant's own.
        attributes: What else it says.
        last_updated: When state or attributes last changed, ISO 8601.
        degrees: The unit in which this Home Assistant tells temperatures that carry none: °C or °F.
    """

    entity_id: str
    state: str
    attributes: dict[str, Any] = {}
    last_updated: str = ""
    degrees: str = "°C"

    @property
    def domain(self) -> str:
        """What kind of entity it is, the part before the point."""
        return self.entity_id.partition(".")[0]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.word("friendly_name") or self.entity_id

    @property
    def available(self) -> bool:
        """Whether Home Assistant reaches it."""
        return self.state != UNAVAILABLE

    def word(self, attribute: str = "") -> str:
        """Return an attribute, or the state, as a word; empty where there is none, and where it is not known."""
        said = self.attributes.get(attribute) if attribute else self.state
        if isinstance(said, bool):
            return "on" if said else "off"
        return str(said) if isinstance(said, str | int | float) and said not in (UNAVAILABLE, UNKNOWN) else ""

    def number(self, attribute: str = "") -> float | None:
        """Return an attribute, or the state, as a finite number; None where it is none."""
        said = self.attributes.get(attribute) if attribute else self.state
        if isinstance(said, bool) or not isinstance(said, str | int | float):
            return None
        try:
            number = float(said)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    def words(self, attribute: str) -> tuple[str, ...]:
        """Return an attribute that lists words; empty where it does not."""
        said = self.attributes.get(attribute)
        return tuple(word for word in said if isinstance(word, str)) if isinstance(said, list | tuple) else ()

    def supports(self, feature: int) -> bool:
        """Return whether its `supported_features` hold a flag."""
        flags = self.attributes.get("supported_features")
        return isinstance(flags, int) and bool(flags & feature)

    def celsius(self, attribute: str) -> float | None:
        """Return an attribute that is a temperature in this Home Assistant's own unit."""
        number = self.number(attribute)
        return None if number is None else to_ours("temperature_c", number, self.degrees)

    def in_degrees(self, celsius: float) -> float:
        """Return a temperature in this Home Assistant's own unit, rounded as far as it understands."""
        there = to_theirs("temperature_c", celsius, self.degrees)
        return round(celsius if there is None else there, 2)
