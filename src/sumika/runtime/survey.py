"""The process of one look at the house: `python -m sumika.runtime.survey`, told what to do in a line of JSON.

It hears the bus for some minutes, tells on its standard output how far it is, one line of JSON each, and ends. It is a
process of its own, since what it needs is large and seldom wanted; when whoever began it is gone, it ends too.
"""

import contextlib
import sys
import threading
from typing import BinaryIO, Protocol

import msgspec

from sumika.bus import RuntimeFolder, Subscriber
from sumika.clock import Clock, Instant, WallClock
from sumika.runtime.survey_empty import EmptyRoomSurvey
from sumika.runtime.survey_walk import WalkSurvey
from sumika.schema import Message, SumikaError, SurveyKind, SurveyLaunch, SurveyStage, SurveyTold
from sumika.units import seconds_to_ns

TURN_S = 0.1
TELL_EVERY_S = 0.5
HEARD = ("points", "tracks/house", "presence")


class Work(Protocol):
    """What a look does."""

    def hear(self, message: Message) -> None:
        """Take a message in."""

    def turn(self, now: Instant, *, ended: bool) -> SurveyTold:
        """Return how far it is; `ended`: whoever began it wants no more of it."""


def work_of(launch: SurveyLaunch, now: Instant) -> Work:
    """Return what is to be done.

    Args:
        launch: What is asked.
        now: The present moment.
    """
    if launch.survey.kind is SurveyKind.WALK:
        return WalkSurvey(launch, now)
    return EmptyRoomSurvey(launch, now)


class Ending:
    """Whether whoever began the look wants no more of it: he says so, or is gone."""

    def __init__(self, lines: BinaryIO) -> None:
        """Wait for the next line, or the end of all lines, beside.

        Args:
            lines: Where it comes from.
        """
        self._lines = lines
        self._said = threading.Event()
        threading.Thread(target=self._wait, name="ending", daemon=True).start()

    def _wait(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._lines.readline()
        self._said.set()

    @property
    def is_said(self) -> bool:
        """Whether it is."""
        return self._said.is_set()


def look(launch: SurveyLaunch, ending: Ending, out: BinaryIO, clock: Clock) -> None:
    """Look until it is over.

    Args:
        launch: What is asked.
        ending: When no more is wanted.
        out: Where to tell how far it is.
        clock: Tells the time.
    """
    folder = RuntimeFolder.open(launch.folder)
    subscriber = Subscriber(folder, nodes=launch.nodes, topics=HEARD, clock=clock, high_water_mark=4000)
    work = work_of(launch, clock.now())
    newest, told_ns = SurveyStage.NONE, 0
    try:
        while not newest.is_over or newest is SurveyStage.NONE:
            for received in subscriber.receive(TURN_S):
                work.hear(received.message)
            now = clock.now()
            told = work.turn(now, ended=ending.is_said)
            if told.stage is not newest or now.monotonic_ns - told_ns >= seconds_to_ns(TELL_EVERY_S):
                newest, told_ns = told.stage, now.monotonic_ns
                tell(out, told)
    finally:
        subscriber.close()


def tell(out: BinaryIO, told: SurveyTold) -> None:
    """Write a line."""
    out.write(msgspec.json.encode(told) + b"\n")
    out.flush()


def main() -> int:
    """Do what the first line of standard input asks."""
    launch = msgspec.json.decode(sys.stdin.buffer.readline(), type=SurveyLaunch)
    with contextlib.suppress(BrokenPipeError):
        try:
            look(launch, Ending(sys.stdin.buffer), sys.stdout.buffer, WallClock())
        except SumikaError as error:
            failed = SurveyTold(
                kind=launch.survey.kind, stage=SurveyStage.FAILED, problem=error.problem, remedy=error.remedy
            )
            tell(sys.stdout.buffer, failed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
