"""A house whose truth is known exactly: lived in quarter by quarter, measured with noise, and lied about on demand.

The truth follows the belief's own equations with parameters and happenings of its own, so that what is found can be
held against what was done, without the minutes that the simulated world takes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import OUTDOOR_PPM
from sumika.belief.house import HouseBelief
from sumika.belief.quarter import AIR_KG_M3, MOISTURE_BUFFER, PERSON_VAPOUR_KG_S
from sumika.belief.suspicion import Finding
from sumika.belief.thermal import Driven
from sumika.clock import Instant
from sumika.ecu import Measurements
from sumika.ecu.watch import Watch
from sumika.physics.psychrometrics import humidity_ratio, relative_humidity
from sumika.schema import AirSample, MeterSample, Origin, WeatherSample
from sumika.schema.building import Building, Door, Site, Window
from sumika.schema.house import Device, House, Room

Array = NDArray[np.float64]
Lie = Callable[[AirSample, float], AirSample]
"""What a sensor says instead, so many hours after the start."""

START = datetime(2026, 1, 20, 0, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
STAMP = Instant(0, 0, "test")
OUTDOOR_RELATIVE = 0.6
ROOMS = ("living", "bedroom")
HEATS_W = 1800.0
"""What sockets draw all day by the meter: it keeps the house warm, and everybody knows of it."""


def two_rooms(*, north_deg: float = 90.0, ua_w_m2_k: float | None = None) -> House:
    """Return a living room and a bedroom beside it, each with a window, and a fan that runs always.

    Args:
        north_deg: How its drawing lies.
        ua_w_m2_k: What it says of its insulation; None: nothing.
    """
    return House(
        rooms=(
            Room(id="living", floor_m=((0, 0), (6, 0), (6, 4), (0, 4))),
            Room(id="bedroom", floor_m=((6, 0), (10, 0), (10, 4), (6, 4))),
        ),
        devices=(
            Device(id="fan", room="living", kind="exhaust_fan"),
            Device(id="aircon", room="living", kind="room_air_conditioner"),
        ),
        building=Building(
            site=Site(timezone="Asia/Tokyo", north_deg=north_deg),
            ua_w_m2_k=ua_w_m2_k,
            windows=(
                Window(id="south", room="living", wall=0, width_m=3.0, height_m=2.0, sill_m=0.2),
                Window(id="east", room="bedroom", wall=1, width_m=1.5, height_m=1.2, sill_m=0.8),
            ),
            doors=(Door(id="between", rooms=("living", "bedroom"), at_m=(6.0, 2.0)),),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A truth of so many hours, a quarter of an hour a row.

    Attributes:
        house: As it really is.
        hours: How long.
        opened: (begin h, end h, room, m³/s) of windows.
        heated: (begin h, end h, room, W) of what nobody tells.
        outdoor_c: Mean of the day outside.
        sun_w_m2: At noon.
        fans: By so many hours: share of its air that the fan moves from then on.
        seed: Of noise.
    """

    house: House
    hours: float
    opened: tuple[tuple[float, float, int, float], ...] = ()
    heated: tuple[tuple[float, float, int, float], ...] = ()
    outdoor_c: float = 5.0
    sun_w_m2: float = 0.0
    fans: dict[float, float] = field(default_factory=dict)
    seed: int = 1

    def measured(self, lie: Lie = lambda sample, _: sample) -> Iterable[Measurements]:
        """Yield what the house says at the end of every quarter.

        Args:
            lie: What sensors make of it.
        """
        truth = HouseBelief(self.house)
        driven, direct = self._driven(truth)
        start = np.repeat([21.0, 20.0, 20.0], 2) if self.outdoor_c < 18.0 else np.full(6, 26.0)
        warm = truth.thermal.simulate(truth.theta, driven, start)[1:, :2]
        stale, humid = self._air(truth, driven)
        chance = np.random.default_rng(self.seed)
        for row in range(len(driven)):
            after_h = 0.25 * (row + 1)
            samples = [
                AirSample(
                    stamp=STAMP,
                    origin=Origin.LIVE,
                    sensor=f"{room}_air",
                    room=room,
                    temperature_c=round(float(warm[row, place] + 0.05 * chance.standard_normal()), 2),
                    relative_humidity=round(float(relative_humidity(warm[row, place], humid[row, place])), 3),
                    co2_ppm=round(float(stale[row, place] + 12.0 * chance.standard_normal())),
                )
                for place, room in enumerate(ROOMS)
            ]
            yield Measurements(
                at=START + timedelta(hours=after_h),
                air=tuple(lie(one, after_h) for one in samples),
                weather=WeatherSample(
                    stamp=STAMP,
                    origin=Origin.LIVE,
                    source="station",
                    temperature_c=float(driven.outdoor_c[row]),
                    relative_humidity=OUTDOOR_RELATIVE,
                    wind_m_s=2.0,
                    direct_normal_w_m2=float(direct[row]),
                    diffuse_horizontal_w_m2=0.15 * float(direct[row]),
                    global_horizontal_w_m2=0.6 * float(direct[row]),
                ),
                meter=MeterSample(stamp=STAMP, origin=Origin.LIVE, meter="meter", power_w=HEATS_W),
                presence={room: (1.0, float(driven.people[row, place])) for place, room in enumerate(ROOMS)},
            )

    def _driven(self, truth: HouseBelief) -> tuple[Driven, Array]:
        count = round(4 * self.hours)
        hour = np.asarray(0.25 * np.arange(count), np.float64)
        of_day = hour % 24.0
        outdoor = self.outdoor_c + 4.0 * np.sin(2.0 * np.pi * (of_day - 9.0) / 24.0)
        unix_s: Array = np.asarray(START.timestamp() + 3600.0 * hour + 450.0, np.float64)
        up, _ = truth.sun.position(unix_s)
        direct: Array = np.asarray(self.sun_w_m2 * np.clip(np.sin(up) / 0.5, 0.0, 1.0), np.float64)
        sun = np.zeros((count, 2))
        for window in truth.outline.windows:
            sun[:, window.room] += truth.sun.through(window, unix_s, direct, 0.15 * direct)
        asleep = (of_day < 7.0) | (of_day >= 23.0)
        home = asleep | (of_day < 8.0) | (of_day >= 17.0)
        people = np.stack([np.where(home & ~asleep, 2.0, 0.0), np.where(asleep, 2.0, 0.0)], axis=1)
        heat = np.zeros((count, 2))
        opened = np.zeros((count, 2))
        for into, happenings in ((opened, self.opened), (heat, self.heated)):
            for begin_h, end_h, room, strength in happenings:
                into[(hour >= begin_h) & (hour < end_h), room] += strength
        levels = np.ones(count)
        for begin_h, share in self.fans.items():
            levels[hour >= begin_h] = share
        settings, which = np.unique(levels[:, None], axis=0, return_inverse=True)
        return (
            Driven(
                outdoor_c=outdoor,
                by_itself_m3_s=truth.flow.by_itself_m3_s(21.0 - outdoor, np.full(count, 2.0)),
                settings=settings,
                which=which.reshape(-1).astype(np.int64),
                sun_w=sun,
                people=people,
                rest_w=np.full(count, HEATS_W),
                given=(),
                guessed=np.zeros((count, 0), np.bool_),
                measured_c=np.full((count, 2), np.nan),
                opened_m3_s=opened,
                unknown_w=heat,
            ),
            direct,
        )

    def _air(self, truth: HouseBelief, driven: Driven) -> tuple[Array, Array]:
        """Return (row, room) carbon dioxide and humidity ratio at the end of each row."""
        stale = truth.air.simulate(truth.air_theta, driven, np.full(2, 600.0), {})[1:]
        volume = truth.outline.volume_m3
        network = truth.air.network(truth.air_theta, driven.settings)
        now, humid = np.full(2, 6e-3), []
        for row, which in enumerate(driven.which):
            outside = float(humidity_ratio(float(driven.outdoor_c[row]), OUTDOOR_RELATIVE))
            vapour = PERSON_VAPOUR_KG_S * driven.people[row] / (AIR_KG_M3 * volume)
            per_s = network.rate[which] @ now + network.fresh[which] * outside + vapour
            per_s += driven.opened_m3_s[row] / volume * (outside - now)
            now = now + 900.0 * per_s / MOISTURE_BUFFER
            humid.append(now)
        assert float(stale.min()) > OUTDOOR_PPM - 50.0
        return stale, np.array(humid)


@dataclass
class Found:
    """What a watch told, and when: hours after the start."""

    after_h: float
    finding: Finding


def watched(lived: Lived, *, described: House | None = None, lie: Lie = lambda sample, _: sample) -> "Watching":
    """Return what a watch made of a life.

    Args:
        lived: The truth.
        described: What house.yaml says; None: the truth.
        lie: What sensors make of it.
    """
    watching = Watching(described if described is not None else lived.house)
    for measurements in lived.measured(lie):
        watching.observe(measurements)
    return watching


def remembered(lived: Lived, *, described: House | None = None, lie: Lie = lambda sample, _: sample) -> HouseBelief:
    """Return a belief that has taken a life down and made nothing of it yet.

    Args:
        lived: The truth.
        described: What house.yaml says; None: the truth.
        lie: What sensors make of it.
    """
    watching = Watching(described if described is not None else lived.house)
    for measurements in lived.measured(lie):
        watching.note(measurements, measurements.air)
        watching.belief.record.turn(measurements.at.timestamp())
    return watching.belief


class Watching:
    """A belief and its watch, without the rest of a controller."""

    def __init__(self, house: House) -> None:
        self.belief = HouseBelief(house)
        self.watch = Watch(self.belief)
        self.told: list[Found] = []

    def observe(self, measurements: Measurements) -> None:
        """Take what was measured."""
        at = measurements.at
        self.note(measurements, self.watch.sound(measurements.air, at))
        self.watch.devices(measurements.written, measurements.devices, at)
        if self.belief.turn(at.timestamp()):
            self.watch.quarter()
        after_h = (at - START).total_seconds() / 3600.0
        self.told += [Found(after_h, finding) for finding in self.watch.news()]

    def note(self, measurements: Measurements, air: Iterable[AirSample]) -> None:
        """Take down what was measured.

        Args:
            measurements: All of it.
            air: What of its air is believed.
        """
        record = self.belief.record
        if record.began_s is None:
            record.turn(measurements.at.timestamp() - 900.0)
        for sample in air:
            record.air(sample)
        if measurements.weather is not None:
            record.weather(measurements.weather)
        if measurements.meter is not None:
            record.meter(measurements.meter)
        for room, (_, people) in measurements.presence.items():
            record.people(room, people)

    def of(self, fault: str) -> list[Found]:
        """Return what was told of one fault."""
        return [one for one in self.told if one.finding.suspicion.fault == fault]
