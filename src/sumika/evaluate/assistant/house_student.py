"""The student that reads sentences, as it ships: its scores and its bill, the held-out phrasings, how long it takes.

What it reads rightly of its own grammar's sentences (ways of speaking that it has learnt, names that it has not) was
scored when it was trained, and stands in its folder. The phrasings that nobody who wrote its grammar has seen are read
here, by the student alone: without the sentences that are tried before it in a house, and without asking back.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np

from sumika.assistant.calls import CallError, checked
from sumika.assistant.student import SentenceStudent
from sumika.assistant.talk_open import open_student
from sumika.assistant.understanding_networks import Understood
from sumika.distil.about import About
from sumika.evaluate.assistant.never_taught import never_taught
from sumika.evaluate.assistant.phrasings import Phrasing, held_phrasings
from sumika.evaluate.assistant.reached import reached_in
from sumika.evaluate.assistant.sampled_english import sampled_phrasings
from sumika.evaluate.assistant.score_sentences import SentenceScore, score_sentences
from sumika.evaluate.figure import Evidence, Figure
from sumika.training.house_language.made import IN_DISTRIBUTION, NEW_NAMES

Detail = dict[str, float | str]
TIMED = 200
PARTS = {"tiny_in": IN_DISTRIBUTION, "tiny_new_devices": NEW_NAMES}
"""Figure → evaluation set of its recipe."""


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures; all are quick.

    Args:
        full: Of no matter.
    """
    student = open_student()
    if student is None:
        return {}
    spoken = {
        "ja": never_taught(held_phrasings("ja"), "ja"),
        "en, Home Assistant's templates": sampled_phrasings(),
        "en, by hand": never_taught(held_phrasings("en"), "en"),
    }
    return _paid(student.student.about) | _learnt(student.student.about) | _held(student, spoken)


def _paid(about: About) -> dict[str, Figure]:
    paid, shown = about.paid, about.shown
    bill: Detail = {"all in, core-minutes": paid.all_in_core_minutes, "all in, EUR": paid.all_in_eur}
    size: Detail = {"parameters": float(about.model.parameters), "teacher's": float(shown.teacher_parameters)}
    lost: Detail = {"low": 100 * shown.int8_lost.low, "high": 100 * shown.int8_lost.high}
    measured = Evidence.MEASURED
    return {
        "tiny_core_minutes": Figure(value=paid.student_core_minutes, unit="min", evidence=measured, detail=bill),
        "tiny_eur": Figure(value=paid.student_eur, unit="EUR", evidence=measured, detail=bill),
        "tiny_kb": Figure(value=about.model.size_bytes / 1000, unit="kB", evidence=measured, detail=size),
        "tiny_int8_loss": Figure(
            value=100 * shown.int8_lost.value, unit="points", evidence=Evidence.SIMULATION, detail=lost
        ),
    }


def _learnt(about: About) -> dict[str, Figure]:
    """Return what stands in its folder: the worse language of each set, with all sets beside it."""
    shown = about.shown
    teacher = "teacher" if shown.teacher_parameters else "paraphraser"
    detail: Detail = {name: f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for name, one in shown.disturbed.items()}
    detail |= {
        "teacher": shown.teacher.value,
        "student": shown.student.value,
        f"student without {teacher}": shown.plain.value,
        f"gained by its {teacher}, points": f"{100 * shown.gained.value:+.1f} "
        f"[{100 * shown.gained.low:+.1f}, {100 * shown.gained.high:+.1f}]",
    }
    return {
        key: Figure(
            value=min(one.value for name, one in shown.disturbed.items() if name.startswith(part)),
            unit="share",
            evidence=Evidence.SIMULATION,
            detail=detail,
        )
        for key, part in PARTS.items()
        if any(name.startswith(part) for name in shown.disturbed)
    }


def _held(student: SentenceStudent, spoken: dict[str, tuple[Phrasing, ...]]) -> dict[str, Figure]:
    scores = {name: scored(student, name[:2], said) for name, said in spoken.items()}
    detail: Detail = {}
    for name, score in scores.items():
        detail[name] = f"{score.right.value:.3f} [{score.right.low:.3f}, {score.right.high:.3f}]"
        detail[f"{name}, something else carried out"] = score.wrong_actions.value
    texts = [one.text for said in spoken.values() for one in said]
    return {
        "tiny_new_phrasings": Figure(
            value=min(score.right.value for score in scores.values()),
            unit="share",
            evidence=Evidence.SIMULATION,
            detail=detail,
        ),
        "tiny_valid": Figure(
            value=float(np.mean([is_valid(student.read, text) for text in texts])),
            unit="share",
            evidence=Evidence.SIMULATION,
            detail={"sentences": float(len(texts))},
        ),
        "tiny_ms": _timed(student, texts),
    }


def scored(student: SentenceStudent, language: str, said: Sequence[Phrasing]) -> SentenceScore:
    """Return the score of the student alone.

    Args:
        student: Who reads.
        language: Of what is said.
        said: The phrasings.
    """

    def understand(sentence: str, language: str, room: str) -> Understood:
        found = student.read(sentence)
        return Understood() if found is None else Understood(calls=(found[0],), by="student", probability=found[1])

    return score_sentences(said, understand, language, reached_in(language))


def is_valid(read: Callable[[str], object], text: str) -> bool:
    """Return whether what is read of a text is a call of the table with pieces that were said, or nothing.

    Args:
        read: The student's.
        text: What was said.
    """
    found = read(text)
    if found is None:
        return True
    if not isinstance(found, tuple):
        return False
    try:
        checked(found[0], text)
    except CallError:
        return False
    return True


def _timed(student: SentenceStudent, texts: Sequence[str]) -> Figure:
    """Return the median of one sentence, in seconds of processor time: from letters to a call."""
    took_ms = []
    for text in texts[:: max(1, len(texts) // TIMED)]:
        began_s = time.process_time()
        student.read(text)
        took_ms.append(1000 * (time.process_time() - began_s))
    detail: Detail = {"95 % within": float(np.quantile(took_ms, 0.95)), "sentences": float(len(took_ms))}
    return Figure(value=float(np.median(took_ms)), unit="ms", evidence=Evidence.MEASURED, detail=detail)
