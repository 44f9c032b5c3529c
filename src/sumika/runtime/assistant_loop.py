"""The process that one talks to: it hears the newest of the house, answers from records, and asks on people's behalf.

It holds little until somebody speaks: sentences and the student are read when the first question comes.
"""

from collections.abc import Callable, Mapping

import msgspec

from sumika.assistant.calls import Call, Tool
from sumika.assistant.doing import Doing
from sumika.assistant.names import Names
from sumika.assistant.saying import Voice
from sumika.assistant.talk import Talk
from sumika.assistant.talk_asking import Understands
from sumika.assistant.talk_doing import Doer
from sumika.assistant.talk_ear import HEARD, Newest
from sumika.assistant.talk_open import open_model, open_understander
from sumika.assistant.talk_steps import Step
from sumika.assistant.talk_told import step_text
from sumika.assistant.understanding_model import LargerModel
from sumika.assistant.undoing import Later, Memory
from sumika.bus import Answerer, Subscriber, ask
from sumika.facts import Book
from sumika.links.chat import ChatRefusedError
from sumika.runtime.house_ear import local_clock
from sumika.runtime.node import ASSISTANT, Launch, Node
from sumika.runtime.process import NodeProcess, run_turns
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.schema import DeviceState, Event, Message, Origin, Ruling, Severity, SumikaError, Verdict
from sumika.schema.talk import TalkAnswer, TalkRequest
from sumika.units import NANOSECONDS_PER_SECOND

TURN_S = 0.25
LATER_FILE = "later.json"
UNREADABLE = "later_not_read"
HOUSE = "house"


class Heeded:
    """A larger model of which is told whether it answers."""

    def __init__(self, model: LargerModel, tell: Callable[[str], None]) -> None:
        self._model, self._tell, self.trusted = model, tell, model.trusted

    def call(self, sentence: str, tools: Mapping[str, Tool]) -> Call | None:
        """Return what a sentence asks for; errors as the model's."""
        try:
            found = self._model.call(sentence, tools)
        except ChatRefusedError:
            raise  # this sentence alone: it is there
        except SumikaError as error:
            self._tell(str(error))
            raise
        self._tell("")
        return found


class AssistantLoop:
    """The work of the desk at which one talks to the house, turn by turn.

    Attributes:
        newest: What the bus told last.
        memory: Of what was done, and what is still to be done.
    """

    def __init__(self, process: NodeProcess, understands: Callable[[Names, Launch], Understands] | None = None) -> None:
        """Open its ears, and the question that it answers.

        Args:
            process: Of the node.
            understands: Makes who understands sentences, at the first of them; None: as the house describes it.
        """
        launch = process.launch
        self.process = process
        self._understands = understands or self._understander
        self._model_fails = False
        self._not_ended: dict[tuple[str, str], float] = {}
        self.newest = Newest(lambda: process.clock.now().monotonic_ns)
        self._path = launch.data / ASSISTANT / LATER_FILE
        self.memory = Memory(self._kept(), lambda later: write_small(self._path, later))
        doing = Doing(launch.house, self.newest)
        self._doer = Doer(doing, self.newest, self._ask, self.listen, self.memory, self._gave_up)
        self._local = local_clock(launch)
        self._talk: Talk | None = None
        self._book: Book | None = None
        self._subscriber = Subscriber(
            process.folder,
            nodes=[name for name in launch.nodes if name != ASSISTANT],
            topics=HEARD,
            clock=process.clock,
            high_water_mark=2000,
        )
        self._answerer = Answerer(process.folder, "talk")

    def _kept(self) -> tuple[Later, ...]:
        try:
            return read_small(self._path, tuple[Later, ...], ())
        except DamagedFileError:
            self.process.refuse(UNREADABLE)
            return ()

    def _understander(self, names: Names, launch: Launch) -> Understands:
        """Return who understands sentences; without a larger model where that may not be asked, which is told of."""
        model = None
        try:
            model = open_model(launch.house, launch.house_file.parent)
        except SumikaError as error:
            self._tell(str(error))
        return open_understander(names, None if model is None else Heeded(model, self._tell))

    def _tell(self, problem: str) -> None:
        """Say once that the larger model is not asked or does not answer, and once that it does again."""
        if bool(problem) is self._model_fails:
            return
        self._model_fails = bool(problem)
        severity = Severity.WARNING if problem else Severity.INFO
        self._publish(ASSISTANT, "model_not_asked", severity, problem[:200], recovered=not problem)

    def _gave_up(self, steps: tuple[Step, ...]) -> None:
        """Tell what was to end by itself and did not, however often the gate was asked."""
        voice = self._voice()
        for step in steps:
            # Settings of devices stay told of until they are set anew; of all else that is never heard.
            ends = step.request == "wish_device"
            if ends:
                self._not_ended[step.subject, step.action] = step.value
            severity = Severity.WARNING if ends else Severity.INFO
            words = step_text(step, voice)[:200]
            self._publish(step.subject or HOUSE, "not_ended", severity, words, recovered=False, part=step.action)

    def _heard(self, message: Message) -> None:
        """Tell that what had not ended is over: an order to that setting went through, or it is as it was to be."""
        if isinstance(message, Verdict) and message.ruling is not Ruling.VETOED:
            over = [(message.device, message.action)]
        elif isinstance(message, DeviceState) and message.available:
            now = {(message.device, name): value for name, value in message.values.items()}
            over = [one for one, value in now.items() if self._not_ended.get(one) == value]
        else:
            return
        for device, action in over:
            if self._not_ended.pop((device, action), None) is not None:
                self._publish(device, "not_ended", Severity.INFO, "", recovered=True, part=action)

    def _publish(
        self, subject: str, code: str, severity: Severity, detail: str, *, recovered: bool, part: str = ""
    ) -> None:
        if self.process.publisher is not None:
            event = Event(
                stamp=self.process.clock.now(),
                origin=Origin.LIVE,
                subject=subject,
                code=code,
                part=part,
                severity=severity,
                recovered=recovered,
                detail=detail,
            )
            self.process.publisher.publish(event)

    def _ask(self, name: str, question: msgspec.Struct) -> msgspec.Struct:
        return ask(self.process.folder, name, question)

    def _now_s(self) -> float:
        return self.process.clock.now().wall_ns / NANOSECONDS_PER_SECOND

    def _voice(self) -> Voice:
        """Return who speaks where nobody has asked, in the language of the house."""
        house = self.process.launch.house
        return Voice(house, house.language or "en", self._now_s())

    def listen(self, timeout_s: float) -> None:
        """Hear the bus, and show a sign of life: a question may take a while."""
        for received in self._subscriber.receive(timeout_s):
            self.newest.hear(received.message)
            if self._not_ended:
                self._heard(received.message)
            self.process.taken += 1
        self.process.beat()

    def turn(self) -> None:
        """Hear, answer, do what was put off until now, and show a sign of life."""
        self.listen(TURN_S)
        answered = self._answerer.poll(self.answer)
        answered += len(self._doer.later(self._voice()))
        self.process.worked(0, answered)
        self.process.tell(self._subscriber.lost)

    def answer(self, question: TalkRequest) -> TalkAnswer:
        """Answer one question."""
        self.listen(0.0)
        now = self.process.clock.now()
        now_s = now.wall_ns / NANOSECONDS_PER_SECOND
        return self._opened().say(question, now_s, self._local(now).timestamp() - now_s)

    def _opened(self) -> Talk:
        """Return the desk; at the first question it is made."""
        if self._talk is None:
            launch = self.process.launch
            names = Names(launch.house)
            self._book = Book(launch.data, launch.house, self.process.clock)
            self._talk = Talk(
                launch.house,
                self._understands(names, launch),
                self.newest,
                self._book,
                doer=self._doer,
                ask=self._ask,
                names=names,
            )
        return self._talk

    def close(self) -> None:
        """Stop listening and answering."""
        self._subscriber.close()
        self._answerer.close()
        if self._book is not None:
            self._book.close()


def run_assistant(node: Node, launch: Launch) -> None:
    """Talk with people until told to stop."""
    run_turns(node, launch, AssistantLoop)
