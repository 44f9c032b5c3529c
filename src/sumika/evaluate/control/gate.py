"""What the safety gate is worth: how often it lets through what it must not, and how long it takes to decide."""

import gc
import time
from collections import Counter
from random import Random

import msgspec

from sumika.clock import Instant
from sumika.evaluate.control.gate_fuzzer import WildHousehold
from sumika.safety import Gate
from sumika.schema import Command, Heartbeat, Origin
from sumika.schema.house import Control, Device, House, Room

SEQUENCES_A_HOUSE = 500


class GateTrial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        sequences: Random sequences of commands and reports.
        decisions: Commands that the gate said something to.
        writes: Writes that it let through or did by itself.
        violations: Writes that the checker finds wrong.
        examples: The most frequent of them, in words.
    """

    sequences: int
    decisions: int
    writes: int
    violations: int
    examples: tuple[str, ...] = ()


def gate_violations(sequences: int, seed: int) -> GateTrial:
    """Let wild households ask the gate for anything, and have an independent checker watch what gets through.

    Args:
        sequences: How many; each has one to eight commands among reports, over seconds to hours.
        seed: Of all that happens.
    """
    decisions = writes = 0
    wrong: Counter[str] = Counter()
    for begin in range(0, sequences, SEQUENCES_A_HOUSE):
        household = WildHousehold(seed * 1_000_003 + begin)
        for _ in range(min(SEQUENCES_A_HOUSE, sequences - begin)):
            household.sequence()
        decisions, writes = decisions + household.decided, writes + household.written
        wrong.update(household.wrong)
    return GateTrial(
        sequences=sequences,
        decisions=decisions,
        writes=writes,
        violations=wrong.total(),
        examples=tuple(f"{what}: {count}" for what, count in wrong.most_common(10)),
    )


def gate_us(decisions: int = 20_000, seed: int = 0) -> float:
    """Return how long one decision takes, µs: the mean over commands that are passed, clipped and refused.

    Args:
        decisions: How many are timed.
        seed: Of what is asked.
    """
    random = Random(seed)
    kinds = ("room_air_conditioner", "light", "exhaust_fan")
    house = House(
        rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 3))),),
        devices=tuple(Device(id=f"{kind}{number}", room="living", kind=kind) for kind in kinds for number in range(10)),
        control=Control(mode="drive"),
    )
    now = Instant(10**12, 10**18, "bench")
    gate = Gate.of(house, now)
    gate.self_test()
    gate.observe(Heartbeat(stamp=now, origin=Origin.LIVE, asker="plan", holds_until_ns=2 * 10**12), now.monotonic_ns)
    actions = {"room_air_conditioner": "setpoint_c", "light": "level", "exhaust_fan": "level"}
    asked = [
        Command(
            stamp=now,
            origin=Origin.LIVE,
            device=device.id,
            action=actions[device.kind],
            value=random.uniform(0.0, 30.0),
            asked_by="resident" if random.random() < 0.5 else "plan",
        )
        for device in random.choices(house.devices, k=decisions)
    ]
    gc.collect()
    began_ns = time.perf_counter_ns()
    for number, command in enumerate(asked):
        gate.decide(command, now.monotonic_ns + number * 10_000)
    return (time.perf_counter_ns() - began_ns) / decisions / 1000.0
