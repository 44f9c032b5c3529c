"""What has changed in a house that nobody told: an open window is found and over; ordinary life accuses nobody."""

from functools import cache

import pytest

from sumika.belief.suspicion import Fault
from sumika.text import LANGUAGES
from tests.lived_house import START, Lived, Watching, two_rooms, watched

OPENS_H, SHUTS_H, ENDS_H = 49.0, 51.5, 53.5
SOON_H = 1.0


@cache
def opened(room: int, flow_m3_s: float, outdoor_c: float) -> Watching:
    windows = ((OPENS_H, SHUTS_H, room, flow_m3_s),)
    return watched(Lived(house=two_rooms(), hours=ENDS_H, opened=windows, outdoor_c=outdoor_c))


@pytest.mark.slow
@pytest.mark.parametrize(("room", "flow_m3_s", "outdoor_c"), [(0, 0.12, 2.0), (1, 0.04, 5.0), (0, 0.06, 12.0)])
def test_an_open_window_is_found_where_it_is_and_when_it_is_over(room: int, flow_m3_s: float, outdoor_c: float) -> None:
    told = opened(room, flow_m3_s, outdoor_c).told
    assert [(one.finding.suspicion.fault, one.finding.recovered) for one in told] == [
        (Fault.WINDOW_OPEN, False),
        (Fault.WINDOW_OPEN, True),
    ]
    found, over = told
    assert found.finding.suspicion.subject == ("living", "bedroom")[room]
    assert OPENS_H < found.after_h <= OPENS_H + SOON_H
    assert SHUTS_H < over.after_h <= SHUTS_H + SOON_H
    began_h = (found.finding.began_s or 0.0) / 3600.0 - START.timestamp() / 3600.0
    assert began_h == pytest.approx(OPENS_H, abs=0.5)
    assert (found.finding.probability or 0.0) > 0.7  # a draught through both rooms would look much alike
    assert flow_m3_s / 3.0 < found.finding.evidence["flow"] / 1000.0 < 3.0 * flow_m3_s


@pytest.mark.slow
def test_it_is_told_with_its_room_in_both_languages() -> None:
    finding = opened(0, 0.12, 2.0).told[0].finding
    for language in LANGUAGES:
        words = finding.words(language, START.tzinfo)
        assert "living" in words
        assert "01-22 01:00" in words or "01-22 00:45" in words


@pytest.mark.slow
def test_the_filter_goes_on_with_what_it_found_and_without_it_afterwards() -> None:
    windows = ((OPENS_H, ENDS_H, 0, 0.12),)
    still_open = watched(Lived(house=two_rooms(), hours=51.0, opened=windows, outdoor_c=2.0))
    assert still_open.belief.opened_m3_s[0] == pytest.approx(0.12, rel=0.5)
    assert still_open.belief.opened_m3_s[1] == 0.0
    assert (opened(0, 0.12, 2.0).belief.opened_m3_s == 0.0).all()


@pytest.mark.slow
def test_ordinary_life_accuses_nobody() -> None:
    assert watched(Lived(house=two_rooms(), hours=120.0, seed=2)).told == []


@pytest.mark.slow
def test_what_cannot_be_seen_is_not_claimed() -> None:
    """A gap that lets less through than the fan draws, where nobody breathes, is within what the model is off by."""
    nothing = ((57.0, 59.0, 1, 0.004),)
    told = watched(Lived(house=two_rooms(), hours=60.0, opened=nothing, outdoor_c=16.0)).told
    assert not [one for one in told if one.finding.suspicion.subject == "bedroom"]


@pytest.mark.slow
def test_a_heater_that_is_not_ours_is_found_as_heat() -> None:
    heated = ((OPENS_H, SHUTS_H, 1, 1500.0),)
    watching = watched(Lived(house=two_rooms(), hours=SHUTS_H, heated=heated))
    assert [(one.finding.suspicion.fault, one.finding.suspicion.subject) for one in watching.told] == [
        (Fault.UNKNOWN_HEAT, "bedroom")
    ]
    assert watching.belief.unknown_w[1] == pytest.approx(1500.0, rel=0.2)
