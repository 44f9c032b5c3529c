"""The safety gate: a second, dumb reader of everything that would reach a device.

    gate = Gate.of(house, clock.now(), timers)           # timers: what gate.timers() returned before a restart
    problems = gate.self_test()                          # nothing passes before this found nothing
    for ruled in gate.observe(message, now_ns): ...      # whatever is so: devices, air, people, weather, beats, wishes
    verdict, write = gate.decide(command, now_ns)        # write is None where nothing goes to the device
    for verdict, write in gate.turn(now_ns): ...         # what the gate does by itself, a few times a second
    for condition in gate.conditions(now_ns): ...        # what people should know of, for as long as it lasts

It is pure: no clock, no bus, no file. `sumika.runtime.gate_loop` runs it in a process of its own.
"""

from sumika.safety._kinds import KIND_LIMITS, KindLimits, Limit, Running
from sumika.safety.conditions import Condition
from sumika.safety.gate import Gate, Ruled
from sumika.safety.limits import DeviceLimits, fail_safe_of, hoods_of, limits_of
from sumika.safety.timers import Timer

__all__ = [
    "KIND_LIMITS",
    "Condition",
    "DeviceLimits",
    "Gate",
    "KindLimits",
    "Limit",
    "Ruled",
    "Running",
    "Timer",
    "fail_safe_of",
    "hoods_of",
    "limits_of",
]
