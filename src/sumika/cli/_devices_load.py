"""Tells the running house that a machine is loaded and may be started by it, or that it is not any more."""

import os
from pathlib import Path

from sumika.bus import ask
from sumika.cli._running import running_house
from sumika.schema import LoadMachineAnswer, LoadMachineRequest, SumikaError, UsageError
from sumika.text import language_of, say


def hour_of(text: str) -> float:
    """Return an hour of the day from "7", "7.5" or "07:30".

    Args:
        text: As it was typed.

    Raises:
        UsageError: if it is none.
    """
    hours, colon, minutes = text.partition(":")
    try:
        hour = float(hours) + (float(minutes) / 60.0 if colon else 0.0)
    except ValueError:
        hour = -1.0
    if not 0.0 <= hour <= 24.0:
        raise UsageError(f"{text!r} is no hour of the day", where="--done-by", remedy="Write 7, 7.5 or 07:30")
    return hour


def tell_loaded(question: LoadMachineRequest, data: Path | None = None) -> str:
    """Tell the running house; return what to print.

    Args:
        question: Which machine, and by when.
        data: Data folder of the house that is meant; None: of the only one that runs.

    Raises:
        UsageError: if no house is running, or it is not said which of several.
        SumikaError: if the house does not take it.
    """
    answer = ask(running_house("devices load", data), "load_machine", question)
    assert isinstance(answer, LoadMachineAnswer)
    language = answer.language or language_of(os.environ)
    if not answer.accepted:
        problem = answer.problem_ja if language == "ja" else answer.problem
        raise SumikaError(problem, where=f"devices load {question.device}")
    return say("machine.loaded" if question.waiting else "machine.not_loaded", language, device=question.device)
