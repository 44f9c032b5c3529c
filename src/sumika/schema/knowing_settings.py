"""What of its people a house may work out, and who agreed to it: the section `knowing` of `house.yaml`."""

import msgspec

from sumika.schema._plan import Identifier


class GestureCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a gesture asks for, made twice within some seconds; it goes through the safety gate like any wish.

    Attributes:
        gesture: One of circle, clap, down, knock, lift, pull, push, up, z.
        room: Where it must be made; empty: anywhere.
        device: What it sets.
        action: Which of its settings.
        value: To what.
    """

    gesture: str
    room: str = ""
    device: Identifier
    action: str
    value: float


class Knowing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What of its people a house works out with small networks and rules, all of it on this machine.

    What says something of a body is worked out in a room only where all who live there have agreed; in a room that is
    nobody's own, where everybody has.

    Attributes:
        enabled: Whether any of it is.
        agreed: Residents who have agreed that what says something of their bodies is worked out.
        occupancy: How many are in each room, by radar and carbon dioxide. Says nothing of bodies.
        air_events: Cooking, smoke, showers, open windows. Says nothing of bodies.
        activity: What those who are tracked do.
        sleep: Awake, asleep or dreaming, and the night in the morning.
        strain: Whether heart and breath at rest are higher than usual.
        comfort: Whether residents would find it too warm or too cold, by their own votes.
        weeks: What changes over weeks, and what told moods go along with.
        gestures: Whether arm gestures are looked for.
        poses: Whether joints are worked out.
        commands: What gestures ask for; without any they are only shown.
    """

    enabled: bool = True
    agreed: tuple[Identifier, ...] = ()
    occupancy: bool = True
    air_events: bool = True
    activity: bool = True
    sleep: bool = True
    strain: bool = True
    comfort: bool = True
    weeks: bool = True
    gestures: bool = False
    poses: bool = False
    commands: tuple[GestureCommand, ...] = ()
