"""Blinds, and windows that a motor opens."""

from typing import Any

from sumika.bridge.driven.base import State, Thing, Values, number

_PERCENT = 100


class Cover:
    """A blind or an opener: 100 is open in Home Assistant."""

    platform = "cover"
    commands = ("move", "position", "tilt")

    def config(self, thing: Thing, room_topic: str) -> dict[str, Any]:
        """Return what Home Assistant needs to show and set it."""
        config: dict[str, Any] = {
            "device_class": "blind" if thing.has("closed") else "window",
            "command_topic": thing.command_topic("move"),
            "payload_stop": None,
            "position_topic": thing.state_topic,
            "position_template": _read("position"),
            "set_position_topic": thing.command_topic("position"),
        }
        if thing.has("slat"):
            config |= {
                "tilt_command_topic": thing.command_topic("tilt"),
                "tilt_status_topic": thing.state_topic,
                "tilt_status_template": _read("tilt"),
            }
        return config

    def state(self, thing: Thing, values: Values) -> State:
        """Return how far it is open, and how its slats stand."""
        name, slat = _setting(thing), values.get("slat")
        value = values.get(name)
        if value is not None and name == "closed":
            value = 1.0 - value
        return {
            "position": None if value is None else round(_PERCENT * value),
            "tilt": None if slat is None else round(_PERCENT * slat),
        }

    def asked(self, thing: Thing, what: str, payload: str, values: Values) -> dict[str, float] | None:
        """Return what a command sets."""
        if what == "tilt":
            slat = number(payload, 0, _PERCENT)
            return {"slat": slat / _PERCENT} if slat is not None and thing.has("slat") else None
        words = {"OPEN": 1.0, "CLOSE": 0.0}
        share = words.get(payload) if what == "move" else number(payload, 0, _PERCENT)
        if share is None:
            return None
        if what == "position":
            share /= _PERCENT
        name = _setting(thing)
        return {name: round(1.0 - share, 2) if name == "closed" else share}


def _read(field: str) -> str:
    """Return the template of a field that is nothing at all while it is not known: a cover takes numbers only."""
    return f"{{{{ value_json.{field} if value_json.{field} is not none }}}}"


def _setting(thing: Thing) -> str:
    return "closed" if thing.has("closed") else "open"
