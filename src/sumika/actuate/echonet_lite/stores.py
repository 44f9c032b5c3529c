"""Batteries and cars: two settings of ours, mode and power, in four properties of theirs.

Mode 2 with a power becomes "charge" or "discharge" by a designated power; with 0 it becomes "standby". What an object
in standby was told, off or 0 W, only the one who told it knows: that is why `decode` gets the wishes.
"""

from dataclasses import dataclass

from sumika.actuate.echonet_lite.codes import Properties, Sets, SettingCode, Wishes, nearest
from sumika.links.echonet_lite.numbers import unsigned

_CHARGE, _DISCHARGE, _STANDBY = 0x42, 0x43, 0x44
_DESIGNATED = b"\x03"
_MODE, _CHARGE_W, _DISCHARGE_W = 0xDA, 0xEB, 0xEC
_MOST_W = 999_999_999
_WATTS = unsigned(4)


@dataclass(frozen=True, slots=True)
class StoreCodes:
    """A class of stores.

    Attributes:
        by_itself: Code of the mode in which it decides by itself.
        charge_method: Property that says how it charges.
        discharge_method: Property that says how it gives; 0: it never gives.
    """

    by_itself: int
    charge_method: int
    discharge_method: int

    def settings(self) -> dict[str, SettingCode]:
        """Return the codes of `mode` and `power_w`."""
        reads = (_MODE, _CHARGE_W, _DISCHARGE_W) if self.discharge_method else (_MODE, _CHARGE_W)
        return {
            "mode": SettingCode(reads=(_MODE,), encode=self._encode_mode, decode=self._mode, needs=(_MODE,)),
            "power_w": SettingCode(
                reads=reads, encode=self._encode_power, decode=self._power, step=1.0, needs=(_MODE, _CHARGE_W)
            ),
        }

    def _encode_mode(self, value: float, wishes: Wishes, now: Properties) -> Sets:
        if value == 0:
            return [(_MODE, bytes([_STANDBY]))]
        if value == 1:
            return [(_MODE, bytes([self.by_itself]))]
        return self._encode_flow(wishes.get("power_w", 0.0)) if value == 2 else f"it has no mode {value:g}"

    def _encode_power(self, value: float, wishes: Wishes, now: Properties) -> Sets:
        # Without mode 2 a power is only noted: it must not start what is off or decides by itself.
        return self._encode_flow(value) if self._mode(now, wishes) == 2 else self._checked(value)

    def _checked(self, power_w: float) -> Sets:
        flow = self._encode_flow(power_w)
        return flow if isinstance(flow, str) else []

    def _encode_flow(self, power_w: float) -> Sets:
        watts = nearest(abs(power_w))
        if watts > _MOST_W:
            return f"it takes no {power_w:g} W"
        if watts == 0:
            return [(_MODE, bytes([_STANDBY]))]
        if power_w > 0:
            return self._flow(self.charge_method, _CHARGE_W, watts, _CHARGE)
        if not self.discharge_method:
            return "it cannot give power back"
        return self._flow(self.discharge_method, _DISCHARGE_W, watts, _DISCHARGE)

    @staticmethod
    def _flow(method: int, power: int, watts: int, mode: int) -> Sets:
        return [(method, _DESIGNATED), (power, watts.to_bytes(4, "big")), (_MODE, bytes([mode]))]

    def _mode(self, now: Properties, wishes: Wishes) -> float | None:
        code = now.get(_MODE, b"")
        if code == bytes([_STANDBY]):
            return 2.0 if wishes.get("mode") == 2 and nearest(wishes.get("power_w", 0.0)) == 0 else 0.0
        known = {bytes([self.by_itself]): 1.0, bytes([_CHARGE]): 2.0, bytes([_DISCHARGE]): 2.0}
        return known.get(code)

    def _power(self, now: Properties, wishes: Wishes) -> float | None:
        code = now.get(_MODE, b"")
        if code == bytes([_CHARGE]):
            return _WATTS(now.get(_CHARGE_W, b""))
        if code == bytes([_DISCHARGE]):
            given = _WATTS(now.get(_DISCHARGE_W, b""))
            return None if given is None else -given
        return 0.0 if code == bytes([_STANDBY]) else None
