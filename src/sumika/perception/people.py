"""Where everybody in the house is: all radars' points on one set of tracks, with identities that rooms share."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sumika.clock import Instant
from sumika.radar import tracking
from sumika.radar.people import surest_breathing
from sumika.radar.tracking import EmptyRoom, TrackingState
from sumika.schema import Message, Origin, PersonVitals, PointCloud, Reason, Tick, Tracks, worst
from sumika.schema.expected_origin import expected_origin
from sumika.schema.house import Radar, Room
from sumika.schema.points import POINT_COLUMNS
from sumika.units import ns_to_seconds, seconds_to_ns

HOUSE = "house"
SILENT_S = 1.0
"""Without a word from any radar for so long, nobody knows who is where."""

_MOST_GHOSTS = 16


@dataclass(slots=True)
class PeopleState:
    """State of the house. The step owns it and changes it in place.

    Attributes:
        tracking: Everybody.
        breathing: What each radar says of the breathing of each track.
        heard: When each radar was heard last.
        origins: What each radar's data is.
        told_ns: When it was last said that nothing is known.
        expected: What radars' data will be that have not spoken yet; None where there are no radars.
    """

    tracking: TrackingState
    breathing: dict[str, dict[int, float]] = field(default_factory=dict)
    heard: dict[str, Instant] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    told_ns: int = 0
    expected: Origin | None = None


def start(rooms: Sequence[Room], radars: Sequence[Radar], empty: EmptyRoom | None = None) -> PeopleState:
    """Return the state before the first message.

    Args:
        rooms: Of the house.
        radars: Those that tell directions.
        empty: What moves in the empty rooms, where that was learned.
    """
    expected = worst(map(expected_origin, radars)) if radars else None
    return PeopleState(tracking.start(rooms, radars, empty=empty), expected=expected)


def step(state: PeopleState, message: PointCloud | PersonVitals | Tick) -> tuple[PeopleState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Of the house; used up.
        message: A frame's points of one of its radars, what a radar says of somebody's breathing, or the time.

    Returns:
        The state, and `Tracks`: for every frame's points, and once a second where no radar speaks.
    """
    if isinstance(message, PersonVitals):
        state.breathing.setdefault(message.radar, {})[message.track] = message.breathing_log_odds
        return state, ()
    if isinstance(message, PointCloud):
        return state, _follow(state, message)
    return state, _silence(state, message)


def _follow(state: PeopleState, cloud: PointCloud) -> tuple[Tracks, ...]:
    if cloud.radar not in state.tracking.mountings or not cloud.usable:
        return ()
    try:
        rows = cloud.array()
    except ValueError:  # bytes that are no such table: as good as an unusable frame
        rows = np.zeros((0, len(POINT_COLUMNS)), np.float32)
    state.heard[cloud.radar], state.origins[cloud.radar] = cloud.stamp, cloud.origin
    now_s = ns_to_seconds(cloud.stamp.monotonic_ns)
    breathing = surest_breathing(state.breathing)
    state.tracking, result = tracking.step(state.tracking, cloud.radar, rows, now_s, breathing)
    followed = {track.id for track in state.tracking.tracks}
    state.breathing = {
        radar: {number: odds for number, odds in told.items() if number in followed}
        for radar, told in state.breathing.items()
    }
    return (
        Tracks(
            stamp=cloud.stamp,
            origin=worst(state.origins.values()),
            session=cloud.session,
            source=HOUSE,
            tracks=result.tracks,
            candidates=result.candidates,
            ghosts=result.ghosts[:_MOST_GHOSTS],
        ),
    )


def _silence(state: PeopleState, tick: Tick) -> tuple[Tracks, ...]:
    """Say that nothing is known where every radar is silent: an unplugged radar is no empty room."""
    now_ns = tick.stamp.monotonic_ns
    speaks = any(now_ns - stamp.monotonic_ns < seconds_to_ns(SILENT_S) for stamp in state.heard.values())
    if speaks or now_ns - state.told_ns < seconds_to_ns(SILENT_S):
        return ()
    state.told_ns = now_ns
    origin = worst(state.origins.values()) if state.origins else state.expected or tick.origin
    return (Tracks(stamp=tick.stamp, origin=origin, source=HOUSE, reason=Reason.NO_SIGNAL),)
