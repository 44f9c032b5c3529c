"""Meter values of both versions as numbers in our units.

OCPP 1.6 edition 2, 7.31 (measurands) and 7.45 (units); OCPP 2.0.1 part 2, 2.51 (SampledValueType).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

_NAMES = {
    "Power.Active.Import": "import_w",
    "Power.Active.Export": "export_w",
    "Energy.Active.Import.Register": "imported_kwh",
    "Energy.Active.Export.Register": "exported_kwh",
    "SoC": "charge",
    "Voltage": "voltage_v",
}
_FACTORS = {"W": 1.0, "kW": 1e3, "Wh": 1e-3, "kWh": 1.0, "Percent": 0.01, "%": 0.01, "V": 1.0}
_USUAL_UNITS = {
    "import_w": "W",
    "export_w": "W",
    "imported_kwh": "Wh",
    "exported_kwh": "Wh",
    "charge": "Percent",
    "voltage_v": "V",
}
_PHASES = ("L1", "L2", "L3", "L1-N", "L2-N", "L3-N")
_MOST_VALUES = 200


def readings(meter_values: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return what the last of some meter values say, by name.

    A quantity told for each phase is the sum of them, a voltage their mean; a total that is told beside them counts.

    Args:
        meter_values: Of either version, as the schemas have them.
    """
    totals: dict[str, float] = {}
    phases: dict[str, dict[str, float]] = defaultdict(dict)
    for sample in _samples(meter_values):
        name = _NAMES.get(sample.get("measurand", "Energy.Active.Import.Register"))
        value = None if name is None else _value(name, sample)
        if name is None or value is None:
            continue
        phase = sample.get("phase", "")
        if not phase:
            totals[name] = value
        elif phase in _PHASES:
            phases[name][phase[:2]] = value
    for name, by_phase in phases.items():
        total = sum(by_phase.values())
        totals.setdefault(name, total / len(by_phase) if name == "voltage_v" else total)
    return totals


def power_w(values: Mapping[str, float]) -> float | None:
    """Return the power that the car takes; negative: gives."""
    if "import_w" not in values and "export_w" not in values:
        return None
    return values.get("import_w", 0.0) - values.get("export_w", 0.0)


def _samples(meter_values: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found = [sample for value in meter_values for sample in value.get("sampledValue", ())]
    return found[-_MOST_VALUES:]


def _value(name: str, sample: Mapping[str, Any]) -> float | None:
    told = sample.get("unitOfMeasure", {})
    unit = str(told.get("unit", sample.get("unit", _USUAL_UNITS[name])))
    try:
        number = float(sample["value"]) * _FACTORS[unit] * 10.0 ** int(told.get("multiplier", 0))
    except (KeyError, ValueError, OverflowError):
        return None
    if not math.isfinite(number) or (name == "charge" and not 0 <= number <= 1):
        return None
    return number
