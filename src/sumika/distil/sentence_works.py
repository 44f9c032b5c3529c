"""The stages of a student that reads sentences, each once over the store, however often a run is broken off."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from sumika.distil.ledger.ledger import Role
from sumika.distil.networks.reader import Outputs, Reader, ReaderShape, build_reader
from sumika.distil.records import Spent
from sumika.distil.sentence_coding import Coding, coding_of
from sumika.distil.sentence_data import LEARNT, Coded, Labelled, SentenceSource, Table, coded, takes_of
from sumika.distil.sentence_fit import Answers, SentenceFitSettings, answers_of, fit_reader
from sumika.distil.sentence_reading import Reading, log_softmax
from sumika.distil.sentence_recipe import SentenceRecipe
from sumika.distil.stages import Made, StageContext, StageResult, Stages
from sumika.distil.store import key_of
from sumika.schema import UsageError

SENTENCES = "6"
"""To be raised whenever sentences are kept or coded otherwise."""


class SentenceWorks:
    """A recipe's stages up to the trained students.

    Attributes:
        recipe: What is wanted.
        stages: Runs them.
        sources: Of sentences, by name.
    """

    def __init__(self, recipe: SentenceRecipe, stages: Stages, sources: Mapping[str, SentenceSource]) -> None:
        self.recipe, self.stages, self.sources = recipe, stages, sources

    @property
    def source(self) -> SentenceSource:
        """The recipe's.

        Raises:
            UsageError: if there is no such source.
        """
        found = self.sources.get(self.recipe.data.name)
        if found is None:
            known = ", ".join(self.sources) or "none"
            raise UsageError(f"no source of sentences '{self.recipe.data.name}'", remedy=f"There are: {known}.")
        return found

    # Sentences

    def _sentences(self, stage: str, role: Role, options: Mapping[str, Any]) -> StageResult:
        def work(context: StageContext) -> Made:
            texts = self.source.read(options)
            facts = {"table": msgspec.to_builtins(texts.table), "counts": texts.facts, "told": texts.told}
            return Made(outputs={"lines": context.store.put_records(texts.lines)}, facts=facts)

        return self.stages.run(stage, role, work, SENTENCES, self.source.fingerprint(), dict(options))

    @cached_property
    def sentences(self) -> StageResult:
        """Every sentence, labelled."""
        return self._sentences("sentences", Role.CHOOSING, self.recipe.data.options)

    def _lines(self, made: StageResult) -> list[Labelled]:
        return self.stages.store.get_records(made.outputs["lines"], Labelled)

    @cached_property
    def table(self) -> Table:
        """What they may ask for."""
        return msgspec.convert(self.sentences.facts["table"], Table)

    @cached_property
    def learnt(self) -> list[Labelled]:
        """Those that are learnt from."""
        return [line for line in self._lines(self.sentences) if line.part == LEARNT]

    @cached_property
    def scored(self) -> list[Labelled]:
        """Those that nobody learns from."""
        return [line for line in self._lines(self.sentences) if line.part != LEARNT]

    @cached_property
    def coding(self) -> Coding:
        """How they become codes."""
        return coding_of((line.text for line in self.learnt), self.recipe.coding)

    @cached_property
    def reading(self) -> Reading:
        """How a network's numbers become a reading; not yet how sure it is."""
        table = self.table
        return Reading(
            coding=self.coding,
            intents=table.intents,
            statistics=table.statistics,
            pieces=table.pieces,
            takes=takes_of(table),
            counts=table.counts,
        )

    @cached_property
    def outputs(self) -> Outputs:
        """How many a network has."""
        table = self.table
        return Outputs(intents=len(table.intents), statistics=len(table.statistics), marks=1 + 2 * len(table.pieces))

    @cached_property
    def lessons(self) -> Coded:
        """What is learnt from, as numbers."""
        return coded(self.learnt, self.table, self.coding)

    @cached_property
    def asked(self) -> Coded:
        """What is scored, as numbers."""
        return coded(self.scored, self.table, self.coding)

    # Networks

    def _seed(self, *parts: Any) -> int:
        return int(key_of(self.recipe.seed, *parts)[:8], 16)

    def _trained(
        self,
        stage: str,
        role: Role,
        shape: ReaderShape,
        settings: SentenceFitSettings,
        *,
        sentences: StageResult | None = None,
        taught: StageResult | None = None,
    ) -> StageResult:
        made = sentences or self.sentences
        # Equal starts for all students: what differs is what they learn from. Those that answer together start apart.
        seed = self._seed("student" if role is Role.COMPARISON else stage)

        def work(context: StageContext) -> Made:
            lessons = self.lessons
            if sentences is not None:
                lessons = coded(self.learnt_of(sentences), self.table, self.coding)
            network = build_reader(shape, self.coding.size, self.outputs, seed)
            teacher = None if taught is None else self._answers(taught, "learnt")
            report = fit_reader(
                network, lessons, settings, context.folder, context.progress, seed=seed, teacher=teacher
            )
            context.add(Spent(flops=report.flops))
            return Made(
                outputs={"weights": context.store.put_arrays(weights_of(network))}, facts=msgspec.to_builtins(report)
            )

        decided = (made.outputs, self.recipe.coding, shape, settings, seed, taught.outputs if taught else {})
        return self.stages.run(stage, role, work, *decided)

    def learnt_of(self, made: StageResult) -> list[Labelled]:
        """Return what is learnt from of other sentences than the recipe's: nothing that is scored is among it."""
        scored = {line.text for line in self.scored}
        return [line for line in self._lines(made) if line.part == LEARNT and line.text not in scored]

    @cached_property
    def members(self) -> tuple[StageResult, ...]:
        """The teacher's; none where there is no teacher."""
        teacher = self.recipe.teacher
        if teacher is None:
            return ()
        return tuple(
            self._trained(f"teacher {number + 1}", Role.TEACHER, teacher.network, teacher.train)
            for number in range(teacher.members)
        )

    @cached_property
    def taught(self) -> StageResult | None:
        """What the teacher says of every sentence: the mean of its members' logits; None without a teacher."""
        members, teacher = self.members, self.recipe.teacher
        if teacher is None:
            return None

        def work(context: StageContext) -> Made:
            outputs = {}
            for part, asked in (("learnt", self.lessons), ("scored", self.asked)):
                said = [answers_of(self.network(one, teacher.network), asked) for one in members]
                mean = {name: _mean([getattr(one, name) for one in said]) for name in Answers.__struct_fields__}
                outputs[part] = context.store.put_arrays(mean)
            return Made(outputs=outputs)

        decided = [one.outputs for one in members]
        return self.stages.run("teacher answers", Role.TEACHER, work, decided, self.recipe.coding)

    def _answers(self, taught: StageResult, part: str) -> Answers:
        return Answers(**self.stages.store.get_arrays(taught.outputs[part]))

    @cached_property
    def students(self) -> tuple[StageResult, ...]:
        """The networks that are kept, and answer together."""
        recipe = self.recipe
        # All sentences come first: wrong options of any of them are refused before anything learns.
        partners = self.partner_sentences
        _ = self.compared_sentences
        found = [self._trained("student", Role.STUDENT, recipe.student, recipe.train, taught=self.taught)]
        for number, made in enumerate(partners, 2):
            name = f"student {number}"
            one = self._trained(name, Role.STUDENT, recipe.student, recipe.train, sentences=made, taught=self.taught)
            found.append(one)
        return tuple(found)

    @cached_property
    def partner_sentences(self) -> tuple[StageResult | None, ...]:
        """What each further network of the student learns from; None: what the first does."""
        return tuple(
            self._other_sentences(str(number), Role.CHOOSING, options) if options else None
            for number, options in enumerate(self.recipe.partners, 2)
        )

    @cached_property
    def compared_sentences(self) -> dict[str, StageResult]:
        """What each student learns from that the student is compared with, by name."""
        compare = self.recipe.compare.items()
        return {name: self._other_sentences(name, Role.COMPARISON, options) for name, options in compare}

    def _other_sentences(self, name: str, role: Role, options: Mapping[str, Any]) -> StageResult:
        return self._sentences(f"sentences {name}", role, {**self.recipe.data.options, **options})

    @property
    def student(self) -> StageResult:
        """The first of them."""
        return self.students[0]

    @cached_property
    def plain(self) -> StageResult:
        """The same student without a teacher: the very same one where there is none."""
        recipe = self.recipe
        if recipe.teacher is None:
            return self.student
        return self._trained("student without teacher", Role.COMPARISON, recipe.student, recipe.train)

    @cached_property
    def others(self) -> dict[str, StageResult]:
        """By name, the same student without a teacher, from other sentences."""
        recipe = self.recipe
        return {
            name: self._trained(f"student {name}", Role.COMPARISON, recipe.student, recipe.train, sentences=made)
            for name, made in self.compared_sentences.items()
        }

    def network(self, made: StageResult, shape: ReaderShape) -> Reader:
        """Return a trained network."""
        network = build_reader(shape, self.coding.size, self.outputs, 0)
        arrays = self.stages.store.get_arrays(made.outputs["weights"])
        network.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
        network.eval()
        return network

    def weights(self, made: StageResult) -> dict[str, NDArray[np.float32]]:
        """Return a trained network's weights by name."""
        return self.stages.store.get_arrays(made.outputs["weights"])


def together(answers: Sequence[Answers]) -> Answers:
    """Return what several networks hold likely together: the mean of their logarithms of probabilities."""
    if len(answers) == 1:
        return answers[0]
    mean = {
        name: np.mean([log_softmax(getattr(one, name)) for one in answers], axis=0).astype(np.float32)
        for name in Answers.__struct_fields__
    }
    return Answers(**mean)


def _mean(answers: list[NDArray[np.float32]]) -> NDArray[np.float16]:
    return np.asarray(np.mean(np.stack(answers), axis=0), np.float16)


def weights_of(network: Reader) -> dict[str, NDArray[np.float32]]:
    """Return weights by name, copied."""
    return {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}
