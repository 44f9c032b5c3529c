"""What a house's description says, as rows that sentences can rest on."""

from collections.abc import Iterator

from sumika.config import area_m2
from sumika.facts import Row
from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.grades import GRADES, REGION_OF_CLIMATE
from sumika.schema.house import Device, House, Room

_SUFFIXES = (
    ("_m3_h", "m³/h"),
    ("_lm_w", "lm/W"),
    ("_w_k", "W/K"),
    ("_g_h", "g/h"),
    ("_kwh", "kWh"),
    ("_min", "min"),
    ("_deg", "°"),
    ("_cop", ""),
    ("_kw", "kW"),
    ("_lm", "lm"),
    ("_w", "W"),
    ("_c", "°C"),
    ("_h", "h"),
    ("_l", "L"),
    ("_s", "s"),
    ("_m", "m"),
)


def unit_of(name: str) -> str:
    """Return the unit that a rating or setting has in its name; empty where it has none."""
    return next((unit for suffix, unit in _SUFFIXES if name.endswith(suffix)), "")


def described(
    subject: str, part: str, value: float | None, unit: str = "", text: str = "", source: str = "house.yaml"
) -> Row:
    """Return what stands in the description as a row; it is of no time."""
    return Row(
        source=source,
        subject=subject,
        part=part,
        begin_unix_s=0.0,
        end_unix_s=0.0,
        value=None if value is None else round(float(value), 6),
        unit=unit,
        text=text,
    )


def area_row(room: Room) -> Row:
    """Return the area of a room's floor, m² to the second digit, as builders write it."""
    return described(room.id, "floor_m", round(area_m2(room), 2), "m²", room.name)


def rating_rows(device: Device) -> Iterator[tuple[str, Row]]:
    """Return (name, row) of what a device's plate says; what `house.yaml` leaves out is what its kind has."""
    usual = DEVICE_KINDS[device.kind].ratings if device.kind in DEVICE_KINDS else {}
    for name in sorted({*usual, *device.ratings}):
        source = "house.yaml" if name in device.ratings else "sumika.kind"
        value = device.ratings.get(name, usual.get(name, 0.0))
        yield name, described(device.id, f"ratings.{name}", value, unit_of(name), source=source)


def limit_rows(device: Device) -> Iterator[tuple[str, Row, Row]]:
    """Return (setting, lowest, highest) to which a device is held."""
    settings = DEVICE_KINDS[device.kind].settings if device.kind in DEVICE_KINDS else {}
    for name in sorted({*settings, *device.limits}):
        source = "house.yaml" if name in device.limits else "sumika.kind"
        low, high = device.limits[name] if name in device.limits else (settings[name].low, settings[name].high)
        rows = [
            described(device.id, f"limits.{name}.{end}", value, unit_of(name), source=source)
            for end, value in (("low", low), ("high", high))
        ]
        yield name, rows[0], rows[1]


def envelope_rows(house: House) -> dict[str, Row]:
    """Return heat loss (ua) and leakage (c) of a building; what is not described is what its grade has."""
    building = house.building
    if building is None:
        return {}
    grade = GRADES[building.grade]
    region = REGION_OF_CLIMATE.get(building.site.climate, 6)
    ua, leakage = building.ua_w_m2_k, building.leakage_cm2_m2
    return {
        "ua": described(
            "building",
            "ua_w_m2_k",
            grade.ua_w_m2_k[region - 1] if ua is None else ua,
            "W/(m²K)",
            source="sumika.grade" if ua is None else "house.yaml",
        ),
        "c": described(
            "building",
            "leakage_cm2_m2",
            grade.leakage_cm2_m2 if leakage is None else leakage,
            "cm²/m²",
            source="sumika.grade" if leakage is None else "house.yaml",
        ),
    }
