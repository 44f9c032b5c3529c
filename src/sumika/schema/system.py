"""Messages about the ECU itself: time, nodes, faults, and what must never be lost."""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message


class Tick(Message, frozen=True, kw_only=True):
    """Time passes, also where no sensor speaks. Published by the supervisor; a step may only learn the time here."""

    node: str = "supervisor"


class NodeState(StrEnum):
    """What a node is doing."""

    WAITING = "waiting"  # its start condition does not hold
    STARTING = "starting"
    RUNNING = "running"
    BACKING_OFF = "backing_off"  # failed, and will be started again
    DEGRADED = "degraded"  # failed too often; started again at the longest interval
    STOPPED = "stopped"


class NodeHealth(Message, frozen=True, kw_only=True):
    """How a node is.

    Attributes:
        node: Its name in the table of nodes.
        state: What it is doing.
        pid: Its process; None if it has none.
        restarts: How often it was started again.
        beat_age_s: Time since its work loop last showed that it is alive.
        core_share: Share of one core it used since the last report.
        memory_mb: Its proportional set size, where the system tells it.
        fault: What went wrong last, in one line; empty if nothing did.
    """

    node: str
    state: NodeState
    pid: int | None = None
    restarts: int = 0
    beat_age_s: float | None = None
    core_share: float | None = None
    memory_mb: float | None = None
    fault: str = ""


class NodeStatistics(Message, frozen=True, kw_only=True):
    """What a node counted since it started, told by itself once a second.

    Attributes:
        node: Its name in the table of nodes.
        taken: Messages and frames taken in.
        published: Messages sent.
        lost: Messages and frames that were sent to it but did not arrive, by topic.
        refused: Inputs it refused, by reason.
        step_ms: Mean time of one step since the last report.
    """

    node: str
    taken: int = 0
    published: int = 0
    lost: dict[str, int] = msgspec.field(default_factory=dict)
    refused: dict[str, int] = msgspec.field(default_factory=dict)
    step_ms: float | None = None


class Severity(StrEnum):
    """How much an event matters."""

    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


RUN_BEGAN = "run_began"
"""Code of the event that says when Sumika began, recorded once for each run: nobody then remembers what was told."""


class Event(Message, frozen=True, kw_only=True):
    """Something happened once: a fault, its recovery, an alarm. Kept in the small database that loses nothing.

    Attributes:
        subject: The node, radar or room it is about.
        code: What happened, for example "node_died"; `sumika.text` has the sentence.
        severity: How much it matters.
        recovered: True where this event ends an earlier one of the same subject and code.
        detail: What a person needs beyond the sentence, in one line.
        part: Setting or quantity of the subject that it is about; an event that names none ends those of all parts.
    """

    subject: str
    code: str
    severity: Severity
    recovered: bool = False
    detail: str = ""
    part: str = ""


class Command(Message, frozen=True, kw_only=True):
    """What was asked of a device, by whom, and why. The safety gate is the only one to pass it on.

    Attributes:
        device: Name in `house.yaml`.
        action: The setting, for example "setpoint_c".
        value: The number asked for.
        asked_by: One of `sumika.schema.control.Asker`.
        why: One line for people, in English.
        why_ja: The same in Japanese.
        expires_ns: Monotonic time after which it is no longer to be done; 0: at once or never.
    """

    device: str
    action: str
    value: float
    asked_by: str
    why: str = ""
    why_ja: str = ""
    expires_ns: int = 0


class ConfigChange(Message, frozen=True, kw_only=True):
    """The house description that is in force from now on.

    Attributes:
        file: Where it was read from.
        hash: SHA-256 of its text.
        text: The whole text, so that any day of the past can be understood.
    """

    file: str
    hash: str
    text: str
