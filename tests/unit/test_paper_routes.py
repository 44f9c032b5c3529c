"""Papers on the page: who sees whose, who may say yes to what, in whose name; and names that are no papers."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from sumika.dashboard import Role
from sumika.dashboard.consent import Consent
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.papers import (
    DecidePaperAnswer,
    DecidePaperRequest,
    PaperAnswer,
    PaperHead,
    PaperReader,
    PapersAnswer,
    PapersRequest,
    PrintedPaperAnswer,
    WritePaperRequest,
)
from tests.page_helpers import Played, quick_passwords

pytestmark = pytest.mark.slow

NAME = "care_day.2026-11-28.hanako"
HEAD = PaperHead(id=NAME, kind="care_day", title="Daily care note", language="en", status="verified", content="abc")
YES = {"decision": "approve", "content": "abc"}
ALL_READ = ("/api/papers", f"/api/papers/{NAME}", f"/api/papers/{NAME}/pdf")


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    found = Played(tmp_path)
    found.begin_with(house=msgspec.structs.replace(found.parts.house, desk=DeskSettings(written_by="secret office")))
    found.bus.answers |= {
        "papers": PapersAnswer(papers=(HEAD,), total=1, open=1),
        "paper": PaperAnswer(accepted=True, head=HEAD),
        "printed_paper": PrintedPaperAnswer(accepted=True, name=f"{NAME}.pdf", data=b"%PDF-1.4 x"),
        "decide_paper": DecidePaperAnswer(accepted=True, head=HEAD),
    }
    return found


def asked(played: Played) -> Any:
    return played.bus.asked[-1][1]


def reader(played: Played, browser: TestClient) -> PaperReader:
    assert browser.get("/api/papers").status_code == 200
    question = asked(played)
    assert isinstance(question, PapersRequest)
    return question.reader


def carer(played: Played, *agreed: str) -> TestClient:
    browser = played.user("carer", Role.CARER)
    for resident in agreed:
        played.parts.consents.write(Consent(resident=resident, carers=("carer",)))
    return browser


def test_residents_see_their_own_notes_and_what_is_the_households(played: Played) -> None:
    assert reader(played, played.owner()) == PaperReader(sees=("hanako", "taro"), household=True)
    hanako = played.user("h.", Role.RESIDENT, "hanako")
    assert reader(played, hanako) == PaperReader(sees=("hanako",), household=True)


def test_carers_see_notes_about_who_agreed_and_nothing_else(played: Played) -> None:
    browser = carer(played)
    assert reader(played, browser) == PaperReader()
    played.parts.consents.write(Consent(resident="hanako", carers=("carer",)))
    assert reader(played, browser) == PaperReader(sees=("hanako",))
    played.parts.consents.write(Consent(resident="hanako", carers=("another",)))
    assert reader(played, browser) == PaperReader()


def test_a_note_about_who_shares_a_room_needs_the_word_of_both(played: Played) -> None:
    rooms = tuple(
        msgspec.structs.replace(one, residents=("hanako", "taro")) if one.id == "bedroom" else one
        for one in played.parts.house.rooms
    )
    house = msgspec.structs.replace(played.parts.house, rooms=rooms)
    played.begin_with(house=house, sees=type(played.parts.sees)(house))
    browser = carer(played, "hanako")
    assert reader(played, browser).sees == ()
    played.parts.consents.write(Consent(resident="taro", carers=("carer",)))
    assert set(reader(played, browser).sees) == {"hanako", "taro"}


def test_while_sensing_rests_no_note_about_anybody_is_shown(played: Played) -> None:
    played.parts.feed.hide(hidden=True)
    assert reader(played, played.owner()) == PaperReader(household=True)


def test_guests_and_strangers_see_nothing_and_do_nothing(played: Played) -> None:
    guest = played.user("g.", Role.GUEST)
    for path in ALL_READ:
        assert guest.get(path).status_code == 403
        assert played.stranger().get(path).status_code == 401
    assert guest.post(f"/api/papers/{NAME}", json=YES).status_code == 403
    assert guest.post("/api/papers", json={"kind": "care_day"}).status_code == 403
    assert played.bus.asked == []
    assert not guest.get("/api/house").json()["papers"]


def test_a_yes_has_the_name_of_the_account_whatever_the_browser_says(played: Played) -> None:
    owner = played.owner()
    assert owner.post(f"/api/papers/{NAME}", json={**YES, "reason": "read"}).status_code == 200
    assert asked(played) == DecidePaperRequest(
        id=NAME,
        reader=PaperReader(sees=("hanako", "taro"), household=True),
        what="approve",
        by="owner",
        note="read",
        content="abc",
    )
    assert owner.post(f"/api/papers/{NAME}", json={**YES, "by": "somebody"}).status_code == 400


def test_carers_decide_on_the_notes_they_see_and_machines_on_nothing(played: Played) -> None:
    assert carer(played, "hanako").post(f"/api/papers/{NAME}", json=YES).status_code == 200
    assert asked(played).by == "carer"
    assert asked(played).reader == PaperReader(sees=("hanako",))
    assert carer_writes(played) == 403
    count = len(played.bus.asked)
    machine = played.machine(Role.OWNER)
    answer = machine.post(f"/api/papers/{NAME}", json=YES)
    assert answer.status_code == 403
    assert "only a person" in answer.json()["problem"]
    assert len(played.bus.asked) == count
    assert reader(played, played.machine(Role.CARER)).sees == ()


def carer_writes(played: Played) -> int:
    return played.log_in("carer").post("/api/papers", json={"kind": "care_day"}).status_code


def test_a_paper_is_ordered(played: Played) -> None:
    assert played.owner().post("/api/papers", json={"kind": "care_day", "day": "2026-11-28"}).status_code == 200
    assert asked(played) == WritePaperRequest(kind="care_day", day="2026-11-28")


def test_a_pdf_comes_as_a_file_under_a_harmless_name(played: Played) -> None:
    owner = played.owner()
    answer = owner.get(f"/api/papers/{NAME}/pdf")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.4 x", "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ('x"; filename="y.exe', "../x.pdf", "", "x\r\nSet-Cookie: a=b"):
        played.bus.answers["printed_paper"] = PrintedPaperAnswer(accepted=True, name=name, data=b"x")
        answer = owner.get(f"/api/papers/{NAME}/pdf")
        assert answer.headers["content-disposition"] == 'attachment; filename="paper.pdf"'


@pytest.mark.parametrize(
    "name", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "x" * 201, "%00", "a%0d%0ab", "𠮷", "*", "desk.lock", "%5c..%5cx"]
)
def test_names_that_are_no_papers_are_not_found(played: Played, name: str) -> None:
    for key in ("paper", "printed_paper"):
        kind = type(played.bus.answers[key])
        played.bus.answers[key] = kind(accepted=False, problem="there is no such paper", problem_ja="ない")
    owner = played.owner()
    for path in (f"/api/papers/{name}", f"/api/papers/{name}/pdf"):
        assert owner.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/api/papers/{NAME}", {"decision": "perhaps"}),
        (f"/api/papers/{NAME}", {"decision": "approve", "reason": "x" * 301}),
        (f"/api/papers/{NAME}", {}),
        ("/api/papers", {"kind": ""}),
        ("/api/papers", {"kind": "care_day", "day": "yesterday"}),
        ("/api/papers", {"kind": "care_day", "day": "2026-11-28\n"}),
        ("/api/papers", {"kind": "care_day", "path": "/etc"}),
    ],
)
def test_what_does_not_fit_never_reaches_the_desk(played: Played, path: str, body: Any) -> None:
    assert played.owner().post(path, json=body).status_code == 400
    assert played.bus.asked == []


def test_a_house_without_a_desk_says_how_to_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)
    played = Played(tmp_path)
    owner = played.owner()
    assert not owner.get("/api/house").json()["papers"]
    for answer in (
        *(owner.get(path) for path in ALL_READ),
        owner.post("/api/papers", json={"kind": "care_day"}),
        owner.post(f"/api/papers/{NAME}", json=YES),
    ):
        assert answer.status_code == 404
        assert "desk: {}" in answer.json()["remedy"]
        assert "desk: {}" in answer.json()["remedy_ja"]


def test_the_menu_has_papers_for_who_may_see_some_and_settings_only_for_the_household(played: Played) -> None:
    owner, browser = played.owner(), carer(played)
    played.file.write_text(played.file.read_text() + "desk: { written_by: secret office }\n")
    for one, is_told in ((owner, True), (browser, False)):
        told = one.get("/api/house").json()
        assert told["papers"]
        assert ("secret office" in str(told)) is is_told


def test_a_silent_desk_and_its_no_are_told_of(played: Played) -> None:
    owner = played.owner()
    played.bus.answers["decide_paper"] = DecidePaperAnswer(accepted=False, problem="decided already", problem_ja="済")
    answer = owner.post(f"/api/papers/{NAME}", json=YES)
    assert (answer.status_code, answer.json()["problem_ja"]) == (422, "済")
    played.bus.silent = True
    assert owner.get("/api/papers").json()["where"] == "desk"
