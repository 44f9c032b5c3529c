"""Training against int8 rounding: weights and inputs of every layer rounded, gradients passed straight through."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from sumika.distil.networks.curves import CurvesPart

LARGEST = 127


def rounded_weight(weight: Tensor) -> Tensor:
    """Return a weight rounded to int8 with one scale per output, symmetric; its gradient is the weight's own.

    The gradient passes straight through the rounding (Bengio et al. 2013, arXiv:1308.3432; Jacob et al. 2018,
    arXiv:1712.05877).
    """
    largest = weight.detach().abs().flatten(1).amax(dim=1).clamp(min=1e-12)
    scale = (largest / LARGEST).view(-1, *(1,) * (weight.dim() - 1))
    rounded = (weight / scale).round().clamp(-LARGEST, LARGEST) * scale
    return weight + (rounded - weight).detach()


def rounded_input(x: Tensor) -> Tensor:
    """Return activations rounded to 8 bits with one scale and zero for the whole batch; the gradient passes on."""
    low, high = x.detach().amin().clamp(max=0.0), x.detach().amax().clamp(min=0.0)
    scale = ((high - low) / (2 * LARGEST + 1)).clamp(min=1e-12)
    zero = (-low / scale).round()
    rounded = ((x / scale + zero).round().clamp(0, 2 * LARGEST + 1) - zero) * scale
    return x + (rounded - x).detach()


def _round_input(module: torch.nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    del module
    return (rounded_input(arguments[0]), *arguments[1:])


@contextmanager
def rounded_inputs(network: torch.nn.Module, *, active: bool) -> Iterator[None]:
    """Round what every layer with weights reads, as long as the context lasts."""
    kinds = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.GRU, CurvesPart)
    parts = [part for part in network.modules() if active and isinstance(part, kinds)]
    handles = [part.register_forward_pre_hook(_round_input) for part in parts]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def rounded_weights(network: torch.nn.Module) -> dict[str, Tensor]:
    """Return what is trained, by name, matrices rounded; for `torch.func.functional_call`."""
    trained = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    return {name: rounded_weight(weight) if weight.dim() > 1 else weight for name, weight in trained}
