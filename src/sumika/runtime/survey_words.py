"""What a look at the house says to people, in both languages."""

import msgspec

from sumika.schema import SurveyTold
from sumika.schema.house import House
from sumika.text import LANGUAGES, say


def room_name(house: House, room: str) -> str:
    """Return a room's name for people; its id where it has none."""
    return next((one.name or one.id for one in house.rooms if one.id == room), room)


def said(told: SurveyTold, key: str, **values: object) -> SurveyTold:
    """Return what is told with a problem, and what to do about it where that has words (key ".remedy").

    Args:
        told: How far the look is.
        key: Of the words in `sumika.text`.
        values: For them.
    """
    remedy = f"{key}.remedy"
    has_remedy = remedy in LANGUAGES["en"]
    return msgspec.structs.replace(
        told,
        problem=say(key, "en", **values),
        problem_ja=say(key, "ja", **values),
        remedy=say(remedy, "en", **values) if has_remedy else "",
        remedy_ja=say(remedy, "ja", **values) if has_remedy else "",
    )
