"""What heats and cools a room: temperature, mode and fan."""

from typing import Any

from sumika.bridge.driven.base import State, Thing, Values, number, read

MODES = ("off", "heat", "cool", "dry", "fan_only")
"""Of Home Assistant, by the number of our `mode`."""

FANS = ("auto", "1", "2", "3", "4", "5")
"""By the number of our `fan_level`."""


class Climate:
    """An air conditioner, or a radiator with a thermostat."""

    platform = "climate"
    commands = ("mode", "temperature", "fan")

    def config(self, thing: Thing, room_topic: str) -> dict[str, Any]:
        """Return what Home Assistant needs to show and set it."""
        low, high = thing.bounds("setpoint_c")
        config: dict[str, Any] = {
            "modes": list(MODES) if thing.has("mode") else ["heat"],
            "mode_state_topic": thing.state_topic,
            "mode_state_template": read("mode"),
            "temperature_command_topic": thing.command_topic("temperature"),
            "temperature_state_topic": thing.state_topic,
            "temperature_state_template": read("temperature"),
            "temperature_unit": "C",
            "min_temp": low,
            "max_temp": high,
            "temp_step": 0.5,
            "precision": 0.1,
            "current_temperature_topic": room_topic,
            "current_temperature_template": read("temperature"),
            "current_humidity_topic": room_topic,
            "current_humidity_template": read("humidity"),
        }
        if thing.has("mode"):
            config["mode_command_topic"] = thing.command_topic("mode")
        if thing.has("fan_level"):
            config |= {
                "fan_modes": list(FANS),
                "fan_mode_command_topic": thing.command_topic("fan"),
                "fan_mode_state_topic": thing.state_topic,
                "fan_mode_state_template": read("fan"),
            }
        return config

    def state(self, thing: Thing, values: Values) -> State:
        """Return mode, temperature and fan."""
        setpoint = values.get("setpoint_c")
        return {
            "mode": _word(MODES, values.get("mode")) if thing.has("mode") else ("heat" if values else None),
            "temperature": None if setpoint is None else round(setpoint, 1),
            "fan": _word(FANS, values.get("fan_level")),
        }

    def asked(self, thing: Thing, what: str, payload: str, values: Values) -> dict[str, float] | None:
        """Return what a command sets."""
        if what == "temperature":
            value = number(payload, *thing.bounds("setpoint_c"))
            return None if value is None else {"setpoint_c": value}
        words, setting = (MODES, "mode") if what == "mode" else (FANS, "fan_level")
        if payload not in words or not thing.has(setting):
            return None
        return {setting: float(words.index(payload))}


def _word(words: tuple[str, ...], value: float | None) -> str | None:
    return words[round(value)] if value is not None and 0 <= round(value) < len(words) else None
