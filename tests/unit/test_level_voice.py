"""That nobody controls is said once, as a level like all others, and once who does again."""

import pytest

from sumika.clock import Instant
from sumika.runtime.level_voice import LevelVoice
from sumika.safety import Gate
from sumika.schema import ControlLevel, Heartbeat, Mode, Origin, PlanReport
from sumika.text import say
from sumika.units import seconds_to_ns
from tests.gate_helpers import small_house

START = Instant(seconds_to_ns(100), 10**18, "boot")


def said(voice: LevelVoice, gate: Gate, after_s: float, *, nobody: bool) -> PlanReport | None:
    return voice.report(gate, nobody, START.later(seconds_to_ns(after_s)), "2026-01-20T06:00+09:00")


def driving() -> Gate:
    gate = Gate.of(small_house(), START, ())
    gate.set_mode(Mode.DRIVE, START.monotonic_ns)
    return gate


def beat(gate: Gate, asker: str, after_s: float, holds_s: float = 0.0) -> None:
    at = START.later(seconds_to_ns(after_s))
    holds_until_ns = at.monotonic_ns + seconds_to_ns(holds_s)
    gate.observe(
        Heartbeat(stamp=at, origin=Origin.SIMULATED, asker=asker, holds_until_ns=holds_until_ns), at.monotonic_ns
    )


def test_nobody_is_said_once_in_both_languages_with_the_level_of_fail_safe() -> None:
    gate, voice = driving(), LevelVoice("gate", Origin.SIMULATED)
    assert said(voice, gate, 1.0, nobody=False) is None
    report = said(voice, gate, 100.0, nobody=True)
    assert report is not None
    assert (report.level, report.planner, report.origin) == (ControlLevel.FAIL_SAFE, "gate", Origin.SIMULATED)
    assert (report.note, report.note_ja) == (say("level.fail_safe", "en"), say("level.fail_safe", "ja"))
    assert report.mode == Mode.DRIVE
    assert said(voice, gate, 101.0, nobody=True) is None


@pytest.mark.parametrize(("asker", "level"), [("rules", ControlLevel.RULES), ("policy", ControlLevel.POLICY)])
def test_who_controls_again_is_said_once(asker: str, level: ControlLevel) -> None:
    gate, voice = driving(), LevelVoice("gate", Origin.LIVE)
    assert said(voice, gate, 100.0, nobody=True) is not None
    beat(gate, asker, 100.0)
    report = said(voice, gate, 101.0, nobody=False)
    assert report is not None
    assert report.level is level
    assert said(voice, gate, 102.0, nobody=False) is None


def test_a_plan_says_its_own_level() -> None:
    gate, voice = driving(), LevelVoice("gate", Origin.LIVE)
    assert said(voice, gate, 100.0, nobody=True) is not None
    beat(gate, "plan", 100.0, holds_s=60.0)
    assert said(voice, gate, 101.0, nobody=False) is None
