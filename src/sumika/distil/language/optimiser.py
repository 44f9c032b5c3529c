"""AdamW: torch's fused one, and one whose weights and moments are bfloat16 with the rounding error carried along."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from sumika.distil.language.adamw import AdamW, Optimiser
from sumika.distil.language.settings import LanguageTrainSettings, Precision

SLICE = 1 << 26  # weights updated at once: bounds what float32 temporaries need


def _update(state: tuple[Tensor, ...], numbers: tuple[Tensor, ...], beta1: float, beta2: float) -> None:
    """One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) on a slice, computed in float32.

    Args:
        state: Weight, gradient, first moment, second moment and, unless weights are rounded at random, compensation;
            all of one shape, changed in place.
        numbers: Rate, weight decay, epsilon, and both bias corrections, float32 scalars.
        beta1: Decay of the first moment.
        beta2: Decay of the second moment.
    """
    weight, gradient, first, second, *carried = state
    rate, decay, epsilon, correction1, correction2 = numbers
    slope, old = gradient.float(), weight.float()
    mean = first.float() * beta1 + slope * (1 - beta1)
    square = second.float() * beta2 + slope * slope * (1 - beta2)
    first.copy_(mean)
    second.copy_(square)
    direction = (mean / correction1) / ((square / correction2).sqrt() + epsilon) + decay * old
    if carried:
        change = carried[0].float() - rate * direction
        new = (old + change).to(weight.dtype)
        carried[0].copy_(change - (new.float() - old))
        weight.copy_(new)
        return
    # The lower 16 bits of a float32 are what bfloat16 has not: a random number added to them carries over as often
    # as the rest is large, so that the mean of many roundings is right.
    bits = (old - rate * direction).view(torch.int32)
    noise = torch.randint_like(bits, 1 << 16)
    weight.copy_(((bits + noise) & -65536).view(torch.float32))


class HalfAdamW(Optimiser):
    """AdamW for weights in bfloat16: what a step loses in rounding is added to the next (Kahan), or rounded at random.

    10 bytes for each weight (weight, gradient, two moments, compensation), 8 with random rounding, instead of the 16 of
    mixed precision.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], settings: LanguageTrainSettings, *, compiled: bool) -> None:
        super().__init__(groups, {"lr": settings.learning_rate, "weight_decay": settings.weight_decay})
        self._settings = settings
        stochastic = settings.precision is Precision.BFLOAT16_STOCHASTIC
        self._kept = ("exp_avg", "exp_avg_sq") if stochastic else ("exp_avg", "exp_avg_sq", "carried")
        self._update: Callable[..., None] = torch.compile(_update) if compiled else _update

    @torch.no_grad()
    def step(self) -> None:
        """Change every weight by its gradient."""
        chosen = self._settings
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["step"] = torch.zeros(())
                    state |= {name: torch.zeros_like(weight) for name in self._kept}
                state["step"] += 1
                count = float(state["step"])
                if group is self.param_groups[0] and weight is group["params"][0]:
                    torch.manual_seed(int(count))  # random rounding goes on after a crash as without one
                corrections = 1 - chosen.beta1**count, 1 - chosen.beta2**count
                numbers = (group["lr"], group["weight_decay"], chosen.epsilon, *corrections)
                scalars = tuple(torch.tensor(number, device=weight.device) for number in numbers)
                tensors = (weight, weight.grad, *(state[name] for name in self._kept))
                flat = [tensor.reshape(-1).split(SLICE) for tensor in tensors]
                for slices in zip(*flat, strict=True):
                    self._apply(slices, scalars)

    def _apply(self, slices: tuple[Tensor, ...], scalars: tuple[Tensor, ...]) -> None:
        try:
            self._update(slices, scalars, self._settings.beta1, self._settings.beta2)
        except torch.OutOfMemoryError:
            raise
        except Exception:  # a compiler may fail in any way, before anything is changed
            if self._update is _update:
                raise
            self._update = _update
            self._update(slices, scalars, self._settings.beta1, self._settings.beta2)


def make_optimiser(model: torch.nn.Module, settings: LanguageTrainSettings) -> Optimiser:
    """Return the optimiser of the weights that train; matrices decay, vectors do not."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [weight for weight in weights if weight.dim() > 1], "weight_decay": settings.weight_decay},
        {"params": [weight for weight in weights if weight.dim() < 2], "weight_decay": 0.0},
    ]
    if settings.precision.pure:
        return HalfAdamW(groups, settings, compiled=settings.compile and weights[0].device.type == "cuda")
    betas = settings.beta1, settings.beta2
    return AdamW(groups, lr=settings.learning_rate, betas=betas, eps=settings.epsilon, fused=True)


def learning_rate(settings: LanguageTrainSettings, step: int, steps: int) -> float:
    """Return the rate of a step (from 0): a linear rise, then half a cosine down to `last_rate` of the highest."""
    rise = max(1, round(settings.warm_up * steps))
    if step < rise:
        return settings.learning_rate * (step + 1) / rise
    done = (step - rise) / max(1, steps - rise)
    cosine = 0.5 * (1 + float(torch.cos(torch.tensor(done * torch.pi, dtype=torch.float64))))
    return settings.learning_rate * (settings.last_rate + (1 - settings.last_rate) * cosine)
