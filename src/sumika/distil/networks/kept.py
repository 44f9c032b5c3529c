"""A trained array student in the store: plain JSON and plain arrays, nothing that could run."""

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from sumika.distil.networks import layers as kinds
from sumika.distil.networks.build import Network, build
from sumika.distil.networks.presets import Inputs, is_signal
from sumika.distil.networks.reference import forward_numpy
from sumika.distil.store import Store
from sumika.schema import SumikaError

Array = NDArray[np.float32]
AT_ONCE = 1024


class _Description(msgspec.Struct, frozen=True, kw_only=True):
    layers: tuple[kinds.Layer, ...]
    shape: tuple[int, ...]
    inputs: Inputs
    classes: tuple[str, ...]
    arrays: str


class ArrayModel(msgspec.Struct, frozen=True, kw_only=True):
    """A trained student, without torch.

    Attributes:
        layers: What it is made of.
        shape: Of its input, without the example.
        weights: One dict per layer (`Network.weights`).
        inputs: What inputs are to be normalised with before its first layer.
        classes: Names of its outputs; empty for a regression or a policy.
    """

    layers: tuple[kinds.Layer, ...]
    shape: tuple[int, ...]
    weights: list[dict[str, Array]]
    inputs: Inputs
    classes: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return kinds.parameters(self.layers, self.shape)

    def outputs_of(self, x: Array, mask: NDArray[np.bool_] | None = None) -> Array:
        """Return logits or values (example, output) of inputs in their own units, by the numpy reference."""
        signal = is_signal(self.layers)
        found = []
        for first in range(0, max(len(x), 1), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            normalised = self.inputs.apply(x[part], signal=signal)
            real = None if mask is None else mask[part]
            found.append(forward_numpy(self.layers, self.weights, normalised, real))
        return np.concatenate(found)


def model_of(network: Network, shape: kinds.Shape, inputs: Inputs, classes: tuple[str, ...]) -> ArrayModel:
    """Return what a trained network is."""
    return ArrayModel(layers=network.layers, shape=shape, weights=network.weights(), inputs=inputs, classes=classes)


def network_of(model: ArrayModel) -> Network:
    """Return a network in torch with a model's weights."""
    outputs = kinds.shapes(model.layers, model.shape)[-1][0]
    network = build(model.layers, model.shape, outputs, seed=0)
    _copy_weights(network, model, len(model.layers))
    return network


def start_from(network: Network, model: ArrayModel) -> None:
    """Give a network the weights of a model in every layer but the last, which answers another question.

    Args:
        network: Changed in place.
        model: Of the same layers, but for the number of outputs.

    Raises:
        SumikaError: if it is of other layers, or of inputs of another shape.
    """
    if network.layers[:-1] != model.layers[:-1] or network.shape != model.shape:
        raise SumikaError("a network can only start from one of the same layers and inputs", where="start_from")
    _copy_weights(network, model, len(model.layers) - 1)


def _copy_weights(network: Network, model: ArrayModel, layers: int) -> None:
    own = network.weights()[:layers]
    flat = [values[name] for values, names in zip(model.weights, own, strict=False) for name in names]
    with torch.no_grad():
        for weight, value in zip(network.parameters(), flat, strict=False):
            weight.copy_(torch.from_numpy(value))


def keep_model(store: Store, model: ArrayModel) -> dict[str, str]:
    """Write a model; its digests are "model" (the description, JSON) and "weights" (arrays)."""
    named = {f"{i}/{name}": value for i, values in enumerate(model.weights) for name, value in values.items()}
    arrays = store.put_arrays(named)
    description = _Description(
        layers=model.layers, shape=model.shape, inputs=model.inputs, classes=model.classes, arrays=arrays
    )
    return {"model": store.put(msgspec.json.encode(description)), "weights": arrays}


def kept_model(store: Store, digest: str) -> ArrayModel:
    """Return the model that `keep_model` named "model".

    Raises:
        DamagedError: if it is missing or damaged.
    """
    found = msgspec.json.decode(store.get(digest), type=_Description)
    weights: list[dict[str, Array]] = [{} for _ in found.layers]
    for key, value in store.get_arrays(found.arrays).items():
        index, _, name = key.partition("/")
        weights[int(index)][name] = value
    return ArrayModel(
        layers=found.layers, shape=found.shape, weights=weights, inputs=found.inputs, classes=found.classes
    )
