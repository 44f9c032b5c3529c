"""Whatever samples are packed come back exactly, and no bytes at all make the unpacking do anything but refuse."""

import contextlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from sumika.history._codec import (
    LARGEST_STEP,
    CodecError,
    Samples,
    decode_columns,
    decode_samples,
    encode_columns,
    encode_samples,
    quantise,
)

ANY_INTEGER = st.integers(-(2**63), 2**63 - 1)
LENGTHS = st.integers(0, 300)


@st.composite
def samples(draw: st.DrawFn) -> Samples:
    count = draw(LENGTHS)
    elements = draw(st.sampled_from([ANY_INTEGER, st.integers(-3, 3), st.just(7)]))
    stamps = draw(hnp.arrays(np.int64, count, elements=draw(st.sampled_from([ANY_INTEGER, st.integers(0, 60_000)]))))
    steps = draw(hnp.arrays(np.int64, count, elements=elements))
    present = draw(st.one_of(st.just(np.ones(count, np.bool_)), hnp.arrays(np.bool_, count)))
    return Samples(stamps, steps, present)


@given(samples())
def test_any_samples_come_back_exactly(given_samples: Samples) -> None:
    got = decode_samples(encode_samples(given_samples))
    np.testing.assert_array_equal(got.stamps_ms, given_samples.stamps_ms)
    np.testing.assert_array_equal(got.present, given_samples.present)
    np.testing.assert_array_equal(got.steps[got.present], given_samples.steps[given_samples.present])
    assert not got.steps[~got.present].any()


@given(hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=50), elements=ANY_INTEGER))
def test_any_columns_come_back_exactly(table: NDArray[np.int64]) -> None:
    got = decode_columns(encode_columns(tuple(table)), len(table))
    np.testing.assert_array_equal(np.array(got), table)


@given(
    hnp.arrays(np.float64, LENGTHS, elements=st.floats(allow_nan=True, allow_infinity=True)),
    st.sampled_from([0.01, 0.02, 0.1, 1.0]),
)
def test_a_value_is_kept_within_half_a_step_or_is_missing(values: NDArray[np.float64], resolution: float) -> None:
    steps, present = quantise(values, resolution)
    assert np.all(np.abs(steps[present] * resolution - values[present]) <= resolution * (0.5 + 1e-4))
    beyond = np.abs(values) > LARGEST_STEP * resolution * (1 + 1e-9)
    np.testing.assert_array_equal(present[np.isnan(values) | beyond], False)


@given(st.binary(max_size=200))
def test_any_bytes_are_unpacked_or_refused(data: bytes) -> None:
    with contextlib.suppress(CodecError):
        decode_samples(data)
    with contextlib.suppress(CodecError):
        decode_columns(data, 5)


@given(samples(), st.integers(0, 10_000), st.integers(1, 255))
def test_one_flipped_byte_is_unpacked_or_refused(given_samples: Samples, at: int, flip: int) -> None:
    data = bytearray(encode_samples(given_samples))
    data[at % len(data)] ^= flip
    with contextlib.suppress(CodecError):
        decode_samples(bytes(data))


def test_a_regular_stream_of_stamps_costs_nothing() -> None:
    count = 1200
    nothing = np.zeros(count, np.int64)
    regular = Samples(np.arange(count) * 50 + 1_764_000_000_000, nothing, np.ones(count, np.bool_))
    assert len(encode_samples(regular)) < 40


def test_a_breath_waveform_costs_less_than_a_byte_and_a_half_per_sample() -> None:
    random = np.random.default_rng(1)
    seconds = np.arange(1200) / 20
    breath_mm = 4 * np.sin(2 * np.pi * 0.25 * seconds) + 0.05 * random.normal(size=1200)
    stamps_ms = np.arange(1200) * 50 + np.rint(random.normal(0, 1, 1200)).astype(np.int64)
    steps, present = quantise(breath_mm, 0.02)
    assert len(encode_samples(Samples(stamps_ms, steps, present))) < 1.5 * 1200
