"""A teacher's likeliest next pieces for every token that carries loss, stored once and used by every student."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample
from sumika.distil.language.packing import check_lengths, cut, pack
from sumika.distil.store import Store


@dataclass(frozen=True)
class TopK:
    """Stored distributions.

    Attributes:
        offsets: (sample + 1,) int64 where each sample's loss tokens start.
        ids: (loss token, k) int32 pieces.
        log_probabilities: (loss token, k) float32.
    """

    offsets: NDArray[Any]
    ids: NDArray[Any]
    log_probabilities: NDArray[Any]

    def rows(self, samples: Sequence[int], device: torch.device) -> tuple[Tensor, Tensor]:
        """Return ids and log-probabilities of the loss tokens of some samples, in order."""
        spans = [np.arange(self.offsets[sample], self.offsets[sample + 1]) for sample in samples]
        where = np.concatenate(spans)
        ids = torch.from_numpy(self.ids[where].astype(np.int64))
        return ids.to(device), torch.from_numpy(self.log_probabilities[where]).to(device)


@torch.no_grad()
def store_top_k(
    teacher: Decoder,
    samples: Sequence[Sample],
    store: Store,
    *,
    k: int = 16,
    temperature: float = 1.0,
    batch_tokens: int = 8192,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> str:
    """Compute and store the teacher's k likeliest pieces at each loss token; return the object's digest.

    Raises:
        SumikaError: if the samples do not fit the teacher.
    """
    check_lengths(samples, teacher.shape.context, teacher.shape.vocabulary)
    k = min(k, teacher.shape.vocabulary)
    counts = [sample.loss_tokens for sample in samples]
    offsets = np.cumsum([0, *counts])
    ids = np.empty((offsets[-1], k), np.int32)
    values = np.empty((offsets[-1], k), np.float32)
    for rows in cut(range(len(samples)), [len(sample.token_ids) for sample in samples], batch_tokens):
        batch = pack(samples, rows)
        wanted = torch.from_numpy(batch.loss_at).to(teacher.device)
        token_ids = torch.from_numpy(batch.token_ids).to(teacher.device)
        hidden = teacher.hidden_packed(token_ids, batch.lengths, wanted=wanted)
        found = (teacher.logits(hidden).float() / temperature).log_softmax(1).topk(k)
        span = slice(offsets[rows[0]], offsets[rows[-1] + 1])
        ids[span], values[span] = found.indices.cpu().numpy(), found.values.cpu().numpy()
        progress(rows[-1] + 1, len(samples))
    return store.put_arrays({"offsets": offsets, "ids": ids, "log_probabilities": values})


def load_top_k(store: Store, digest: str) -> TopK:
    """Return what `store_top_k` stored."""
    return TopK(**store.get_arrays(digest))
