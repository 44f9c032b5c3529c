"""On-policy distillation: the student writes, the teacher judges every token of it (arXiv:2306.13649)."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample
from sumika.distil.language.objectives import reverse_kl
from sumika.distil.language.packing import PackedBatch, cut, pack
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.training import TrainReport, run
from sumika.distil.store import key_of
from sumika.schema import SumikaError

Generate = Callable[[Decoder, list[list[int]], int], list[list[int]]]
"""(student, questions, seed) -> what it writes after each, at least one token; equal seeds give equal texts."""


class _OnPolicySource:
    def __init__(
        self,
        student: Decoder,
        teacher: Decoder,
        questions: Sequence[list[int]],
        generate: Generate,
        settings: LanguageTrainSettings,
        per_step: int,
        seed: int,
    ) -> None:
        self.student, self.teacher, self.questions, self.generate = student, teacher, questions, generate
        self.settings, self.per_step, self.seed = settings, per_step, seed

    @property
    def steps(self) -> int:
        whole = max(1, len(self.questions) * self.settings.epochs // self.per_step)
        return min(whole, self.settings.most_steps or whole)

    def batches(self, step: int) -> list[PackedBatch]:
        random = np.random.default_rng((self.seed, step))
        chosen = random.choice(len(self.questions), min(self.per_step, len(self.questions)), replace=False)
        asked = [self.questions[row] for row in chosen]
        self.student.eval()
        with torch.no_grad():
            written = self.generate(self.student, asked, int(random.integers(1 << 31)))
        self.student.train()
        samples = [
            Sample(token_ids=[*question, *text], loss_from=len(question))
            for question, text in zip(asked, written, strict=True)
            if text
        ]
        if not samples:
            raise SumikaError("the student writes nothing", where="train", remedy="Train it on traces first.")
        lengths = [len(sample.token_ids) for sample in samples]
        budget = self.settings.micro_tokens or self.settings.batch_tokens
        return [pack(samples, rows) for rows in cut(range(len(samples)), lengths, budget)]

    def loss(self, batch: PackedBatch, hidden: Tensor, decoder: Decoder, scale: float) -> Tensor:
        device = self.teacher.device
        with torch.no_grad():
            wanted = torch.from_numpy(batch.loss_at).to(device)
            read = torch.from_numpy(batch.token_ids).to(device)
            judged = self.teacher.logits(self.teacher.hidden_packed(read, batch.lengths, wanted=wanted))
        return reverse_kl(decoder.logits(hidden), judged.to(hidden.device)) * scale


def train_on_policy(
    student: Decoder,
    teacher: Decoder,
    questions: Sequence[list[int]],
    generate: Generate,
    settings: LanguageTrainSettings,
    work_folder: Path | None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    per_step: int = 32,
    seed: int = 0,
) -> TrainReport:
    """Train a student on its own texts towards a teacher of the same tokenizer.

    Args:
        student: Changed in place.
        teacher: Of the same vocabulary.
        questions: Token numbers of each question, up to the start of thinking.
        generate: How the student writes.
        settings: Of the training; `epochs` counts passes over the questions.
        work_folder: Where checkpoints go; None for none.
        progress: Told steps done and steps in all.
        per_step: Questions in a step.
        seed: Of everything drawn.

    Raises:
        SumikaError: if the vocabularies differ, or the student writes nothing.
    """
    if student.shape.vocabulary != teacher.shape.vocabulary:
        raise SumikaError(
            f"the student has {student.shape.vocabulary} pieces, the teacher {teacher.shape.vocabulary}",
            where="train",
            remedy="On-policy distillation needs a teacher and a student of one tokenizer.",
        )
    source = _OnPolicySource(student, teacher, questions, generate, settings, per_step, seed)
    data = key_of("on policy", msgspec.to_builtins(list(questions)), per_step)
    return run(student, source, settings, work_folder, progress, seed=seed, data=data)
