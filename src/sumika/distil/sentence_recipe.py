"""A recipe for a student that reads sentences: everything that decides it, as one YAML file says it."""

from typing import Any, Literal

import msgspec

from sumika.distil.array_recipe import SourceData
from sumika.distil.networks.reader import ReaderShape
from sumika.distil.sentence_coding import CodingSettings
from sumika.distil.sentence_fit import SentenceFitSettings


class ReaderTeacher(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="readers", tag_field="from"
):
    """An ensemble of larger readers.

    Attributes:
        network: What each is.
        members: How many, from different starts.
        train: How each is trained.
    """

    network: ReaderShape
    members: int = 2
    train: SentenceFitSettings = SentenceFitSettings()

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.members < 1:
            raise ValueError("`members` is at least 1")


class SentenceRecipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole recipe for a student that reads sentences.

    Attributes:
        name: Of the student.
        about: What it is for, one sentence.
        purpose: What will be done with it; the data's licence must allow it.
        seed: Of everything.
        data: A source of sentences.
        coding: How they become codes.
        teacher: Who answers; None where the sentences' own labels teach, which are right by the way they are made.
        student: The network.
        partners: Of each further network that answers together with it as the student: other options for the data,
            {} for the same sentences. Each has a start of its own; the mean of what they hold likely is right more
            often than any of them (Lakshminarayanan et al. 2017, arXiv:1612.01474), and more so from other sentences.
        train: How it is trained; without a teacher too.
        compare: By name, other options for the data: the same student learns from those, without a teacher, and is
            scored on the same sentences as all others. Without a `teacher` the first of them is what the student is
            measured against.
        export: Formats.
        caveats: What whoever uses the student must know of its data; they go onto the card.
    """

    name: str
    about: str = ""
    purpose: Literal["own-use", "research", "commercial", "publish-model", "compete"] = "own-use"
    seed: int = 0
    data: SourceData
    coding: CodingSettings = CodingSettings()
    teacher: ReaderTeacher | None = None
    student: ReaderShape = ReaderShape()
    partners: tuple[dict[str, Any], ...] = ()
    train: SentenceFitSettings = SentenceFitSettings()
    compare: dict[str, dict[str, Any]] = {}
    export: tuple[Literal["onnx", "onnx-int8"], ...] = ("onnx", "onnx-int8")
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.teacher is not None and any(self.partners):
            raise ValueError("with a `teacher`, `partners` are {}: it has answered the student's sentences alone")
        if self.teacher is None and not self.compare:
            raise ValueError("without a `teacher` there must be something in `compare` that the student is measured by")
