"""From trained readers to what is known of them: exports, scores of everybody on sentences nobody has learnt from."""

import tempfile
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.calibration import Calibration, calibration_error, fit_calibration, plain_probabilities
from sumika.distil.compare import Interval
from sumika.distil.export.reader_onnx import export_reader
from sumika.distil.ledger.ledger import Role
from sumika.distil.networks.tallies import interval_of, tally_mean
from sumika.distil.sentence_coding import Coder
from sumika.distil.sentence_data import Coded, Labelled
from sumika.distil.sentence_fit import answers_of
from sumika.distil.sentence_reading import Read, read, said_of
from sumika.distil.sentence_scores import (
    SentenceScore,
    Sureness,
    is_allowed,
    mean_of,
    readings_of,
    rights,
    scores_of,
    sureness_of,
)
from sumika.distil.sentence_works import SentenceWorks, together
from sumika.distil.stages import Made, StageContext, StageResult

TEACHER, STUDENT, INT8, PLAIN = "teacher", "student", "student in 8 bits", "student without teacher"
ALONE = "one of the student's networks"
"""The first, where there are several; the others are measured against it."""
NAMES = {"onnx": "student.onnx", "onnx-int8": "student.int8.onnx"}
TIMED = 300
EVALUATED = "6"
"""To be raised whenever students are scored otherwise."""


class SentenceOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has shown.

    Attributes:
        sets: Scores of everybody, by set and domain.
        overall: The share of readings that are wholly right over all sets, by whom.
        kept: Share of the teacher's score that the student keeps.
        gained: By how much the student, or the first of its networks, is better than without what teaches it.
        gained_in: The same, by set.
        over_others: By how much the plain student is better than those that learnt from other sentences; by name, set.
        int8_lost: What 8 bits cost.
        valid: Share of the readings in 8 bits that the table allows.
        sure: How far probabilities may be trusted.
        calibration: Of the intents.
        errors: Expected calibration error of intents before and after.
        log_loss: Of the intents, calibrated.
    """

    sets: tuple[SentenceScore, ...]
    overall: dict[str, Interval]
    kept: Interval
    gained: Interval
    gained_in: dict[str, Interval]
    over_others: dict[str, dict[str, Interval]]
    int8_lost: Interval
    valid: float
    sure: Sureness
    calibration: Calibration
    errors: tuple[float, float]
    log_loss: Interval


class OnnxReader:
    """A reader in ONNX Runtime on one thread, asked one sentence at a time as the house asks it."""

    def __init__(self, content: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def __call__(self, codes: NDArray[np.int32]) -> list[NDArray[np.float32]]:
        """Return intents, hidden, statistics and marks of one sentence's codes (place, channel)."""
        found: list[NDArray[np.float32]] = self._session.run(None, {"x": codes[None].astype(np.float32)})
        return [one[0] for one in found]


class SentenceRun(SentenceWorks):
    """A recipe's stages with exports and scores."""

    @cached_property
    def exported(self) -> StageResult:
        """The student in every format that the recipe names."""

        def work(context: StageContext) -> Made:
            weights, outputs = [self.weights(one) for one in self.students], dict[str, str]()
            with tempfile.TemporaryDirectory(prefix="sumika-export-") as name:
                for form in self.recipe.export:
                    path = Path(name) / NAMES[form]
                    export_reader(weights, self.recipe.student, self.outputs, path, int8=form == "onnx-int8")
                    outputs[NAMES[form]] = context.store.put(path.read_bytes())
            return Made(outputs=outputs)

        decided = [one.outputs for one in self.students]
        return self.stages.run("export", Role.STUDENT, work, decided, self.recipe.export, "3")

    @property
    def int8(self) -> bytes:
        """The file in 8 bits."""
        return self.stages.store.get(self.exported.outputs[NAMES["onnx-int8"]])

    @property
    def untaught(self) -> str:
        """Whom the student is measured against: itself without a teacher, or without what its labels come with."""
        return next(iter(self.recipe.compare)) if self.recipe.teacher is None else PLAIN

    @cached_property
    def evaluated(self) -> StageResult:
        """Everybody's readings of the sentences that nobody has learnt from."""
        taught = {} if self.taught is None else self.taught.outputs
        decided = [taught, self.plain.outputs, self.exported.outputs, *(one.outputs for one in self.students)]
        decided += [one.outputs for one in self.others.values()]

        def work(context: StageContext) -> Made:
            right, facts = self._everybody(context)
            kept = {name.replace(" ", "_"): flags for name, flags in right.items()}
            outcome = self._outcome(right, facts)
            return Made(
                outputs={"right": context.store.put_arrays(kept)}, facts={"outcome": msgspec.to_builtins(outcome)}
            )

        return self.stages.run("evaluate", Role.EVALUATION, work, decided, EVALUATED)

    @cached_property
    def outcome(self) -> SentenceOutcome:
        """What the run has shown."""
        return msgspec.convert(self.evaluated.facts["outcome"], SentenceOutcome)

    def _everybody(self, context: StageContext) -> tuple[dict[str, NDArray[np.bool_]], "_Int8Said"]:
        lines, reading, asked = self.scored, self.reading, self.asked
        shape = self.recipe.student
        answers = {} if self.taught is None else {TEACHER: self._answers(self.taught, "scored")}
        ours = [answers_of(self.network(one, shape), asked) for one in self.students]
        answers |= {STUDENT: together(ours)} | ({ALONE: ours[0]} if len(ours) > 1 else {})
        for name, made in (({} if self.taught is None else {PLAIN: self.plain}) | self.others).items():
            answers[name] = answers_of(self.network(made, shape), asked)
        total = len(answers) + 1
        # Labels are right by the way that sentences are made: who learns from them alone has a teacher that never errs.
        right = {} if self.taught is not None else {TEACHER: np.ones(len(lines), bool)}
        for number, (name, said) in enumerate(answers.items()):
            right[name] = rights(lines, readings_of(lines, asked, said, reading), reading)
            context.progress(number + 1, total)
        small = _asked_one_by_one(OnnxReader(self.int8), lines, asked, self)
        right[INT8] = rights(lines, small.readings, reading)
        context.progress(total, total)
        return right, small

    def _outcome(self, right: Mapping[str, NDArray[np.bool_]], small: "_Int8Said") -> SentenceOutcome:
        lines, reading = self.scored, self.reading
        groups = np.array([line.group for line in lines])
        parts = np.array([line.part for line in lines])
        value = {name: flags.astype(np.float64) for name, flags in right.items()}
        truth = self.asked.intent
        calibration = fit_calibration(small.intents, truth, groups)
        said = calibration.log_probabilities(small.intents)
        ratio = _ratio(value[STUDENT], value[TEACHER], groups)
        # What teaches a student is measured on one network each, and not on several against one.
        alone, untaught = value.get(ALONE, value[STUDENT]), value[self.untaught]
        plain = value.get(PLAIN, alone)
        over = {
            name: {
                part: mean_of(plain[parts == part] - value[name][parts == part], groups[parts == part])
                for part in dict.fromkeys(parts.tolist())
            }
            for name in self.others
        }
        return SentenceOutcome(
            sets=tuple(scores_of(lines, dict(right))),
            overall={name: mean_of(flags, groups) for name, flags in value.items()},
            kept=ratio,
            gained=mean_of(alone - untaught, groups),
            gained_in={
                part: mean_of(alone[parts == part] - untaught[parts == part], groups[parts == part])
                for part in dict.fromkeys(parts.tolist())
            },
            over_others=over,
            int8_lost=mean_of(value[STUDENT] - value[INT8], groups),
            valid=float(np.mean([is_allowed(one, reading) for one in small.readings])),
            sure=sureness_of(lines, small.readings, right[INT8]),
            calibration=calibration,
            errors=(
                calibration_error(plain_probabilities(small.intents), truth),
                calibration_error(np.exp(said), truth),
            ),
            log_loss=mean_of(-said[np.arange(len(truth)), truth], groups),
        )

    @cached_property
    def latency_s(self) -> float:
        """Median time of a sentence on one core: from its letters to its reading."""

        def work(context: StageContext) -> Made:
            some = self.scored[:: max(1, len(self.scored) // TIMED)]
            return Made(facts={"latency_s": _timed(OnnxReader(self.int8), some, self)})

        result = self.stages.run("time answers", Role.EVALUATION, work, self.exported.outputs, TIMED)
        return float(result.facts["latency_s"])


class _Int8Said(msgspec.Struct, frozen=True, kw_only=True):
    intents: NDArray[np.float32]
    hidden: NDArray[np.float32]
    readings: list[Read]


def _asked_one_by_one(reader: OnnxReader, lines: list[Labelled], asked: Coded, works: SentenceWorks) -> _Int8Said:
    intents, hidden, readings = [], [], []
    for row, line in enumerate(lines):
        codes = asked.codes[asked.starts[row] : asked.starts[row + 1]]
        logits, inner, statistics, marks = reader(codes)
        intents.append(logits)
        hidden.append(inner)
        readings.append(read(line.text, said_of(logits, statistics, marks), works.reading))
    return _Int8Said(intents=np.stack(intents), hidden=np.stack(hidden), readings=readings)


def _timed(reader: OnnxReader, lines: list[Labelled], works: SentenceWorks) -> float:
    found, coder = [], Coder(works.coding)
    for line in lines:
        begun_s = time.perf_counter()
        logits, _, statistics, marks = reader(coder.codes_of(line.text))
        read(line.text, said_of(logits, statistics, marks), works.reading)
        found.append(time.perf_counter() - begun_s)
    return float(np.median(found))


def _ratio(value: NDArray[np.float64], over: NDArray[np.float64], groups: NDArray[np.str_]) -> Interval:
    """Return a ratio of means with its interval by drawing whole groups."""
    first, second = tally_mean(value, groups), tally_mean(over, groups)

    def ratio(draws: Any) -> Any:
        return first(draws) / np.maximum(second(draws), 1e-9)

    return interval_of(ratio, len(np.unique(groups)))
