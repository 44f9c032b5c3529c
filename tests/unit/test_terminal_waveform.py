"""The waveform: every moment in its place, gaps where nothing was measured, and a scale that does not flatter noise."""

import math

import pytest

from sumika.terminal._waveform import SCALES_MM, bin_samples, draw, draw_ascii, draw_braille, scale_mm
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

SECOND = NANOSECONDS_PER_SECOND


def test_samples_are_averaged_in_their_bins() -> None:
    samples = [(0, 1.0), (SECOND // 2, 3.0), (3 * SECOND, -1.0)]
    assert bin_samples(samples, 3 * SECOND + 1, 4 * SECOND, 4)[::3] == [2.0, -1.0]


def test_a_moment_keeps_its_bin_while_the_picture_moves_on() -> None:
    samples = [(index * SECOND // 10, math.sin(index)) for index in range(100)]
    now = bin_samples(samples, 10 * SECOND, 5 * SECOND, 10)
    later = bin_samples(samples, 10 * SECOND + SECOND // 2, 5 * SECOND, 10)
    assert later[:-2] == now[1:-1]


def test_short_gaps_are_bridged_and_long_ones_are_not() -> None:
    tenth = seconds_to_ns(0.1)
    assert bin_samples([(0, 0.0), (2 * tenth, 2.0)], 2 * tenth, 3 * tenth, 3) == [0.0, 1.0, 2.0]
    long = bin_samples([(0, 0.0), (20 * tenth, 2.0)], 20 * tenth, 21 * tenth, 21)
    assert long[1:-1] == [None] * 19


def test_what_was_not_measurable_stays_a_gap() -> None:
    tenth = seconds_to_ns(0.1)
    assert bin_samples([(0, 0.0), (tenth, None), (2 * tenth, 2.0)], 2 * tenth, 3 * tenth, 3) == [0.0, None, 2.0]


def test_noise_is_not_drawn_as_a_breath() -> None:
    assert scale_mm([0.01, -0.02]) == SCALES_MM[0]
    assert scale_mm([None]) == SCALES_MM[0]
    assert scale_mm([2.5, -0.1]) == 3.0
    assert scale_mm([1e9]) == SCALES_MM[-1]


def test_braille_dots_lie_where_the_values_are() -> None:
    assert draw_braille([1.0, 1.0], 1) == ["⠉"]
    assert draw_braille([-1.0, -1.0], 1) == ["⣀"]
    assert draw_braille([-1.0, 1.0], 1) == ["⡸"]
    assert draw_braille([None, None, 1.0, 1.0], 2) == [" ⠉", "  "]


def test_ascii_levels_lie_where_the_values_are() -> None:
    assert draw_ascii([-1.0, 0.0, 1.0], 1) == ["_-'"]
    assert draw_ascii([-1.0, 1.0], 2) == [" '", "_|"]
    assert draw_ascii([None], 1) == [" "]


@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_drawing_has_the_size_asked_for(ascii_only: bool) -> None:
    samples = [(index * SECOND // 20, math.sin(index / 10)) for index in range(600)]
    drawn = draw(samples, 30 * SECOND, 25 * SECOND, 31, 4, ascii_only=ascii_only)
    assert [len(line) for line in drawn] == [31] * 4
    assert all(line.strip() for line in drawn)
