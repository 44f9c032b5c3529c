"""Which devices tell of themselves on a broker, so that they can be written into `house.yaml`."""

import asyncio
import contextlib
from collections.abc import Sequence

from sumika.actuate.base import FoundDevice, fail_safe_of, measured_as
from sumika.actuate.mqtt.values import tasmota_fields, zigbee_fields
from sumika.links.mqtt import BrokerSession, BrokerSettings, TopicMessage, zigbee
from sumika.links.mqtt.payload import decoded
from sumika.links.mqtt.tasmota import LIGHT, RELAY, SHUTTER, TasmotaDevice, measured, tasmota_device, told
from sumika.links.mqtt.zigbee import ZigbeeDevice, zigbee_devices
from sumika.schema import DEVICE_KINDS

_QUIET_S = 1.0
"""Lists are retained: they come at once, one after the other."""
_LONGEST_S = 10.0


async def found_devices(settings: BrokerSettings) -> tuple[FoundDevice, ...]:
    """Return what has told of itself, sorted by address.

    Raises:
        LinkError: if the broker does not answer.
    """
    session = BrokerSession(settings, announced=False)
    await session.open(
        (f"{settings.zigbee}/bridge/devices", f"{settings.tasmota}/+/config", f"{settings.tasmota}/+/sensors")
    )
    try:
        reports = await _retained(session)
    finally:
        await session.close()
    return found_in(reports, settings)


def found_in(reports: Sequence[TopicMessage], settings: BrokerSettings) -> tuple[FoundDevice, ...]:
    """Return what lists and announcements tell of, sorted by address.

    Args:
        reports: What the broker kept.
        settings: Where the lists are.
    """
    found: list[FoundDevice] = []
    for report in reports:
        if report.topic == f"{settings.zigbee}/bridge/devices":
            found += [_zigbee(one, settings.zigbee) for one in zigbee_devices(report.payload).devices.values()]
    sensors = {one.topic.split("/")[-2]: _measures(one) for one in reports if one.topic.endswith("/sensors")}
    for report in reports:
        one = tasmota_device(report.payload) if report.topic.endswith("/config") else None
        if one is not None:
            found += _tasmota(one, sensors.get(report.topic.split("/")[-2], ()))
    return tuple(sorted(found, key=lambda one: one.address))


async def _retained(session: BrokerSession) -> list[TopicMessage]:
    """Return what comes until nothing comes for a while."""
    found: list[TopicMessage] = []
    async with contextlib.aclosing(session.messages()) as messages:
        with contextlib.suppress(TimeoutError, StopAsyncIteration):
            async with asyncio.timeout(_LONGEST_S):
                while True:
                    async with asyncio.timeout(_QUIET_S):
                        found.append(await anext(messages))
    return found


def _zigbee(device: ZigbeeDevice, base: str) -> FoundDevice:
    kind = _zigbee_kind(device)
    topic = f"{base}/{device.friendly_name}"
    known = DEVICE_KINDS.get(kind)
    fields = zigbee_fields(device, topic, known.settings) if known else {}
    return FoundDevice(
        address=topic,
        kind=kind,
        name=device.friendly_name,
        maker=device.maker,
        settings={name: field.setting for name, field in fields.items()},
        measures=tuple(
            dict.fromkeys(measured_as(ours) for theirs, ours in zigbee.MEASURED.items() if theirs in device.exposed)
        ),
        fail_safe=fail_safe_of(kind, {name: field.setting for name, field in fields.items()}),
    )


def _zigbee_kind(device: ZigbeeDevice) -> str:
    groups, exposed = device.groups, device.exposed
    if "climate" in groups:
        mode = exposed.get("system_mode")
        return "room_air_conditioner" if mode is not None and "cool" in mode.values else "radiator"
    if "fan" in groups:
        return "air_purifier" if {"pm25", "filter_age", "replace_filter"} & exposed.keys() else "exhaust_fan"
    for group, kind in (("lock", "lock"), ("light", "light"), ("cover", "blind"), ("switch", "appliance")):
        if group in groups:
            return kind
    return ""


def _measures(report: TopicMessage) -> tuple[str, ...]:
    document = decoded(report.payload)
    sensors = document.get("sn") if isinstance(document, dict) else None
    return tuple(dict.fromkeys(name for name, _, _ in measured(told(sensors))))


def _tasmota(device: TasmotaDevice, measures: tuple[str, ...]) -> list[FoundDevice]:
    """Return one device for each relay that is for something, and one for the sensors where there is none."""
    relays = [(place, use) for place, use in enumerate(device.relays, start=1) if use in (RELAY, LIGHT, SHUTTER)]
    if not device.by_default:
        # Its topics have to be written down one by one, in a mapping.
        relays = []
    if any(use == SHUTTER for _, use in relays):
        relays = [(1, SHUTTER)]
    found = []
    for place, use in relays or [(0, 0)]:
        kind = {RELAY: "exhaust_fan" if device.fan else "appliance", LIGHT: "light", SHUTTER: "blind"}.get(use, "")
        relay = f"POWER{place}" if use == RELAY and len(relays) > 1 else ""
        known = DEVICE_KINDS[kind] if kind else None
        fields = tasmota_fields(device.topic, relay, known.settings) if known else {}
        found.append(
            FoundDevice(
                address=f"tasmota/{device.topic}{relay and '#'}{relay}",
                kind=kind,
                name=device.name or device.topic,
                maker=f"Tasmota {device.model}".strip(),
                settings={name: field.setting for name, field in fields.items()},
                measures=measures,
                fail_safe=fail_safe_of(kind, {name: field.setting for name, field in fields.items()}),
            )
        )
    return found
