"""What a controller has learned, as bytes that outlive a restart: numbers by name, and nothing that could be run.

Kept is what the belief, the routine, the usage, the roof and the likings hold in arrays, numbers and tables of numbers.
What is read back goes only where something of the same kind and shape stands: a house that was changed since, or a
newer release, takes what still fits and learns the rest anew.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np

from sumika.ecu.ecu import Ecu
from sumika.ecu.memory_of_before import as_it_is_now, parameters_of

LARGEST_BYTES = 64_000_000
_NUMBERS = (bool, int, float)


class _Memory(msgspec.Struct, frozen=True, kw_only=True):
    rooms: tuple[str, ...]
    devices: tuple[str, ...]
    began_s: float | None
    kept: dict[str, dict[str, Any]]
    parameters: dict[str, tuple[str, ...]] = {}


class Recalled(StrEnum):
    """What came of what an earlier controller had learned."""

    TAKEN = "taken"
    AHEAD = "ahead"
    """It is of a time that is yet to come: the clock is behind, or a simulated house begins its time anew."""

    NOTHING = "nothing"
    """Nothing had been observed yet."""

    ANOTHER_HOUSE = "another_house"
    DAMAGED = "damaged"


def remember(ecu: Ecu) -> bytes:
    """Return what a controller has learned.

    Args:
        ecu: Which.
    """
    record = ecu.belief.record
    kept = {part: _told(vars(holder)) for part, holder in _parts(ecu)}
    return msgspec.msgpack.encode(
        _Memory(
            rooms=record.rooms,
            devices=record.devices,
            began_s=record.began_s,
            kept=kept,
            parameters=parameters_of(ecu),
        )
    )


def recall(ecu: Ecu, data: bytes, now_s: float, *, moved: bool = False) -> bool:
    """Give a controller that has just begun what an earlier one had learned; return whether it took it.

    See `recalled`.
    """
    return recalled(ecu, data, now_s, moved=moved) is Recalled.TAKEN


def recalled(ecu: Ecu, data: bytes, now_s: float, *, moved: bool = False) -> Recalled:
    """Give a controller that has just begun what an earlier one had learned; return what came of it.

    Of a house that was changed since, all that still fits is taken: rooms and devices are found by their ids. Nothing
    is taken of another house, nor of a time that is yet to come.

    Args:
        ecu: One that has observed nothing.
        data: What `remember` returned.
        now_s: Unix time on the house's own clock.
        moved: Whether the clock was set since: the record then ends now, whatever time it says.
    """
    try:
        memory = msgspec.msgpack.decode(data[:LARGEST_BYTES], type=_Memory)
        kept = {
            part: {name: _decoded(one) for name, one in attributes.items()} for part, attributes in memory.kept.items()
        }
    except (msgspec.DecodeError, ValueError, TypeError, IndexError):
        return Recalled.DAMAGED
    record = ecu.belief.record
    if memory.began_s is None:
        return Recalled.NOTHING
    if not set(memory.rooms) & set(record.rooms):
        return Recalled.ANOTHER_HOUSE
    if memory.began_s > now_s and not moved:
        return Recalled.AHEAD
    # A newer release may keep more of a device that the house has had all along.
    same = kept.get("record", {}).get("columns") == record.columns
    if not same or (memory.rooms, memory.devices) != (record.rooms, record.devices):
        try:
            kept = as_it_is_now(kept, memory.rooms, memory.devices, memory.parameters, ecu)
        except (ValueError, TypeError, IndexError, KeyError):
            return Recalled.DAMAGED
    for part, holder in _parts(ecu):
        _take(vars(holder), kept.get(part, {}))
    if ecu.belief.state is not None and np.shape(ecu.belief.state) != (ecu.belief.thermal.nodes,):
        ecu.belief.state = None
    if memory.began_s > now_s:
        record.move(now_s - memory.began_s)
        ecu.forget_times()
    return Recalled.TAKEN


def _parts(ecu: Ecu) -> Iterator[tuple[str, object]]:
    """Yield what learns, by name."""
    yield "record", ecu.belief.record
    yield "belief", ecu.belief
    yield "routine", ecu.routine
    yield "usage", ecu.usage
    yield "roof", ecu.roof
    yield "resting", ecu.resting
    yield "daylight", ecu.light.daylight
    yield "appliances", ecu.appliances
    yield "dust", ecu.dust
    yield "ecu", ecu
    yield "ordinary", ecu.watch.changes.ordinary
    yield "hours", ecu.watch.changes.hours
    yield "drift", ecu.watch.sensors.drift
    yield "silent", ecu.watch.silent
    for name, machine in ecu.watch.nights.slow.machines.items():
        yield f"slow.{name}", machine
    for room, liking in ecu.likings.items():
        yield f"liking.{room}", liking


def _told(attributes: Mapping[str, object]) -> dict[str, Any]:
    found = {name: _encoded(value) for name, value in attributes.items()}
    return {name: value for name, value in found.items() if value is not None}


def _encoded(value: object) -> Any:
    """Return numbers, arrays and tables of numbers as what can be written; None for everything else."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fi":
        whole = value.dtype.kind == "i"
        return ["array", list(value.shape), whole, value.astype("<i8" if whole else "<f8").tobytes()]
    if isinstance(value, _NUMBERS):
        return value
    if isinstance(value, list | tuple):
        parts = [_encoded(one) for one in value]
        return ["list", parts] if all(one is not None for one in parts) else None
    if isinstance(value, dict):
        keys, values = [_key(key) for key in value], [_encoded(one) for one in value.values()]
        return ["dict", keys, values] if all(one is not None for one in (*keys, *values)) else None
    return None


def _key(key: object) -> Any:
    if isinstance(key, tuple):
        return ["key", *key] if all(isinstance(one, str | int) for one in key) else None
    return key if isinstance(key, str | int) else None


def _take(attributes: dict[str, Any], kept: Mapping[str, Any]) -> None:
    """Put what was kept where something of its kind stands."""
    for name, value in kept.items():
        if name in attributes and name not in _OF_THIS_RUN and _fits(value, attributes[name]):
            attributes[name] = value


_OF_THIS_RUN = frozenset(
    {
        "_at",
        "planned",
        "_plans_every_s",
        "columns",
        "rooms",
        "devices",
        "learns",
        "_per_lumen",
        "_heard",
        "_quiet",
        "comfort_c",  # asked for, not learned
    }
)


def _decoded(encoded: Any) -> Any:
    if not isinstance(encoded, list):
        return encoded
    kind, *rest = encoded
    if kind == "array":
        shape, whole, data = rest
        flat = np.frombuffer(data, dtype="<i8" if whole else "<f8").astype(np.int64 if whole else np.float64)
        return flat.reshape(shape)
    if kind == "list":
        return [_decoded(one) for one in rest[0]]
    if kind == "dict":
        keys = [tuple(one[1:]) if isinstance(one, list) else one for one in rest[0]]
        return dict(zip(keys, map(_decoded, rest[1]), strict=True))
    return None


def _fits(value: Any, there: Any) -> bool:
    """Return whether a value can stand where another one does."""
    if isinstance(there, np.ndarray):
        if not isinstance(value, np.ndarray) or not np.isfinite(value).all():
            return False
        # Of what grows with time there may be more rows than there are now.
        return bool(value.shape == there.shape or (there.shape[0] == 0 and value.shape[1:] == there.shape[1:]))
    if there is None:
        return isinstance(value, np.ndarray | float | int)
    if isinstance(there, _NUMBERS):
        return isinstance(value, _NUMBERS) and bool(np.isfinite(value))
    return value is not None and type(value) is type(there)
