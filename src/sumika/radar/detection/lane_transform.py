"""Fourier transforms of sixteen signals side by side: Stockham's passes over rows of lanes, in natural order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.detection.lane_codelets import (
    LANES,
    ROW,
    transform_1,
    transform_2,
    transform_3,
    transform_4,
    transform_5,
    transform_8,
    transform_16,
    turned_transform_2,
    turned_transform_3,
    turned_transform_4,
    turned_transform_5,
    turned_transform_8,
    turned_transform_16,
)

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

_RADICES = (16, 8, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class LanePlan:
    """How a length is transformed.

    Attributes:
        length: Of the transform.
        radices: int64 (pass,) their product is the length.
        turns: Factors of all passes but the last, real and imaginary in turns.
    """

    length: int
    radices: Integers
    turns: Floats


def lane_plan(length: int) -> LanePlan | None:
    """Return how to transform a length; None if it has a prime factor above 5."""
    radices = _factors(length) or ([1] if length == 1 else None)
    if radices is None:
        return None
    turns: list[complex] = []
    rest = length
    for radix in radices[:-1]:
        k = np.arange(1, radix)
        turns.extend(np.exp(-2j * np.pi * np.outer(np.arange(rest // radix), k) / rest).ravel())
        rest //= radix
    packed = np.array(turns, dtype=np.complex64).view(np.float32) if turns else np.zeros(2, dtype=np.float32)
    return LanePlan(length, np.array(radices, dtype=np.int64), packed)


def _factors(length: int) -> list[int] | None:
    if length == 1:
        return []
    for radix in _RADICES:
        if length % radix == 0:
            rest = _factors(length // radix)
            if rest is not None:
                return [radix, *rest]
    return None


@compiled
def run_passes(
    source: Floats,
    start: int,
    radices: Integers,
    turns: Floats,
    first: Floats,
    second: Floats,
    target: Floats,
    to: int,
    stride: int,
    apart: int,
) -> None:
    """Transform sixteen signals.

    Args:
        source: Rows from number `start` on.
        start: Of the first row.
        radices: Of the plan.
        turns: Of the plan.
        first: Buffer of `length` rows; may be `source`, if its rows start at 0 and need not be kept.
        second: Buffer of `length` rows.
        target: Receives the result; may be a buffer that the last pass does not read.
        to: Where in it the real parts of the first bin go.
        stride: Numbers from bin to bin.
        apart: Numbers from real to imaginary parts.
    """
    length = 1
    for radix in radices:
        length *= radix
    done, at, rest = 1, 0, length
    here, begin = source, start
    for number in range(len(radices) - 1):
        radix = radices[number]
        there = second if number % 2 == 0 else first
        _turned_pass(radix, here, begin, there, rest // radix, done, turns, at)
        at += 2 * (rest // radix) * (radix - 1)
        done *= radix
        rest //= radix
        here, begin = there, 0
    _last_pass(rest, here, begin, target, to, stride, apart, done, turns)


@compiled
def _turned_pass(
    radix: int, source: Floats, start: int, target: Floats, groups: int, done: int, turns: Floats, at: int
) -> None:
    step = done * groups * ROW
    out = done * ROW
    for group in range(groups):
        factors = at + 2 * group * (radix - 1)
        for k in range(done):
            place = start + (k + done * group) * ROW
            to = (k + done * radix * group) * ROW
            if radix == 16:
                turned_transform_16(source, place, step, target, to, out, LANES, turns, factors)
            elif radix == 8:
                turned_transform_8(source, place, step, target, to, out, LANES, turns, factors)
            elif radix == 5:
                turned_transform_5(source, place, step, target, to, out, LANES, turns, factors)
            elif radix == 4:
                turned_transform_4(source, place, step, target, to, out, LANES, turns, factors)
            elif radix == 3:
                turned_transform_3(source, place, step, target, to, out, LANES, turns, factors)
            else:
                turned_transform_2(source, place, step, target, to, out, LANES, turns, factors)


@compiled
def _last_pass(
    radix: int,
    source: Floats,
    start: int,
    target: Floats,
    to: int,
    stride: int,
    apart: int,
    done: int,
    turns: Floats,
) -> None:
    step = done * ROW
    out = done * stride
    for k in range(done):
        place, there = start + k * ROW, to + k * stride
        if radix == 16:
            transform_16(source, place, step, target, there, out, apart, turns, 0)
        elif radix == 8:
            transform_8(source, place, step, target, there, out, apart, turns, 0)
        elif radix == 5:
            transform_5(source, place, step, target, there, out, apart, turns, 0)
        elif radix == 4:
            transform_4(source, place, step, target, there, out, apart, turns, 0)
        elif radix == 3:
            transform_3(source, place, step, target, there, out, apart, turns, 0)
        elif radix == 2:
            transform_2(source, place, step, target, there, out, apart, turns, 0)
        else:
            transform_1(source, place, step, target, there, out, apart, turns, 0)
