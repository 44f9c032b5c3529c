"""The process of the simulated house: weather, air, devices, meter and what is really so, on the bus in real time.

The radars of that house run in processes of their own (`sumika.sensors.radar.simulated`); both make the same residents.
"""

import time
from typing import TYPE_CHECKING

from sumika.runtime.forecast_again import ForecastAgain
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess
from sumika.schema import WeatherForecast
from sumika.units import ns_to_seconds, seconds_to_ns

if TYPE_CHECKING:
    from sumika.world.telling import Telling

WORLD = "world"
TURN_S = 0.2
"""How often it says where bodies are."""


def run_world(node: Node, launch: Launch) -> None:
    """Run the simulated house until told to stop."""
    # Imported in the process that needs them: they take memory and time that no other node should pay.
    from sumika.runtime.simulated_hands import SimulatedHands
    from sumika.world.simulation import World
    from sumika.world.telling import Telling

    with NodeProcess(node, launch) as process:
        world = World.of(launch.house, folder=launch.house_file.parent)
        telling = Telling(world, launch.config.stamp)
        began_ns = launch.config.stamp.monotonic_ns
        again = ForecastAgain()
        # Before somebody takes the devices from the house's habits: nobody drives what is lived through again.
        for _ in telling.catch_up(ns_to_seconds(process.clock.now().monotonic_ns - began_ns)):
            process.beat()
            if process.stopping:
                return
        hands = SimulatedHands(process, world) if launch.house.control is not None else None
        while not process.stopping:
            if hands is not None:
                hands.turn()
            turn(process, telling, again, ns_to_seconds(process.clock.now().monotonic_ns - began_ns))
            process.clock.sleep_until(process.clock.now().monotonic_ns + seconds_to_ns(TURN_S))
        if hands is not None:
            hands.close()


def turn(process: NodeProcess, telling: "Telling", again: ForecastAgain, now_s: float) -> None:
    """Bring the world up to a moment and publish what there is to tell, the newest forecast every minute."""
    began_ns = time.perf_counter_ns()
    messages = telling.until(now_s)
    now = process.clock.now()
    for forecast in (message for message in messages if isinstance(message, WeatherForecast)):
        again.hear(forecast, now.monotonic_ns)
    if (forecast_again := again.due(now)) is not None:
        messages.append(forecast_again)
    if process.publisher is not None and not process.stopping:
        for message in messages:
            process.publisher.publish(message)
    process.worked(time.perf_counter_ns() - began_ns, len(messages))
    process.taken += 1
    process.beat()
    process.tell({})
