"""Presence is a probability with a reason; silence is "unknown", never "empty"."""

import pytest

from sumika.evaluate.radar.one_pass import ROOM
from sumika.perception import presence
from sumika.schema import Message, Origin, Presence, Reason
from tests.radar_helpers import INTERVAL_S, chest_iq, radar, run, slow_time, tick

CHEST = chest_iq(20.0, 15.0)


def published(inputs: list[Message]) -> list[Presence]:
    return run(presence.step, presence.start(ROOM, (radar(),)), inputs)


def somebody(seconds: float, first: int = 0, **changes: object) -> list[Message]:
    return [slow_time(first + i, CHEST[i % 400], **changes) for i in range(round(seconds / INTERVAL_S))]


def nobody(seconds: float, first: int = 0, **changes: object) -> list[Message]:
    return [slow_time(first + i, None, **changes) for i in range(round(seconds / INTERVAL_S))]


def test_somebody_is_believed_within_five_seconds_and_nobody_as_well() -> None:
    assert (published(somebody(5.0))[-1].probability or 0) > 0.95
    last = published(nobody(8.0))[-1]
    assert last.valid
    assert last.reason is Reason.NOTHING_SEEN
    assert last.probability is not None
    assert last.probability < 0.05


def test_it_is_published_twice_a_second() -> None:
    assert len(published(somebody(10.0))) == pytest.approx(20, abs=1)


def test_who_leaves_fades_and_does_not_freeze() -> None:
    seen = published([*somebody(10.0), *nobody(15.0, first=200)])
    probabilities = [one.probability for one in seen if one.stamp.monotonic_ns > somebody(10.0)[-1].stamp.monotonic_ns]
    known = [one for one in probabilities if one is not None]
    assert known == sorted(known, reverse=True)
    assert known[-1] < 0.05


def test_a_silent_radar_means_unknown_within_two_seconds() -> None:
    seen = published([*somebody(5.0), *(tick(5.0 + 0.25 * i) for i in range(1, 20))])
    unknown = [one for one in seen if not one.valid]
    assert unknown[0].stamp.monotonic_ns - seen[0].stamp.monotonic_ns <= 7_000_000_000
    assert {(one.probability, one.reason, one.range_m, one.moving) for one in unknown} == {
        (None, Reason.NO_SIGNAL, None, None)
    }
    assert len(unknown) >= 6


def test_a_radar_that_never_spoke_is_unknown() -> None:
    assert {one.reason for one in published([tick(0.25 * i) for i in range(20)])} == {Reason.NO_SIGNAL}


@pytest.mark.parametrize("reason", [Reason.FROZEN, Reason.ALL_ZERO, Reason.NOT_FINITE])
def test_a_radar_that_makes_no_sense_is_unknown_with_the_reason(reason: Reason) -> None:
    bad = [slow_time(100 + i, None, usable=False, reason=reason) for i in range(60)]
    last = published([*somebody(5.0), *bad])[-1]
    assert (last.valid, last.probability, last.reason) == (False, None, reason)


def test_a_single_bad_frame_changes_nothing() -> None:
    inputs = somebody(10.0)
    inputs[150] = slow_time(150, None, usable=False, reason=Reason.SATURATED)
    assert all(one.valid for one in published(inputs)[3:])


def test_movement_is_told_from_breathing() -> None:
    assert published(somebody(5.0))[-1].reason is Reason.BREATHING_SEEN
    moving = published(somebody(5.0, motion=1.0))[-1]
    assert moving.reason is Reason.MOVEMENT_SEEN
    assert moving.moving is True


def test_the_worst_origin_is_inherited() -> None:
    inputs = [*somebody(3.0, origin=Origin.RECORDED), *(tick(3.0 + 0.25 * i) for i in range(1, 12))]
    assert {one.origin for one in published(inputs)} == {Origin.RECORDED}


def test_a_new_session_is_judged_anew() -> None:
    seen = published([*somebody(10.0), *nobody(3.0, first=200, session="b")])
    first_new = next(one for one in seen if one.session == "b" and one.valid)
    assert first_new.probability is not None
    assert first_new.probability <= 0.5


def test_two_radars_one_of_them_dead() -> None:
    state = presence.start(ROOM, (radar(), radar("hall")))
    seen = run(presence.step, state, somebody(5.0))
    assert seen[-1].radar == "bedroom"
    assert seen[-1].valid


def test_an_unknown_radar_and_late_messages_are_ignored() -> None:
    assert published(somebody(3.0, radar="elsewhere")) == []
    inputs = somebody(5.0)
    assert published([*inputs, inputs[3], inputs[4]]) == published(inputs)
