"""Air conditioners: one for a room, and one with ducts for the whole house."""

from dataclasses import dataclass

from sumika.physics.psychrometrics import EVAPORATION_J_KG
from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.coil import saturated_ratio, sensible_and_water
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.devices.heat_pump import Frost, HeatPump
from sumika.world.devices.thermostat import Thermostat
from sumika.world.exchange import Acting

OFF, HEAT, COOL, DRY, FAN = range(5)

DEAD_BAND_K = 0.5
"""The compressor stops so far beyond the setpoint, and starts again on its other side; typical."""

_FAN_SHARE = (0.0, 0.35, 0.5, 0.65, 0.8, 1.0)
_FAN_DBA = (0.0, 21.0, 27.0, 33.0, 39.0, 45.0)  # typical of data sheets: 19 quiet to 47 powerful at 1 m
_FAN_W = 30.0  # indoor fan at full speed, typical
_AIR_KG_M3 = 1.2
_DEFROST_LOAD = 0.5  # share of the rated electric power while thawing, typical
_DRY_BYPASS = 0.65  # only a part of the coil is cold then, but that part cold enough to draw water; typical
_DRIFT_K_A_YEAR = 0.05
_TRICKLE = 0.05  # less than this share of its least load is not worth a start
_HEATS_FROM_C, _COOLS_UP_TO_C = -25.0, 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Air:
    temperature_c: float
    ratio: float
    relative: float
    volume_m3: float
    area_m2: float


class RoomAirConditioner(SimulatedDevice):
    """An inverter heat pump that blows into its room."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Hang it on the wall."""
        super().__init__(described, house, seed, number)
        plate = self.ratings
        least, most = plate["least_part_load"], plate["most_part_load"]
        # Rating points of JIS C 9612 and EN 14511: 20 °C inside and 7 °C outside; 27 and 35 °C.
        self._heating = HeatPump(
            rated_w=plate["heating_w"],
            rated_cop=plate["heating_cop"],
            rated_hot_c=20.0,
            rated_cold_c=7.0,
            outdoor_rated_c=7.0,
            per_k=0.02,
            least=least,
            most=most,
        )
        self._cooling = HeatPump(
            rated_w=plate["cooling_w"],
            rated_cop=plate["cooling_cop"],
            rated_hot_c=35.0,
            rated_cold_c=27.0,
            outdoor_rated_c=35.0,
            per_k=-0.009,
            least=least,
            most=most,
        )
        self._frost = Frost(plate["heating_w"])
        self._thermostat = Thermostat()
        self._sensor_off_k = float(self.random.normal(0.0, 0.2))
        self._mode, self._runs, self._since_s = OFF, False, -1e9
        self._idle = (Acting(room=self.room, convective_w=plate["standby_w"]),)
        self.source_w = 0.0

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Refuse to change its mode while it thaws, or too soon after its compressor started."""
        if setting != "mode" or round(value) == self.panel.wanted("mode"):
            return ""
        if self._frost.thawing_s > 0.0:
            return f"defrosting, {self._frost.thawing_s:.0f} s left"
        left_s = self._since_s + self.ratings["least_on_s"] - now_s
        if self._runs and left_s > 0.0:
            return f"minimum on-time, {left_s:.0f} s left"
        return ""

    def rest(self, around: Around) -> None:
        """Stop; the compressor may start again after its rest."""
        super().rest(around)
        self._switch(False, around.now_s)
        self._thermostat.forget()

    def act(self, around: Around) -> None:
        """Run for one step."""
        mode, air = int(self.setting("mode")), self._air(around)
        if mode != self._mode:
            self._mode = mode
            self._thermostat.forget()
            self._switch(False, around.now_s)
        self.power_w, self.source_w = self.ratings["standby_w"], 0.0
        said_c = self.measured(
            air.temperature_c, offset=self._sensor_off_k, noise=0.05, step=0.5, drift_a_year=_DRIFT_K_A_YEAR
        )
        self.values = {"room_temperature_c": said_c}
        # A thaw ends by the clock whatever the mode: an order to stop may arrive just as it begins.
        thaws = self._frost.thaw(around.seconds)
        if mode == HEAT:
            self._heat(around, air, thaws)
        elif mode in (COOL, DRY):
            self._cool(around, air, dry=mode == DRY)
        elif mode == FAN:
            self._blow(around, self._fan(0.3), 0.0, 0.0)
        if not self.acting:
            self.acting = self._idle
        self.values["defrosting"] = float(self._frost.thawing_s > 0.0)
        self.values["compressor_on"] = float(self._runs)

    def _air(self, around: Around) -> _Air:
        place, rooms = around.index[self.room], around.rooms
        return _Air(
            temperature_c=float(rooms.air_temperature_c[place]),
            ratio=float(rooms.humidity_ratio[place]),
            relative=float(rooms.relative_humidity[place]),
            volume_m3=float(around.volume_m3[place]),
            area_m2=float(around.floor_area_m2[place]),
        )

    def _switch(self, on: bool, now_s: float) -> None:
        if on != self._runs:
            self._runs, self._since_s = on, now_s

    def _decide(self, short_k: float, wanted_w: float, least_w: float, around: Around) -> bool:
        """Switch the compressor with its dead-band and its least times on and off; return whether it runs.

        A step longer than that holds several runs and rests: there the compressor runs for the part of it that is
        wanted, or a room would swing by kelvins only because nobody looks at it in between.
        """
        now_s = around.now_s
        if self._cycles_within(around):
            self._switch(wanted_w > _TRICKLE * least_w, now_s)
        elif now_s - self._since_s >= self.ratings["least_on_s"]:
            if self._runs and short_k < -DEAD_BAND_K and wanted_w <= least_w:
                self._switch(False, now_s)
            elif not self._runs and (short_k > DEAD_BAND_K or (short_k > 0.0 and wanted_w >= least_w)):
                self._switch(True, now_s)
        return self._runs

    def _cycles_within(self, around: Around) -> bool:
        return around.seconds > self.ratings["least_on_s"]

    def _fan(self, load: float) -> int:
        level = int(self.panel.values.get("fan_level", 0.0))
        return level if level > 0 else min(5, 1 + int(4.0 * load))

    def _heat(self, around: Around, air: _Air, thaws: float) -> None:
        outside, pump = around.outside, self._heating
        short_k = self.setting("setpoint_c") - air.temperature_c - self._sensor_off_k
        most_w = pump.capacity_w(outside.temperature_c) if outside.temperature_c >= _HEATS_FROM_C else 0.0
        wanted_w = self._thermostat.needed_w(
            short_k, around.seconds, air.volume_m3, air.area_m2, most_w, learns=thaws == 0.0
        )
        least_w = pump.least * pump.rated_w
        if not self._decide(short_k, wanted_w, least_w, around) or most_w <= 0.0:
            return
        asked_w = wanted_w if self._cycles_within(around) else max(wanted_w, least_w)
        duty = pump.duty(asked_w, air.temperature_c, outside.temperature_c, outside.temperature_c)
        self._frost.grow(
            duty.heat_w * (1.0 - thaws),
            pump.rated_w,
            outside.temperature_c,
            outside.humidity_ratio,
            around.seconds,
        )
        heat_w = duty.heat_w * (1.0 - thaws)
        melting_w = thaws * _DEFROST_LOAD * pump.rated_w / pump.rated_cop
        self.power_w += duty.electric_w * (1.0 - thaws) + melting_w
        # While it thaws the fan indoors stands, and its electricity melts ice: it goes outside.
        self.source_w = heat_w + self.ratings["standby_w"] - self.power_w
        self._blow(around, self._fan(duty.heat_w / pump.rated_w), heat_w + self.ratings["standby_w"], 0.0)

    def _cool(self, around: Around, air: _Air, *, dry: bool) -> None:
        outside, pump = around.outside, self._cooling
        warm_k = air.temperature_c + self._sensor_off_k - self.setting("setpoint_c")
        most_w = pump.capacity_w(outside.temperature_c) if outside.temperature_c <= _COOLS_UP_TO_C else 0.0
        least_w = pump.least * pump.rated_w
        wanted_w = self._thermostat.needed_w(warm_k, around.seconds, air.volume_m3, air.area_m2, most_w)
        if dry:
            damp = air.relative - self.setting("humidity_setpoint")
            warm_k, wanted_w = min(warm_k + 2.0, 40.0 * damp), min(most_w, max(least_w, 10.0 * damp * least_w))
        if not self._decide(warm_k, wanted_w, least_w, around) or most_w <= 0.0:
            return
        asked_w = wanted_w if self._cycles_within(around) else max(wanted_w, least_w)
        duty = pump.duty(asked_w, outside.temperature_c, air.temperature_c, outside.temperature_c)
        # Drying: little air over a cold coil; the other way round it would cool.
        level = 1 if dry else self._fan(duty.heat_w / pump.rated_w)
        bypass = _DRY_BYPASS if dry else self.ratings["bypass_factor"] ** (1.0 / _FAN_SHARE[level] ** 0.2)
        flow_kg_s = _AIR_KG_M3 * self.ratings["airflow_m3_h"] / 3600.0 * _FAN_SHARE[level]
        sensible_w, water_kg_s = sensible_and_water(duty.heat_w, air.temperature_c, air.ratio, flow_kg_s, bypass)
        # What the room can give bounds what is removed: a step must not dry the air below the coil.
        spare_kg = max(0.0, air.ratio - saturated_ratio(1.0)) * _AIR_KG_M3 * air.volume_m3
        water_kg_s = min(water_kg_s, spare_kg / around.seconds)
        taken_w = sensible_w + water_kg_s * EVAPORATION_J_KG
        self.power_w += duty.electric_w * (taken_w / duty.heat_w if duty.heat_w > 0.0 else 0.0)
        self.source_w = -(taken_w + self.power_w - self.ratings["standby_w"])
        self._blow(around, level, self.ratings["standby_w"] - sensible_w, water_kg_s)

    def _blow(self, around: Around, level: int, heat_w: float, water_kg_s: float) -> None:
        fan_w = 0.0
        if self._mode == FAN:
            fan_w = _FAN_W * _FAN_SHARE[level] ** 3
            self.power_w += fan_w
            heat_w += self.power_w
        self.values["fan"] = float(level)
        self.acting = (Acting(room=self.room, convective_w=heat_w, vapour_kg_s=-water_kg_s, sound_dba=_FAN_DBA[level]),)


class WholeHouseAirConditioner(RoomAirConditioner):
    """A heat pump with ducts: it draws air from the whole house and blows it into every room."""

    def _air(self, around: Around) -> _Air:
        """Return the air that its return duct draws: of all rooms, by volume."""
        share, rooms = around.volume_m3 / around.volume_m3.sum(), around.rooms
        return _Air(
            temperature_c=float(share @ rooms.air_temperature_c),
            ratio=float(share @ rooms.humidity_ratio),
            relative=float(share @ rooms.relative_humidity),
            volume_m3=float(around.volume_m3.sum()),
            area_m2=float(around.floor_area_m2.sum()),
        )

    def act(self, around: Around) -> None:
        """Run for one step; the fan runs on while it is switched on, so that the house's air is one."""
        super().act(around)
        if self._mode == OFF:
            return
        whole = self.acting[0]
        if self._mode != FAN:  # there the fan is counted already
            self.power_w += self.ratings["fan_w"]
        heat_w = whole.convective_w + (self.ratings["fan_w"] if self._mode != FAN else 0.0)
        flow_m3_s = self.ratings["airflow_m3_h"] / 3600.0
        total = float(around.volume_m3.sum())
        self.acting = tuple(
            Acting(
                room=room,
                convective_w=heat_w * share,
                vapour_kg_s=whole.vapour_kg_s * share,
                mixed_m3_s=flow_m3_s * share,
                sound_dba=25.0,
            )
            for room, share in ((room, float(around.volume_m3[place]) / total) for room, place in around.index.items())
        )
