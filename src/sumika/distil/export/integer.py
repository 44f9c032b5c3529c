"""A network of whole numbers: its steps, its arithmetic, and the reference in numpy that C and ONNX must equal.

A tensor holds whole numbers q from 0 to 255 that stand for the real scale * (q - zero). Sums of products are exact and
stay below 2**30 (`quantise` sees to it). There is one rounding rule, `rescale`; everything else is exact. The input is
rounded half to even after one float32 difference and one product, the logits are one float32 product; IEEE 754 fixes
them to the bit.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.networks.layers import Shape
from sumika.schema import SumikaError

Integers = NDArray[np.int64]
SUM_LIMIT = 2**30  # no sum of products reaches it, so that sum * multiplier + half stays within 63 bits
LEVELS = 255

STATE_BITS = 14  # a recurrent state, -1..1, is a whole number of 2**-14
GATE_BITS = 12  # what goes into sigmoid and tanh is a whole number of 2**-12
GATE_LIMIT = 2**20  # and stops at ±256
TABLE_BITS = 7  # the sigmoid's table has a knot every 2**7 of these, that is every 1/32
TABLE_SIZE = 513  # from 0 to 16
TABLE_END = (TABLE_SIZE - 1) << TABLE_BITS


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Rescale(_Record, frozen=True, kw_only=True):
    """Real factors multiplier / 2**shift, for each channel, each count, or one.

    Attributes:
        multiplier: From 0 to 2**31 - 1.
        shift: From 1 to 62, one for all.
    """

    multiplier: Integers
    shift: int


class Linear(_Record, frozen=True, kw_only=True):
    """Whole weights and how their sums become the next whole numbers.

    Attributes:
        weight: -127..127; (output, input) or (channel, channel / groups, kernel).
        bias: In units of a sum; (output,).
        rescale: Of the sums; None where the sums are the network's output.
    """

    weight: NDArray[np.int8]
    bias: Integers
    rescale: Rescale | None


class DenseStep(_Record, frozen=True, kw_only=True):
    """Each row of the source times the weights; one row for Dense, one per point for PerPoint."""

    source: int
    target: int
    zero_in: int
    zero_out: int
    linear: Linear


class CurvesStep(_Record, frozen=True, kw_only=True):
    """Each column over its pieces: the sum of weight (column, piece) times q, limited to the piece's knots.

    knots (column, piece + 1) are whole numbers like those of the source; the bias makes the curve 0 at `zero_in`.
    """

    source: int
    target: int
    zero_out: int
    knots: NDArray[np.uint8]
    linear: Linear


class ConvolutionStep(_Record, frozen=True, kw_only=True):
    """Correlation over time; around the signal lies `zero_in`."""

    source: int
    target: int
    zero_in: int
    zero_out: int
    linear: Linear
    stride: int
    groups: int
    padding: tuple[int, int]


class RecurrentStep(_Record, frozen=True, kw_only=True):
    """A GRU; the sums over input and state become multiples of 2**-12, the state is one of 2**-14."""

    source: int
    target: int
    zero_in: int
    zero_out: int
    from_input: Linear
    from_state: Linear
    rescale: Rescale


class ReluStep(_Record, frozen=True, kw_only=True):
    """max(q, zero), where a Relu could not be folded into the step before it."""

    source: int
    target: int
    zero_in: int


class LargestStep(_Record, frozen=True, kw_only=True):
    """The largest over time, or over the real points (`points`); zero where there are none."""

    source: int
    target: int
    zero_in: int
    points: bool


class MeanStep(_Record, frozen=True, kw_only=True):
    """The mean over time, or over the real points; `rescale` has a factor for each count from 1 up, or one for time."""

    source: int
    target: int
    zero_in: int
    zero_out: int
    points: bool
    rescale: Rescale


class AddStep(_Record, frozen=True, kw_only=True):
    """The sum of two tensors of the same shape: each minus its zero times its multiplier, rounded together."""

    source: int
    other: int
    target: int
    zeros_in: tuple[int, int]
    rescale: Rescale
    zero_out: int


Step = DenseStep | CurvesStep | ConvolutionStep | RecurrentStep | ReluStep | LargestStep | MeanStep | AddStep


class IntegerNetwork(_Record, frozen=True, kw_only=True):
    """A network that computes with whole numbers only.

    Attributes:
        shapes: Of the tensors by number, without the example; 0 is the rounded input.
        mean: Taken from the input; (1,) for all, (feature,) or (channel, 1).
        inverse_scale: What the rest is multiplied with, of the same shape; rounded half to even it is tensor 0.
        zero_in: Added to tensor 0.
        masked: Whether it takes a mask of real points.
        steps: In their order.
        output: Number of the last tensor.
        zero_out: Of the last tensor.
        output_scale: Logit per unit of the last tensor, one per output.
    """

    shapes: tuple[Shape, ...]
    mean: NDArray[np.float32]
    inverse_scale: NDArray[np.float32]
    zero_in: int
    masked: bool
    steps: tuple[Step, ...]
    output: int
    zero_out: int
    output_scale: NDArray[np.float32]


def hidden_width(network: IntegerNetwork) -> int:
    """Return the width of the layer before the outputs; 0 where the outputs are no plain Dense of one."""
    last = network.steps[-1]
    return last.linear.weight.shape[1] if isinstance(last, DenseStep) and last.linear.rescale is None else 0


def head_of(network: IntegerNetwork) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weight (output, hidden) and bias (output,) that make logits of "hidden", the layer in whole steps.

    Raises:
        SumikaError: if the network does not end in a plain Dense.
    """
    last = network.steps[-1]
    if not isinstance(last, DenseStep) or not hidden_width(network):
        raise SumikaError("the network has no head of its own", where="export", remedy="End it with Dense.")
    scale = network.output_scale.astype(np.float64)
    return last.linear.weight * scale[:, None], last.linear.bias * scale


def rescale_of(factors: NDArray[np.float64]) -> Rescale:
    """Return the multipliers nearest to these factors, with the largest shift that the largest factor allows.

    A factor 2**-k times the largest keeps 31 - k bits; a result is at most largest / 4 beside that of the exact factor.

    Raises:
        SumikaError: if one is 2**30 or more.
    """
    largest = float(factors.max())
    shift = min(31 - int(np.frexp(largest)[1]), 62)
    if round(largest * 2.0**shift) == 2**31:
        shift -= 1
    if shift < 1:
        raise SumikaError(
            "a layer's outputs are too small beside its weights to be rounded to 8 bits",
            where="export",
            remedy="Calibrate with examples like those that the network will see.",
        )
    return Rescale(multiplier=np.rint(factors * 2.0**shift).astype(np.int64), shift=shift)


def rescale(sums: Integers, by: Rescale) -> Integers:
    """Return floor(sums * multiplier / 2**shift + 1/2): the one rounding rule, half goes up."""
    product: Integers = sums * by.multiplier + (1 << (by.shift - 1))
    return product >> by.shift


def sigmoid_table() -> Integers:
    """Return 2**14 / (1 + exp(-x)) at x = 0, 1/32, ... 16, rounded."""
    x = np.arange(TABLE_SIZE) * 2.0 ** (TABLE_BITS - GATE_BITS)
    table: Integers = np.rint(2.0**STATE_BITS / (1 + np.exp(-x))).astype(np.int64)
    return table


_TABLE = sigmoid_table()


def sigmoid(x: Integers) -> Integers:
    """Return the sigmoid in units of 2**-14 of x in units of 2**-12, straight between the knots of the table."""
    size = np.minimum(np.abs(x), TABLE_END - 1)
    knot, rest = size >> TABLE_BITS, size & ((1 << TABLE_BITS) - 1)
    low = _TABLE[knot]
    y = low + (((_TABLE[knot + 1] - low) * rest + (1 << (TABLE_BITS - 1))) >> TABLE_BITS)
    both: Integers = np.where(x < 0, (1 << STATE_BITS) - y, y)
    return both


def tanh(x: Integers) -> Integers:
    """Return 2 sigmoid(2 x) - 1, in units of 2**-14 of x in units of 2**-12."""
    return 2 * sigmoid(2 * x) - (1 << STATE_BITS)


def scaled(product: Integers) -> Integers:
    """Return a product with a gate, in units of 2**-14, rounded half up."""
    return (product + (1 << (STATE_BITS - 1))) >> STATE_BITS


def forward_int8(
    network: IntegerNetwork, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None, *, batch: int = 256
) -> NDArray[np.float32]:
    """Return the logits (example, output) of x (example, *shape), the same to the bit as those of C and ONNX.

    Args:
        network: From `quantise`.
        x: Inputs; one that is no number counts as the mean.
        mask: Real points (example, point); None where every one is.
        batch: Examples at a time, for the sake of memory only.
    """
    logits = np.empty((len(x), len(network.output_scale)), np.float32)
    for start in range(0, len(x), batch):
        rows = slice(start, start + batch)
        last = integers(network, x[rows], None if mask is None else mask[rows])
        logits[rows] = (last - network.zero_out).astype(np.float32) * network.output_scale
    return logits


def integers(network: IntegerNetwork, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> Integers:
    """Return the last tensor (example, output), before it becomes logits."""
    with np.errstate(over="ignore"):  # beyond all bounds is cut off next
        scaled_x = (x.astype(np.float32) - network.mean) * network.inverse_scale
    known = np.where(np.isnan(scaled_x), np.float32(0), scaled_x)
    limited = np.clip(known, np.float32(-network.zero_in), np.float32(LEVELS - network.zero_in))
    tensors: dict[int, Integers] = {0: np.rint(limited).astype(np.int64) + network.zero_in}
    for step in network.steps:
        tensors[step.target] = _take(step, tensors, mask)
    last: Integers = tensors[network.output]
    return last


def _take(step: Step, tensors: dict[int, Integers], mask: NDArray[np.bool_] | None) -> Integers:
    q = tensors[step.source]
    match step:
        case DenseStep():
            sums = _products(q - step.zero_in, step.linear.weight.T) + step.linear.bias
            return _limited(sums, step.linear.rescale, step.zero_out)
        case CurvesStep():
            knots = step.knots.astype(np.int64)
            reached = np.clip(q[:, :, None], knots[:, :-1], knots[:, 1:])
            sums = (reached * step.linear.weight).sum(axis=2) + step.linear.bias
            return _limited(sums, step.linear.rescale, step.zero_out)
        case ConvolutionStep():
            return _convolve(step, q - step.zero_in)
        case RecurrentStep():
            return _limited(_recur(step, q - step.zero_in), step.rescale, step.zero_out)
        case ReluStep():
            return np.maximum(q, step.zero_in)
        case LargestStep():
            return _largest(step, q, mask)
        case MeanStep():
            return _mean(step, q - step.zero_in, mask)
        case AddStep():
            first, second = step.rescale.multiplier.tolist()
            product = (q - step.zeros_in[0]) * first + (tensors[step.other] - step.zeros_in[1]) * second
            shifted = (product + (1 << (step.rescale.shift - 1))) >> step.rescale.shift
            added: Integers = np.clip(shifted + step.zero_out, 0, LEVELS)
            return added


def _products(q: Integers, weight: NDArray[Any]) -> Integers:
    """Return q @ weight; float64 holds every sum exactly, in any order, and is far quicker than int64."""
    product: Integers = (q.astype(np.float64) @ weight.astype(np.float64)).astype(np.int64)
    return product


def _limited(sums: Integers, by: Rescale | None, zero: int) -> Integers:
    return sums if by is None else np.clip(rescale(sums, by) + zero, 0, LEVELS)


def along_channels(by: Rescale | None) -> Rescale | None:
    """Return the factors as columns, for (channel, time)."""
    return None if by is None else Rescale(multiplier=by.multiplier[:, None], shift=by.shift)


def _convolve(step: ConvolutionStep, q: Integers) -> Integers:
    channels, _, kernel = step.linear.weight.shape
    padded = np.pad(q, ((0, 0), (0, 0), step.padding)).astype(np.float64)
    time = (padded.shape[2] - kernel) // step.stride + 1
    grouped = padded.reshape(len(q), step.groups, -1, padded.shape[2])
    weight = step.linear.weight.reshape(step.groups, channels // step.groups, -1, kernel).astype(np.float64)
    sums = np.zeros((len(q), step.groups, channels // step.groups, time))
    for k in range(kernel):
        sums += weight[..., k] @ grouped[..., k : k + (time - 1) * step.stride + 1 : step.stride]
    whole = sums.reshape(len(q), channels, time).astype(np.int64) + step.linear.bias[:, None]
    return _limited(whole, along_channels(step.linear.rescale), step.zero_out)


def _gate_input(linear: Linear, q: Integers) -> Sequence[Integers]:
    sums = _products(q, linear.weight.T) + linear.bias
    assert linear.rescale is not None
    return np.split(np.clip(rescale(sums, linear.rescale), -GATE_LIMIT, GATE_LIMIT), 3, axis=1)


def _recur(step: RecurrentStep, q: Integers) -> Integers:
    state = np.zeros((len(q), len(step.from_state.bias) // 3), np.int64)
    for t in range(q.shape[2]):
        reset_x, update_x, new_x = _gate_input(step.from_input, q[:, :, t])
        reset_h, update_h, new_h = _gate_input(step.from_state, state)
        reset, update = sigmoid(reset_x + reset_h), sigmoid(update_x + update_h)
        new = tanh(new_x + scaled(reset * new_h))
        state = new + scaled(update * (state - new))
    return state


def _largest(step: LargestStep, q: Integers, mask: NDArray[np.bool_] | None) -> Integers:
    if not step.points:
        found: Integers = q.max(axis=2)
        return found
    real = np.ones(q.shape[:2], bool) if mask is None else mask
    found = np.where(real[:, :, None], q, -1).max(axis=1)
    found[found < 0] = step.zero_in
    return found


def _mean(step: MeanStep, q: Integers, mask: NDArray[np.bool_] | None) -> Integers:
    if not step.points:
        return _limited(q.sum(axis=2), step.rescale, step.zero_out)
    real = np.ones(q.shape[:2], bool) if mask is None else mask
    row = np.maximum(real.sum(axis=1), 1) - 1  # without points the sum is 0, whatever the factor
    by = Rescale(multiplier=step.rescale.multiplier[row][:, None], shift=step.rescale.shift)
    return _limited(np.where(real[:, :, None], q, 0).sum(axis=1), by, step.zero_out)
