"""Where everything lies on the broker: one root for each installation, whose name it keeps for ever."""

import re
from dataclasses import dataclass

from sumika.schema.house import Bridge

STATUS, STATE, SET, EVENT = "status", "state", "set", "event"
ONLINE, OFFLINE = "online", "offline"
BIRTH = "status"
"""Home Assistant says below its discovery prefix that it is there: its birth message, and its will."""

INSTALLATION = re.compile("[0-9a-f]{12}")
"""Of an installation id: enough that no two houses on a broker have the same."""


@dataclass(frozen=True, slots=True)
class Places:
    """The topics of one house.

    Attributes:
        settings: As in `house.yaml`.
        installation: The installation id.
    """

    settings: Bridge
    installation: str

    @property
    def root(self) -> str:
        """Below it is everything of this house."""
        return f"{self.settings.base_topic}/{self.installation}"

    @property
    def status(self) -> str:
        """Whether the house's bridge runs; the broker says so itself when it is gone."""
        return f"{self.root}/{STATUS}"

    @property
    def birth(self) -> str:
        """Where Home Assistant says that it is there."""
        return f"{self.settings.discovery_prefix}/{BIRTH}"

    @property
    def commands(self) -> str:
        """What to subscribe to in order to hear every command."""
        return f"{self.root}/+/+/{SET}"

    def state(self, subject: str) -> str:
        """Return where a subject says how it is: JSON, retained."""
        return f"{self.root}/{subject}/{STATE}"

    def command(self, subject: str, what: str) -> str:
        """Return where a subject is told something: never retained."""
        return f"{self.root}/{subject}/{what}/{SET}"

    def event(self, subject: str, what: str) -> str:
        """Return where a subject says that something happened: never retained."""
        return f"{self.root}/{subject}/{what}/{EVENT}"

    def name(self, part: str) -> str:
        """Return a name that no other house has, for Home Assistant's registries."""
        return f"sumika_{self.installation}_{part}"


def room_subject(room: str) -> str:
    """Return the subject of a room."""
    return f"room_{room}"


def device_subject(device: str) -> str:
    """Return the subject of something that can be driven."""
    return f"device_{device}"


def radar_subject(radar: str) -> str:
    """Return the subject of a radar."""
    return f"radar_{radar}"


ECU = "ecu"
"""The subject of the house's own computer."""
