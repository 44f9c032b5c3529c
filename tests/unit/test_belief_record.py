"""Ordinary life in rows of a quarter of an hour."""

import numpy as np
import pytest

from sumika.belief.record import KEPT_ROWS, ROW_S, SILENT_ROWS, Record
from sumika.clock import Instant
from sumika.schema import AirSample, DeviceState, Origin
from sumika.schema.house import Device, House, Room

HOUSE = House(
    rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 3), (0, 3))),),
    devices=(Device(id="heater", room="living", kind="room_air_conditioner"),),
)
NOW = Instant(0, 0, "test")
BEGIN_S = 1_800_000_000.0


def air(temperature_c: float | None, co2_ppm: float | None = None) -> AirSample:
    return AirSample(
        stamp=NOW, origin=Origin.LIVE, sensor="one", room="living", temperature_c=temperature_c, co2_ppm=co2_ppm
    )


def heater(power_w: float | None, *, available: bool = True) -> DeviceState:
    return DeviceState(
        stamp=NOW, origin=Origin.LIVE, device="heater", values={"mode": 1.0}, power_w=power_w, available=available
    )


def test_a_row_closes_with_its_quarter() -> None:
    record = Record(HOUSE)
    assert not record.turn(BEGIN_S)
    record.air(air(20.0))
    record.air(air(21.0, 700.0))
    record.device(heater(400.0))
    record.device(heater(200.0))
    assert not record.turn(BEGIN_S + ROW_S - 1.0)
    assert record.turn(BEGIN_S + ROW_S)
    rows = record.rows()
    assert rows.air[0, 0, 0] == 21.0  # a state: as last said
    assert rows.power_w[0, 0] == 300.0  # what drives it: the mean
    assert rows.setting("heater", "mode")[0] == 1.0


def test_what_nobody_said_is_not_a_number() -> None:
    record = Record(HOUSE)
    record.turn(BEGIN_S)
    record.air(air(None))
    record.air(air(float("nan")))
    record.turn(BEGIN_S + ROW_S)
    assert np.isnan(record.rows().air[0, 0, 0])


def test_a_device_out_of_radio_runs_on() -> None:
    record = Record(HOUSE)
    record.turn(BEGIN_S)
    record.device(heater(400.0))
    record.turn(BEGIN_S + ROW_S)
    record.device(heater(0.0, available=False))
    record.turn(BEGIN_S + 2 * ROW_S)
    assert record.rows().power_w[:, 0].tolist() == [400.0, 400.0]


def test_silent_hours_are_rows_without_numbers() -> None:
    record = Record(HOUSE)
    record.turn(BEGIN_S)
    record.air(air(20.0))
    assert record.turn(BEGIN_S + 4 * ROW_S)
    rows = record.rows()
    assert len(rows) == 4
    assert np.isnan(rows.air[1:, 0, 0]).all()
    assert np.diff(rows.unix_s) == pytest.approx(ROW_S)


@pytest.mark.parametrize("rows_before", [3, 40])
@pytest.mark.parametrize("silent_rows", [7, 30])
def test_silence_takes_its_time_in_a_full_record_too(
    monkeypatch: pytest.MonkeyPatch, rows_before: int, silent_rows: int
) -> None:
    monkeypatch.setattr("sumika.belief.record.KEPT_ROWS", 20)
    record = Record(HOUSE)
    now_s = BEGIN_S
    record.turn(now_s)
    for _ in range(rows_before):
        record.air(air(20.0))
        now_s += ROW_S
        assert record.turn(now_s) == 1
    now_s += silent_rows * ROW_S
    closed = record.turn(now_s)
    rows = record.rows()
    assert min(closed, 20) == min(silent_rows, 20), "so many are there to be filtered"
    assert len(rows) == min(20, rows_before + silent_rows)
    assert np.diff(rows.unix_s) == pytest.approx(ROW_S)
    assert rows.unix_s[-1] + ROW_S == now_s == record.began_s
    assert np.isnan(rows.air[-min(silent_rows, 20) :, 0, 0]).all()


def lived(record: Record, begin_s: float, rows: int) -> float:
    """Live through so many rows in which the air is told; return when they are over."""
    record.turn(begin_s)
    for row in range(rows):
        record.air(air(20.0))
        record.turn(begin_s + (row + 1) * ROW_S)
    return begin_s + rows * ROW_S


def told_s(record: Record) -> list[float]:
    rows = record.rows()
    return [float(at_s) for at_s in rows.unix_s[np.isfinite(rows.air[:, 0, 0])]]


@pytest.mark.parametrize("ahead_s", [3.4 * 86400.0, 11 * 365 * 86400.0])
def test_a_clock_that_is_ahead_for_one_look_takes_no_measured_row(ahead_s: float) -> None:
    record = Record(HOUSE)
    now_s = lived(record, BEGIN_S, KEPT_ROWS)
    record.turn(now_s + ahead_s)
    assert len(told_s(record)) >= KEPT_ROWS - SILENT_ROWS - 1
    assert record.began_s is not None
    record.move(now_s + ROW_S - record.began_s)
    lived(record, now_s + ROW_S, 3)
    told = told_s(record)
    assert told[-4:] == [now_s - ROW_S, now_s + ROW_S, now_s + 2 * ROW_S, now_s + 3 * ROW_S]
    assert np.diff(told[:-3]) == pytest.approx(ROW_S), "all else was when it was"
    assert len(record.rows()) - len(told) <= 1, "the silence is taken out again"


def test_after_a_silence_of_months_what_was_measured_before_is_known() -> None:
    record = Record(HOUSE)
    now_s = lived(record, BEGIN_S, KEPT_ROWS)
    assert record.turn(now_s + 100 * 86400.0) == SILENT_ROWS + 1
    assert len(told_s(record)) == KEPT_ROWS - SILENT_ROWS - 1
    assert record.rows().unix_s[-1] + ROW_S == record.began_s


def test_a_clock_that_was_always_ahead_moves_all_rows() -> None:
    record = Record(HOUSE)
    now_s = lived(record, BEGIN_S, 50)
    record.move(-10 * 365 * 86400.0)
    assert told_s(record) == [BEGIN_S - 10 * 365 * 86400.0 + row * ROW_S for row in range(50)]
    assert record.began_s == now_s - 10 * 365 * 86400.0


def test_unknown_rooms_and_devices_are_left_aside() -> None:
    record = Record(HOUSE)
    record.turn(BEGIN_S)
    record.people("cellar", 2.0)
    record.device(DeviceState(stamp=NOW, origin=Origin.LIVE, device="ghost", values={}))
    record.turn(BEGIN_S + ROW_S)
    assert np.isnan(record.rows().people).all()
