"""What is kept for years: numbers in a compressed, sealed, tiered history; events, commands and so on in the records.

One process writes, any number read:

    with History(folder, clock, residents_by_room) as history:
        history.add("bedroom", "respiration.rate_bpm", wall_ns, 14.2, Origin.LIVE, session)
        history.flush()  # now it survives a power cut
        year = history.read("bedroom", "respiration.rate_bpm", start_ns, end_ns, points=2000)
        night = history.raw("bedroom", "chest_motion.displacement_mm", start_ns, end_ns)
        history.forget("hanako")  # all that was kept under her key is unreadable, at once and for ever

    with Records(folder, clock) as records:
        records.record_event(event)  # True: it is on the disk
        records.events(start_ns, end_ns, severity=Severity.ALARM)

    HistoryReader(folder).read(...)  # in another process, while the first one writes
    RecordsReader(folder).events(...)
"""

from sumika.history._history import History
from sumika.history._keys import HOUSEHOLD
from sumika.history._reader import HistoryReader
from sumika.history._reading import KeptSignal, Plot, RawSamples
from sumika.history._upkeep import NightlyReport, ScrubReport
from sumika.history.records import Records, RecordsReader

__all__ = [
    "HOUSEHOLD",
    "History",
    "HistoryReader",
    "KeptSignal",
    "NightlyReport",
    "Plot",
    "RawSamples",
    "Records",
    "RecordsReader",
    "ScrubReport",
]
