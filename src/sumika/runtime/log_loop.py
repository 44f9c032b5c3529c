"""The node that writes the log: taps every topic that the table says to log, and whole frames when asked."""

import msgspec

from sumika.bus import Answerer, Received, Subscriber
from sumika.log import LogWriter, RunInfo, delete_logs
from sumika.runtime.forgetting import LOG_FOLDER
from sumika.runtime.node import LOG, LOG_OF_FRAMES, Launch, Node
from sumika.runtime.privacy_watch import PrivacyWatch
from sumika.runtime.process import NodeProcess, run_turns
from sumika.runtime.step_loop import FrameFetcher
from sumika.schema import (
    PERSONAL_TOPICS,
    TOPICS,
    AdcFrame,
    DeleteLogsAnswer,
    DeleteLogsRequest,
    Event,
    FrameNotice,
    Message,
    Origin,
    RangeFrame,
    RawFrame,
    RecordRawAnswer,
    RecordRawRequest,
    Severity,
    WeatherForecast,
    is_news,
)
from sumika.units import seconds_to_ns

LOGGED = tuple(name for name, topic in TOPICS.items() if topic.log and name != "raw_frame")
PERSONAL = PERSONAL_TOPICS | {"reference", "tracks", "points"}
"""Left out while residents want nothing personal kept; so are whole frames.

Postures are made of tracks and tracks of points, by anybody who has the log: what is told of nobody must not be in it
as what it is made of.
"""

NOTHING_PERSONAL = "sensing rests or guests are here, and until that ends nothing personal is recorded"

HIGH_WATER_MARK = 50_000
"""Messages that may wait while the disk is busy: minutes of ordinary life."""

LISTENERS_WITHIN_S = 5.0
"""After the log's start everybody else starts; what is told before that is heard by nobody."""

FOREVER_NS = 2**62


class LogLoop:
    """The log's work, turn by turn."""

    def __init__(self, process: NodeProcess) -> None:
        launch = process.launch
        self.process = process
        self.writer = LogWriter(
            launch.data / LOG_FOLDER / launch.run_id,
            RunInfo(run_id=launch.run_id, config_text=launch.config.text, config_file=launch.config.file),
            process.clock,
            keep_own=bool(launch.raw),
        )
        self.messages = Subscriber(
            process.folder,
            nodes=launch.nodes,
            topics=LOGGED,
            clock=process.clock,
            high_water_mark=HIGH_WATER_MARK,
            name=LOG,
        )
        self.notices = Subscriber(
            process.folder,
            nodes=launch.nodes,
            topics=["frame"],
            clock=process.clock,
            high_water_mark=HIGH_WATER_MARK,
            name=LOG_OF_FRAMES,
        )
        self.frames = FrameFetcher(process)
        self.answerer = Answerer(process.folder, "record_raw")
        self.deleting = Answerer(process.folder, "delete_logs")
        self.privacy = PrivacyWatch(launch.data, LOG)
        self.raw_until_ns = {radar.id: FOREVER_NS if radar.id in launch.raw else 0 for radar in launch.house.radars}
        self.problem_told = False
        # A disk that is full at the start is told when those who show it listen.
        self.tell_from_ns = process.clock.now().monotonic_ns + seconds_to_ns(LISTENERS_WITHIN_S)

    def turn(self) -> None:
        """Take, write, answer, and show a sign of life."""
        now_ns = self.process.clock.now().monotonic_ns
        # A ring holds a moment only: while frames are wanted, they are looked for more often.
        wanted = any(until_ns > now_ns for until_ns in self.raw_until_ns.values())
        self.take(0.02 if wanted else 0.1)
        self.answerer.poll(self.answer)
        self.deleting.poll(self.delete)
        self.writer.tend()
        self.tell_problem()
        self.process.beat()
        self.process.tell({**self.messages.lost, **self.notices.lost})

    def take(self, timeout_s: float) -> None:
        """Write what has arrived; wait for something at most so long."""
        arrived = self.messages.receive(timeout_s)
        hidden = self.privacy.hides_bodies(self.process.clock.now())
        for received in arrived:
            if not (hidden and received.envelope.topic in PERSONAL) and not _written_before(received.message):
                self.writer.write(received.envelope, received.message)
        notices = self.notices.receive(0.0)
        for received in () if hidden else notices:
            self.write_frame(received)
        self.process.taken += len(arrived) + len(notices)
        self.process.worked(0, len(arrived))

    def write_frame(self, received: Received) -> None:
        """Write a whole frame under the sequence number of its notice: replay looks it up by that."""
        notice = received.message
        if not isinstance(notice, FrameNotice) or received.received_ns >= self.raw_until_ns.get(notice.radar, 0):
            return
        frame = self.frames.fetch(notice)
        if isinstance(frame, AdcFrame | RangeFrame):
            samples = frame.samples if isinstance(frame, AdcFrame) else frame.iq
            raw = RawFrame(
                stamp=notice.stamp,
                origin=notice.origin,
                session=notice.session,
                notice=notice,
                samples=samples.tobytes(),
            )
            self.writer.write(msgspec.structs.replace(received.envelope, topic="raw_frame"), raw)

    def delete(self, question: DeleteLogsRequest) -> DeleteLogsAnswer:
        """Delete what the log holds of a time; what is being written is finished before, and begun anew."""
        self.writer.close()
        done = delete_logs(self.process.launch.data / LOG_FOLDER, question.from_unix_s, question.to_unix_s)
        return DeleteLogsAnswer(accepted=True, files=done.files, size_bytes=done.size_bytes, left=done.left)

    def answer(self, question: RecordRawRequest) -> RecordRawAnswer:
        """Begin or end the writing of whole frames."""
        problem = self.why_not(question)
        if problem:
            return RecordRawAnswer(accepted=False, problem=problem)
        until_ns = self.process.clock.now().monotonic_ns + seconds_to_ns(question.seconds)
        for radar in question.radars or tuple(self.raw_until_ns):
            # Who asked before still gets all of it; 0 s ends it for all.
            self.raw_until_ns[radar] = max(until_ns, self.raw_until_ns[radar]) if question.seconds > 0 else 0
        return RecordRawAnswer(accepted=True, folder=str(self.writer.folder))

    def why_not(self, question: RecordRawRequest) -> str:
        """Return why nothing would be recorded now, in one line; empty where it would."""
        unknown = [radar for radar in question.radars if radar not in self.raw_until_ns]
        if unknown:
            known = ", ".join(self.raw_until_ns) or "none"
            return f"no radar {', '.join(unknown)}; this house has: {known}"
        if question.seconds <= 0:
            return ""
        if not self.raw_until_ns:
            return "this house has no radar"
        if self.privacy.hides_bodies(self.process.clock.now()):
            return NOTHING_PERSONAL
        return str(self.writer.problem or "")

    def tell_problem(self) -> None:
        """Say once that the log cannot be written, and once that it can again."""
        problem = self.writer.problem
        if (problem is not None) == self.problem_told or self.process.publisher is None:
            return
        if self.process.clock.now().monotonic_ns < self.tell_from_ns:
            return
        self.problem_told = problem is not None
        self.process.publisher.publish(
            Event(
                stamp=self.process.clock.now(),
                origin=Origin.LIVE,
                subject="log",
                code="log_problem",
                severity=Severity.WARNING if problem else Severity.INFO,
                recovered=problem is None,
                detail=str(problem or ""),
            )
        )

    def close(self) -> None:
        """Write what is still on its way, then end the segment properly."""
        self.take(0.1)
        self.writer.close()
        self.answerer.close()
        self.deleting.close()
        self.messages.close()
        self.notices.close()
        self.frames.close()


def _written_before(message: Message) -> bool:
    """Return whether the same is in the log already: a forecast is long, told again every minute, and in no replay."""
    return isinstance(message, WeatherForecast) and not is_news(message)


def run_log(node: Node, launch: Launch) -> None:
    """Write the log until told to stop."""
    run_turns(node, launch, LogLoop)
