"""What every client of a protocol has in common: how it fails, how it waits, and who reads its sensors."""

import importlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import ModuleType
from typing import Protocol, TypeVar

from sumika.clock import Instant
from sumika.schema import Message, SumikaError, UsageError
from sumika.schema.house import Connection

Report_contra = TypeVar("Report_contra", contravariant=True)
"""What one protocol brings in one piece, still in its own words: a type of `sumika.links.<protocol>`."""

Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds; `asyncio.sleep`, or a test's own that does not wait."""


class LinkError(SumikaError):
    """What is connected cannot be reached, refuses us, or answers what it must not."""


class SensorReader(Protocol[Report_contra]):
    """Reads the sensors of one connection out of what its protocol brings; `sumika.sensors.air` makes them.

    Drivers of devices and readers of sensors are strangers to each other: both know the reports of their protocol's
    client (`sumika.links.<protocol>`) and nothing of each other. Whoever runs the connection's process hands the
    reader to `sumika.actuate.open_link`; the driver, which owns the wire, asks it what to listen to, gives it every
    report, and passes on what it makes of them between its own.
    """

    def addresses(self) -> tuple[str, ...]:
        """Return what is to be listened to or polled for the sensors: entities, topics, objects, registers."""
        ...

    def read(self, report: Report_contra, stamp: Instant) -> Iterable[Message]:
        """Return what a report says: air, presence, meter, weather; nothing where it concerns no sensor.

        Args:
            report: In the protocol's own words; never trusted to be well-formed.
            stamp: When what it tells was seen.
        """
        ...

    def lost(self, stamp: Instant) -> Iterable[Message]:
        """Return what is to be said of the sensors when the connection breaks: unknown, never the last value."""
        ...


class NoSensors:
    """The reader of a connection without sensors."""

    def addresses(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def read(self, report: object, stamp: Instant) -> tuple[Message, ...]:
        """Return nothing."""
        return ()

    def lost(self, stamp: Instant) -> tuple[Message, ...]:
        """Return nothing."""
        return ()


def load_protocol(modules: Mapping[str, str], connection: Connection) -> ModuleType:
    """Import what serves a connection's protocol, and with it the packages that this protocol alone needs.

    Args:
        modules: Names of modules by `Connection.type`.
        connection: As in `house.yaml`.

    Raises:
        UsageError: if a package that it needs is not installed.
    """
    try:
        return importlib.import_module(modules[connection.type])
    except ModuleNotFoundError as error:
        raise UsageError(
            f"connection {connection.id} speaks {connection.type}, which needs the package {error.name}",
            where="house.yaml",
            remedy="Install it with: pip install 'sumika[devices]'",
        ) from None
