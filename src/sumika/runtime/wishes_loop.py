"""The process that residents talk to: it says what the plan suggests, takes their yes and no, and which machine waits.

A yes becomes the resident's own command, which the gate takes from no controller: so it is said from here, and it is
taken also while the planner is busy learning, hangs, or is dead.
"""

from collections.abc import Iterable

from sumika.bus import Answerer, Subscriber
from sumika.runtime.beckoning import wished_by
from sumika.runtime.machine_desk import MachineDesk
from sumika.runtime.node import Launch, Node
from sumika.runtime.process import NodeProcess, run_turns
from sumika.runtime.wishes_desk import WishesDesk
from sumika.runtime.word_desk import WordDesk
from sumika.schema import (
    AnswerSuggestionAnswer,
    AnswerSuggestionRequest,
    Gesture,
    LoadMachineAnswer,
    LoadMachineRequest,
    Message,
    Mode,
    MoodAnswer,
    MoodRequest,
    SetComfortWishAnswer,
    SetComfortWishRequest,
    SuggestionsAnswer,
    SuggestionsRequest,
    VoteAnswer,
    VoteRequest,
    WishDeviceAnswer,
    WishDeviceRequest,
)

WISHES = "wishes"
TURN_S = 0.1
HEARD = ("plan", "verdict", "mode", "gesture", "device_state")


class WishesLoop:
    """The work of the desk, turn by turn."""

    def __init__(self, process: NodeProcess) -> None:
        """Open its ears, and the questions that it answers."""
        launch = process.launch
        control = launch.house.control
        self.process = process
        self.desk = WishesDesk(control.mode if control is not None else Mode.SHADOW, launch.house.language)
        self._subscriber = Subscriber(
            process.folder,
            nodes=[name for name in launch.nodes if name != WISHES],
            topics=HEARD,
            clock=process.clock,
        )
        self._list = Answerer(process.folder, "suggestions")
        self._answer = Answerer(process.folder, "answer_suggestion")
        self.machines = MachineDesk(launch.house, launch.data / WISHES)
        self._load = Answerer(process.folder, "load_machine")
        self.words = WordDesk(launch.house, launch.data / WISHES)
        self._wish = Answerer(process.folder, "wish_device")
        self._vote = Answerer(process.folder, "vote")
        self._comfort = Answerer(process.folder, "set_comfort_wish")
        self._mood = Answerer(process.folder, "tell_mood")

    def turn(self) -> None:
        """Hear, answer, and show a sign of life."""
        arrived = self._subscriber.receive(TURN_S)
        for received in arrived:
            self.desk.hear(received.message)
            self.machines.hear(received.message)
            if isinstance(received.message, Gesture):
                self.beckon(received.message)
        now = self.process.clock.now()
        self.say((*self.desk.again(now), *self.words.again(now), *self.machines.again(now)))
        answered = self._list.poll(self.standings) + self._answer.poll(self.answer) + self._load.poll(self.load)
        answered += self._wish.poll(self.wish) + self._vote.poll(self.vote) + self._comfort.poll(self.comfort)
        answered += self._mood.poll(self.mood)
        self.process.taken += len(arrived)
        self.process.worked(0, answered)
        self.process.beat()
        self.process.tell(self._subscriber.lost)

    def standings(self, question: SuggestionsRequest) -> SuggestionsAnswer:
        """Say what is suggested."""
        return self.desk.standings(question, self.process.clock.now().monotonic_ns)

    def answer(self, question: AnswerSuggestionRequest) -> AnswerSuggestionAnswer:
        """Take a yes or a no, and say it to all."""
        answer, messages = self.desk.answer(question, self.process.clock.now())
        self.say(messages)
        return answer

    def load(self, question: LoadMachineRequest) -> LoadMachineAnswer:
        """Take a resident's word that a machine is loaded, and say it to the planner."""
        answer, messages = self.machines.load(question, self.process.clock.now())
        if self.machines.problem:
            self.process.refuse("load not written")
        self.say(messages)
        return answer

    def wish(self, question: WishDeviceRequest) -> WishDeviceAnswer:
        """Take a resident's hand on a device, and say it to the gate."""
        answer, messages = self.words.wish(question, self.process.clock.now())
        self.say(messages)
        return answer

    def vote(self, question: VoteRequest) -> VoteAnswer:
        """Take a resident's word for how it feels, and say it to the planner."""
        answer, messages = self.words.vote(question, self.process.clock.now())
        self.say(messages)
        return answer

    def comfort(self, question: SetComfortWishRequest) -> SetComfortWishAnswer:
        """Take a resident's wish for warmth, and say it to the planner."""
        answer, messages = self.words.comfort(question, self.process.clock.now())
        self.say(messages)
        return answer

    def mood(self, question: MoodRequest) -> MoodAnswer:
        """Take a resident's word for how they are, and say it to history alone."""
        answer, messages = self.words.mood(question, self.process.clock.now())
        self.say(messages)
        return answer

    def beckon(self, gesture: Gesture) -> None:
        """Take a gesture that was made twice as the wish that the house's description makes of it."""
        for question in wished_by(gesture, self.process.launch.house):
            self.wish(question)

    def say(self, messages: Iterable[Message]) -> None:
        """Say something in residents' names."""
        for message in messages:
            if self.process.publisher is not None:
                self.process.publisher.publish(message)

    def close(self) -> None:
        """Stop listening and answering."""
        self._subscriber.close()
        for answerer in (self._list, self._answer, self._load, self._wish, self._vote, self._comfort, self._mood):
            answerer.close()


def run_wishes(node: Node, launch: Launch) -> None:
    """Take residents' answers until told to stop."""
    run_turns(node, launch, WishesLoop)
