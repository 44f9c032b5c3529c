"""Who may do what, and whose body's signals somebody sees: four roles, and rights that each route asks for."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from sumika.schema import PERSONAL_TOPICS
from sumika.schema.house import House


class Role(StrEnum):
    """What somebody is to the house."""

    OWNER = "owner"
    RESIDENT = "resident"
    CARER = "carer"
    GUEST = "guest"


class Right(StrEnum):
    """What may be done; a route names the one it asks for."""

    HOUSE = "house"  # see rooms, presence, air, devices, the mode
    FALLS = "falls"  # see suspected falls, and acknowledge alarms
    VITALS = "vitals"  # see breath, heart and posture: of oneself, or of who consented
    PLAN = "plan"  # see the plan, prices, meters and reasons; ask what a wish would cost
    WISH = "wish"  # vote, and wish a room warmer or cooler
    CONTROL = "control"  # set devices and the mode, answer suggestions
    RECORDS = "records"  # see events, verdicts, and the health of the nodes
    PRIVACY = "privacy"  # pause sensing, tell of guests, consent, have oneself forgotten
    CONFIGURE = "configure"  # change the description of the house
    MANAGE = "manage"  # accounts and tokens


_RESIDENT = frozenset(Right) - {Right.CONFIGURE, Right.MANAGE}

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Right),
        Role.RESIDENT: _RESIDENT,
        Role.CARER: frozenset({Right.HOUSE, Right.FALLS, Right.VITALS, Right.RECORDS}),
        Role.GUEST: frozenset({Right.HOUSE}),
    }
)

PERSONAL = PERSONAL_TOPICS
"""Topics that say something of a body."""

_FOR_ALL = frozenset(
    {
        "presence",
        "tracks",
        "occupancy_count",
        "air",
        "air_events",
        "weather",
        "forecast",
        "device_state",
        "mode",
        "comfort_wish",
        "privacy",
    }
)
_FOR_CARERS = frozenset({"alarm", "event", "node_health", "points"})
_FOR_THE_HOUSEHOLD = frozenset(
    {
        "command",
        "config_change",
        "machine_loaded",
        "meter",
        "node_statistics",
        "outlook",
        "plan",
        "reference_state",
        "resident_wish",
        "suggestion_answer",
        "verdict",
        "vote",
    }
)

_FOR_ONESELF = frozenset({"slow_time", "claim", "pose", "gesture", "mood_table"})
"""What no carer needs: waveforms, gestures, and what goes along with one's own moods."""

_TO_NOBODY = frozenset({"mood"})
"""Moods are told to the house, and to no other page."""

TOPICS_OF: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.OWNER: _FOR_ALL | _FOR_CARERS | _FOR_THE_HOUSEHOLD | (PERSONAL - _TO_NOBODY),
        Role.RESIDENT: _FOR_ALL | _FOR_CARERS | _FOR_THE_HOUSEHOLD | (PERSONAL - _TO_NOBODY),
        Role.CARER: _FOR_ALL | _FOR_CARERS | (PERSONAL - _TO_NOBODY - _FOR_ONESELF),
        Role.GUEST: _FOR_ALL,
    }
)
"""Which topics a role hears at all; what is personal is looked at room by room besides."""

PAST_FOR_GUESTS = frozenset({"weather", "forecast"})
"""What guests see of the past. All else tells who was at home when, carbon dioxide and lamps no less than presence."""

SHOWN = TOPICS_OF[Role.OWNER]
"""Everything that the page shows anybody. What is not here never leaves: whole frames, a simulated world's truth."""


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is logged in, or a machine with a token.

    Attributes:
        name: Of the account or the token.
        role: What they are to the house.
        residents: Which residents of `house.yaml` they are.
        language: "en", "ja", or empty: as their browser has it.
        session: Name of the session by which they are known; empty for a machine.
        token: Name of the token by which a machine is known; empty for a browser.
        rights: What they may do.
    """

    name: str
    role: Role
    residents: tuple[str, ...] = ()
    language: str = ""
    session: str = ""
    token: str = ""
    rights: frozenset[Right] = frozenset()

    @property
    def is_machine(self) -> bool:
        """Whether a token speaks, not a browser."""
        return not self.session

    @property
    def resident(self) -> str:
        """The resident in whose name they act; empty where the house does not know."""
        return self.residents[0] if self.residents else ""


def viewer_of(
    name: str,
    role: Role,
    residents: tuple[str, ...],
    *,
    language: str = "",
    session: str = "",
    token: str = "",
    guests_may_wish: bool = False,
) -> Viewer:
    """Return somebody with the rights of their role.

    Args:
        name: Of the account or the token.
        role: What they are to the house.
        residents: Which residents they are.
        language: They read.
        session: By which they are known; empty for a machine.
        token: By which a machine is known.
        guests_may_wish: Whether the house lets guests wish.
    """
    rights = RIGHTS[role]
    if role is Role.GUEST and guests_may_wish:
        rights = rights | {Right.WISH}
    return Viewer(
        name=name, role=role, residents=residents, language=language, session=session, token=token, rights=rights
    )


class WhoSees:
    """Decides room by room whether somebody sees what is personal there."""

    def __init__(self, house: House) -> None:
        """Know who lives where.

        Args:
            house: The house as it runs.
        """
        self._residents = {room.id: frozenset(room.residents) for room in house.rooms}
        self._all = frozenset(resident.id for resident in house.residents)
        self._room_of = {radar.id: radar.room for radar in house.radars}

    def room_of(self, key: str) -> str:
        """Return the room that a key of the bus is about, or the resident; empty where it is about neither."""
        return key if key in self._residents or key in self._all else self._room_of.get(key, "")

    def personal(self, viewer: Viewer, room: str, consented: Collection[str]) -> bool:
        """Return whether somebody sees what is personal in a room.

        A room's signals cannot be told apart by person: all who live there must be the viewer or have consented. What
        belongs to no room's residents is the household's. What one resident told is theirs alone.

        Args:
            viewer: Who asks.
            room: Where, or whose; empty where it is not known.
            consented: Residents who let this carer see them.
        """
        if room in self._all and room not in self._residents:
            return room in viewer.residents
        if viewer.role is Role.OWNER:
            return True
        mine = frozenset(viewer.residents)
        living = self._residents.get(room, frozenset())
        if viewer.role is Role.RESIDENT:
            return not living or bool(living & mine)
        if viewer.role is Role.CARER:
            whose = living or self._all
            return bool(whose) and whose <= frozenset(consented)
        return False

    def past(self, viewer: Viewer, signal: str, room: str, consented: Collection[str]) -> bool:
        """Return whether somebody sees what a signal was.

        Args:
            viewer: Who asks.
            signal: "topic.field".
            room: Where; empty where it is about none.
            consented: Residents who let this carer see them.
        """
        topic = signal.partition(".")[0]
        if viewer.role is Role.GUEST and topic not in PAST_FOR_GUESTS:
            return False
        watts = topic == "device_state" and Right.PLAN not in viewer.rights
        return not watts and self.hears(viewer, topic, room, consented)

    def hears(self, viewer: Viewer, topic: str, room: str, consented: Collection[str]) -> bool:
        """Return whether somebody hears a topic about a room.

        Args:
            viewer: Who listens.
            topic: Of the table of topics.
            room: Where; empty where it is about none.
            consented: Residents who let this carer see them.
        """
        if topic not in TOPICS_OF[viewer.role]:
            return False
        # A fall is what a carer is there for: it is told to all who may hear of it, whatever else was agreed.
        if topic == "suspected_fall":
            return Right.FALLS in viewer.rights
        return topic not in PERSONAL or self.personal(viewer, room, consented)
