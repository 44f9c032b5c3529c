"""Everything that travels between the parts of the house, as frozen typed messages, and the one table of topics."""

from sumika.schema._message import Consumed, Envelope, Message
from sumika.schema._origin import Origin, worst
from sumika.schema.air import AirSample, MeterSample, WeatherForecast, WeatherSample
from sumika.schema.antennas import AntennaArray
from sumika.schema.control import (
    Asker,
    GateRule,
    Heartbeat,
    Mode,
    PlannedAction,
    PlanReport,
    ResidentWish,
    Ruling,
    Verdict,
    Vote,
    Write,
)
from sumika.schema.devices import DEVICE_KINDS, DeviceKind, DeviceState, Setting
from sumika.schema.errors import SumikaError, UsageError
from sumika.schema.people import ChestMotion, Estimate, HeartRate, Presence, Respiration
from sumika.schema.points import POINT_COLUMNS, Claim, PointCloud
from sumika.schema.posture import FallStage, Posture, PostureKind, RestingPlace, SuspectedFall
from sumika.schema.radar import (
    AdcFrame,
    Frame,
    FrameKind,
    FrameNotice,
    RadarDescription,
    RangeFrame,
    RawFrame,
    SlowTime,
    frame_from_bytes,
)
from sumika.schema.radar_models import ARRAYS, RADAR_MODELS
from sumika.schema.reason import Reason
from sumika.schema.reference import ClockFit, ReferenceKind, ReferenceSamples, ReferenceState
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
from sumika.schema.tracks import Ghost, GhostCause, HeldBy, Track, TrackKind, Tracks
from sumika.schema.truth import TrueBeat, TrueBody, TrueBreath, TrueRoom, TrueWorld
from sumika.schema.vitals import Beat, PersonVitals, Rate
from sumika.schema.waveform import ChirpProfile, RangeGrid

__all__ = [
    "ARRAYS",
    "DEVICE_KINDS",
    "POINT_COLUMNS",
    "RADAR_MODELS",
    "REQUESTS",
    "TOPICS",
    "TOPIC_OF",
    "AdcFrame",
    "AirSample",
    "AntennaArray",
    "Asker",
    "Beat",
    "ChestMotion",
    "ChirpProfile",
    "Claim",
    "ClockFit",
    "Command",
    "ConfigChange",
    "Consumed",
    "DeviceKind",
    "DeviceState",
    "Envelope",
    "Estimate",
    "Event",
    "FallStage",
    "Frame",
    "FrameKind",
    "FrameNotice",
    "GateRule",
    "Ghost",
    "GhostCause",
    "HeartRate",
    "Heartbeat",
    "HeldBy",
    "Message",
    "MeterSample",
    "Mode",
    "NodeHealth",
    "NodeState",
    "NodeStatistics",
    "Origin",
    "PersonVitals",
    "PlanReport",
    "PlannedAction",
    "PointCloud",
    "Posture",
    "PostureKind",
    "Presence",
    "RadarDescription",
    "RangeFrame",
    "RangeGrid",
    "Rate",
    "RawFrame",
    "Reason",
    "RecordRawAnswer",
    "RecordRawRequest",
    "ReferenceKind",
    "ReferenceSamples",
    "ReferenceState",
    "Request",
    "ResidentWish",
    "Respiration",
    "RestingPlace",
    "Ruling",
    "Setting",
    "Severity",
    "Signal",
    "SlowTime",
    "SumikaError",
    "SuspectedFall",
    "Tick",
    "Topic",
    "Track",
    "TrackKind",
    "Tracks",
    "TrueBeat",
    "TrueBody",
    "TrueBreath",
    "TrueRoom",
    "TrueWorld",
    "UsageError",
    "Verdict",
    "Vote",
    "WeatherForecast",
    "WeatherSample",
    "Write",
    "frame_from_bytes",
    "key_of",
    "worst",
]
