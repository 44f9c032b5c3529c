"""A tiny student as a task: what a cluster is tried with. It keeps a checkpoint after every step."""

import io
import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from sumika.distil.cluster import task
from sumika.distil.store import Store, write_whole

FEATURES, HIDDEN, CLASSES, BATCH = 16, 32, 4, 64
CHECKPOINT = "checkpoint.npz"
WORKER = "worker.json"


class Worker(msgspec.Struct, frozen=True):
    """Who works on the task, and how far it is.

    Attributes:
        process_id: Of the worker.
        first_step: Where it went on.
        step: Steps done.
    """

    process_id: int
    first_step: int
    step: int


@task
def train_student(store: Store, work: Path, *, seed: int, steps: int) -> str:
    """Train a small network on seeded data and return the digest of its weights.

    Args:
        store: Takes the weights.
        work: Keeps the checkpoint.
        seed: Of weights and data.
        steps: Of stochastic gradient descent.
    """
    torch.set_num_threads(1)  # sums are added in one order, on every machine
    network = torch.nn.Sequential(torch.nn.Linear(FEATURES, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, CLASSES))
    first_step = _load(work / CHECKPOINT, network, seed)
    teacher = torch.from_numpy(np.random.default_rng(seed).normal(size=(FEATURES, CLASSES)).astype(np.float32))
    for step in range(first_step, steps):
        x = torch.from_numpy(np.random.default_rng((seed, step)).normal(size=(BATCH, FEATURES)).astype(np.float32))
        loss = torch.nn.functional.cross_entropy(network(x), (x @ teacher).argmax(dim=1))
        network.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        with torch.no_grad():
            for weight in network.parameters():
                if weight.grad is not None:
                    weight.sub_(weight.grad, alpha=0.1)
        write_whole(work / CHECKPOINT, _packed(network, step + 1))
        write_whole(work / WORKER, msgspec.json.encode(Worker(os.getpid(), first_step, step + 1)))
    return store.put_arrays(_weights(network))


def _weights(network: torch.nn.Module) -> dict[str, NDArray[Any]]:
    return {name: weight.detach().numpy() for name, weight in network.named_parameters()}


def _packed(network: torch.nn.Module, step: int) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, step=np.int64(step), **_weights(network))
    return buffer.getvalue()


def _load(path: Path, network: torch.nn.Module, seed: int) -> int:
    """Set the weights from the checkpoint, or from the seed; return the steps that were done."""
    kept: dict[str, NDArray[Any]] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as loaded:
            kept = dict(loaded)
    random = np.random.default_rng((seed, 1 << 32))
    with torch.no_grad():
        for name, weight in network.named_parameters():
            fresh = (0.2 * random.normal(size=tuple(weight.shape))).astype(np.float32)
            weight.copy_(torch.from_numpy(kept.get(name, fresh)))
    return int(kept["step"]) if kept else 0
