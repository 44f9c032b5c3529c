"""The house of recordings as processes, as it is on every machine: without any recording."""

import os

from sumika.bus import Received
from sumika.config import LoadedHouse, recordings_house
from sumika.schema import Message, Presence, Respiration


def simulated_house() -> LoadedHouse:
    """Return the demo house without recordings."""
    return recordings_house({**os.environ, "SUMIKA_DATA": os.devnull})


def is_valid(kind: type[Presence] | type[Respiration], received: Received) -> bool:
    """Say whether a message is of a kind, and says something."""
    message: Message = received.message
    return isinstance(message, kind) and message.valid
