"""One device tried by hand: through the gate's limits to the device, read back, and put back as it was."""

import asyncio
import difflib
import json
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
import msgspec

from sumika.actuate import DeviceLink, open_link
from sumika.cli._devices_words import number
from sumika.cli._houses import load
from sumika.cli._told_to_end import told_to_end
from sumika.clock import WallClock
from sumika.config import LoadedHouse
from sumika.safety import Gate, limits_of
from sumika.schema import Asker, Command, DeviceState, Message, Origin, Ruling, SumikaError, UsageError, Verdict, Write
from sumika.schema.house import Connection, Device
from sumika.sensors.air import open_sensors
from sumika.text import language_of, rule_text, say

_ALIKE = 1e-6
_PUT_BACK_S = 10.0
"""Nobody waits for ever for a device that does not let itself be put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was asked for on the command line.

    Attributes:
        device: Name in house.yaml.
        text: SETTING=VALUE.
        hold_s: How long to keep it so.
        wait_s: How long the device may take to say that it is so.
        yes: Whether not to ask.
        as_json: Whether to print one JSON object.
    """

    device: str
    text: str
    hold_s: float
    wait_s: float
    yes: bool
    as_json: bool


class Outcome(msgspec.Struct, kw_only=True):
    """What came of it.

    Attributes:
        device: Name in house.yaml.
        setting: What was set.
        asked: To what.
        ruling: What the gate said.
        rule: Why.
        written: What went to the device; None where nothing did.
        refused: Why the device refused; empty if it did not.
        before: What it said before; None where it did not say.
        after: What it said last; None where it did not say.
        after_s: How long it took.
        obeyed: Whether it says what was written.
        stopped: Whether it was ended before its time, by Ctrl-C or the like.
        put_back: Whether it was put back as it was, or nothing had changed.
        why_not_put_back: Empty if it was.
    """

    device: str
    setting: str
    asked: float
    ruling: str = ""
    rule: str = ""
    written: float | None = None
    refused: str = ""
    before: float | None = None
    after: float | None = None
    after_s: float = 0.0
    obeyed: bool = False
    stopped: bool = False
    put_back: bool = True
    why_not_put_back: str = ""


def try_one(path: Path | None, trial: Trial, environ: Mapping[str, str], echo: Callable[[str], None]) -> bool:
    """Try it, and print what happened; return whether the device obeyed and is as it was.

    Args:
        path: Of house.yaml; None for the demo house.
        trial: What is to be tried.
        environ: Variables, for the language.
        echo: Prints a line.

    Raises:
        UsageError: if the house has no such device, it is simulated, or the setting cannot be read.
        SumikaError: if nothing is reached there.
    """
    loaded = load(path)
    device, connection = _reached(loaded, trial.device)
    setting, value = _asked(trial.text, device)
    language = loaded.house.language or language_of(environ)
    attempt = _Attempt(loaded, device, connection, trial, language, echo if not trial.as_json else lambda line: None)
    outcome = asyncio.run(attempt.run(setting, value))
    if trial.as_json:
        echo(json.dumps(msgspec.to_builtins(outcome), ensure_ascii=False))
    return outcome.obeyed and outcome.put_back and not outcome.stopped


@dataclass(slots=True)
class _Attempt:
    loaded: LoadedHouse
    device: Device
    connection: Connection
    trial: Trial
    language: str
    echo: Callable[[str], None]
    clock: WallClock = field(default_factory=WallClock)

    async def run(self, setting: str, value: float) -> Outcome:
        """Open the connection, do it, and close it whatever happens."""
        house = self.loaded.house
        gate = Gate.of(house, self.clock.now())
        problems = gate.self_test()
        if problems:
            raise SumikaError(f"the safety gate's self-test fails: {problems[0]}", where=str(self.loaded.path))
        sensors = open_sensors(self.connection, house)
        link = open_link(self.connection, house, self.clock, self.loaded.path.parent, sensors)
        await link.open()
        try:
            return await _Doing(self, gate, link, link.reports()).run(setting, value)
        finally:
            await link.close()

    def say(self, key: str, **values: object) -> None:
        """Print a sentence."""
        self.echo(say(key, self.language, **values))

    def warn(self, key: str, **values: object) -> None:
        """Print a sentence that must be seen, also where nothing but JSON goes to the standard output."""
        click.echo(say(key, self.language, **values), err=self.trial.as_json)


@dataclass(slots=True)
class _Doing:
    attempt: _Attempt
    gate: Gate
    link: DeviceLink
    reports: AsyncIterator[Message]

    async def run(self, setting: str, value: float) -> Outcome:
        """Set it, read it back, put it back."""
        outcome = Outcome(device=self.attempt.device.id, setting=setting, asked=value)
        # What is unknown is the gate's to refuse; there is nothing to wait for.
        if setting in limits_of(self.attempt.device).settings:
            outcome.before = outcome.after = await self._until(lambda state: setting in state.values, setting)
        self._confirm(outcome)
        ruled, write = self._decide(setting, value)
        outcome.ruling, outcome.rule = ruled.ruling.value, ruled.rule.value
        self._say_ruled(ruled, write)
        if write is None:
            outcome.obeyed = ruled.ruling is not Ruling.VETOED
            return outcome
        outcome.written = write.value
        doing = asyncio.ensure_future(self._set_and_hold(outcome, write))
        with told_to_end(doing.cancel):
            try:
                await doing
            except asyncio.CancelledError:
                outcome.stopped = True
                self.attempt.say("devices.try_stopped")
            finally:
                # Whatever ended it, also in the middle of the write.
                if not outcome.refused:
                    await asyncio.shield(self._put_back(outcome))
        return outcome

    async def _set_and_hold(self, outcome: Outcome, write: Write) -> None:
        outcome.refused = await self.link.write(write)
        if outcome.refused:
            self.attempt.say("devices.refused", why=outcome.refused)
            return
        await self._read_back(outcome, write)
        await self._hold()

    def _confirm(self, outcome: Outcome) -> None:
        if not self.attempt.trial.yes:
            question = say(
                "devices.try_question",
                self.attempt.language,
                device=outcome.device,
                setting=outcome.setting,
                before=self._told(outcome.before),
                after=number(outcome.asked),
            )
            click.confirm(question, abort=True)

    async def _read_back(self, outcome: Outcome, write: Write) -> None:
        began = time.monotonic()
        row = limits_of(self.attempt.device).settings[write.action]
        rounds_to = 0.0 if row.choices else row.step

        def obeys(value: float | None) -> bool:
            # A device may round more coarsely than its kind: then it says something near, and not what it said before.
            if value is None or _alike(value, write.value):
                return value is not None
            return abs(value - write.value) <= rounds_to and (
                outcome.before is None or not _alike(value, outcome.before)
            )

        same = await self._until(lambda state: obeys(state.values.get(write.action)), write.action)
        outcome.after_s = round(time.monotonic() - began, 2)
        outcome.obeyed = obeys(same)
        outcome.after = same if same is not None else outcome.before
        key = "devices.obeyed" if outcome.obeyed else "devices.not_obeyed"
        self.attempt.say(key, value=self._told(outcome.after), seconds=outcome.after_s)

    async def _hold(self) -> None:
        """Keep it so, while the device and the gate go on talking."""
        if self.attempt.trial.hold_s > 0:
            await self._until(lambda state: False, "", self.attempt.trial.hold_s)

    async def _put_back(self, outcome: Outcome) -> None:
        try:
            async with asyncio.timeout(_PUT_BACK_S):
                outcome.why_not_put_back = await self._write_back(outcome)
        except TimeoutError:
            outcome.why_not_put_back = f"no answer within {_PUT_BACK_S:g} s"
        except SumikaError as error:
            outcome.why_not_put_back = str(error)
        outcome.put_back = not outcome.why_not_put_back
        if outcome.put_back:
            self.attempt.say("devices.put_back", value=number(outcome.before or 0.0))
            return
        self.attempt.warn(
            "devices.not_put_back",
            why=outcome.why_not_put_back,
            device=outcome.device,
            setting=outcome.setting,
            value=number(outcome.written or 0.0),
            before=self._told(outcome.before),
        )

    async def _write_back(self, outcome: Outcome) -> str:
        """Return why it could not be put back; empty if it was."""
        if outcome.before is None:
            return "it never said how it was set before"
        ruled, write = self._decide(outcome.setting, outcome.before)
        if write is not None:
            return await self.link.write(write)
        return rule_text(ruled.rule, self.attempt.language) if ruled.ruling is Ruling.VETOED else ""

    def _told(self, value: float | None) -> str:
        return say("devices.try_unknown", self.attempt.language) if value is None else number(value)

    def _decide(self, setting: str, value: float) -> tuple[Verdict, Write | None]:
        now = self.attempt.clock.now()
        command = Command(
            stamp=now,
            origin=Origin.LIVE,
            device=self.attempt.device.id,
            action=setting,
            value=value,
            asked_by=Asker.OPERATOR,
            why="tried by hand",
        )
        ruled = self.gate.decide(command, now.monotonic_ns)
        return ruled.verdict, ruled.write

    async def _until(
        self, fits: Callable[[DeviceState], bool], setting: str, seconds: float | None = None
    ) -> float | None:
        """Hear reports until one of the device fits; return what it says of the setting then, or said last."""
        last: float | None = None
        try:
            async with asyncio.timeout(self.attempt.trial.wait_s if seconds is None else seconds):
                async for message in self.reports:
                    self.gate.observe(message, self.attempt.clock.now().monotonic_ns)
                    if isinstance(message, DeviceState) and message.device == self.attempt.device.id:
                        last = message.values.get(setting, last)
                        if message.available and fits(message):
                            return last
        except TimeoutError:
            # A generator that was interrupted is at its end: what comes next is heard by a new one.
            self.reports = self.link.reports()
        return last

    def _say_ruled(self, ruled: Verdict, write: Write | None) -> None:
        why = rule_text(ruled.rule, self.attempt.language)
        if ruled.ruling is Ruling.VETOED:
            self.attempt.say("devices.gate_vetoed", why=why)
        elif write is None:
            self.attempt.say("devices.gate_same")
        elif ruled.ruling is Ruling.CLIPPED:
            self.attempt.say("devices.gate_clipped", written=number(write.value), why=why)
        else:
            self.attempt.say("devices.gate_passed")


def _reached(loaded: LoadedHouse, name: str) -> tuple[Device, Connection]:
    house = loaded.house
    device = next((one for one in house.devices if one.id == name), None)
    if device is None:
        names = [one.id for one in house.devices]
        near = difflib.get_close_matches(name, names, n=1)
        raise UsageError(
            f"the house has no device {name!r}",
            where=str(loaded.path),
            remedy=(f"Did you mean '{near[0]}'? " if near else "") + f"Its devices are: {', '.join(names) or 'none'}",
        )
    if not device.connection:
        raise UsageError(
            f"device {name} is part of the simulated house, and there is nothing real to try",
            where=str(loaded.path),
            remedy="While its house runs it is set on its page, or with `sumika ask`: "
            "sumika ask 'set the living room to 22 degrees'. "
            "A real one has a connection and an address; `sumika devices scan` finds them",
        )
    connection = next((one for one in house.connections if one.id == device.connection), None)
    if connection is None:
        raise UsageError(
            f"no {device.connection}",
            where=str(loaded.path),
            remedy="Give it a connection and an address; `sumika devices scan` finds them",
        )
    return device, connection


def _asked(text: str, device: Device) -> tuple[str, float]:
    setting, sign, number_text = text.partition("=")
    try:
        value = float(number_text)
    except ValueError:
        value = math.nan
    if not sign or not math.isfinite(value):
        raise UsageError(
            f"{text!r} is no setting with a number",
            where=f"device {device.id}",
            remedy="Write it as in setpoint_c=23; `sumika devices list` says what it can be set to",
        )
    return setting.strip(), value


def _alike(said: float | None, written: float) -> bool:
    return said is not None and abs(said - written) <= _ALIKE * max(1.0, abs(written))
