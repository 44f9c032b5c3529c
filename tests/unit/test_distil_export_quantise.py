"""Array students in whole numbers: the arithmetic is what it says, the answers stay, what cannot be is refused."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumika.distil.export import integer
from sumika.distil.export.quantise import quantise
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.build import build
from sumika.distil.networks.presets import Inputs
from sumika.distil.networks.reference import Weights, forward_numpy
from sumika.schema import SumikaError, UsageError

RELU, DENSE = kinds.Relu(), kinds.Dense(outputs=3)
SIGNAL = kinds.Convolution(channels=8, kernel=5, stride=2, groups=2)
KEEPING = kinds.Residual(layers=(kinds.Convolution(channels=8, kernel=4), RELU))
NETWORKS: list[tuple[tuple[kinds.Layer, ...], tuple[int, ...]]] = [
    ((SIGNAL, RELU, KEEPING, RELU, kinds.MeanOverTime(), DENSE), (4, 11)),
    ((SIGNAL, kinds.MaxOverTime(), RELU, DENSE), (4, 12)),
    ((kinds.Convolution(channels=3, kernel=3), kinds.MeanOverTime()), (4, 11)),
    ((kinds.GatedRecurrent(units=6), DENSE), (4, 9)),
    ((kinds.PerPoint(outputs=7), RELU, kinds.MaxOverPoints(), DENSE), (5, 4)),
    ((kinds.PerPoint(outputs=7), kinds.MeanOverPoints(), RELU, DENSE, RELU), (5, 4)),
    ((kinds.Residual(layers=(kinds.Residual(layers=(RELU,)), kinds.Dense(outputs=6))), DENSE), (6,)),
    ((kinds.Curves(pieces=4), kinds.Dense(outputs=7), RELU, DENSE), (6,)),
]


@given(st.integers(-integer.SUM_LIMIT + 1, integer.SUM_LIMIT - 1), st.floats(0, 2.0**29))
def test_rescaling_rounds_half_up_and_nothing_else(total: int, factor: float) -> None:
    by = integer.rescale_of(np.array([factor]))
    multiplier, shift = int(by.multiplier[0]), by.shift
    exact = Fraction(total) * Fraction(multiplier, 2**shift)
    assert int(integer.rescale(np.array([total]), by)[0]) == floor(exact + Fraction(1, 2))
    assert abs(Fraction(multiplier, 2**shift) - Fraction(factor)) <= max(Fraction(factor) / 2**30, Fraction(1, 2**62))


def test_a_factor_too_large_for_the_shift_is_refused() -> None:
    with pytest.raises(SumikaError, match="too small"):
        integer.rescale_of(np.array([2.0**30]))


def test_sigmoid_and_tanh_are_near_the_real_ones() -> None:
    x = np.arange(-(2**17), 2**17, 7)
    real = x / 2**integer.GATE_BITS
    unit = 2**integer.STATE_BITS
    assert np.abs(integer.sigmoid(x) / unit - 1 / (1 + np.exp(-real))).max() < 1e-4
    assert np.abs(integer.tanh(x) / unit - np.tanh(real)).max() < 2e-4
    np.testing.assert_array_equal(integer.tanh(-x), -integer.tanh(x))


@pytest.mark.parametrize(("layers", "shape"), NETWORKS)
def test_whole_numbers_answer_as_the_student_does(layers: tuple[kinds.Layer, ...], shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(700, *shape)).astype(np.float32)
    mask = random.random((700, shape[0])) < 0.6
    weights = build(layers, shape, 3, seed=1).weights()
    expected = forward_numpy(layers, weights, x, mask)
    network = quantise(layers, weights, x[:500], mask[:500])
    made = integer.forward_int8(network, x, mask, batch=97)
    error = np.sqrt(np.mean((made - expected) ** 2)) / expected.std()
    print(f"error {error:.3f} of the spread")
    assert error < 0.05
    np.testing.assert_array_equal(made, integer.forward_int8(network, x, mask))


def point_network() -> tuple[tuple[kinds.Layer, ...], list[Weights]]:
    layers = (kinds.PerPoint(outputs=7), RELU, kinds.MaxOverPoints(), DENSE)
    return layers, list(build(layers, (5, 4), 3, seed=1).weights())


def test_points_that_are_absent_do_not_matter() -> None:
    layers, weights = point_network()
    random = np.random.default_rng(1)
    x = random.normal(size=(40, 5, 4)).astype(np.float32)
    mask = random.random((40, 5)) < 0.5
    mask[0] = False
    network = quantise(layers, weights, x, mask)
    filled = x.copy()
    filled[~mask] = np.nan
    logits = integer.forward_int8(network, filled, mask)
    np.testing.assert_array_equal(logits, integer.forward_int8(network, x, mask))
    np.testing.assert_allclose(logits[0], weights[3]["bias"], atol=0.01)
    # Without a mask all are real, and calibration may hold anything in what is not.
    every = integer.forward_int8(network, x)
    np.testing.assert_array_equal(every, integer.forward_int8(network, x, np.ones((40, 5), bool)))
    np.testing.assert_array_equal(integer.forward_int8(quantise(layers, weights, filled, mask), x), every)


def test_each_channel_of_raw_inputs_gets_all_its_bits() -> None:
    layers = (kinds.Convolution(channels=6, kernel=3), RELU, kinds.MeanOverTime(), DENSE)
    weights = build(layers, (2, 9), 3, seed=1).weights()
    random = np.random.default_rng(2)
    normal = random.normal(size=(600, 2, 9)).astype(np.float32)
    inputs = Inputs(mean=(1013.0, -0.5), scale=(40.0, 0.001))
    raw = (normal * [[40.0], [0.001]] + [[1013.0], [-0.5]]).astype(np.float32)
    made = integer.forward_int8(quantise(layers, weights, raw, inputs=inputs), raw)
    expected = integer.forward_int8(quantise(layers, weights, normal), normal)
    assert np.abs(made - expected).max() < 0.05 * expected.std()
    unknown = np.where(raw > 0, np.float32(np.nan), raw)[:5]
    known = np.where(raw > 0, np.float32(1013), raw)[:5]
    network = quantise(layers, weights, raw, inputs=inputs)
    np.testing.assert_array_equal(integer.forward_int8(network, unknown), integer.forward_int8(network, known))


def test_inputs_beyond_all_bounds_stay_in_range() -> None:
    layers = (DENSE,)
    weights = build(layers, (2,), 3, seed=0).weights()
    x = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    network = quantise(layers, weights, x)
    wild = np.array([[np.inf, 0], [3e38, 0], [x.max() * 2, 0], [np.nan, 0], [0, 0]], np.float32)
    logits = integer.forward_int8(network, wild)
    np.testing.assert_array_equal(logits[0], logits[1])
    np.testing.assert_array_equal(logits[0], logits[2])
    np.testing.assert_array_equal(logits[3], logits[4])


def test_a_network_that_only_knows_zero_is_exported() -> None:
    layers = (kinds.Dense(outputs=4), RELU, DENSE)
    zero = [
        {name: np.zeros_like(value) for name, value in values.items()} for values in build(layers, (2,), 3, 0).weights()
    ]
    logits = integer.forward_int8(quantise(layers, zero, np.zeros((4, 2), np.float32)), np.ones((2, 2), np.float32))
    assert not logits.any()


class Unknown(kinds.Relu, frozen=True, kw_only=True, tag="unknown"):
    """A layer that quantise has not heard of."""


def test_what_cannot_be_exported_is_refused() -> None:
    x = np.ones((4, 2), np.float32)
    weights = list(build((DENSE,), (2,), 3, seed=0).weights())
    with pytest.raises(SumikaError, match="empty"):
        quantise((DENSE,), weights, x[:0])
    with pytest.raises(SumikaError, match="no number"):
        quantise((DENSE,), weights, np.where(x > 0, np.float32(np.nan), x))
    with pytest.raises(SumikaError, match="no network"):
        quantise((DENSE, RELU), weights, x)
    with pytest.raises(SumikaError, match="not finite"):
        quantise((DENSE,), [{name: value * np.inf for name, value in weights[0].items()}], x)
    with pytest.raises(UsageError, match="percentile"):
        quantise((DENSE,), weights, x, percentile=10)
    with pytest.raises(SumikaError, match="Unknown has no form"):
        quantise((DENSE, Unknown()), [*weights, {}], x)
    with pytest.raises(SumikaError, match="gives"):
        quantise((RELU,), [{}], np.ones((4, 2, 3), np.float32))
    layers, points = point_network()
    with pytest.raises(SumikaError, match="empty"):
        quantise(layers, points, np.ones((4, 5, 4), np.float32), np.zeros((4, 5), bool))


def test_sums_that_could_overflow_are_refused() -> None:
    wide = {"weight": np.ones((3, 40_000), np.float32), "bias": np.zeros(3, np.float32)}
    with pytest.raises(SumikaError, match="too many"):
        quantise((DENSE,), [wide], np.ones((1, 40_000), np.float32))
    long = np.ones((1, 1, 2**22 + 2**15), np.float32)
    with pytest.raises(SumikaError, match="too long"):
        quantise((kinds.MeanOverTime(),), [{}], long)
