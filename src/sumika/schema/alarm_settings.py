"""What `house.yaml` says of alarms: what is watched, what prompts at home, and who is told in which order."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sumika.schema._plan import Identifier

Hour = Annotated[float, Meta(ge=0, le=24)]
Minutes = Annotated[float, Meta(ge=0.05, le=24 * 60)]
MailAddress = Annotated[str, Meta(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$(?!\n)", max_length=254)]


class NotifyWay(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="home_assistant",
    tag_field="type",
):
    """A notification by Home Assistant. It goes where that Home Assistant sends it: to a telephone, by its maker's net.

    One by Home Assistant's app on a telephone (notify.mobile_app_...) has buttons that answer the alarm.

    Attributes:
        connection: A connection of type home_assistant.
        service: The service that is called, for example notify.mobile_app_phone.
        entity: The entity it is called for, where it wants one: for notify.send_message.
    """

    connection: Identifier
    service: Annotated[str, Meta(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$(?!\n)", max_length=128)]
    entity: Annotated[str, Meta(max_length=128)] = ""


class MqttWay(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="mqtt",
    tag_field="type",
):
    """A message to a broker, as JSON. Whoever may listen to that topic reads it.

    Whoever may write to that topic with /answer behind it answers the alarm: {"id": "...", "answer": "acknowledge"}.

    Attributes:
        connection: A connection of type mqtt.
        topic: Where it is published; never retained.
    """

    connection: Identifier
    topic: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^+#\x00-\x1f]+$(?!\n)")]


class EmailWay(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="email",
    tag_field="type",
):
    """An e-mail. It lies readable with the mail services of sender and reader.

    Attributes:
        host: The outgoing mail server.
        to: Whom it goes to.
        sender: Whom it comes from; empty: the user.
        user: To log in with; empty: no login.
        secret_file: File (mode 0600) with the password, absolute or relative to house.yaml.
        security: starttls (port 587) or tls (port 465); none only for a server on this machine.
        port: Of the server; 0: as the security has it.
    """

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    to: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$(?!\n)", max_length=254)], ...], Meta(min_length=1)
    ]
    sender: Annotated[str, Meta(pattern=r"^([^@\s,;<>]+@[^@\s,;<>]+)?$(?!\n)", max_length=254)] = ""
    user: str = ""
    secret_file: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    port: Annotated[int, Meta(ge=0, le=65535)] = 0


class WebhookWay(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="webhook",
    tag_field="type",
):
    """A POST of JSON to a web address, signed where there is a secret.

    Attributes:
        url: Where; https, or http within this machine or the house's own network.
        secret_file: File (mode 0600) with the secret that it is signed with (HMAC-SHA256), absolute or relative to
            house.yaml; empty: it is not signed.
    """

    url: Annotated[str, Meta(pattern=r"^https?://[^\s]+$(?!\n)", max_length=1000)]
    secret_file: str = ""


Way = NotifyWay | MqttWay | EmailWay | WebhookWay
"""How a contact is reached."""

Concern = Literal[
    "suspected_fall",
    "not_back_in_bed",
    "long_in_bathroom",
    "no_movement",
    "smoke_or_co",
    "radar_blind",
    "node_degraded",
]
"""What an alarm can be about."""


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is told of alarms. Contacts are told in the order in which they stand.

    Attributes:
        id: Its name on the bus.
        name: Name for people; the id if empty.
        way: How they are reached.
        language: Of what they read; empty: the house's.
        of: What they are told of; empty: everything.
        from_h: Hour from which they are told of technical faults; other alarms come at any hour.
        to_h: Until then, over midnight where it is the earlier one; of what was outside of it they hear later.
    """

    id: Identifier
    name: Annotated[str, Meta(max_length=64)] = ""
    way: Way
    language: Literal["", "en", "ja"] = ""
    of: tuple[Concern, ...] = ()
    from_h: Hour = 0.0
    to_h: Hour = 24.0


class Speaker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A speaker at home, by Home Assistant, that says what is suspected and asks whether all is well.

    Attributes:
        connection: A connection of type home_assistant.
        player: The speaker's entity: media_player.living.
        voice: The entity of a speech service: tts.piper; then the words are spoken.
        sound: Address of a sound that is played instead, where there is no voice.
        service: A notify service that speaks what it is given, where the speaker has one of its own; then neither of
            the others is needed.
        room: The room it is in; empty: it speaks for every room.
        language: Of what it says; empty: the house's.
    """

    connection: Identifier
    player: Annotated[str, Meta(pattern=r"^(media_player\.[a-z0-9_]+)?$(?!\n)", max_length=128)] = ""
    voice: Annotated[str, Meta(pattern=r"^(tts\.[a-z0-9_]+)?$(?!\n)", max_length=128)] = ""
    sound: Annotated[str, Meta(max_length=500)] = ""
    service: Annotated[str, Meta(pattern=r"^(notify\.[a-z0-9_]+)?$(?!\n)", max_length=128)] = ""
    room: str = ""
    language: Literal["", "en", "ja"] = ""


class Prompt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What asks at home whether all is well, before anybody else is told.

    Attributes:
        speakers: That say it.
        lamps: Devices of kind light that are switched on, through the safety gate, as by a resident's hand.
        again_s: It is said again so often until somebody answers, seconds.
    """

    speakers: tuple[Speaker, ...] = ()
    lamps: tuple[Identifier, ...] = ()
    again_s: Annotated[float, Meta(ge=5, le=600)] = 30.0


class WatchFalls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Suspected falls, where a radar measures heights.

    Attributes:
        cancel_s: So long somebody at home can cancel before the first contact is told, seconds.
    """

    cancel_s: Annotated[float, Meta(ge=0, le=900)] = 60.0


class WatchBed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody who left a bedroom at night and is not back.

    Attributes:
        rooms: The bedrooms.
        from_h: Hour from which it is night.
        to_h: Until then.
        settled_min: Who was there for so long has gone to bed.
        away_min: So long a visit may last.
        cancel_s: As with suspected falls.
    """

    rooms: Annotated[tuple[Identifier, ...], Meta(min_length=1)]
    from_h: Hour = 22.0
    to_h: Hour = 6.0
    settled_min: Minutes = 20.0
    away_min: Minutes = 30.0
    cancel_s: Annotated[float, Meta(ge=0, le=900)] = 120.0


class WatchBath(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody who is long in the bathroom.

    Attributes:
        rooms: The bathrooms and toilets.
        longest_min: So long one may be there.
        cancel_s: As with suspected falls.
    """

    rooms: Annotated[tuple[Identifier, ...], Meta(min_length=1)]
    longest_min: Minutes = 60.0
    cancel_s: Annotated[float, Meta(ge=0, le=900)] = 120.0


class WatchMorning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A morning on which nobody moves.

    Attributes:
        by_h: Hour by which somebody should have moved.
        from_h: What moved before that hour belongs to the night.
        cancel_s: As with suspected falls.
    """

    by_h: Hour = 10.0
    from_h: Hour = 5.0
    cancel_s: Annotated[float, Meta(ge=0, le=900)] = 120.0


class WatchFaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Faults of the house's own: a blind radar, a node that fails again and again.

    Attributes:
        after_min: Who recovers sooner is no alarm.
    """

    after_min: Minutes = 5.0


class WatchSmoke(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Smoke or carbon monoxide, as a detector tells it. It replaces no smoke alarm on the ceiling."""


class DeadMan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sign of life outward while all is well: whoever gets it raises the alarm when it stops.

    Attributes:
        every_min: So often.
        ways: Where it goes.
    """

    every_min: Annotated[float, Meta(ge=0.05, le=24 * 60)] = 10.0
    ways: Annotated[tuple[MqttWay | WebhookWay, ...], Meta(min_length=1)]


class Alarms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Alarms. Nothing is watched, and nobody is told, unless it stands here.

    Attributes:
        suspected_fall: Watch for suspected falls; None: not.
        not_back_in_bed: Watch for who does not come back to bed; None: not.
        long_in_bathroom: Watch for long stays in bathrooms; None: not.
        no_movement: Watch for mornings on which nobody moves; None: not.
        smoke_or_co: Tell of smoke and carbon monoxide; None: not.
        faults: Tell of faults of the house's own; None: not.
        prompt: What asks at home first; None: nothing does.
        contacts: Who is told, in order.
        answer_min: A contact has so long to answer before the next one is told.
        rounds: So often all contacts are told before it is left at that.
        dead_man: The sign of life outward; None: there is none.
    """

    suspected_fall: WatchFalls | None = None
    not_back_in_bed: WatchBed | None = None
    long_in_bathroom: WatchBath | None = None
    no_movement: WatchMorning | None = None
    smoke_or_co: WatchSmoke | None = None
    faults: WatchFaults | None = None
    prompt: Prompt | None = None
    contacts: tuple[Contact, ...] = ()
    answer_min: Minutes = 5.0
    rounds: Annotated[int, Meta(ge=1, le=20)] = 3
    dead_man: DeadMan | None = None
