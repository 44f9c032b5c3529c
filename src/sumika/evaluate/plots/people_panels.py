"""What a house makes of the frames: tracks on the floor plan, breath and beats of each person."""

import math
from dataclasses import dataclass, field

import numpy as np

from sumika.evaluate.plots.panels import Array, Floor, Lines, Panel, Series
from sumika.schema import ChestMotion, GhostCause, Message, PersonVitals, Respiration, Tracks
from sumika.schema.house import House

_MOST_PEOPLE = 6
_SHORTEST_S = 2.0


@dataclass(slots=True)
class Followed:
    """What is gathered of people while frames pass.

    Attributes:
        house: Whose rooms and radars are drawn.
        begin_ns: Stamp of the first frame.
        paths: (time, x, y) of each track.
        ghosts: (x, y) of what was explained away, by cause.
        vitals: (time, displacement, respiration, its interval, heart, its interval) of each track.
        beats: (time,) of each track.
        chest: (time, displacement) of the person in the room, where nobody can be tracked.
        breathing: (time, rate, sigma) of that person.
    """

    house: House
    begin_ns: int
    paths: dict[int, list[tuple[float, float, float]]] = field(default_factory=dict)
    ghosts: dict[GhostCause, list[tuple[float, float]]] = field(default_factory=dict)
    vitals: dict[int, list[tuple[float, ...]]] = field(default_factory=dict)
    beats: dict[int, list[float]] = field(default_factory=dict)
    chest: list[tuple[float, float]] = field(default_factory=list)
    breathing: list[tuple[float, float, float]] = field(default_factory=list)

    def take(self, message: Message) -> None:
        """Take what the house says in."""
        time_s = (message.stamp.monotonic_ns - self.begin_ns) * 1e-9
        match message:
            case Tracks():
                for track in message.tracks:
                    self.paths.setdefault(track.id, []).append((time_s, *track.position_m[:2]))
                for ghost in message.ghosts:
                    self.ghosts.setdefault(ghost.cause, []).append(ghost.position_m[:2])
            case PersonVitals():
                self._take_vitals(message, time_s)
            case ChestMotion(valid=True, displacement_mm=float(moved)):
                self.chest.append((time_s, moved))
            case Respiration(valid=True, rate_bpm=float(rate), sigma_bpm=float(sigma)):
                self.breathing.append((time_s, rate, sigma))

    def _take_vitals(self, message: PersonVitals, time_s: float) -> None:
        self.beats.setdefault(message.track, []).extend(time_s + beat.time_s for beat in message.beats)
        numbers: list[float] = [time_s, _number(message.displacement_mm)]
        for rate in (message.respiration, message.heart):
            numbers += [_number(value) for value in (rate.value_bpm, rate.low_bpm, rate.high_bpm)]
        self.vitals.setdefault(message.track, []).append(tuple(numbers))


def _number(value: float | None) -> float:
    """Return a number that is not drawn where there is none."""
    return math.nan if value is None else value


def people_panels(followed: Followed) -> list[Panel]:
    """Return tracks on the floor plan, and for each person the chest's movement with beats, and the rates."""
    panels: list[Panel] = []
    lasting = {
        number: path for number, path in followed.paths.items() if path and path[-1][0] - path[0][0] >= _SHORTEST_S
    }
    if lasting:
        panels.append(_floor(followed, lasting))
    for number in list(lasting)[:_MOST_PEOPLE]:
        panels += _vital_panels(number, np.array(followed.vitals.get(number, [])), followed.beats.get(number, []))
    if not lasting and followed.chest:
        panels += _room_panels(followed)
    return panels


def _floor(followed: Followed, paths: dict[int, list[tuple[float, float, float]]]) -> Floor:
    drawn = tuple(
        Series(name=f"track {number}", x=np.array(path)[:, 1], y=np.array(path)[:, 2]) for number, path in paths.items()
    )
    ghosts = np.array([place for places in followed.ghosts.values() for place in places])
    causes = ", ".join(cause.value for cause in followed.ghosts)
    return Floor(
        title="Tracks on the floor plan",
        rooms={room.name or room.id: np.array(room.floor_m, np.float64) for room in followed.house.rooms},
        radars={
            radar.id: (radar.position_m[0], radar.position_m[1], math.radians(radar.yaw_deg))
            for radar in followed.house.radars
        },
        paths=drawn,
        ghosts=Series(name=f"ghosts ({causes})", x=ghosts[:, 0], y=ghosts[:, 1], marks=True) if len(ghosts) else None,
    )


def _vital_panels(number: int, table: Array, beats: list[float]) -> list[Panel]:
    if not len(table) or not np.isfinite(table[:, 1:]).any():
        return []
    time, moved = table[:, 0], table[:, 1]
    series = [Series(name="chest", x=time, y=moved)]
    seen = np.isfinite(moved)
    if beats and seen.any():
        marks = np.array(beats)
        series.append(Series(name="beats", x=marks, y=np.interp(marks, time[seen], moved[seen]), marks=True))
    waveform = Lines(
        title=f"Chest of track {number}", x_label="time, s", y_label="towards the radar, mm", series=tuple(series)
    )
    rates = Lines(
        title=f"Rates of track {number}, 95 % intervals",
        x_label="time, s",
        y_label="per minute",
        series=(
            Series(name="respiration", x=time, y=table[:, 2], low=table[:, 3], high=table[:, 4]),
            Series(name="heart", x=time, y=table[:, 5], low=table[:, 6], high=table[:, 7]),
        ),
    )
    return [waveform, rates]


def _room_panels(followed: Followed) -> list[Panel]:
    chest = np.array(followed.chest)
    panels: list[Panel] = [
        Lines(
            title="Chest of the person in the room",
            x_label="time, s",
            y_label="towards the radar, mm",
            series=(Series(name="chest", x=chest[:, 0], y=chest[:, 1]),),
        )
    ]
    if followed.breathing:
        time, rate, sigma = np.array(followed.breathing).T
        panels.append(
            Lines(
                title="Respiration, 95 % interval",
                x_label="time, s",
                y_label="per minute",
                series=(Series(name="respiration", x=time, y=rate, low=rate - 1.96 * sigma, high=rate + 1.96 * sigma),),
            )
        )
    return panels
