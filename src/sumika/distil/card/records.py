"""What a model card says, as data."""

import msgspec

from sumika.distil.compare import Interval
from sumika.distil.ledger.ledger import Summary
from sumika.distil.ledger.quote import PredictedActual


class Licensed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Data or a base model that went in.

    Attributes:
        name: Of the data set or model.
        licence: SPDX identifier; "" where it is not known, and then the card says so.
        source: Where it comes from.
        examples: How many were used; 0 for a model.
        sha256: Of the content.
    """

    name: str
    licence: str = ""
    source: str = ""
    examples: int = 0
    sha256: str = ""


class Teacher(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One teacher in the lineage.

    Attributes:
        name: Of the teacher.
        version: What exactly answered.
        dates: First and last day of its traces.
        traces: How many were used.
        terms: Identifier of the terms.
        clause: What they say about this use, quoted.
    """

    name: str
    version: str
    dates: tuple[str, str] = ("", "")
    traces: int = 0
    terms: str = ""
    clause: str = ""


class Evaluation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One evaluation set.

    Attributes:
        name: Of the set.
        examples: How many.
        scores: By who was scored ("student", "teacher", "without distillation", "random 1 000"), 0..1.
        note: How it was graded, how many samples.
    """

    name: str
    examples: int
    scores: dict[str, Interval]
    note: str = ""


class Export(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One exported form.

    Attributes:
        format: "onnx int8", "gguf", "safetensors", "c".
        size_bytes: On disk.
        memory_bytes: Needed at run time; 0 where it was not measured.
        latency_s: Median of one answer; 0 where it was not measured.
        latency_on: Which processor.
        loss_points: Score lost against the student itself, points.
    """

    format: str
    size_bytes: int
    memory_bytes: int = 0
    latency_s: float = 0.0
    latency_on: str = ""
    loss_points: float | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole model card.

    Attributes:
        name: Of the model.
        summary: What it is, in a sentence or two.
        summary_ja: The same in Japanese.
        purposes: What it is for.
        not_for: What it is not for.
        parameters: Of the student.
        flops_per_answer: Operations for one answer; 0 where not counted.
        licence: Of the student, SPDX.
        data: What it was trained on.
        base: Models it started from; empty for one built from scratch.
        teachers: The lineage.
        evaluations: With baselines.
        exports: Sizes and latency.
        bill: From the ledger.
        predicted: Beside actual.
        command: Reproduces it.
        seed: Of the run.
        commit: Of the code.
        recipe_sha256: Of the recipe.
        files: SHA-256 by path of the model folder (the card itself is not among them).
        limits: What is known to be weak.
    """

    name: str
    summary: str
    summary_ja: str = ""
    purposes: tuple[str, ...]
    not_for: tuple[str, ...]
    parameters: int
    flops_per_answer: float = 0.0
    licence: str = ""
    data: tuple[Licensed, ...]
    base: tuple[Licensed, ...] = ()
    teachers: tuple[Teacher, ...]
    evaluations: tuple[Evaluation, ...]
    exports: tuple[Export, ...] = ()
    bill: Summary
    predicted: tuple[PredictedActual, ...] = ()
    command: str
    seed: int = 0
    commit: str = ""
    recipe_sha256: str = ""
    files: dict[str, str] = {}
    limits: tuple[str, ...] = ()
