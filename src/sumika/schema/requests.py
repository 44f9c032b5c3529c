"""Questions that one part asks another, and their answers. Who asks needs no code of who answers."""

from enum import StrEnum

import msgspec

from sumika.schema.control import GateRule, Suggestion


class RecordRawRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the log to write whole radar frames for a while.

    Attributes:
        seconds: How long from now; 0 ends it.
        radars: Which radars; empty means all.
    """

    seconds: float
    radars: tuple[str, ...] = ()


class RecordRawAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the log will do, or why it will not.

    Attributes:
        accepted: Whether it will.
        folder: The folder it writes to.
        problem: Why it will not, in one line.
    """

    accepted: bool
    folder: str = ""
    problem: str = ""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something that a person asked for was taken.

    Attributes:
        accepted: Whether it was.
        problem: Why not, in one line.
        problem_ja: The same in Japanese.
        language: The house's; empty: as the reader's terminal has it.
    """

    accepted: bool
    problem: str = ""
    problem_ja: str = ""
    language: str = ""


class Standing(StrEnum):
    """What has become of a suggestion."""

    OPEN = "open"
    YES = "yes"
    NO = "no"
    EXPIRED = "expired"  # nobody answered in time
    WITHDRAWN = "withdrawn"  # the plan has come to something else


class SuggestionStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A suggestion, and what has become of it.

    Attributes:
        suggestion: What was asked for.
        standing: What has become of it.
        currency: Of what it saves.
        done: After a yes: settings of which the safety gate has passed on what was asked.
        changed: After a yes: what the gate wrote instead of what was asked, by setting.
        refused: After a yes: the gate's rule against it, by setting.
    """

    suggestion: Suggestion
    standing: Standing
    currency: str = "JPY"
    done: tuple[str, ...] = ()
    changed: dict[str, float] = {}
    refused: dict[str, GateRule] = {}

    @property
    def is_settled(self) -> bool:
        """Whether the gate has said something of every setting."""
        heard = {*self.done, *self.changed, *self.refused}
        if self.suggestion.done:
            return True
        return heard >= {action.action for action in self.suggestion.actions}


class SuggestionsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask what the plan suggests.

    Attributes:
        answered: Whether those are wanted too that are no longer open.
    """

    answered: bool = False


class SuggestionsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan suggests now.

    Attributes:
        mode: How far the controller goes: only in `suggest` is anybody asked.
        suggestions: The weightiest first.
        language: The house's; empty: as the reader's terminal has it.
    """

    mode: str
    suggestions: tuple[SuggestionStanding, ...] = ()
    language: str = ""


class AnswerSuggestionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Say yes or no to a suggestion.

    Attributes:
        suggestion: Its id.
        yes: Whether it is to be done.
        resident: Who says so; empty where that is nobody's business.
    """

    suggestion: str
    yes: bool
    resident: str = ""


class AnswerSuggestionAnswer(Answered, frozen=True, kw_only=True):
    """Whether an answer was taken."""


class LoadMachineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Say that a machine is loaded and may be started by the house, or that it is not any more.

    Attributes:
        device: Name in `house.yaml`.
        waiting: Whether it is loaded.
        done_by_h: By which hour of the day it is to be done; None: as it says itself, or as is usual.
        resident: Who says so; empty where that is nobody's business.
    """

    device: str
    waiting: bool = True
    done_by_h: float | None = None
    resident: str = ""


class LoadMachineAnswer(Answered, frozen=True, kw_only=True):
    """Whether it was taken."""


class RestartRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask that the whole ECU ends properly and begins anew, with the version that is installed then."""


class RestartAnswer(Answered, frozen=True, kw_only=True):
    """Whether it will."""
