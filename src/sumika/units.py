"""Physical constants and the conversions between units, each written once."""

SPEED_OF_LIGHT_M_S = 299_792_458.0
NANOSECONDS_PER_SECOND = 1_000_000_000
SECONDS_PER_MINUTE = 60.0
SECONDS_PER_DAY = 86_400


def seconds_to_ns(seconds: float) -> int:
    """Convert seconds to whole nanoseconds, rounded to nearest."""
    return round(seconds * NANOSECONDS_PER_SECOND)


def ns_to_seconds(nanoseconds: int) -> float:
    """Convert nanoseconds to seconds."""
    return nanoseconds / NANOSECONDS_PER_SECOND


def wavelength_m(frequency_hz: float) -> float:
    """Return the free-space wavelength of a carrier frequency."""
    return SPEED_OF_LIGHT_M_S / frequency_hz


def clamp(value: float, low: float, high: float) -> float:
    """Return a value, moved into bounds where it lies outside."""
    return min(max(value, low), high)
