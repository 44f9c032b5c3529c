"""Questions and answers: an answer, a reason, or a time-out that says who did not answer; never a hang."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
import zmq

from sumika.bus import MESSAGE_CAP_BYTES, Answerer, RuntimeFolder, ask
from sumika.schema import RecordRawAnswer, RecordRawRequest, SumikaError, UsageError
from tests.bus_helpers import Child, opened, runtime_folder, wait_until

QUESTION = RecordRawRequest(seconds=2.5, radars=("bedroom",))
Handler = Callable[[RecordRawRequest], msgspec.Struct]


@pytest.fixture
def folder() -> Iterator[RuntimeFolder]:
    with runtime_folder() as made:
        yield made


def accept(question: RecordRawRequest) -> RecordRawAnswer:
    return RecordRawAnswer(accepted=True, folder=f"/{question.seconds}/{question.radars[0]}")


@contextmanager
def answering(folder: RuntimeFolder, handler: Handler) -> Iterator[Answerer]:
    """Answer from a loop as a node has it."""
    answerer, stop = opened(Answerer(folder, "record_raw")), threading.Event()

    def loop() -> None:
        while not stop.is_set():
            answerer.poll(handler, timeout_s=0.01)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield answerer
    finally:
        stop.set()
        thread.join()
        answerer.close()


def test_a_question_is_answered(folder: RuntimeFolder) -> None:
    with answering(folder, accept):
        for _ in range(3):
            assert ask(folder, "record_raw", QUESTION) == RecordRawAnswer(accepted=True, folder="/2.5/bedroom")


def test_without_a_question_poll_returns_at_once(folder: RuntimeFolder) -> None:
    answerer = opened(Answerer(folder, "record_raw"))
    assert answerer.poll(accept) == 0
    assert answerer.poll(accept, timeout_s=0.001) == 0
    answerer.close()


def test_an_answerer_that_comes_a_little_later_still_answers(folder: RuntimeFolder) -> None:
    answers: list[msgspec.Struct] = []
    asking = threading.Thread(target=lambda: answers.append(ask(folder, "record_raw", QUESTION, timeout_s=10)))
    asking.start()
    with answering(folder, accept):
        asking.join()
    assert len(answers) == 1


def test_nobody_there_is_a_time_out_that_says_who_and_what_to_do(folder: RuntimeFolder) -> None:
    with pytest.raises(SumikaError, match=r"'record_raw' was not answered within 0\.05 s: node log.*sumika doctor"):
        ask(folder, "record_raw", QUESTION, timeout_s=0.05)


def test_an_answerer_killed_with_the_question_is_a_time_out(folder: RuntimeFolder) -> None:
    with Child(HOLD_THE_SOCKET, folder.path) as child:
        child.line()
        with pytest.raises(SumikaError, match="was not answered"):
            ask(folder, "record_raw", QUESTION, timeout_s=0.05)
        child.kill()
    with answering(folder, accept):
        assert ask(folder, "record_raw", QUESTION) == accept(QUESTION)


HOLD_THE_SOCKET = """
    import signal, sys
    from sumika.bus import Answerer, RuntimeFolder
    answerer = Answerer(RuntimeFolder.open(sys.argv[1]), "record_raw")
    print("there", flush=True)
    signal.pause()
"""


def refuse(question: RecordRawRequest) -> msgspec.Struct:
    raise SumikaError("the disk is full", where="/data", remedy="Make room.")


def stumble(question: RecordRawRequest) -> msgspec.Struct:
    raise ZeroDivisionError("division by zero")


def talk_nonsense(question: RecordRawRequest) -> msgspec.Struct:
    return question


def talk_too_much(question: RecordRawRequest) -> msgspec.Struct:
    return RecordRawAnswer(accepted=True, folder="x" * MESSAGE_CAP_BYTES)


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        (refuse, "/data: the disk is full. Make room."),
        (stumble, "ZeroDivisionError: division by zero"),
        (talk_nonsense, "bytes of RecordRawRequest, is not one that can be sent"),
        (talk_too_much, "bytes of RecordRawAnswer, is not one that can be sent"),
    ],
)
def test_a_failure_of_the_handler_reaches_the_asker_and_the_node_goes_on(
    folder: RuntimeFolder, handler: Handler, told: str
) -> None:
    with answering(folder, handler) as answerer:
        for _ in range(2):
            with pytest.raises(SumikaError) as caught:
                ask(folder, "record_raw", QUESTION)
            assert told in str(caught.value)
        assert answerer.failed == 2


def test_what_cannot_be_asked_is_refused_before_it_is_sent(folder: RuntimeFolder) -> None:
    with pytest.raises(UsageError, match=r"no request 'record_row'.*record_raw"):
        ask(folder, "record_row", QUESTION)
    with pytest.raises(UsageError, match=r"asked with a RecordRawRequest.*of RecordRawAnswer"):
        ask(folder, "record_raw", RecordRawAnswer(accepted=True))
    with pytest.raises(UsageError, match=f"at most {MESSAGE_CAP_BYTES} bytes"):
        ask(folder, "record_raw", RecordRawRequest(seconds=1, radars=("x" * MESSAGE_CAP_BYTES,)))
    with pytest.raises(UsageError, match="no request"):
        Answerer(folder, "nothing")


@pytest.mark.parametrize(
    "frames", [[b""], [b"\xc1"], [b"\x91" * 5000], [b"a", b"b"], [b"\x81\xa7seconds\xa1x"], [b"\xa1\xff"]]
)
def test_questions_that_are_none_are_counted_and_the_node_goes_on(folder: RuntimeFolder, frames: list[bytes]) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    hostile = context.socket(zmq.DEALER)
    hostile.connect(folder.answers("record_raw"))
    with answering(folder, accept) as answerer:
        hostile.send_multipart(frames)
        assert wait_until(lambda: answerer.refused == 1)
        assert ask(folder, "record_raw", QUESTION) == accept(QUESTION)
    hostile.close(linger=0)
    context.term()


@pytest.mark.parametrize("reply", [b"", b"\xc1", msgspec.msgpack.encode({"answer": {"accepted": "maybe"}}), b"\x90"])
def test_an_answer_that_is_none_is_one_clear_line(folder: RuntimeFolder, reply: bytes) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    router = context.socket(zmq.ROUTER)
    router.bind(folder.answers("record_raw"))

    def answer_wrongly() -> None:
        router.send_multipart([router.recv_multipart()[0], reply])

    thread = threading.Thread(target=answer_wrongly)
    thread.start()
    with pytest.raises(SumikaError, match=r"was not understood.*one version"):
        ask(folder, "record_raw", QUESTION)
    thread.join()
    router.close(linger=0)
    context.term()


def test_a_socket_that_cannot_be_made_is_one_clear_line(folder: RuntimeFolder) -> None:
    (folder.path / "record_raw.ask").mkdir()
    with pytest.raises(SumikaError, match=r"record_raw\.ask: 'record_raw' cannot be answered"):
        Answerer(folder, "record_raw")
