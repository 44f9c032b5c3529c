"""How one setting of ours is told to, and read from, one kind of entity of Home Assistant."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from sumika.actuate.base import CannotError
from sumika.actuate.words import speed_of
from sumika.links.home_assistant import EntityState
from sumika.links.measures import to_ours, to_theirs
from sumika.links.place import Place
from sumika.schema import Setting


class ServiceCall(NamedTuple):
    """One call of a service on the entity that a setting belongs to."""

    service: str
    data: dict[str, Any]


class Asked(NamedTuple):
    """What a handle is asked about.

    Attributes:
        entity: As it is now.
        setting: Ours: its range.
        place: The line of `house.yaml`, where there are names or units in it.
        name: Our name of the setting.
    """

    entity: EntityState
    setting: Setting
    place: Place
    name: str


class Handle(Protocol):
    """Tells and reads one setting."""

    def offers(self, asked: Asked) -> Setting | None:
        """Return within which limits the entity can be set; None where it cannot."""
        ...

    def call(self, asked: Asked, value: float) -> ServiceCall | None:
        """Return the call that sets it; None where nothing needs to be said now.

        Raises:
            CannotError: if it cannot be set so.
        """
        ...

    def read(self, asked: Asked) -> float | None:
        """Return what it is set to; None where the entity does not say."""
        ...


@dataclass(frozen=True, slots=True)
class Switch:
    """On and off.

    Attributes:
        domain: Whose `turn_on` and `turn_off` are called.
        off: States that mean off.
    """

    domain: str
    off: tuple[str, ...] = ("off",)

    def offers(self, asked: Asked) -> Setting:
        """Return nought and one."""
        return Setting(low=0, high=1, step=1)

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Turn it on or off."""
        if value not in (0.0, 1.0):
            raise CannotError(f"{asked.entity.entity_id} can only be switched on or off, not set to {value:g}")
        return ServiceCall(f"{self.domain}.turn_{'on' if value else 'off'}", {})

    def read(self, asked: Asked) -> float | None:
        """Return 1 where it is on."""
        word = asked.entity.word()
        return None if not word else float(word not in self.off)


@dataclass(frozen=True, slots=True)
class Temperature:
    """A temperature that an entity keeps, in the unit of that Home Assistant.

    Attributes:
        service: Which sets it.
    """

    service: str

    def offers(self, asked: Asked) -> Setting | None:
        """Return its limits."""
        entity = asked.entity
        if not {"temperature", "target_temp_low"} & entity.attributes.keys():
            return None
        low, high, step = entity.celsius("min_temp"), entity.celsius("max_temp"), entity.number("target_temp_step")
        kelvin = 5 / 9 if entity.degrees == "°F" else 1.0
        return Setting(
            low=asked.setting.low if low is None else low,
            high=asked.setting.high if high is None else high,
            step=asked.setting.step if step is None else step * kelvin,
        )

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Set it; where it keeps between two temperatures, both are moved so that their middle is at the value."""
        entity = asked.entity
        low, high = entity.celsius("target_temp_low"), entity.celsius("target_temp_high")
        if low is not None and high is not None and entity.celsius("temperature") is None:
            half = (high - low) / 2
            return ServiceCall(
                self.service,
                {
                    "target_temp_low": entity.in_degrees(value - half),
                    "target_temp_high": entity.in_degrees(value + half),
                },
            )
        return ServiceCall(self.service, {"temperature": entity.in_degrees(value)})

    def read(self, asked: Asked) -> float | None:
        """Return it; the middle, where it keeps between two."""
        entity = asked.entity
        if (one := entity.celsius("temperature")) is not None:
            return one
        low, high = entity.celsius("target_temp_low"), entity.celsius("target_temp_high")
        return None if low is None or high is None else (low + high) / 2


@dataclass(frozen=True, slots=True)
class Share:
    """A share of 1 that an entity tells in per cent.

    Attributes:
        service: Which sets it.
        field: Of that service.
        attribute: That says it.
        needs: Flag of `supported_features` without which it cannot be set; 0: none.
        turned: Whether their hundred is our nought.
    """

    service: str
    field: str
    attribute: str
    needs: int = 0
    turned: bool = False

    def offers(self, asked: Asked) -> Setting | None:
        """Return our limits, where it can be set at all."""
        if self.needs and not asked.entity.supports(self.needs):
            return None
        return None if self.attribute not in asked.entity.attributes else asked.setting

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Set it to a whole per cent."""
        if self.needs and not asked.entity.supports(self.needs):
            raise CannotError(f"{asked.entity.entity_id} cannot be set to a {self.field.replace('_', ' ')}")
        percent = round(100.0 * value)
        return ServiceCall(self.service, {self.field: 100 - percent if self.turned else percent})

    def read(self, asked: Asked) -> float | None:
        """Return it as a share of 1."""
        percent = asked.entity.number(self.attribute)
        if percent is None:
            return None
        return (100.0 - percent) / 100.0 if self.turned else percent / 100.0


@dataclass(frozen=True, slots=True)
class Number:
    """A number whose entity says its unit.

    Attributes:
        domain: `number` or `input_number`.
    """

    domain: str

    def offers(self, asked: Asked) -> Setting | None:
        """Return its limits in our unit."""
        ends = [self._ours(asked, asked.entity.number(name)) for name in ("min", "max")]
        low, high = ends
        if low is None or high is None:
            return None
        step = asked.entity.number("step")
        one = None if step is None else self._ours(asked, (asked.entity.number("min") or 0.0) + step)
        return Setting(low=min(low, high), high=max(low, high), step=0.0 if one is None else round(abs(one - low), 9))

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Set it in its own unit."""
        there = asked.place.theirs(value)
        if isinstance(there, float | int):
            there = to_theirs(asked.name, float(there), self._unit(asked))
        if there is None or isinstance(there, str):
            raise CannotError(
                f"{asked.entity.entity_id} is in {self._unit(asked)!r}, which does not measure {asked.name}"
            )
        return ServiceCall(f"{self.domain}.set_value", {"value": round(there, 6)})

    def read(self, asked: Asked) -> float | None:
        """Return it in our unit."""
        return self._ours(asked, asked.entity.number())

    def _ours(self, asked: Asked, said: float | None) -> float | None:
        if said is None:
            return None
        here = to_ours(asked.name, said, self._unit(asked))
        return None if here is None else asked.place.ours(here)

    @staticmethod
    def _unit(asked: Asked) -> str:
        if asked.place.ends is not None:
            return ""
        return asked.place.unit or asked.entity.word("unit_of_measurement")


Guess = Callable[[str, tuple[str, ...], float], tuple[str, ...]]
"""(our setting, their words, our highest number) to their words for our whole numbers from 0; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One word out of a list.

    Attributes:
        service: Which sets it.
        field: Of that service.
        said: Attribute that says it; empty: the state.
        listed: Attribute that lists the words.
        guess: What the words mean, where `house.yaml` does not say.
    """

    service: str
    field: str
    said: str
    listed: str
    guess: Guess

    def offers(self, asked: Asked) -> Setting | None:
        """Return from the lowest to the highest number that has a word."""
        numbers = [number for number, word in enumerate(self._words(asked)) if word]
        numbers = [number for number in numbers if asked.setting.low <= number <= asked.setting.high]
        return Setting(low=min(numbers), high=max(numbers), step=1) if numbers else None

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Choose the word for a whole number."""
        words, whole = self._words(asked), round(value)
        if abs(value - whole) > 1e-6 or not 0 <= whole < len(words) or not words[whole]:
            raise CannotError(f"{asked.entity.entity_id} has no word for {asked.name} {value:g}")
        return ServiceCall(self.service, {self.field: words[whole]})

    def read(self, asked: Asked) -> float | None:
        """Return the number of its word."""
        words, word = self._words(asked), asked.entity.word(self.said)
        if word in words and word:
            return float(words.index(word))
        if asked.place.names:
            return None
        return speed_of(asked.name, asked.entity.words(self.listed), asked.setting.high, word)

    def _words(self, asked: Asked) -> tuple[str, ...]:
        return asked.place.names or self.guess(asked.name, asked.entity.words(self.listed), asked.setting.high)
