"""A small house with everything a plan can drive, and a winter evening in it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sumika.belief.forecast import Foreteller, HouseForecast
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.clock import Instant
from sumika.ecu import Ecu, Measurements
from sumika.ecu.first_guess import guess_first
from sumika.schema import AirSample, Command, DeviceState, Origin
from sumika.schema.house import Control, Device, House, Room

TOKYO = ZoneInfo("Asia/Tokyo")
EVENING = datetime(2026, 1, 20, 16, 0, tzinfo=TOKYO)
STAMP = Instant(1_000_000_000_000, 1_768_000_000_000_000_000, "boot")
NIGHT_TARIFF = KnownTariff(hours=tuple(28.0 if 1 <= hour < 6 else 36.0 for hour in range(24)), feed_in=15.0)


def small_house(control: Control | None = None) -> House:
    """Return a living room and a bedroom with devices of many kinds."""
    square = ((0.0, 0.0), (5.0, 0.0), (5.0, 4.0), (0.0, 4.0))
    beside = ((5.0, 0.0), (9.0, 0.0), (9.0, 4.0), (5.0, 4.0))
    kinds = (
        ("aircon", "living", "room_air_conditioner"),
        ("bed_aircon", "bedroom", "room_air_conditioner"),
        ("fan", "living", "exhaust_fan"),
        ("purifier", "living", "air_purifier"),
        ("humidifier", "bedroom", "humidifier"),
        ("tank", "living", "heat_pump_water_heater"),
        ("battery", "living", "battery"),
        ("light", "living", "light"),
    )
    return House(
        rooms=(
            Room(id="living", name="Living room", floor_m=square),
            Room(id="bedroom", name="Bedroom", floor_m=beside),
        ),
        devices=tuple(Device(id=name, room=room, kind=kind) for name, room, kind in kinds),
        control=control,
    )


def air(room: str, temperature_c: float = 18.0, co2_ppm: float = 600.0) -> AirSample:
    """Return what a sensor says of a room."""
    return AirSample(
        stamp=STAMP,
        origin=Origin.LIVE,
        sensor=f"{room}_air",
        room=room,
        temperature_c=temperature_c,
        relative_humidity=0.45,
        co2_ppm=co2_ppm,
        pm2_5_ug_m3=6.0,
    )


def state(device: str, **values: float) -> DeviceState:
    """Return what a device says of itself."""
    return DeviceState(stamp=STAMP, origin=Origin.LIVE, device=device, values=values)


def an_ecu(at: datetime = EVENING, *, living_c: float = 18.0, plans_every_s: float = 0.0) -> Ecu:
    """Return a controller that has just been told how the small house is."""
    ecu = Ecu(small_house(), plans_every_s=plans_every_s)
    samples = (air("living", living_c), air("bedroom", 17.0))
    ecu.observe(
        Measurements(
            at=at,
            air=samples,
            devices=(state("tank", hot_water_l=250.0, tank_c=65.0), state("battery", charge=0.4)),
            presence={"living": (0.02, 0.0), "bedroom": (0.02, 0.0)},
        )
    )
    assert guess_first(ecu.belief, samples)
    return ecu


def a_forecast(ecu: Ecu, at: datetime = EVENING, tariff: KnownTariff = NIGHT_TARIFF) -> HouseForecast:
    """Return what is to come, of which nobody foretold anything."""
    return Foreteller(ecu.belief.sun, PriceBook(tariff)).now(at, ecu.belief.record.rows())


def a_command(device: str, action: str, value: float) -> Command:
    """Return a command of a plan."""
    return Command(stamp=STAMP, origin=Origin.LIVE, device=device, action=action, value=value, asked_by="plan")
