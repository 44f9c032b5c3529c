"""Nodes that watch people run while someone is, may be, or lately was at home."""

from sumika.clock import Instant
from sumika.runtime.conditions import always, someone_home
from sumika.schema import Origin, Presence, Reason
from sumika.units import seconds_to_ns

NOW_NS = seconds_to_ns(1000)


def presence(probability: float | None, age_s: float = 0.0) -> dict[str, Presence]:
    stamp = Instant(NOW_NS - seconds_to_ns(age_s), 0, "boot")
    message = Presence(
        stamp=stamp,
        origin=Origin.LIVE,
        room="bedroom",
        valid=probability is not None,
        reason=Reason.MEASURED,
        probability=probability,
    )
    return {"bedroom": message}


def test_always_holds_without_any_message() -> None:
    assert always({}, NOW_NS)


def test_before_anything_is_known_somebody_may_be_there() -> None:
    assert someone_home({}, NOW_NS)


def test_unknown_is_not_empty() -> None:
    assert someone_home(presence(None), NOW_NS)


def test_a_silent_room_may_have_somebody_in_it() -> None:
    assert someone_home(presence(0.0, age_s=3600), NOW_NS)
