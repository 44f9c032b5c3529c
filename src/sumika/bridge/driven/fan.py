"""What moves air in steps: ventilation, extractor fans, air purifiers."""

from typing import Any

from sumika.bridge.driven.base import State, Thing, Values, number, read

_LEVEL = "level"


class Fan:
    """A fan with steps."""

    platform = "fan"
    commands = ("on", "level")

    def config(self, thing: Thing, room_topic: str) -> dict[str, Any]:
        """Return what Home Assistant needs to show and set it."""
        switch = {
            "command_topic": thing.command_topic("on"),
            "state_topic": thing.state_topic,
            "state_value_template": read("on"),
        }
        fastest = round(thing.bounds(_LEVEL)[1])
        if fastest <= 1:
            # Home Assistant refuses a range of one speed: such a fan is on or off.
            return switch
        return switch | {
            "percentage_command_topic": thing.command_topic("level"),
            "percentage_state_topic": thing.state_topic,
            "percentage_value_template": read("level"),
            "speed_range_min": 1,
            "speed_range_max": fastest,
        }

    def state(self, thing: Thing, values: Values) -> State:
        """Return whether it runs, and at which step."""
        level = values.get(_LEVEL)
        return {"on": None, "level": None} if level is None else {"on": _ON[level > 0], "level": round(level)}

    def asked(self, thing: Thing, what: str, payload: str, values: Values) -> dict[str, float] | None:
        """Return what a command sets; on is the step it runs at, or that of a new one."""
        low, high = thing.bounds(_LEVEL)
        if what == "level":
            level = number(payload, low, high)
            return None if level is None else {_LEVEL: float(round(level))}
        if payload == "OFF":
            return {_LEVEL: 0.0}
        if payload != "ON":
            return None
        return {_LEVEL: values.get(_LEVEL) or max(1.0, thing.starts_at(_LEVEL))}


_ON = {True: "ON", False: "OFF"}
