"""OCPP after a loss of the net: a car goes on charging meanwhile, and off is off only where its transaction ends."""

from typing import Any

import pytest

from sumika.evaluate.free_port import free_port
from sumika.schema import DeviceState, MeterSample
from tests.wire.loopback_links import Heard, linked, loopback, run, sensor
from tests.wire.ocpp_points import Garage16, Garage201, garage
from tests.wire.test_ocpp_devices import CAR, house_on

__all__ = ["loopback"]
pytestmark = pytest.mark.usefixtures("loopback")

POWER = {"value": "7.2", "measurand": "Power.Active.Import", "unit": "kW"}
ENERGY = {"value": "12345"}
CHARGE = {"value": "80", "measurand": "SoC", "unit": "Percent"}


def purposes(point: Any) -> list[str]:
    """Return what a point was asked, profiles by their purpose."""
    return [said.get("charging_profile_purpose", kind) for kind, said in point.asked]


async def charging(heard: Heard, port: int, power_w: float) -> int:
    """Let a car charge with a limit, then lose the net; return the number of its transaction."""
    async with garage(port, Garage16, "ocpp1.6") as point:
        await point.says("Preparing")
        await point.starts()
        assert await heard.told("car", "mode", 2) == ""
        assert await heard.told("car", "power_w", power_w) == ""
        assert point.asked[-1][1]["charging_profile_purpose"] == "TxProfile"
        number: int = point.transaction
    await heard.gone("car")
    return number


def test_off_ends_the_transaction_that_began_before_the_net_was_lost() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard:
            number = await charging(heard, port, 7000)
            async with garage(port, Garage16, "ocpp1.6") as point:
                await point.says("Charging")
                await heard.state("car", at_home=1)
                assert await heard.told("car", "mode", 0) == ""
                assert purposes(point) == ["stop", "TxDefaultProfile"]
                assert point.asked[0][1]["transaction_id"] == number
                await heard.state("car", mode=0)

    run(live())


def test_a_limit_counts_for_the_transaction_that_began_before_the_net_was_lost() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard:
            number = await charging(heard, port, 7000)
            async with garage(port, Garage16, "ocpp1.6") as point:
                await point.says("Charging")
                assert "mode" not in (await heard.state("car", at_home=1)).values
                assert "mode is not known" in await heard.told("car", "power_w", 1400)
                assert await heard.told("car", "mode", 2) == ""
                assert purposes(point) == ["TxProfile", "clear"]
                profile = point.asked[0][1]
                assert profile["transaction_id"] == number
                assert float(profile["charging_schedule"]["charging_schedule_period"][0]["limit"]) == 6.0
                await heard.state("car", mode=2, power_w=1400)

    run(live())


@pytest.mark.parametrize("status", ["", "Charging", "SuspendedEV", "SuspendedEVSE", "Faulted"])
def test_off_is_not_believed_while_it_is_not_known_which_transaction_runs(status: str) -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            # Nothing is remembered of it: it began before this program did.
            if status:
                await point.says(status)
                await heard.until(DeviceState, lambda state: state.available)
            assert await heard.told("car", "mode", 1) == ""
            await heard.state("car", mode=1)
            point.asked.clear()
            point.triggered.clear()
            assert "which transaction runs" in await heard.told("car", "mode", 0)
            assert purposes(point) == ["ChargePointMaxProfile", "TxDefaultProfile"]
            whole = point.asked[0][1]
            assert (point.connectors, whole["charging_profile_kind"]) == ([0, 1], "Absolute")
            assert whole["charging_schedule"]["charging_schedule_period"][0]["limit"] == 0
            assert {"StatusNotification", "MeterValues"} <= set(point.triggered)
            await point.meters(POWER, transaction=77)
            state = await heard.until(DeviceState, lambda one: one.power_w == 7200)
            assert "mode" not in state.values
            point.asked.clear()
            assert await heard.told("car", "mode", 0) == ""
            assert purposes(point) == ["stop", "TxDefaultProfile"]
            assert point.asked[0][1]["transaction_id"] == 77
            # The limit of the whole point goes when the car may charge again.
            point.asked.clear()
            assert await heard.told("car", "mode", 2) == ""
            assert point.asked[1] == ("clear", {"id": whole["charging_profile_id"]})
            assert point.asked[0][1]["charging_profile_id"] != whole["charging_profile_id"]

    run(live())


def test_off_is_not_believed_where_the_point_refuses_a_limit_of_the_whole() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Charging")
            await heard.state("car", at_home=1)
            point.accepts = "Rejected"
            assert "answers Rejected" in await heard.told("car", "mode", 0)

    run(live())


def test_a_limit_binds_a_transaction_that_is_not_known() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Charging")
            await heard.state("car", at_home=1)
            assert "mode is not known" in await heard.told("car", "power_w", 2300)
            assert await heard.told("car", "mode", 2) == ""
            assert purposes(point) == ["ChargePointMaxProfile", "TxDefaultProfile"]
            limits = [said["charging_schedule"]["charging_schedule_period"][0]["limit"] for _, said in point.asked]
            assert [float(limit) for limit in limits] == [10.0, 10.0]
            # Without a limit there is none for the whole point either.
            point.asked.clear()
            assert await heard.told("car", "mode", 1) == ""
            assert [(kind, said["id"]) for kind, said in point.asked] == [("clear", 4711), ("clear", 4712)]
            assert await heard.told("car", "mode", 1) == ""
            assert [kind for kind, _ in point.asked[2:]] == ["clear"]

    run(live())


def test_a_transaction_that_does_not_run_any_more_is_forgotten() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard:
            await charging(heard, port, 7000)
            async with garage(port, Garage16, "ocpp1.6") as point:
                await point.says("Charging")
                await heard.state("car", at_home=1)
                point.stops = "Rejected"
                assert "which transaction runs" in await heard.told("car", "mode", 0)
                assert purposes(point) == ["stop", "ChargePointMaxProfile", "TxDefaultProfile"]
                await point.starts()
                assert "RemoteStopTransaction: it answers Rejected" in await heard.told("car", "mode", 0)
                assert purposes(point)[3:] == ["stop"]  # this one is known for sure

    run(live())


@pytest.mark.parametrize("status", ["Available", "Preparing", "Finishing", "Unavailable"])
def test_a_point_that_comes_back_without_its_transaction_is_told_as_one_that_has_none(status: str) -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard:
            await charging(heard, port, 7000)
            async with garage(port, Garage16, "ocpp1.6") as point:
                await point.says(status)
                await heard.until(DeviceState, lambda one: one.available and (status != "Unavailable" or one.why != ""))
                assert await heard.told("car", "mode", 0) == ""
                assert purposes(point) == ["TxDefaultProfile"]

    run(live())


def test_a_point_as_a_whole_says_nothing_of_its_car() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Preparing")
            await point.starts()
            await point.meters(POWER)
            await point.says("Available", connector=0)
            await point.meters(CHARGE)
            assert (await heard.state("car", charge=0.8, at_home=1)).power_w == 7200
            assert await heard.told("car", "mode", 0) == ""
            assert purposes(point)[0] == "stop"
            await point.says("Faulted", connector=0)
            await heard.until(DeviceState, lambda one: "Faulted" in one.why)

    run(live())


def test_a_point_that_connects_before_its_loss_is_seen_has_taken_nothing() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as old:
            await old.says("Preparing")
            await old.starts()
            assert await heard.told("car", "mode", 2) == ""
            await heard.state("car", mode=2)
            async with garage(port, Garage16, "ocpp1.6") as point:
                await heard.gone("car")
                await point.says("Charging")
                assert "mode" not in (await heard.state("car", at_home=1)).values
                await old.says("Available")  # nobody listens to that
                assert await heard.told("car", "mode", 0) == ""
                assert point.asked[0] == ("stop", {"transaction_id": old.transaction})

    run(live())


def test_what_ended_meanwhile_does_not_end_what_runs() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Preparing")
            await point.starts()
            await point.meters(POWER)
            await point.ends(5, CHARGE)
            await point.meters(CHARGE, transaction=-1)
            assert (await heard.state("car", charge=0.8)).power_w == 7200
            assert await heard.told("car", "mode", 0) == ""
            assert point.asked[0] == ("stop", {"transaction_id": point.transaction})

    run(live())


def test_a_station_of_2_0_1_is_asked_which_transaction_runs() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage201, "ocpp2.0.1") as point:
            await point.says("Occupied")
            await heard.state("car", at_home=1)
            point.triggered.clear()
            assert "which transaction runs" in await heard.told("car", "mode", 0)
            assert purposes(point) == ["ChargingStationMaxProfile", "TxDefaultProfile"]
            assert (point.connectors, point.asked[0][1]["charging_profile_kind"]) == ([0, 1], "Absolute")
            assert {"StatusNotification", "TransactionEvent"} <= set(point.triggered)
            await point.event("Updated", "Charging", transaction="t-9")
            assert await heard.told("car", "mode", 0) == ""
            assert point.asked[2] == ("stop", {"transaction_id": "t-9"})
            assert await heard.told("car", "mode", 1) == ""
            assert point.asked[-1] == ("clear", {"charging_profile_id": 4712})

    run(live())


def test_a_station_of_2_0_1_that_has_no_transaction_to_tell_of_is_off() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage201, "ocpp2.0.1") as point:
            point.event_when_asked = "Rejected"
            await point.says("Occupied")
            await heard.state("car", at_home=1)
            assert await heard.told("car", "mode", 0) == ""
            assert purposes(point) == ["ChargingStationMaxProfile", "TxDefaultProfile"]
            await heard.state("car", mode=0)

    run(live())


def test_a_station_of_2_0_1_goes_on_with_its_transaction_after_a_loss() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard:
            async with garage(port, Garage201, "ocpp2.0.1") as point:
                await point.event("Started", "Charging")
                await heard.state("car", at_home=1)
            await heard.gone("car")
            async with garage(port, Garage201, "ocpp2.0.1") as point:
                await point.says("Occupied")
                await heard.state("car", at_home=1)
                await point.event("Ended", "EVConnected", transaction="t-0")  # of the day before
                assert await heard.told("car", "mode", 0) == ""
                assert point.asked[0] == ("stop", {"transaction_id": "t-1"})
            await heard.gone("car")
            async with garage(port, Garage201, "ocpp2.0.1") as point:
                await point.says("Available")
                await heard.state("car", at_home=0)
                assert await heard.told("car", "mode", 0) == ""
                assert purposes(point) == ["TxDefaultProfile"]

    run(live())


def test_power_out_of_a_car_is_not_asked_of_a_transaction_that_is_not_known() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage201, "ocpp2.0.1") as point:
            await point.says("Occupied")
            while not any(one.settings["power_w"].low < 0 for one in await heard.link.scan()):
                await heard.until(DeviceState)
            assert "mode is not known" in await heard.told("car", "power_w", -3000)
            assert "which is to give" in await heard.told("car", "mode", 2)
            assert point.asked == []

    run(live())


def test_a_car_that_is_parked_holds_what_it_held() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Preparing")
            await point.starts()
            await point.meters(POWER, CHARGE)
            assert (await heard.state("car", charge=0.8)).power_w == 7200
            await point.ends(point.transaction)
            await point.says("Finishing")
            state = await heard.until(DeviceState, lambda one: one.power_w is None and one.values.get("at_home") == 1)
            assert state.values["charge"] == 0.8

    run(live())


def test_a_car_that_has_left_takes_no_power() -> None:
    async def live() -> None:
        port = free_port()
        house = house_on(port, CAR, sensors=(sensor("wallbox", "meter", "garage"),))
        async with linked(house) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Preparing")
            await point.starts()
            await point.meters(POWER, CHARGE)
            assert (await heard.state("car", charge=0.8)).power_w == 7200
            await point.ends(point.transaction, POWER, ENERGY, CHARGE)
            meter = await heard.until(MeterSample, lambda sample: sample.imported_kwh == 12.345)
            assert meter.power_w is None
            await point.says("Finishing")
            await point.says("Available")
            state = await heard.state("car", at_home=0)
            assert (state.power_w, "charge" in state.values) == (None, False)
            # What it measures from then on is told.
            await point.meters({"value": "0", "measurand": "Power.Active.Import", "unit": "W"})
            assert (await heard.until(MeterSample, lambda sample: sample.power_w is not None)).power_w == 0

    run(live())


def test_a_car_that_has_left_without_a_word_takes_no_power_either() -> None:
    async def live() -> None:
        port = free_port()
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage16, "ocpp1.6") as point:
            await point.says("Charging")
            await point.meters(POWER)
            await heard.until(DeviceState, lambda state: state.power_w == 7200)
            await point.says("Available")
            assert (await heard.state("car", at_home=0)).power_w is None

    run(live())


def test_at_a_station_of_2_0_1_the_power_ends_with_the_transaction() -> None:
    async def live() -> None:
        port = free_port()
        power = {"value": 7200, "measurand": "Power.Active.Import", "unit_of_measure": {"unit": "W"}}
        async with linked(house_on(port, CAR)) as heard, garage(port, Garage201, "ocpp2.0.1") as point:
            await point.event("Started", "Charging", power)
            await heard.until(DeviceState, lambda state: state.power_w == 7200)
            await point.event("Ended", "EVConnected", power, {"value": 3.6, "measurand": "SoC"})
            await heard.until(DeviceState, lambda state: state.power_w is None)
            await point.event("Started", "Charging", power, transaction="t-2")
            await heard.until(DeviceState, lambda state: state.power_w == 7200)
            await point.says("Available")
            assert (await heard.state("car", at_home=0)).power_w is None

    run(live())
