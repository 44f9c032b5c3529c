"""The half of the controller that observes: what is known of a house and of its people, from what was measured.

It learns every night and plans nothing; what is done with what it knows is `sumika.ecu.ecu`'s.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.arousal import RestingRates
from sumika.belief.comfort import HUMIDITY, Liking, band_of
from sumika.belief.forecast import UNKNOWN_C, Foreteller
from sumika.belief.house import HouseBelief
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.belief.record import ROW_S
from sumika.belief.roof import Roof
from sumika.belief.routine import Routine
from sumika.belief.usage import Usage
from sumika.ecu.dust_watch import DustWatch
from sumika.ecu.last_told import LastTold
from sumika.ecu.moments import passed_s
from sumika.ecu.outlook import LEAST_RAIN_MM_H, Measurements, repeated
from sumika.ecu.plain_numbers import BELIEVED
from sumika.ecu.stores import CAR_RESERVE, MAINS_C, WATER_KWH_L_K
from sumika.ecu.watch import Watch
from sumika.physics.heat_pump import water_heating_cop
from sumika.physics.psychrometrics import humidity_ratio
from sumika.schema import AirSample, DeviceState, Vote, WeatherSample
from sumika.schema.house import Device, House
from sumika.units import clamp

Array = NDArray[np.float64]

LEARNS_AT_H = 3
VOTE_EVERY_S = 3 * 3600.0
SILENT_S = 3600.0
"""Nothing measured for so long, the power was off, or Sumika was."""

RAIN_LASTS_S = 3600.0
"""So long rain is taken to go on when it was measured; as the safety gate does."""

LEAST_CHARGE_W = 100.0
"""A car that takes less of what it is offered takes nothing: that is the wallbox itself."""

COLDEST_MAINS_C, WARMEST_MAINS_C = 5.0, 30.0
"""Of tap water, that the ground may bring it to: a sensor of the air outside that hangs in the sun says more."""

_OUTDOOR_MEMORY = 0.8  # of the running mean from day to day, EN 16798-1


def _believable(sample: WeatherSample) -> WeatherSample:
    """Return a word of the weather without what cannot be: a sensor that died says -127 °C, or 85 °C."""
    said = {name: getattr(sample, name) for name in BELIEVED if name in sample.__struct_fields__}
    wrong = {
        name: None
        for name, value in said.items()
        if value is not None and not BELIEVED[name][0] <= value <= BELIEVED[name][1]
    }
    return msgspec.structs.replace(sample, **wrong) if wrong else sample


class Observer:
    """What is known of one house and of its people.

    Who observes with it gives `_take` what was measured, and lets `_turn` close the quarter of an hour after that.

    Attributes:
        house: As it is described.
        belief: Of rooms and of the house's own behaviour.
        routine: Of people.
        usage: Of hot water, sockets and the car.
        roof: Of what its panels give.
        likings: By room: how much warmer than the standard people like it.
        resting: Of heart and breath at rest; whoever measures them tells it.
        dust: Of fine particles.
        watch: Of devices that do not obey, sensors that lie, and what has changed in the house.
        learns: Whether the house's parameters are learned anew every night.
    """

    def __init__(self, house: House, currency: str) -> None:
        """Know a house as it is described; everything else is learned.

        Args:
            house: Its description.
            currency: Of prices.
        """
        self.house = house
        self.belief = HouseBelief(house)
        self.routine, self.usage = Routine(house), Usage(house)
        self.roof = Roof(house, self.belief.sun)
        self.likings: dict[str, Liking] = {room.id: Liking() for room in house.rooms}
        self.resting = RestingRates()
        self.dust = DustWatch(house, self.belief.outline)
        self.watch = Watch(self.belief)
        self.learns = True
        self._foreteller = Foreteller(self.belief.sun, PriceBook(KnownTariff(currency=currency)))
        self._at: datetime | None = None
        self._last_told = LastTold()
        self._humidity: dict[str, float] = {}
        self._made_kwh: dict[str, float] = {}
        self._car_kwh: dict[str, float] = {}
        self._car_told_s: dict[str, float] = {}
        self._outdoor_mean_c: float | None = None
        self._outdoor_day: list[float] = []
        self._outside_s = self._rains_until_s = 0.0
        self._foretold_c: tuple[Array, Array] | None = None
        self._learned_on = -1
        self._activities: dict[str, str] = {}
        self._voted: dict[tuple[str, str], float] = {}
        self._presence: Mapping[str, tuple[float | None, float]] = {}

    @property
    def at(self) -> datetime | None:
        """When something was observed last; None before."""
        return self._at

    @property
    def told(self) -> Mapping[tuple[str, str], float]:
        """What devices said last that may still be so, by (device, name)."""
        return self._last_told.now()

    @property
    def silent(self) -> frozenset[tuple[str, str]]:
        """What devices told once and do not tell any more, by (device, name)."""
        return self._last_told.silent()

    @property
    def mains_c(self) -> float:
        """Of tap water: it follows the weather, and is as cold and as warm at most as the ground gets."""
        mean_c = self._outdoor_mean_c if self._outdoor_mean_c is not None else MAINS_C
        return clamp(0.6 * mean_c + 5.0, COLDEST_MAINS_C, WARMEST_MAINS_C)

    @property
    def _dressed_for_c(self) -> float:
        return self._outdoor_mean_c if self._outdoor_mean_c is not None else UNKNOWN_C

    def vote(self, vote: Vote) -> None:
        """Hear how a resident feels.

        Args:
            vote: One tap.
        """
        state, index = self.belief.state, self.belief.outline.index
        if state is None or vote.room not in index:
            return
        # Who feels too warm says so again and again: one vote in some hours is as much news as ten.
        second = vote.stamp.wall_ns / 1e9
        if second - self._voted.get((vote.resident, vote.room), -np.inf) < VOTE_EVERY_S:
            return
        self._voted[vote.resident, vote.room] = second
        room, rooms = index[vote.room], self.belief.thermal.rooms
        felt = 0.5 * float(state[room] + state[rooms + room])
        ratio = self._humidity.get(vote.room)
        relative = HUMIDITY if ratio is None else ratio / float(humidity_ratio(clamp(float(state[room]), 5, 35), 1.0))
        band = band_of(self._dressed_for_c, does=self._does(vote.room), humidity=relative)
        self.likings[vote.room].vote(vote.sensation, felt, band)

    def decline(self, room: str, setpoint_c: float, sensation: float) -> None:
        """Hear that a suggested temperature is not wanted.

        Args:
            room: Where.
            setpoint_c: What was suggested.
            sensation: How it would feel, -3 cold to +3 hot.
        """
        if room in self.likings:
            band = band_of(self._dressed_for_c, does=self._does(room))
            self.likings[room].vote(sensation, setpoint_c, band)

    def forget_times(self) -> None:
        """Forget when people voted and when was learned last: the clock that told it was wrong."""
        self._voted, self._learned_on = {}, -1

    def _take(self, measurements: Measurements) -> None:
        """Take in what was measured; it is never older than what was taken in before."""
        seconds = passed_s(self._at, measurements.at) if self._at is not None else 0.0
        self._at = measurements.at
        record, now_s = self.belief.record, measurements.at.timestamp()
        if record.began_s is None:
            record.turn(now_s)
        elif now_s - record.began_s > SILENT_S:
            # What is measured after a silence is no part of the quarter in which that began.
            self.belief.turn(now_s)
        for sample in self.watch.sound(measurements.air, measurements.at):
            record.air(sample)
            self._air(sample)
        self._weather(measurements.weather, now_s)
        if measurements.meter is not None:
            record.meter(measurements.meter)
            self._foreteller.prices.see(
                measurements.at, measurements.meter.price_per_kwh, measurements.meter.carbon_g_kwh
            )
        self.watch.devices(measurements.written, measurements.devices, measurements.at)
        self._last_told.hear(measurements.devices, measurements.at.timestamp())
        for state in measurements.devices:
            record.device(state)
            self._device(state, seconds)
        self._presence = measurements.presence
        for room, (probability, people) in measurements.presence.items():
            if probability is not None:
                record.people(room, max(float(people), 0.0))
                record.asleep(room, measurements.activities.get(room) == "sleep")
        for vote in measurements.votes:
            self.vote(vote)
        self._activities = dict(measurements.activities)
        # Who comes between two quarters is planned for at once; until the next one nothing else would know of it.
        self.routine.look(measurements.at, self._people(), self._activities)

    def _air(self, sample: AirSample) -> None:
        if sample.relative_humidity is not None and sample.temperature_c is not None:
            self._humidity[sample.room] = float(humidity_ratio(sample.temperature_c, sample.relative_humidity))
        self.dust.hear(sample)

    def _weather(self, told: WeatherSample | None, now_s: float) -> None:
        sample, outdoor_c = None if told is None else _believable(told), None
        if sample is not None:
            self.belief.record.weather(sample)
            self.dust.hear_weather(sample)
            if sample.rain_mm_h is not None:
                self._rains_until_s = now_s + RAIN_LASTS_S if sample.rain_mm_h >= LEAST_RAIN_MM_H else 0.0
            outdoor_c = sample.temperature_c
        if outdoor_c is not None:
            self._outside_s = now_s
        elif self._foretold_c is not None and now_s - self._outside_s > SILENT_S:
            # Nobody measures outside: people dress, and a house cools, by the weather that there is; where the forecast
            # has ended, by that of the same hour of its last day.
            moments, foretold_c = self._foretold_c
            outdoor_c = float(np.interp(repeated(np.array(now_s), moments), moments, foretold_c))
            self.belief.record.foretold(outdoor_c)
        if outdoor_c is not None:
            self._outdoor_day = [*self._outdoor_day, outdoor_c][-288:]

    def _device(self, state: DeviceState, seconds: float) -> None:
        if not state.available:
            return
        device = next((one for one in self.house.devices if one.id == state.device), None)
        if device is None or state.power_w is None or not np.isfinite(state.power_w):
            return
        if device.kind == "heat_pump_water_heater":
            outdoor = self._outdoor_day[-1] if self._outdoor_day else 10.0
            cop = water_heating_cop(outdoor, MAINS_C, 65.0, rated_cop=device.ratings.get("heating_cop", 3.7))
            work = max(0.0, state.power_w - 10.0) * seconds / 3.6e6
            self._made_kwh[device.id] = self._made_kwh.get(device.id, 0.0) + float(cop) * work
        elif device.kind == "ev_charger":
            # Only while it is told: a wallbox knows no power once its transaction is over, and that is not its last.
            told_s = min(seconds, ROW_S)
            self._car_told_s[device.id] = self._car_told_s.get(device.id, 0.0) + told_s
            work = max(0.0, state.power_w) * told_s / 3.6e6
            self._car_kwh[device.id] = self._car_kwh.get(device.id, 0.0) + work

    def _turn(self, at: datetime) -> None:
        """Close a quarter of an hour, where one has passed: people, hot water, sockets, the car; at night learn."""
        if not self.belief.turn(at.timestamp()):
            return
        self.watch.quarter()
        before = at - timedelta(minutes=8)
        self.routine.see(before, self._people(), self._activities)
        rows = self.belief.record.rows().last(1)
        rest = self.belief.thermal.driven(rows).rest_w
        self.usage.other(before, float(rest[-1]))
        told = self.told
        dust = self.dust.made(told)
        if dust is not None:
            self.usage.dust(before, dust)
        self._stores(told, before)
        self._day_over(at)

    def _stores(self, told: Mapping[tuple[str, str], float], before: datetime) -> None:
        """Take what tank and car held at the end of a quarter, where they say it."""
        for device in self.house.devices:
            if device.kind == "heat_pump_water_heater":
                if (device.id, "hot_water_l") not in told:
                    self._made_kwh.pop(device.id, None)
                    self.usage.tank_lost(device.id)
                    continue
                mains = self.mains_c
                hot = told[device.id, "hot_water_l"] * (told.get((device.id, "tank_c"), 65.0) - mains)
                made = self._made_kwh.pop(device.id, 0.0)
                self.usage.tank(before, device.id, WATER_KWH_L_K * hot, made, WATER_KWH_L_K * (40.0 - mains))
            elif device.kind == "ev_charger":
                given_kwh, takes_nothing = self._given(device)
                capacity_kwh, at_home = rating(device, "car_kwh"), told.get((device.id, "at_home"), 1.0) > 0.5
                if (device.id, "charge") in told:
                    self.usage.see_car(before, device.id, at_home, told[device.id, "charge"] * capacity_kwh)
                    continue
                # Where it is not known when the car is away, what it was given says nothing of what it holds.
                if (device.id, "at_home") not in told:
                    continue
                self.usage.see_untold_car(
                    before,
                    device.id,
                    at_home,
                    given_kwh=given_kwh,
                    takes_nothing=takes_nothing,
                    least_kwh=CAR_RESERVE * capacity_kwh,
                    most_kwh=capacity_kwh,
                )

    def _given(self, device: Device) -> tuple[float, bool]:
        """Return what a charger gave its car in the last quarter, kWh, and whether the car took nothing of an offer."""
        rows, place = self.belief.record.rows(), self.belief.record.devices.index(device.id)
        last = rows.last(1)
        offered_w = float(last.setting(device.id, "power_w", 0.0)[-1])
        offers = float(last.setting(device.id, "mode", 0.0)[-1]) == 2.0 and offered_w >= rating(device, "least_w")
        taken_kwh, told_s = self._car_kwh.pop(device.id, 0.0), self._car_told_s.pop(device.id, 0.0)
        if not np.isfinite(rows.power_w[:, place]).any():
            # A wallbox that never tells power is taken at its word.
            taken_kwh = max(0.0, offered_w) * offers * ROW_S / 3.6e6
        nothing = told_s >= 0.5 * ROW_S and taken_kwh * 3.6e6 < LEAST_CHARGE_W * told_s
        return float(np.sqrt(rating(device, "round_trip"))) * taken_kwh, bool(offers and nothing)

    def _day_over(self, at: datetime) -> None:
        mean = float(np.mean(self._outdoor_day)) if self._outdoor_day else None
        if self._outdoor_mean_c is None:
            self._outdoor_mean_c = mean
        day = at.toordinal()
        if at.hour == LEARNS_AT_H and day != self._learned_on:
            if self._outdoor_mean_c is not None and mean is not None:
                self._outdoor_mean_c = _OUTDOOR_MEMORY * self._outdoor_mean_c + (1.0 - _OUTDOOR_MEMORY) * mean
            self._learned_on = day
            self.roof.learn(self.belief.record.rows())
            self.watch.night(at, learned=False)
            if self.learns and not self.watch.nights.slow.is_in_doubt:
                self.belief.learn(rounds=4)
            self.watch.night(at, learned=True)

    def _people(self) -> dict[str, float | None]:
        """Return by room how many are told to be there; None: nobody knows."""
        return {
            room: (float(count) if probability is not None else None)
            for room, (probability, count) in self._presence.items()
        }

    def _does(self, room: str) -> str:
        """Return what people are told to do in a room; somebody who votes does not sleep."""
        return "active" if self._activities.get(room) == "active" else "awake"
