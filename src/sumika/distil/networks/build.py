"""Array students in torch, from their layers."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sumika.distil.networks import layers as kinds
from sumika.distil.networks.curves import CurvesPart
from sumika.schema import SumikaError


class Network(torch.nn.Module):
    """Layers with weights; `forward` takes x (example, *shape) and the mask (example, point) of real points."""

    def __init__(self, layers: Sequence[kinds.Layer], shape: kinds.Shape) -> None:
        super().__init__()
        self.layers, self.shape = tuple(layers), tuple(shape)
        found = kinds.shapes(self.layers, shape)
        self.parts = torch.nn.ModuleList([_part(layer, found[i]) for i, layer in enumerate(self.layers)])

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the outputs (example, output)."""
        for layer, part in zip(self.layers, self.parts, strict=True):
            x = _apply(layer, part, x, mask)
        return x

    def weights(self) -> list[dict[str, NDArray[np.float32]]]:
        """Return one dict per layer, copied to the processor; names as in `layers`."""
        return [_weights(part) for part in self.parts]


def build(layers: Sequence[kinds.Layer], input_shape: kinds.Shape, outputs: int, seed: int) -> Network:
    """Return the network with weights drawn by the seed; the caller's random state stays.

    Raises:
        SumikaError: if a layer does not fit, or the last one does not give `outputs` numbers.
    """
    last = kinds.shapes(layers, input_shape)[-1]
    if last != (outputs,):
        raise SumikaError(
            f"the layers give {last}, not ({outputs},)", remedy=f"End them with Dense(outputs={outputs})."
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(layers, input_shape)


def _part(layer: kinds.Layer, shape: kinds.Shape) -> torch.nn.Module:
    match layer:
        case kinds.Dense() | kinds.PerPoint():
            return torch.nn.Linear(shape[-1], layer.outputs)
        case kinds.Curves():
            return CurvesPart(shape[0], layer.pieces)
        case kinds.Convolution():
            return torch.nn.Conv1d(shape[0], layer.channels, layer.kernel, layer.stride, groups=layer.groups)
        case kinds.GatedRecurrent():
            return torch.nn.GRU(shape[0], layer.units, batch_first=True)
        case kinds.Residual():
            return Network(layer.layers, shape)
    return torch.nn.Identity()


def _weights(part: torch.nn.Module) -> dict[str, NDArray[np.float32]]:
    if isinstance(part, Network):
        return {f"{i}.{name}": value for i, inner in enumerate(part.weights()) for name, value in inner.items()}
    return {name.removesuffix("_l0"): value.detach().cpu().numpy().copy() for name, value in part.named_parameters()}


def _apply(layer: kinds.Layer, part: torch.nn.Module, x: Tensor, mask: Tensor | None) -> Tensor:
    match layer:
        case kinds.Relu():
            y = torch.relu(x)
        case kinds.Convolution():
            y = part(torch.nn.functional.pad(x, kinds.padding_of(layer, x.shape[2])))
        case kinds.GatedRecurrent():
            y = part(x.transpose(1, 2))[1][0]
        case kinds.MeanOverTime():
            y = x.mean(dim=2)
        case kinds.MaxOverTime():
            y = x.amax(dim=2)
        case kinds.MaxOverPoints() | kinds.MeanOverPoints():
            y = _over_points(x, mask, largest=isinstance(layer, kinds.MaxOverPoints))
        case kinds.Residual():
            y = x + part(x, mask)
        case _:
            y = part(x)
    return y


def _over_points(x: Tensor, mask: Tensor | None, *, largest: bool) -> Tensor:
    real = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device) if mask is None else mask
    count = real.sum(dim=1)[:, None]
    if largest:
        return torch.where(count > 0, x.masked_fill(~real[:, :, None], -torch.inf).amax(dim=1), 0.0)
    return x.masked_fill(~real[:, :, None], 0.0).sum(dim=1) / count.clamp(min=1)
