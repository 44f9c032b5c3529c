"""What a simulated house's sensors, devices, meter and weather station say after a step, as messages."""

from dataclasses import fields

from sumika.clock import Instant
from sumika.schema import AirSample, DeviceState, MeterSample, Origin, WeatherSample
from sumika.world.devices import SensorReading
from sumika.world.simulation import World, WorldStep

_QUANTITIES = tuple(one.name for one in fields(SensorReading))


def air_samples(world: World, step: WorldStep, at: Instant) -> tuple[AirSample, ...]:
    """Return what the air sensors say; silent ones are absent."""
    return tuple(
        AirSample(
            stamp=at,
            origin=Origin.SIMULATED,
            sensor=sensor.id,
            room=sensor.room,
            **{name: getattr(step.readings[sensor.id], name) for name in _QUANTITIES},
        )
        for sensor in world.house.sensors
        if sensor.id in step.readings
    )


def device_states(step: WorldStep, at: Instant) -> tuple[DeviceState, ...]:
    """Return what the devices say of themselves."""
    devices = step.devices
    return tuple(
        DeviceState(
            stamp=at,
            origin=Origin.SIMULATED,
            device=device,
            values=dict(values),
            power_w=devices.power_w.get(device),
            available=device not in devices.silent,
            why=devices.refused.get(device, ""),
        )
        for device, values in devices.states.items()
    )


def meter_sample(world: World, step: WorldStep, at: Instant) -> MeterSample:
    """Return what the meter says."""
    return MeterSample(
        stamp=at,
        origin=Origin.SIMULATED,
        meter="house_meter",
        power_w=step.meter.grid_w,
        imported_kwh=step.meter.imported_kwh,
        exported_kwh=step.meter.exported_kwh,
        pv_w=step.devices.pv_w,
        gas_w=step.devices.gas_w,
        price_per_kwh=step.meter.price_per_kwh,
        currency=world.meter.currency,
        carbon_g_kwh=step.meter.carbon_g_kwh,
    )


def weather_sample(world: World, step: WorldStep, stamp: Instant) -> WeatherSample:
    """Return what a weather station at the house says after a step."""
    outside = step.outside
    return WeatherSample(
        stamp=stamp,
        origin=Origin.SIMULATED,
        source=world.weather.name,
        temperature_c=outside.temperature_c,
        relative_humidity=step.outdoor_humidity,
        wind_m_s=outside.wind_m_s,
        wind_from_deg=outside.wind_from_deg,
        global_horizontal_w_m2=outside.global_horizontal_w_m2,
        direct_normal_w_m2=outside.direct_normal_w_m2,
        diffuse_horizontal_w_m2=outside.diffuse_horizontal_w_m2,
        pressure_pa=outside.pressure_pa,
        rain_mm_h=outside.rain_mm_h,
        pm2_5_ug_m3=outside.pm2_5_ug_m3,
    )
