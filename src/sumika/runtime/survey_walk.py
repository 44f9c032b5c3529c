"""Gathers what radars see of one person who walks a way, and tells where one of them hangs and looks."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.perception.storeys import Storeys
from sumika.radar.tracking import (
    Calibration,
    Mounting,
    Refusal,
    RoomWalk,
    WalkedPath,
    calibrate_by_walk,
    mounting_of,
    moving_rows,
    walked_path,
)
from sumika.runtime.survey_words import room_name, said
from sumika.schema import (
    FoundMounting,
    Message,
    PointCloud,
    SurveyKind,
    SurveyLaunch,
    SurveyNumber,
    SurveyStage,
    SurveyTold,
)
from sumika.schema.house import Radar
from sumika.units import ns_to_seconds

SEES_S = 1.0
"""For so long it is said that somebody is seen."""

Rows = NDArray[np.float32]


class WalkSurvey:
    """One walk."""

    def __init__(self, launch: SurveyLaunch, now: Instant) -> None:
        """Begin to look.

        Args:
            launch: Which radar is to be found, and along which way somebody walks.
            now: The present moment.
        """
        self._survey, self._house = launch.survey, launch.house
        self._radar: Radar = self._house.radar(self._survey.radar)
        self._frames: dict[str, list[tuple[float, Rows]]] = {radar.id: [] for radar in self._house.radars}
        self._began, self._seen_ns, self._moving = now, 0, 0
        self._works = False

    def hear(self, message: Message) -> None:
        """Take a message in."""
        if not isinstance(message, PointCloud) or not message.usable or message.radar not in self._frames:
            return
        try:
            rows = message.array()
        except ValueError:  # bytes that are no such table
            return
        self._frames[message.radar].append((ns_to_seconds(message.stamp.monotonic_ns), rows))
        if message.radar == self._radar.id and len(moving_rows(np.asarray(rows, np.float64))):
            self._seen_ns = message.stamp.monotonic_ns
            self._moving += 1

    def turn(self, now: Instant, *, ended: bool) -> SurveyTold:
        """Return how far it is.

        Args:
            now: The present moment.
            ended: Whether the walk is over.
        """
        past_s = ns_to_seconds(now.monotonic_ns - self._began.monotonic_ns)
        told = SurveyTold(
            kind=SurveyKind.WALK,
            stage=SurveyStage.LISTENING,
            since_s=round(past_s, 1),
            seconds=self._survey.seconds,
            frames=self._moving,
            sees=ns_to_seconds(now.monotonic_ns - self._seen_ns) <= SEES_S,
            room=self._radar.room,
        )
        if self._works:
            return self._found(told)
        self._works = ended or past_s >= self._survey.seconds
        return msgspec.structs.replace(told, stage=SurveyStage.WORKING, sees=False) if self._works else told

    def _found(self, told: SurveyTold) -> SurveyTold:
        told = msgspec.structs.replace(told, sees=False)
        path = walked_path(self._frames[self._radar.id])
        nominal = mounting_of(self._radar)
        way_m = np.array(self._survey.way_m, np.float64).reshape(-1, 2)
        room = next(room for room in self._house.rooms if room.id == self._radar.room)
        walk = calibrate_by_walk(path, way_m, nominal, self._others(), np.array(room.floor_m, np.float64))
        if not walk.calibration.usable:
            return self._refused(told, walk)
        found = msgspec.structs.replace(
            told, stage=SurveyStage.DONE, mounting=found_mounting(self._radar.id, nominal, walk)
        )
        if not walk.advice:
            return found
        return said(found, f"survey.walk.{walk.advice[-1].value}", height=f"{walk.walker_m:.1f}")

    def _others(self) -> dict[str, WalkedPath]:
        """Return what other radars saw, in house coordinates."""
        # Who walks above or below is another one.
        storeys = Storeys.of(self._house.rooms, self._house.radars).radars
        others = (
            radar
            for radar in self._house.radars
            if radar.id != self._radar.id and storeys[radar.id] == storeys[self._radar.id]
        )
        seen = {radar.id: walked_path(self._frames[radar.id]).seen_from(mounting_of(radar)) for radar in others}
        return {name: path for name, path in seen.items() if len(path)}

    def _refused(self, told: SurveyTold, walk: RoomWalk) -> SurveyTold:
        reason = walk.calibration.reason or Refusal.DOES_NOT_FIT
        failed = msgspec.structs.replace(told, stage=SurveyStage.FAILED)
        values = {
            "room": room_name(self._house, self._radar.room),
            "seconds": round(walk.calibration.seconds),
            "left": _centimetres(walk.calibration.residual_m),
            "x": "?" if walk.missing_m is None else f"{walk.missing_m[0]:.1f}",
            "y": "?" if walk.missing_m is None else f"{walk.missing_m[1]:.1f}",
        }
        unseen = not self._moving and reason is Refusal.TOO_FEW_SECONDS
        return said(failed, "survey.walk.unseen" if unseen else f"survey.walk.{reason.value}", **values)


def found_mounting(radar: str, nominal: Mounting, walk: RoomWalk) -> FoundMounting:
    """Return what a walk told, in numbers for people.

    Args:
        radar: Which.
        nominal: As it is described.
        walk: What was found.
    """
    found: Calibration = walk.calibration

    def number(value: float, was: float, sigma: float) -> SurveyNumber:
        return SurveyNumber(value=round(value, 3), sigma=round(sigma, 3) if math.isfinite(sigma) else None, was=was)

    def metres(axis: int, name: str) -> SurveyNumber:
        return number(found.mounting.position_m[axis], nominal.position_m[axis], found.sigmas[name])

    def degrees(value_rad: float, was_rad: float, name: str) -> SurveyNumber:
        return number(math.degrees(value_rad), round(math.degrees(was_rad), 3), math.degrees(found.sigmas[name]))

    return FoundMounting(
        radar=radar,
        x_m=metres(0, "x_m"),
        y_m=metres(1, "y_m"),
        z_m=metres(2, "z_m"),
        yaw_deg=degrees(found.mounting.yaw_rad, nominal.yaw_rad, "yaw_rad"),
        pitch_deg=degrees(found.mounting.pitch_rad, nominal.pitch_rad, "pitch_rad"),
        left_m=round(found.residual_m, 3),
        seen_s=found.seconds,
        height_from=walk.height_from,
    )


def _centimetres(metres: float) -> str:
    return f"{100 * metres:.0f}" if math.isfinite(metres) else "?"
