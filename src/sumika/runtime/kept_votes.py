"""What residents said of warmth, and how it was then, past restarts: a file of each, which goes with who is forgotten.

Of their bodies nothing is in it: how fast a heart beat at a vote is known until the next restart only.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.schema import Message, Vote

if TYPE_CHECKING:
    from sumika.models.features.comfort import Felt

VOTES_FOLDER = "knowing/votes"
"""Below the house's data folder."""

MOST_OF_A_ROOM = 400

Step = Callable[[Any, Any], tuple[Any, tuple[Message, ...]]]


class KeptVote(msgspec.Struct, frozen=True, kw_only=True):
    """A vote as it lies on the disk.

    Attributes:
        vote: Its place in `sumika.models.features.comfort.CLASSES`.
        at_unix_s: When.
        hour: Of the day, in the house, 0 to 24.
        air_c: Temperature of the room; None where it was not measured.
        relative: Relative humidity, 0..1; None likewise.
    """

    vote: int
    at_unix_s: float
    hour: float
    air_c: float | None = None
    relative: float | None = None


def kept_votes(data: Path, room: str, resident: str) -> "tuple[Felt, ...]":
    """Return what a resident voted in a room before, the oldest first.

    Args:
        data: The house's data folder.
        room: Its name in `house.yaml`.
        resident: Likewise.
    """
    # Imported where it runs: networks cost every other process memory and time.
    from sumika.models.features.comfort import Conditions, Felt

    votes = sorted(_read(_file(data, resident)).get(room, ()), key=lambda one: one.at_unix_s)
    return tuple(
        Felt(
            vote=one.vote,
            then=Conditions(
                at_s=one.at_unix_s,
                hour=one.hour,
                air_c=math.nan if one.air_c is None else one.air_c,
                relative=math.nan if one.relative is None else one.relative,
            ),
        )
        for one in votes
        if one.vote in range(_CLASSES)
    )


_CLASSES = 3


def keeping_votes(step: Step, data: Path) -> Step:
    """Return a step of `sumika.perception.knowing` that puts each vote on the disk of which it makes something.

    Args:
        step: The pure one.
        data: The house's data folder.
    """

    def kept(state: Any, message: Any) -> tuple[Any, tuple[Message, ...]]:
        state, said = step(state, message)
        if isinstance(message, Vote):
            from sumika.perception.knowing import felt

            made = felt(state, message)
            if made is not None:
                _keep(_file(data, message.resident), message.room, made)
        return state, said

    return kept


def forget_votes(data: Path, resident: str) -> None:
    """Delete what a resident voted.

    Args:
        data: The house's data folder.
        resident: Name in `house.yaml`.
    """
    path = _file(data, resident)
    for found in (path, path.with_suffix(".damaged")):
        found.unlink(missing_ok=True)


def _file(data: Path, resident: str) -> Path:
    return data / VOTES_FOLDER / f"{Path(resident).name}.json"


def _read(path: Path) -> dict[str, tuple[KeptVote, ...]]:
    """Return by room what a file says; one that is damaged is kept aside, for whoever can read more of it."""
    try:
        return read_small(path, dict[str, tuple[KeptVote, ...]], {})
    except DamagedFileError:
        with suppress(OSError):  # a disk that fails must stop no estimate
            path.replace(path.with_suffix(".damaged"))
        return {}


def _keep(path: Path, room: str, felt: "Felt") -> None:
    then = felt.then
    vote = KeptVote(
        vote=felt.vote,
        at_unix_s=then.at_s,
        hour=then.hour,
        air_c=then.air_c if math.isfinite(then.air_c) else None,
        relative=then.relative if math.isfinite(then.relative) else None,
    )
    # Read anew: the file may be gone since, because somebody wanted to be forgotten.
    votes = _read(path)
    # Where the disk is full it is remembered until the next restart, as all that is heard.
    write_small(path, votes | {room: (*votes.get(room, ()), vote)[-MOST_OF_A_ROOM:]})
