"""A model in a Hugging Face folder as a teacher: read here, asked here, paid in time alone."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from sumika.distil.language.dialogue import read_ask
from sumika.distil.language.folder import read_folder, weight_files
from sumika.distil.language.generate import LanguageStudent, Request, Sampling
from sumika.distil.language.tokenizer import CharacterTokenizer, FolderTokenizer, Tokenizer
from sumika.distil.records import Example, Trace, Usage
from sumika.distil.teachers.base import Faults, Progress, TeachReport, finish_of, report_of, today, unwatched
from sumika.distil.teachers.journal import Journal, key_of


class LocalSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which model is asked, and how.

    Attributes:
        folder: A Hugging Face folder of the Llama, Qwen2 or Qwen2.5 family, or one that Sumika has exported.
        terms: Identifier of the terms of its answers: the model's licence.
        name: For people and for the lineage; "" takes the folder's.
        max_tokens: Most tokens of an answer, reasoning included.
        temperature: 0 takes the most probable token.
        top_p: Only among the fewest tokens whose probability reaches this.
        samples: Answers to each example.
        batch: Sequences at work at once.
        written_every: Answers that are journalled together: at most so many are lost to a kill, and computed again.
        device: Where it runs.
    """

    folder: str
    terms: str
    name: str = ""
    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 1.0
    samples: int = 1
    batch: int = 64
    written_every: int = 256
    device: str = "cpu"


class _Asked(msgspec.Struct, frozen=True):
    example: Example
    try_index: int
    token_ids: list[int]


class LocalTeacher:
    """A model on this machine.

    Attributes:
        settings: Which.
        name: For people and for the lineage.
        terms: Identifier of the terms.
        report: On the last call of `answer`.
    """

    def __init__(self, settings: LocalSettings) -> None:
        self.settings = settings
        self.folder = Path(settings.folder)
        self.name = settings.name or self.folder.resolve().name
        self.terms = settings.terms
        self.report = TeachReport(teacher=self.name)

    @cached_property
    def version(self) -> str:
        """The hash of the weights, 16 hexadecimal digits.

        Raises:
            SumikaError: if there are none.
        """
        digest = hashlib.sha256()
        for path in weight_files(self.folder):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]

    @cached_property
    def student(self) -> LanguageStudent:
        """The model with its tokenizer.

        Raises:
            SumikaError: if the folder cannot be read.
        """
        decoder = read_folder(self.folder, device=self.settings.device)
        decoder.eval()
        return LanguageStudent(decoder, self._tokenizer(), batch=self.settings.batch, ask=read_ask(self.folder))

    def _tokenizer(self) -> Tokenizer:
        alphabet = self.folder / "alphabet.json"
        return CharacterTokenizer.load(alphabet) if alphabet.exists() else FolderTokenizer(self.folder)

    def answer(self, examples: Sequence[Example], journal: Journal, progress: Progress = unwatched) -> list[Trace]:
        """Return the traces of the examples, in their order; as `Teacher.answer`.

        Raises:
            SumikaError: if the folder cannot be read.
        """
        wanted = [(example, index) for example in examples for index in range(self.settings.samples)]
        keys = [self._key(example, index) for example, index in wanted]
        waiting = {key: one for key, one in zip(keys, wanted, strict=True) if journal.get(key) is None}
        reused = sum(journal.get(key) is not None for key in keys)
        faults = Faults()
        ordered, size = self._that_fit(waiting, faults), self.settings.written_every
        done = len(keys) - len(ordered)
        progress(done, len(keys))
        for first in range(0, len(ordered), size):
            part = ordered[first : first + size]
            journal.put_all(self._answers(part))
            progress(done + first + len(part), len(keys))
        traces = [
            msgspec.structs.replace(trace, example_id=example.id)
            for key, (example, _) in zip(keys, wanted, strict=True)
            if (trace := journal.get(key)) is not None
        ]
        counts = {"reused": reused, "requests": len(ordered)}
        self.report = report_of(self.name, self.version, len(keys), traces, faults, journal, **counts)
        return traces

    def _that_fit(self, waiting: Mapping[str, tuple[Example, int]], faults: Faults) -> list[tuple[str, "_Asked"]]:
        """Return what can be asked; a prompt that is empty or fills the context is counted instead."""
        found = []
        for key, (example, index) in waiting.items():
            ids = self.student.question(example.prompt)
            if 0 < len(ids) < self.student.generator.decoder.shape.context:
                found.append((key, _Asked(example, index, ids)))
            else:
                faults.add("prompt does not fit", example.id)
        return found

    def _key(self, example: Example, index: int) -> str:
        names = ("max_tokens", "temperature", "top_p")
        deciding = {name: getattr(self.settings, name) for name in names} | {"version": self.version}
        return key_of(self.name, deciding, example.prompt, index)

    def _answers(self, part: Sequence[tuple[str, "_Asked"]]) -> list[tuple[str, Trace]]:
        settings, student = self.settings, self.student
        sampling = Sampling(max_tokens=settings.max_tokens, temperature=settings.temperature, top_p=settings.top_p)
        # The seed comes from the question and not from its place: a run that goes on draws what an unbroken one does.
        requests = [Request(token_ids=asked.token_ids, seed=int(key[:8], 16)) for key, asked in part]
        told = [student.read(completion) for completion in student.generator.run(requests, sampling)]
        return [
            (
                key,
                Trace(
                    example_id=asked.example.id,
                    reasoning=one.reasoning,
                    answer=one.answer,
                    teacher=self.name,
                    version=self.version,
                    date=today(),
                    terms=self.terms,
                    try_index=asked.try_index,
                    finish=finish_of(one.finish, one.answer),
                    usage=Usage(
                        prompt_tokens=len(asked.token_ids),
                        reasoning_tokens=one.thinking_tokens,
                        answer_tokens=one.tokens - one.thinking_tokens,
                    ),
                ),
            )
            for (key, asked), one in zip(part, told, strict=True)
        ]
