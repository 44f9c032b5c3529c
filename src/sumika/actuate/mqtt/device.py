"""One device of `house.yaml` behind the broker: what it says, and what is sent to it."""

from functools import partial

from sumika.actuate.base import CannotError, clipped, drawn_w, reached
from sumika.actuate.mqtt.conventions import convention_of
from sumika.actuate.mqtt.fields import Field, Sent, read_place_in
from sumika.actuate.rounding import Rounding
from sumika.clock import Instant
from sumika.links.mqtt import BrokerSettings, TopicMessage
from sumika.schema import DeviceState, Origin
from sumika.schema.house import Device

_LEVEL, _COLOUR = "level", "colour_temperature_k"


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
        self._waits: Sent | None = None

    def topics(self) -> tuple[str, ...]:
        """Return what is to be listened to."""
        return tuple(topic for one in self._speaks for topic in one.topics())

    def take(self, message: TopicMessage) -> bool:
        """Take in a message and return whether it was about this device."""
        taken = [one.take(message) for one in self._speaks]
        if self._waits is not None and self._values().get(_LEVEL, 0.0) > 0.0:
            self._waits = None
        return any(taken)

    def forget(self) -> None:
        """Forget what it said: the connection broke."""
        for one in self._speaks:
            one.forget()

    def asks(self) -> tuple[Sent, ...]:
        """Return what asks it how it is, where that has not been asked."""
        return tuple(sent for one in self._speaks for sent in one.ask())

    def send(self, setting: str, value: float) -> tuple[Sent, ...]:
        """Return the messages that set something; none where it has to wait until we switch the device on.

        A colour that is sent to a lamp that is off switches some of them on. It waits, and goes with the level that
        lights the lamp. Where somebody else lights it, nothing more is sent: that was a hand.

        Raises:
            CannotError: if it cannot be set so, or the device says that it is not there.
        """
        if gone := self._gone():
            raise CannotError(gone)
        field = self._field(setting)
        if field is None:
            raise CannotError(f"{self.device.id} has no {setting} that can be set")
        sent = field.send(clipped(setting, value, field.setting))
        if setting == _COLOUR and self._values().get(_LEVEL) == 0.0:
            self._waits = sent
            return ()
        if setting != _LEVEL or value <= 0.0 or self._waits is None:
            return (sent,)
        waited, self._waits = self._waits, None
        return (sent, waited)

    def state(self, stamp: Instant) -> DeviceState:
        """Return what it says of itself."""
        if gone := self._gone():
            return self.lost(stamp, gone)
        if not any(one.documents or one.online for one in self._speaks) and self.topics():
            return self.lost(stamp, f"{self.device.id} has not said anything yet")
        values = self._values()
        power_w = drawn_w(self.device.kind, values, {name for one in self._speaks for name in one.fields})
        return DeviceState(device=self.device.id, values=values, power_w=power_w, stamp=stamp, origin=Origin.LIVE)

    def lost(self, stamp: Instant, why: str) -> DeviceState:
        """Return that it does not answer."""
        return DeviceState(device=self.device.id, values={}, available=False, why=why, stamp=stamp, origin=Origin.LIVE)

    def _gone(self) -> str:
        """Return why it is not there, as far as it or its bridge says so; empty: nobody says so."""
        if any(one.online is False for one in self._speaks):
            return f"{self.device.id} says that it is offline"
        return next((one.unknown for one in self._speaks if one.unknown), "")

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
                    values[name] = self.rounding.as_asked(name, value, 0.0, partial(_sent, field, name))
        return values


def _sent(field: Field, setting: str, value: float) -> Sent | None:
    try:
        return field.send(reached(setting, value, field.setting))
    except CannotError:
        return None
