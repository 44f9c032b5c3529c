"""What every family of things that Home Assistant can set has in common."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from sumika.bridge.places import Places, device_subject
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Device

Values = Mapping[str, float]
"""What a device is set to, by setting of ours."""

State = dict[str, Any]
"""What its subject says: every field always, None where it is not known."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A device, and where it is told of.

    Attributes:
        device: As in `house.yaml`.
        places: Of the house.
    """

    device: Device
    places: Places

    @property
    def subject(self) -> str:
        """Of its state and its commands."""
        return device_subject(self.device.id)

    @property
    def state_topic(self) -> str:
        """Where it says how it is."""
        return self.places.state(self.subject)

    def command_topic(self, what: str) -> str:
        """Return where it is told something."""
        return self.places.command(self.subject, what)

    def has(self, setting: str) -> bool:
        """Return whether it has a setting."""
        known = DEVICE_KINDS.get(self.device.kind)
        return known is not None and setting in known.settings

    def bounds(self, setting: str) -> tuple[float, float]:
        """Return lowest and highest of a setting, as the house narrows them."""
        row = DEVICE_KINDS[self.device.kind].settings[setting]
        low, high = self.device.limits.get(setting, (row.low, row.high))
        return max(low, row.low), min(high, row.high)

    def starts_at(self, setting: str) -> float:
        """Return what a setting is when the device is new."""
        return DEVICE_KINDS[self.device.kind].settings[setting].starts_at


class Family(Protocol):
    """A kind of entity that sets a device."""

    @property
    def platform(self) -> str:
        """Of Home Assistant."""
        ...

    @property
    def commands(self) -> tuple[str, ...]:
        """What it can be told, each at a topic of its own."""
        ...

    def config(self, thing: Thing, room_topic: str) -> dict[str, Any]:
        """Return what Home Assistant needs to show and set it.

        Args:
            thing: Which.
            room_topic: Where its room says how it is.
        """
        ...

    def state(self, thing: Thing, values: Values) -> State:
        """Return what its subject says; None in every field where nothing is known."""
        ...

    def asked(self, thing: Thing, what: str, payload: str, values: Values) -> dict[str, float] | None:
        """Return what a command sets, by setting of ours; None where it makes no sense.

        Args:
            thing: Which.
            what: One of `commands`.
            payload: As it came.
            values: What the device is set to.
        """
        ...


def number(payload: str, low: float, high: float) -> float | None:
    """Return a finite number within bounds; None for anything else."""
    try:
        value = float(payload)
    except ValueError:
        return None
    return value if math.isfinite(value) and low <= value <= high else None


def json_object(payload: str) -> dict[str, Any] | None:
    """Return a JSON object; None for anything else."""
    try:
        found = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read(field: str) -> str:
    """Return the template that reads a field of a state."""
    return f"{{{{ value_json.{field} }}}}"
