"""Life of the demo house as it would come over the bus: made of the schema's messages, moment by moment."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sumika.clock import Instant
from sumika.schema import (
    Activity,
    ActivityKind,
    AirEvent,
    AirEventKind,
    AirEvents,
    AirSample,
    Beat,
    ControlLevel,
    DeviceOutlook,
    DeviceState,
    Direction,
    Event,
    Exercise,
    Gesture,
    Ghost,
    GhostCause,
    HeldBy,
    Measure,
    Message,
    MoodTable,
    NodeHealth,
    NodeState,
    NodeStatistics,
    OccupancyCount,
    Origin,
    PersonVitals,
    PlannedAction,
    PlanOutlook,
    PlanReport,
    PointCloud,
    Pose,
    Posture,
    PostureKind,
    Presence,
    Rate,
    Reason,
    Respiration,
    RoomOutlook,
    Ruling,
    Severity,
    Sleep,
    SleepKind,
    SleepNight,
    SleepStages,
    Strain,
    Track,
    TrackKind,
    Tracks,
    Trend,
    Verdict,
    WellBeing,
)

BREATHS_PER_MIN = {1: 12.0, 2: 15.5}
HEART_PER_MIN = 62.0
ROOM_OF = {1: "living", 2: "bedroom"}
RADAR_OF = {1: "living_radar", 2: "bedroom_radar"}
CO2_PPM = {"living": 740.0, "bedroom": 1180.0, "bathroom": None}
TEMPERATURE_C = {"living": 21.4, "bedroom": 18.9, "bathroom": 16.2}


class Life:
    """Messages of one moment; `seconds` counts from the beginning.

    Attributes:
        origin: Of all of them.
        tracked: Whether people are followed; else only the rooms say that somebody is there.
        blind: Rooms that nobody can see.
        above: Tracks of a storey that the house does not have.
        levels: What devices were set to by hand, (device, action) -> value.
    """

    def __init__(self, origin: Origin = Origin.SIMULATED) -> None:
        """Begin."""
        self.origin = origin
        self.tracked = True
        self.blind: tuple[str, ...] = ()
        self.above: tuple[int, ...] = ()
        self.levels: dict[tuple[str, str], float] = {}

    def _head(self, now: Instant) -> dict[str, Any]:
        return {"stamp": now, "origin": self.origin, "session": "played"}

    def quick(self, now: Instant, seconds: float) -> Iterator[Message]:
        """Yield what comes ten times a second: tracks, points, chests."""
        head = self._head(now)
        yield Tracks(
            **head,
            source="house",
            tracks=tuple(self._tracks(seconds)) if self.tracked else (),
            ghosts=_GHOSTS,
            blind=self.blind,
        )
        for track in (1, 2):
            yield self._vitals(head, track, seconds)
            yield self._points(head, track, seconds)

    def _tracks(self, seconds: float) -> Iterator[Track]:
        turn = 0.25 * seconds
        places = {1: (2.2 + 0.6 * math.cos(turn), 2.4 + 0.5 * math.sin(turn), 0.9), 2: (7.6, 1.2, 0.6)}
        for track, place in places.items():
            still = track == 2
            yield Track(
                id=track,
                room=ROOM_OF[track],
                kind=TrackKind.PERSON,
                kind_probability=0.97,
                position_m=place,
                position_sigma_m=(0.08, 0.08, 0.2),
                existence=0.98,
                held_by=HeldBy.BREATHING if still else HeldBy.POINTS,
                reason=Reason.HELD_BY_BREATHING if still else Reason.MOVEMENT_SEEN,
                still_s=900.0 if still else 0.0,
                radars=(RADAR_OF[track],),
                storey=2 if track in self.above else 1,
            )

    def _vitals(self, head: dict[str, Any], track: int, seconds: float) -> PersonVitals:
        rate = BREATHS_PER_MIN[track]
        moving = track == 1
        breath = Rate(
            valid=True, reason=Reason.MEASURED, value_bpm=rate, sigma_bpm=0.3, low_bpm=rate - 0.6, high_bpm=rate + 0.6
        )
        heart = Rate(
            valid=True, reason=Reason.MEASURED, value_bpm=HEART_PER_MIN, sigma_bpm=1.2, low_bpm=59.6, high_bpm=64.4
        )
        unknown = Rate(valid=False, reason=Reason.MOVING)
        whole = math.floor(seconds * HEART_PER_MIN / 60.0)
        passed_s = seconds - whole * 60.0 / HEART_PER_MIN
        beats = (Beat(time_s=-passed_s, interval_s=60.0 / HEART_PER_MIN, sigma_s=0.02),) if passed_s < 0.1 else ()
        return PersonVitals(
            **head,
            track=track,
            room=ROOM_OF[track],
            radar=RADAR_OF[track],
            respiration=unknown if moving else breath,
            heart=unknown if moving else heart,
            displacement_mm=None if moving else 4.0 * math.sin(2 * math.pi * rate / 60.0 * seconds),
            beats=() if moving else beats,
        )

    def _points(self, head: dict[str, Any], track: int, seconds: float) -> PointCloud:
        rng = np.random.default_rng(int(seconds * 10) + track)
        rows = np.zeros((24, 9), np.float32)
        rows[:, 0] = rng.normal(2.3, 0.15, 24)
        rows[:, 2] = rng.normal(0.05 if track == 1 else -0.1, 0.06, 24)
        rows[:, 3] = rng.normal(-0.1, 0.12, 24)
        rows[:, 4:8] = (0.04, 0.1, 0.03, 0.07)
        rows[:, 8] = 18.0
        cloud = PointCloud(
            **head,
            radar=RADAR_OF[track],
            room=ROOM_OF[track],
            index=int(seconds * 10),
            frame_interval_s=0.1,
            usable=True,
        )
        return cloud.with_points(rows)

    def slow(self, now: Instant, seconds: float) -> Iterator[Message]:
        """Yield what comes once a second or more seldom."""
        head = self._head(now)
        for track, room in ROOM_OF.items():
            yield Presence(
                **head, room=room, valid=True, reason=Reason.BREATHING_SEEN, probability=0.97, radar=RADAR_OF[track]
            )
        yield Presence(**head, room="bathroom", valid=True, reason=Reason.NOTHING_SEEN, probability=0.03)
        yield Respiration(**head, room="bedroom", valid=True, reason=Reason.MEASURED, rate_bpm=15.5, sigma_bpm=0.3)
        yield Sleep(
            **head, room="bedroom", valid=True, reason=Reason.BREATHING_SEEN, kind=SleepKind.ASLEEP, for_s=2400.0
        )
        yield from self._postures(head)
        yield from known(head)
        for sensor, room in (("living_air", "living"), ("bedroom_air", "bedroom"), ("bathroom_climate", "bathroom")):
            yield AirSample(
                **head,
                sensor=sensor,
                room=room,
                temperature_c=TEMPERATURE_C[room],
                relative_humidity=0.46,
                co2_ppm=CO2_PPM[room],
                pm2_5_ug_m3=6.0,
                illuminance_lux=180.0,
                sound_dba=34.0,
            )
        yield from self._devices(head)
        yield from self._machinery(head, seconds)
        yield self.plan(now)
        yield self.outlook(now)

    def _postures(self, head: dict[str, Any]) -> Iterator[Message]:
        yield Posture(
            **head,
            source="house",
            track=1,
            room="living",
            posture=PostureKind.STANDING,
            standing=0.9,
            sitting=0.05,
            lying=0.0,
            other=0.05,
            reason=Reason.MEASURED,
        )
        yield Posture(
            **head,
            source="house",
            track=2,
            room="bedroom",
            posture=PostureKind.LYING,
            standing=0.0,
            sitting=0.05,
            lying=0.9,
            other=0.05,
            reason=Reason.MEASURED,
        )

    def _devices(self, head: dict[str, Any]) -> Iterator[Message]:
        def level(device: str, action: str, otherwise: float) -> float:
            return self.levels.get((device, action), otherwise)

        aircon = {
            "mode": level("living_aircon", "mode", 1.0),
            "setpoint_c": level("living_aircon", "setpoint_c", 21.5),
            "fan_level": 0.0,
        }
        yield DeviceState(**head, device="living_aircon", values=aircon, power_w=420.0)
        yield DeviceState(
            **head, device="bedroom_aircon", values={"mode": 0.0, "setpoint_c": 20.0, "fan_level": 0.0}, power_w=1.0
        )
        yield DeviceState(
            **head,
            device="living_light",
            values={"level": level("living_light", "level", 0.7), "colour_temperature_k": 3000.0},
            power_w=34.0,
        )
        yield DeviceState(**head, device="range_hood", values={"level": level("range_hood", "level", 1.0)}, power_w=4.0)
        yield Verdict(
            **head,
            device="living_aircon",
            action="setpoint_c",
            asked=21.5,
            written=21.5,
            asked_by="plan",
            ruling=Ruling.PASSED,
            why="heating living",
        )

    def _machinery(self, head: dict[str, Any], seconds: float) -> Iterator[Message]:
        for number, node in enumerate(("log", "history", "presence", "people", "plan", "gate", "page")):
            yield NodeHealth(
                **head,
                node=node,
                state=NodeState.RUNNING,
                pid=100 + number,
                beat_age_s=0.1,
                core_share=0.04,
                memory_mb=55.0,
            )
            yield NodeStatistics(**head, node=node, taken=int(seconds * 20), published=int(seconds * 10), step_ms=1.4)

    def plan(self, now: Instant) -> PlanReport:
        """Return what the planner does now."""
        action = PlannedAction(
            device="living_aircon",
            action="setpoint_c",
            value=21.5,
            why="heating living to 21.5 °C: 2 people expected 18:40 ± 12 min, price rises 30 % at 17:00",
            why_ja="リビングを21.5 °Cまで暖房：18:40±12分に2人、17:00に電気代が30 %上がる",
        )
        return PlanReport(
            **self._head(now),
            planner="plan",
            mode="drive",
            local_time="2026-01-20T16:15",
            actions=(action,),
            plan_cost=812.0,
            simple_cost=931.0,
            best_simple="set_back",
            level=ControlLevel.FULL,
        )

    def outlook(self, now: Instant) -> PlanOutlook:
        """Return two days: quarters of an hour for twelve hours, then hours."""
        begins_s = now.wall_ns / 1e9 // 900 * 900
        begins = [begins_s + 900 * n for n in range(48)] + [begins_s + 43200 + 3600 * n for n in range(36)]
        hours = [(one + 9 * 3600) / 3600 % 24 for one in begins]
        outdoor = [4.0 + 4.0 * math.sin((hour - 9) / 24 * 2 * math.pi) for hour in hours]
        heat = tuple(1.2 if 5 < hour < 9 or 16 < hour < 22 else 0.0 for hour in hours)
        return PlanOutlook(
            **self._head(now),
            planner="plan",
            zone="Asia/Tokyo",
            begins_unix_s=tuple(begins),
            ends_unix_s=begins[-1] + 3600,
            price_per_kwh=tuple(38.0 if 17 <= hour < 21 else 24.0 if hour < 7 else 31.0 for hour in hours),
            outdoor_c=tuple(outdoor),
            outdoor_sigma_k=tuple(0.4 + 0.03 * n for n in range(84)),
            sun_w_m2=tuple(
                max(0.0, 520 * math.sin((hour - 7) / 10 * math.pi)) if 7 < hour < 17 else 0.0 for hour in hours
            ),
            rooms=_rooms(hours),
            devices=(
                DeviceOutlook(
                    device="living_aircon", what="heat_kw", value=heat, power_kw=tuple(one / 4 for one in heat)
                ),
                DeviceOutlook(
                    device="living_blind",
                    what="closed",
                    value=tuple(1.0 if hour > 17 or hour < 6 else 0.0 for hour in hours),
                ),
                DeviceOutlook(device="range_hood", what="level", value=tuple(1.0 for _ in hours)),
            ),
            plan_cost=812.0,
            simple_cost=931.0,
            best_simple="set_back",
        )

    def event(self, now: Instant, code: str, subject: str, *, severity: Severity = Severity.WARNING) -> Event:
        """Return something that happened."""
        return Event(**self._head(now), subject=subject, code=code, severity=severity)


STANDS = {
    "SpineBase": (0.0, 0.9),
    "SpineMid": (0.0, 1.15),
    "SpineShoulder": (0.0, 1.38),
    "Neck": (0.0, 1.45),
    "Head": (0.0, 1.6),
    "ShoulderLeft": (-0.2, 1.38),
    "ElbowLeft": (-0.25, 1.1),
    "WristLeft": (-0.25, 0.85),
}
"""Some joints of somebody who stands: sideways and up, in m."""


def known(head: dict[str, Any]) -> Iterator[Message]:
    """Yield what networks and rules know: of the living room, of the bedroom's sleep, and of weeks."""
    sure: dict[str, Any] = {"valid": True, "reason": Reason.MEASURED}
    yield OccupancyCount(
        **head, **sure, room="living", count=1, probability=0.91, shares=(0.03, 0.91, 0.06), co2_people=1.4
    )
    yield Activity(
        **head, **sure, source="house", track=1, room="living", kind=ActivityKind.WALKING, probability=0.88, sigma=0.06
    )
    yield Exercise(
        **head, **sure, source="house", track=1, room="living", student="har-tiny", movement="jump", probability=0.93
    )
    yield Gesture(**head, **sure, source="house", track=1, room="living", gesture="circle", probability=0.9)
    yield Pose(
        **head,
        **sure,
        source="house",
        track=1,
        room="living",
        joints=tuple(STANDS),
        x_m=tuple(2.0 + x for x, _ in STANDS.values()),
        y_m=tuple(2.0 for _ in STANDS),
        z_m=tuple(z for _, z in STANDS.values()),
        sigma_m=0.08,
    )
    cooking = AirEvent(kind=AirEventKind.COOKING, probability=0.97, sigma=0.1, for_s=600.0, sensor="living_air")
    yield AirEvents(**head, **sure, room="living", events=(cooking,), can_tell=tuple(AirEventKind))
    yield Strain(**head, room="living", valid=False, reason=Reason.MOVING)
    yield SleepStages(**head, **sure, room="bedroom", wake=0.12, non_rem=0.63, rem=0.25, sigma=0.09, asleep_min=36.0)
    yield SleepNight(
        **head,
        **sure,
        room="bedroom",
        in_bed_min=462.0,
        asleep_min=420.0,
        asleep_low_min=384.0,
        asleep_high_min=447.0,
        non_rem_min=318.0,
        rem_min=102.0,
        ups=1,
        measured=0.94,
    )
    day_s = head["stamp"].wall_ns / 1e9 - 20 * 86_400.0
    slower = Trend(
        measure=Measure.WALKING_SPEED,
        **sure,
        direction=Direction.DOWN,
        probability=0.97,
        change_unix_s=day_s,
        change_low_unix_s=day_s - 2 * 86_400.0,
        change_high_unix_s=day_s + 3 * 86_400.0,
        before=0.92,
        after=0.81,
        shift_low=-0.15,
        shift_high=-0.07,
        days=60,
    )
    few = Trend(measure=Measure.SLEEP, valid=False, reason=Reason.FEW_DAYS, days=9)
    yield WellBeing(**head, room="bedroom", trends=(slower, few))
    for resident, told in (("aoi", 3), ("ren", 8)):
        yield MoodTable(**head, resident=resident, bedroom="bedroom", valid=False, reason=Reason.FEW_DAYS, told=told)


def _rooms(hours: list[float]) -> tuple[RoomOutlook, ...]:
    """Return what rooms are foretold to be at these hours of the day."""
    warm = [20.5 + 1.2 * math.sin((hour - 9) / 24 * 2 * math.pi) for hour in hours]
    home = [2.0 if hour < 8 or hour > 18 else 0.4 for hour in hours]
    return tuple(
        RoomOutlook(
            room=room,
            air_c=tuple(one + shift for one in warm),
            air_sigma_k=tuple(0.15 + 0.03 * math.sqrt(n) for n in range(len(hours))),
            felt_c=tuple(one + shift for one in warm),
            coolest_c=tuple(20.0 + shift if people > 1 else None for people in home),
            warmest_c=tuple(24.0 + shift if people > 1 else None for people in home),
            people=tuple(home) if room == "living" else tuple(0.0 for _ in home),
        )
        for room, shift in (("living", 0.0), ("bedroom", -1.5), ("bathroom", -3.0))
    )


_GHOSTS = (Ghost(position_m=(5.2, 2.2, 1.0), cause=GhostCause.MIRROR, of_track=1, detail="east wall"),)
