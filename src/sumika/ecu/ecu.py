"""The whole controller in one object: it observes, learns, plans and says why; no bus, no processes, no clock.

ecu = Ecu(house)
ecu.observe(measurements)            # whenever something was measured
commands = ecu.plan(forecast)        # every quarter of an hour: what passes the safety gate
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sumika.belief.arousal import RestingRates
from sumika.belief.comfort import HUMIDITY, Liking, band_of
from sumika.belief.forecast import Foreteller
from sumika.belief.house import HouseBelief
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.belief.roof import Roof
from sumika.belief.routine import Routine
from sumika.belief.usage import Usage
from sumika.ecu.appliances import Appliances
from sumika.ecu.dust_watch import DustWatch
from sumika.ecu.first_guess import guess_first
from sumika.ecu.foretold import check_forecast
from sumika.ecu.guard import Guard
from sumika.ecu.in_order import check_bands, check_measurements, check_names
from sumika.ecu.inputs import Inputs
from sumika.ecu.levels import Standing, standing_of
from sumika.ecu.light_reasons import light_reason, with_given
from sumika.ecu.light_watch import LightWatch
from sumika.ecu.nudges import Nudging, with_nudges
from sumika.ecu.outlook import Ahead, Forecast, Measurements, ahead_of
from sumika.ecu.restraint import stores_left, with_people_warm
from sumika.ecu.room_wishes import RoomWishes
from sumika.ecu.situating import Situating
from sumika.ecu.start_reasons import start_reason
from sumika.ecu.stores import MAINS_C, WATER_KWH_L_K, stores_of
from sumika.ecu.to_devices import Telling, commands_of
from sumika.ecu.watch import Watch
from sumika.physics.heat_pump import water_heating_cop
from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.problem import Planned, plan
from sumika.plan.reasons import Reason
from sumika.plan.runs import place
from sumika.plan.situation import Grid, Situation
from sumika.schema import AirSample, Asker, Command, DeviceState, SumikaError, Vote, WeatherSample
from sumika.schema.house import House
from sumika.schema.worth import Worth, worth_of
from sumika.units import clamp

Array = NDArray[np.float64]

LEARNS_AT_H = 3
VOTE_EVERY_S = 3 * 3600.0
_OUTDOOR_MEMORY = 0.8  # of the running mean from day to day, EN 16798-1
_EVERY_S = 900.0


class Ecu:
    """Belief and planner of one house.

    Attributes:
        belief: Of rooms and of the house's own behaviour.
        routine: Of people.
        usage: Of hot water, sockets and the car.
        light: Of lamps and daylight.
        resting: Of heart and breath at rest; whoever measures them tells it.
        nudging: Of what is done for a while because of strain.
        appliances: Of machines that wait to be started.
        planned: The newest plan; None before the first.
        learns: Whether the house's parameters are learned anew every night.
        watch: Of devices that do not obey, sensors that lie, and what has changed in the house.
        dust: Of fine particles.
        wishes: What residents wish of rooms for a while.
        guard: The safety gate inside; None where one stands elsewhere.
        comfort_c: By room: the band of air temperature that was asked for; it may be changed between two plans.
    """

    def __init__(
        self,
        house: House,
        *,
        currency: str = "JPY",
        worth: Worth | None = None,
        plans_every_s: float = 900.0,
        guarded: bool = True,
        comfort_c: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        """Know a house as it is described; everything else is learned.

        Args:
            house: Its description; only rooms are needed.
            currency: Of prices.
            worth: What is worth how much; None: as the house's `control` says.
            plans_every_s: So long a plan is followed, step by step, before the next one is made.
            guarded: Whether the safety gate is inside, and unknown names and forecasts that cannot be are errors;
                otherwise what `plan` returns is to pass a gate elsewhere, and what is unknown is left alone.
            comfort_c: By room: the band of air temperature that is asked for whenever somebody is there, °C; what is
                absent follows ISO 7730 and what residents say.

        Raises:
            UsageError: if there is no such room, or nothing lies in a band.
        """
        check_bands(comfort_c or {}, house)
        self.comfort_c = dict(comfort_c or {})
        self.guard = Guard(house) if guarded else None
        self._plans_every_s = plans_every_s
        self.learns = True
        self.house = house
        self.worth = worth if worth is not None else worth_of(house.control, currency)
        self.belief = HouseBelief(house)
        self.routine, self.usage = Routine(house), Usage(house)
        self.roof = Roof(house, self.belief.sun)
        self.watch = Watch(self.belief)
        self._foretold = True
        self._own = Foreteller(self.belief.sun, PriceBook(KnownTariff(currency=self.worth.currency)))
        self.light = LightWatch(house, self.belief, self.routine, self.worth)
        self.resting = RestingRates()
        self.nudging = Nudging(house.control, [room.id for room in house.rooms])
        self.appliances = Appliances(house, self.belief.outline, self.worth)
        self.planned: Planned | None = None
        self.likings: dict[str, Liking] = {room.id: Liking() for room in house.rooms}
        self._telling = Telling(self.belief)
        self._told: dict[tuple[str, str], float] = {}
        self._at: datetime | None = None
        self._humidity: dict[str, float] = {}
        self.dust = DustWatch(house, self.belief.outline)
        self.wishes = RoomWishes()
        self._made_kwh: dict[str, float] = {}
        self._outdoor_mean_c: float | None = None
        self._outdoor_day: list[float] = []
        self._learned_on = -1
        self._activities: dict[str, str] = {}
        self._voted: dict[tuple[str, str], float] = {}
        self._presence: Mapping[str, tuple[float | None, float]] = {}

    def observe(self, measurements: Measurements, time: datetime | None = None) -> None:
        """Take in what was measured.

        Args:
            measurements: At one moment; never older than the last ones.
            time: That moment, with its zone; None: as the measurements say themselves.

        Raises:
            UsageError: if they are older than what was observed before, without a time zone, or, where the gate is
                inside, of a room or device that the house does not have.
        """
        if time is not None:
            measurements = replace(measurements, at=time)
        at = measurements.at
        check_measurements(measurements, self._at)
        if self.guard is not None:
            check_names(measurements, self.house)
            self.guard.observe(measurements)
        seconds = (at - self._at).total_seconds() if self._at is not None else 0.0
        self._at = at
        self._take(measurements, seconds)
        self._nudge(measurements)
        self.light.look(measurements)
        self.appliances.told(measurements.loaded)
        self.appliances.hear(measurements.devices, at)
        if self.belief.turn(at.timestamp()):
            self._quarter(at)
        if self.guard is not None:
            guess_first(self.belief, measurements.air)

    def look(self, measurements: Measurements) -> tuple[Command, ...]:
        """Look at people and lamps alone, between two observations; return what lamps are to be told at once.

        Args:
            measurements: At one moment; never older than the last ones. Only people, lamps and light count.
        """
        if self._at is None:
            return ()
        self._nudge(measurements)
        commands = commands_of(self.light.look(measurements), measurements.at, Asker.PLAN)
        explained = with_given(commands, self.given_reasons({one.device for one in commands}))
        return self.guard.passed(explained, measurements.at) if self.guard is not None and explained else explained

    def _nudge(self, measurements: Measurements) -> None:
        """Look whether anybody's strain is to be eased, or somebody undid what was done for that."""
        touched = {*measurements.touched, *(vote.room for vote in measurements.votes)}
        self.nudging.look(measurements.at, measurements.arousal, touched, measurements.activities)
        self.light.nudges = self.nudging.now(measurements.at)

    def nudged(self, commands: Iterable[Command]) -> tuple[Command, ...]:
        """Return commands, those in rooms where strain is eased with a word on it.

        Args:
            commands: With reasons.
        """
        nudges = self.nudging.now(self._at) if self._at is not None else {}
        return with_nudges(commands, nudges, {device.id: device.room for device in self.house.devices})

    def given_reasons(self, devices: Collection[str]) -> dict[str, Reason]:
        """Return why those of some devices do what they do that are no part of the optimisation.

        Args:
            devices: Their ids.
        """
        told = {device: self.light.why(device) for device in devices}
        lit = {device: light_reason(why, self.house) for device, why in told.items() if why is not None}
        starts = {one.device: start_reason(one, self.worth.currency) for one in self.appliances.starts()}
        return {**lit, **{device: reason for device, reason in starts.items() if device in devices}}

    def _take(self, measurements: Measurements, seconds: float) -> None:
        record = self.belief.record
        if record.began_s is None:
            record.turn(measurements.at.timestamp())
        for sample in self.watch.sound(measurements.air, measurements.at):
            record.air(sample)
            self._air(sample)
        if measurements.weather is not None:
            record.weather(measurements.weather)
            self._weather(measurements.weather)
        if measurements.meter is not None:
            record.meter(measurements.meter)
            self._own.prices.see(measurements.at, measurements.meter.price_per_kwh, measurements.meter.carbon_g_kwh)
        self.watch.devices(measurements.written, measurements.devices, measurements.at)
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

    def _weather(self, sample: WeatherSample) -> None:
        if sample.temperature_c is not None:
            self._outdoor_day = [*self._outdoor_day, sample.temperature_c][-288:]
        self.dust.hear_weather(sample)

    def vote(self, vote: Vote) -> None:
        """Hear how a resident feels.

        Args:
            vote: One tap.
        """
        state, index = self.belief.state, self.belief.outline.index
        if state is None or vote.room not in index or self._outdoor_mean_c is None:
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
        band = band_of(self._outdoor_mean_c, does=self._does(vote.room), humidity=relative)
        self.likings[vote.room].vote(vote.sensation, felt, band)

    def decline(self, room: str, setpoint_c: float, sensation: float) -> None:
        """Hear that a suggested temperature is not wanted.

        Args:
            room: Where.
            setpoint_c: What was suggested.
            sensation: How it would feel, -3 cold to +3 hot.
        """
        if room in self.likings and self._outdoor_mean_c is not None:
            band = band_of(self._outdoor_mean_c, does=self._does(room))
            self.likings[room].vote(sensation, setpoint_c, band)

    def _device(self, state: DeviceState, seconds: float) -> None:
        if not state.available:
            return
        for name, value in state.values.items():
            self._told[state.device, name] = value
        device = next((one for one in self.house.devices if one.id == state.device), None)
        if device is not None and device.kind == "heat_pump_water_heater" and state.power_w is not None:
            outdoor = self._outdoor_day[-1] if self._outdoor_day else 10.0
            cop = water_heating_cop(outdoor, MAINS_C, 65.0, rated_cop=device.ratings.get("heating_cop", 3.7))
            work = max(0.0, state.power_w - 10.0) * seconds / 3.6e6
            self._made_kwh[device.id] = self._made_kwh.get(device.id, 0.0) + float(cop) * work

    def _people(self) -> dict[str, float | None]:
        """Return by room how many are told to be there; None: nobody knows."""
        return {
            room: (float(count) if probability is not None else None)
            for room, (probability, count) in self._presence.items()
        }

    def _quarter(self, at: datetime) -> None:
        """Close a quarter of an hour: people, hot water, sockets, the car; at night learn."""
        self.watch.quarter()
        before = at - timedelta(minutes=8)
        self.routine.see(before, self._people(), self._activities)
        rows = self.belief.record.rows().last(1)
        rest = self.belief.thermal.driven(rows).rest_w
        self.usage.other(before, float(rest[-1]))
        dust = self.dust.made(self._told)
        if dust is not None:
            self.usage.dust(before, dust)
        for device in self.house.devices:
            if device.kind == "heat_pump_water_heater" and (device.id, "hot_water_l") in self._told:
                mains = self.mains_c
                hot = self._told[device.id, "hot_water_l"] * (self._told.get((device.id, "tank_c"), 65.0) - mains)
                made = self._made_kwh.pop(device.id, 0.0)
                self.usage.tank(before, device.id, WATER_KWH_L_K * hot, made, WATER_KWH_L_K * (40.0 - mains))
            elif device.kind == "ev_charger" and (device.id, "charge") in self._told:
                held = self._told[device.id, "charge"] * device.ratings.get("car_kwh", 40.0)
                self.usage.see_car(before, device.id, self._told.get((device.id, "at_home"), 1.0) > 0.5, held)
        self._day_over(at)

    def _does(self, room: str) -> str:
        """Return what people are told to do in a room; somebody who votes does not sleep."""
        return "active" if self._activities.get(room) == "active" else "awake"

    def _day_over(self, at: datetime) -> None:
        mean = float(np.mean(self._outdoor_day)) if self._outdoor_day else 12.0
        if self._outdoor_mean_c is None:
            self._outdoor_mean_c = mean
        day = at.toordinal()
        if at.hour == LEARNS_AT_H and day != self._learned_on:
            self._outdoor_mean_c = _OUTDOOR_MEMORY * self._outdoor_mean_c + (1.0 - _OUTDOOR_MEMORY) * mean
            self._learned_on = day
            self.roof.learn(self.belief.record.rows())
            self.watch.night(at, learned=False)
            if self.learns and not self.watch.nights.slow.is_in_doubt:
                self.belief.learn(rounds=4)
            self.watch.night(at, learned=True)

    @property
    def standing(self) -> Standing:
        """At which level control stands now, and what it does without."""
        return standing_of(
            self.watch.held.values(),
            foretold=self._foretold,
            measured=self.watch.is_measured,
            disagreeing=[room for room, liking in self.likings.items() if liking.is_disputed],
            zone=None if self._at is None else self._at.tzinfo,
        )

    @property
    def mains_c(self) -> float:
        """Of tap water: it follows the weather, and is never colder than the ground."""
        return max(5.0, 0.6 * (self._outdoor_mean_c if self._outdoor_mean_c is not None else MAINS_C) + 5.0)

    def situate(
        self, forecast: Forecast | None, grid: Grid | None = None, *, wishes: RoomWishes | None = None
    ) -> Situating:
        """Return what a plan is made from, now.

        Args:
            forecast: Of weather and prices; None: nobody foretells, and the house's own record stands in.
            grid: Of the plan; None: two days from now on.
            wishes: Of rooms; None: those in force.

        Raises:
            SumikaError: if nothing was observed yet.
        """
        if self._at is None or self.belief.state is None:
            raise SumikaError("nothing was observed yet", where="Ecu.plan", remedy="Give measurements first")
        if forecast is None:
            forecast = self._own.now(self._at, self.belief.record.rows())
        elif self.guard is not None:
            check_forecast(forecast, self._at)
        self._foretold = getattr(forecast, "source", "") != "record"
        if grid is None:
            grid = Grid.ahead(float(np.ceil(self._at.timestamp() / _EVERY_S - 0.5) * _EVERY_S))
        ahead = ahead_of(forecast, grid.begin_unix_s, grid.hours)
        zone = self._at.tzinfo
        when = [
            datetime.fromtimestamp(moment + 1800.0 * hours, zone)
            for moment, hours in zip(grid.begin_unix_s, grid.hours, strict=True)
        ]
        inputs = self._inputs(grid, ahead, when, self.wishes if wishes is None else wishes)
        return Situating(self.belief, inputs)

    def _inputs(self, grid: Grid, ahead: Ahead, when: list[datetime], wishes: RoomWishes) -> Inputs:
        rows = self.belief.record.rows().last(1)
        now_w = float(self.belief.thermal.driven(rows).rest_w[-1]) if len(rows) else None
        rooms = self.belief.outline.rooms
        humid = [self._humidity[room] for room in rooms if room in self._humidity]
        middle = ahead.unix_s + 1800.0 * ahead.hours
        assert self._at is not None
        restraint = self.watch.restraint(self._at)
        stores = stores_of(self.house, self._told, self.usage, ahead, when, self.mains_c, self.worth)
        people = wishes.with_who_asked(self.routine.ahead(when, grid.hours), rooms, when)
        restraint = with_people_warm(restraint, dict(zip(rooms, people.everybody[0], strict=True)))
        solar = self.roof.power_kw(middle, ahead.direct_w_m2, ahead.diffuse_w_m2, ahead.outdoor_c)
        return Inputs(
            grid=grid,
            ahead=ahead,
            when=when,
            people=people,
            light=self.light.ahead(when, people, ahead),
            running_kw=self.appliances.running_kw(grid, self._at),
            other_w=self.usage.other_w(when, grid.hours, now_w),
            solar_kw=solar,
            outdoor_mean_c=self._outdoor_mean_c if self._outdoor_mean_c is not None else float(ahead.outdoor_c.mean()),
            warmer_k=np.array([self.likings[room].warmer_k for room in rooms]),
            taste_sigma_k=np.array([self.likings[room].sigma_k for room in rooms]),
            humidity=np.array([self._humidity.get(room, float(np.mean(humid)) if humid else 6e-3) for room in rooms]),
            pm2_5=self.dust.now(),
            outdoor_pm2_5=self.dust.outdoor,
            dust_per_s=self.usage.dust_per_s(when, grid.hours),
            stores=stores_left(stores, restraint),
            settings=self._before(),
            worth=self.worth,
            nudges=self.nudging.now(when[0]),
            restraint=restraint,
            notes=tuple(finding.words("en", self._at.tzinfo) for finding in self.watch.held.values()),
            wishes=wishes,
            comfort_c=self.comfort_c,
        )

    def _before(self) -> dict[str, float]:
        if self.planned is None:
            return {}
        return {f"{device}.{name}": float(values[0]) for (device, name), values in self.planned.controls.items()}

    def plan(self, forecast: Forecast | None) -> tuple[Command, ...]:
        """Return what every device is to be told for the next quarter of an hour, as far as the safety gate lets it.

        Args:
            forecast: Of weather and prices; None: nobody foretells, and the house's own record stands in.

        Raises:
            PlanError: if no plan could be made.
            SumikaError: if nothing was observed yet, or the forecast is of another time, too short or no numbers.
        """
        if self._age_s() >= self._plans_every_s - 1.0:
            self.think(forecast)
        commands = self.commands()
        if self.guard is None:
            return commands
        assert self._at is not None
        return self.guard.passed(commands, self._at)

    def protect(self) -> tuple[Command, ...]:
        """Return what the safety gate does by itself now, between two plans: ask after each `observe`, and do it.

        It is against frost, overheating, smoke and stale air; and when no plan came for a quarter of an hour, devices
        are given back to their own thermostats.
        """
        if self.guard is None or self._at is None:
            return ()
        return self.guard.protects(self._at)

    def think(self, forecast: Forecast | None) -> Planned:
        """Make a plan now and keep it; return it. `commands` tells its present step.

        Args:
            forecast: Of weather and prices; None: nobody foretells, and the house's own record stands in.

        Raises:
            PlanError: if no plan could be made.
            SumikaError: if nothing was observed yet.
        """
        situating = self.situate(forecast)
        situation, inputs = self.linear_situation(situating), situating.inputs
        self.planned, placed = place(situation, self.appliances.runs(inputs.grid, inputs.when, inputs.people.asleep))
        self.appliances.planned(placed, inputs.grid, self.planned.worth_per_kwh)
        return self.planned

    def linear_situation(self, situating: Situating) -> Situation:
        """Return what a plan is made from, linear around how the plan before foresees the house.

        Args:
            situating: Of now.
        """
        if self.planned is None:
            first = plan(situating.situation(None))
            return situating.situation(situating.nominal_of(first.states))
        return situating.situation(situating.nominal_of(self._shifted()))

    @property
    def at(self) -> datetime | None:
        """When something was observed last; None before."""
        return self._at

    def follow(self, planned: Planned) -> None:
        """Follow another way than the plan that was made last; the next plan begins from it.

        Args:
            planned: In the situation of the last plan.
        """
        self.planned = planned

    def _age_s(self) -> float:
        """Return how long ago the newest plan began."""
        if self.planned is None or self._at is None:
            return np.inf
        return self._at.timestamp() - float(self.planned.situation.grid.begin_unix_s[0])

    def _shifted(self) -> dict[str, Array]:
        """Return the states of the plan before, where the new plan's steps lie."""
        assert self.planned is not None
        assert self._at is not None
        old = self.planned.situation.grid
        begins = np.append(old.begin_unix_s, old.begin_unix_s[-1] + 3600.0 * old.hours[-1])
        now = Grid.ahead(float(np.ceil(self._at.timestamp() / _EVERY_S - 0.5) * _EVERY_S))
        wanted = np.append(now.begin_unix_s, now.begin_unix_s[-1] + 3600.0 * now.hours[-1])
        return {
            name: np.stack([np.interp(wanted, begins, column) for column in states.T], axis=1)
            for name, states in self.planned.states.items()
        }

    def commands(self) -> tuple[Command, ...]:
        """Return the newest plan's present step as commands."""
        assert self.planned is not None
        assert self._at is not None
        step = max(0, round(self._age_s() / _EVERY_S))
        unspoken = self.watch.restraint(self._at).unspoken
        told = [one for one in self._telling.settings(self.planned, self._told, step) if one[0] not in unspoken]
        beside = (*self.light.settings(), *self.appliances.settings())
        return commands_of([*told, *beside], self._at, Asker.PLAN)
