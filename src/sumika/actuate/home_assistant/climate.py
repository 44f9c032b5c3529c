"""Heating and cooling of Home Assistant's climate entities, and the modes of its water heaters."""

from dataclasses import dataclass

from sumika.actuate.base import CannotError
from sumika.actuate.home_assistant.handles import Asked, ServiceCall
from sumika.actuate.words import water_modes
from sumika.schema import Setting

_MODES = ("off", "heat", "cool", "dry", "fan_only")
"""Their words for our modes 0..4."""
_ACTIONS = {"heating": 1.0, "preheating": 1.0, "cooling": 2.0, "drying": 3.0, "fan": 4.0}


@dataclass(frozen=True, slots=True)
class ClimateMode:
    """Off, heat, cool, dehumidify or fan."""

    def offers(self, asked: Asked) -> Setting | None:
        """Return off to the last mode that it has."""
        known = [number for number, word in enumerate(_MODES) if word in asked.entity.words("hvac_modes")]
        return Setting(low=0, high=max(known), step=1) if known else None

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Choose a mode."""
        word = _MODES[int(value)] if value in range(len(_MODES)) else ""
        if word not in asked.entity.words("hvac_modes"):
            raise CannotError(f"{asked.entity.entity_id} has no mode {word or format(value, 'g')}")
        return ServiceCall("climate.set_hvac_mode", {"hvac_mode": word})

    def read(self, asked: Asked) -> float | None:
        """Return the mode; where it chooses between heating and cooling by itself, what it does now."""
        word = asked.entity.word()
        return float(_MODES.index(word)) if word in _MODES else _ACTIONS.get(asked.entity.word("hvac_action"))


@dataclass(frozen=True, slots=True)
class ClimateSwitch:
    """On and off of what only heats."""

    def offers(self, asked: Asked) -> Setting:
        """Return nought and one."""
        return Setting(low=0, high=1, step=1)

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Let it heat, or turn it off."""
        modes = asked.entity.words("hvac_modes")
        on = next((word for word in ("heat", "auto", "heat_cool") if word in modes), "")
        word = on if value == 1.0 else "off"
        if value not in (0.0, 1.0) or word not in modes:
            raise CannotError(f"{asked.entity.entity_id} cannot be switched to {value:g}: it knows {', '.join(modes)}")
        return ServiceCall("climate.set_hvac_mode", {"hvac_mode": word})

    def read(self, asked: Asked) -> float | None:
        """Return 1 unless it is off."""
        word = asked.entity.word()
        return float(word != "off") if word else None


@dataclass(frozen=True, slots=True)
class Humidity:
    """The relative humidity that a climate entity or a humidifier keeps.

    Attributes:
        service: Which sets it.
        attribute: That says it.
    """

    service: str
    attribute: str = "humidity"

    def offers(self, asked: Asked) -> Setting | None:
        """Return its limits as shares of 1."""
        entity = asked.entity
        if self.attribute not in entity.attributes:
            return None
        low, high = entity.number("min_humidity"), entity.number("max_humidity")
        return Setting(
            low=asked.setting.low if low is None else low / 100.0,
            high=asked.setting.high if high is None else high / 100.0,
            step=0.01,
        )

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Set it to a whole per cent."""
        if self.offers(asked) is None:
            raise CannotError(f"{asked.entity.entity_id} keeps no humidity")
        return ServiceCall(self.service, {"humidity": round(100.0 * value)})

    def read(self, asked: Asked) -> float | None:
        """Return it as a share of 1."""
        percent = asked.entity.number(self.attribute)
        return None if percent is None else percent / 100.0


@dataclass(frozen=True, slots=True)
class WaterMode:
    """Off, heats by itself, heats now."""

    def offers(self, asked: Asked) -> Setting | None:
        """Return from the first to the last mode that it has."""
        numbers = [number for number, word in enumerate(self._words(asked)) if word]
        return Setting(low=min(numbers), high=max(numbers), step=1) if numbers else None

    def call(self, asked: Asked, value: float) -> ServiceCall:
        """Choose its word for a mode; a heater without one for off is turned off."""
        words, whole = self._words(asked), round(value)
        if whole == value and 0 <= whole < len(words) and words[whole]:
            return ServiceCall("water_heater.set_operation_mode", {"operation_mode": words[whole]})
        if value == 0.0 and asked.entity.supports(_WATER_ON_OFF):
            return ServiceCall("water_heater.turn_off", {})
        raise CannotError(f"{asked.entity.entity_id} has no word for mode {value:g}")

    def read(self, asked: Asked) -> float | None:
        """Return the mode."""
        word = asked.entity.word("operation_mode") or asked.entity.word()
        return (
            0.0
            if word == "off"
            else next((float(number) for number, one in enumerate(self._words(asked)) if one and one == word), None)
        )

    def _words(self, asked: Asked) -> tuple[str, ...]:
        return asked.place.names or water_modes(asked.name, asked.entity.words("operation_list"))


_WATER_ON_OFF = 8
"""Flag WaterHeaterEntityFeature.ON_OFF."""
