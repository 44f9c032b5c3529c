"""Whether a reading can be at all: its range, its unit, and how fast a room can change.

Ranges are those of lived-in rooms, with room to spare; carbon dioxide indoors is never below that outdoors (about
425 ppm in 2026, NOAA Global Monitoring Laboratory), less what a consumer sensor may be off. A single reading that leaps
is left out without a word: who breathes at a sensor is no fault.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sumika.belief.suspicion import Fault

POSSIBLE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "temperature_c": (-25.0, 48.0),
        "relative_humidity": (0.01, 1.02),
        "co2_ppm": (330.0, 40_000.0),
        "voc_ug_m3": (0.0, 1e5),
        "pm2_5_ug_m3": (0.0, 5000.0),
        "illuminance_lux": (0.0, 2e5),
        "sound_dba": (0.0, 140.0),
        "co_ppm": (0.0, 5000.0),
    }
)
"""By quantity: what can be in a room."""

PLAUSIBLE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"temperature_c": (3.0, 40.0), "relative_humidity": (0.1, 1.0), "co2_ppm": (380.0, 5000.0)}
)
"""By quantity: what a reading in another unit must turn out to be."""

_UNITS: Mapping[str, tuple[Callable[[float], float], ...]] = MappingProxyType(
    {
        # Fahrenheit, kelvins, tenths and hundredths of a degree
        "temperature_c": (
            lambda said: (said - 32.0) / 1.8,
            lambda said: said - 273.15,
            lambda said: said / 10.0,
            lambda said: said / 100.0,
        ),
        "relative_humidity": (lambda said: said / 100.0, lambda said: said / 1000.0),
        # a fraction, per cent, per mille
        "co2_ppm": (lambda said: said * 1e6, lambda said: said * 1e4, lambda said: said * 1e3),
    }
)

LEAPS: Mapping[str, float] = MappingProxyType({"temperature_c": 8.0, "co2_ppm": 2500.0})
"""By quantity: more than a room and a sensor of some minutes change within `WITHIN_S` whatever is opened or lit."""

WITHIN_S = 1200.0
RETURNS = 4
"""So many readings in a row must be sound before a sensor is believed again."""

BELIEVED_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with a reading.

    Attributes:
        fault: What.
        evidence: Numbers, by name.
    """

    fault: Fault
    evidence: Mapping[str, float]


@dataclass(slots=True)
class _Known:
    """What is known of one quantity of one sensor: its last sound value, and how it stands."""

    value: float | None = None
    at_s: float = 0.0
    leapt: bool = False
    doubt: Doubt | None = None
    sound: int = 0


class Plausible:
    """Looks at readings one by one; knows what each sensor said before."""

    def __init__(self) -> None:
        """Know nobody."""
        self._known: dict[tuple[str, str], _Known] = {}

    def look(
        self, sensor: str, quantity: str, said: float, now_s: float, expected: tuple[float, float] | None
    ) -> tuple[bool, Doubt | None]:
        """Return whether a reading may be used, and what is wrong with its sensor.

        Args:
            sensor: Id.
            quantity: A field of AirSample.
            said: The reading.
            now_s: Unix time.
            expected: What the model has for the room (mean, standard deviation); None: it has nothing.
        """
        known = self._known.setdefault((sensor, quantity), _Known())
        doubt = _impossible(quantity, said)
        if doubt is None and known.doubt is not None:
            return self._returns(known, said, now_s, expected), known.doubt
        if doubt is None:
            return self._leaps(known, quantity, said, now_s), known.doubt
        known.doubt, known.sound = doubt, 0
        return False, doubt

    def _returns(self, known: _Known, said: float, now_s: float, expected: tuple[float, float] | None) -> bool:
        fits = expected is None or abs(said - expected[0]) <= BELIEVED_SIGMAS * expected[1]
        known.sound = known.sound + 1 if fits else 0
        if known.sound < RETURNS:
            return False
        known.doubt, known.sound, known.leapt = None, 0, False
        known.value, known.at_s = said, now_s
        return True

    def _leaps(self, known: _Known, quantity: str, said: float, now_s: float) -> bool:
        most = LEAPS.get(quantity)
        since_s = now_s - known.at_s
        if most is None or known.value is None or since_s > WITHIN_S or abs(said - known.value) <= most:
            known.value, known.at_s, known.leapt = said, now_s, False
            return True
        if known.leapt:
            evidence = {"before": known.value, "measured": said, "minutes": since_s / 60.0}
            known.doubt = Doubt(Fault.JUMPING_READING, evidence)
        known.leapt = True
        return False


def _impossible(quantity: str, said: float) -> Doubt | None:
    low, high = POSSIBLE.get(quantity, (float("-inf"), float("inf")))
    if low <= said <= high:
        return None
    least, most = PLAUSIBLE.get(quantity, (0.0, 0.0))
    for convert in _UNITS.get(quantity, ()):
        reads = convert(said)
        if least <= reads <= most:
            return Doubt(Fault.WRONG_UNIT, {"measured": said, "reads": reads})
    return Doubt(Fault.IMPOSSIBLE_READING, {"measured": said})
