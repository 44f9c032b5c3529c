"""The log: everything that travels on the bus, in MCAP files that survive a power cut and open in Foxglove.

Write::

    with LogWriter(data / "log" / run_id, RunInfo(run_id=run_id, config_text=house_text), clock) as writer:
        writer.write(envelope, message)  # the disk's troubles end up in `writer.problem`, never here
        writer.tend()  # at least once a second

Read, compare, repair::

    for logged in LogReader(data / "log" / run_id):
        logged.envelope.topic, logged.message, logged.log_time_ns
    LogReader(path).info.damages
    diff(path_a, path_b).differs
    recover(path)
    export(path, "csv", folder)
"""

from sumika.log._deletion import LogsDeleted, delete_logs, log_size
from sumika.log._diff import Difference, DiffReport, TopicDifference, diff
from sumika.log._export import FORMATS, ExportReport, export
from sumika.log._findings import Damage, DamageKind
from sumika.log._format import RunInfo, topics_version
from sumika.log._reader import ChannelInfo, Logged, LogInfo, LogReader, SegmentInfo
from sumika.log._recover import RecoveryReport, recover, recovered_path
from sumika.log._segment import DiskFile, LogFile
from sumika.log._writer import LOGS_BYTES, LogWriter

__all__ = [
    "FORMATS",
    "LOGS_BYTES",
    "ChannelInfo",
    "Damage",
    "DamageKind",
    "DiffReport",
    "Difference",
    "DiskFile",
    "ExportReport",
    "LogFile",
    "LogInfo",
    "LogReader",
    "LogWriter",
    "Logged",
    "LogsDeleted",
    "RecoveryReport",
    "RunInfo",
    "SegmentInfo",
    "TopicDifference",
    "delete_logs",
    "diff",
    "export",
    "log_size",
    "recover",
    "recovered_path",
    "topics_version",
]
