"""Whether those who tell of presence in a room can be believed together: listeners go by the newest word of a room."""

from collections.abc import Iterator

from sumika.config._building import Told
from sumika.config._items import items
from sumika.config._tree import Plain
from sumika.schema.house import PRESENCE_KINDS


def presence_problems(data: dict[str, Plain]) -> Iterator[Told]:
    """Yield warnings of sensors that others contradict: those of one connection are joined, and no others.

    Args:
        data: The whole description.
    """
    radars = {_word(item, "room"): _word(item, "id") for item in items(data, "radars")}
    first: dict[str, tuple[str, str]] = {}
    for index, item in enumerate(items(data, "sensors")):
        room, connection = _word(item, "room"), _word(item, "connection")
        if _word(item, "kind") not in PRESENCE_KINDS or not room or not connection:
            continue
        if room in radars:
            yield Told(
                path=("sensors", index, "room"),
                text="a radar tells of this room too, twice a second, and the newest word counts: hardly ever this one",
                found=f"the radar '{radars[room]}'",
                allowed="a room without a radar",
                warning=True,
            )
            continue
        other, theirs = first.setdefault(room, (_word(item, "id"), connection))
        if theirs != connection:
            yield Told(
                path=("sensors", index, "connection"),
                text=f"the sensor '{other}' tells of this room by another connection: the newest word counts, "
                "and neither is known for longer than a minute",
                found=f"'{connection}'",
                allowed=f"'{theirs}': sensors of one connection are joined",
                warning=True,
            )


def _word(item: Plain, key: str) -> str:
    said = item.get(key) if isinstance(item, dict) else None
    return said if isinstance(said, str) else ""
