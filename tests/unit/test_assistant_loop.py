"""The node that one talks to, over a real bus: it asks, hears the gate, answers, and does later what was put off."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sumika.assistant import talk_open
from sumika.assistant.calls import Call
from sumika.assistant.names import Names
from sumika.assistant.talk_steps import Step
from sumika.assistant.undoing import MOST_TRIES, Later
from sumika.bus import RuntimeFolder, ask
from sumika.clock import WallClock
from sumika.models import StudentRefused
from sumika.runtime.assistant_loop import LATER_FILE, AssistantLoop, Heeded
from sumika.runtime.node import Launch
from sumika.runtime.process import NodeProcess
from sumika.runtime.table import nodes_of
from sumika.schema import REQUESTS, ConfigChange, DeviceState, Event, Origin, Severity, SumikaError
from sumika.schema.house import House
from sumika.schema.talk import ALL_RIGHTS, EVERYBODY, TalkAnswer, TalkRequest
from sumika.schema.talking import Talking
from tests.bridge_helpers import HOUSE_NODE, PlayedHouse, played_house
from tests.bus_helpers import runtime_folder, wait_until
from tests.talk_helpers import Sentences, talking_house

pytestmark = pytest.mark.slow

SENTENCES = {
    "light off": Call(tool="power", what="off", spans={"device": "light"}),
    "light off for a second": Call(tool="power", what="off", spans={"device": "light", "duration": "1 second"}),
    "how warm": Call(tool="climate", what="temperature", spans={"room": "living room"}),
    "undo": Call(tool="undo", what="last"),
}


class Frame:
    """The frame of a process in this one, on a real bus."""

    def __init__(self, folder: RuntimeFolder, data: Path, house: House) -> None:
        self.clock, self.folder, self.taken, self.beats = WallClock(), folder, 0, 0
        config = ConfigChange(stamp=self.clock.now(), origin=Origin.LIVE, file="", hash="", text="")
        self.launch = Launch(folder.path, data, "run", house, data / "house.yaml", config, (HOUSE_NODE,), 0)
        self.refused: list[str] = []
        self.publisher: Any = None

    def beat(self) -> None:
        self.beats += 1

    def worked(self, step_ns: int, outputs: int) -> None: ...

    def tell(self, lost: object) -> None: ...

    def refuse(self, reason: str) -> None:
        self.refused.append(reason)


class Running:
    """A house that is played, and the node beside it; turns go round while somebody waits.

    Attributes:
        played: Says and answers what the rest of the house does.
        loop: The node's.
    """

    def __init__(self, folder: RuntimeFolder, data: Path) -> None:
        self.folder = folder
        self.frame = Frame(folder, data, played_house())
        self.played = PlayedHouse(folder, self.frame.clock)
        self.loop = self.begin()

    def begin(self) -> AssistantLoop:
        self.sentences = Sentences(SENTENCES)
        return AssistantLoop(cast(NodeProcess, self.frame), lambda names, launch: self.sentences)

    def until(self, holds: Callable[[], bool]) -> bool:
        def turned() -> bool:
            self.loop.turn()
            return holds()

        return wait_until(turned)

    def knows(self, device: str) -> bool:
        return any(one.device == device for one in self.loop.newest.all(DeviceState))

    def say(self, text: str, **more: Any) -> TalkAnswer:
        """Say something from elsewhere, as page and command line do."""
        answers: list[Any] = []

        def put() -> None:
            question = TalkRequest(text=text, **{"may": ALL_RIGHTS, "sees": (EVERYBODY,), "conversation": "c", **more})
            try:
                answers.append(ask(self.folder, "talk", question, timeout_s=10.0))
            except SumikaError as error:
                answers.append(error)

        thread = threading.Thread(target=put)
        thread.start()
        assert self.until(lambda: bool(answers))
        thread.join()
        assert isinstance(answers[0], TalkAnswer), answers[0]
        return answers[0]

    def close(self) -> None:
        self.loop.close()
        self.played.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with runtime_folder() as folder:
        found = Running(folder, tmp_path)
        try:
            yield found
        finally:
            found.close()


def test_a_word_goes_round_over_the_bus_and_comes_back_with_the_gates_verdict(running: Running) -> None:
    assert running.until(lambda: running.knows("living_light"))
    answer = running.say("light off", resident="ken")
    assert answer.text == "Done: the light, off."
    assert running.played.told["living_light"]["level"] == 0.0
    assert answer.done[0].written == 0.0
    running.played.vetoes = True
    refused = running.say("undo")
    assert refused.text.startswith("Not done: the light, 50 %. The safety gate says")
    assert running.sentences.heard == ["light off", "undo"]
    assert running.frame.beats > 2


def test_questions_are_answered_from_the_newest_message(running: Running) -> None:
    assert running.until(lambda: running.knows("living_light"))
    answer = running.say("how warm")
    assert answer.text == "The temperature in the living room is 21.3 °C."
    assert answer.sentences[0].rows[0].subject == "living_air"


def test_what_was_put_off_outlives_a_restart(running: Running, tmp_path: Path) -> None:
    assert running.until(lambda: running.knows("living_light"))
    assert "then as it was before" in running.say("light off for a second").text
    kept = tmp_path / "assistant" / LATER_FILE
    assert kept.stat().st_mode & 0o777 == 0o600
    running.loop.close()
    running.loop = running.begin()
    assert running.until(lambda: running.played.told["living_light"]["level"] == 0.5)
    assert kept.read_bytes() == b"[]"


def test_what_does_not_end_by_itself_is_told_when_it_is_given_up(running: Running) -> None:
    told: list[Event] = []
    running.frame.publisher = SimpleNamespace(publish=told.append)
    assert running.until(lambda: running.knows("living_light"))
    running.played.vetoes = True
    step = Step(request="wish_device", subject="living_light", action="level")
    running.loop.memory.put_off(Later(deed=1, at_unix_s=0.0, steps=(step,), takes_back=True, tries=MOST_TRIES - 1))
    assert running.until(lambda: bool(told))
    (event,) = told
    assert (event.subject, event.code, event.part, event.recovered) == ("living_light", "not_ended", "level", False)
    assert event.detail == "the light, off"
    running.played.vetoes = False
    assert running.say("light off").done[0].written == 0.0
    assert running.until(lambda: len(told) == 2)
    assert (told[1].subject, told[1].part, told[1].recovered) == ("living_light", "level", True)
    assert running.loop.memory.waits(1) == ()


def test_a_mode_that_did_not_end_is_told_of_the_house_and_opens_no_fault(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> Any:
        raise SumikaError("nobody answers")

    monkeypatch.setattr("sumika.runtime.assistant_loop.ask", refused)
    told: list[Event] = []
    running.frame.publisher = SimpleNamespace(publish=told.append)
    step = Step(request="set_mode", text="away")
    running.loop.memory.put_off(Later(deed=1, at_unix_s=0.0, steps=(step,), takes_back=True, tries=MOST_TRIES - 1))
    assert running.until(lambda: bool(told))
    assert [(one.subject, one.severity) for one in told] == [("house", Severity.INFO)]


def test_a_damaged_file_is_no_reason_not_to_run(running: Running, tmp_path: Path) -> None:
    running.loop.close()
    (tmp_path / "assistant").mkdir()
    (tmp_path / "assistant" / LATER_FILE).write_bytes(b"\xff")
    running.loop = running.begin()
    assert running.frame.refused == ["later_not_read"]
    assert running.say("nonsense").refused == "not_understood"


def test_it_runs_in_every_house_that_does_not_switch_it_off() -> None:
    assert "assistant" in {node.name for node in nodes_of(talking_house())}
    off = talking_house(assistant=Talking(enabled=False))
    assert "assistant" not in {node.name for node in nodes_of(off)}
    assert REQUESTS["talk"].answered_by == "assistant"


def test_without_a_student_that_ships_sentences_alone_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Any:
        raise StudentRefused("there is no student called house-tiny")

    monkeypatch.setattr(talk_open, "find_sentence_student", none)
    assert talk_open.open_student() is None
    understood = talk_open.open_understander(Names(talking_house())).understand("turn off the bedroom light")
    assert (understood.by, understood.calls[0].what) == ("sentences", "off")


def test_a_model_outside_the_house_is_refused_unless_that_is_allowed(tmp_path: Path) -> None:
    far = talking_house(assistant=Talking(model_address="https://models.example.com/v1"))
    with pytest.raises(SumikaError, match="may not leave"):
        talk_open.open_model(far, tmp_path)
    assert talk_open.open_model(talking_house(), tmp_path) is None


def test_a_larger_model_that_fails_is_told_of_once_and_once_when_it_answers_again() -> None:
    class Model:
        fails = False

        trusted = False

        def call(self, sentence: str, tools: object) -> Call | None:
            if self.fails:
                raise SumikaError("the model at nas answers HTTP 500")
            return None

    told: list[str] = []
    model = Model()
    heeded = Heeded(model, told.append)
    for fails in (False, True, True, False):
        model.fails = fails
        with contextlib.suppress(SumikaError):
            heeded.call("mumble", {})
    assert told == ["", "the model at nas answers HTTP 500", "the model at nas answers HTTP 500", ""]
