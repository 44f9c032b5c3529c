"""Everything that travels between the parts of the house, as frozen typed messages, and the one table of topics."""

from sumika.schema._message import Consumed, Envelope, Message
from sumika.schema._origin import Origin, worst
from sumika.schema.errors import SumikaError, UsageError
from sumika.schema.people import ChestMotion, Estimate, HeartRate, Presence, Respiration
from sumika.schema.radar import (
    AdcFrame,
    AntennaArray,
    ChirpProfile,
    Frame,
    FrameKind,
    FrameNotice,
    RadarDescription,
    RangeFrame,
    RangeGrid,
    RawFrame,
    SlowTime,
    frame_from_bytes,
)
from sumika.schema.reason import Reason
from sumika.schema.requests import RecordRawAnswer, RecordRawRequest
from sumika.schema.system import (
    Command,
    ConfigChange,
    Event,
    NodeHealth,
    NodeState,
    NodeStatistics,
    Severity,
    Tick,
)
from sumika.schema.topics import REQUESTS, TOPIC_OF, TOPICS, Request, Signal, Topic, key_of

__all__ = [
    "REQUESTS",
    "TOPICS",
    "TOPIC_OF",
    "AdcFrame",
    "AntennaArray",
    "ChestMotion",
    "ChirpProfile",
    "Command",
    "ConfigChange",
    "Consumed",
    "Envelope",
    "Estimate",
    "Event",
    "Frame",
    "FrameKind",
    "FrameNotice",
    "HeartRate",
    "Message",
    "NodeHealth",
    "NodeState",
    "NodeStatistics",
    "Origin",
    "Presence",
    "RadarDescription",
    "RangeFrame",
    "RangeGrid",
    "RawFrame",
    "Reason",
    "RecordRawAnswer",
    "RecordRawRequest",
    "Request",
    "Respiration",
    "Severity",
    "Signal",
    "SlowTime",
    "SumikaError",
    "Tick",
    "Topic",
    "UsageError",
    "frame_from_bytes",
    "key_of",
    "worst",
]
