"""How counts of people are scored: minute by minute, radar and air together and each alone."""

from collections.abc import Iterator

import pytest

from sumika.evaluate.people import counts
from sumika.schema import AirSample, Origin, Track, TrackKind
from tests.knowing_helpers import at, somebody, tracks


def minutes(seed: int, days: float) -> Iterator[tuple[float, list[counts.Heard], dict[str, int]]]:
    """Two in the living room, of whom radar sees one; nobody in the bedroom."""
    for minute in range(40):
        second = counts.SETTLES_S + 60.0 * minute + 60.0
        seen = tracks(second, somebody(1), the_cat())
        co2 = AirSample(
            stamp=at(second), origin=Origin.SIMULATED, sensor="a", room="living", co2_ppm=600.0 + 12 * minute
        )
        yield second, [seen, co2], {"living": 2}


def the_cat() -> Track:
    cat = somebody(9)
    return Track(
        id=9,
        room="living",
        kind=TrackKind.PET,
        kind_probability=0.9,
        position_m=cat.position_m,
        position_sigma_m=cat.position_sigma_m,
        existence=0.99,
    )


def test_each_way_is_scored_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_minutes", minutes)
    monkeypatch.setattr(counts, "SCORED", range(1))
    assert counts.measure(full=False) == {}  # no day or two stand for what two dozen stretches have shown
    (figure,) = counts.measure(full=True).values()
    # By radar alone the bedroom is right and the living room never is.
    assert figure.detail["radar alone"] == 0.5
    assert figure.detail["of minutes with somebody, radar alone"] == 0.0
    assert figure.value >= 0.5
    assert figure.unit == "share"


def test_a_name_has_the_same_place_in_every_process() -> None:
    assert counts.hash_of("aoi") == counts.hash_of("aoi")
    assert 0.0 <= counts.hash_of("ren") <= 1.0
    assert counts.hash_of("aoi") != counts.hash_of("ren")
