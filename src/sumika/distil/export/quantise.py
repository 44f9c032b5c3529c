"""Trained array students in 8 bits: weights by output channel, activations by the range that calibration shows."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.export import integer
from sumika.distil.export.integer import LEVELS, SUM_LIMIT, IntegerNetwork, Linear, Rescale, Step, rescale_of
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.presets import Inputs, is_signal
from sumika.distil.networks.reference import Array, Weights, forward_numpy
from sumika.schema import SumikaError, UsageError

LARGEST_WEIGHT = 127
BIAS_LIMIT = SUM_LIMIT // 2


class _Tensor(msgspec.Struct, frozen=True):
    """A tensor by its number, its scale, and what it is in calibration."""

    number: int
    scale: float
    zero: int
    x: Array


class _Part(msgspec.Struct, frozen=True):
    """A layer with the Relu folded into it, and whether it is the whole network's last."""

    layer: kinds.Layer
    weights: Weights
    relu: bool
    last: bool


def quantise(
    layers: Sequence[kinds.Layer],
    weights: Sequence[Weights],
    x: Array,
    mask: NDArray[np.bool_] | None = None,
    *,
    inputs: Inputs | None = None,
    percentile: float = 99.99,
) -> IntegerNetwork:
    """Return the network in whole numbers.

    Args:
        layers: Of the student.
        weights: One dict per layer.
        x: Calibration: a few hundred inputs (example, *shape) like those to come, none of them from the evaluation.
        mask: Its real points (example, point).
        inputs: What inputs are normalised with; the export then takes them, as calibration has them, in their own
            units. None where they are normalised already.
        percentile: Activations above this percentile, or below 100 minus it, are cut off.

    Raises:
        SumikaError: if a layer has no form in whole numbers, or calibration or weights are empty or not finite.
    """
    if not 50 < percentile <= 100:
        raise UsageError("the percentile lies above 50 and up to 100", remedy="Take 99.99.")
    _check_inputs(layers, weights, x, mask)
    lowering = _Lowering(mask if takes_mask(layers) else None, percentile)
    signal = is_signal(layers)
    told = inputs or Inputs(mean=(0.0,), scale=(1.0,))
    entry = lowering.tensor(told.apply(np.asarray(x, np.float32), signal=signal))
    spread = (-1, 1) if signal and inputs is not None else (-1,)
    output = lowering.walk(layers, weights, entry, top=True)
    outputs = output.x.shape[1]
    exact = isinstance(lowering.steps[-1], integer.DenseStep) and lowering.steps[-1].linear.rescale is None
    scale = lowering.sum_scale if exact else np.full(outputs, output.scale)
    return IntegerNetwork(
        shapes=tuple(lowering.shapes),
        mean=np.array(told.mean, np.float32).reshape(spread),
        inverse_scale=(1 / (np.array(told.scale) * entry.scale)).astype(np.float32).reshape(spread),
        zero_in=entry.zero,
        masked=takes_mask(layers),
        steps=tuple(lowering.steps),
        output=output.number,
        zero_out=output.zero,
        output_scale=scale.astype(np.float32),
    )


def takes_mask(layers: Sequence[kinds.Layer]) -> bool:
    """Return whether a mask of real points matters to these layers."""
    return any(isinstance(layer, kinds.MaxOverPoints | kinds.MeanOverPoints) for layer in layers)


def inner_weights(layer: kinds.Residual, weights: Weights) -> list[dict[str, Array]]:
    """Return the weights of the layers within, one dict each."""
    inner: list[dict[str, Array]] = [{} for _ in layer.layers]
    for name, value in weights.items():
        place, _, rest = name.partition(".")
        inner[int(place)][rest] = value
    return inner


def check_classes(classes: Sequence[str], outputs: int) -> None:
    """Refuse names that are not as many as the outputs.

    Raises:
        SumikaError: if so.
    """
    if classes and len(classes) != outputs:
        raise SumikaError(
            f"{len(classes)} names of classes for {outputs} outputs",
            where="export",
            remedy="Pass the classes of the data that the student was trained on, or none.",
        )


def _check_inputs(
    layers: Sequence[kinds.Layer], weights: Sequence[Weights], x: Array, mask: NDArray[np.bool_] | None
) -> None:
    if not layers or len(layers) != len(weights):
        raise SumikaError(
            f"{len(layers)} layers and {len(weights)} dicts of weights make no network",
            where="export",
            remedy="Pass Network.layers and Network.weights().",
        )
    real = x if mask is None else x[mask]
    if real.size == 0 or not np.isfinite(real).all():
        raise SumikaError(
            "calibration is empty or holds what is no number",
            where="export",
            remedy="Pass a few hundred inputs that the student was trained on.",
        )
    if not all(np.isfinite(value).all() for values in weights for value in values.values()):
        raise SumikaError("weights are not finite", where="export", remedy="Train at a lower learning rate.")
    after = kinds.shapes(layers, x.shape[1:])[-1]
    if len(after) != 1:
        raise SumikaError(
            f"the network gives {after}, not a list of numbers", where="export", remedy="End it with Dense."
        )


class _Lowering:
    """Turns layers into steps, one after the other, and carries calibration along.

    Attributes:
        steps: So far.
        shapes: Of the tensors so far.
        sum_scale: Real value of a unit of the last linear step's sums.
    """

    def __init__(self, mask: NDArray[np.bool_] | None, percentile: float) -> None:
        self.steps: list[Step] = []
        self.shapes: list[kinds.Shape] = []
        self.sum_scale = np.ones(1)
        self._mask = mask
        self._percentile = percentile

    def tensor(self, x: Array, like: _Tensor | None = None) -> _Tensor:
        """Return a new tensor, scaled by its range in calibration, or like another one."""
        scale, zero = self._range(x) if like is None else (like.scale, like.zero)
        self.shapes.append(x.shape[1:])
        return _Tensor(len(self.shapes) - 1, scale, zero, x)

    def _range(self, x: Array) -> tuple[float, int]:
        real = x[self._mask] if self._mask is not None and x.ndim == 3 else x
        low, high = np.percentile(real, [100 - self._percentile, self._percentile]) if real.size else (0.0, 0.0)
        # Zero must be a whole number of its own: it pads signals and stands for absent points.
        low, high = min(float(low), 0.0), max(float(high), 0.0)
        if high - low < np.finfo(np.float32).tiny * LEVELS:
            high = low + 1.0  # always zero in calibration
        scale = (high - low) / LEVELS
        return scale, round(-low / scale)

    def walk(self, layers: Sequence[kinds.Layer], weights: Sequence[Weights], x: _Tensor, *, top: bool) -> _Tensor:
        """Lower the layers and return the last one's tensor."""
        place = 0
        while place < len(layers):
            layer = layers[place]
            make = _MAKERS.get(type(layer))
            if make is None:
                raise SumikaError(
                    f"{type(layer).__name__} has no form in whole numbers",
                    where="export",
                    remedy="Use the layers of sumika.distil.networks.layers, or export in floating point.",
                )
            following = layers[place + 1] if place + 1 < len(layers) else None
            relu = type(following) is kinds.Relu and type(layer) in _FOLDING
            last = top and place + 1 + relu == len(layers)
            x = make(self, _Part(layer, weights[place], relu, last), x)
            place += 1 + relu
        return x

    def run(self, part: _Part, x: _Tensor) -> Array:
        """Return what the layer gives in calibration, its Relu included."""
        y = forward_numpy([part.layer], [part.weights], x.x, self._mask)
        return np.maximum(y, np.float32(0)) if part.relu else y

    def rows(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower Dense or PerPoint."""
        if part.last and not part.relu:
            y = _Tensor(len(self.shapes), 1.0, 0, self.run(part, x))
            self.shapes.append(y.x.shape[1:])
            linear = self.linear(part.weights["weight"], part.weights["bias"], x.scale, LEVELS, None)
        else:
            y = self.tensor(self.run(part, x))
            linear = self.linear(part.weights["weight"], part.weights["bias"], x.scale, LEVELS, y.scale)
        self.steps.append(
            integer.DenseStep(source=x.number, target=y.number, zero_in=x.zero, zero_out=y.zero, linear=linear)
        )
        return y

    def curves(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower Curves."""
        y, weight = self.tensor(self.run(part, x)), part.weights["weight"]
        knots = np.clip(np.rint(part.weights["knots"] / x.scale) + x.zero, 0, LEVELS).astype(np.uint8)
        linear = self.linear(weight, np.zeros(len(weight), np.float32), x.scale, LEVELS, y.scale)
        still = np.clip(x.zero, knots[:, :-1].astype(np.int64), knots[:, 1:].astype(np.int64))
        bias = -(linear.weight.astype(np.int64) * still).sum(axis=1)
        linear = msgspec.structs.replace(linear, bias=bias)
        self.steps.append(
            integer.CurvesStep(source=x.number, target=y.number, zero_out=y.zero, knots=knots, linear=linear)
        )
        return y

    def convolution(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower Convolution."""
        layer = part.layer
        assert isinstance(layer, kinds.Convolution)
        y = self.tensor(self.run(part, x))
        self.steps.append(
            integer.ConvolutionStep(
                source=x.number,
                target=y.number,
                zero_in=x.zero,
                zero_out=y.zero,
                linear=self.linear(part.weights["weight"], part.weights["bias"], x.scale, LEVELS, y.scale),
                stride=layer.stride,
                groups=layer.groups,
                padding=kinds.padding_of(layer, x.x.shape[2]),
            )
        )
        return y

    def linear(self, weight: Array, bias: Array, scale_in: float, largest_in: int, scale_out: float | None) -> Linear:
        """Return weights rounded per output; the sums' scale is kept.

        Raises:
            SumikaError: if a sum could leave 31 bits.
        """
        flat = np.abs(weight.reshape(len(weight), -1).astype(np.float64))
        # Where weights are tiny beside the bias, the bias decides the scale: it must fit its whole number.
        scale = np.maximum(flat.max(axis=1) / LARGEST_WEIGHT, np.abs(bias) / (scale_in * BIAS_LIMIT))
        scale[scale == 0] = scale.max() or 1.0
        whole = np.rint(weight / scale.reshape(-1, *[1] * (weight.ndim - 1))).astype(np.int8)
        whole_bias = np.rint(bias / (scale_in * scale)).astype(np.int64)
        sums = np.abs(whole.astype(np.int64)).reshape(len(weight), -1).sum(axis=1) * largest_in + np.abs(whole_bias)
        if (sums >= SUM_LIMIT).any():
            raise SumikaError(
                f"a layer adds up {flat.shape[1]} products, too many for sums of 32 bits",
                where="export",
                remedy="Make the layer before it narrower.",
            )
        self.sum_scale = scale_in * scale
        by = None if scale_out is None else rescale_of(self.sum_scale / scale_out)
        return Linear(weight=whole, bias=whole_bias, rescale=by)

    def recurrent(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower GatedRecurrent."""
        y, values = self.tensor(self.run(part, x)), part.weights
        gate, unit = 2.0**-integer.GATE_BITS, 2.0**-integer.STATE_BITS
        self.steps.append(
            integer.RecurrentStep(
                source=x.number,
                target=y.number,
                zero_in=x.zero,
                zero_out=y.zero,
                from_input=self.linear(values["weight_ih"], values["bias_ih"], x.scale, LEVELS, gate),
                from_state=self.linear(values["weight_hh"], values["bias_hh"], unit, 1 << integer.STATE_BITS, gate),
                rescale=rescale_of(np.array([unit / y.scale])),
            )
        )
        return y

    def relu(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower a Relu that nothing before it could take in."""
        y = self.tensor(self.run(part, x), like=x)
        self.steps.append(integer.ReluStep(source=x.number, target=y.number, zero_in=x.zero))
        return y

    def largest(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower MaxOverTime or MaxOverPoints."""
        y = self.tensor(self.run(part, x), like=x)
        points = isinstance(part.layer, kinds.MaxOverPoints)
        self.steps.append(integer.LargestStep(source=x.number, target=y.number, zero_in=x.zero, points=points))
        return y

    def mean(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower MeanOverTime or MeanOverPoints."""
        y = self.tensor(self.run(part, x))
        points = isinstance(part.layer, kinds.MeanOverPoints)
        counts = np.arange(1, x.x.shape[1] + 1) if points else np.array([x.x.shape[2]])
        if counts[-1] * LEVELS >= SUM_LIMIT:
            raise SumikaError(
                f"a mean of {counts[-1]} numbers is too long", where="export", remedy="Use a larger stride before it."
            )
        by: Rescale = rescale_of(x.scale / (counts * y.scale))
        self.steps.append(
            integer.MeanStep(
                source=x.number, target=y.number, zero_in=x.zero, zero_out=y.zero, points=points, rescale=by
            )
        )
        return y

    def residual(self, part: _Part, x: _Tensor) -> _Tensor:
        """Lower Residual: the layers within, then the sum."""
        layer = part.layer
        assert isinstance(layer, kinds.Residual)
        within = self.walk(layer.layers, inner_weights(layer, part.weights), x, top=False)
        y = self.tensor(self.run(part, x))
        self.steps.append(
            integer.AddStep(
                source=x.number,
                other=within.number,
                target=y.number,
                zeros_in=(x.zero, within.zero),
                rescale=rescale_of(np.array([x.scale, within.scale]) / y.scale),
                zero_out=y.zero,
            )
        )
        return y


_FOLDING = (kinds.Dense, kinds.PerPoint, kinds.Convolution, kinds.Residual, kinds.MeanOverTime, kinds.MeanOverPoints)
_MAKERS: dict[type, Callable[[_Lowering, _Part, _Tensor], _Tensor]] = {
    kinds.Dense: _Lowering.rows,
    kinds.PerPoint: _Lowering.rows,
    kinds.Curves: _Lowering.curves,
    kinds.Convolution: _Lowering.convolution,
    kinds.GatedRecurrent: _Lowering.recurrent,
    kinds.Relu: _Lowering.relu,
    kinds.MeanOverTime: _Lowering.mean,
    kinds.MeanOverPoints: _Lowering.mean,
    kinds.MaxOverTime: _Lowering.largest,
    kinds.MaxOverPoints: _Lowering.largest,
    kinds.Residual: _Lowering.residual,
}
