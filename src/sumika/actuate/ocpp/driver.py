"""The link of an OCPP connection: charge points connect to us, and are told how much a car may take.

Mode 0 ends the transaction and allows nothing, mode 1 takes our limit away, mode 2 sets it; a car that is plugged in
and does not charge is started where it may. A point cannot be asked which limit holds, so what is reported is what it
took.

A transaction keeps the limit that was set for it, and only one that is named can be limited or ended. While one may run
that the point has not named since it connected, the whole point is limited, which stands above; and it counts as off
only when that transaction is ended.
"""

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from sumika.actuate.base import FoundDevice
from sumika.actuate.watching import Watching, silent, state_of
from sumika.clock import Clock
from sumika.links.base import SensorReader
from sumika.links.ocpp import OPTIONS, ChargePoint, PointRefusedError, PointSaidNoError, server_of
from sumika.links.ocpp.limits import Limit
from sumika.links.options import Options
from sumika.schema import DEVICE_KINDS, DeviceState, Message, Setting, UsageError, Write
from sumika.schema.house import Connection, Device, House

_KIND = "ev_charger"
_VOLTAGE_V = 230.0
_OFF, _FREE, _LIMITED = 0.0, 1.0, 2.0
_WAITS_FOR_START = {"Preparing", "EVConnected", "Finishing"}


@dataclass(slots=True)
class _Charger:
    """A charger of house.yaml.

    Attributes:
        device: Its name.
        point: What its charge point calls itself.
        took: What its point took since it connected, by setting.
        asked_w: The power that was asked for last while its mode was not known: it counts with mode 2.
    """

    device: str
    point: str
    took: dict[str, float] = field(default_factory=dict)
    asked_w: float = 0.0

    def state(self, point: ChargePoint, clock: Clock) -> DeviceState:
        """Return what is known of it."""
        values = dict(self.took)
        if "charge" in point.values:
            values["charge"] = round(point.values["charge"], 4)
        if point.plugged is not None:
            values["at_home"] = float(point.plugged)
        why = f"it says {point.status}" if point.status in ("Faulted", "Unavailable") else ""
        return state_of(self.device, clock.now(), values, power_w=point.power_w, why=why)

    def cannot(self, point: ChargePoint, wished: dict[str, float]) -> str:
        """Return why it cannot be set so, empty if it may; a power without a mode is kept in mind for the mode."""
        if wished["power_w"] < 0 and not point.both_ways:
            return "it does not say that it can take power out of a car"
        if "mode" not in wished:
            self.asked_w = wished["power_w"]
            return "it connected anew, and its mode is not known: this counts with mode 2"
        return "" if wished["mode"] in (_OFF, _FREE, _LIMITED) else f"it has no mode {wished['mode']:g}"


class OcppLink:
    """Chargers behind charge points."""

    def __init__(
        self, connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[ChargePoint]
    ) -> None:
        """Prepare; nothing listens yet.

        Raises:
            UsageError: if an address, the secret or an option cannot be, or a device is no charger.
        """
        options = Options(connection, OPTIONS)
        self._server = server_of(connection, options, folder, clock, on_told=self._told, on_gone=self._gone)
        self._voltage_v = options.number("voltage_v", _VOLTAGE_V, least=100, most=400)
        self._phases = int(options.number("phases", 1, least=1, most=3))
        self._tag = options.text("tag", "sumika")[:20]
        self._connection, self._clock, self._sensors = connection, clock, sensors
        self._chargers = {device.id: _charger(device) for device in house.devices if device.connection == connection.id}
        self._watching = Watching()

    async def open(self) -> None:
        """Listen; every charger is away until its point connects.

        Raises:
            LinkError: if the port is taken.
        """
        await self._server.open()
        now = self._clock.now()
        for charger in self._chargers.values():
            self._watching.put(silent(charger.device, now, f"no charge point {charger.point} has connected yet"))

    async def write(self, write: Write) -> str:
        """Tell a charge point; return why that could not be done, empty if it took it."""
        charger = self._chargers.get(write.device)
        if charger is None:
            return f"connection {self._connection.id} has no device {write.device}"
        if write.action not in DEVICE_KINDS[_KIND].settings:
            return f"a charge point has no {write.action}"
        if not math.isfinite(write.value):
            return f"{write.action} cannot be set to {write.value}: that is no number"
        point = self._server.points.get(charger.point)
        if point is None:
            return f"charge point {charger.point} is not connected"
        wished = {"power_w": charger.asked_w, **charger.took, write.action: write.value}
        why = charger.cannot(point, wished)
        if why:
            return f"charge point {charger.point}: {why}"
        try:
            await self._do_or_forget(point, wished, write.action)
        except PointRefusedError as refusal:
            if write.action == "mode":
                # It may be done by half: neither the mode before nor this one holds for sure.
                charger.asked_w = wished["power_w"]
                charger.took.clear()
            return f"charge point {charger.point}: {refusal}"
        if self._server.points.get(charger.point) is not point:
            return f"charge point {charger.point} connected anew meanwhile: it may not hold any more"
        charger.took[write.action] = write.value
        if wished["mode"] == _LIMITED:
            charger.took["power_w"] = wished["power_w"]
        self._watching.put(charger.state(point, self._clock))
        return ""

    def reports(self) -> AsyncIterator[Message]:
        """Yield states and readings as they come."""
        return self._watching.reports()

    async def scan(self) -> tuple[FoundDevice, ...]:
        """Return the charge points that are connected now."""
        return tuple(_found(point) for point in self._server.points.values())

    async def close(self) -> None:
        """End all connections."""
        await self._server.close()
        await self._watching.end()

    async def _do_or_forget(self, point: ChargePoint, wished: dict[str, float], action: str) -> None:
        """Do it; where what ran on an earlier connection is refused, do it as if nothing were known of that."""
        try:
            await self._do(point, wished, action)
        except PointSaidNoError:
            if not point.recalled:
                raise
            point.recall("")
            await self._do(point, wished, action)

    async def _do(self, point: ChargePoint, wished: dict[str, float], action: str) -> None:
        mode, power_w = wished["mode"], wished["power_w"]
        if mode == _LIMITED:
            await self._limit(point, power_w)
            if power_w > 0:
                await self._start(point)
        elif action == "mode" and mode == _FREE:
            await point.unlimit()
            await point.uncap()
            await self._start(point)
        elif action == "mode":
            await self._switch_off(point)

    async def _switch_off(self, point: ChargePoint) -> None:
        if point.transaction:
            await point.stop()
        await self._limit(point, 0.0, running=False)
        if point.runs_unknown:
            await point.ask_running()
        if point.runs_unknown:
            raise PointRefusedError(
                "it has not said yet which transaction runs, so that it cannot be ended; "
                "the whole point is limited to 0 W meanwhile, and was asked"
            )

    async def _start(self, point: ChargePoint) -> None:
        if not point.transaction and point.plugged and point.status in _WAITS_FOR_START:
            await point.start(self._tag)

    async def _limit(self, point: ChargePoint, power_w: float, *, running: bool = True) -> None:
        limit = Limit(
            power_w=power_w,
            unit=point.unit,
            voltage_v=point.values.get("voltage_v") or self._voltage_v,
            phases=self._phases,
            transaction=point.transaction if running else "",
        )
        if not point.runs_unknown:
            await point.limit(limit)
            if running:  # of what is off, both may hold
                await point.uncap()
        elif power_w < 0:
            raise PointRefusedError("it has not said yet which transaction runs, which is to give power")
        else:
            await point.cap(limit)
            await point.limit(limit)

    def _told(self, point: ChargePoint) -> None:
        for charger in self._chargers.values():
            if charger.point == point.name:
                self._watching.put(charger.state(point, self._clock))
        self._watching.put(*self._sensors.read(point, self._clock.now()))

    def _gone(self, point: ChargePoint) -> None:
        now = self._clock.now()
        for charger in self._chargers.values():
            if charger.point == point.name:
                # It may come back as it was switched on: what it took does not hold any more.
                charger.took.clear()
                charger.asked_w = 0.0
                self._watching.put(silent(charger.device, now, f"charge point {point.name} is gone"))
        point.values.clear()
        self._watching.put(*self._sensors.read(point, now))


def _charger(device: Device) -> _Charger:
    if device.kind != _KIND or not device.address:
        raise UsageError(
            f"a charge point is an {_KIND}, not a {device.kind}" if device.address else "names no charge point",
            where=f"house.yaml: device {device.id}",
            remedy=f"Write kind: {_KIND}, and as address the name that the charge point calls itself",
        )
    return _Charger(device.id, device.address)


def _found(point: ChargePoint) -> FoundDevice:
    settings = dict(DEVICE_KINDS[_KIND].settings)
    if not point.both_ways:
        power = settings["power_w"]
        settings["power_w"] = Setting(low=0, high=power.high, step=power.step)
    measures = [name for name in ("charge",) if name in point.values]
    return FoundDevice(
        address=point.name,
        kind=_KIND,
        name=f"charge point, OCPP {point.version}",
        maker=point.maker,
        settings=settings,
        measures=(*measures, "at_home", "power_w"),
        fail_safe=dict(DEVICE_KINDS[_KIND].fail_safe),
    )


def open_link(
    connection: Connection, house: House, clock: Clock, folder: Path, sensors: SensorReader[ChargePoint]
) -> OcppLink:
    """Return the link of a connection of type ocpp, not yet open.

    Args:
        connection: Its `address` is where we listen: 0.0.0.0:9000; its `secret_file` holds the password that points
            have to give. Options: `voltage_v`, `phases`, `tag`, `timeout_s`, `keepalive_s`.
        house: Its chargers name, as their address, what their charge point calls itself.
        clock: Stamps what comes, and tells points the time.
        folder: Where `house.yaml` lies.
        sensors: Reads the sensors.
    """
    return OcppLink(connection, house, clock, folder, sensors)
