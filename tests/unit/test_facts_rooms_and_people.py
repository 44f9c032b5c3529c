"""Climate, comfort, nights, happenings, visits and who was there; what is missing or withheld says why."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sumika.clock import SimulatedClock
from sumika.facts import Period, Why
from sumika.history import History
from sumika.schema import Direction, Measure
from sumika.schema.house import Sensor, WorldSettings
from sumika.schema.knowing_settings import Knowing
from tests.facts_helpers import BERLIN, DAY, HOUR, HOUSE, at, book, day_of, every, keep, stamp

AIR = ("living_air", "air.temperature_c")
COUNT = ("living", "occupancy_count.count")
COOKING = ("living", "air_events.cooking_probability")
TUESDAY = day_of(2026, 11, 3)
EVENING = date(2026, 11, 2)


def night_samples(
    told_s: float, to_bed_s: float, got_up_s: float, asleep_min: float | None = 400.0, room: str = "bedroom"
) -> dict[tuple[str, str], list[tuple[float, float | None]]]:
    in_bed_min = (got_up_s - to_bed_s) / 60.0
    low, high = (None, None) if asleep_min is None else (asleep_min - 40.0, asleep_min + 40.0)
    values = {
        "sleep_night.began_unix_s": to_bed_s,
        "sleep_night.ended_unix_s": got_up_s,
        "sleep_night.in_bed_min": in_bed_min,
        "sleep_night.asleep_min": asleep_min,
        "sleep_night.asleep_low_min": low,
        "sleep_night.asleep_high_min": high,
        "sleep_night.ups": 2.0,
        "day_measures.resting_heart_bpm": 61.5,
        "day_measures.night_visits": 2.0,
    }
    return {(room, signal): [(told_s, value)] for signal, value in values.items()}


def test_mean_highest_and_lowest_of_a_day_with_their_moments(tmp_path: Path) -> None:
    begin = TUESDAY.begin_unix_s
    samples = [(one, 20.0) for one in every(600.0, begin, TUESDAY.end_unix_s)]
    samples[30], samples[90] = (samples[30][0], 24.5), (samples[90][0], 17.0)
    keep(tmp_path, {AIR: samples, ("site", "weather.temperature_c"): [(begin, 8.0), (begin + HOUR, 10.0)]})
    with book(tmp_path) as facts:
        highest = facts.climate("living", "temperature_c", TUESDAY, "highest")
        assert (highest.value, highest.rows[0].begin_unix_s) == (24.5, samples[30][0])
        assert facts.climate("living", "temperature_c", TUESDAY, "lowest").value == 17.0
        mean = facts.climate("living", "temperature_c", TUESDAY, "mean")
        assert mean.value == pytest.approx(np.mean([value for _, value in samples]), abs=1e-6)
        assert (mean.unit, mean.coverage, mean.rows[0].subject) == ("°C", 1.0, "living_air")
        assert facts.outside("temperature_c", TUESDAY, "mean").value == 9.0
        assert facts.climate("bedroom", "temperature_c", TUESDAY, "mean").reason == Why.NO_SUCH
        assert facts.climate("living", "co2_ppm", TUESDAY, "mean").reason == Why.NO_SUCH
        with pytest.raises(ValueError, match="statistic"):
            facts.climate("living", "temperature_c", TUESDAY, "median")


def test_what_has_a_sensor_that_is_silent_so_far_is_not_told_yet_and_what_has_none_never_will_be(
    tmp_path: Path,
) -> None:
    mapped = Sensor(id="hall_air", room="attic", kind="air", mapping={"co2_ppm": "hall/co2"})
    with book(tmp_path, sensors=(*HOUSE.sensors, mapped)) as facts:
        for statistic in ("now", "mean"):
            for quantity in ("temperature_c", "co2_ppm"):
                assert facts.climate("living", quantity, TUESDAY, statistic).reason == Why.NOT_YET
                assert facts.climate("bedroom", quantity, TUESDAY, statistic).reason == Why.NO_SUCH
        assert facts.climate("attic", "co2_ppm", TUESDAY, "now").reason == Why.NOT_YET
        assert facts.climate("attic", "temperature_c", TUESDAY, "now").reason == Why.NO_SUCH
        assert facts.outside("temperature_c", TUESDAY, "now").reason == Why.NO_SUCH
        assert facts.energy_kwh(TUESDAY).reason == Why.NOT_YET
    with book(tmp_path, sensors=(), devices=()) as facts:
        assert facts.energy_kwh(TUESDAY).reason == Why.NO_SUCH
        assert facts.device_kwh("purifier", TUESDAY).reason == Why.NO_SUCH
    with book(tmp_path, sensors=(), devices=(), world=WorldSettings()) as facts:
        assert facts.energy_kwh(TUESDAY).reason == Why.NOT_YET
        assert facts.outside("temperature_c", TUESDAY, "now").reason == Why.NOT_YET
        assert facts.climate("living", "temperature_c", TUESDAY, "now").reason == Why.NO_SUCH


def test_now_is_a_quarter_of_an_hour_and_what_is_older_says_so(tmp_path: Path) -> None:
    begin = TUESDAY.begin_unix_s
    keep(tmp_path, {AIR: [(begin + 600.0, 20.0), (begin + 660.0, 20.5)]})
    with book(tmp_path) as facts:
        soon = Period(begin_unix_s=begin, end_unix_s=begin + 1200.0)
        assert facts.climate("living", "temperature_c", soon, "now").value == 20.5
        assert facts.climate("living", "temperature_c", TUESDAY, "now").reason == Why.STALE


def test_where_the_first_sensor_is_silent_the_next_one_of_the_room_is_asked(tmp_path: Path) -> None:
    keep(
        tmp_path,
        {AIR: [(TUESDAY.begin_unix_s - DAY, 1.0)], ("spare_air", AIR[1]): [(TUESDAY.begin_unix_s + HOUR, 21.0)]},
    )
    with book(tmp_path) as facts:
        found = facts.climate("living", "temperature_c", TUESDAY, "mean")
        assert (found.value, found.rows[0].subject) == (21.0, "spare_air")


def test_comfort_is_told_of_the_time_in_which_somebody_was_there(tmp_path: Path) -> None:
    begin = TUESDAY.begin_unix_s
    air = [(one, 22.0 if one < begin + 6 * HOUR else 27.0) for one in every(600.0, begin, TUESDAY.end_unix_s)]
    people = [(one, float(one >= begin + 4 * HOUR)) for one in every(600.0, begin, begin + 12 * HOUR)]
    keep(tmp_path, {AIR: air})
    with book(tmp_path) as facts:
        always = facts.comfort_share("living", TUESDAY, 20.0, 25.0)
        assert always.name == "comfort_share.all"
        assert always.value == pytest.approx(0.25, abs=0.001)
    keep(tmp_path, {COUNT: people})
    with book(tmp_path) as facts:
        occupied = facts.comfort_share("living", TUESDAY, 20.0, 25.0)
        assert occupied.name == "comfort_share.occupied"
        assert occupied.value == pytest.approx(2.0 / 8.0, abs=0.01)
        asleep = Period(begin_unix_s=begin, end_unix_s=begin + 2 * HOUR)
        assert facts.comfort_share("living", asleep, 20.0, 25.0).reason == Why.NOBODY


def test_a_night_is_told_with_its_range_and_belongs_to_its_evening(tmp_path: Path) -> None:
    to_bed, got_up = at(2026, 11, 2, 21, 40), at(2026, 11, 3, 6, 10)
    nap = (at(2026, 11, 3, 13), at(2026, 11, 3, 14, 30))
    for samples in (night_samples(got_up + 900.0, to_bed, got_up), night_samples(nap[1] + 900.0, *nap, 60.0)):
        keep(tmp_path, samples)
    with book(tmp_path) as facts:
        (night,) = facts.nights("bedroom", TUESDAY)
        assert (night.evening, night.residents) == (EVENING, ("oma",))
        assert (night.to_bed.value, night.got_up.value) == (to_bed, got_up)
        assert night.asleep_h.value == pytest.approx(400.0 / 60.0)
        assert night.asleep_h.low == pytest.approx(6.0)
        assert night.asleep_h.high == pytest.approx(440.0 / 60.0)
        assert night.asleep_h.interval == 0.8
        assert (night.ups.value, night.heart_bpm.value) == (2.0, 61.5)
        assert (night.rem_h.value, night.rem_h.reason) == (None, Why.NOT_MEASURED)
        assert {row.source for row in night.rows} >= {"sleep_night.asleep_min", "day_measures.resting_heart_bpm"}
        assert facts.night("bedroom", EVENING) == night
        assert facts.night("bedroom", date(2026, 11, 3)).asleep_h.reason == Why.NO_RECORDS
        assert facts.bedroom_of("oma") == "bedroom"


def test_a_nap_that_was_under_way_at_a_start_is_no_night(tmp_path: Path) -> None:
    to_bed, got_up = at(2026, 11, 2, 21, 40), at(2026, 11, 3, 6, 10)
    keep(tmp_path, {("bedroom", "sleep_night.ended_unix_s"): [(at(2026, 11, 3, 15, 30), at(2026, 11, 3, 15))]})
    with book(tmp_path) as facts:
        assert facts.nights("bedroom", TUESDAY) == ()
    # Of neither is known how long it was: the one that was seen from its beginning is the night.
    keep(tmp_path, {("bedroom", "sleep_night.ended_unix_s"): [(got_up, got_up - 600.0)]})
    keep(
        tmp_path,
        {
            ("bedroom", "sleep_night.began_unix_s"): [(got_up + 900.0, to_bed)],
            ("bedroom", "sleep_night.ended_unix_s"): [(got_up + 900.0, got_up)],
        },
    )
    with book(tmp_path) as facts:
        assert facts.night("bedroom", EVENING).to_bed.value == to_bed


def test_a_long_night_without_a_beginning_that_lasts_past_noon_is_a_night(tmp_path: Path) -> None:
    samples = {"ended_unix_s": at(2026, 11, 3, 12, 40), "asleep_min": 380.0}
    told_s = at(2026, 11, 3, 13)
    keep(tmp_path, {("bedroom", f"sleep_night.{name}"): [(told_s, value)] for name, value in samples.items()})
    with book(tmp_path) as facts:
        assert [one.evening for one in facts.nights("bedroom", TUESDAY)] == [EVENING]


def test_nights_that_an_older_house_kept_only_in_part_are_told_in_part(tmp_path: Path) -> None:
    keep(tmp_path, {("bedroom", "day_measures.asleep_h"): [(at(2026, 11, 3, 6), 7.25)]})
    with book(tmp_path) as facts:
        night = facts.night("bedroom", EVENING)
        assert (night.asleep_h.value, night.asleep_h.low) == (7.25, None)
        assert night.to_bed.reason == Why.NOT_MEASURED


@pytest.mark.parametrize("knowing", [None, Knowing(agreed=("tom",))])
def test_without_agreement_nothing_of_a_body_is_told_and_the_reason_is(tmp_path: Path, knowing: Knowing | None) -> None:
    keep(tmp_path, night_samples(at(2026, 11, 3, 7), at(2026, 11, 2, 22), at(2026, 11, 3, 6, 30)))
    with book(tmp_path, knowing=knowing) as facts:
        assert facts.withheld("bedroom") == Why.NOT_AGREED
        assert facts.nights("bedroom", TUESDAY) == ()
        night = facts.night("bedroom", EVENING)
        assert (night.asleep_h.value, night.asleep_h.reason, night.rows) == (None, Why.NOT_AGREED, ())
        assert {one.reason for one in facts.changes("bedroom", TUESDAY)} == {Why.NOT_AGREED}
        assert facts.withheld("cellar") == Why.NO_SUCH


def test_what_was_forgotten_is_gone_and_says_so(tmp_path: Path) -> None:
    keep(tmp_path, night_samples(at(2026, 11, 3, 7), at(2026, 11, 2, 22), at(2026, 11, 3, 6, 30)))
    with book(tmp_path) as facts:
        assert facts.night("bedroom", EVENING).asleep_h.value is not None
    (key,) = (tmp_path / "history" / "keys").glob("oma*")
    key.rename(tmp_path / "lost")
    with book(tmp_path) as facts:
        night = facts.night("bedroom", EVENING)
        assert (night.asleep_h.value, night.asleep_h.reason) == (None, Why.KEY_GONE)
    (tmp_path / "lost").rename(key)
    with History(tmp_path / "history", SimulatedClock(stamp(at(2026, 11, 4))), {"bedroom": ("oma",)}) as history:
        assert history.forget("oma") == 1
    with book(tmp_path) as facts:  # as if it had never been
        night = facts.night("bedroom", EVENING)
        assert (night.asleep_h.value, night.asleep_h.reason) == (None, Why.NO_RECORDS)


def test_what_changes_over_weeks_is_found_in_the_days_before(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    mornings = [at(2026, 9, 1, 7) + DAY * day for day in range(60)]
    heart = [(one, float(60.0 + 6.0 * (day >= 35) + rng.normal())) for day, one in enumerate(mornings)]
    keep(tmp_path, {("bedroom", "day_measures.resting_heart_bpm"): heart})
    with book(tmp_path) as facts:
        found = {one.trend.measure: one for one in facts.changes("bedroom", day_of(2026, 10, 31))}
        rose = found[Measure.RESTING_HEART]
        assert (rose.trend.direction, rose.reason, rose.rows[0].count) == (Direction.UP, "", 60)
        assert found[Measure.SLEEP].reason == Why.NO_RECORDS
        late = {one.trend.measure: one for one in facts.changes("bedroom", day_of(2026, 11, 20))}
        assert late[Measure.RESTING_HEART].reason == Why.STALE, "three weeks after the last night"
        few = {one.trend.measure: one for one in facts.changes("bedroom", day_of(2026, 9, 8))}
        assert few[Measure.RESTING_HEART].reason == Why.FEW_DAYS


def test_happenings_go_on_over_short_breaks_and_belong_to_where_they_began(tmp_path: Path) -> None:
    begin = at(2026, 11, 2, 23, 50)
    minutes = [(begin + 60.0 * one, 0.95 if one not in range(20, 26) else 0.1) for one in range(40)]
    doubtful = [(at(2026, 11, 3, 12) + 60.0 * one, 0.35) for one in range(30)]
    quiet = [(minutes[-1][0] + 60.0, 0.0), (doubtful[-1][0] + 60.0, 0.0)]
    keep(tmp_path, {COOKING: sorted([*minutes, *doubtful, *quiet])})
    with book(tmp_path) as facts:
        (cooked,) = facts.happenings("cooking", day_of(2026, 11, 2))
        assert (cooked.begin_unix_s, cooked.end_unix_s, cooked.room) == (begin, begin + 2400.0, "living")
        assert cooked.probability == 0.95
        assert cooked.rows[0].source == COOKING[1]
        assert facts.happenings("cooking", TUESDAY) == ()
        assert facts.happenings("cooking", day_of(2026, 11, 2), "bedroom") == ()
        with pytest.raises(ValueError, match="happening"):
            facts.happenings("dancing", TUESDAY)


def test_guests_are_those_who_are_more_than_live_here(tmp_path: Path) -> None:
    noon = at(2026, 11, 3, 12)
    grid = every(600.0, TUESDAY.begin_unix_s, TUESDAY.end_unix_s)
    living = [(one, 4.0 if noon <= one < noon + 2 * HOUR else 1.0) for one in grid]
    bedroom = [(one, 1.0) for one in grid]
    blink = [(noon + 5 * HOUR + 60.0, 3.0), (noon + 5 * HOUR + 120.0, 1.0)]
    keep(tmp_path, {COUNT: sorted([*living, *blink]), ("bedroom", COUNT[1]): bedroom})
    with book(tmp_path) as facts:
        (visit,) = facts.happenings("visit", TUESDAY)
        assert (visit.begin_unix_s, visit.end_unix_s, visit.people) == (noon, noon + 2 * HOUR, 3)
        assert {row.subject: row.value for row in visit.rows} == {"living": 4.0, "bedroom": 1.0}
        stays = facts.presence("living", Period(begin_unix_s=noon - HOUR, end_unix_s=noon + HOUR))
        assert [(one.people, one.end_unix_s - one.begin_unix_s) for one in stays] == [(1, HOUR), (4, HOUR)]
        assert [one.people for one in facts.presence("", TUESDAY)][:2] == [2, 5]
    with book(tmp_path, residents=()) as facts:  # nobody is described, and the owner is no visitor
        assert facts.happenings("visit", TUESDAY) == ()
        assert facts.noticed("visit", TUESDAY).reason == Why.NO_SUCH


def test_presence_alone_tells_somebody_and_what_was_not_told_is_a_gap(tmp_path: Path) -> None:
    noon = at(2026, 11, 3, 12)
    told = [(noon + 60.0 * one, 0.9 if one < 30 else 0.02) for one in range(60)]
    keep(tmp_path, {("living", "presence.probability"): told})
    with book(tmp_path) as facts:
        stays = facts.presence("living", TUESDAY)
        assert [one.people for one in stays] == [None, 0]
        assert stays[0].begin_unix_s == noon
        assert stays[-1].end_unix_s < noon + 1.5 * HOUR
        assert facts.presence("bedroom", TUESDAY) == ()
        assert facts.happenings("visit", TUESDAY) == ()


def test_weeks_months_and_nights_follow_the_house_own_days() -> None:
    now = at(2026, 3, 29, 15)
    assert Period.yesterday(now, BERLIN).seconds == 24 * HOUR
    assert Period.day(date(2026, 3, 29), BERLIN).seconds == 23 * HOUR
    assert Period.last_night(now, BERLIN).seconds == 17 * HOUR
    assert Period.month(2026, 12, BERLIN).end_unix_s == at(2027, 1, 1)
    assert Period.week(date(2026, 3, 29), BERLIN).dates(BERLIN)[0] == date(2026, 3, 23)
    assert Period.today(now, BERLIN).end_unix_s == now
    assert Period.last_days(7, now, BERLIN).dates(BERLIN)[-1] == date(2026, 3, 28)
    assert Period.tonight(now, BERLIN).begin_unix_s == at(2026, 3, 29, 18)
    assert Period.year(2026, BERLIN).seconds == 365 * DAY
