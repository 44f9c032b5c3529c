"""A chest strap as bleak shows it: scanner, client, notifications of real bytes, a connection that can break."""

import asyncio
import inspect
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any, Self

import bleak
import bleak.backends.service
import bleak.exc

from sumika.sensors.reference.strap.values import (
    HEART_RATE_SERVICE,
    PMD_CONTROL,
    START_ECG,
)

Notified = Callable[[Any, bytearray], None]


def heart_rate(bpm: int, ticks: tuple[int, ...], flags: int = 0x16) -> bytes:
    """Return a Heart Rate Measurement: contact felt, intervals in 1/1024 s."""
    return bytes((flags, bpm)) + struct.pack(f"<{len(ticks)}H", *ticks)


def ecg(last_ns: int, samples_uv: tuple[int, ...]) -> bytes:
    """Return a PMD data notification of uncompressed ECG."""
    return struct.pack("<BQB", 0, last_ns, 0) + b"".join(one.to_bytes(3, "little", signed=True) for one in samples_uv)


@dataclass
class Advertised:
    """BLEDevice and AdvertisementData in one."""

    name: str = "Polar H10 12345678"
    address: str = "C4:6F:33:12:34:56"
    service_uuids: tuple[str, ...] = (HEART_RATE_SERVICE,)

    @property
    def local_name(self) -> str:
        return self.name


@dataclass
class FakeBluetooth:
    """The air, with what is in it.

    Attributes:
        near: Devices that advertise.
        say: (characteristic, bytes), sent one after the other once a client listens to all it asked for.
        then_lose: Whether the connection breaks after that.
        control_answer: What the strap answers to the request for ECG; empty: nothing.
        has_ecg: Whether it has Polar's service.
        broken: What scanning raises.
    """

    near: list[Advertised] = field(default_factory=lambda: [Advertised()])
    say: list[tuple[str, bytes]] = field(default_factory=list)
    then_lose: bool = False
    control_answer: bytes = bytes.fromhex("f002000000")
    has_ecg: bool = True
    broken: Exception | None = None
    written: list[bytes] = field(default_factory=list)
    connections: int = 0


class FakeScanner:
    """bleak's scanner."""

    def __init__(self, air: FakeBluetooth) -> None:
        self._air = air

    async def find_device_by_filter(
        self, filterfunc: Callable[[Any, Any], bool], timeout: float = 10.0
    ) -> Advertised | None:
        if self._air.broken is not None:
            raise self._air.broken
        return next((one for one in self._air.near if filterfunc(one, one)), None)

    async def find_device_by_address(self, device_identifier: str, timeout: float = 10.0) -> Advertised | None:
        return next((one for one in self._air.near if one.address == device_identifier), None)


class FakeServices:
    """bleak's collection of services."""

    def __init__(self, air: FakeBluetooth) -> None:
        self._air = air

    def get_characteristic(self, specifier: str) -> object | None:
        return object() if self._air.has_ecg or not specifier.startswith("fb005c8") else None


class FakeClient:
    """bleak's client."""

    def __init__(
        self,
        air: FakeBluetooth,
        address_or_ble_device: Advertised,
        disconnected_callback: Callable[[Any], None] | None = None,
    ) -> None:
        self._air = air
        self._lost = disconnected_callback
        self._listening: dict[str, Notified] = {}
        self._speaking: asyncio.Task[None] | None = None
        self.services = FakeServices(air)

    async def __aenter__(self) -> Self:
        self._air.connections += 1
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._speaking is not None:
            self._speaking.cancel()

    async def start_notify(self, char_specifier: str, callback: Notified) -> None:
        self._listening[char_specifier] = callback
        wanted = {name for name, _ in self._air.say}
        if wanted <= set(self._listening) and self._speaking is None:
            self._speaking = asyncio.create_task(self._speak())

    async def write_gatt_char(self, char_specifier: str, data: bytes, response: bool | None = None) -> None:
        self._air.written.append(bytes(data))
        if char_specifier == PMD_CONTROL and data == START_ECG and self._air.control_answer:
            self._listening[PMD_CONTROL](None, bytearray(self._air.control_answer))

    async def _speak(self) -> None:
        for name, data in self._air.say:
            self._listening[name](None, bytearray(data))
        if self._air.then_lose and self._lost is not None:
            self._lost(self)


def fake_bleak(air: FakeBluetooth) -> SimpleNamespace:
    """Return the package, as far as it is used."""
    return SimpleNamespace(BleakScanner=FakeScanner(air), BleakClient=partial(FakeClient, air), exc=bleak.exc)


def same_as_bleak() -> list[str]:
    """Return what the fake takes that the installed bleak does not: then it would be a fake of nothing."""
    pairs = (
        (FakeScanner.find_device_by_filter, bleak.BleakScanner.find_device_by_filter),
        (FakeScanner.find_device_by_address, bleak.BleakScanner.find_device_by_address),
        (FakeClient.__init__, bleak.BleakClient.__init__),
        (FakeClient.start_notify, bleak.BleakClient.start_notify),
        (FakeClient.write_gatt_char, bleak.BleakClient.write_gatt_char),
    )
    odd = []
    for fake, real in pairs:
        names = set(inspect.signature(fake).parameters) - {"self", "air"}
        odd += [f"{fake.__qualname__}: {name}" for name in names - set(inspect.signature(real).parameters)]
    collection = bleak.backends.service.BleakGATTServiceCollection
    return odd + ([] if hasattr(collection, "get_characteristic") else ["get_characteristic"])
