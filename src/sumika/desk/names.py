"""What rooms, devices and people of a house are called, and which of them belong together."""

import msgspec

from sumika.schema.house import House


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Names of a house.

    Attributes:
        shown: Id -> what it is called.
        ids: Every name that is shown -> ids of whatever is called so.
        near: Id -> ids of what it stands for too: a device's room, a room's residents.
    """

    shown: dict[str, str] = {}
    ids: dict[str, tuple[str, ...]] = {}
    near: dict[str, tuple[str, ...]] = {}

    def of(self, subject: str) -> str:
        """Return what something is called; its id where it has no name.

        Args:
            subject: As it stands in a row.
        """
        return self.shown.get(subject, subject)


def names_of(house: House) -> Names:
    """Return the names of a house.

    Args:
        house: As described.
    """
    shown: dict[str, str] = {}
    ids: dict[str, set[str]] = {}
    near: dict[str, set[str]] = {}
    named = [(one.id, one.name) for one in house.rooms]
    named += [(one.id, one.name) for one in house.devices] + [(one.id, one.name) for one in house.residents]
    for subject, name in named:
        shown[subject] = name or subject
        # What else things are called ("lights" of a lamp, in Japanese the same word as "electricity") is in every
        # sentence; papers use the names that are shown.
        if len(shown[subject]) >= 2:
            ids.setdefault(shown[subject], set()).add(subject)
    for room in house.rooms:
        _join(near, room.id, *room.residents)
    placed = [(one.id, one.room) for one in house.devices] + [(one.id, one.room) for one in house.sensors]
    for subject, place in (*placed, *((one.id, one.room) for one in house.radars)):
        _join(near, subject, place)
    for resident in house.residents:
        if resident.life is not None and resident.life.bedroom:
            _join(near, resident.id, resident.life.bedroom)
    return Names(
        shown=shown,
        ids={name: tuple(sorted(found)) for name, found in ids.items()},
        near={subject: tuple(sorted(found)) for subject, found in near.items()},
    )


def _join(near: dict[str, set[str]], subject: str, *others: str) -> None:
    """Note that what is said of the one may name the others, and the other way round."""
    for other in others:
        near.setdefault(subject, set()).add(other)
        near.setdefault(other, set()).add(subject)
