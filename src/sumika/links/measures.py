"""Numbers of others in our units: which unit a name of ours is in, and how theirs becomes it.

Our names carry their unit (`setpoint_c`, `power_w`, `co2_ppm`); shares are 0..1. Factors are those of the SI brochure
(9th edition, 2019) and of NIST Special Publication 811 (2008), appendix B.
"""

import math
import unicodedata
from collections.abc import Mapping

_TEMPERATURES = {
    "°c": (1.0, 0.0),
    "c": (1.0, 0.0),
    "°f": (5 / 9, -160 / 9),
    "f": (5 / 9, -160 / 9),
    "k": (1.0, -273.15),
}

_FACTORS: Mapping[str, Mapping[str, float]] = {
    "w": {"w": 1.0, "kw": 1e3, "mw": 1e6, "milliw": 1e-3, "btu/h": 0.29307107, "va": 1.0},
    "kwh": {"kwh": 1.0, "wh": 1e-3, "mwh": 1e3, "mj": 1 / 3.6, "gj": 1e3 / 3.6},
    "ppm": {"ppm": 1.0, "ppb": 1e-3, "%": 1e4},
    "ug_m3": {"ug/m3": 1.0, "mg/m3": 1e3, "g/m3": 1e6},
    "lux": {"lx": 1.0, "lux": 1.0},
    "dba": {"dba": 1.0, "db(a)": 1.0, "db": 1.0},
    "pa": {
        "pa": 1.0,
        "hpa": 1e2,
        "mbar": 1e2,
        "kpa": 1e3,
        "bar": 1e5,
        "inhg": 3386.389,
        "mmhg": 133.3224,
        "psi": 6894.757,
    },
    "m_s": {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704, "kn": 1852 / 3600, "kt": 1852 / 3600, "ft/s": 0.3048},
    "deg": {"°": 1.0, "deg": 1.0},
    "w_m2": {"w/m2": 1.0},
    "mm_h": {"mm/h": 1.0, "in/h": 25.4, "mm/d": 1 / 24, "in/d": 25.4 / 24},
    "share": {"%": 0.01, "1": 1.0},
    "per_kwh": {"kwh": 1.0, "mwh": 1e-3, "wh": 1e3},
    "g_kwh": {"g/kwh": 1.0, "gco2eq/kwh": 1.0, "kg/kwh": 1e3, "g/mwh": 1e-3, "kg/mwh": 1.0},
    "l": {"l": 1.0, "ml": 1e-3, "m3": 1e3, "gal": 3.785412},
    "k": {"k": 1.0},
    "s": {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
}
"""By the end of our name, or `share`: their unit, folded, to the factor that makes theirs ours."""

_OF_EURO = ("c€", "ct€", "cent€", "€c", "€ct", "€cent", "eurct", "eurcent", "eurocent", "eurocents", "snt", "centimes")
_OF_KRONE = ("öre", "øre", "ore", "hal", "haléř", "haléřů")
_OF_EASTERN = ("gr", "grosz", "groszy", "kop", "kopek", "kopeks", "коп", "ст", "ban", "bani", "fillér", "kuruş", "krş")
_OF_OTHERS = ("p", "pence", "rappen", "sen", "銭", "分", "paise", "satang", "agorot", "céntimos", "centavos")
_HUNDREDTHS = frozenset(("c", "ct", "cts", "cent", "cents", "¢", *_OF_EURO, *_OF_KRONE, *_OF_EASTERN, *_OF_OTHERS))
"""Of a currency, before the stroke: ct/kWh."""

_NAMED = ("円", "元", "원", "yen", "yuan", "euro", "euros", "dollar", "dollars", "pound", "pounds", "franc", "francs")
_OF_NORTH = ("kr", "krona", "kronor", "krone", "kroner", "zł", "zl", "złoty", "zloty", "kč", "kc", "ft", "lei", "lt")
_OF_SOUTH = ("tl", "lira", "лв", "грн", "руб", "ден", "дин", "din", "fr", "sfr", "r", "rand")  # noqa: RUF001 - Cyrillic is meant
_OF_ASIA = ("rs", "rupee", "rupees", "rp", "rupiah", "rm", "ringgit", "baht", "บาท", "peso", "pesos")
_CURRENCIES = frozenset((*_NAMED, *_OF_NORTH, *_OF_SOUTH, *_OF_ASIA))
"""Whole ones that are no code of three letters, no sign alone, and no dollar: A$, CA$."""

_SHARES = {
    "relative_humidity",
    "humidity_setpoint",
    "level",
    "closed",
    "open",
    "slat",
    "valve",
    "charge",
    "filter_left",
}
"""Names of ours that say a share of 1. `level` is one where it is given in per cent."""

_SAME_SIGN = str.maketrans({"μ": "u", "µ": "u", "³": "3", "²": "2", "℃": "c", "℉": "f"})


def _folded(unit: str) -> str:
    # Capitals matter here alone: MW and mW lie nine powers of ten apart.
    if unit.strip() in ("mW", "mWh"):
        return "milli" + unit.strip()[1:].casefold()
    return unit.strip().casefold().translate(_SAME_SIGN).replace("º", "°").replace(" ", "")


def known_unit(unit: str) -> bool:
    """Return whether any quantity of ours can be in this unit."""
    folded = _folded(unit)
    return folded in {*_TEMPERATURES, "mired"} or any(folded in table for table in _FACTORS.values()) or "/" in folded


def measure_of(name: str) -> str:
    """Return the unit that a name of ours carries, by its end: `c`, `w`, `ug_m3`, `share`; empty where it has none."""
    if name in _SHARES:
        return "share"
    if name.endswith("_c"):
        return "c"
    found = [end for end in _FACTORS if name.endswith(f"_{end}")]
    return max(found, key=len) if found else ""


def to_ours(name: str, value: float, unit: str) -> float | None:
    """Return a value of theirs in the unit that our name carries.

    Args:
        name: Ours, with its unit.
        value: Theirs.
        unit: In which theirs is; empty: the same as ours.

    Returns:
        None where it is no number, or where their unit does not measure what our name says: a volatile compound in
        parts per billion has no mass without its molecule.
    """
    if _folded(unit) == "mired" and name.endswith("_k"):
        return 1e6 / value if value > 0.0 else None
    factors = _factors(name, unit)
    if factors is None or not math.isfinite(value):
        return None
    factor, offset = factors
    return value * factor + offset


def to_theirs(name: str, value: float, unit: str) -> float | None:
    """Return a value of ours in their unit; None as for `to_ours`."""
    if _folded(unit) == "mired" and name.endswith("_k"):
        return 1e6 / value if value > 0.0 else None
    factors = _factors(name, unit)
    if factors is None or not math.isfinite(value):
        return None
    factor, offset = factors
    return (value - offset) / factor


def _factors(name: str, unit: str) -> tuple[float, float] | None:
    """Return (factor, offset) from theirs to ours."""
    measure, folded = measure_of(name), _folded(unit)
    if not folded or not measure:
        return (1.0, 0.0)
    if measure == "c":
        return _TEMPERATURES.get(folded)
    if measure == "per_kwh":
        money, _, folded = folded.rpartition("/")
        energy, worth = _FACTORS[measure].get(folded), _worth(money)
        return None if energy is None or worth is None else (energy * worth, 0.0)
    factor = _FACTORS[measure].get(folded)
    return None if factor is None else (factor, 0.0)


def _worth(money: str) -> float | None:
    """Return what one is worth of what stands before the stroke of a price; None where nobody knows.

    A price in cents that is taken for one in euros is a hundred times too high: better none.
    """
    if money == "rp.":  # Rappen in Switzerland, Rupiah in Indonesia
        return None
    money = money.removesuffix(".")
    if money in _HUNDREDTHS:
        return 0.01
    is_code = len(money) == 3 and money.isascii() and money.isalpha()
    is_sign = len(money) == 1 and unicodedata.category(money) == "Sc"
    is_dollar = len(money) <= 4 and money.endswith("$") and money[:-1].isascii() and money[:-1].isalpha()
    return 1.0 if not money or is_code or is_sign or is_dollar or money in _CURRENCIES else None
