"""The breath waveform in a few characters: one dot per time bin, dots of neighbouring bins joined."""

from collections.abc import Iterable, Sequence

from sumika.units import ns_to_seconds

SCALES_MM = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 50.0, 100.0)
"""Half heights of the drawing: steps, so that it does not breathe along, and none so fine that noise looks alive."""

LONGEST_GAP_S = 0.6
"""Bins without a sample are bridged up to here: a slow radar has fewer frames than a wide screen has dots."""

_LEFT_DOTS = (0x01, 0x02, 0x04, 0x40)
_RIGHT_DOTS = (0x08, 0x10, 0x20, 0x80)
_BRAILLE = 0x2800
_ASCII_LEVELS = "_-'"

Samples = Iterable[tuple[int, float | None]]
"""(monotonic ns, displacement in mm or None where it is not measurable)."""


def bin_samples(samples: Samples, end_ns: int, window_ns: int, bins: int) -> list[float | None]:
    """Return the mean of each of `bins` time bins that end at `end_ns`; None where nothing was measured.

    The bins lie at whole multiples of their width, so that a moment keeps its bin while the picture moves on.
    """
    if bins <= 0:
        return []
    width_ns = max(1, window_ns // bins)
    first = end_ns // width_ns - bins + 1
    sums, counts, broken = [0.0] * bins, [0] * bins, [False] * bins
    for stamp_ns, value in samples:
        index = stamp_ns // width_ns - first
        if 0 <= index < bins:
            if value is None:
                broken[index] = True
            else:
                sums[index] += value
                counts[index] += 1
    means = [total / count if count else None for total, count in zip(sums, counts, strict=True)]
    return _bridged(means, broken, max(1, round(LONGEST_GAP_S / ns_to_seconds(width_ns))))


def _bridged(means: list[float | None], broken: Sequence[bool], longest: int) -> list[float | None]:
    """Fill short gaps between two values by a straight line, but not where the sensor said "not measurable"."""
    last: int | None = None
    for index, value in enumerate(means):
        if value is None:
            continue
        start = means[last] if last is not None else None
        if last is not None and start is not None and 1 < index - last <= longest and not any(broken[last:index]):
            for step in range(last + 1, index):
                means[step] = start + (value - start) * (step - last) / (index - last)
        last = index
    return means


def scale_mm(values: Sequence[float | None]) -> float:
    """Return the half height that the drawing of these values needs, in mm."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    return next((scale for scale in SCALES_MM if scale >= largest), SCALES_MM[-1])


def _levels(values: Sequence[float | None], scale: float, levels: int) -> list[int | None]:
    """Return how high each value lies, 0 (bottom) to `levels` - 1; what is beyond the scale lies at its edge."""
    top = levels - 1
    return [None if value is None else min(top, max(0, round((value / scale + 1) / 2 * top))) for value in values]


def _strokes(levels: Sequence[int | None]) -> list[range]:
    """Return the levels that each bin covers: its own and the way from its predecessor."""
    strokes: list[range] = []
    before: int | None = None
    for level in levels:
        if level is None:
            strokes.append(range(0))
        elif before is None or before == level:
            strokes.append(range(level, level + 1))
        elif before < level:
            strokes.append(range(before + 1, level + 1))
        else:
            strokes.append(range(level, before))
        before = level
    return strokes


def draw_braille(values: Sequence[float | None], rows: int) -> list[str]:
    """Return `rows` lines, the top one first; two bins and four levels share a character."""
    strokes = _strokes(_levels(values, scale_mm(values), rows * 4))
    cells = [[_BRAILLE] * ((len(values) + 1) // 2) for _ in range(rows)]
    for index, stroke in enumerate(strokes):
        dots = _RIGHT_DOTS if index % 2 else _LEFT_DOTS
        for level in stroke:
            down = rows * 4 - 1 - level
            cells[down // 4][index // 2] |= dots[down % 4]
    return ["".join(" " if cell == _BRAILLE else chr(cell) for cell in row) for row in cells]


def draw_ascii(values: Sequence[float | None], rows: int) -> list[str]:
    """Return `rows` lines, the top one first; one bin and three levels per character."""
    per_row = len(_ASCII_LEVELS)
    levels = _levels(values, scale_mm(values), rows * per_row)
    cells = [[" "] * len(values) for _ in range(rows)]
    for index, (level, stroke) in enumerate(zip(levels, _strokes(levels), strict=True)):
        if level is None:
            continue
        for passed in stroke:
            cells[rows - 1 - passed // per_row][index] = "|"
        cells[rows - 1 - level // per_row][index] = _ASCII_LEVELS[level % per_row]
    return ["".join(row) for row in cells]


def draw(samples: Samples, end_ns: int, window_ns: int, width: int, rows: int, *, ascii_only: bool) -> list[str]:
    """Return the last `window_ns` of the samples as `rows` lines of `width` characters."""
    values = bin_samples(samples, end_ns, window_ns, width if ascii_only else 2 * width)
    return draw_ascii(values, rows) if ascii_only else draw_braille(values, rows)
