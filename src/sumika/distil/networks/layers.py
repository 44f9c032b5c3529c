"""Layers of array students as plain records: shapes, parameters and FLOPs follow from them without torch.

Shapes leave the example out: (channel, time) for signals, (point, feature) for sets, (column,) for tables.
"""

from collections.abc import Sequence

import msgspec

from sumika.schema import SumikaError

Shape = tuple[int, ...]


class _Layer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class Dense(_Layer, frozen=True, kw_only=True, tag="dense"):
    """y = W x + b over (column,); weight (outputs, column), bias (outputs,)."""

    outputs: int


class Curves(_Layer, frozen=True, kw_only=True, tag="curves"):
    """(column,) to (column,): a curve for each, straight between knots, flat beyond them, 0 where the column is 0.

    weight (column, piece): slope of each piece; knots (column, piece + 1), rising. The sum over the pieces of weight
    times (x - 0), both limited to the piece's knots. Knots follow from the examples and are not trained.
    """

    pieces: int


class Convolution(_Layer, frozen=True, kw_only=True, tag="convolution"):
    """Correlation over (channel, time), zeros around, ceil(time / stride) long; weight (channels, in / groups, kernel).

    Of the padding, the smaller half lies before the signal (`padding_of`).
    """

    channels: int
    kernel: int
    stride: int = 1
    groups: int = 1


class Relu(_Layer, frozen=True, kw_only=True, tag="relu"):
    """max(x, 0)."""


class MeanOverTime(_Layer, frozen=True, kw_only=True, tag="mean-over-time"):
    """(channel, time) to (channel,)."""


class MaxOverTime(_Layer, frozen=True, kw_only=True, tag="max-over-time"):
    """(channel, time) to (channel,)."""


class GatedRecurrent(_Layer, frozen=True, kw_only=True, tag="gated-recurrent"):
    """GRU over (channel, time), its last state (units,); weight_ih, weight_hh, bias_ih, bias_hh as torch.nn.GRU."""

    units: int


class PerPoint(_Layer, frozen=True, kw_only=True, tag="per-point"):
    """The same Dense on each point: (point, feature) to (point, outputs)."""

    outputs: int


class MaxOverPoints(_Layer, frozen=True, kw_only=True, tag="max-over-points"):
    """(point, feature) to (feature,), over the real points; 0 where there are none."""


class MeanOverPoints(_Layer, frozen=True, kw_only=True, tag="mean-over-points"):
    """(point, feature) to (feature,), over the real points; 0 where there are none."""


class Residual(_Layer, frozen=True, kw_only=True, tag="residual"):
    """x + layers(x); weights of the inner layer i are named "i.weight", "i.bias"."""

    layers: "tuple[Layer, ...]"


Layer = (
    Dense
    | Curves
    | Convolution
    | Relu
    | MeanOverTime
    | MaxOverTime
    | GatedRecurrent
    | PerPoint
    | MaxOverPoints
    | MeanOverPoints
    | Residual
)
_AXES = {
    Dense: ("column",),
    Curves: ("column",),
    Convolution: ("channel", "time"),
    MeanOverTime: ("channel", "time"),
    MaxOverTime: ("channel", "time"),
    GatedRecurrent: ("channel", "time"),
    PerPoint: ("point", "feature"),
    MaxOverPoints: ("point", "feature"),
    MeanOverPoints: ("point", "feature"),
}


def padding_of(layer: Convolution, time: int) -> tuple[int, int]:
    """Return the zeros before and after a signal of `time` samples."""
    total = max((-(-time // layer.stride) - 1) * layer.stride + layer.kernel - time, 0)
    return total // 2, total - total // 2


def _refuse(layer: Layer, shape: Shape, problem: str) -> SumikaError:
    return SumikaError(f"{type(layer).__name__} on {shape}: {problem}", remedy="Change the layers before it.")


def _check(layer: Layer, shape: Shape) -> None:
    axes = _AXES.get(type(layer))
    if axes is not None and len(axes) != len(shape):
        raise _refuse(layer, shape, f"needs ({', '.join(axes)})")
    if isinstance(layer, Curves) and layer.pieces < 1:
        raise _refuse(layer, shape, "has no pieces")
    if isinstance(layer, Convolution):
        _check_convolution(layer, shape)


def _check_convolution(layer: Convolution, shape: Shape) -> None:
    if min(layer.kernel, layer.stride, layer.groups) < 1:
        raise _refuse(layer, shape, "kernel, stride and groups are at least 1")
    if shape[0] % layer.groups or layer.channels % layer.groups:
        raise _refuse(layer, shape, f"channels are no multiple of {layer.groups} groups")


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """Return the shape after one layer.

    Raises:
        SumikaError: if the layer does not fit the shape.
    """
    _check(layer, shape)
    match layer:
        case Dense(outputs=width) | GatedRecurrent(units=width):
            after: Shape = (width,)
        case Convolution():
            after = (layer.channels, -(-shape[1] // layer.stride))
        case PerPoint():
            after = (shape[0], layer.outputs)
        case MeanOverTime() | MaxOverTime():
            after = (shape[0],)
        case MaxOverPoints() | MeanOverPoints():
            after = (shape[1],)
        case Residual():
            after = shapes(layer.layers, shape)[-1]
            if after != shape:
                raise _refuse(layer, shape, f"its layers give {after}; they must keep the shape")
        case _:
            after = shape
    if min(after) < 1:
        raise _refuse(layer, shape, f"gives the empty shape {after}")
    return after


def shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    """Return the shape before the first layer and after each."""
    found = [shape]
    for layer in layers:
        found.append(output_shape(layer, found[-1]))
    return found


def _count(layer: Layer, before: Shape, after: Shape) -> tuple[int, int]:
    match layer:
        case Dense():
            return before[0] * after[0] + after[0], 2 * before[0] * after[0]
        case Curves():
            return before[0] * (2 * layer.pieces + 1), 2 * before[0] * layer.pieces
        case Convolution():
            weights = after[0] * (before[0] // layer.groups) * layer.kernel
            return weights + after[0], 2 * weights * after[1]
        case GatedRecurrent():
            weights = 3 * layer.units * (before[0] + layer.units)
            return weights + 6 * layer.units, 2 * weights * before[1]
        case PerPoint():
            return before[1] * after[1] + after[1], 2 * before[0] * before[1] * after[1]
        case Residual():
            return parameters(layer.layers, before), flops(layer.layers, before)
    return 0, 0


def parameters(layers: Sequence[Layer], shape: Shape) -> int:
    """Return the number of weights and biases."""
    found = shapes(layers, shape)
    return sum(_count(layer, found[i], found[i + 1])[0] for i, layer in enumerate(layers))


def flops(layers: Sequence[Layer], shape: Shape) -> int:
    """Return the operations of one example's forward pass: products of matrices only, multiply and add are two."""
    found = shapes(layers, shape)
    return sum(_count(layer, found[i], found[i + 1])[1] for i, layer in enumerate(layers))
