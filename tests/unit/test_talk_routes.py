"""Talking on the page: in whose name, with which rights, about whom; and what never reaches the house."""

from pathlib import Path
from typing import Any

import pytest

from sumika.dashboard import Role
from sumika.schema.talk import LONGEST_SENTENCE, TalkAnswer, TalkCall, TalkRequest, TalkSentence
from tests.page_helpers import Played, quick_passwords

pytestmark = pytest.mark.slow

ANSWER = TalkAnswer(sentences=(TalkSentence(text="It is warm."),), language="en", conversation="secret/abc")


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    found = Played(tmp_path)
    found.bus.answers["talk"] = ANSWER
    return found


def asked(played: Played) -> TalkRequest:
    name, question = played.bus.asked[-1]
    assert name == "talk"
    assert isinstance(question, TalkRequest)
    return question


def test_what_is_said_goes_out_in_the_name_of_who_says_it(played: Played) -> None:
    hanako = played.user("h.", Role.RESIDENT, "hanako")
    answer = hanako.post("/api/talk", json={"text": "how warm?", "room": "study", "conversation": "abc"})
    assert answer.status_code == 200
    assert answer.json()["sentences"] == [{"text": "It is warm.", "rows": [], "more_rows": 0}]
    assert answer.json()["conversation"] == "abc"
    question = asked(played)
    assert (question.text, question.resident, question.room) == ("how warm?", "hanako", "study")
    assert {"control", "wish", "vitals", "plan"} <= set(question.may)
    assert "configure" not in question.may
    # Hers are the bedroom, what is nobody's own, and herself; Taro's study and Taro are not.
    assert set(question.sees) == {"bedroom", "living", "hanako"}


def test_nobody_goes_on_with_somebody_elses_conversation(played: Played) -> None:
    names = set()
    for browser in (
        played.user("a.", Role.RESIDENT, "hanako"),
        played.user("b.", Role.RESIDENT, "taro"),
        played.machine(),
    ):
        browser.post("/api/talk", json={"text": "yes", "conversation": "abc"})
        names.add(asked(played).conversation)
    assert len(names) == 3
    assert all(name.endswith("/abc") for name in names)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.GUEST, {"house"}, {"wish", "control", "vitals", "records", "plan"}),
        (Role.CARER, {"house", "falls", "vitals", "records"}, {"wish", "control", "plan"}),
        (Role.OWNER, {"house", "control", "vitals", "plan", "records"}, set()),
    ],
)
def test_rights_are_those_of_the_role(played: Played, role: Role, may: set[str], may_not: set[str]) -> None:
    played.user("x.", role).post("/api/talk", json={"text": "open the door"})
    question = asked(played)
    assert may <= set(question.may)
    assert not may_not & set(question.may)
    if role in (Role.GUEST, Role.CARER):
        assert question.sees == ()


def test_while_sensing_rests_nothing_personal_is_told(played: Played) -> None:
    played.parts.feed.hide(hidden=True)
    played.user("h.", Role.RESIDENT, "hanako").post("/api/talk", json={"text": "did I sleep?"})
    assert asked(played).sees == ()


def test_undo_is_a_call(played: Played) -> None:
    played.owner().post("/api/talk", json={"undo": True})
    assert asked(played).call == TalkCall(tool="undo", what="last")


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x" * (LONGEST_SENTENCE + 1)},
        {"text": "x", "may": ["control"]},
        {"text": "x", "call": {"tool": "power", "what": "on"}},
        {"text": "x", "conversation": "../../etc"},
        {"text": "x", "language": "fr"},
        {"text": 5},
        [],
    ],
)
def test_what_does_not_fit_never_reaches_the_house(played: Played, body: Any) -> None:
    assert played.owner().post("/api/talk", json=body).status_code == 400
    assert not [name for name, _ in played.bus.asked if name == "talk"]


def test_strangers_are_not_heard_and_a_silent_node_is_told_of(played: Played) -> None:
    assert played.stranger().post("/api/talk", json={"text": "x"}).status_code == 401
    played.bus.silent = True
    answer = played.owner().post("/api/talk", json={"text": "x"})
    assert answer.status_code == 503
    assert answer.json()["where"] == "assistant"
