"""Array students by name: each preset gives layers for a width and a depth.

None of them normalises inside: inputs are brought to mean 0 and deviation 1 by `Inputs`, which is stored beside the
network (an integer export needs it apart, or one feature's range would eat the others' bits) and which `fold_inputs`
can multiply into the first layer, exactly, because no preset's first layer pads.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.networks import layers as kinds
from sumika.distil.records import ArraySet
from sumika.schema import SumikaError

Array = NDArray[np.float32]
SMALLEST_SCALE = 1e-6


MOST_PIECES = 16
"""More are finer than 8 bits can follow, and than a few people tell."""


class _Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    def __post_init__(self) -> None:
        """Refuse what gives no network."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, int) and value < 1:
                raise ValueError(f"`{name}` is {value}: at least 1")


class Convolutional(_Preset, frozen=True, kw_only=True, tag="convolutional"):
    """Signals (channel, time): depthwise separable blocks (Howard et al. 2017, arXiv:1704.04861), mean over time.

    Attributes:
        width: Channels.
        depth: Blocks, each of which shortens the signal by `stride`.
        kernel: Samples that a block's filter sees.
        stride: Of each block; with 1 the blocks are residual.
    """

    width: int = 16
    depth: int = 3
    kernel: int = 5
    stride: int = 2


class Recurrent(_Preset, frozen=True, kw_only=True, tag="recurrent"):
    """Signals (channel, time): one GRU, its last state, and a perceptron.

    Attributes:
        width: Units of the GRU and of the layers after it.
        depth: Layers after it, the outputs among them.
    """

    width: int = 16
    depth: int = 1


class Points(_Preset, frozen=True, kw_only=True, tag="points"):
    """Sets (point, feature): the same perceptron on each point, then over all of them (Qi et al. 2017, PointNet).

    Attributes:
        width: Features of a point after the first layer; the last has twice as many.
        depth: Layers for each point.
        over: How the points are summed up: the largest of each feature, or the mean.
        head: Width of the layer between the points and the outputs.
    """

    width: int = 32
    depth: int = 3
    over: Literal["max", "mean"] = "max"
    head: int = 32


class Perceptron(_Preset, frozen=True, kw_only=True, tag="perceptron"):
    """Tables (column,).

    Attributes:
        width: Of each hidden layer.
        depth: Hidden layers.
    """

    width: int = 32
    depth: int = 2


class Curved(_Preset, frozen=True, kw_only=True, tag="curved"):
    """Tables (column,): a curve of its own for each column, then a perceptron.

    Attributes:
        pieces: Of each curve, between knots that leave as many examples in every piece.
        width: Of each hidden layer.
        depth: Hidden layers.
    """

    pieces: int = 4
    width: int = 32
    depth: int = 1

    def __post_init__(self) -> None:
        """Refuse what gives no network."""
        super().__post_init__()
        if self.pieces > MOST_PIECES:
            raise ValueError(f"`pieces` is {self.pieces}: at most {MOST_PIECES}")


Preset = Convolutional | Recurrent | Points | Perceptron | Curved


def layers_of(preset: Preset, outputs: int) -> tuple[kinds.Layer, ...]:
    """Return the layers of a preset that end in so many outputs; `kinds.shapes` tells whether they fit an input."""
    match preset:
        case Convolutional():
            return _convolutional(preset, outputs)
        case Recurrent():
            return (kinds.GatedRecurrent(units=preset.width), *_dense(preset.width, preset.depth - 1, outputs))
        case Points():
            widths = [preset.width] * (preset.depth - 1) + [2 * preset.width]
            each = [layer for width in widths for layer in (kinds.PerPoint(outputs=width), kinds.Relu())]
            over = kinds.MaxOverPoints() if preset.over == "max" else kinds.MeanOverPoints()
            return (*each, over, *_dense(preset.head, 1, outputs))
        case Perceptron():
            return _dense(preset.width, preset.depth, outputs)
        case Curved():
            return (kinds.Curves(pieces=preset.pieces), *_dense(preset.width, preset.depth, outputs))


def _dense(width: int, depth: int, outputs: int) -> tuple[kinds.Layer, ...]:
    hidden = (kinds.Dense(outputs=width), kinds.Relu()) * depth
    return (*hidden, kinds.Dense(outputs=outputs))


def _convolutional(preset: Convolutional, outputs: int) -> tuple[kinds.Layer, ...]:
    width = preset.width
    # A kernel of one mixes the channels without padding, so that the inputs' scale can be folded into it exactly.
    found: list[kinds.Layer] = [kinds.Convolution(channels=width, kernel=1)]
    for _ in range(preset.depth):
        block: tuple[kinds.Layer, ...] = (
            kinds.Convolution(channels=width, kernel=preset.kernel, stride=preset.stride, groups=width),
            kinds.Convolution(channels=width, kernel=1),
            kinds.Relu(),
        )
        found += [kinds.Residual(layers=block)] if preset.stride == 1 else block
    return (*found, kinds.MeanOverTime(), kinds.Dense(outputs=outputs))


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What an input is brought to mean 0 and deviation 1 with: (x - mean) / scale.

    Attributes:
        mean: Of each channel (signals), feature (sets) or column (tables), in the input's own units.
        scale: Standard deviation of the same; 1 where nothing varies.
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]

    def apply(self, x: Array, *, signal: bool) -> Array:
        """Return x (example, *shape) normalised.

        Args:
            x: In its own units.
            signal: Whether it is (example, channel, time).
        """
        mean, scale = np.asarray(self.mean, np.float32), np.asarray(self.scale, np.float32)
        if signal:
            mean, scale = mean[:, None], scale[:, None]
        return np.asarray((x - mean) / scale, np.float32)


def is_signal(layers: Sequence[kinds.Layer]) -> bool:
    """Return whether a network reads (channel, time): what its first layer is tells it from a set of points."""
    return isinstance(layers[0], kinds.Convolution | kinds.GatedRecurrent)


def inputs_of(arrays: ArraySet, *, signal: bool) -> Inputs:
    """Return mean and deviation of a set: over time for signals, over the real points for sets.

    Raises:
        SumikaError: if a value is not finite; such examples are to be cleaned out before.
    """
    x = arrays.x[arrays.mask] if arrays.mask is not None else arrays.x
    if not np.isfinite(x).all():
        raise SumikaError("the inputs hold NaN or infinity", where="fit", remedy="Clean and judge them before.")
    axes = (0, 2) if signal else tuple(range(x.ndim - 1))
    mean, scale = x.mean(axis=axes, dtype=np.float64), x.std(axis=axes, dtype=np.float64)
    scale = np.where(scale > SMALLEST_SCALE, scale, 1.0)
    return Inputs(mean=tuple(mean.tolist()), scale=tuple(scale.tolist()))


def fold_inputs(
    layers: Sequence[kinds.Layer], weights: Sequence[dict[str, Array]], inputs: Inputs
) -> list[dict[str, Array]]:
    """Return weights that take inputs in their own units: mean and scale multiplied into the first layer.

    Raises:
        SumikaError: if the first layer pads, so that zeros around it would mean something else, or mixes no channels.
    """
    first = dict(weights[0])
    name, bias = ("weight_ih", "bias_ih") if isinstance(layers[0], kinds.GatedRecurrent) else ("weight", "bias")
    front = layers[0]
    mixes = not isinstance(front, kinds.Curves)
    if isinstance(front, kinds.Convolution):
        mixes = max(front.kernel, front.groups) == 1
    if name not in first or not mixes:
        raise SumikaError("the inputs cannot be folded into this first layer", remedy="Normalise them before it.")
    old = first[name].astype(np.float64)
    axes = (1,) * (old.ndim - 2)
    scaled = old / np.asarray(inputs.scale).reshape(1, -1, *axes)
    first[name] = scaled.astype(np.float32)
    shift = (scaled * np.asarray(inputs.mean).reshape(1, -1, *axes)).reshape(len(old), -1).sum(axis=1)
    first[bias] = (first[bias].astype(np.float64) - shift).astype(np.float32)
    return [first, *weights[1:]]
