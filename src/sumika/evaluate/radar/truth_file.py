"""`truth.json`: what a contact sensor, a person who counted, or a plan of the room says about a radar's recordings.

The how-to `add-a-recording-with-truth` shows one. Times are seconds since the recording's first frame.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.schema import SumikaError

NAME = "truth.json"
FORMAT = 1

_MOST_BYTES = 64 * 1024 * 1024
Place = tuple[float, float, float]
Word = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_]*$(?!\n)")]


class Series(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rate over time, linear between two samples, unknown across more than `LONGEST_GAP_S`.

    Attributes:
        time_s: Rising.
        per_minute: At each of these times.
    """

    time_s: tuple[float, ...]
    per_minute: tuple[float, ...]


class TruePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one person in a recording.

    Attributes:
        subject: Who; the same word for the same person in all recordings. Intervals are drawn over subjects.
        respiration_bpm: Breaths per minute over time.
        heart_bpm: Heart beats per minute over time.
        breaths_s: When each breath began; instead of `respiration_bpm`.
        beats_s: When each heart beat was; instead of `heart_bpm`, and to score single intervals.
        place_m: Where the person keeps, in the coordinates of the radar's `position_m`; needed where there are several.
    """

    subject: Word = "one"
    respiration_bpm: Series | None = None
    heart_bpm: Series | None = None
    breaths_s: tuple[float, ...] = ()
    beats_s: tuple[float, ...] = ()
    place_m: Place | None = None


class PeopleInside(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people were before the radar for a while, and where if that is known.

    Attributes:
        from_s: First second.
        to_s: Last second.
        people: How many.
        places_m: Where each of them was, if they kept there; as many as `people`, or none.
    """

    from_s: float
    to_s: float
    people: Annotated[int, Meta(ge=0, le=64)]
    places_m: tuple[Place, ...] = ()


class TrueRecording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recording of a set.

    Attributes:
        file: File or folder, within the set's folder.
        chirp: Chirp description, where it is another one than the set's.
        people: Of whom something is known.
        presence: Who was there when.
    """

    file: str
    chirp: str = ""
    people: tuple[TruePerson, ...] = ()
    presence: tuple[PeopleInside, ...] = ()


class Mount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the radar hung and looked, as in house.yaml, and the room around it.

    Attributes:
        position_m: x, y, height above the floor.
        yaw_deg: Counter-clockwise from the plan's x axis.
        pitch_deg: Upwards positive.
        floor_m: Outline of the room.
        height_m: Of the room.
    """

    position_m: Place = (0.0, 0.0, 1.0)
    yaw_deg: float = 90.0
    pitch_deg: float = 0.0
    floor_m: tuple[tuple[float, float], ...] = ((-6.0, 0.0), (6.0, 0.0), (6.0, 12.0), (-6.0, 12.0))
    height_m: float = 3.0


class TruthSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A data set with truth.

    Attributes:
        format: Version of this format.
        name: Of the set, in its figures; empty takes the folder's name.
        model: Radar model, as in house.yaml.
        chirp: Chirp description: a file within the folder, or "builtin:<name>"; TI captures need one.
        reference: What the truth comes from, in words: "respiration belt", "ECG chest strap", "counted by eye".
        contact: Whether that touches the person. Another algorithm's answer is no contact reference.
        radar: Where the radar hung; the default is 1 m high in the middle of a wall, looking along y.
        recordings: At least one.
    """

    format: int
    name: Word | None = None
    model: str
    chirp: str = ""
    reference: Annotated[str, Meta(min_length=1)]
    contact: bool
    radar: Mount = Mount()
    recordings: Annotated[tuple[TrueRecording, ...], Meta(min_length=1)]


def read_truth(path: Path) -> TruthSet:
    """Read and check a truth file.

    Raises:
        SumikaError: if it cannot be read, is none, contradicts itself, or names what is not there.
    """
    text = _text(path)
    try:
        truth = msgspec.json.decode(text, type=TruthSet)
    except msgspec.DecodeError as error:
        raise _refused(path, str(error)) from error
    if truth.format != FORMAT:
        raise _refused(path, f"format {truth.format}, and this version reads format {FORMAT}")
    for number, recording in enumerate(truth.recordings):
        _check(recording, path, f"recordings[{number}]")
    return truth


def set_name(truth: TruthSet, path: Path) -> str:
    """Return the name of a set as figures have it: its own, or its folder's in lower case."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in path.parent.name.lower())
    return truth.name or plain.strip("_") or "unnamed"


def within(folder: Path, name: str) -> Path:
    """Return a path inside a folder.

    Raises:
        SumikaError: if it leads out of the folder, or is not there.
    """
    path = (folder / name).resolve()
    if not name or not path.is_relative_to(folder.resolve()):
        raise SumikaError(
            f"{name!r} is not within the set's folder", where=str(folder / NAME), remedy="Copy the file beside it"
        )
    if not path.exists():
        raise SumikaError(
            f"{name!r} is not there", where=str(folder / NAME), remedy="Copy it there, or correct its name"
        )
    return path


def _refused(path: Path, problem: str) -> SumikaError:
    return SumikaError(problem, where=str(path), remedy="See docs/how-to/add-a-recording-with-truth.md")


def _check(recording: TrueRecording, path: Path, where: str) -> None:
    for number, person in enumerate(recording.people):
        place = f"{where}.people[{number}]"
        for name, series in (("respiration_bpm", person.respiration_bpm), ("heart_bpm", person.heart_bpm)):
            if series is not None:
                _check_series(series, path, f"{place}.{name}")
        for name, times in (("breaths_s", person.breaths_s), ("beats_s", person.beats_s)):
            _check_rising(times, path, f"{place}.{name}")
        if len(recording.people) > 1 and person.place_m is None:
            raise _refused(path, f"{place}: of several people each needs place_m, or nobody knows whose rate is whose")
    for number, inside in enumerate(recording.presence):
        place = f"{where}.presence[{number}]"
        if not (math.isfinite(inside.from_s) and math.isfinite(inside.to_s) and inside.from_s < inside.to_s):
            raise _refused(path, f"{place}: from_s {inside.from_s:g} is not before to_s {inside.to_s:g}")
        if inside.places_m and len(inside.places_m) != inside.people:
            raise _refused(path, f"{place}: {len(inside.places_m)} places of {inside.people} people")


def _check_series(series: Series, path: Path, where: str) -> None:
    if len(series.time_s) != len(series.per_minute):
        raise _refused(path, f"{where}: {len(series.time_s)} times and {len(series.per_minute)} rates")
    _check_rising(series.time_s, path, where)
    wrong = next((rate for rate in series.per_minute if not 1.0 <= rate <= 300.0), None)
    if wrong is not None:
        raise _refused(
            path, f"{where}: {wrong:g} per minute is no rate of a person (1 to 300); leave out what is unknown"
        )


def _check_rising(times: Sequence[float], path: Path, where: str) -> None:
    for before, after in pairwise(times):
        if not before < after:
            raise _refused(path, f"{where}: {after:g} s comes after {before:g} s")
    if not all(math.isfinite(time_s) for time_s in times):
        raise _refused(path, f"{where}: a time that is no number")


def _text(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _refused(path, f"larger than {_MOST_BYTES >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise SumikaError(f"cannot be read ({error.strerror})", where=str(path), remedy="Check its rights") from error
