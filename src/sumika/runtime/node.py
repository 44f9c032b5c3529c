"""What a node is: one process with one task. Nodes are data; `table` lists them, the supervisor runs them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sumika.runtime.conditions import Condition, always
from sumika.schema import ConfigChange, Frame, Message
from sumika.schema.house import House

Input = Message | Frame
"""What a step takes: a message, or a whole radar frame."""

Step = Callable[[Any, Any], tuple[Any, tuple[Message, ...]]]
"""A pure step: (state, input) -> (state, outputs). It knows neither bus nor clock nor file."""


STARTS_WITHIN_S = 15.0
"""A process that only begins may have to read a slow disk."""

COMPILES_WITHIN_S = 300.0
"""One whose loops are compiled where they first run takes minutes on a small or busy machine."""

LOG = "log"
LOG_OF_FRAMES = "log.frames"
"""The names under which the log listens."""

ALARM = "alarm"
"""Who raises alarms."""

PAGE = "page"
"""Who serves the page."""

BRIDGE = "bridge"
"""Who shows the house to Home Assistant."""

ASSISTANT = "assistant"
"""Who talks with people."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a node's process is told when it starts.

    Attributes:
        folder: The runtime folder with sockets, rings and the heartbeat board.
        data: Where this house's data lives.
        run_id: Name of this run, shared by all nodes.
        house: The house.
        house_file: Where the house was read from; recordings are found relative to it.
        config: The house description in force, as log and records keep it.
        nodes: Everyone who publishes, the supervisor too, so that a subscriber knows whom to connect to.
        incarnation: How often this node has been started before in this run.
        raw: Radars of which the log writes whole frames from the start.
    """

    folder: Path
    data: Path
    run_id: str
    house: House
    house_file: Path
    config: ConfigChange
    nodes: tuple[str, ...]
    incarnation: int
    raw: tuple[str, ...] = ()


class Loop(Protocol):
    """The body of a node's process: returns when told to stop."""

    def __call__(self, node: "Node", launch: Launch) -> None:
        """Run until stopped."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the table of nodes.

    Attributes:
        name: Unique; also its name on the bus.
        loop: Runs in the node's process.
        when: Start condition; it is started when this holds and stopped when it does not.
        watchdog_s: Without a sign of life for so long, it is killed and started again.
        starts_within_s: Its first sign of life may take so long.
        publishes: Whether it has messages for others.
        first: Whether everything else waits for it, and ends before it, so that it misses nothing.
        heard_by: Named listeners that must have subscribed before it speaks: what the log misses, no replay can have.
        subject: The radar or the connection that an I/O node serves; empty for others.
        senses: Whether it reads a radar, and rests while residents want nothing sensed.
        hands_back: Whether it sets devices to their fail-safe before it ends, for which it is given time.
        step: For a step node, what it does with each input.
    """

    name: str
    loop: Loop
    when: Condition = always
    watchdog_s: float = 3.0
    starts_within_s: float = STARTS_WITHIN_S
    publishes: bool = True
    first: bool = False
    heard_by: tuple[str, ...] = (LOG,)
    subject: str = ""
    senses: bool = False
    hands_back: bool = False
    step: "StepTask | None" = None

    @property
    def compiles(self) -> bool:
        """Whether it calls compiled loops: the first time on a machine takes as long as `starts_within_s`."""
        return self.starts_within_s >= COMPILES_WITHIN_S


@dataclass(frozen=True, slots=True)
class StepTask:
    """A pure step and how it is fed.

    One state exists per key (a radar or a room); every input goes to the states that `route` names. Every output is
    about the key of its state: that is what lets a replay find the state again.

    Attributes:
        start: Makes the state of one key.
        step: The pure step.
        inputs: Topics it takes.
        keys: The keys that this house has for it.
        route: (house, topic, key of the message) -> keys of the states that take it.
        may_be_silent: Whether it may take inputs for long and rightly have nothing to say; then taking them is its sign
            of life.
        forgets_s: By topic, for a step that may be silent: so long after an input of it, nothing of it is left in a
            state that has said nothing since. Then it need not be given again in a replay, and is not written down.
    """

    start: Callable[[House, str], Any]
    step: Step
    inputs: tuple[str, ...]
    keys: Callable[[House], tuple[str, ...]]
    route: Callable[[House, str, str], tuple[str, ...]]
    may_be_silent: bool = False
    forgets_s: Mapping[str, float] = field(default_factory=dict, hash=False)
