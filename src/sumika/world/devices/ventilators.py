"""Fans that move air in and out: balanced ventilation with recovery, and exhaust fans."""

from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.exchange import Acting

_LEVEL_SHARE = (0.0, 0.6, 1.0, 1.5)
_LEVEL_DBA = (0.0, 20.0, 24.0, 32.0)
_AIR_J_M3_K = 1206.0
_BYPASS_ABOVE_C = 24.0
_WET = {FurnitureKind.BATH, FurnitureKind.TOILET, FurnitureKind.WASHBASIN}


def wet_rooms(house: House) -> frozenset[str]:
    """Return the rooms that air is drawn from: with a bath, a toilet or a washbasin."""
    return frozenset(piece.room for piece in house.furniture if piece.kind in _WET)


class BalancedVentilation(SimulatedDevice):
    """Supply to living rooms, extract from wet rooms, heat and moisture handed over (Japan's class 1)."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Lay its ducts; where no room is wet, every room has both."""
        super().__init__(described, house, seed, number)
        wet = wet_rooms(house)
        rooms = tuple(room.id for room in house.rooms)
        dry = tuple(room for room in rooms if room not in wet)
        self._supplied = dry or rooms
        self._extracted = tuple(room for room in rooms if room in wet) if dry and wet else rooms
        self.recovered_w = 0.0

    def act(self, around: Around) -> None:
        """Exchange air for one step."""
        level = int(self.setting("level"))
        self.recovered_w = 0.0
        self.values = {"bypassed": 0.0, "frost_protection": 0.0}
        if level == 0:
            return
        flow_m3_s = self.ratings["airflow_m3_h"] / 3600.0 * _LEVEL_SHARE[level]
        # Fans follow the cube of the flow; a third is electronics and what ducts always cost.
        self.power_w = self.ratings["power_w"] * (0.3 + 0.7 * _LEVEL_SHARE[level] ** 3)
        supply_c, supply_ratio = self._supply(around, flow_m3_s)
        self.acting = (
            *self._supplies(around, flow_m3_s, supply_c, supply_ratio, level),
            *self._extracts(around, flow_m3_s),
        )

    def _supply(self, around: Around, flow_m3_s: float) -> tuple[float, float]:
        """Return temperature and humidity of the air that is supplied."""
        outside, rooms = around.outside, around.rooms
        shares = [(around.index[room], share) for room, share in self._shares(around, self._extracted)]
        extract_c = sum(float(rooms.air_temperature_c[place]) * share for place, share in shares)
        extract_ratio = sum(float(rooms.humidity_ratio[place]) * share for place, share in shares)
        recovers, dampens = self.ratings["heat_recovery"], self.ratings["moisture_recovery"]
        cools = outside.temperature_c < extract_c and extract_c > _BYPASS_ABOVE_C
        if self.setting("bypass") >= 0.5 or cools:
            recovers = dampens = 0.0
            self.values["bypassed"] = 1.0
        lift_k = extract_c - outside.temperature_c
        limit_c = self.ratings["frost_limit_c"]
        if recovers > 0.0 and lift_k > 0.0 and extract_c - recovers * lift_k < limit_c:
            # The exchanger is kept from freezing: part of the supply goes round it.
            allowed = max(0.0, (extract_c - limit_c) / lift_k)
            dampens *= allowed / recovers
            recovers = allowed
            self.values["frost_protection"] = 1.0
        self.recovered_w = _AIR_J_M3_K * flow_m3_s * recovers * lift_k
        fan_k = 0.5 * self.power_w / (_AIR_J_M3_K * flow_m3_s)  # the supply fan's heat; the other's goes out
        ratio = outside.humidity_ratio + dampens * (extract_ratio - outside.humidity_ratio)
        return outside.temperature_c + recovers * lift_k + fan_k, ratio

    def _shares(self, around: Around, rooms: tuple[str, ...]) -> list[tuple[str, float]]:
        areas = [(room, float(around.floor_area_m2[around.index[room]])) for room in rooms]
        total = sum(area for _, area in areas)
        return [(room, area / total) for room, area in areas]

    def _supplies(self, around: Around, flow_m3_s: float, supply_c: float, ratio: float, level: int) -> list[Acting]:
        return [
            Acting(
                room=room,
                supply_m3_s=flow_m3_s * share,
                supply_temperature_c=supply_c,
                supply_humidity_ratio=ratio,
                supply_filtered=self.ratings["filter_share"],
                sound_dba=_LEVEL_DBA[level],
            )
            for room, share in self._shares(around, self._supplied)
        ]

    def _extracts(self, around: Around, flow_m3_s: float) -> list[Acting]:
        return [
            Acting(room=room, extract_m3_s=flow_m3_s * share) for room, share in self._shares(around, self._extracted)
        ]


class ExhaustFan(SimulatedDevice):
    """A fan in a wall: off, running always, or boosted."""

    def act(self, around: Around) -> None:
        """Draw air out for one step."""
        level = int(self.setting("level"))
        self.values = {}
        if level == 0:
            return
        boost = level == 2
        flow_m3_h = self.ratings["boost_m3_h" if boost else "airflow_m3_h"]
        self.power_w = self.ratings["boost_w" if boost else "power_w"]
        self.acting = (Acting(room=self.room, extract_m3_s=flow_m3_h / 3600.0, sound_dba=42.0 if boost else 25.0),)


__all__ = ["BalancedVentilation", "ExhaustFan", "wet_rooms"]
