"""A radar of the simulated house: what its converter would give for the people who live there.

`driver` holds the radar itself; whoever needs it imports it there, for it brings along the people and their echoes.
"""

from sumika.sensors.radar.simulated.house import SimulatedHouse

__all__ = ["SimulatedHouse"]
