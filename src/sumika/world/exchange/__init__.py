"""What the parts of the simulated house tell each other: the weather, what acts on the rooms, how the rooms are."""

from sumika.world.exchange.acting import Acting, RoomsActedOn
from sumika.world.exchange.leg import Leg, Posture
from sumika.world.exchange.outside import Outside
from sumika.world.exchange.rooms import RoomsNow
from sumika.world.exchange.stretch import Breaths, Doing, Drop, Stretch

__all__ = ["Acting", "Breaths", "Doing", "Drop", "Leg", "Outside", "Posture", "RoomsActedOn", "RoomsNow", "Stretch"]
