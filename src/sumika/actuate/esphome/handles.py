"""How one setting of ours is told to one entity of ESPHome, and read back from it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sumika.links.esphome import Entity
from sumika.links.measures import to_ours, to_theirs
from sumika.links.place import Place
from sumika.schema import Setting

Value = bool | int | float | str
Fields = Mapping[str, Value]
Command = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Handle:
    """A setting.

    Attributes:
        entity: Name of the entity.
        encode: Makes the arguments of its command, or says why there is none.
        decode: Makes a value of what it says; None where it does not say.
        limits: What the entity itself takes; None: as the kind has it.
    """

    entity: str
    encode: Callable[[float], Command | str]
    decode: Callable[[Fields], float | None]
    limits: Setting | None = None


def number_in(fields: Fields, field: str) -> float | None:
    """Return a field that is a number."""
    value = fields.get(field)
    return None if value is None or isinstance(value, str) else float(value)


def switched(entity: Entity) -> Handle:
    """Return on and off as 1 and 0."""
    return Handle(
        entity.name,
        lambda value: {"state": value >= 0.5},
        lambda fields: number_in(fields, "state"),
        Setting(low=0, high=1, step=1),
    )


def passed(entity: Entity, field: str, limits: Setting | None = None, *, turned: bool = False) -> Handle:
    """Return a number that is the same there, or 1 minus it."""

    def encode(value: float) -> Command:
        return {field: 1.0 - value if turned else value}

    def decode(fields: Fields) -> float | None:
        value = number_in(fields, field)
        return None if value is None else round(1.0 - value if turned else value, 4)

    return Handle(entity.name, encode, decode, limits)


def chosen(entity: Entity, field: str, codes: Mapping[float, int], *, nearest: bool = False) -> Handle:
    """Return a setting whose values are codes there.

    Args:
        entity: Whose.
        field: Of it.
        codes: By our value.
        nearest: Whether a value between them takes the nearest one; otherwise it is refused.
    """
    values = {code: value for value, code in codes.items()}

    def encode(value: float) -> Command | str:
        if nearest:
            return {field: codes[min(codes, key=lambda known: abs(known - value))]}
        if value not in codes:
            known = ", ".join(f"{one:g}" for one in sorted(codes))
            return f"{entity.name} has no {value:g}, only {known}"
        return {field: codes[value]}

    def decode(fields: Fields) -> float | None:
        code = number_in(fields, field)
        return None if code is None else values.get(int(code))

    return Handle(entity.name, encode, decode, Setting(low=min(codes), high=max(codes), step=1))


def levelled(entity: Entity, level_count: int, speed_count: int) -> Handle:
    """Return a fan's level: 0 off, the others spread evenly over its speeds."""

    def speed(level: int) -> int:
        return max(1, math.floor(level * speed_count / level_count + 0.5))

    def encode(value: float) -> Command | str:
        level = math.floor(value + 0.5)
        if not 0 <= level <= level_count:
            return f"{entity.name} has levels 0 to {level_count}, not {value:g}"
        if level == 0:
            return {"state": False}
        return {"state": True, "speed_level": speed(level)} if speed_count > 1 else {"state": True}

    def decode(fields: Fields) -> float | None:
        on, said = number_in(fields, "state"), number_in(fields, "speed_level")
        if not on or speed_count <= 1 or said is None:
            return None if on is None else on * level_count
        return float(min(range(1, level_count + 1), key=lambda level: abs(speed(level) - said)))

    return Handle(entity.name, encode, decode, Setting(low=0, high=level_count, step=1))


def dimmed(entity: Entity, *, dims: bool) -> Handle:
    """Return a light's level 0..1."""

    def encode(value: float) -> Command:
        return {"state": value > 0, **({"brightness": value} if dims and value > 0 else {})}

    def decode(fields: Fields) -> float | None:
        on, bright = number_in(fields, "state"), number_in(fields, "brightness")
        return None if on is None else (round(bright, 4) if on and dims and bright is not None else on)

    return Handle(entity.name, encode, decode, Setting(low=0, high=1, step=0.01 if dims else 1))


def coloured(entity: Entity, coolest_mired: float, warmest_mired: float) -> Handle:
    """Return a light's colour temperature; ESPHome counts in mired, a million over kelvin."""
    low, high = 1e6 / max(warmest_mired, 1.0), 1e6 / max(coolest_mired, 1.0)

    def decode(fields: Fields) -> float | None:
        mired = number_in(fields, "color_temperature")
        return round(1e6 / mired) if mired is not None and mired > 0 else None

    return Handle(
        entity.name,
        lambda value: {"color_temperature": 1e6 / min(max(value, low), high)},
        decode,
        Setting(low=round(low), high=round(high), step=50),
    )


def placed(entity: Entity, name: str, place: Place) -> Handle | str:
    """Return the handle of a setting that house.yaml puts at a place; or why it cannot be set there.

    Args:
        entity: The place's.
        name: The setting, with its unit.
        place: As `house.yaml` has it.
    """
    field = place.write.part or "state"
    if entity.domain == "switch":
        return switched(entity)
    if entity.domain == "select":
        return _selected(entity, place)
    if entity.domain not in ("number", "climate", "cover", "light", "fan", "water_heater"):
        return f"{entity.name} can only be read"
    unit = place.unit or entity.word("unit_of_measurement")

    def encode(value: float) -> Command | str:
        theirs = place.theirs(value)
        number = to_theirs("" if place.ends else name, theirs, unit) if isinstance(theirs, float | int) else None
        return f"{entity.name} cannot be set to {value:g}" if number is None else {field: number}

    def decode(fields: Fields) -> float | None:
        said = number_in(fields, field)
        ours = None if said is None else to_ours("" if place.ends else name, said, unit)
        return None if ours is None else round(place.ours(ours), 6)

    return Handle(entity.name, encode, decode, _limits(entity, name, unit))


def _selected(entity: Entity, place: Place) -> Handle | str:
    options: Sequence[str] = getattr(entity.info, "options", ())
    names = place.names or tuple(options)
    if not names:
        return f"{entity.name} has nothing to choose from"

    def encode(value: float) -> Command | str:
        index = math.floor(value + 0.5)
        if abs(value - index) > 1e-6 or not 0 <= index < len(names) or names[index] not in options:
            return f"{entity.name} has no choice for {value:g}; it has {', '.join(options)}"
        return {"state": names[index]}

    def decode(fields: Fields) -> float | None:
        said = fields.get("state")
        return float(names.index(said)) if isinstance(said, str) and said in names else None

    return Handle(entity.name, encode, decode, Setting(low=0, high=len(names) - 1, step=1))


def _limits(entity: Entity, name: str, unit: str) -> Setting | None:
    if entity.domain != "number":
        return None
    low, high, step = (float(getattr(entity.info, field, 0.0)) for field in ("min_value", "max_value", "step"))
    ends = (to_ours(name, low, unit), to_ours(name, high, unit), to_ours(name, low + step, unit))
    if None in ends or low >= high:
        return None
    first, last, next_one = (float(end or 0.0) for end in ends)
    return Setting(low=first, high=last, step=round(abs(next_one - first), 6))
