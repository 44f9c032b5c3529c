"""The one table of topics: what travels, how often, what is logged and what is kept for years."""

import msgspec

import sumika.schema.air as air
import sumika.schema.alarms as alarms
import sumika.schema.control as control
import sumika.schema.devices as devices
import sumika.schema.knowing as knowing
import sumika.schema.outlook as outlook
import sumika.schema.papers as papers
import sumika.schema.people as people
import sumika.schema.points as points
import sumika.schema.posture as posture
import sumika.schema.privacy as privacy
import sumika.schema.radar as radar
import sumika.schema.reference as reference
import sumika.schema.requests as requests
import sumika.schema.system as system
import sumika.schema.talk as talk
import sumika.schema.tracks as tracks
import sumika.schema.truth as truth
import sumika.schema.vitals as vitals
import sumika.schema.weeks as weeks
import sumika.schema.wishes as wishes
from sumika.schema._message import Message


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a message that history keeps for years.

    Attributes:
        field: Attribute of the message.
        unit: For the axis.
        resolution: Step to which it is rounded before it is packed; finer digits are noise.
        personal: Whether it says something about a resident's body; then it is encrypted under the resident's key.
    """

    field: str
    unit: str
    resolution: float
    personal: bool = False


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        message: Type of its messages.
        key_field: Attribute that says which radar, room or node a message is about.
        rate_hz: How often one key publishes; None where it comes when it comes. A radar's own rate overrides it.
        log: Whether the log writes it always.
        json: Whether the log writes it as JSON, which every viewer can plot; frames are MessagePack.
        keep: Numbers for history.
        keep_every: History keeps one of so many messages.
        tolerances: Largest difference, by field, that two logs may have and still count as the same.
    """

    message: type[Message]
    key_field: str
    rate_hz: float | None
    log: bool = True
    json: bool = True
    keep: tuple[Signal, ...] = ()
    keep_every: int = 1
    tolerances: dict[str, float] = msgspec.field(default_factory=dict)


TOPICS: dict[str, Topic] = {
    "tick": Topic(message=system.Tick, key_field="node", rate_hz=4.0),
    "frame": Topic(message=radar.FrameNotice, key_field="radar", rate_hz=20.0, log=False),
    "raw_frame": Topic(message=radar.RawFrame, key_field="radar", rate_hz=None, json=False),
    "slow_time": Topic(message=radar.SlowTime, key_field="radar", rate_hz=20.0),
    "points": Topic(message=points.PointCloud, key_field="radar", rate_hz=20.0, json=False),
    "claim": Topic(message=points.Claim, key_field="radar", rate_hz=None),
    "tracks": Topic(message=tracks.Tracks, key_field="source", rate_hz=20.0),
    "person_vitals": Topic(message=vitals.PersonVitals, key_field="radar", rate_hz=None),
    "posture": Topic(message=posture.Posture, key_field="source", rate_hz=None),
    "suspected_fall": Topic(message=posture.SuspectedFall, key_field="source", rate_hz=None),
    "presence": Topic(
        message=people.Presence,
        key_field="room",
        rate_hz=2.0,
        keep=(
            Signal(field="probability", unit="1", resolution=0.01),
            Signal(field="range_m", unit="m", resolution=0.01),
        ),
    ),
    "chest_motion": Topic(
        message=people.ChestMotion,
        key_field="room",
        rate_hz=20.0,
        keep=(Signal(field="displacement_mm", unit="mm", resolution=0.02, personal=True),),
    ),
    "respiration": Topic(
        message=people.Respiration,
        key_field="room",
        rate_hz=1.0,
        keep=(
            Signal(field="rate_bpm", unit="1/min", resolution=0.1, personal=True),
            Signal(field="sigma_bpm", unit="1/min", resolution=0.1, personal=True),
        ),
    ),
    "heart_rate": Topic(
        message=people.HeartRate,
        key_field="room",
        rate_hz=1.0,
        keep=(Signal(field="rate_bpm", unit="1/min", resolution=0.1, personal=True),),
    ),
    "sleep": Topic(message=people.Sleep, key_field="room", rate_hz=0.2),
    "activity": Topic(message=knowing.Activity, key_field="source", rate_hz=None),
    "exercise": Topic(message=knowing.Exercise, key_field="source", rate_hz=None),
    "gesture": Topic(message=knowing.Gesture, key_field="source", rate_hz=None),
    "pose": Topic(message=knowing.Pose, key_field="source", rate_hz=None),
    "sleep_stages": Topic(message=knowing.SleepStages, key_field="room", rate_hz=1 / 30),
    "sleep_night": Topic(
        message=knowing.SleepNight,
        key_field="room",
        rate_hz=None,
        keep=(
            Signal(field="began_unix_s", unit="s", resolution=1.0, personal=True),
            Signal(field="ended_unix_s", unit="s", resolution=1.0, personal=True),
            Signal(field="in_bed_min", unit="min", resolution=0.1, personal=True),
            Signal(field="asleep_min", unit="min", resolution=0.1, personal=True),
            Signal(field="asleep_low_min", unit="min", resolution=0.1, personal=True),
            Signal(field="asleep_high_min", unit="min", resolution=0.1, personal=True),
            Signal(field="non_rem_min", unit="min", resolution=0.1, personal=True),
            Signal(field="rem_min", unit="min", resolution=0.1, personal=True),
            Signal(field="ups", unit="1", resolution=1.0, personal=True),
            Signal(field="measured", unit="1", resolution=0.01, personal=True),
        ),
    ),
    "strain": Topic(message=knowing.Strain, key_field="room", rate_hz=1 / 60),
    "thermal_comfort": Topic(message=knowing.ThermalComfort, key_field="room", rate_hz=1 / 60),
    "occupancy_count": Topic(
        message=knowing.OccupancyCount,
        key_field="room",
        rate_hz=0.1,
        keep=(Signal(field="count", unit="1", resolution=1.0),),
        keep_every=3,
    ),
    "air_events": Topic(
        message=knowing.AirEvents,
        key_field="room",
        rate_hz=1 / 60,
        keep=(
            Signal(field="cooking_probability", unit="1", resolution=0.01),
            Signal(field="smoke_probability", unit="1", resolution=0.01),
            Signal(field="shower_probability", unit="1", resolution=0.01),
            Signal(field="window_probability", unit="1", resolution=0.01),
        ),
    ),
    "day_measures": Topic(
        message=weeks.DayMeasures,
        key_field="room",
        rate_hz=None,
        keep=(
            Signal(field="night_visits", unit="1", resolution=1.0, personal=True),
            Signal(field="walking_speed_m_s", unit="m/s", resolution=0.01, personal=True),
            Signal(field="resting_heart_bpm", unit="1/min", resolution=0.1, personal=True),
            Signal(field="resting_breath_bpm", unit="1/min", resolution=0.1, personal=True),
            Signal(field="out_of_bed_h", unit="h", resolution=0.05, personal=True),
            Signal(field="asleep_h", unit="h", resolution=0.05, personal=True),
            Signal(field="ended_unix_s", unit="s", resolution=1.0, personal=True),
        ),
    ),
    "well_being": Topic(message=weeks.WellBeing, key_field="room", rate_hz=None),
    "mood": Topic(
        message=weeks.Mood,
        key_field="resident",
        rate_hz=None,
        keep=(Signal(field="pleasant", unit="1", resolution=0.5, personal=True),),
    ),
    "mood_table": Topic(message=weeks.MoodTable, key_field="resident", rate_hz=None),
    "air": Topic(
        message=air.AirSample,
        key_field="sensor",
        rate_hz=0.2,
        keep=(
            Signal(field="temperature_c", unit="°C", resolution=0.05),
            Signal(field="relative_humidity", unit="1", resolution=0.005),
            Signal(field="co2_ppm", unit="ppm", resolution=1.0),
            Signal(field="voc_ug_m3", unit="µg/m³", resolution=1.0),
            Signal(field="pm2_5_ug_m3", unit="µg/m³", resolution=0.1),
            Signal(field="illuminance_lux", unit="lx", resolution=1.0),
            Signal(field="sound_dba", unit="dB", resolution=0.5),
        ),
    ),
    "weather": Topic(
        message=air.WeatherSample,
        key_field="source",
        rate_hz=1 / 60,
        keep=(
            Signal(field="temperature_c", unit="°C", resolution=0.05),
            Signal(field="relative_humidity", unit="1", resolution=0.005),
            Signal(field="global_horizontal_w_m2", unit="W/m²", resolution=1.0),
            Signal(field="wind_m_s", unit="m/s", resolution=0.1),
        ),
    ),
    "forecast": Topic(message=air.WeatherForecast, key_field="source", rate_hz=None),
    "meter": Topic(
        message=air.MeterSample,
        key_field="meter",
        rate_hz=0.1,
        keep=(
            Signal(field="power_w", unit="W", resolution=1.0),
            Signal(field="pv_w", unit="W", resolution=1.0),
            Signal(field="imported_kwh", unit="kWh", resolution=0.001),
            Signal(field="exported_kwh", unit="kWh", resolution=0.001),
            Signal(field="price_per_kwh", unit="1/kWh", resolution=0.0001),
        ),
    ),
    "device_state": Topic(
        message=devices.DeviceState,
        key_field="device",
        rate_hz=0.1,
        keep=(Signal(field="power_w", unit="W", resolution=1.0),),
    ),
    "truth_world": Topic(message=truth.TrueWorld, key_field="world", rate_hz=1.0),
    "truth_body": Topic(message=truth.TrueBody, key_field="body", rate_hz=5.0),
    "truth_breath": Topic(message=truth.TrueBreath, key_field="body", rate_hz=None),
    "truth_beat": Topic(message=truth.TrueBeat, key_field="body", rate_hz=None),
    "truth_room": Topic(message=truth.TrueRoom, key_field="room", rate_hz=0.1),
    "reference": Topic(message=reference.ReferenceSamples, key_field="stream", rate_hz=None),
    "reference_state": Topic(message=reference.ReferenceState, key_field="source", rate_hz=None),
    "node_health": Topic(message=system.NodeHealth, key_field="node", rate_hz=1.0),
    "node_statistics": Topic(message=system.NodeStatistics, key_field="node", rate_hz=1.0),
    "event": Topic(message=system.Event, key_field="subject", rate_hz=None),
    "command": Topic(message=system.Command, key_field="device", rate_hz=None),
    "verdict": Topic(message=control.Verdict, key_field="device", rate_hz=None),
    "controller_beat": Topic(message=control.Heartbeat, key_field="asker", rate_hz=1.0, log=False),
    "plan": Topic(message=control.PlanReport, key_field="planner", rate_hz=None),
    "outlook": Topic(message=outlook.PlanOutlook, key_field="planner", rate_hz=None, json=False),
    "mode": Topic(message=wishes.ModeReport, key_field="source", rate_hz=0.2),
    "comfort_wish": Topic(message=wishes.ComfortWish, key_field="room", rate_hz=None),
    "vote": Topic(message=control.Vote, key_field="room", rate_hz=None),
    "resident_wish": Topic(message=control.ResidentWish, key_field="device", rate_hz=None),
    "machine_loaded": Topic(message=control.MachineLoaded, key_field="device", rate_hz=None),
    "suggestion_answer": Topic(message=control.SuggestionAnswer, key_field="device", rate_hz=None),
    "privacy": Topic(message=privacy.Privacy, key_field="source", rate_hz=0.2),
    "alarm": Topic(message=alarms.AlarmState, key_field="id", rate_hz=None),
    "config_change": Topic(message=system.ConfigChange, key_field="file", rate_hz=None),
}

TOPIC_OF: dict[type[Message], str] = {topic.message: name for name, topic in TOPICS.items()}


def key_of(message: Message) -> str:
    """Return which radar, room or node a message is about."""
    key: str = getattr(message, TOPICS[TOPIC_OF[type(message)]].key_field)
    return key


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A question that can be asked on the bus.

    Attributes:
        question: Type of the question.
        answer: Type of the answer.
        timeout_s: How long an answer may take.
        answered_by: The node that answers, to be named where it does not.
    """

    question: type[msgspec.Struct]
    answer: type[msgspec.Struct]
    timeout_s: float = 2.0
    answered_by: str = ""


REQUESTS: dict[str, Request] = {
    "record_raw": Request(question=requests.RecordRawRequest, answer=requests.RecordRawAnswer, answered_by="log"),
    "suggestions": Request(
        question=requests.SuggestionsRequest, answer=requests.SuggestionsAnswer, answered_by="wishes"
    ),
    "load_machine": Request(
        question=requests.LoadMachineRequest, answer=requests.LoadMachineAnswer, answered_by="wishes"
    ),
    "answer_suggestion": Request(
        question=requests.AnswerSuggestionRequest, answer=requests.AnswerSuggestionAnswer, answered_by="wishes"
    ),
    "set_mode": Request(question=wishes.SetModeRequest, answer=wishes.SetModeAnswer, answered_by="gate"),
    "wish_device": Request(question=wishes.WishDeviceRequest, answer=wishes.WishDeviceAnswer, answered_by="wishes"),
    "vote": Request(question=wishes.VoteRequest, answer=wishes.VoteAnswer, answered_by="wishes"),
    "tell_mood": Request(question=wishes.MoodRequest, answer=wishes.MoodAnswer, answered_by="wishes"),
    "set_comfort_wish": Request(
        question=wishes.SetComfortWishRequest, answer=wishes.SetComfortWishAnswer, answered_by="wishes"
    ),
    "what_if": Request(question=wishes.WhatIfRequest, answer=wishes.WhatIfAnswer, timeout_s=8.0, answered_by="plan"),
    "forget": Request(
        question=privacy.ForgetRequest, answer=privacy.ForgetAnswer, timeout_s=20.0, answered_by="history"
    ),
    "delete_logs": Request(
        question=privacy.DeleteLogsRequest, answer=privacy.DeleteLogsAnswer, timeout_s=30.0, answered_by="log"
    ),
    "alarms": Request(question=alarms.AlarmsRequest, answer=alarms.AlarmsAnswer, answered_by="alarm"),
    "alarm_acknowledge": Request(
        question=alarms.AcknowledgeAlarmRequest, answer=alarms.AlarmAnswer, answered_by="alarm"
    ),
    "alarm_cancel": Request(question=alarms.CancelAlarmRequest, answer=alarms.AlarmAnswer, answered_by="alarm"),
    "alarm_test": Request(question=alarms.TryAlarmRequest, answer=alarms.AlarmAnswer, answered_by="alarm"),
    "alarm_before": Request(question=alarms.AlarmBeforeRequest, answer=alarms.AlarmBeforeAnswer, answered_by="alarm"),
    "restart": Request(
        question=requests.RestartRequest, answer=requests.RestartAnswer, timeout_s=4.0, answered_by="supervisor"
    ),
    "saved": Request(question=wishes.SavedRequest, answer=wishes.SavedAnswer, timeout_s=4.0, answered_by="plan"),
    # A larger model may think for long, and the gate is waited for.
    "talk": Request(question=talk.TalkRequest, answer=talk.TalkAnswer, timeout_s=45.0, answered_by="assistant"),
    "papers": Request(question=papers.PapersRequest, answer=papers.PapersAnswer, timeout_s=10.0, answered_by="desk"),
    "paper": Request(question=papers.PaperRequest, answer=papers.PaperAnswer, timeout_s=10.0, answered_by="desk"),
    # These three may wait until the paper that is being written is done.
    "printed_paper": Request(
        question=papers.PrintedPaperRequest, answer=papers.PrintedPaperAnswer, timeout_s=40.0, answered_by="desk"
    ),
    "decide_paper": Request(
        question=papers.DecidePaperRequest, answer=papers.DecidePaperAnswer, timeout_s=40.0, answered_by="desk"
    ),
    "write_paper": Request(
        question=papers.WritePaperRequest, answer=papers.WritePaperAnswer, timeout_s=10.0, answered_by="desk"
    ),
}
