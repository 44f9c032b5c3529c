"""What is decided about devices: who may ask, what the safety gate says to it, and what reaches a device."""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message


class Asker(StrEnum):
    """Who asks a device for something, the one who is obeyed first named first."""

    LIMIT = "limit"  # the gate by itself: a limit, an interlock, a fail-safe
    RESIDENT = "resident"
    OPERATOR = "operator"
    PLAN = "plan"
    POLICY = "policy"  # the distilled planner
    RULES = "rules"


class Mode(StrEnum):
    """How far the controller may go."""

    OFF = "off"  # plans nothing, touches nothing; residents' hands alone move devices
    SHADOW = "shadow"  # plans, says what it would have done, touches nothing
    SUGGEST = "suggest"  # asks the resident, who says yes or no
    DRIVE = "drive"


class ControlLevel(StrEnum):
    """At which level control stands, the best first."""

    FULL = "full"  # everything is there
    REDUCED = "reduced"  # the planner goes on without something that it names
    POLICY = "policy"  # no plan holds: the distilled policy speaks
    RULES = "rules"  # no plan and no policy: plain rules
    FAIL_SAFE = "fail_safe"  # nobody controls: devices are left to themselves
    OFF = "off"  # nobody is to control: a resident switched it off


class Ruling(StrEnum):
    """What the gate made of a command."""

    PASSED = "passed"
    CLIPPED = "clipped"
    VETOED = "vetoed"


class GateRule(StrEnum):
    """Why the gate clipped or vetoed; `sumika.text` has the sentences."""

    NONE = "none"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_SETTING = "unknown_setting"
    NOT_A_NUMBER = "not_a_number"
    ABSOLUTE_LIMIT = "absolute_limit"
    STEP_LIMIT = "step_limit"
    WINDOW_LIMIT = "window_limit"  # too many writes, or too large a change, within the window of time
    LEAST_ON_TIME = "least_on_time"
    LEAST_OFF_TIME = "least_off_time"
    WINDOW_OPEN = "window_open"
    LEAST_VENTILATION = "least_ventilation"
    FROST = "frost"
    OVERHEATING = "overheating"
    SCALD = "scald"
    SMOKE_OR_CO = "smoke_or_co"
    NEVER_BY_PLAN = "never_by_plan"  # door locks and stoves
    RESIDENT_HOLDS = "resident_holds"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    NOT_YET = "not_yet"  # before self-test and heartbeat
    WRONG_MODE = "wrong_mode"  # shadow and suggest pass nothing of a plan
    UNKNOWN_ASKER = "unknown_asker"
    FAIL_SAFE = "fail_safe"
    NO_SUCH_VALUE = "no_such_value"  # between two of its states, or in a unit that is not ours
    OUTRANKED = "outranked"  # a controller that is obeyed before this one is in charge
    NOT_LIVE = "not_live"  # what is simulated or recorded moves no real device
    UNREACHABLE = "unreachable"  # the process that owns the device is not there
    WEATHER = "weather"  # no window is opened to rain or storm, or stays open


class Verdict(Message, frozen=True, kw_only=True):
    """What the gate said to one command: one audit row, kept in the database that loses nothing.

    Attributes:
        device: Name in `house.yaml`.
        action: The setting, with its unit in the name.
        asked: The number asked for; None where it was none.
        written: The number that goes to the device; None where nothing does.
        asked_by: Who asked.
        ruling: Passed, clipped or vetoed.
        rule: Why, where it was not passed as asked.
        why: What the asker gave as the reason.
    """

    device: str
    action: str
    asked: float | None
    written: float | None
    asked_by: str
    ruling: Ruling
    rule: GateRule = GateRule.NONE
    why: str = ""


class Heartbeat(Message, frozen=True, kw_only=True):
    """A controller says that it is alive; a plan's heartbeat says until when its plan holds.

    Attributes:
        asker: Who.
        holds_until_ns: Monotonic time until which its last commands may be followed.
    """

    asker: str
    holds_until_ns: int = 0


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate sends over its private socket to the process that owns a device's connection.

    Attributes:
        device: Name in `house.yaml`.
        action: The setting, with its unit in the name.
        value: What to set it to.
        sequence: Counts the gate's writes.
    """

    device: str
    action: str
    value: float
    sequence: int


class Vote(Message, frozen=True, kw_only=True):
    """A resident says how they feel: one tap.

    Attributes:
        resident: Who; empty where the house does not know.
        room: Where.
        sensation: -3 cold to +3 hot, the seven points of ISO 7730.
    """

    resident: str = ""
    room: str
    sensation: float


class ResidentWish(Message, frozen=True, kw_only=True):
    """A resident sets a device by hand: on the page, by voice, or on the device itself.

    Attributes:
        device: Name in `house.yaml`.
        action: The setting.
        value: What they set it to.
        resident: Who; empty where the house does not know.
        at_device: Whether the device itself told of it, so that it is so already.
        why: What they answered or asked for, in one line for people; the audit keeps it.
    """

    device: str
    action: str
    value: float
    resident: str = ""
    at_device: bool = False
    why: str = ""


class MachineLoaded(Message, frozen=True, kw_only=True):
    """A resident says that a machine is loaded and may be started by the house, or that it is not any more.

    Attributes:
        device: Name in `house.yaml`.
        waiting: Whether it is loaded.
        done_by_h: By which hour of the day it is to be done; None: as it says itself, or as is usual.
        resident: Who; empty where the house does not know.
        age_s: How long ago it was said; it is said again for a planner that began since.
    """

    device: str
    waiting: bool = True
    done_by_h: float | None = None
    resident: str = ""
    age_s: float = 0.0


class PlannedAction(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a plan does, or would do.

    Attributes:
        device: Name in `house.yaml`.
        action: The setting.
        value: What it is set to.
        why: For people, in English.
        why_ja: The same in Japanese.
    """

    device: str
    action: str
    value: float
    why: str
    why_ja: str


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan would do with one device, and asks a resident for.

    Attributes:
        id: What an answer names it by; it stays while the same thing is suggested again.
        device: Name in `house.yaml`.
        actions: The settings, in the order in which they would be written.
        saves: What it would cost to do without it, in the plan's currency; None where that was not worked out.
        until: Until when it holds, in local time, as ISO 8601.
        until_ns: The same as monotonic time.
        done: Whether it is done already, and a no undoes it: a nudge. Then the device is a room.
    """

    id: str
    device: str
    actions: tuple[PlannedAction, ...]
    saves: float | None = None
    until: str
    until_ns: int
    done: bool = False


class SuggestionAnswer(Message, frozen=True, kw_only=True):
    """A resident says yes or no to a suggestion. What came of a yes is in the gate's verdicts.

    Attributes:
        suggestion: Its id.
        device: Name in `house.yaml`.
        yes: Whether it is to be done.
        resident: Who; empty where the house does not know.
    """

    suggestion: str
    device: str
    yes: bool
    resident: str = ""


class PlanReport(Message, frozen=True, kw_only=True):
    """What the planner thinks now: what it does and why, what that costs, and what a simple controller would cost.

    Attributes:
        planner: The node.
        mode: shadow, suggest or drive.
        local_time: When it was made, in local time, as ISO 8601.
        follows: Whose way is followed: "plan", or the name of a simple controller that would be cheaper.
        actions: What changes, the weightiest first.
        currency: Of all money.
        plan_cost: Of the two days to come by the belief's own model, all counted; None: no plan could be made.
        simple_cost: Of the best simple controller by the same model.
        best_simple: Its name.
        seconds: Processor time it took.
        note: What is missing or doubtful, in English.
        note_ja: The same in Japanese.
        level: At which level control stands.
        suggestions: What a resident is asked for, the weightiest first; only in `suggest`.
    """

    planner: str
    mode: str
    local_time: str
    follows: str = "plan"
    actions: tuple[PlannedAction, ...] = ()
    currency: str = "JPY"
    plan_cost: float | None = None
    simple_cost: float | None = None
    best_simple: str = ""
    seconds: float = 0.0
    note: str = ""
    note_ja: str = ""
    level: ControlLevel = ControlLevel.FULL
    suggestions: tuple[Suggestion, ...] = ()
