"""What objects of ECHONET Lite measure that is a sensor's: of the air of a room, of people, of the house's meter.

Properties: ECHONET Consortium, Appendix "Detailed requirements for ECHONET device objects", release R. The VOC sensor
(0x001D) is left out: it tells ppm of no named gas, which is no µg/m³.
"""

from collections.abc import Mapping

from sumika.links.echonet_lite.numbers import Reading, coded, share, signed, unsigned

AIR: Mapping[int, Mapping[str, tuple[int, Reading]]] = {
    0x000D: {"illuminance_lux": (0xE0, unsigned(2))},
    0x0011: {"temperature_c": (0xE0, signed(2, 0.1))},
    0x0012: {"relative_humidity": (0xE0, share)},
    0x001B: {"co2_ppm": (0xE0, unsigned(2))},
    0x0130: {"temperature_c": (0xBB, signed(1)), "relative_humidity": (0xBA, share)},
    0x0134: {"co2_ppm": (0xC0, unsigned(2)), "relative_humidity": (0xBA, share)},
    0x0139: {"relative_humidity": (0xB4, share)},
    0x027B: {"temperature_c": (0xE2, signed(1))},
}
"""Fields of AirSample by class: the property and what reads it."""

PEOPLE: Mapping[int, tuple[int, Reading]] = {0x0007: (0xB1, coded({0x41: 1.0, 0x42: 0.0}))}
"""Whether somebody is there, by class."""

METERS: Mapping[int, Mapping[str, int]] = {
    0x0287: {"power_w": 0xC6, "imported_kwh": 0xC0, "exported_kwh": 0xC1, "unit": 0xC2},
    0x0288: {"power_w": 0xE7, "imported_kwh": 0xE0, "exported_kwh": 0xE3, "unit": 0xE1, "coefficient": 0xD3},
}
"""Properties of meters by class; counts need the unit, and the coefficient where there is one."""


def measured(class_code: int) -> Mapping[str, int]:
    """Return what a sensor of that class measures, in our words, with the property that says it."""
    found = {name: epc for name, (epc, _) in AIR.get(class_code, {}).items()}
    found.update({name: epc for name, epc in METERS.get(class_code, {}).items() if name not in ("unit", "coefficient")})
    if class_code in PEOPLE:
        found["presence"] = PEOPLE[class_code][0]
    return found
