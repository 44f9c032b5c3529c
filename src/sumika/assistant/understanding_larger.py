"""What a larger model has read, as far as it is believed."""

from sumika.assistant.calls import TOOLS, Call, CallError, checked
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.sentences_lists import Lists
from sumika.assistant.understanding_evidence_en import is_evident
from sumika.assistant.understanding_model import LargerModel
from sumika.assistant.understanding_pieces import without
from sumika.assistant.understanding_recorded import has_evidence
from sumika.links.chat import ChatRefusedError

LEAST_OF_A_SECOND = 0.5
"""So probable the same must be to the house's own student for that to speak for what a model has read."""

SHORT_WORDS = frozenset({"answer", "undo", "house_mode"})
"""Where short words decide much, and a sigh is taken for a yes: that is left to sentences."""


def read_by(model: LargerModel, sentence: str) -> Call | None:
    """Return what a larger model reads in a sentence; None where it is nothing that may be taken.

    Raises:
        SumikaError: if it does not answer.
    """
    try:
        call = model.call(sentence, TOOLS)
        return None if call is None or call.tool in SHORT_WORDS else checked(call, sentence)
    except (ChatRefusedError, CallError):
        return None


def is_seconded(sentence: str, call: Call, other: tuple[Call, float] | None, lists: Lists) -> bool:
    """Tell whether anything speaks for what a larger model has read: the words, or the student, however unsure.

    A model does not say how sure it is, and a small one reads an order into everything.

    Args:
        sentence: As it was said.
        call: What was read.
        other: What the house's own student reads, and how probable that is; None for nothing.
        lists: Names of the house.
    """
    if other is not None:
        read, probability = other
        if (read.tool, read.what) == (call.tool, call.what) and probability >= LEAST_OF_A_SECOND:
            return True
    if TOOLS[call.tool].acts:
        return not is_japanese(sentence) and is_evident(sentence, call)
    return has_evidence(call, without(sentence.casefold(), lists, "resident", "period"))
