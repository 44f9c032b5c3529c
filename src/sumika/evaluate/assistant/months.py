"""Writes a month of a household's life into records as a house keeps them, with the truth beside it.

What is written is rounded as history rounds it, so that the truth is what can be read. The numbers of the truth are
counted from what was made up, and never read back.
"""

import zlib
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from sumika.clock import SimulatedClock
from sumika.evaluate.assistant.households import household
from sumika.evaluate.assistant.month_air import AIR_MIN, WEATHER_MIN, rooms_air, weather
from sumika.evaluate.assistant.month_counts import count
from sumika.evaluate.assistant.month_energy import DEVICE_MIN, METER_MIN, Flows, devices_power
from sumika.evaluate.assistant.month_life import Lived, Spell, live
from sumika.evaluate.assistant.month_nights import nights_of
from sumika.evaluate.assistant.month_orders import orders_of, wishes_of
from sumika.evaluate.assistant.month_seeded import seed_contradictions
from sumika.evaluate.assistant.month_time import Array, MonthTime
from sumika.evaluate.assistant.month_troubles import alarms_of, faults_of
from sumika.evaluate.assistant.month_truth import MonthTruth, Track, TrueHappening, TrueNight
from sumika.history import History, Records
from sumika.runtime.small_file import read_small, write_small
from sumika.schema import ConfigChange, Origin
from sumika.schema.house import House
from sumika.schema.saved_days import SAVED_FILE, SavedDay
from sumika.units import seconds_to_ns

METER, STATION = "meter", "site"
SIGNAL_OF = {
    "cooking": "air_events.cooking_probability",
    "bath": "air_events.shower_probability",
    "smoke": "air_events.smoke_probability",
    "window": "air_events.window_probability",
}
_OCCUPANCY_MIN, _QUIET_MIN, _SURE = 15, 60, 0.95
_BEGINS_KWH = (18_250.0, 4_120.0)
_SESSION = "month"


def write_month(
    folder: Path,
    name: str,
    year: int,
    month: int,
    seed: int,
    *,
    after: MonthTruth | None = None,
    contradictory: bool = True,
) -> MonthTruth:
    """Make up a month and write it into the data folder of a house; return the truth of it.

    Args:
        folder: The data folder, with or without earlier months in it.
        name: One of `HOUSEHOLDS`.
        year: Of the month.
        month: 1 to 12.
        seed: Of everything random: the same seed makes the same month.
        after: The month before in this folder, whose counters go on.
        contradictory: Whether records that contradict each other are put in, as `MonthTruth.contradictions` says.

    Raises:
        SumikaError: if another process writes there.
    """
    truth = make_month(folder, name, year, month, seed, after=after, contradictory=contradictory)
    _write(truth, household(name).house, household(name).text)
    return truth


def make_month(
    folder: Path,
    name: str,
    year: int,
    month: int,
    seed: int,
    *,
    after: MonthTruth | None = None,
    contradictory: bool = True,
) -> MonthTruth:
    """Return the truth of a month without writing it; arguments as for `write_month`."""
    house = household(name).house
    zone = ZoneInfo(house.building.site.timezone if house.building is not None else "UTC")
    time = MonthTime.of(year, month, zone)
    rng = np.random.default_rng([seed, year, month, zlib.crc32(name.encode())])
    truth = MonthTruth(
        household=name,
        year=year,
        month=month,
        seed=seed,
        folder=folder,
        zone=zone,
        begin_s=time.begin_s,
        end_s=time.end_s,
        currency="EUR" if house.tariff is not None and house.tariff.plan.endswith("_eu") else "JPY",
    )
    lived = live(name, house, time, rng)
    _people(truth, name, house, time, lived, rng)
    _air_and_energy(truth, house, time, lived, rng, after)
    for day in time.dates:
        worth = 28.0 if truth.currency == "JPY" else 0.24
        truth.saved[day] = round(worth * float(1.0 + 0.5 * rng.normal()), 4)
    if contradictory:
        seed_contradictions(truth, house, time, lived, rng)
    count(truth, house, after)
    return truth


def _people(
    truth: MonthTruth, name: str, house: House, time: MonthTime, lived: Lived, rng: np.random.Generator
) -> None:
    """Add what people do and say, and what goes wrong."""
    truth.nights = nights_of(house, time, lived, rng)
    truth.alarms, raised, smoke = alarms_of(name, house, time, lived, rng)
    lived.spells += smoke
    truth.happenings = [happened(one, time) for one in lived.spells]
    faults, truth.faults, hostile = faults_of(house, time, rng)
    truth.commands, truth.verdicts, said = orders_of(house, time, rng)
    truth.hostile = sorted({*hostile, *said})
    truth.events = sorted([*raised, *faults], key=lambda one: one.stamp.wall_ns)
    truth.wishes = wishes_of(house, time, rng)
    for room in lived.rooms:
        people = lived.people(room).astype(np.float64)
        at = np.union1d(time.grid(_OCCUPANCY_MIN), np.flatnonzero(np.diff(people)) + 1)
        truth.tracks[room, "occupancy_count.count"] = Track(time.moments(at), people[at])
    places = {(one.kind, one.room) for one in lived.spells if one.kind in SIGNAL_OF}
    for kind, room in sorted(places):
        spells = [one for one in lived.spells if (one.kind, one.room) == (kind, room)]
        truth.tracks[room, SIGNAL_OF[kind]] = likely(spells, time)


def happened(spell: Spell, time: MonthTime) -> TrueHappening:
    """Return what the records say of something that went on."""
    return TrueHappening(spell.kind, spell.room, time.at_s(spell.first), time.at_s(spell.last), spell.people)


def likely(spells: list[Spell], time: MonthTime) -> Track:
    """Return how probably something goes on, as it is told: every minute while it does, and hourly that it does not."""
    probability = np.zeros(time.minutes)
    told = np.zeros(time.minutes, bool)
    told[time.grid(_QUIET_MIN)] = True
    for one in spells:
        probability[one.first : one.last] = _SURE
        told[one.first : one.last + 1] = True
    at = np.flatnonzero(told)
    return Track(time.moments(at), probability[at])


def _air_and_energy(
    truth: MonthTruth,
    house: House,
    time: MonthTime,
    lived: Lived,
    rng: np.random.Generator,
    after: MonthTruth | None,
) -> None:
    outside = weather(house, time, rng)
    for quantity, values in outside.items():
        truth.tracks[STATION, f"weather.{quantity}"] = Track(time.moments(time.grid(WEATHER_MIN)), values)
    silent = next(one.id for one in house.sensors if one.kind == "air")
    for (sensor, quantity), values in rooms_air(house, time, lived, outside, rng).items():
        track = Track(time.moments(time.grid(AIR_MIN)), values)
        if sensor == silent:
            track = _with_gap(truth, (sensor, f"air.{quantity}"), track, 11.2, 30.0)
        truth.tracks[sensor, f"air.{quantity}"] = track
    drawn = devices_power(house, time, lived, outside, rng)
    for device, power_w in drawn.items():
        truth.tracks[device, "device_state.power_w"] = Track(time.moments(time.grid(DEVICE_MIN)), power_w)
    flows = Flows.of(house, time, lived, drawn, outside["global_horizontal_w_m2"], rng)
    _meter(truth, house, time, flows, after)


def _with_gap(truth: MonthTruth, place: tuple[str, str], track: Track, day: float, hours: float) -> Track:
    begin_s = truth.begin_s + round(86_400.0 * day)
    end_s = begin_s + 3600.0 * hours
    truth.gaps.append((*place, begin_s, end_s))
    kept = (track.at_s < begin_s) | (track.at_s >= end_s)
    return Track(track.at_s[kept], track.value[kept])


def _meter(truth: MonthTruth, house: House, time: MonthTime, flows: Flows, after: MonthTruth | None) -> None:
    before = _BEGINS_KWH if after is None else after.counters_kwh
    anew = time.minute(20, 10.0) // METER_MIN if truth.household == "family" else None
    silent = (time.minute(16, 13.0), time.minute(16, 16.0))
    told = flows.told(house, before, anew, silent)
    truth.gaps.append((METER, "meter.imported_kwh", time.at_s(silent[0]), time.at_s(silent[1])))
    tracks: dict[str, tuple[Array, Array]] = {
        "imported_kwh": (told.at_s, told.imported_kwh),
        "price_per_kwh": (told.price_at_s, told.price),
    }
    if len(told.exported_kwh):
        tracks["exported_kwh"] = (told.at_s, told.exported_kwh)
        tracks["pv_w"] = (told.solar_at_s, told.solar_w)
    for field, (at_s, values) in tracks.items():
        truth.tracks[METER, f"meter.{field}"] = Track(at_s, values)
    truth.counters_kwh = told.total_kwh
    truth.meter_anew = told.anew


def _write(truth: MonthTruth, house: House, text: str) -> None:
    time = MonthTime.of(truth.year, truth.month, truth.zone)
    clock = SimulatedClock(time.stamp(truth.end_s))
    folder = truth.folder / "history"
    with History(folder, clock, {room.id: room.residents for room in house.rooms}) as history:
        for (key, signal), track in truth.tracks.items():
            stamps_ns = np.round(track.at_s * 1e3).astype(np.int64) * 1_000_000
            history.add_many(key, signal, stamps_ns, track.value, Origin.SIMULATED, _SESSION)
        for night in truth.nights:
            for signal, value in night_signals(night).items():
                history.add(night.room, signal, seconds_to_ns(night.told_s), value, Origin.SIMULATED, _SESSION)
    with Records(folder, clock) as records:
        config = ConfigChange(
            stamp=time.stamp(truth.begin_s),
            origin=Origin.SIMULATED,
            file="house.yaml",
            hash=f"{zlib.crc32(text.encode()):08x}",
            text=text,
        )
        records.record_config_change(config)
        alarms = [state for states in truth.alarms.values() for state in states]
        records.record((*truth.commands, *truth.verdicts, *truth.events, *truth.wishes, *alarms))
    _write_saved(truth, "suggest" if house.control is not None and house.control.mode == "suggest" else "drive")


def night_signals(night: TrueNight) -> dict[str, float | None]:
    """Return a night as history keeps it, by "topic.field"."""
    asleep_h = None if night.asleep_min is None else round(round(night.asleep_min / 60.0 / 0.05) * 0.05, 2)
    return {
        "sleep_night.began_unix_s": night.to_bed_s,
        "sleep_night.ended_unix_s": night.got_up_s,
        "sleep_night.in_bed_min": night.in_bed_min,
        "sleep_night.asleep_min": night.asleep_min,
        "sleep_night.asleep_low_min": night.asleep_low_min,
        "sleep_night.asleep_high_min": night.asleep_high_min,
        "sleep_night.non_rem_min": night.non_rem_min,
        "sleep_night.rem_min": night.rem_min,
        "sleep_night.ups": float(night.ups),
        "sleep_night.measured": night.measured,
        "day_measures.night_visits": float(night.ups),
        "day_measures.walking_speed_m_s": night.walking_m_s,
        "day_measures.resting_heart_bpm": night.heart_bpm,
        "day_measures.resting_breath_bpm": night.breath_bpm,
        "day_measures.out_of_bed_h": night.out_of_bed_h,
        "day_measures.asleep_h": asleep_h,
    }


def _write_saved(truth: MonthTruth, mode: str) -> None:
    path = truth.folder / "plan" / SAVED_FILE
    days = read_small(path, dict[str, SavedDay], {})
    for day, saved in truth.saved.items():
        spent, energy_kwh = truth.cost.get(day, 0.0), truth.energy_kwh.get(day, 0.0)
        seconds = {mode: 86_400.0}
        days[day.isoformat()] = SavedDay(
            saved=saved, spent=spent, energy_kwh=energy_kwh, metered=day in truth.energy_kwh, seconds=seconds
        )
    write_small(path, {name: msgspec.to_builtins(day) for name, day in days.items()})
