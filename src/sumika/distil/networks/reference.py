"""The forward pass in numpy, plainly: what every export is compared with."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sumika.distil.networks import layers as kinds

Array = NDArray[np.float32]
Weights = Mapping[str, Array]


def forward_numpy(
    layers: Sequence[kinds.Layer], weights: Sequence[Weights], x: Array, mask: NDArray[np.bool_] | None = None
) -> Array:
    """Return the outputs (example, output) of x (example, *shape); mask (example, point) says which points are real."""
    for layer, values in zip(layers, weights, strict=True):
        x = _apply(layer, values, x, mask)
    return x


def _apply(layer: kinds.Layer, weights: Weights, x: Array, mask: NDArray[np.bool_] | None) -> Array:
    match layer:
        case kinds.Dense() | kinds.PerPoint():
            y: Array = x @ weights["weight"].T + weights["bias"]
        case kinds.Curves():
            low, high = weights["knots"][:, :-1], weights["knots"][:, 1:]
            reached = np.clip(x[:, :, None], low, high) - np.clip(np.float32(0), low, high)
            y = (weights["weight"] * reached).sum(axis=2)
        case kinds.Convolution():
            y = _convolve(layer, weights, x)
        case kinds.Relu():
            y = np.maximum(x, np.float32(0))
        case kinds.MeanOverTime():
            y = x.mean(axis=2)
        case kinds.MaxOverTime():
            y = x.max(axis=2)
        case kinds.GatedRecurrent():
            y = _recur(layer, weights, x)
        case kinds.MaxOverPoints() | kinds.MeanOverPoints():
            y = _over_points(x, mask, largest=isinstance(layer, kinds.MaxOverPoints))
        case kinds.Residual():
            inner = [
                {name.partition(".")[2]: value for name, value in weights.items() if name.partition(".")[0] == str(i)}
                for i in range(len(layer.layers))
            ]
            y = x + forward_numpy(layer.layers, inner, x, mask)
    return y


def _convolve(layer: kinds.Convolution, weights: Weights, x: Array) -> Array:
    padded = np.pad(x, ((0, 0), (0, 0), kinds.padding_of(layer, x.shape[2])))
    views = np.lib.stride_tricks.sliding_window_view(padded, layer.kernel, axis=2)[:, :, :: layer.stride]
    count, channels, time = views.shape[:3]
    views = views.reshape(count, layer.groups, channels // layer.groups, time, layer.kernel)
    weight = weights["weight"].reshape(layer.groups, layer.channels // layer.groups, -1, layer.kernel)
    y: Array = np.einsum("ngctk,gock->ngot", views, weight).reshape(count, layer.channels, time)
    return y + weights["bias"][:, None]


def _sigmoid(x: Array) -> Array:
    y: Array = np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1))
    return y


def _recur(layer: kinds.GatedRecurrent, weights: Weights, x: Array) -> Array:
    state = np.zeros((len(x), layer.units), np.float32)
    for t in range(x.shape[2]):
        from_input = np.split(x[:, :, t] @ weights["weight_ih"].T + weights["bias_ih"], 3, axis=1)
        from_state = np.split(state @ weights["weight_hh"].T + weights["bias_hh"], 3, axis=1)
        reset = _sigmoid(from_input[0] + from_state[0])
        update = _sigmoid(from_input[1] + from_state[1])
        new = np.tanh(from_input[2] + reset * from_state[2])
        state = (1 - update) * new + update * state
    return state


def _over_points(x: Array, mask: NDArray[np.bool_] | None, *, largest: bool) -> Array:
    real = np.ones(x.shape[:2], bool) if mask is None else mask
    count = real.sum(axis=1)[:, None]
    if largest:
        highest: Array = np.where(real[:, :, None], x, np.float32(-np.inf)).max(axis=1)
        return np.where(count > 0, highest, np.float32(0))
    mean: Array = np.where(real[:, :, None], x, np.float32(0)).sum(axis=1) / np.maximum(count, 1).astype(np.float32)
    return mean
