"""Which kinds of things sentences are about, the same in both languages."""

from sumika.training.house_language.periods import Periods

ANY = (
    ("light",) * 9
    + ("other",) * 5
    + ("ac",) * 3
    + ("fan",) * 3
    + ("purifier",) * 2
    + ("floor", "hum", "heating", "invented", "invented")
)
"""Kinds of things that "something" may be, as often as they are spoken of."""
USUAL = {
    "light": ("light",),
    "ac": ("room_air_conditioner", "room_air_conditioner", "whole_house_air_conditioner"),
    "fan": ("balanced_ventilation", "exhaust_fan", "air_purifier"),
    "purifier": ("air_purifier",),
    "hum": ("humidifier", "dehumidifier"),
    "floor": ("floor_heating", "radiator"),
    "cover": ("blind",),
    "window": ("window_opener",),
    "machine": (
        "washing_machine",
        "washing_machine",
        "dishwasher",
        "dishwasher",
        "dryer",
        "rice_cooker",
        "robot_vacuum",
    ),
    "tank": ("heat_pump_water_heater",),
    "battery": ("battery", "ev_charger"),
    "other": ("tv", "radiator", "humidifier", "dehumidifier", "kettle", "coffee_maker", "boiler", "ev_charger", "oven"),
}
"""What each kind may be called by: keys of the lexicon."""
OPEN = {
    "light": "light",
    "lamp": "light",
    "dim": "light",
    "fan": "fan",
    "other": "other",
    "cover": "cover",
    "window": "window",
    "machine": "machine",
}
"""Kinds with names that nobody has heard, and the list of those."""
ADJECTIVES = {"light": "light_adjectives", "cover": "cover_adjectives", "window": "cover_adjectives"}


class DeviceKinds(Periods):
    """Draws which kind of thing."""

    def kind_of(self, kind: str) -> str:
        """Return the kind that a slot's stands for, and remember it for the slots after it."""
        if kind == "any":
            kind = self.one(ANY)
        if kind == "dim":
            kind = self.one(("light", "light", "light", "fan"))
        self.kind = "light" if kind == "lamp" else kind
        return self.kind
