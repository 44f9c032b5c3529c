"""Lamps: on and off, brightness, colour temperature."""

from typing import Any

from sumika.bridge.driven.base import State, Thing, Values, json_object

_FULL = 255
"""Brightness in Home Assistant."""

_MIRED_KELVIN = 1e6
"""A mired is a millionth of the reciprocal of a kelvin."""

_ON = (
    '{"state":"ON"'
    '{% if brightness is defined %},"brightness":{{ brightness }}{% endif %}'
    '{% if color_temp is defined %},"color_temp":{{ color_temp }}{% endif %}}'
)


class Light:
    """A lamp. All that one command sets comes in one message."""

    platform = "light"
    commands = ("light",)

    def config(self, thing: Thing, room_topic: str) -> dict[str, Any]:
        """Return what Home Assistant needs to show and set it."""
        config: dict[str, Any] = {
            "schema": "template",
            "command_topic": thing.command_topic("light"),
            "state_topic": thing.state_topic,
            "state_template": "{{ value_json.state }}",
            "command_on_template": _ON,
            "command_off_template": '{"state":"OFF"}',
        }
        if thing.device.ratings.get("dims", 1.0) > 0:
            config["brightness_template"] = "{{ value_json.brightness | int(0) }}"
        if thing.has("colour_temperature_k"):
            coolest_k, warmest_k = thing.bounds("colour_temperature_k")[::-1]
            config |= {
                "color_temp_template": "{{ value_json.color_temp }}",
                "min_mireds": round(_MIRED_KELVIN / coolest_k),
                "max_mireds": round(_MIRED_KELVIN / warmest_k),
            }
        return config

    def state(self, thing: Thing, values: Values) -> State:
        """Return whether it is lit, how brightly, and how warm its colour is."""
        level, colour_k = values.get("level"), values.get("colour_temperature_k")
        return {
            "state": None if level is None else ("on" if level > 0 else "off"),
            "brightness": None if level is None else round(_FULL * level),
            "color_temp": round(_MIRED_KELVIN / colour_k) if colour_k else None,
        }

    def asked(self, thing: Thing, what: str, payload: str, values: Values) -> dict[str, float] | None:
        """Return what a command sets."""
        said = json_object(payload)
        if said is None or said.get("state") not in ("ON", "OFF"):
            return None
        if said["state"] == "OFF":
            return {"level": 0.0}
        brightness, mireds = said.get("brightness"), said.get("color_temp")
        if not _within(brightness, 1, _FULL) or not _within(mireds, 50, 1000):
            return None
        wanted = {"level": values.get("level") or 1.0} if brightness is None else {"level": brightness / _FULL}
        if mireds is not None and thing.has("colour_temperature_k"):
            low_k, high_k = thing.bounds("colour_temperature_k")
            wanted["colour_temperature_k"] = min(high_k, max(low_k, round(_MIRED_KELVIN / mireds)))
        return wanted


def _within(value: object, low: float, high: float) -> bool:
    """Return whether something is absent, or a number within bounds."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high)
