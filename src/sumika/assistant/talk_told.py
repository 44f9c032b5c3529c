"""What came of requests to the house, in words: what was set, what the gate made of it, and why not."""

from collections.abc import Iterable

import msgspec

from sumika.assistant.answer_devices import SHARES, setting_name, value_text
from sumika.assistant.saying import Sentence, Voice
from sumika.assistant.talk_steps import Step
from sumika.facts import Row
from sumika.schema import Ruling, Verdict
from sumika.schema.talk import TalkDone

MOST_SAID = 6
"""So many steps are told one by one."""


def step_text(step: Step, voice: Voice, value: float | None = None) -> str:
    """Return what a step sets, in words: "the light in the bedroom: off".

    Args:
        step: Which.
        voice: Says it.
        value: Instead of what was asked for.
    """
    value = step.value if value is None else value
    if step.request == "set_mode":
        return voice.say(
            "talk.step.mode",
            mode=voice.say(f"talk.mode.{step.text}") if voice.has(f"talk.mode.{step.text}") else step.text,
        )
    if step.request == "set_comfort_wish":
        key = {"temperature_c": "temperature", "offset_k": "warmer" if value >= 0 else "cooler"}.get(
            step.action, "usual"
        )
        shown = voice.celsius(value) if step.action == "temperature_c" else voice.number(abs(value), 1)
        return voice.say(f"talk.step.{key}", room=voice.room(step.subject), value=shown)
    if step.request == "vote":
        key = "cold" if value < 0 else "hot" if value > 0 else "fine"
        return voice.say(f"talk.step.vote.{key}", room=voice.room(step.subject))
    if step.request == "load_machine":
        return voice.say("talk.step.loaded" if value else "talk.step.unloaded", device=voice.device(step.subject))
    name, shown = setting_name(voice, step.action), value_text(voice, _kind(step, voice), step.action, value)
    key = "talk.step.setting" if name else "talk.step.device"
    return voice.say(key, device=voice.device(step.subject), setting=name, value=shown)


def _kind(step: Step, voice: Voice) -> str:
    return next((one.kind for one in voice.house.devices if one.id == step.subject), "")


def step_numbers(steps: Iterable[Step]) -> tuple[float, ...]:
    """Return the numbers that stand in the words for some steps."""
    return tuple(number for one in steps for number in (abs(one.value), 100.0 * one.value))


def steps_text(steps: Iterable[Step], voice: Voice) -> str:
    """Return what some steps set, in words."""
    return voice.listed(step_text(one, voice) for one in steps)


def told_of(
    steps: tuple[Step, ...], done: tuple[TalkDone, ...], verdicts: dict[int, Verdict], voice: Voice
) -> tuple[Sentence, ...]:
    """Return one sentence for each step; of many that went through as asked, one for all.

    Args:
        steps: What was asked for.
        done: What came of each.
        verdicts: What the gate said, by the place of the step.
        voice: Says it.
    """
    smooth = [n for n, one in enumerate(done) if _is_smooth(one)]
    told: list[Sentence] = []
    if len(smooth) > MOST_SAID:
        rows = tuple(
            voice.row(verdicts[n], "verdict", done[n].subject, text=verdicts[n].why) for n in smooth if n in verdicts
        )
        told.append(voice.sentence("talk.done.many", rows, numbers=(len(smooth),), count=len(smooth)))
    for n, one in enumerate(done):
        if not (len(smooth) > MOST_SAID and n in smooth):
            told.append(_outcome(steps[n], one, verdicts.get(n), voice))
    return tuple(told[: 2 * MOST_SAID])


def _is_smooth(done: TalkDone) -> bool:
    return not done.problem and done.ruling is Ruling.PASSED


def _outcome(step: Step, done: TalkDone, verdict: Verdict | None, voice: Voice) -> Sentence:
    """Return what came of one step."""
    numbers = [
        abs(step.value),
        100.0 * step.value,
        *([100.0 * done.written, done.written] if done.written is not None else []),
    ]
    rows: tuple[Row, ...] = ()
    origin = "live"
    if verdict is not None:
        is_share = verdict.action in SHARES or (verdict.action == "level" and _kind(step, voice) == "light")
        source, unit = f"verdict.{verdict.action}", "1" if is_share else ""
        rows = (voice.row(verdict, source, verdict.device, verdict.written, unit, verdict.why),)
        origin = verdict.origin.value
    if done.problem:
        source = f"{done.request}.refused"
        refused = voice.refused("talk.done.problem", source, done.problem.rstrip("。."), what=step_text(step, voice))
        return msgspec.structs.replace(refused, numbers=tuple(numbers))
    rule = (
        voice.say(f"rule.{done.rule.value}").rstrip("。.") if voice.has(f"rule.{done.rule.value}") else done.rule.value
    )
    if done.ruling is Ruling.VETOED:
        return voice.sentence("talk.done.vetoed", rows, origin, numbers, what=step_text(step, voice), rule=rule)
    if done.ruling is Ruling.CLIPPED:
        written = step_text(step, voice, done.written)
        return voice.sentence("talk.done.clipped", rows, origin, numbers, what=written, rule=rule)
    if step.request == "wish_device" and verdict is None:
        return voice.sentence("talk.done.unheard", rows, origin, numbers, what=step_text(step, voice))
    if verdict is not None and verdict.written is None:
        return voice.sentence("talk.done.already", rows, origin, numbers, what=step_text(step, voice))
    return voice.sentence("talk.done", rows, origin, numbers, what=step_text(step, voice))
