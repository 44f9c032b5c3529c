"""Is somebody there? Evidence for and against, frame by frame, as log odds.

Who moves is seen nearly always: not to see him counts against him soon. Who keeps still may not be seen for minutes;
what counts then is whether his chest's cells breathe. Nobody is dropped because time has passed.
"""

import math

import numpy as np

from sumika.radar.tracking.body_track import TRAIL_S, BodyTrack
from sumika.radar.tracking.settings import TrackingSettings
from sumika.schema import HeldBy, Reason

SEEN_PER_S = 8.0
"""Log odds per second of seeing a body's points; frames repeat each other, so a second counts, not a frame."""

_UNSEEN_MOVING_PER_S = 4.0
_UNSEEN_STILL_PER_S = 0.1
_UNSEEN_NO_BREATH_PER_S = 0.8
_UNSEEN_NEW_PER_S, _KNOWN_S = 3.0, 4.0
"""Who has shown himself for moments only is forgotten sooner than who has for long: images come and go."""

_SHOWN_S, _SHOWN_S_PER_DB, _AS_LOUD_DB = 0.4, 0.05, 5.0
"""What is much fainter than people are may be an image of one: it must be seen for longer before it is told."""

_OUTSIDE_PER_S = 2.5
_BREATHING_S = 8.0
"""Breathing evidence is made of so many seconds and is worth its log odds once in that time."""

_MOST_BREATHING = 4.0
_BREATHES = 0.5
_MOVING_M_S = 0.35
_GRACE_S = 0.35
_DEAD, _TENTATIVE_DEAD = -3.5, -3.0
_PLACE_M = 0.4
"""Somebody who stays within this distance has not left his place."""


def seen(track: BodyTrack, count: float, interval_s: float, settings: TrackingSettings) -> None:
    """Take in that a body shows so many points."""
    if count >= 0.5:
        track.believe(SEEN_PER_S * interval_s * min(1.0, count / 2.0))
        track.held_by = HeldBy.POINTS
        track.shown_s += interval_s * min(1.0, count / 2.0)
    track.trail_m = track.trail_m + min(1.0, interval_s / TRAIL_S) * (track.mean[:2] - track.trail_m)
    far_m = float(np.hypot(*(track.mean[:2] - track.born_m[:2])))
    sigma_m = math.sqrt(max(float(track.covariance[0, 0] + track.covariance[1, 1]), 0.0))
    track.farthest_m = max(track.farthest_m, far_m - sigma_m)
    if math.hypot(*(track.mean[:2] - track.anchor_m)) > _PLACE_M + sigma_m:
        track.anchor_m, track.anchored_s = track.mean[:2].copy(), track.now_s


def unseen(track: BodyTrack, interval_s: float, *, inside: bool, in_view: bool) -> None:
    """Take in that a body shows no point for a while.

    Args:
        track: Changed in place.
        interval_s: Since this was last asked.
        inside: Whether it is predicted to be in a room at all.
        in_view: Whether the radar that looked could have seen it.
    """
    if track.now_s - track.seen_s < _GRACE_S:
        return
    track.held_by = HeldBy.MEMORY
    if not inside:
        track.believe(-_OUTSIDE_PER_S * interval_s)
    elif in_view and track.speed_m_s > _MOVING_M_S:
        track.believe(-_UNSEEN_MOVING_PER_S * interval_s)
    elif in_view:
        silent = track.breathing is not None and track.breathing < _BREATHES
        per_s = _UNSEEN_NO_BREATH_PER_S if silent else _UNSEEN_STILL_PER_S
        track.believe(-(per_s + _UNSEEN_NEW_PER_S * math.exp(-track.shown_s / _KNOWN_S)) * interval_s)


def breathing(track: BodyTrack, log_odds: float, interval_s: float) -> None:
    """Take in what its cells say of breathing.

    Args:
        track: Changed in place.
        log_odds: That something breathes there, from the seconds before.
        interval_s: Since this was last told.
    """
    if not math.isfinite(log_odds):
        return
    track.breathing = log_odds
    worth = max(-_MOST_BREATHING, min(_MOST_BREATHING, log_odds)) * interval_s / _BREATHING_S
    track.breathed = max(-4.0, min(8.0, track.breathed + worth))
    hidden = track.now_s - track.seen_s >= _GRACE_S
    if log_odds > 0.5 or hidden:
        track.believe(worth)
    if hidden and log_odds > 0.5:
        track.held_by = HeldBy.BREATHING


def confirm(track: BodyTrack, settings: TrackingSettings, *, back: bool, fainter_db: float) -> None:
    """Tell of a body from now on, if it is there and alive: it has gone somewhere, or it breathes.

    Args:
        track: Changed in place.
        settings: What counts as alive.
        back: Whether somebody was lost at this very place.
        fainter_db: By how much it is fainter than people are for its radar.
    """
    if track.confirmed or track.log_odds < settings.confirmed_log_odds:
        return
    alive = back or track.farthest_m > settings.travelled_m or track.breathed > settings.breathing_log_odds
    shown = track.shown_s > _SHOWN_S + _SHOWN_S_PER_DB * max(0.0, fainter_db - _AS_LOUD_DB)
    track.confirmed = alive and shown and track.ghost < 0


def gone(track: BodyTrack) -> bool:
    """Return whether a body is there no more."""
    return track.log_odds < (_DEAD if track.confirmed else _TENTATIVE_DEAD)


def reason(track: BodyTrack) -> Reason:
    """Return what a body's existence rests on."""
    if track.held_by is HeldBy.BREATHING:
        return Reason.HELD_BY_BREATHING
    if track.held_by is HeldBy.MEMORY:
        return Reason.PREDICTED
    if track.speed_m_s < _MOVING_M_S and track.breathing is not None and track.breathing > 0.5:
        return Reason.BREATHING_SEEN
    return Reason.MOVEMENT_SEEN
