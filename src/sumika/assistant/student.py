"""The student that reads a sentence as a call: whatever it is asked, what comes back is in the table, or nothing.

Its network says how likely every intent and every mark of a character is; `sumika.distil.sentence_reading` takes the
likeliest whole that the table of calls allows, so the call is valid by the way it is found, not by luck.
"""

from pathlib import Path

import numpy as np

from sumika.assistant.calls import STATISTICS, TOOLS, Call, checked
from sumika.distil.sentence_coding import Coder
from sumika.distil.sentence_reading import Reading, probability, read, said_of
from sumika.models import Student, StudentRefused, find_student, load_student, release_key

NAME, FEATURES = "house-tiny", "sentence/1"
"""Of the student that ships, and what it reads, with the version."""
TAKE_AGAIN = "Take the student that belongs to this version of Sumika."


class SentenceStudent:
    """Reads sentences; ask `SentenceStudent.open` or `find_sentence_student` for one.

    Attributes:
        student: The verified folder's.
        longest: Characters of a sentence that it reads; of a longer one it says nothing.
    """

    def __init__(self, student: Student) -> None:
        reading = student.about.reading
        if reading is None:
            raise StudentRefused(f"'{student.name}' reads no sentences", remedy=TAKE_AGAIN)
        _fits(reading, student.name)
        self.student, self._reading = student, reading
        self.longest, self._coder = reading.coding.longest, Coder(reading.coding)

    @classmethod
    def open(cls, folder: Path, *, public_key: str = "") -> "SentenceStudent":
        """Return the student of a folder.

        Args:
            folder: That its maker signed.
            public_key: Of the maker, hexadecimal; by default the release key.

        Raises:
            StudentRefused: if it is not exactly what was signed, reads no sentences, or belongs to another table of
                calls; says what, where, and what to do.
        """
        return cls(load_student(folder, public_key or release_key(), features=FEATURES))

    def read(self, sentence: str) -> tuple[Call, float] | None:
        """Return what a sentence asks for and how probable it is that all of that is right.

        Args:
            sentence: As it was said or written, in Japanese or English.

        Returns:
            A call that `calls.checked` accepts with this sentence, and a calibrated probability; None where it asks
            nothing of the house, or is not understood: small talk, other matters, negations, two wishes at once.
        """
        if not sentence.strip() or len(sentence) > self.longest:
            return None
        codes = self._coder.codes_of(sentence)
        logits, _, statistics, marks = self.student.outputs(codes[None].astype(np.float32))
        found = read(sentence, said_of(logits[0], statistics[0], marks[0]), self._reading)
        if not found.intent:
            return None
        tool, what = self._reading.intents[found.intent].split(" ")
        spans = {self._reading.pieces[kind]: sentence[first:last] for kind, first, last in found.pieces}
        call = Call(tool=tool, what=what, spans=spans, statistic=self._reading.statistics[found.statistic])
        return checked(call, sentence), probability(found, self._reading)


def find_sentence_student() -> SentenceStudent:
    """Return the student that ships.

    Raises:
        StudentRefused: if there is none that may be used; says why.
    """
    return SentenceStudent(find_student(NAME, features=FEATURES))


def _fits(reading: Reading, name: str) -> None:
    """Refuse a student that has learnt another table of calls than this version's.

    Raises:
        StudentRefused: if so.
    """
    problem = ""
    for intent, takes, counts in zip(reading.intents[1:], reading.takes[1:], reading.counts[1:], strict=True):
        name_of_tool, _, what = intent.partition(" ")
        tool = TOOLS.get(name_of_tool)
        if tool is None or what not in tool.what:
            problem = f"it knows '{intent}', which the table of calls does not have"
        elif {reading.pieces[place] for place in takes} - set(tool.spans) or (counts and not tool.statistic):
            problem = f"it cuts out other pieces for '{intent}' than the table of calls takes"
    if set(reading.statistics) - set(STATISTICS):
        problem = f"it knows other statistics than {', '.join(STATISTICS)}"
    if problem:
        raise StudentRefused(problem, where=name, remedy=TAKE_AGAIN)
