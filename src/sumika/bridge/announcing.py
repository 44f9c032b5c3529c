"""What decides which entities there are, and how they are told of."""

from dataclasses import dataclass
from typing import Any

from sumika.bridge.entity import Entity, told
from sumika.bridge.places import Places
from sumika.schema.house import House
from sumika.text import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcing:
    """What decides which entities there are.

    Attributes:
        house: As described.
        places: Of its topics.
        language: Of names.
        seen: Values that each sensor was heard to measure.
    """

    house: House
    places: Places
    language: str
    seen: dict[str, tuple[str, ...]]

    @property
    def plans(self) -> bool:
        """Whether there is a planner, and who answers a hand."""
        return self.house.control is not None and bool(self.house.devices)

    @property
    def obeys(self) -> bool:
        """Whether Home Assistant may set anything."""
        return self.plans and self.places.settings.hands

    def say(self, key: str, **values: object) -> str:
        """Return a text in the house's language."""
        return say(key, self.language, **values)

    def titled(self, name: str) -> str:
        """Return a device's name; of a house that is for show it says so itself."""
        return self.say("bridge.demo", name=name) if self.house.demo else name

    def entity(self, subject: str, key: str, platform: str, text: str, **config: Any) -> Entity:
        """Return an entity whose state is a field of its subject's, and which is unavailable while that is not known.

        Args:
            subject: Whose.
            key: Of the entity, and of the field.
            platform: Of Home Assistant.
            text: Key of its name.
            config: What else its platform wants to know.
        """
        return Entity(
            key=key,
            platform=platform,
            name=self.say(text),
            subject=subject,
            needs=key,
            config={"state_topic": self.places.state(subject), "value_template": told(key), **config},
        )

    def attributes(self, subject: str, *names: str) -> dict[str, str]:
        """Return what makes fields of a subject's state the attributes of an entity."""
        fields = ", ".join(f"'{name}': value_json.{name}" for name in names)
        return {
            "json_attributes_topic": self.places.state(subject),
            "json_attributes_template": f"{{{{ {{{fields}}} | tojson }}}}",
        }
