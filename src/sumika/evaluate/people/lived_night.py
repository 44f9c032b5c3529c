"""A night and an hour of strain lived in a running house: the processes that users have, recorded hearts, a fast clock.

It is a rehearsal and no score: the shipped students have learned from these two people too. What it shows is that what
is scored on recordings comes out of a house that runs: stages while somebody sleeps, the night in the morning, strain
of who sits there, no process that dies or hangs, and a log whose replay is the same.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumika.distil.networks.tallies import tally_classes, value_of
from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.fast_clock import FastClock, start_fast_clock
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.lived_player import BEDROOM, LIVING, Lived, lived
from sumika.log import LogReader, diff
from sumika.models.features.sleep import CLASSES, EPOCH_S
from sumika.runtime.replay_log import replay_log
from sumika.schema import Event, Posture, PostureKind, SleepNight, SleepStages, Strain, SumikaError
from sumika.training.sleep import STAGE_TO_CLASS
from sumika.units import SECONDS_PER_MINUTE, ns_to_seconds

SLEEPER, SITTER = "person 8692923", 9
BEGINS = datetime.fromisoformat("2026-01-20T22:00:00+09:00")
TIMES, STARTS_S = 40.0, 45.0
"""Forty times as fast is what two cores bear, once every process has started."""

_TROUBLE = ("node_died", "node_hung", "node_degraded")


@dataclass(slots=True)
class Told:
    """What a house said.

    Attributes:
        lights_off_s: When the sleeper lay down, on the messages' clock.
        stages: (when, class) of each stage that was told.
        moments: How many words of stages there were, told or not, while the sleeper lay.
        strain: (when, probability) of the sitter's strain.
        sat_down_s: When the sitter was first told of.
        nights: The nights of the morning.
        trouble: What happened to processes.
    """

    lights_off_s: float | None = None
    stages: list[tuple[float, int]] = field(default_factory=list)
    moments: int = 0
    strain: list[tuple[float, float]] = field(default_factory=list)
    sat_down_s: float | None = None
    nights: list[SleepNight] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)


def measure(full: bool) -> dict[str, Figure]:
    """Return how far a night's sleep, told by a running house, was from what was scored. Nothing unless full.

    Args:
        full: Whether the night is lived, which takes a quarter of an hour of two cores.

    Raises:
        RecordingsError: if the recordings are not there.
        NoCompilerError: if there is no C compiler.
        SumikaError: if the house did not live to the morning.
    """
    if not full:
        return {}
    played = lived(SLEEPER, SITTER)
    folder = Path(tempfile.mkdtemp(prefix="smk"))  # short: a socket's path may have 107 characters only
    try:
        say_on_stderr(f"  people.lived_night: {played.seconds / 3600:.1f} hours, {TIMES:.0f} times as fast ...")
        _live(played, folder)
        log = max((folder / "data" / "log").iterdir())
        told = told_in(log)
        replayed = replay_log(log, folder / "again")
        differing = diff(log, folder / "again", topics=sorted(replayed.replayed)).differs
        return {"lived_night_off_min": figure(played, told, differing=differing)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _live(played: Lived, folder: Path) -> None:
    """Run the house until the morning."""
    clock = start_fast_clock(folder, TIMES, BEGINS, STARTS_S)
    environ = clock.environment() | {"XDG_RUNTIME_DIR": str(folder), "OMP_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        "sumika.evaluate.people.lived_house",
        str(folder / "data"),
        SLEEPER,
        str(SITTER),
        str(TIMES),
    ]
    with (folder / "output").open("w+b") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=subprocess.STDOUT)
        try:
            ended = process.wait(_true_s(clock, played.seconds + 1200.0) + 300.0)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30.0)
    if ended:
        said = (folder / "output").read_text(encoding="utf-8", errors="replace")
        raise SumikaError(f"the house ended before the morning: {said[-500:]}", where="people.lived_night")


def _true_s(clock: FastClock, until_s: float) -> float:
    """Return how long it takes from now until so many seconds have passed in the house."""
    passed_s = ns_to_seconds(time.monotonic_ns() - clock.since_ns)
    after_s = ns_to_seconds(clock.after_ns)
    return max(0.0, after_s + max(until_s - after_s, 0.0) / clock.times - passed_s)


def told_in(log: Path) -> Told:
    """Return what a log holds of the sleeper and the sitter.

    Args:
        log: Of a run.
    """
    told = Told()
    for logged in LogReader(log):
        take(told, logged.message)
    return told


def take(told: Told, message: object) -> None:
    """Take one message in.

    Args:
        told: Changed in place.
        message: Of the log.
    """
    match message:
        case Posture(room=room, posture=kind, stamp=stamp):
            now_s = ns_to_seconds(stamp.monotonic_ns)
            if room == LIVING:
                told.sat_down_s = now_s if told.sat_down_s is None else told.sat_down_s
            elif kind is PostureKind.LYING and told.lights_off_s is None:
                told.lights_off_s = now_s
        case SleepStages(room=room, stamp=stamp) if room == BEDROOM:
            told.moments += 1
            if message.valid and message.wake is not None:
                said = (message.wake, message.non_rem or 0.0, message.rem or 0.0)
                told.stages.append((ns_to_seconds(stamp.monotonic_ns), int(np.argmax(said))))
        case Strain(room=room, probability=float(probability), stamp=stamp) if room == LIVING:
            told.strain.append((ns_to_seconds(stamp.monotonic_ns), probability))
        case SleepNight():
            told.nights.append(message)
        case Event(code=code, subject=subject) if code in _TROUBLE:
            told.trouble.append(f"{code} {subject}")
        case _:
            pass


def figure(played: Lived, told: Told, *, differing: bool) -> Figure:
    """Return the figure.

    Args:
        played: What was lived.
        told: What was said of it.
        differing: Whether a replay of the log came out otherwise.

    Raises:
        SumikaError: if no night was told, or one without its sleep.
    """
    night = told.nights[-1] if told.nights else None
    if night is None or night.asleep_min is None or night.asleep_low_min is None or night.asleep_high_min is None:
        why = "nothing was told of it" if night is None else f"told without its sleep ({night.reason.value})"
        raise SumikaError(f"the night was lived, and {why}", where="people.lived_night", remedy="; ".join(told.trouble))
    scored_min = float(np.count_nonzero(played.night.stage > 0)) * EPOCH_S / SECONDS_PER_MINUTE
    kappa, share = _stages(played, told)
    tasks, rest = _strain(played, told)
    return Figure(
        value=abs(night.asleep_min - scored_min),
        unit="min",
        evidence=Evidence.REAL_RECORDING,
        detail={
            "scored_min": scored_min,
            "told_min": night.asleep_min,
            "range_min": f"{night.asleep_low_min:.0f} to {night.asleep_high_min:.0f}",
            "in_bed_min": night.in_bed_min or 0.0,
            "lay_in_bed_min": played.rises_s / SECONDS_PER_MINUTE,
            "stages_told_share": share,
            "stages_live_kappa": kappa,
            "strain_told_times": float(len(tasks) + len(rest)),
            "strain_in_tasks": float(np.mean(tasks)) if tasks else float("nan"),
            "strain_at_rest": float(np.mean(rest)) if rest else float("nan"),
            "processes_that_died_or_hung": ", ".join(told.trouble) or "none",
            "replay": "differs" if differing else "the same",
            "times_as_fast": TIMES,
            "people": "both were learned from: a rehearsal, no score",
        },
    )


def _stages(played: Lived, told: Told) -> tuple[float, float]:
    """Return the kappa of wake, NREM and REM as they were told live, and the share of epochs with something told."""
    if told.lights_off_s is None or not told.stages:
        return float("nan"), 0.0
    to_class = STAGE_TO_CLASS[len(CLASSES)]
    truth: list[int] = []
    guess: list[int] = []
    for at_s, said in told.stages:
        place = int((at_s - told.lights_off_s - EPOCH_S / 2) // EPOCH_S)  # it is about the half minute before
        if 0 <= place < len(played.night.stage) and int(played.night.stage[place]) in to_class:
            truth.append(to_class[int(played.night.stage[place])])
            guess.append(said)
    return _kappa(np.array(truth), np.array(guess)), len(told.stages) / max(told.moments, 1)


def _kappa(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> float:
    return value_of(tally_classes("kappa", truth, guess, np.zeros(len(truth), "<U1"), len(CLASSES)), 1)


def _strain(played: Lived, told: Told) -> tuple[list[float], list[float]]:
    """Return what was said of strain while tasks ran, and while none did."""
    tasks: list[float] = []
    rest: list[float] = []
    began_s = told.sat_down_s if told.sat_down_s is not None else 0.0
    for at_s, probability in told.strain:
        second = int(at_s - began_s) % len(played.task)
        (tasks if played.task[second] else rest).append(probability)
    return tasks, rest
