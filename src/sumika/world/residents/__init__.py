"""The people and animals of a simulated house: routine, movement, sleep, breath, heartbeat, taste.

Everything depends on the house, the seed and the moment alone, so that any minute of any year can be asked for first,
and every process that asks sees the same people (docs/adr/0008).
"""

from sumika.world.residents.activities import ACTIVITIES, Activity
from sumika.world.residents.hours import Body, body_of
from sumika.world.residents.household import Draws, Household
from sumika.world.residents.timeline import EVENTS
from sumika.world.residents.wishes import Wish

__all__ = ["ACTIVITIES", "EVENTS", "Activity", "Body", "Draws", "Household", "Wish", "body_of"]
