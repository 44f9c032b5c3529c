"""Low-rank additions to frozen weights, and folding them in."""

import torch
from torch import nn

from sumika.distil.language.decoder import Decoder, Projection
from sumika.distil.language.settings import LoraSettings
from sumika.schema import SumikaError


def add_lora(decoder: Decoder, settings: LoraSettings, seed: int) -> None:
    """Freeze every weight and add trainable low-rank additions, whose sum is zero at the start.

    Raises:
        SumikaError: if no projection bears one of the target names.
    """
    decoder.requires_grad_(False)
    generator = torch.Generator(decoder.device).manual_seed(seed)
    found = False
    for name, module in decoder.model.named_modules():
        if not isinstance(module, Projection) or name.rpartition(".")[2] not in settings.targets:
            continue
        found = True
        outputs, inputs = module.weight.shape
        module.lora_a = nn.Parameter(module.weight.new_empty(settings.rank, inputs))
        module.lora_b = nn.Parameter(module.weight.new_zeros(outputs, settings.rank))
        nn.init.normal_(module.lora_a, std=inputs**-0.5, generator=generator)
        module.lora_scale = settings.alpha / settings.rank
    if not found:
        raise SumikaError(
            f"no layer is called {' or '.join(settings.targets)}",
            where="lora.targets",
            remedy="There are q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.",
        )


@torch.no_grad()
def merge_lora(decoder: Decoder) -> None:
    """Fold every addition into its weight; the model computes the same and is an ordinary one again."""
    for module in decoder.modules():
        if isinstance(module, Projection) and module.lora_a is not None and module.lora_b is not None:
            product = module.lora_b.float() @ module.lora_a.float()
            module.weight.add_((product * module.lora_scale).to(module.weight.dtype))
            module.lora_a = module.lora_b = None
    decoder.requires_grad_(True)
