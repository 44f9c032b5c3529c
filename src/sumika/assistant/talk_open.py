"""Opens what understands sentences: the house's sentences, its student, and a larger model where the owner has one."""

from pathlib import Path

from sumika.assistant.names import Names
from sumika.assistant.student import SentenceStudent, find_sentence_student
from sumika.assistant.talk_asking import Understands
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_model import ChatModel, LargerModel
from sumika.models import StudentRefused
from sumika.schema.house import House


def open_model(house: House, beside: Path) -> ChatModel | None:
    """Return the larger model that the owner has; None where there is none.

    Args:
        house: As described.
        beside: Where `house.yaml` lies: files that it names are found from there.

    Raises:
        SumikaError: if its address is none, or what is said may not leave the house.
    """
    settings = house.assistant
    return ChatModel(settings, beside) if settings is not None and settings.model_address else None


def open_student() -> SentenceStudent | None:
    """Return the student that reads sentences; None where none ships, or none that belongs to this version."""
    try:
        return find_sentence_student()
    except StudentRefused:
        return None


def open_understander(names: Names, model: LargerModel | None = None) -> Understands:
    """Return who understands sentences. It takes some memory, and a second or two on a small computer.

    Args:
        names: Of the house.
        model: A larger model, asked last.
    """
    return Understander(names, open_student(), model)
