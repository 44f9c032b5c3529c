"""What residents ask of the whole house: how far it may go, how warm a room is to be, what that would cost."""

import msgspec

from sumika.schema._message import Message
from sumika.schema.requests import Answered


class ModeReport(Message, frozen=True, kw_only=True):
    """How far the controller may go now; told at every change, and again and again for who begins to listen.

    Attributes:
        source: The node that keeps it.
        mode: One of `sumika.schema.Mode`.
        changed_by: Who changed it last; empty: nobody since the house was described.
    """

    source: str
    mode: str
    changed_by: str = ""


class SetModeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for another mode; it outlives restarts.

    Attributes:
        mode: One of `sumika.schema.Mode`.
        resident: Who asks; empty where that is nobody's business.
    """

    mode: str
    resident: str = ""


class SetModeAnswer(Answered, frozen=True, kw_only=True):
    """Whether the mode was changed.

    Attributes:
        mode: The one that holds now.
    """

    mode: str = ""


class WishDeviceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Set a device by a resident's hand; the safety gate keeps its limits, and its verdict says what came of it.

    Attributes:
        device: Name in `house.yaml`.
        action: The setting.
        value: What it is to be.
        resident: Who asks; empty where that is nobody's business.
        why: What they said, in one line; the audit keeps it.
    """

    device: str
    action: str
    value: float
    resident: str = ""
    why: str = ""


class WishDeviceAnswer(Answered, frozen=True, kw_only=True):
    """Whether the wish was sent to the safety gate."""


class VoteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Say how it feels in a room: one tap.

    Attributes:
        room: Where.
        sensation: -3 cold to +3 hot, the seven points of ISO 7730.
        resident: Who; empty where the house does not know.
    """

    room: str
    sensation: float
    resident: str = ""


class VoteAnswer(Answered, frozen=True, kw_only=True):
    """Whether the vote was taken."""


class MoodRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Say how one is: one tap.

    Attributes:
        pleasant: -2 bad to +2 good.
        resident: Who.
    """

    pleasant: float
    resident: str


class MoodAnswer(Answered, frozen=True, kw_only=True):
    """Whether it was taken."""


class ComfortWish(Message, frozen=True, kw_only=True):
    """A room is to be warmer or cooler than the house would have it; said again every minute for who begins to listen.

    Attributes:
        room: Where.
        offset_k: By so much warmer; 0 with no temperature: as the house thinks again.
        temperature_c: The air temperature that is wished instead; None: only the offset counts.
        age_s: So long ago it was said first.
        left_s: So long it still holds; None: until it is taken back.
        resident: Who; empty where the house does not know.
    """

    room: str
    offset_k: float = 0.0
    temperature_c: float | None = None
    age_s: float = 0.0
    left_s: float | None = None
    resident: str = ""


class SetComfortWishRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for a room to be warmer or cooler.

    Attributes:
        room: Where.
        offset_k: By so much warmer, -5 to 5.
        temperature_c: The air temperature that is wished instead, 10 to 32.
        hours: For how long, more than 0 to 8760; None: until it is taken back.
        resident: Who; empty where the house does not know.

    Without offset and temperature an earlier wish is taken back.
    """

    room: str
    offset_k: float | None = None
    temperature_c: float | None = None
    hours: float | None = None
    resident: str = ""


class SetComfortWishAnswer(Answered, frozen=True, kw_only=True):
    """Whether the wish was taken, and what holds in the room now.

    Attributes:
        room: Where.
        offset_k: In force.
        temperature_c: In force; None: none is asked for.
    """

    room: str = ""
    offset_k: float = 0.0
    temperature_c: float | None = None


class WhatIfRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the planner what a room that is warmer or cooler would cost.

    Attributes:
        room: Where.
        offset_k: By so much warmer, -5 to 5.
        hours: For how long from now, more than 0 to 48.
    """

    room: str
    offset_k: float
    hours: float = 12.0


class WhatIfAnswer(Answered, frozen=True, kw_only=True):
    """What it would cost, by the belief's own model.

    Attributes:
        room: Where.
        offset_k: As asked.
        cost: More money for energy over the two days than without; negative: less.
        energy_kwh: More energy taken from the grid over the two days.
        currency: Of the money.
        begins_unix_s: (step,) when each step of the plan begins.
        temperature_c: (step,) the room's air then, with the wish.
        usual_c: (step,) the same without.
    """

    room: str = ""
    offset_k: float = 0.0
    cost: float | None = None
    energy_kwh: float | None = None
    currency: str = ""
    begins_unix_s: tuple[float, ...] = ()
    temperature_c: tuple[float, ...] = ()
    usual_c: tuple[float, ...] = ()


class SavedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask what the controller has saved.

    Attributes:
        days: Of so many past days, 1 to 400.
    """

    days: float = 30.0


class SavedAnswer(Answered, frozen=True, kw_only=True):
    """What was saved against the best simple controller, by the belief's own model, plan by plan.

    Attributes:
        currency: Of all money.
        saved: Money, discomfort and bad air counted; in `shadow` and `suggest` what would have been.
        sigma: Its standard deviation, as far as the days differ; None: too few days.
        spent: Money for what was taken from the grid, by the meter's price or else the tariff's, without what giving to
            it earned; None: no meter, or no price.
        energy_kwh: Taken from the grid; None: no meter.
        since_unix_s: From when on there is anything.
        mode: In which mode most of it was.
    """

    currency: str = ""
    saved: float | None = None
    sigma: float | None = None
    spent: float | None = None
    energy_kwh: float | None = None
    since_unix_s: float | None = None
    mode: str = ""
