"""Nodes that watch people run while someone is, may be, or lately was at home."""

from sumika.clock import Instant
from sumika.runtime.conditions import Occupancy, after_hearing, always, someone_home
from sumika.schema import Origin, Presence, Reason
from sumika.units import seconds_to_ns

NOW_NS = seconds_to_ns(1000)


def message(probability: float | None, age_s: float) -> Presence:
    return Presence(
        stamp=Instant(NOW_NS - seconds_to_ns(age_s), 0, "boot"),
        origin=Origin.LIVE,
        room="bedroom",
        valid=probability is not None,
        reason=Reason.MEASURED,
        probability=probability,
    )


def after(*words: tuple[float, float | None]) -> dict[str, Occupancy]:
    """What is known of a room after (age in s, probability) were heard in turn."""
    known: Occupancy | None = None
    for age_s, probability in words:
        known = after_hearing(known, message(probability, age_s))
    return {"bedroom": known} if known else {}


def test_always_holds_without_any_message() -> None:
    assert always({}, NOW_NS)


def test_before_anything_is_known_somebody_may_be_there() -> None:
    assert someone_home({}, NOW_NS)


def test_unknown_is_not_empty() -> None:
    assert someone_home(after((300, 0.0), (0, None)), NOW_NS)


def test_a_silent_room_may_have_somebody_in_it() -> None:
    assert someone_home(after((3600, 0.0)), NOW_NS)


def test_who_was_seen_lately_may_come_back() -> None:
    assert someone_home(after((60, 0.9), (59, 0.0), (0, 0.0)), NOW_NS)


def test_a_house_long_empty_has_nobody_at_home() -> None:
    assert not someone_home(after((200, 0.9), (199, 0.0), (60, 0.01), (0, 0.0)), NOW_NS)


def test_a_short_visit_begins_the_wait_anew() -> None:
    assert someone_home(after((300, 0.0), (100, 0.8), (99, 0.0), (0, 0.0)), NOW_NS)


def test_one_room_with_somebody_is_enough() -> None:
    empty = after((300, 0.0), (0, 0.0))["bedroom"]
    assert someone_home({"bath": empty, **after((300, 0.0), (0, 0.9))}, NOW_NS)
    assert not someone_home({"bath": empty, "bedroom": empty}, NOW_NS)
