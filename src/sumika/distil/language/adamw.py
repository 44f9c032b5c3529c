"""AdamW by torch's own function, without the class around it: that loads torch's compiler, two seconds of a core."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adamw import adamw


class Optimiser:
    """What `torch.optim.Optimizer` is to a training here.

    Attributes:
        param_groups: Each with its weights under "params", their rate "lr" and what else is said of them all.
        state: By weight: what is remembered of it, by name.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], usual: dict[str, Any]) -> None:
        self.param_groups: list[dict[str, Any]] = [usual | group for group in groups]
        self.state: defaultdict[Tensor, dict[str, Tensor]] = defaultdict(dict)

    def zero_grad(self) -> None:
        """Drop the gradients of all weights."""
        for group in self.param_groups:
            for weight in group["params"]:
                weight.grad = None

    def step(self) -> None:
        """Change every weight by its gradient."""
        raise NotImplementedError


class AdamW(Optimiser):
    """AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), to the last bit that of `torch.optim.AdamW`."""

    def __init__(
        self,
        groups: Iterable[dict[str, Any]],
        *,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        fused: bool = False,
    ) -> None:
        super().__init__(groups, {"lr": lr})
        self._betas, self._eps, self._fused = betas, eps, fused

    @torch.no_grad()
    def step(self) -> None:
        """Change every weight by its gradient."""
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            known = [self._of(weight) for weight in weights]
            adamw(
                weights,
                [weight.grad for weight in weights],
                [one["exp_avg"] for one in known],
                [one["exp_avg_sq"] for one in known],
                [],
                [one["step"] for one in known],
                foreach=False,
                fused=self._fused,
                amsgrad=False,
                beta1=self._betas[0],
                beta2=self._betas[1],
                lr=group["lr"],
                weight_decay=group["weight_decay"],
                eps=self._eps,
                maximize=False,
            )

    def _of(self, weight: Tensor) -> dict[str, Tensor]:
        state = self.state[weight]
        if not state:
            # The fused kernel counts steps where the weights are.
            state["step"] = torch.zeros((), device=weight.device if self._fused else "cpu")
            state |= {name: torch.zeros_like(weight) for name in ("exp_avg", "exp_avg_sq")}
        return state
