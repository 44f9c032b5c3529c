"""What rooms are called in a language, as answers and alarms say it."""

from sumika.assistant.lexicon import ROOM_WORDS, Words, is_japanese
from sumika.schema.house import Room


def room_called(room: Room, language: str) -> str:
    """Return what a room is called, without an article; arguments as for `called_and_words`."""
    return called_and_words(room, language)[0]


def called_and_words(room: Room, language: str) -> tuple[str, Words | None]:
    """Return what a room is called, and the common words for such a room; None where its name is a proper one.

    Args:
        room: As described: its name, and what else it is called.
        language: "en" or "ja".
    """
    given = room.name or room.id
    if language != "ja" and is_japanese(given):
        given = next((name for name in room.called if name.isascii()), given)
    words = next((one for one in ROOM_WORDS.values() if given.casefold() in map(str.casefold, one.en)), None)
    words = words or (ROOM_WORDS.get(room.id) if not room.name else None)
    if language == "ja" and not is_japanese(given):
        japanese = next((name for name in room.called if is_japanese(name)), "")
        given = japanese or (words.ja[0] if words else given)
    return given, words
