"""Plays recorded people into a running house, second by second: their hearts are recorded, the rest is how one lives.

It speaks in place of the radars' processes. In the living room somebody sits through an hour of tasks and rest, twice.
In the bedroom somebody is up for an hour, then lies in bed for as long as the night was scored, gets up, and leaves.
Nothing but hearts (and the sitter's breath) was recorded: nobody turns over in this bed.
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.models.features.sleep import EPOCH_S
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.schema import (
    Message,
    Origin,
    PersonVitals,
    Posture,
    PostureKind,
    Presence,
    Rate,
    Reason,
)
from sumika.schema.house import House
from sumika.training.sleep import SLEEP, Night, nights
from sumika.training.strain import STRAIN
from sumika.units import ns_to_seconds, seconds_to_ns

PLAYER = "player"
LIVING, BEDROOM = "living", "bedroom"
BEFORE_S = 2400.0
"""So long before lights off the sleeper is up, which must be seen; hearts were recorded for some of it."""

LEAVES_S, AFTER_S = 120.0, 4500.0
"""Up so long before leaving the room, and so long until the night has been told for sure."""

FRESH_S, FIDGETS_S = 6.0, 7
_SITTER, _SLEEPER = 1, 2

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lived:
    """What is played.

    Attributes:
        night: The sleeper's; its times count from lights off.
        heart_bpm: The sitter's, one a second.
        breath_bpm: The same.
        task: Whether a task ran then.
    """

    night: Night
    heart_bpm: Numbers
    breath_bpm: Numbers
    task: NDArray[np.bool_]

    @property
    def rises_s(self) -> float:
        """When the sleeper gets up, from lights off."""
        return float(self.night.epoch_s[-1]) + EPOCH_S

    @property
    def seconds(self) -> float:
        """How long all of it takes."""
        return BEFORE_S + self.rises_s + AFTER_S


def lived(sleeper: str, sitter: int) -> Lived:
    """Return what two people's recordings hold.

    Args:
        sleeper: A person of the recorded nights, such as "person 8692923".
        sitter: A person of the recorded tasks.

    Raises:
        RecordingsError: if the recordings are not there.
    """
    night = next(one for one in nights(SLEEP.folder()) if one.person == sleeper)
    table = np.genfromtxt(STRAIN.folder() / "hr_resp_label.csv.gz", delimiter=",", skip_header=1)
    own = table[table[:, 0] == sitter]
    return Lived(night, own[:, 3], own[:, 4], own[:, 5] > 0)


def player(sleeper: str, sitter: int) -> Node:
    """Return the node that plays two people."""
    return Node(PLAYER, partial(_run, sleeper, sitter), starts_within_s=60.0, watchdog_s=60.0)


def without_radars(nodes: tuple[Node, ...], house: House) -> tuple[Node, ...]:
    """Return the nodes of a house without those that stand between its radars and what is known of people."""
    measured = {"presence", "respiration", "heart", "people", "posture", "fall"}
    radars = {radar.id for radar in house.radars}
    return tuple(node for node in nodes if node.name not in measured and not radars & set(node.name.split(".")))


def _run(sleeper: str, sitter: int, node: Node, launch: Launch) -> None:
    played = lived(sleeper, sitter)
    with NodeProcess(node, launch) as process:
        began = process.clock.now()
        second = 0
        while not process.stopping:
            for message in living(played, second, process.clock.now()) + bedroom(played, second, process.clock.now()):
                if process.publisher is not None:
                    process.publisher.publish(message)
            process.taken += 1
            process.beat()
            process.tell({})
            passed_s = ns_to_seconds(process.clock.now().monotonic_ns - began.monotonic_ns)
            second = max(second + 1, int(passed_s))  # what could not be said in time is left out, as a radar's would be
            process.clock.sleep_until(began.later(seconds_to_ns(second)).monotonic_ns)


def living(played: Lived, second: int, now: Instant) -> list[Message]:
    """Return what is told of the sitter: there for twice the recording, then gone."""
    length = len(played.heart_bpm)
    if second >= 2 * length:
        return [_presence(LIVING, now, None)]
    heart, breath = float(played.heart_bpm[second % length]), float(played.breath_bpm[second % length])
    return [
        _presence(LIVING, now, second % FIDGETS_S == 0),
        _posture(LIVING, _SITTER, now, PostureKind.SITTING),
        _vitals(LIVING, _SITTER, now, heart, breath),
    ]


def bedroom(played: Lived, second: int, now: Instant) -> list[Message]:
    """Return what is told of the sleeper."""
    night, at_s = played.night, second - BEFORE_S
    if at_s >= played.rises_s + LEAVES_S:
        return [_presence(BEDROOM, now, None)]
    lies = 0 <= at_s < played.rises_s
    last = int(np.searchsorted(night.reading_s, at_s, side="right")) - 1
    fresh = last >= 0 and at_s - night.reading_s[last] < FRESH_S
    return [
        _presence(BEDROOM, now, not lies and second % FIDGETS_S < 4),
        _posture(BEDROOM, _SLEEPER, now, PostureKind.LYING if lies else PostureKind.SITTING),
        _vitals(BEDROOM, _SLEEPER, now, float(night.rate_bpm[last]) if fresh else None, None),
    ]


def _presence(room: str, now: Instant, moving: bool | None) -> Presence:
    """Return whether somebody is there; `moving` None: nobody is."""
    return Presence(
        stamp=now,
        origin=Origin.RECORDED,
        room=room,
        valid=True,
        reason=Reason.NOTHING_SEEN if moving is None else Reason.MOVEMENT_SEEN if moving else Reason.BREATHING_SEEN,
        probability=0.02 if moving is None else 0.99,
        moving=moving,
    )


def _posture(room: str, track: int, now: Instant, kind: PostureKind) -> Posture:
    sitting = kind is PostureKind.SITTING
    return Posture(
        stamp=now,
        origin=Origin.RECORDED,
        source="house",
        track=track,
        room=room,
        posture=kind,
        standing=0.03,
        sitting=0.9 if sitting else 0.05,
        lying=0.05 if sitting else 0.9,
        other=0.02,
        reason=Reason.MEASURED,
    )


def _vitals(room: str, track: int, now: Instant, heart_bpm: float | None, breath_bpm: float | None) -> PersonVitals:
    return PersonVitals(
        stamp=now,
        origin=Origin.RECORDED,
        track=track,
        room=room,
        radar="bed" if room == BEDROOM else "sofa",
        heart=_rate(heart_bpm),
        respiration=_rate(breath_bpm),
    )


def _rate(bpm: float | None) -> Rate:
    if bpm is None or not math.isfinite(bpm):
        return Rate(valid=False, reason=Reason.TOO_WEAK)
    return Rate(valid=True, reason=Reason.MEASURED, value_bpm=bpm, sigma_bpm=2.0)
