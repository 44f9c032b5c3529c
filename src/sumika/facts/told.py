"""What the records tell besides single figures: nights, happenings, orders, incidents, what is due."""

from datetime import date

import msgspec

from sumika.facts.figures import Figure, Row
from sumika.schema import Trend


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Base: something with the rows it rests on.

    Attributes:
        rows: All that it rests on.
    """

    rows: tuple[Row, ...] = ()


class Night(Told, frozen=True, kw_only=True):
    """One night of who sleeps in a bedroom. What was not measured has a figure without a value, and its reason.

    Attributes:
        evening: Date of the evening on which it began.
        room: The bedroom.
        residents: Who sleeps there.
        to_bed: When somebody lay down, unix_s.
        got_up: When they got up, unix_s.
        in_bed_h: Time in bed.
        asleep_h: Total sleep time; its interval holds four of five (0.8).
        rem_h: Sleep with dreams.
        non_rem_h: Sleep without.
        ups: How often they got up in between.
        night_visits: How often they got up at night and came back, as it is counted over weeks.
        heart_bpm: At rest, median over the night.
        breath_bpm: At rest, median over the night.
        out_of_bed_h: From getting up to lying down, the day before.
        walking_m_s: Usual walking speed in the house the day before.
        measured: Share of the night in which heart or breath was measured, 0..1.
    """

    evening: date
    room: str
    residents: tuple[str, ...]
    to_bed: Figure
    got_up: Figure
    in_bed_h: Figure
    asleep_h: Figure
    rem_h: Figure
    non_rem_h: Figure
    ups: Figure
    night_visits: Figure
    heart_bpm: Figure
    breath_bpm: Figure
    out_of_bed_h: Figure
    walking_m_s: Figure
    measured: Figure


class Happening(Told, frozen=True, kw_only=True):
    """Something that went on for a while.

    Attributes:
        kind: cooking, bath, smoke, window or visit.
        room: Where; empty: in the house.
        begin_unix_s: When it began, within a minute or two; a happening is told of the period in which it began.
        end_unix_s: When it was over, or where the records end.
        probability: The greatest there was; 1 for visits.
        people: Of a visit: how many more than live here, at most.
        origin: live, recorded or simulated.
    """

    kind: str
    room: str
    begin_unix_s: float
    end_unix_s: float
    probability: float = 1.0
    people: int = 0
    origin: str = "live"


class Stay(Told, frozen=True, kw_only=True):
    """A stretch of time in which the same number of people was in a room, or at home.

    Attributes:
        room: Which; empty: the whole house.
        begin_unix_s: From when.
        end_unix_s: Until when.
        people: How many; None: somebody, and it is not known how many.
    """

    room: str
    begin_unix_s: float
    end_unix_s: float
    people: int | None


class Order(Told, frozen=True, kw_only=True):
    """What was asked of a device.

    Attributes:
        at_unix_s: When.
        device: Which.
        action: Its setting.
        value: What it was to be; NaN where it was no number.
        asked_by: One of `sumika.schema.Asker`.
        why: As it was said, in English; written by others.
        why_ja: In Japanese.
        origin: live, recorded or simulated.
    """

    at_unix_s: float
    device: str
    action: str
    value: float
    asked_by: str
    why: str = ""
    why_ja: str = ""
    origin: str = "live"


class Judged(Told, frozen=True, kw_only=True):
    """What the safety gate said to an order.

    Attributes:
        at_unix_s: When.
        device: Which.
        action: Its setting.
        asked: The number asked for; None: none was.
        written: What went to the device; None: nothing.
        asked_by: Who asked.
        ruling: passed, clipped or vetoed.
        rule: Why, one of `sumika.schema.GateRule`.
        why: What the asker gave as the reason; written by others.
        origin: live, recorded or simulated.
    """

    at_unix_s: float
    device: str
    action: str
    asked: float | None
    written: float | None
    asked_by: str
    ruling: str
    rule: str
    why: str = ""
    origin: str = "live"


class Wish(Told, frozen=True, kw_only=True):
    """What was wished of a room's warmth, until the next wish for it.

    Attributes:
        room: Which.
        begin_unix_s: Since when.
        end_unix_s: Until when; None: it still holds.
        offset_k: By so much warmer.
        temperature_c: The temperature that was wished instead; None: only the offset counts.
        resident: Who; empty where the house does not know.
        origin: live, recorded or simulated.
    """

    room: str
    begin_unix_s: float
    end_unix_s: float | None
    offset_k: float
    temperature_c: float | None
    resident: str = ""
    origin: str = "live"


class Fault(Told, frozen=True, kw_only=True):
    """A fault that was reported.

    Attributes:
        subject: Node, device, sensor or room.
        code: What, `sumika.text` has its sentence under "event.".
        severity: warning or alarm.
        begin_unix_s: When it was first told.
        end_unix_s: When it was over; None: it is open.
        detail: As it was told; written by others.
        origin: live, recorded or simulated.
    """

    subject: str
    code: str
    severity: str
    begin_unix_s: float
    end_unix_s: float | None
    detail: str = ""
    origin: str = "live"


class Due(Told, frozen=True, kw_only=True):
    """Something that wants looking after.

    Attributes:
        kind: filter (hours are up), clogged (less air or heat than it gave), sensor (drifting, stuck, impossible ...),
            disobeys, or unreachable.
        subject: Device or sensor.
        room: Where it is; empty where the house does not say.
        code: Of the event; empty for a filter.
        since_unix_s: Since when it is due; of a filter, since when its hours are counted.
        hours: Of a filter: how long it ran; else without a value.
        limit_h: Of a filter: how long it may.
        detail: As it was told; written by others.
        origin: live, recorded or simulated.
    """

    kind: str
    subject: str
    room: str
    code: str = ""
    since_unix_s: float
    hours: Figure | None = None
    limit_h: float | None = None
    detail: str = ""
    origin: str = "live"


class StageReached(msgspec.Struct, frozen=True, kw_only=True):
    """How far an alarm had come, and when.

    Attributes:
        stage: One of `sumika.schema.AlarmStage`.
        at_unix_s: When.
        row: Where it stands.
    """

    stage: str
    at_unix_s: float
    row: Row


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """That one contact was told of an alarm, or not.

    Attributes:
        contact: Id of the contact.
        how: home_assistant, mqtt, email or webhook.
        state: What became of it last, one of `sumika.schema.DeliveryState`.
        at_unix_s: When it came to that.
        closing: Whether it says that the alarm is over.
        problem: Why not; empty where it was.
    """

    contact: str
    how: str
    state: str
    at_unix_s: float
    closing: bool = False
    problem: str = ""


class Incident(Told, frozen=True, kw_only=True):
    """An alarm from beginning to end.

    Attributes:
        id: Of the alarm.
        cause: One of `sumika.schema.AlarmCause`.
        subject: What it is about.
        room: Where; empty: nowhere in particular.
        since_unix_s: When it was raised.
        closed_unix_s: When it was closed; None: it is open, as far as the records go.
        stages: How far it came, in order.
        told: Who was told, in order.
        answered_by: Who acknowledged or cancelled it; empty: nobody.
        test: Whether it was only tried.
        words: What people read, in English.
        words_ja: In Japanese.
        detail: Beyond that; written by others.
        origin: live, recorded or simulated.
    """

    id: str
    cause: str
    subject: str
    room: str
    since_unix_s: float
    closed_unix_s: float | None
    stages: tuple[StageReached, ...]
    told: tuple[Notice, ...]
    answered_by: str
    test: bool
    words: str = ""
    words_ja: str = ""
    detail: str = ""
    origin: str = "live"


class Change(Told, frozen=True, kw_only=True):
    """Whether a daily measure has changed over the last twelve weeks.

    Attributes:
        room: The bedroom.
        trend: What was found, with days and intervals; `trend.valid` says whether there are days enough.
        reason: Why there is none, one of `Why`; empty where there is one.
        origin: live, recorded or simulated.
    """

    room: str
    trend: Trend
    reason: str = ""
    origin: str = "live"
