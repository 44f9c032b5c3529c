"""The numbers that the safety gate must keep, written down a second time.

`sumika.safety` has its own table. This one was written from the issue's words, makers' data and `DEVICE_KINDS` for the
checker alone, so that a slip in the one is no slip in the other. Nothing here is imported by the gate.
"""

from collections.abc import Mapping

RANGES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "room_air_conditioner": {
        "mode": (0, 4),
        "setpoint_c": (16, 31),
        "fan_level": (0, 5),
        "humidity_setpoint": (0.4, 0.7),
    },
    "whole_house_air_conditioner": {"mode": (0, 4), "setpoint_c": (16, 31), "humidity_setpoint": (0.4, 0.7)},
    "floor_heating": {"on": (0, 1), "supply_temp_c": (25, 50)},
    "heat_pump_water_heater": {"mode": (0, 2), "tank_setpoint_c": (55, 90)},
    "balanced_ventilation": {"level": (0, 3), "bypass": (0, 1)},
    "exhaust_fan": {"level": (0, 2)},
    "humidifier": {"on": (0, 1), "humidity_setpoint": (0.3, 0.7)},
    "dehumidifier": {"on": (0, 1), "humidity_setpoint": (0.4, 0.7)},
    "air_purifier": {"level": (0, 3)},
    "blind": {"closed": (0, 1), "slat": (0, 1)},
    "window_opener": {"open": (0, 1)},
    "light": {"level": (0, 1), "colour_temperature_k": (2200, 6500)},
    "pv": {},
    "battery": {"mode": (0, 2), "power_w": (-4000, 4000)},
    "ev_charger": {"mode": (0, 2), "power_w": (-6000, 6000)},
    "boiler": {"on": (0, 1), "supply_temp_c": (30, 75)},
    "radiator": {"valve": (0, 1), "setpoint_c": (5, 28)},
    "tv": {"on": (0, 1)},
    "appliance": {"on": (0, 1)},
}
"""Lowest and highest by kind and setting, with the plates that `DEVICE_KINDS` gives batteries and cars."""

WHOLE = frozenset({"mode", "on", "fan_level", "bypass"})
"""Settings whose numbers are names of states; `level` too, but not that of a light."""

STEPS: Mapping[tuple[str, str], float] = {
    ("floor_heating", "supply_temp_c"): 10.0,
    ("boiler", "supply_temp_c"): 20.0,
}
"""Most that one write may change, whoever asks."""

UNATTENDED_STEPS: Mapping[tuple[str, str], float] = {
    ("room_air_conditioner", "setpoint_c"): 3.0,
    ("whole_house_air_conditioner", "setpoint_c"): 3.0,
    ("room_air_conditioner", "humidity_setpoint"): 0.15,
    ("whole_house_air_conditioner", "humidity_setpoint"): 0.15,
    ("humidifier", "humidity_setpoint"): 0.15,
    ("dehumidifier", "humidity_setpoint"): 0.15,
    ("heat_pump_water_heater", "tank_setpoint_c"): 15.0,
    ("radiator", "setpoint_c"): 5.0,
}
"""Most that one write may change where no person asked."""

CHANGES: Mapping[tuple[str, str], tuple[float, float]] = {
    ("room_air_conditioner", "setpoint_c"): (12.0, 3600),
    ("whole_house_air_conditioner", "setpoint_c"): (12.0, 3600),
    ("floor_heating", "supply_temp_c"): (20.0, 3600),
    ("boiler", "supply_temp_c"): (60.0, 3600),
    ("heat_pump_water_heater", "tank_setpoint_c"): (30.0, 3600),
    ("radiator", "setpoint_c"): (20.0, 3600),
    ("radiator", "valve"): (4.0, 900),
    ("blind", "closed"): (6.0, 900),
    ("blind", "slat"): (6.0, 900),
    ("window_opener", "open"): (4.0, 900),
}
"""Most change that nobody asked for, and within how many seconds."""

WRITES: Mapping[tuple[str, str], tuple[int, float]] = {
    ("room_air_conditioner", "mode"): (20, 3600),
    ("room_air_conditioner", "setpoint_c"): (40, 3600),
    ("room_air_conditioner", "fan_level"): (30, 900),
    ("floor_heating", "on"): (12, 3600),
    ("heat_pump_water_heater", "mode"): (8, 3600),
    ("heat_pump_water_heater", "tank_setpoint_c"): (8, 3600),
    ("balanced_ventilation", "level"): (24, 900),
    ("balanced_ventilation", "bypass"): (24, 3600),
    ("exhaust_fan", "level"): (24, 900),
    ("blind", "closed"): (12, 900),
    ("window_opener", "open"): (12, 900),
    ("light", "level"): (60, 60),
    ("battery", "power_w"): (60, 900),
    ("boiler", "on"): (12, 3600),
    ("radiator", "setpoint_c"): (40, 3600),
    ("appliance", "on"): (8, 3600),
    ("tv", "on"): (20, 3600),
}
"""Most writes by people and controllers, and within how many seconds; controllers have half of them."""

RUNS: Mapping[str, tuple[str, float, float]] = {
    "room_air_conditioner": ("mode", 180, 180),
    "whole_house_air_conditioner": ("mode", 180, 180),
    "floor_heating": ("on", 600, 300),
    "heat_pump_water_heater": ("mode", 600, 300),
    "dehumidifier": ("on", 180, 180),
    "boiler": ("on", 120, 180),
    "ev_charger": ("mode", 60, 60),
}
"""What tells that a device runs, and how many seconds it must run and rest."""

HEATS: Mapping[str, tuple[str, float, float]] = {
    "room_air_conditioner": ("mode", 1, 1),
    "floor_heating": ("on", 1, 1),
    "radiator": ("setpoint_c", 7.01, 28),
}
"""What heats one room: which setting, from and to which value."""

VENTS = frozenset({"balanced_ventilation", "exhaust_fan"})
WATER_C: Mapping[str, tuple[str, float, tuple[str, float]]] = {
    "floor_heating": ("water_c", 55.0, ("on", 0)),
    "boiler": ("supply_c", 85.0, ("on", 0)),
    "heat_pump_water_heater": ("tank_c", 95.0, ("mode", 0)),
}
"""What a device says of its water, how hot that may be, and the most that a setting may be beyond it."""

HANDS_OFF = frozenset({"lock", "stove", "cooktop", "oven", "gas_valve", "garage_door"})
"""Kinds that no plan, policy or rule ever operates."""
