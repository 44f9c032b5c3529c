"""Bytes of properties as numbers; None where the object says that it cannot tell.

Ranges and the codes for overflow, underflow and "not measured" are those of the ECHONET Consortium's Appendix,
"Detailed requirements for ECHONET device objects", release R, and of its machine-readable form (MRA 1.3.1).
"""

from collections.abc import Callable, Mapping

Reading = Callable[[bytes], float | None]
"""Makes a number in our units of a property's bytes."""

_KWH_UNITS = {0: 1.0, 1: 0.1, 2: 0.01, 3: 1e-3, 4: 1e-4, 0x0A: 10.0, 0x0B: 100.0, 0x0C: 1e3, 0x0D: 1e4}
_MOST_ENERGY = 99_999_999


def unsigned(size: int, scale: float = 1.0) -> Reading:
    """Return a reading of an unsigned number; its two highest codes mean "cannot tell"."""

    def read(data: bytes) -> float | None:
        number = int.from_bytes(data, "big")
        return number * scale if len(data) == size and number < (1 << 8 * size) - 2 else None

    return read


def signed(size: int, scale: float = 1.0) -> Reading:
    """Return a reading of a signed number; its lowest and its two highest codes mean "cannot tell"."""

    def read(data: bytes) -> float | None:
        number = int.from_bytes(data, "big", signed=True)
        most = 1 << 8 * size - 1
        return number * scale if len(data) == size and -most < number < most - 2 else None

    return read


def share(data: bytes) -> float | None:
    """Return a percentage as a share of 1."""
    return data[0] / 100.0 if len(data) == 1 and data[0] <= 100 else None


def coded(codes: Mapping[int, float]) -> Reading:
    """Return a reading of one byte that stands for a number."""

    def read(data: bytes) -> float | None:
        return codes.get(data[0]) if len(data) == 1 else None

    return read


def energy_kwh(count: bytes, unit: bytes, coefficient: bytes = b"") -> float | None:
    """Return a meter's count in kWh.

    Args:
        count: Four bytes.
        unit: One byte: which power of ten of a kWh one count is.
        coefficient: Four bytes that the count is multiplied by; empty: by one.
    """
    number = int.from_bytes(count, "big")
    if len(count) != 4 or number > _MOST_ENERGY or len(unit) != 1 or unit[0] not in _KWH_UNITS:
        return None
    return number * _KWH_UNITS[unit[0]] * (int.from_bytes(coefficient, "big") if coefficient else 1)
