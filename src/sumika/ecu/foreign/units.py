"""Units of other houses: each is a factor and an offset away from the one that ours is given in.

Exact by definition (BIPM, The International System of Units, 9th edition; NIST SP 811): inch 0.0254 m, pound-mass
0.453 592 37 kg, international table Btu 1055.055 852 62 J, foot 0.3048 m, mile 1609.344 m, nautical mile 1852 m.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sumika.schema import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: ours = factor x theirs + offset.

    Attributes:
        of: What it measures.
        factor: Ours per theirs.
        offset: Of ours where theirs is 0.
        per_step: Whether it counts what came in one step, so that a rate needs the step's length.
    """

    of: str
    factor: float = 1.0
    offset: float = 0.0
    per_step: bool = False


UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        "degC": Unit(of="c"),
        "K": Unit(of="c", offset=-273.15),
        "degF": Unit(of="c", factor=5.0 / 9.0, offset=-160.0 / 9.0),
        "W": Unit(of="w"),
        "kW": Unit(of="w", factor=1e3),
        "MW": Unit(of="w", factor=1e6),
        "Btu/h": Unit(of="w", factor=1055.05585262 / 3600.0),
        "J/step": Unit(of="w", per_step=True),
        "Wh/step": Unit(of="w", factor=3.6e3, per_step=True),
        "kWh/step": Unit(of="w", factor=3.6e6, per_step=True),
        "kWh": Unit(of="kwh"),
        "Wh": Unit(of="kwh", factor=1e-3),
        "J": Unit(of="kwh", factor=1.0 / 3.6e6),
        "MJ": Unit(of="kwh", factor=1.0 / 3.6),
        "1": Unit(of="share"),
        "%": Unit(of="share", factor=0.01),
        "ppm": Unit(of="ppm"),
        "m3/m3": Unit(of="ppm", factor=1e6),
        "ug/m3": Unit(of="ug_m3"),
        "mg/m3": Unit(of="ug_m3", factor=1e3),
        "kg/m3": Unit(of="ug_m3", factor=1e9),
        "W/m2": Unit(of="w_m2"),
        "kW/m2": Unit(of="w_m2", factor=1e3),
        "Btu/(h.ft2)": Unit(of="w_m2", factor=1055.05585262 / 3600.0 / 0.3048**2),
        "m/s": Unit(of="m_s"),
        "km/h": Unit(of="m_s", factor=1.0 / 3.6),
        "mph": Unit(of="m_s", factor=0.44704),
        "kn": Unit(of="m_s", factor=1852.0 / 3600.0),
        "Pa": Unit(of="pa"),
        "hPa": Unit(of="pa", factor=100.0),
        "kPa": Unit(of="pa", factor=1e3),
        "psi": Unit(of="pa", factor=0.45359237 * 9.80665 / 0.0254**2),
        "mm/h": Unit(of="mm_h"),
        "in/h": Unit(of="mm_h", factor=25.4),
    }
)
"""By the name that is written."""

_ENDS: Mapping[str, str] = MappingProxyType(
    {
        "_c": "c",
        "_w": "w",
        "_kwh": "kwh",
        "_ppm": "ppm",
        "_ug_m3": "ug_m3",
        "_w_m2": "w_m2",
        "_m_s": "m_s",
        "_pa": "pa",
        "_mm_h": "mm_h",
    }
)
_SHARES = frozenset({"relative_humidity", "humidity_setpoint", "charge", "closed", "open", "valve", "window_open"})


def measures(quantity: str) -> str:
    """Return what a quantity of ours measures, by the end of its name; empty: a mere number.

    Args:
        quantity: With the unit in its name.
    """
    if quantity in _SHARES:
        return "share"
    if "_per_" in quantity or quantity == "carbon_g_kwh":
        return ""  # of a kWh, and no kWh themselves
    ends = [end for end in _ENDS if quantity.endswith(end)]
    return _ENDS[max(ends, key=len)] if ends else ""


def unit_of(name: str, quantity: str, where: str) -> Unit:
    """Return a unit for a quantity of ours.

    Args:
        name: Of the unit; empty: ours.
        quantity: With our unit in its name.
        where: For messages.

    Raises:
        UsageError: if there is no such unit, or it measures something else.
    """
    of = measures(quantity)
    if not name:
        return Unit(of=of)
    unit = UNITS.get(name)
    if unit is None or unit.of != of:
        fitting = ", ".join(known for known, one in UNITS.items() if one.of == of)
        raise UsageError(
            f"{quantity} cannot be given in {name!r}",
            where=where,
            remedy=f"It can be in: {fitting}" if fitting else "It is a mere number: leave the unit out",
        )
    return unit


def to_ours(value: float, unit: Unit, step_s: float) -> float:
    """Return a number of theirs in our unit.

    Args:
        value: Of theirs.
        unit: Its unit.
        step_s: How long a step is, for what counts by steps.
    """
    return unit.factor * value / (step_s if unit.per_step else 1.0) + unit.offset


def to_theirs(value: float, unit: Unit, step_s: float) -> float:
    """Return a number of ours in their unit.

    Args:
        value: Of ours.
        unit: Theirs.
        step_s: How long a step is, for what counts by steps.
    """
    return (value - unit.offset) / unit.factor * (step_s if unit.per_step else 1.0)
