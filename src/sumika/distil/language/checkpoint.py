"""Checkpoints of a training run: tensors as safetensors, the rest as JSON; whole or not there, the newest two kept."""

import os
import shutil
from pathlib import Path

import msgspec
import safetensors
import safetensors.torch
import torch
from torch import Tensor

from sumika.distil.language.adamw import AdamW, Optimiser
from sumika.distil.store import write_whole
from sumika.schema import UNREADABLE, SumikaError

KEPT = 2


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a training run stands. The data's order and every random draw follow from the seed and the step.

    Attributes:
        run: Hash of everything that decides the result; a checkpoint of another run is not taken up.
        step: Optimiser steps done.
        losses: Loss of each.
        tokens: Tokens of the sequences trained on so far.
        loss_tokens: Those that carried loss.
        seconds: Spent so far, what was lost in crashes left out.
        flops: Floating-point operations so far.
    """

    run: str
    step: int = 0
    losses: list[float] = msgspec.field(default_factory=list)
    tokens: int = 0
    loss_tokens: int = 0
    seconds: float = 0.0
    flops: float = 0.0


def save(folder: Path, progress: Progress, tensors: dict[str, Tensor]) -> None:
    """Write a checkpoint and drop all but the newest two.

    Raises:
        StoreError: if the disk is full; the former checkpoints stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"step-{progress.step:09d}"
    new = folder / f".new-{name}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    try:
        data = safetensors.torch.save({key: tensor.detach().contiguous() for key, tensor in tensors.items()})
        write_whole(new / "tensors.safetensors", data)
        write_whole(new / "progress.json", msgspec.json.encode(progress))
        shutil.rmtree(folder / name, ignore_errors=True)
        new.rename(folder / name)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    for old in sorted(folder.glob("step-*"))[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def newest(folder: Path, run: str, device: torch.device) -> tuple[Progress, dict[str, Tensor]] | None:
    """Return the newest checkpoint of a run that can be read; None if there is none."""
    for path in sorted(folder.glob("step-*"), reverse=True):
        try:
            progress = msgspec.json.decode((path / "progress.json").read_bytes(), type=Progress)
            if progress.run != run:
                continue
            return progress, safetensors.torch.load_file(path / "tensors.safetensors", device=str(device))
        except (OSError, *UNREADABLE, safetensors.SafetensorError):
            continue  # damaged: the one before it is as good, only older
    return None


def gather(model: torch.nn.Module, optimiser: Optimiser) -> dict[str, Tensor]:
    """Return what trains and the optimiser's state of it, by name."""
    tensors: dict[str, Tensor] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            tensors[f"weight/{name}"] = weight
            tensors |= {f"{kind}/{name}": value for kind, value in optimiser.state[weight].items()}
    return tensors


@torch.no_grad()
def restore(model: torch.nn.Module, optimiser: Optimiser, tensors: dict[str, Tensor]) -> None:
    """Put back what `gather` returned.

    Raises:
        SumikaError: if it is another model's.
    """
    for name, weight in model.named_parameters():
        if not weight.requires_grad:
            continue
        kept = tensors.get(f"weight/{name}")
        if kept is None or kept.shape != weight.shape:
            raise SumikaError(f"the checkpoint has no weight {name} of this model", remedy="Remove it and train anew.")
        weight.copy_(kept)
        state = {kind: value for key, value in tensors.items() for kind, _, of in [key.partition("/")] if of == name}
        del state["weight"]
        if "step" in state:
            on_device = isinstance(optimiser, AdamW)
            state["step"] = state["step"].to(weight.device if on_device else "cpu")
        optimiser.state[weight] = state
