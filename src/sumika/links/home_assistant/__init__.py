"""A client of Home Assistant's WebSocket API: what its entities say, and calls of its services.

The API is described at https://developers.home-assistant.io/docs/api/websocket.
"""

from sumika.links.home_assistant.classes import measured_by, said
from sumika.links.home_assistant.entity import UNAVAILABLE, EntityState
from sumika.links.home_assistant.session import Refused, Session, web_address

__all__ = ["UNAVAILABLE", "EntityState", "Refused", "Session", "measured_by", "said", "web_address"]
