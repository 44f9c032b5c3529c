"""What can be set on a simple controller: the knobs that are tuned for each scenario."""

from dataclasses import dataclass

OFF_K = 99.0
"""A set-back of so much is off."""
BY_ITSELF = -1.0
"""An hour that never comes: a device keeps to its own mode."""
NEVER = 1.0
"""A humidity that is never reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Of a simple controller.

    Attributes:
        heat_c: Rooms are heated to this.
        cool_c: Rooms are cooled to this.
        bed_heat_c: Rooms with a bed, instead.
        bed_cool_c: Rooms with a bed, instead.
        set_back_k: So much less is heated and cooled where nobody needs it; `OFF_K`: not at all.
        day_from_h: Living rooms are needed from this hour.
        day_to_h: Until this hour.
        bed_from_h: Rooms with a bed are needed from this hour.
        bed_to_h: Until this hour of the next day.
        dry_above: Air conditioners and dehumidifiers dry the air above this relative humidity; `NEVER`: not.
        moisten_below: Humidifiers moisten it below this; 0: not.
        moisten_always: 1: also in rooms that nobody needs; 0: not there.
        ventilation: Level of the balanced ventilation.
        clean_level: Level of air purifiers in ordinary air; they go up by themselves in dusty air.
        fresh_ppm: Demand ventilation keeps carbon dioxide below this.
        lead_h: So long before somebody is expected a room is made ready.
        likely: From this probability on somebody is expected.
        leaves_on_s: So long after the last one left nothing changes.
        shade_above_c: Blinds keep the sun out of rooms warmer than this.
        floor_supply_c: Water of the floor heating.
        water_from_h: Hot water is made for some hours from this one, when the roof gives; `BY_ITSELF`: at night.
        store_from_h: The battery is charged for some hours from this one; `BY_ITSELF`: only from the roof.
    """

    heat_c: float = 23.0
    cool_c: float = 25.0
    bed_heat_c: float = 21.0
    bed_cool_c: float = 27.0
    set_back_k: float = 2.0
    day_from_h: float = 6.0
    day_to_h: float = 23.0
    bed_from_h: float = 21.0
    bed_to_h: float = 7.0
    dry_above: float = 0.65
    moisten_below: float = 0.4
    moisten_always: float = 0.0
    ventilation: float = 2.0
    clean_level: float = 3.0
    fresh_ppm: float = 900.0
    lead_h: float = 1.0
    likely: float = 0.3
    leaves_on_s: float = 900.0
    shade_above_c: float = 26.0
    floor_supply_c: float = 35.0
    water_from_h: float = BY_ITSELF
    store_from_h: float = BY_ITSELF
