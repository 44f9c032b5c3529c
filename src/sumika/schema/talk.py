"""Talking to the house: what was said, on whose behalf, and the answer, each sentence with what it rests on."""

from enum import StrEnum

import msgspec

from sumika.schema.control import GateRule, Ruling

LONGEST_SENTENCE = 500
"""Letters of what is said at once; more is no sentence."""

MOST_ROWS = 12
"""Rows that travel with one sentence; of more their number is told."""


class TalkRight(StrEnum):
    """What whoever speaks may do and hear; the page's rights of the same names."""

    HOUSE = "house"  # rooms, air, presence, devices, weather
    FALLS = "falls"  # alarms and suspected falls
    VITALS = "vitals"  # nights, heart and breath, of whom `sees` names
    PLAN = "plan"  # money, the plan, reasons
    WISH = "wish"  # how it feels; a room warmer or cooler
    CONTROL = "control"  # devices, machines and the mode
    RECORDS = "records"  # faults and maintenance


ALL_RIGHTS = tuple(right.value for right in TalkRight)
"""Of who sits at the house's own computer."""

EVERYBODY = "*"
"""In `TalkRequest.sees`: all rooms and residents."""


class TalkCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was made without a sentence: a button, an outside agent.

    Attributes:
        tool: Name in the table of tools.
        what: One of its closed words.
        spans: Names of things, numbers and times as a person would say them.
        statistic: now, mean, highest or lowest.
    """

    tool: str
    what: str
    spans: dict[str, str] = {}
    statistic: str = "now"


class TalkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Say something to the house.

    Attributes:
        text: What was said, at most `LONGEST_SENTENCE` letters.
        call: Instead of a text.
        language: Of the answer, en or ja; empty: as it is said, else the house's.
        resident: Who speaks; empty where the house does not know.
        room: Where: an id or a name of a room; empty: not known.
        conversation: Its name, so that "the bedroom one" finds what was asked back; empty: a new one.
        may: Rights of who speaks, by `TalkRight`; empty: none.
        sees: Rooms and residents of whom personal things may be told, or `EVERYBODY`.
    """

    text: str = ""
    call: TalkCall | None = None
    language: str = ""
    resident: str = ""
    room: str = ""
    conversation: str = ""
    may: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()


class TalkRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence rests on.

    Attributes:
        id: Stable name.
        source: Of which record or message.
        subject: Room, device, meter, resident ...
        begin_unix_s: From when on.
        end_unix_s: Until when; the same for a moment.
        value: Number in it; None: none.
        unit: Of the number.
        text: What else stands in it, as data.
        count: Of how many samples.
        origin: live, recorded or simulated.
    """

    id: str
    source: str
    subject: str
    begin_unix_s: float
    end_unix_s: float
    value: float | None = None
    unit: str = ""
    text: str = ""
    count: int = 1
    origin: str = "live"


class TalkSentence(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of an answer.

    Attributes:
        text: For people.
        rows: What it rests on, at most `MOST_ROWS`.
        more_rows: How many more there are.
    """

    text: str
    rows: tuple[TalkRow, ...] = ()
    more_rows: int = 0


class TalkDone(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was asked of the house on somebody's word, and what came of it.

    Attributes:
        request: Name of the request on the bus.
        subject: Device or room.
        action: The setting; empty where there is none.
        asked: The number asked for.
        written: The number that the gate let through; None: none, or it has not spoken.
        ruling: Of the gate; None: it has not spoken, or is not asked.
        rule: Why it did not pass as asked.
        problem: Why the house did not take it; empty where it did.
        at_unix_s: When it will be done; None: it was done now.
    """

    request: str
    subject: str
    action: str = ""
    asked: float | None = None
    written: float | None = None
    ruling: Ruling | None = None
    rule: GateRule = GateRule.NONE
    problem: str = ""
    at_unix_s: float | None = None


class TalkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the house says to it.

    Attributes:
        sentences: In order.
        language: Of them.
        conversation: To be told with what is said next.
        done: What was asked of the house.
        refused: Why nothing was answered or done, as one word; empty where something was.
        ask_back: Whether the sentences ask something back.
        choices: Answers to that which can be chosen.
        undoable: Whether `undo` takes something back.
        tool: What was understood; empty: nothing.
        what: Its word.
        by: sentences, student, model, call; empty: nobody understood.
        probability: How surely it was understood, 0..1.
        origin: The worst of what it rests on.
    """

    sentences: tuple[TalkSentence, ...] = ()
    language: str = "en"
    conversation: str = ""
    done: tuple[TalkDone, ...] = ()
    refused: str = ""
    ask_back: bool = False
    choices: tuple[str, ...] = ()
    undoable: bool = False
    tool: str = ""
    what: str = ""
    by: str = ""
    probability: float = 0.0
    origin: str = "live"

    @property
    def text(self) -> str:
        """All sentences as one text."""
        return ("" if self.language == "ja" else " ").join(one.text for one in self.sentences)
