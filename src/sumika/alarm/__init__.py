"""Alarms: what is watched, how an alarm goes from a prompt at home to one contact after the other, and the ways out.

Nothing here knows bus, clock or process; `sumika.runtime.alarm_loop` wires it into a node.
"""

from sumika.alarm.answers import ContactAnswer
from sumika.alarm.before import Before, BeforeKeeper
from sumika.alarm.book import AlarmBook, Finding, Seen
from sumika.alarm.dead_man import DEAD_MAN, DeadManSignal
from sumika.alarm.ear import AnswerEar, Listens
from sumika.alarm.kept import TECHNICAL, KeptAlarm, KeptDelivery, Order, Outcome
from sumika.alarm.letter import Letter, Writer
from sumika.alarm.memory import Lasting, SmokeSource, WatchMemory
from sumika.alarm.moments import elapsed_s, within_hours
from sumika.alarm.outbox import Outbox, PostOffice
from sumika.alarm.people_watches import hour_of
from sumika.alarm.prompts import Prompted, Prompts
from sumika.alarm.staging import Rules, way_name
from sumika.alarm.watches import Watches
from sumika.alarm.ways.taken import NotTakenError

__all__ = [
    "DEAD_MAN",
    "TECHNICAL",
    "AlarmBook",
    "AnswerEar",
    "Before",
    "BeforeKeeper",
    "ContactAnswer",
    "DeadManSignal",
    "Finding",
    "KeptAlarm",
    "KeptDelivery",
    "Lasting",
    "Letter",
    "Listens",
    "NotTakenError",
    "Order",
    "Outbox",
    "Outcome",
    "PostOffice",
    "Prompted",
    "Prompts",
    "Rules",
    "Seen",
    "SmokeSource",
    "WatchMemory",
    "Watches",
    "Writer",
    "elapsed_s",
    "hour_of",
    "way_name",
    "within_hours",
]
