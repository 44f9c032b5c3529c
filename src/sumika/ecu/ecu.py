"""The whole controller in one object: it observes, learns, plans and says why; no bus, no processes, no clock.

ecu = Ecu(house)
ecu.observe(measurements)            # whenever something was measured
commands = ecu.plan(forecast)        # every quarter of an hour: what passes the safety gate
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.appliances import Appliances
from sumika.ecu.first_guess import guess_first
from sumika.ecu.foretold import check_forecast
from sumika.ecu.guard import Guard
from sumika.ecu.heat_controls import usual_gas_price
from sumika.ecu.in_order import check_bands, check_measurements, check_names
from sumika.ecu.inputs import Inputs
from sumika.ecu.last_told import with_power_that_can_be
from sumika.ecu.levels import Standing, standing_of
from sumika.ecu.light_reasons import light_reason, with_given
from sumika.ecu.light_watch import LightWatch
from sumika.ecu.nudges import Nudging, with_nudges
from sumika.ecu.observer import Observer
from sumika.ecu.outlook import Ahead, Forecast, Measurements, ahead_of
from sumika.ecu.restraint import stores_left, with_people_warm
from sumika.ecu.room_wishes import RoomWishes
from sumika.ecu.situating import Situating
from sumika.ecu.start_reasons import start_reason
from sumika.ecu.stores import stores_of
from sumika.ecu.to_devices import Telling, commands_of
from sumika.plan.problem import Planned, plan
from sumika.plan.reasons import Reason
from sumika.plan.runs import place
from sumika.plan.situation import Grid, Situation
from sumika.schema import Asker, Command, SumikaError
from sumika.schema.house import House
from sumika.schema.worth import Worth, worth_of

Array = NDArray[np.float64]

_EVERY_S = 900.0


class Ecu(Observer):
    """Belief and planner of one house: an observer that also plans.

    Attributes:
        worth: What is worth how much.
        light: Of lamps and daylight.
        nudging: Of what is done for a while because of strain.
        appliances: Of machines that wait to be started.
        wishes: What residents wish of rooms for a while.
        guard: The safety gate inside; None where one stands elsewhere.
        comfort_c: By room: the band of air temperature that was asked for; it may be changed between two plans.
        planned: The newest plan; None before the first.
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
        gas_per_kwh: float | None = None,
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
            gas_per_kwh: Price of a boiler's gas, of its heat value; None: as is usual where the currency is.

        Raises:
            UsageError: if there is no such room, or nothing lies in a band.
        """
        check_bands(comfort_c or {}, house)
        self.worth = worth if worth is not None else worth_of(house.control, currency)
        super().__init__(house, self.worth.currency)
        self.comfort_c = dict(comfort_c or {})
        self._gas_price = gas_per_kwh if gas_per_kwh is not None else usual_gas_price(self.worth.currency)
        self.guard = Guard(house) if guarded else None
        self.light = LightWatch(house, self.belief, self.routine, self.worth)
        self.nudging = Nudging(house.control, [room.id for room in house.rooms])
        self.appliances = Appliances(house, self.belief.outline, self.worth)
        self.wishes = RoomWishes()
        self.planned: Planned | None = None
        self._telling = Telling(self.belief)
        self._plans_every_s = plans_every_s
        self._foretold = True

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
        measurements = replace(measurements, devices=tuple(map(with_power_that_can_be, measurements.devices)))
        self._take(measurements)
        self._nudge(measurements)
        self.light.look(measurements)
        self.appliances.told(measurements.loaded)
        self.appliances.hear(measurements.devices, at)
        self._turn(at)
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
            forecast = self._foreteller.now(self._at, self.belief.record.rows())
        elif self.guard is not None:
            check_forecast(forecast, self._at)
        self._foretold = getattr(forecast, "source", "") != "record"
        if grid is None:
            grid = Grid.ahead(float(np.ceil(self._at.timestamp() / _EVERY_S - 0.5) * _EVERY_S))
        ahead = ahead_of(forecast, grid.begin_unix_s, grid.hours, self._rains_until_s)
        if self._foretold:
            self._foretold_c = (ahead.unix_s + 1800.0 * ahead.hours, ahead.outdoor_c)
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
        stores = stores_of(self.house, self.told, self.usage, ahead, when, self.mains_c, self.worth)
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
            gas_price=self._gas_price,
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
        told = [
            one for one in self._telling.settings(self.planned, self.told, step, self.silent) if one[0] not in unspoken
        ]
        beside = (*self.light.settings(), *self.appliances.settings())
        return commands_of([*told, *beside], self._at, Asker.PLAN)
