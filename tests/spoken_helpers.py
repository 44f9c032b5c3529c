"""Phrasings that families say, scored in the house that they are said in."""

from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from sumika.assistant.names import Names
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_networks import SentenceStudent
from sumika.evaluate.assistant import phrasings, reached, same_meaning
from sumika.evaluate.assistant.phrasings import Phrasing
from sumika.evaluate.assistant.score_sentences import SentenceScore, score_sentences
from sumika.schema.house import House

SPOKEN = Path(__file__).parent / "spoken"


def score_of_spoken(file: str, language: str, house: House, student: SentenceStudent | None = None) -> SentenceScore:
    """Return how the phrasings of a file are understood, by sentences and frames and, where there is one, a student.

    Args:
        file: Below `SPOKEN`.
        language: "ja" or "en".
        house: That is spoken to.
        student: That reads beside them; None: none does.
    """
    said = YAML(typ="safe", pure=True).load((SPOKEN / file).read_text(encoding="utf-8"))
    names = Names(house)
    with pytest.MonkeyPatch.context() as patch:
        for module in (phrasings, reached, same_meaning):
            patch.setattr(module, "held_house", lambda _: house)
        patch.setattr(same_meaning, "_ids", lambda kind: frozenset(one.id for one in getattr(house, kind)))
        patch.setattr(reached, "held_names", lambda _: names)
        return score_sentences(
            msgspec.convert(said, tuple[Phrasing, ...], strict=True),
            Understander(names, student).understand,
            language,
            reached.reached_in(language),
        )
