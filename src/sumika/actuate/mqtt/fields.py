"""How one setting of ours stands in the messages of a device."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import msgspec

from sumika.actuate.base import CannotError
from sumika.links.measures import to_ours, to_theirs
from sumika.links.mqtt.payload import inside, number_of, word_of
from sumika.links.place import Place
from sumika.schema import Setting

Documents = Mapping[str, Any]
"""What is known of a device, by topic or by a name of its convention's own."""


_LEVELS = Setting(low=0, high=1, step=0.01)


class Sent(NamedTuple):
    """A message to a device."""

    topic: str
    payload: str


class Field(Protocol):
    """Tells and reads one setting.

    Attributes:
        setting: Its range.
    """

    @property
    def setting(self) -> Setting:
        """Return its range."""
        ...

    def send(self, value: float) -> Sent:
        """Return the message that sets it.

        Raises:
            CannotError: if it cannot be set so.
        """
        ...

    def read(self, documents: Documents) -> float | None:
        """Return what it is set to; None where the device did not say."""
        ...


@dataclass(frozen=True, slots=True)
class PlaceField:
    """A setting that is one number or one word in one place.

    Attributes:
        name: Ours.
        setting: Its range.
        place: Where it is.
        step: Grid of the number there; 0: none.
        heard: Our numbers for words, in small letters, that it may say and that we never send.
    """

    name: str
    setting: Setting
    place: Place
    step: float = 0.0
    heard: Mapping[str, float] = field(default_factory=dict)

    def send(self, value: float) -> Sent:
        """Write it as a field of a JSON message, or alone."""
        there = self.place.theirs(value)
        if isinstance(there, float | int) and not self.place.ends:
            there = to_theirs(self.name, float(there), self.place.unit)
        if there is None:
            raise CannotError(f"{self.place.write.name} has no word for {self.name} {value:g}")
        spot = self.place.write
        said: Any = there if isinstance(there, str) else self._on_grid(there)
        if not spot.part:
            return Sent(spot.name, said if isinstance(said, str) else format(said, ".10g"))
        document: Any = {"true": True, "false": False}.get(said, said) if isinstance(said, str) else said
        for part in reversed(spot.part.split(".")):
            document = {part: document}
        return Sent(spot.name, msgspec.json.encode(document).decode())

    def read(self, documents: Documents) -> float | None:
        """Read it where it is told."""
        if self.place.read is None:
            return None
        found = read_place_in(self.name, self.place, documents)
        if found is None and self.heard:
            word = word_of(inside(documents.get(self.place.read.name), self.place.read.part))
            return self.heard.get(word.casefold())
        return found

    def _on_grid(self, number: float) -> float | int:
        if self.step > 0.0:
            number = round(number / self.step) * self.step
        whole = round(number)
        return whole if abs(number - whole) < 1e-9 else round(number, 6)


@dataclass(frozen=True, slots=True)
class ZigbeeLight:
    """The brightness of a lamp, whose nought is another field than its other levels.

    Attributes:
        topic: Of the device.
        top: Their full brightness.
    """

    topic: str
    top: float
    setting: Setting = _LEVELS

    def send(self, value: float) -> Sent:
        """Dim it, or turn it off."""
        lit = {"state": "ON", "brightness": max(1, round(min(1.0, value) * self.top))}
        return Sent(f"{self.topic}/set", msgspec.json.encode(lit if value > 0.0 else {"state": "OFF"}).decode())

    def read(self, documents: Documents) -> float | None:
        """Return its level."""
        return _lamp(documents.get(self.topic), "state", "brightness", self.top)


@dataclass(frozen=True, slots=True)
class TasmotaLight:
    """The brightness of a lamp that is dimmed in per cent.

    Attributes:
        topic: Its own part of its topics.
        document: Where what it says is kept.
    """

    topic: str
    document: str
    setting: Setting = _LEVELS

    def send(self, value: float) -> Sent:
        """Dim it; nought turns it off."""
        return Sent(f"cmnd/{self.topic}/Dimmer", str(max(1, round(100.0 * min(1.0, value)))) if value > 0.0 else "0")

    def read(self, documents: Documents) -> float | None:
        """Return its level."""
        return _lamp(documents.get(self.document), "POWER", "Dimmer", 100.0)


def _lamp(document: Any, switch: str, field: str, top: float) -> float | None:
    on, level = number_of(inside(document, switch)), number_of(inside(document, field))
    if on is None and level is None:
        return None
    if on == 0.0:
        return 0.0
    return 1.0 if level is None else min(1.0, max(0.0, round(level / top, 2)))


def read_place_in(name: str, place: Place, documents: Documents) -> float | None:
    """Return what a place of a device's documents says in our unit; None where it says nothing."""
    spot = place.read or place.write
    said = inside(documents.get(spot.name), spot.part)
    if place.names:
        return place.named(word_of(said))
    number = number_of(said)
    here = None if number is None else to_ours("" if place.ends else name, number, place.unit)
    return None if here is None else place.ours(here)
