"""Sentences first, then the student, then a larger model; what is unsure asks back, what is no order is not done."""

import http.server
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sumika.assistant.calls import TOOLS, Call, Tool, checked
from sumika.assistant.names import Names
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_guard import may_be_no_order
from sumika.assistant.understanding_model import EXAMPLES, ChatModel, LargerModel
from sumika.assistant.understanding_networks import SURE_TO_ACT, Understood
from sumika.config import demo_house
from sumika.links.chat import at_home
from sumika.schema import SumikaError
from sumika.schema.talking import Talking
from tests.http_helpers import serving, sockets_of_this_machine

NAMES = Names(demo_house().house)
UNHEARD = "could the lamp in the bedroom possibly begin to shine"
ON = Call(tool="power", what="on", spans={"device": "lamp", "room": "bedroom"})


class Student:
    """Reads every sentence alike."""

    def __init__(self, call: Call, probability: float) -> None:
        self.call, self.probability, self.asked = call, probability, 0

    def read(self, sentence: str) -> tuple[Call, float] | None:
        """Return what it always returns."""
        self.asked += 1
        return self.call, self.probability


class Model:
    """Answers every sentence alike, or is not there."""

    def __init__(self, call: Call | None = None, *, trusted: bool = False) -> None:
        self.answer, self.asked, self.trusted = call, 0, trusted

    def call(self, sentence: str, tools: Mapping[str, Tool]) -> Call | None:
        """Return what it always returns."""
        assert tools is TOOLS
        self.asked += 1
        if self.answer is None:
            raise SumikaError("it is not there")
        return self.answer


def _understood(sentence: str, student: Student | None = None, model: LargerModel | None = None) -> Understood:
    return Understander(NAMES, student, model).understand(sentence)


def test_sentences_come_first() -> None:
    """What fits the book is asked of nobody else."""
    student, model = Student(ON, 1.0), Model(ON)
    got = _understood("電気つけて", student, model)
    assert (got.by, got.probability, got.ask_back) == ("sentences", 1.0, "")
    assert got.calls == (Call(tool="power", what="on", spans={"device": "電気"}),)
    assert (student.asked, model.asked) == (0, 0)


def test_a_sure_student_is_believed_and_an_unsure_one_asks_back() -> None:
    """What acts must be surer than what answers."""
    assert _understood(UNHEARD, Student(ON, 0.95)) == Understood(calls=(ON,), by="student", probability=0.95)
    unsure = _understood(UNHEARD, Student(ON, 0.7))
    assert (unsure.ask_back, unsure.calls) == ("ask_back.meant", (ON,))
    asks = Call(tool="state", what="device", spans={"device": "lamp"})
    assert _understood(UNHEARD, Student(asks, 0.7)).ask_back == ""
    assert _understood(UNHEARD, Student(ON, 0.1)) == Understood()


@pytest.mark.parametrize("call", [Call(tool="level", what="up"), Call(tool="power", what="on")])
def test_an_order_of_a_student_that_names_nothing_is_asked_back(call: Call) -> None:
    got = _understood("gimme a wee bit more of it", Student(call, 1.0))
    assert (got.calls, got.ask_back) == ((call,), "ask_back.meant")


def test_a_sigh_is_no_yes() -> None:
    assert _understood("hmmpf mmh", Student(Call(tool="answer", what="yes"), 1.0)).calls == ()


def test_how_far_the_house_may_go_is_said_by_a_student_that_is_very_sure() -> None:
    mode = Call(tool="house_mode", what="suggest")
    assert _understood("何かする時は事前に相談して", Student(mode, 0.97)).calls == (mode,)
    assert _understood("何かする時は事前に相談して", Student(mode, 0.9)).calls == ()


def test_a_student_that_invents_is_not_believed() -> None:
    """A piece that was not said, a tool that there is not."""
    invented = Call(tool="power", what="on", spans={"device": "chandelier"})
    assert _understood(UNHEARD, Student(invented, 1.0)) == Understood()
    assert _understood(UNHEARD, Student(Call(tool="door", what="open"), 1.0)) == Understood()


def test_a_larger_model_is_asked_last_and_checked_alike() -> None:
    """Where the student is unsure; and what it invents is dropped."""
    got = _understood(UNHEARD, Student(ON, 0.5), Model(ON))
    assert (got.by, got.calls, got.ask_back) == ("model", (ON,), "")
    assert _understood(UNHEARD, None, Model(Call(tool="power", what="on", spans={"device": "door"}))) == Understood()
    assert _understood(UNHEARD, None, Model(None)) == Understood(silent=True)  # which is told


def test_a_larger_model_that_may_be_slow_is_asked_once_about_an_order_that_is_to_wait() -> None:
    model = Model(ON, trusted=True)
    got = _understood(f"in ten minutes {UNHEARD}", None, model)
    assert (got.by, got.calls[0].spans["delay"], model.asked) == ("model", "in ten minutes", 1)
    # Which of two clauses the model read nobody knows: nothing is done at once, and nothing for sure later.
    model = Model(ON, trusted=True)
    got = _understood(f"in ten minutes {UNHEARD}, because guests arrive then", None, model)
    assert (got.calls, got.ask_back, model.asked) == ((), "ask_back.again", 1)


@pytest.mark.parametrize(
    "sentence",
    [
        "whatever you do, don't turn on the lamp in the bedroom",
        "if it gets dark, turn on the lamp in the bedroom",
        "mum says the lamp in the bedroom should go on",
        "is the lamp in the bedroom meant to glow like that?",
        "the lamp in the bedroom was already turned on yesterday",
        "should the lamp in the bedroom be on",
        "everything but the lamp in the bedroom is fine, all lamps except the lamp in the bedroom",
    ],
)
def test_an_order_that_is_only_seen_within_a_sentence_is_not_done(sentence: str) -> None:
    """However sure the student is: denials, conditions, hearsay, questions, the past."""
    got = _understood(sentence, Student(ON, 1.0))
    assert (got.calls, got.ask_back) == ((), "ask_back.again")


@pytest.mark.parametrize(
    ("sentence", "no_order"),
    [
        ("寝室の電気は絶対に消さないでほしいんだけど", True),
        ("電気消すなよ", True),
        ("暗くなったら電気を消してほしい", True),
        ("電気を消してって母が言ってた", True),
        ("電気は消したはずだよ", True),
        ("電気を消してもいいかな", True),
        ("電気つけっぱなしにしてほしい", True),
        ("寝室以外の電気を消して", True),
        ("電気じゃないほうを消して", True),
        ("悪いんだけどそこの電気をぱちっと消してもらえると助かるわ", False),
        ("三十分したら電気を消しておくれでないかい", False),
        ("would you be so kind as to switch off the 電気", False),
    ],
)
def test_the_guard_in_japanese(sentence: str, *, no_order: bool) -> None:
    """Polite requests look like questions and are none; a delay looks like a condition and is none."""
    spans: dict[Any, str] = {"device": "電気"} | ({"delay": "三十分したら"} if "三十分" in sentence else {})
    assert may_be_no_order(sentence, Call(tool="power", what="off", spans=spans)) is no_order


@pytest.mark.parametrize(
    ("sentence", "calls"),
    [
        ("turn off the lights and close the blinds", ["power.off lights", "cover.close blinds"]),
        ("電気消してカーテン閉めて", ["power.off 電気", "cover.close カーテン"]),
        ("エアコン消して、窓開けて、カーテン閉めて", ["power.off エアコン", "cover.open 窓", "cover.close カーテン"]),
        ("turn on the bath fan and the living light", ["power.on bath fan", "power.on living light"]),
        ("リビングと寝室の電気を消して", ["power.off 電気", "power.off 電気"]),
        ("電気とエアコンを消して", ["power.off 電気", "power.off エアコン"]),
        ("it's hot, turn on the air conditioner", ["power.on air conditioner"]),
        ("暗いのでカーテン開けて", ["cover.open カーテン"]),
        ("もう寝るから電気消して", ["power.off 電気"]),
    ],
)
def test_several_orders_in_one_sentence(sentence: str, calls: list[str]) -> None:
    """Joined, listed, or with a reason before them."""
    got = _understood(sentence)
    assert [f"{call.tool}.{call.what} {call.spans.get('device', '')}" for call in got.calls] == calls
    assert all(piece in sentence for call in got.calls for piece in call.spans.values())


@pytest.mark.parametrize(
    "sentence",
    [
        "turn off the lights and dance",
        "don't turn off the lights and close the blinds",
        "if I leave, turn off the lights",
        "turn off the TV, the bedroom light",
        "電気を消してと言われた",
        "エアコンつけて寒くない？",
        "電気消さないでカーテン閉めて",
        "寒いなら窓閉めて",
        "窓は開けないでって言ったから閉めて",
        "部屋の電気を消してから3度目の電話だ",
    ],
)
def test_half_understood_is_not_done(sentence: str) -> None:
    """Every part must be understood, and a mere name is no part: it would be switched on."""
    got = _understood(sentence)
    acting = [call for call in got.calls if TOOLS[call.tool].acts]
    assert not acting or (sentence.startswith("turn off the TV") and all(call.what == "off" for call in acting))


def test_a_mere_name_is_asked_back_in_japanese() -> None:
    """As Home Assistant has it, "bedroom light" switches it on; 電気 may be the beginning of anything."""
    assert _understood("bedroom light").ask_back == ""
    assert _understood("電気").ask_back == "ask_back.meant"
    assert _understood("寝室の電気…").ask_back == "ask_back.meant"


def test_a_thought_is_no_yes() -> None:
    """うーん is not うん."""
    assert _understood("うん").calls[0].what == "yes"
    assert _understood("うーん…") == Understood()


def test_doors_stay_shut() -> None:
    """Home Assistant's sentences open doors and gates; here one may only ask whether they are open."""
    for sentence in (
        "open the door",
        "open the garage door",
        "close the gate",
        "unlock the front door",
        "ドアを開けて",
        "玄関の鍵を開けて",
    ):
        assert _understood(sentence) == Understood(), sentence
    assert _understood("are any doors open").calls[0].tool == "state"


def test_nothing_and_too_much_are_not_understood() -> None:
    """Neither an empty sentence nor a page."""
    student = Student(ON, 1.0)
    assert _understood("   ", student) == Understood()
    assert _understood("電気" * 500, student) == Understood()
    assert student.asked == 0


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("localhost", True),
        ("nas", True),
        ("nas.local", True),
        ("8.8.8.8", False),
        ("api.example.com", False),
        ("nas.local.example.com", False),
    ],
)
def test_what_is_at_home(host: str, *, inside: bool) -> None:
    """Private addresses, and names that only a house's own network has."""
    assert at_home(host) is inside


def test_what_is_said_does_not_leave_the_house_unasked(tmp_path: Path) -> None:
    """An address outside is refused unless the owner allows it."""
    away = Talking(model_address="https://api.example.com/v1", model="m")
    with pytest.raises(SumikaError, match="outside the house"):
        ChatModel(away, tmp_path)
    ChatModel(msgspec.structs.replace(away, leaves_the_house=True), tmp_path)
    with pytest.raises(SumikaError, match="no address"):
        ChatModel(Talking(model_address="ftp://nas/v1"), tmp_path)


@contextmanager
def _server(status: int, content: object) -> Iterator[tuple[str, list[tuple[str, Mapping[str, str], Any]]]]:
    """Run a chat endpoint that always says the same; yields its address, and what it was asked."""
    asked: list[tuple[str, Mapping[str, str], Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, dict(self.headers.items()), msgspec.json.decode(body)))
            told = msgspec.json.encode({"choices": [{"message": {"role": "assistant", "content": content}}]})
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    with sockets_of_this_machine(), serving(http.server.HTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/v1", asked


def test_a_model_is_asked_as_chat_completions_are(tmp_path: Path) -> None:
    """With the table, a schema, the key from its file and the sentence as data; its answer is a call."""
    (tmp_path / "key").write_text("sesame\n")
    with _server(200, msgspec.json.encode(ON).decode()) as (address, asked):
        settings = Talking(model_address=address, model="tiny", secret_file="key", timeout_s=5)
        got = _understood(UNHEARD, None, ChatModel(settings, tmp_path))
    assert (got.calls, got.by) == ((ON,), "model")
    assert got.probability >= SURE_TO_ACT
    path, headers, body = asked[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer sesame"
    assert body["model"] == "tiny"
    assert body["response_format"]["json_schema"]["schema"]["properties"]["tool"]["enum"] == [*TOOLS, "none"]
    assert msgspec.json.decode(body["messages"][1]["content"]) == {"sentence": UNHEARD}
    assert "aoi" not in str(body).casefold()  # nothing of who lives there


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, "I would turn on the lamp."),
        (200, '{"tool": "none", "what": "none", "spans": {}, "statistic": "now"}'),
        (200, '{"tool": "power", "what": "on", "spans": {"device": "front door"}, "statistic": "now"}'),
        (200, None),
        (500, "{}"),
    ],
)
def test_a_model_that_answers_something_else_is_not_believed(status: int, content: object, tmp_path: Path) -> None:
    """Prose, no tool, what was not said, nothing, and a broken server."""
    with _server(status, content) as (address, _):
        model = ChatModel(Talking(model_address=address, timeout_s=5), tmp_path)
        assert _understood(UNHEARD, None, model) == Understood(silent=status != 200)


_CALL = '{"tool": "power", "what": "on", "spans": {"device": "lamp"}, "statistic": "now"}'


@pytest.mark.parametrize(
    "said",
    [
        f"<think>Perhaps {_CALL}. But somebody else said so, and I",
        f"No tool fits: it tells of the past. Were it an order, it would be {_CALL}",
        f"{_CALL} would be wrong: it was denied.",
        f"<think>hm</think>It is no order. ```json\n{_CALL}\n```",
        f"[THINK]perhaps {_CALL} but it was denied",
        f"<|channel|>analysis<|message|>perhaps {_CALL}. But",
        f"{_CALL}\n{_CALL}",
        f"[{_CALL}]",
        "",
    ],
)
def test_a_call_that_a_model_only_mentions_is_not_made(said: str, tmp_path: Path) -> None:
    """Thoughts that were cut off, and words beside a call: these may say that it is none."""
    with _server(200, said) as (address, _):
        assert ChatModel(Talking(model_address=address, timeout_s=5), tmp_path).call(UNHEARD) is None


@pytest.mark.parametrize(
    "spans", ['{"device": "lamp", "room": null}', '{"device": "lamp", "room": ""}', '{"device": "lamp"}']
)
def test_pieces_that_a_model_leaves_empty_are_not_there(spans: str, tmp_path: Path) -> None:
    with _server(200, f'{{"tool": "power", "what": "on", "spans": {spans}, "statistic": null}}') as (address, _):
        call = ChatModel(Talking(model_address=address, timeout_s=5), tmp_path).call(UNHEARD)
    assert call == Call(tool="power", what="on", spans={"device": "lamp"})


def test_thoughts_before_an_answer_and_a_fence_about_it_are_not_read(tmp_path: Path) -> None:
    filled = '{"tool": "power", "what": "on", "spans": {"device": "", "room": "bedroom"}, "statistic": "now"}'
    said = f'<think>{{"tool": "power", "what": "off"}}?</think>\n\n```json\n{filled}\n```\n'
    with _server(200, said) as (address, _):
        call = ChatModel(Talking(model_address=address, timeout_s=5), tmp_path).call(UNHEARD)
    assert call == Call(tool="power", what="on", spans={"room": "bedroom"})


SNAG = "throw another snag on the barbie"


@pytest.mark.parametrize(
    ("sentence", "call", "student", "done"),
    [
        (SNAG, Call(tool="power", what="off", spans={"device": "barbie"}), None, False),
        (UNHEARD, ON, None, False),
        (UNHEARD, ON, Student(ON, 0.55), True),
        (UNHEARD, ON, Student(ON, 0.45), False),
        (UNHEARD, ON, Student(Call(tool="power", what="off", spans={"device": "lamp"}), 0.7), False),
        (
            "the soldering iron, have it switched on",
            Call(tool="power", what="on", spans={"device": "soldering iron"}),
            None,
            True,
        ),
        (
            "寝室の灯りに元気を出してもらって",
            Call(tool="power", what="on", spans={"device": "灯り", "room": "寝室"}),
            None,
            False,
        ),
        (
            "minimum outdoor RH today",
            Call(tool="climate", what="temperature", spans={"period": "today"}),
            None,
            False,
        ),
    ],
)
def test_what_nothing_speaks_for_but_a_model_is_asked_back(
    sentence: str, call: Call, student: Student | None, done: bool
) -> None:
    """A small model reads an order into everything. Who trusts his own says so, and is not asked."""
    doubted = _understood(sentence, student, Model(call))
    assert (doubted.calls, doubted.by, doubted.ask_back == "") == ((call,), "model", done)
    trusted = _understood(sentence, student, Model(call, trusted=True))
    assert (trusted.calls, trusted.ask_back) == ((call,), "")


class Nothing(Model):
    """Is there, and makes nothing of any sentence."""

    def call(self, sentence: str, tools: Mapping[str, Tool]) -> Call | None:
        """Return that it does not know."""
        self.asked += 1
        return None


@pytest.mark.parametrize("model", [Model(None), Nothing()], ids=["silent", "knows nothing"])
def test_a_model_that_is_no_help_leaves_a_house_no_worse(model: Model) -> None:
    """What the student is unsure of is asked back, as without any model."""
    unsure = Student(ON, 0.55)
    assert _understood(UNHEARD, unsure, model) == _understood(UNHEARD, unsure)
    assert _understood(UNHEARD, unsure).ask_back == "ask_back.meant"
    assert model.asked


@pytest.mark.parametrize("tool", [("answer", "yes"), ("undo", "last"), ("house_mode", "off")])
def test_what_short_words_decide_no_model_decides(tool: tuple[str, str]) -> None:
    """A sigh is no yes, whoever takes it for one."""
    call = Call(tool=tool[0], what=tool[1])
    assert _understood(UNHEARD, None, Model(call, trusted=True)) == Understood()


def test_a_model_that_knows_the_table_is_told_the_sentence_alone(tmp_path: Path) -> None:
    """As it was trained: no table, no schema, no JSON around what was said."""
    with _server(200, msgspec.json.encode(ON).decode()) as (address, asked):
        settings = Talking(model_address=address, model="house", model_told="sentence", timeout_s=5)
        assert ChatModel(settings, tmp_path).call(UNHEARD) == ON
    body = asked[0][2]
    assert body["messages"] == [{"role": "user", "content": UNHEARD}]
    assert "response_format" not in body


def test_the_examples_that_a_model_is_given_are_right() -> None:
    """They would be believed: every one is a call that the table has, of pieces that stand in its sentence."""
    assert all(checked(call, sentence) == call for sentence, call in EXAMPLES if call is not None)
    assert {call is None for _, call in EXAMPLES} == {True, False}


def test_a_model_whose_key_cannot_be_read_says_so(tmp_path: Path) -> None:
    """It is not asked without."""
    settings = Talking(model_address="http://127.0.0.1:1/v1", secret_file="nowhere")
    with pytest.raises(SumikaError, match="key of the model"):
        ChatModel(settings, tmp_path).call(UNHEARD)


@pytest.mark.parametrize("sentence", ["what did we pay for gas last month", "先月のガス代はいくら"])
def test_the_gas_bill_is_not_answered_with_that_of_electricity(sentence: str) -> None:
    got = _understood(sentence, Student(Call(tool="energy", what="cost"), 1.0))
    assert got.calls == ()
