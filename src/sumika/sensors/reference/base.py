"""What every reference looks like to who records it: packets of samples with the device's times and the arrival."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sumika.clock import Clock, Instant
from sumika.schema import Origin, ReferenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """Samples that arrived together.

    Attributes:
        kind: What the values are.
        unit: Of the values; empty where unknown.
        values: (sample,).
        device_time_s: (sample,) by the device's clock; empty where it has none.
        arrival: When they arrived.
        gap_before: Whether something of this kind was lost before them.
    """

    kind: ReferenceKind
    unit: str
    values: tuple[float, ...]
    device_time_s: tuple[float, ...]
    arrival: Instant
    gap_before: bool = False


class ReferenceSource(Protocol):
    """An opened reference. It waits for its device for `POLL_S` at most."""

    @property
    def origin(self) -> Origin:
        """Live, or recorded where it is a file."""
        ...

    @property
    def device(self) -> str:
        """What the device says it is; empty where it says nothing."""
        ...

    @property
    def skin_contact(self) -> bool | None:
        """Whether a strap feels skin; None where it cannot tell."""
        ...

    @property
    def damaged(self) -> int:
        """How many lines or packets were dropped."""
        ...

    @property
    def least_delay_s(self) -> float:
        """The fastest way from the sensor to here takes between 0 and so long; 0 where times are house times."""
        ...

    def next_packets(self) -> tuple[Packet, ...]:
        """Return what has come, oldest first; empty where nothing came.

        Raises:
            SumikaError: if the device is gone; it may be opened again.
            EOFError: if it is a file and has been played.
        """
        ...

    def close(self) -> None:
        """Let go of the device. May be called again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSpec:
    """A reference as it was asked for, checked as far as that goes without the device.

    Attributes:
        name: Names it in the log, for example "polar-h10".
        text: As it was written on the command line.
        open: Opens it; raises SumikaError where the device is not there.
    """

    name: str
    text: str
    open: Callable[[Clock], ReferenceSource]
