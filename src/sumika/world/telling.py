"""What a simulated house says on the bus: its sensors, devices, meter and weather as real ones would, and the truth."""

from collections.abc import Callable, Iterator

import numpy as np

from sumika.clock import Instant
from sumika.schema import (
    Message,
    Origin,
    TrueBeat,
    TrueBreath,
    TrueRoom,
    TrueWorld,
    WeatherForecast,
)
from sumika.units import SECONDS_PER_MINUTE, seconds_to_ns
from sumika.world.exchange import Stretch
from sumika.world.radar_scene.living_bodies import LivingBodies
from sumika.world.readings import air_samples, device_states, meter_sample, weather_sample
from sumika.world.simulation import World, WorldStep
from sumika.world.start import settings_of
from sumika.world.weather.forecast import spread_of_temperature_k

STRETCH_S = 60.0
STEP_S = 5.0
CATCH_UP_S = 300.0
"""A world that is started late lives through what it missed in steps of this."""

LIVES_THROUGH_S = 7 * 86_400.0
"""At most so much of what it missed: after a week a tank knows what is drawn, and walls have forgotten the rest."""

BODIES_HZ = 5.0
_SLOW_EVERY = 2
"""Devices, rooms and the meter say something with every so manieth step."""
_WEATHER_EVERY = 12
FORETELLS_EVERY_S, FORETELLS_H = 3600.0, 60
"""A forecast is told every hour: of two days, and of what its issue is old."""


class Telling:
    """Brings a world up to any moment, and tells what there is to tell since the last one."""

    def __init__(
        self,
        world: World,
        began: Instant,
        *,
        scenario: str = "",
        hear: Callable[[tuple[Stretch, ...]], None] = lambda stretches: None,
    ) -> None:
        """Take a world.

        Args:
            world: At its beginning.
            began: When that is.
            scenario: Its name; empty: ordinary life.
            hear: Is given what everybody does next, before anything of it is told.
        """
        self._scenario, self._hear = scenario, hear
        # Forecasts are for whoever controls the house.
        self._foretells = world.house.control is not None
        self._world, self._began = world, began
        self._bodies = LivingBodies(world.house, settings_of(world.house).seed)
        self._made_until_s: float | None = None
        self._steps = 0
        self._foretold = -1
        self._bodies_told = 0
        self._waiting: list[tuple[float, Message]] = []
        self._last_beat_s: dict[str, float] = {}

    def until(self, now_s: float) -> list[Message]:
        """Return everything up to a moment, oldest first.

        Args:
            now_s: Since the world began.
        """
        if self._made_until_s is None:
            self._made_until_s = max(0.0, now_s // STRETCH_S * STRETCH_S)
            self._bodies_told = round(now_s * BODIES_HZ)
            for _ in self.catch_up(now_s):
                pass
        told: list[Message] = []
        while self._world.at_s + STEP_S <= now_s:
            told += self.of_step(self._world.step(STEP_S))
        told += self.of_bodies(now_s)
        return sorted(told, key=lambda message: message.stamp.monotonic_ns)

    def catch_up(self, now_s: float) -> Iterator[None]:
        """Live through what was missed and tell nothing of it; yield after every step, for signs of life.

        A week of it takes seconds to a minute. Whoever drives the house begins afterwards: until then its habits do.

        Args:
            now_s: Since the world began.
        """
        missed_s = now_s // CATCH_UP_S * CATCH_UP_S - self._world.at_s
        if missed_s > LIVES_THROUGH_S:
            self._world.begin_at(self._world.at_s + missed_s - LIVES_THROUGH_S)
        while self._world.at_s + CATCH_UP_S < now_s:
            self._world.step(CATCH_UP_S)
            yield

    def _stamp(self, at_s: float) -> Instant:
        return self._began.later(seconds_to_ns(at_s))

    def of_step(self, step: WorldStep) -> Iterator[Message]:
        """Yield what sensors, devices, meter and rooms say after a step."""
        stamp, world = self._stamp(step.at_s), self._world
        yield from air_samples(world, step, stamp)
        if self._steps % _SLOW_EVERY == 0:
            yield from self._slow(step, stamp)
        if self._steps % _WEATHER_EVERY == 0:
            yield weather_sample(self._world, step, stamp)
        hour = int(step.at_s // FORETELLS_EVERY_S)
        if self._foretells and hour != self._foretold:
            self._foretold = hour
            yield self._forecast(step, stamp)
        self._steps += 1

    def _slow(self, step: WorldStep, stamp: Instant) -> Iterator[Message]:
        yield meter_sample(self._world, step, stamp)
        yield from device_states(step, stamp)
        yield from self._rooms(step, stamp)

    def _rooms(self, step: WorldStep, stamp: Instant) -> Iterator[Message]:
        rooms = step.rooms
        fresh = rooms.outdoor_air_m3_s * 3600.0 / self._world.building.volume_m3
        for index, room in enumerate(self._world.rooms):
            yield TrueRoom(
                stamp=stamp,
                origin=Origin.SIMULATED,
                room=room,
                air_temperature_c=float(rooms.air_temperature_c[index]),
                radiant_temperature_c=float(rooms.radiant_temperature_c[index]),
                relative_humidity=float(rooms.relative_humidity[index]),
                coldest_surface_c=float(rooms.coldest_surface_c[index]),
                co2_ppm=float(rooms.co2_ppm[index]),
                voc_ug_m3=float(rooms.voc_ug_m3[index]),
                pm2_5_ug_m3=float(rooms.pm2_5_ug_m3[index]),
                air_changes_per_h=float(fresh[index]),
                illuminance_lux=float(rooms.illuminance_lux[index]),
                melanopic_edi_lux=float(rooms.melanopic_edi_lux[index]),
                sound_dba=float(rooms.sound_dba[index]),
            )

    def _forecast(self, step: WorldStep, stamp: Instant) -> WeatherForecast:
        """Return what is foretold, in the time of the simulated house."""
        world = self._world
        issue = world.weather.forecast(step.at_s, FORETELLS_H)
        begins = world.start.timestamp() + issue.at_s
        return WeatherForecast(
            stamp=stamp,
            origin=Origin.SIMULATED,
            source=world.weather.name,
            issued_unix_s=world.start.timestamp() + issue.issued_at_s,
            # A series of moments: each stands for the hour round it.
            begins_unix_s=tuple((begins - 0.5 * FORETELLS_EVERY_S).tolist()),
            ends_unix_s=float(begins[-1]) + 0.5 * FORETELLS_EVERY_S,
            temperature_c=tuple(issue.temperature_c.tolist()),
            temperature_sigma_k=tuple(spread_of_temperature_k(issue.lead_h).tolist()),
            relative_humidity=tuple(issue.relative_humidity.tolist()),
            wind_m_s=tuple(issue.wind_m_s.tolist()),
            direct_normal_w_m2=tuple(issue.direct_normal_w_m2.tolist()),
            diffuse_horizontal_w_m2=tuple(issue.diffuse_horizontal_w_m2.tolist()),
            global_horizontal_w_m2=tuple(issue.global_horizontal_w_m2.tolist()),
            rain_mm_h=tuple(issue.rain_mm_h.tolist()),
        )

    def of_bodies(self, now_s: float) -> Iterator[Message]:
        """Yield where bodies are, and their breaths and beats, up to a moment."""
        while self._bodies_told < now_s * BODIES_HZ:
            at_s = self._bodies_told / BODIES_HZ
            self._make_until(at_s)
            yield from self._bodies.truth_at(at_s, self._stamp(at_s))
            if self._bodies_told % round(BODIES_HZ) == 0:
                yield self._clock(at_s)
            self._bodies_told += 1
        self._bodies.forget_before(now_s)
        due = [message for at_s, message in self._waiting if at_s <= now_s]
        self._waiting = [(at_s, message) for at_s, message in self._waiting if at_s > now_s]
        yield from due

    def _clock(self, at_s: float) -> TrueWorld:
        world = self._world
        return TrueWorld(
            stamp=self._stamp(at_s),
            origin=Origin.SIMULATED,
            world="house",
            local_time=world.local_time(at_s).isoformat(timespec="seconds"),
            at_s=at_s,
            scenario=self._scenario,
            outdoor_temperature_c=world.weather.outside(at_s, 0.0).temperature_c,
            cost=world.meter.cost,
            currency=world.meter.currency,
        )

    def _make_until(self, at_s: float) -> None:
        """Ask for the next minute of everybody, and note their breaths and beats."""
        if self._made_until_s is None:
            self._made_until_s = at_s // STRETCH_S * STRETCH_S
        while self._made_until_s <= at_s:
            household = self._world.household
            household.advance(self._made_until_s + STRETCH_S)
            stretches = household.stretches(self._made_until_s, STRETCH_S)
            self._bodies.add(stretches)
            self._hear(stretches)
            for stretch in stretches:
                if stretch.kind == "person":
                    self._waiting += self._breaths(stretch)
                    self._waiting += self._beats(stretch)
            self._made_until_s += STRETCH_S

    def _breaths(self, stretch: Stretch) -> Iterator[tuple[float, Message]]:
        breaths = stretch.breaths
        following = np.append(breaths.start_s[1:], np.inf)
        for start_s, next_s, depth_m in zip(breaths.start_s, following, breaths.depth_m, strict=True):
            if not stretch.start_s <= start_s < stretch.start_s + stretch.seconds:
                continue
            length_s = next_s - start_s if np.isfinite(next_s) else float(breaths.inhale_s[-1] + breaths.exhale_s[-1])
            yield (
                float(start_s),
                TrueBreath(
                    stamp=self._stamp(float(start_s)),
                    origin=Origin.SIMULATED,
                    body=stretch.body,
                    depth_mm=1000.0 * float(depth_m),
                    rate_bpm=SECONDS_PER_MINUTE / float(length_s),
                ),
            )

    def _beats(self, stretch: Stretch) -> Iterator[tuple[float, Message]]:
        for beat_s in stretch.beat_s.tolist():
            before_s = self._last_beat_s.get(stretch.body)
            self._last_beat_s[stretch.body] = beat_s
            if before_s is not None and 0.2 < beat_s - before_s < 3.0:
                yield (
                    beat_s,
                    TrueBeat(
                        stamp=self._stamp(beat_s),
                        origin=Origin.SIMULATED,
                        body=stretch.body,
                        interval_s=beat_s - before_s,
                    ),
                )
