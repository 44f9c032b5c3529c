"""The log: everything that travels on the bus, in MCAP files that survive a power cut and open in Foxglove.

Write::

    with LogWriter(data / "log", RunInfo(run_id="2026-11-24T08-00-00", config_text=house_text), clock) as writer:
        writer.write(envelope)  # as it came from the bus; the disk's troubles end up in `writer.problem`
        writer.tend()  # at least once a second

Read, compare, repair::

    for logged in LogReader(data / "log" / run_id):
        logged.envelope.topic, logged.message, logged.log_time_ns
    LogReader(path).info.damages
    diff(path_a, path_b).equal
    recover(path)
    export(path, "csv", folder)
"""

from sumika.log._format import RunInfo, topics_version
from sumika.log._reader import ChannelInfo, Logged, LogInfo, LogReader, SegmentInfo
from sumika.log._scan import Damage, DamageKind
from sumika.log._segment import DiskFile, LogFile
from sumika.log._writer import LogWriter

__all__ = [
    "ChannelInfo",
    "Damage",
    "DamageKind",
    "DiskFile",
    "LogFile",
    "LogInfo",
    "LogReader",
    "LogWriter",
    "Logged",
    "RunInfo",
    "SegmentInfo",
    "topics_version",
]
