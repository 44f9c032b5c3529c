"""Looks at a house that people ask for when they set it up: what moves while nobody is there, and a walk to calibrate.

They run in a process of their own for some minutes. What they are asked and what they tell travels as lines of JSON.
"""

from enum import StrEnum

import msgspec

from sumika.schema.house import House, KnownMover

SHORTEST_SURVEY_S, LONGEST_SURVEY_S = 10.0, 900.0


class SurveyKind(StrEnum):
    """What is looked for."""

    EMPTY_ROOM = "empty_room"  # what moves where nobody is
    WALK = "walk"  # where a radar hangs and looks, from one person who walks


class SurveyStage(StrEnum):
    """How far a look is."""

    NONE = "none"  # there was none yet
    BEGINNING = "beginning"
    LEAVING = "leaving"  # somebody is still there: it waits
    LISTENING = "listening"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"  # `problem` says why
    STOPPED = "stopped"  # whoever began it took it back

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self in (SurveyStage.NONE, SurveyStage.DONE, SurveyStage.FAILED, SurveyStage.STOPPED)


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked.

    Attributes:
        kind: What is looked for.
        seconds: How long points are gathered; a walk may end earlier.
        room: Empty room: the one that is looked at; empty: the whole house.
        leave_s: Empty room: so long may it take until everybody has gone.
        anyway: Empty room: whether it is learned although the house takes something there for a person who keeps still.
            Whoever walks is refused all the same.
        radar: Walk: which radar is to be found.
        way_m: Walk: the corners of the way, in the order in which they are passed; empty: another radar sees it too.
    """

    kind: SurveyKind
    seconds: float
    room: str = ""
    leave_s: float = 120.0
    anyway: bool = False
    radar: str = ""
    way_m: tuple[tuple[float, float], ...] = ()


class SurveyLaunch(msgspec.Struct, frozen=True, kw_only=True):
    """What the process that looks is told first.

    Attributes:
        survey: What is asked.
        folder: The runtime folder of the house.
        house: As it runs.
        nodes: Whom to listen to.
    """

    survey: Survey
    folder: str
    house: House
    nodes: tuple[str, ...]


class SurveyNumber(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a mounting.

    Attributes:
        value: In metres or degrees.
        sigma: Standard deviation; None: the walk does not tell it, and the value is the described one.
        was: As it is described.
    """

    value: float
    sigma: float | None
    was: float


class FoundMounting(msgspec.Struct, frozen=True, kw_only=True):
    """Where a radar hangs and looks.

    Attributes:
        radar: Which.
        x_m: On the floor plan.
        y_m: On the floor plan.
        z_m: Above the floor.
        yaw_deg: Where it looks, counter-clockwise from the plan's x axis.
        pitch_deg: Upwards positive.
        left_m: Root mean square distance between the walk and what the radar saw of it, thereafter.
        seen_s: How much of the walk it saw.
        height_from: The other radar that height and tilt come from; empty: nothing tells them.
    """

    radar: str
    x_m: SurveyNumber
    y_m: SurveyNumber
    z_m: SurveyNumber
    yaw_deg: SurveyNumber
    pitch_deg: SurveyNumber
    left_m: float
    seen_s: float
    height_from: str = ""


class SurveyTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """How far a look is, and in the end what it found.

    Attributes:
        kind: What is looked for.
        stage: How far it is.
        since_s: How long it has been at this stage.
        seconds: How long this stage takes at most; 0: nobody knows.
        frames: With points so far, or learned from in the end.
        somebody: Rooms in which somebody is, as the house sees it.
        sees: Whether the radar sees somebody move at this moment.
        room: That was looked at; empty: the whole house.
        movers: Empty room: what moves there, as it stands in `house.yaml`.
        others: Empty room: movers that were known before and are not there: they stay as they are.
        mounting: Walk: what was found.
        problem: Why it failed; what it says beside a result is a caution.
        problem_ja: The same in Japanese.
        remedy: What to do about it.
        remedy_ja: The same in Japanese.
        may_insist: Whether to ask again with `anyway` would help.
    """

    kind: SurveyKind
    stage: SurveyStage = SurveyStage.NONE
    since_s: float = 0.0
    seconds: float = 0.0
    frames: int = 0
    somebody: tuple[str, ...] = ()
    sees: bool = False
    room: str = ""
    movers: tuple[KnownMover, ...] = ()
    others: tuple[KnownMover, ...] = ()
    mounting: FoundMounting | None = None
    problem: str = ""
    problem_ja: str = ""
    remedy: str = ""
    remedy_ja: str = ""
    may_insist: bool = False
