"""What the meters of a house say together: a wallbox's tells what a car took, and two inverters make one roof."""

from collections.abc import Callable, Sequence

import msgspec

from sumika.schema._origin import worst
from sumika.schema.air import MeterSample
from sumika.schema.house import House

SOLAR = "pv_w"
"""What several meters tell of this is added up; of all else one of them tells."""

_HOLDS = ("price_per_kwh", "carbon_g_kwh")
"""What nobody need say again until it changes: a tariff may be silent all night."""

_TOLD = ("imported_kwh", "power_w", "exported_kwh", SOLAR, "gas_w", "price_per_kwh", "carbon_g_kwh")


def meters_of_devices(house: House) -> frozenset[str]:
    """Return the sensors that count what a single device takes: they are on a charge point, or where the device is.

    They tell of the house only what no other meter does.

    Args:
        house: As described.
    """
    devices = {(one.connection, one.address) for one in house.devices if one.connection and one.address}
    cars = {one.id for one in house.connections if one.type == "ocpp"}
    return frozenset(
        one.id for one in house.sensors if one.connection in cars or (one.connection, one.address) in devices
    )


class HouseMeters:
    """Keeps the newest word of every meter, and knows which of them tells what of the house."""

    def __init__(self, house: House) -> None:
        """Know which meters are the house's and which a device's.

        Args:
            house: As described.
        """
        named = [one.id for one in house.sensors if one.kind == "meter"]
        self._of_devices = meters_of_devices(house)
        self._own = [one for one in named if one not in self._of_devices]
        self._order = (*self._own, *(one for one in named if one in self._of_devices))
        self._newest: dict[str, MeterSample] = {}
        self._tell: dict[str, set[str]] = {}

    def take(self, sample: MeterSample) -> None:
        """Take what a meter says.

        Args:
            sample: Its newest word.
        """
        self._newest[sample.meter] = sample
        told = self._tell.setdefault(sample.meter, set())
        told.update(name for name in _TOLD if getattr(sample, name) is not None)

    def together(self, believed: Callable[[MeterSample], bool] = lambda _: True) -> MeterSample | None:
        """Return what they say of the house: the word of the one that tells it, or one put together from several.

        A meter that tells something and does not know it now is not stood in for by another: it is unknown then.

        Args:
            believed: Whether a meter's newest word is not too old. Of one that is, a price still holds until the meter
                says that it does not know it.

        Returns:
            With the counter's name, the newest stamp and the worst origin of those believed; None where none is.
        """
        fresh = {name for name, sample in self._newest.items() if believed(sample)}
        heard = {name: [self._word(one, name, fresh) for one in self._telling(name)] for name in _TOLD}
        used = [one for words in heard.values() for one in words if one is not None]
        if not used:
            return None
        priced = next((one for one in heard["price_per_kwh"] if one is not None), used[0])
        return msgspec.structs.replace(
            used[0],
            stamp=max((one.stamp for one in used), key=lambda stamp: stamp.monotonic_ns),
            origin=worst(one.origin for one in used),
            currency=priced.currency,
            **{name: _sum([getattr(one, name, None) for one in words]) for name, words in heard.items()},
        )

    def _word(self, meter: str, name: str, fresh: set[str]) -> MeterSample | None:
        """Return a meter's newest word where it still tells of a value; None where it is too old for that."""
        word = self._newest[meter]
        return word if meter in fresh or (name in _HOLDS and getattr(word, name) is not None) else None

    def _telling(self, name: str) -> list[str]:
        """Return which meters tell a value of the house: one, or several of the sun; none where it is not known yet."""
        tell = [one for one in (*self._order, *self._newest) if name in self._tell.get(one, ())]
        own = [one for one in tell if one not in self._of_devices]
        if name == SOLAR:
            return list(dict.fromkeys(tell))
        if own:
            return own[:1]
        # As long as one of the house's own has yet to speak, it may be the one that tells this.
        return tell[:1] if all(self._tell.get(one) for one in self._own) else []


def _sum(values: Sequence[float | None]) -> float | None:
    """Return the sum; None where there is nothing, or one of them is not known: a part is not the whole."""
    known = [one for one in values if one is not None]
    return sum(known) if known and len(known) == len(values) else None
