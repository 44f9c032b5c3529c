"""One device of `house.yaml` behind the broker: what it says, and what is sent to it."""

from functools import partial

from sumika.actuate.base import CannotError
from sumika.actuate.mqtt.conventions import convention_of
from sumika.actuate.mqtt.fields import Field, Sent, read_place_in
from sumika.actuate.rounding import Rounding
from sumika.clock import Instant
from sumika.links.mqtt import BrokerSettings, TopicMessage
from sumika.schema import DeviceState, Origin
from sumika.schema.house import Device


class MqttDevice:
    """One device."""

    def __init__(self, device: Device, settings: BrokerSettings) -> None:
        """Read its lines.

        Raises:
            UsageError: if they name no topic.
        """
        self.device = device
        self.rounding = Rounding()
        self._speaks = convention_of(device, settings)
        self._waits: dict[str, float] = {}

    def topics(self) -> tuple[str, ...]:
        """Return what is to be listened to."""
        return tuple(topic for one in self._speaks for topic in one.topics())

    def take(self, message: TopicMessage) -> bool:
        """Take in a message and return whether it was about this device."""
        taken = [one.take(message) for one in self._speaks]
        return any(taken)

    def forget(self) -> None:
        """Forget what it said: the connection broke."""
        for one in self._speaks:
            one.forget()

    def send(self, setting: str, value: float) -> Sent | None:
        """Return the message that sets something; None where it has to wait until the device is on.

        Raises:
            CannotError: if it cannot be set so, or the device says that it is not there.
        """
        if any(one.online is False for one in self._speaks):
            raise CannotError(f"{self.device.id} says that it is offline")
        field = self._field(setting)
        if field is None:
            raise CannotError(f"{self.device.id} has no {setting} that can be set")
        if setting == "colour_temperature_k" and self._values().get("level") == 0.0:
            # Sent to a lamp that is off, it would switch on some of them.
            self._waits[setting] = value
            return None
        self._waits.pop(setting, None)
        return field.send(value)

    def sends_now(self) -> tuple[Sent, ...]:
        """Return what asks it how it is, where that has not been asked, and what waited until it is on."""
        asks = [sent for one in self._speaks for sent in one.ask()]
        if not self._waits or any(one.online is False for one in self._speaks):
            return tuple(asks)
        waited = [self.send(setting, value) for setting, value in tuple(self._waits.items())]
        return (*asks, *(sent for sent in waited if sent is not None))

    def state(self, stamp: Instant) -> DeviceState:
        """Return what it says of itself."""
        if any(one.online is False for one in self._speaks):
            return self.lost(stamp, f"{self.device.id} says that it is offline")
        if not any(one.documents or one.online for one in self._speaks) and self.topics():
            return self.lost(stamp, f"{self.device.id} has not said anything yet")
        values = self._values()
        power_w = values.pop("power_w", None)
        return DeviceState(device=self.device.id, values=values, power_w=power_w, stamp=stamp, origin=Origin.LIVE)

    def lost(self, stamp: Instant, why: str) -> DeviceState:
        """Return that it does not answer."""
        return DeviceState(device=self.device.id, values={}, available=False, why=why, stamp=stamp, origin=Origin.LIVE)

    def _field(self, setting: str) -> Field | None:
        return next((one.fields[setting] for one in self._speaks if setting in one.fields), None)

    def _values(self) -> dict[str, float]:
        values: dict[str, float] = {}
        # Lines of the mapping come first, so they are read last.
        for one in reversed(self._speaks):
            for name, place in one.measured.items():
                value = read_place_in(name, place, one.documents)
                if value is not None:
                    values[name] = value
            for name, field in one.fields.items():
                value = field.read(one.documents)
                if value is not None:
                    values[name] = self.rounding.as_asked(name, value, 0.0, partial(_sent, field))
        return values


def _sent(field: Field, value: float) -> Sent | None:
    try:
        return field.send(value)
    except CannotError:
        return None
