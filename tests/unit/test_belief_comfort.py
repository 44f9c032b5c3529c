"""At which temperatures people are content, and what their votes change."""

import pytest

from sumika.belief.comfort import PEOPLE_DIFFER_K, Liking, _band, band_of


def test_the_band_is_that_of_the_standard() -> None:
    # ISO 7730, category B: 1.2 met and 1.0 clo in winter are content from about 20 to 24 °C, 0.5 clo in summer to 26.
    winter, summer = band_of(2.0), band_of(26.0)
    assert winter.low_c == pytest.approx(20.0, abs=0.7)
    assert winter.high_c == pytest.approx(24.3, abs=0.7)
    assert summer.low_c == pytest.approx(23.0, abs=0.7)
    assert summer.high_c == pytest.approx(26.5, abs=0.7)


def test_who_is_busy_wants_it_cooler_and_who_sleeps_has_bedding() -> None:
    assert band_of(2.0, does="active").high_c < band_of(2.0).low_c + 1.0
    assert band_of(2.0, does="sleep").low_c == pytest.approx(band_of(2.0).low_c, abs=1.5)


def test_votes_move_the_belief_in_their_direction_only() -> None:
    band = band_of(2.0)
    liking = Liking()
    liking.vote(-2.0, 15.0, band)
    assert liking.warmer_k == 0.0  # cold at 15 °C: so is everybody
    liking.vote(-2.0, 23.0, band)
    assert liking.warmer_k > 0.0
    before = liking.warmer_k
    liking.vote(2.0, 23.0, band)
    assert liking.warmer_k < before
    assert liking.votes == 3
    alike = Liking()
    alike.vote(-2.0, 23.0, band)
    assert 0.0 < alike.sigma_k < PEOPLE_DIFFER_K


def test_contradicting_votes_stay_near_the_standard() -> None:
    band, liking = band_of(2.0), Liking()
    for _ in range(20):
        liking.vote(3.0, 22.0, band)
        liking.vote(-3.0, 22.0, band)
    assert abs(liking.warmer_k) < 2.5
    assert liking.is_disputed
    assert liking.sigma_k > PEOPLE_DIFFER_K  # nobody's word is the room's


def test_no_number_of_votes_makes_it_absurd() -> None:
    band, liking = band_of(2.0), Liking()
    for _ in range(1000):
        liking.vote(-3.0, 30.0, band)
    assert liking.warmer_k <= 2.5


def test_who_sleeps_burns_less_than_the_standard_covers_and_its_line_is_taken_on() -> None:
    asleep, covered = band_of(28.0, does="sleep"), _band(0.8, 1.2, 0.5, 0.45)
    assert 0.3 < asleep.low_c - covered.low_c < 1.5
    assert 0.3 < asleep.high_c - covered.high_c < 1.5
    assert asleep.high_c - asleep.low_c == pytest.approx(covered.high_c - covered.low_c, abs=0.5)
