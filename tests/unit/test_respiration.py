"""Respiration comes once a second, with a rate or with the reason why there is none; it never repeats itself."""

import msgspec
import numpy as np
import pytest

from sumika.evaluate.radar.one_pass import ROOM
from sumika.perception import respiration
from sumika.schema import ChestMotion, Message, Origin, Presence, Reason, Respiration
from tests.radar_helpers import INTERVAL_S, START, chest_iq, radar, rates, run, slow_time, tick

CHEST = chest_iq(40.0, 15.0)


def breathing(seconds: float, first: int = 0, **changes: object) -> list[Message]:
    return [slow_time(first + i, CHEST[i], **changes) for i in range(round(seconds / INTERVAL_S))]


def published(inputs: list[Message]) -> list[Message]:
    return run(respiration.step, respiration.start(ROOM, (radar(),)), inputs)


def at(messages: list[Respiration], seconds: float) -> Respiration:
    """Return the last respiration up to a time since the start."""
    return [one for one in messages if one.stamp.monotonic_ns <= START.monotonic_ns + seconds * 1e9][-1]


def test_the_rate_is_right_and_valid_from_thirteen_seconds_on() -> None:
    seen = rates(published(breathing(30.0)))
    valid = [one for one in seen if one.valid]
    assert (valid[0].stamp.monotonic_ns - START.monotonic_ns) / 1e9 <= 13.5
    for one in valid:
        assert one.rate_bpm is not None
        assert one.sigma_bpm is not None
        assert abs(one.rate_bpm - 15.0) < 3 * one.sigma_bpm < 1.0
        assert one.quality is not None
        assert one.quality > 0.9
        assert one.amplitude_mm == pytest.approx(3.0, rel=0.1)
        assert 11.0 < one.window_s < 31.0
    assert {one.reason for one in seen if not one.valid} == {Reason.WARMING_UP}


def test_it_comes_once_a_second_and_the_waveform_with_every_frame() -> None:
    messages = published(breathing(20.0))
    assert len(rates(messages)) == 20
    waveform = [one for one in messages if isinstance(one, ChestMotion)]
    assert len(waveform) == 400
    shown = [one.displacement_mm for one in waveform if one.valid and one.displacement_mm is not None]
    assert len(shown) > 330
    assert 5.0 < max(shown[-100:]) - min(shown[-100:]) < 7.0


def test_an_invalid_one_has_no_numbers() -> None:
    for one in rates(published(breathing(10.0))):
        assert not one.valid
        assert (one.rate_bpm, one.sigma_bpm, one.quality, one.amplitude_mm) == (None, None, None, None)


def test_a_silent_radar_is_no_signal_and_keeps_being_told() -> None:
    seen = rates(published([*breathing(20.0), *(tick(20.0 + 0.25 * i) for i in range(1, 24))]))
    after = [one for one in seen if one.stamp.monotonic_ns > START.monotonic_ns + 21_500_000_000]
    assert len(after) >= 4
    assert {(one.valid, one.reason, one.rate_bpm) for one in after} == {(False, Reason.NO_SIGNAL, None)}


def test_ticks_while_the_radar_speaks_change_nothing() -> None:
    inputs = breathing(20.0)
    mixed: list[Message] = []
    for index, message in enumerate(inputs):
        mixed.append(message)
        if index % 5 == 4:
            mixed.append(tick(index * INTERVAL_S))
    assert rates(published(mixed)) == rates(published(inputs))


@pytest.mark.parametrize("reason", [Reason.FROZEN, Reason.NOT_FINITE, Reason.NO_RANGE, Reason.SATURATED])
def test_unusable_frames_are_told_with_their_reason(reason: Reason) -> None:
    bad = [slow_time(400 + i, None, usable=False, reason=reason) for i in range(40)]
    last = rates(published([*breathing(20.0), *bad]))[-1]
    assert (last.valid, last.reason) == (False, reason)


def test_an_untrusted_clock_gives_no_rate() -> None:
    seen = rates(published(breathing(20.0, timing_trusted=False)))
    assert {(one.valid, one.reason) for one in seen[1:]} == {(False, Reason.CLOCK_UNTRUSTED)}


def test_a_new_session_begins_anew() -> None:
    seen = rates(published([*breathing(20.0), *breathing(20.0, first=400, session="b")]))
    second = [one for one in seen if one.session == "b"]
    assert second[0].reason is Reason.WARMING_UP
    assert not any(one.valid for one in second[:11])
    assert second[-1].valid


def test_who_leaves_takes_the_rate_along_within_one_window() -> None:
    gone = [slow_time(400 + i, None, block=2) for i in range(200)]
    seen = rates(published([*breathing(20.0), *gone]))
    assert at(seen, 19.5).valid
    assert at(seen, 21.5).reason is Reason.PERSON_LEFT
    assert not any(one.valid for one in seen if one.stamp.monotonic_ns > START.monotonic_ns + 21e9)


def test_an_empty_room_has_nobody_to_breathe() -> None:
    empty = Presence(
        stamp=START, origin=Origin.LIVE, room=ROOM.id, valid=True, reason=Reason.NOTHING_SEEN, probability=0.03
    )
    seen = rates(published([empty, *breathing(20.0)]))
    assert {one.reason for one in seen[4:]} == {Reason.NO_PERSON}
    unknown = msgspec.structs.replace(empty, valid=False, probability=None)
    assert rates(published([unknown, *breathing(20.0)]))[-1].valid


def test_a_few_lost_frames_cost_nothing_and_many_are_told() -> None:
    some = [one for i, one in enumerate(breathing(25.0)) if i % 6]
    last = rates(published(some))[-1]
    assert last.rate_bpm == pytest.approx(15.0, abs=0.2)
    many = [one for i, one in enumerate(breathing(25.0)) if i % 5 < 3]
    assert rates(published(many))[-1].reason is Reason.FRAMES_LOST


def test_a_hole_breaks_the_waveform() -> None:
    inputs = breathing(40.0)
    seen = rates(published([*inputs[:400], *inputs[430:]]))
    assert at(seen, 25.0).reason is Reason.FRAMES_LOST
    assert at(seen, 36.0).valid


def test_a_new_choice_of_cells_with_its_past_costs_no_window() -> None:
    inputs = breathing(25.0)
    past = CHEST[100:400]
    fresh = slow_time(
        400,
        CHEST[400],
        block=2,
        past=past.astype("<c8").tobytes(),
        past_age_ns=tuple(round((400 - i) * INTERVAL_S * 1e9) for i in range(100, 400)),
    )
    later = breathing(25.0, block=2)[401:]
    seen = rates(published([*inputs[:400], fresh, *later]))
    assert all(one.valid for one in seen if one.stamp.monotonic_ns > START.monotonic_ns + 14e9)


def test_late_messages_of_unknown_radars_and_the_like_are_ignored() -> None:
    inputs = breathing(20.0)
    mixed = [*inputs, *inputs[50:60], *breathing(1.0, radar="elsewhere")]
    assert published(mixed) == published(inputs)


def test_cells_that_do_not_fill_their_message_are_refused() -> None:
    inputs = breathing(20.0)
    inputs.append(slow_time(400, CHEST[0], cells=7))
    inputs += [slow_time(401 + i, CHEST[0], iq=b"\xff" * 32) for i in range(30)]
    assert rates(published(inputs))[-1].reason is Reason.NOT_FINITE


def test_of_two_radars_the_one_that_sees_is_told() -> None:
    random = np.random.default_rng(3)
    inputs: list[Message] = []
    for i in range(600):
        blind = (random.standard_normal(4) + 1j * random.standard_normal(4)).astype(np.complex64)
        inputs.append(slow_time(i, blind, noise=2.0))
        inputs.append(slow_time(i, CHEST[i], radar="hall", stamp=START.later(i * 50_000_000 + 1)))
    seen = run(respiration.step, respiration.start(ROOM, (radar(), radar("hall"))), inputs)
    last = rates(seen)[-1]
    assert last.valid
    assert last.amplitude_mm == pytest.approx(3.0, rel=0.1)
    assert [one for one in seen if isinstance(one, ChestMotion)][-1].valid


def test_the_same_messages_give_the_same_bytes() -> None:
    first, second = (
        [msgspec.msgpack.encode(one) for one in published(breathing(20.0))],
        [msgspec.msgpack.encode(one) for one in published(breathing(20.0))],
    )
    assert first == second
