"""Looks at the house, as the page asks for them: by whom, one at a time, told how far, ended and given up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sumika.dashboard import Role
from sumika.runtime.survey_words import said
from sumika.schema import Survey, SurveyKind, SurveyStage, SurveyTold
from sumika.text import LANGUAGES
from tests.bus_helpers import wait_until
from tests.page_helpers import Played, quick_passwords
from tests.survey_helpers import PlayedSurveys

EMPTY, WALK = SurveyKind.EMPTY_ROOM, SurveyKind.WALK


@pytest.fixture
def surveys() -> Iterator[PlayedSurveys]:
    surveys = PlayedSurveys()
    yield surveys
    surveys.surveying.close()


@pytest.fixture
def played(tmp_path: Path, surveys: PlayedSurveys, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    played = Played(tmp_path)
    played.begin_with(surveying=surveys.surveying)
    return played


def wait_for(browser: TestClient, path: str, stage: SurveyStage) -> dict[str, Any]:
    told: dict[str, Any] = {}

    def is_there() -> bool:
        told.update(browser.get(path).json())
        return bool(told["stage"] == stage.value)

    assert any(wait_until(is_there) for _ in range(2)), told
    return told


def test_the_empty_room_is_learned_as_asked_and_the_page_hears_how_far_it_is(
    played: Played, surveys: PlayedSurveys
) -> None:
    owner = played.owner()
    assert owner.get("/api/empty-room").json()["stage"] == "none"
    begun = owner.post("/api/empty-room", json={"seconds": 60, "room": "living", "leave_s": 30, "anyway": True})
    assert begun.status_code == 200
    assert begun.json()["stage"] == "beginning"
    (one,) = surveys.begun
    assert one.asked == Survey(kind=EMPTY, seconds=60.0, room="living", leave_s=30.0, anyway=True)
    one.tell(SurveyTold(kind=EMPTY, stage=SurveyStage.LISTENING, since_s=4.0, seconds=60.0, frames=80))
    assert wait_for(owner, "/api/empty-room", SurveyStage.LISTENING)["frames"] == 80
    other = owner.post("/api/walk", json={"radar": "bedroom_radar"})
    assert other.status_code == 409
    assert other.json()["problem_ja"]
    one.tell(SurveyTold(kind=EMPTY, stage=SurveyStage.DONE, frames=1200))
    assert wait_for(owner, "/api/empty-room", SurveyStage.DONE)["frames"] == 1200
    assert owner.post("/api/walk", json={"radar": "bedroom_radar"}).status_code == 200
    assert owner.get("/api/empty-room").json()["stage"] == "done"


def test_a_walk_is_ended_and_worked_out(played: Played, surveys: PlayedSurveys) -> None:
    owner = played.owner()
    way = [[0.5, 0.5], [3.5, 0.5], [3.5, 2.5], [0.5, 0.5]]
    owner.post("/api/walk", json={"radar": "bedroom_radar", "way_m": way})
    (one,) = surveys.begun
    assert [list(corner) for corner in one.asked.way_m] == way
    assert owner.post("/api/walk/end").status_code == 200
    assert one.ended
    assert not one.stopped


def test_what_is_given_up_is_stopped_and_what_breaks_is_told(played: Played, surveys: PlayedSurveys) -> None:
    owner = played.owner()
    owner.post("/api/empty-room", json={})
    assert owner.delete("/api/empty-room").json()["stage"] == "stopped"
    assert surveys.begun[0].stopped
    owner.post("/api/walk", json={"radar": "bedroom_radar"})
    surveys.begun[1].break_down()
    told = wait_for(owner, "/api/walk", SurveyStage.FAILED)
    assert "before it was done" in told["problem"]
    assert told["remedy_ja"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/empty-room", {"seconds": 5}, 400),
        ("/api/empty-room", {"seconds": 901}, 400),
        ("/api/empty-room", {"room": "attic"}, 422),
        ("/api/walk", {"radar": "nobody"}, 422),
        ("/api/walk", {"radar": "bedroom_radar", "way_m": [[0, 0], [1, 1]]}, 422),
        ("/api/walk", {"radar": "bedroom_radar", "way_m": [[0, 0], [1, 1], [1, 1e9]]}, 400),
    ],
)
def test_what_cannot_be_looked_at_is_refused(
    played: Played, surveys: PlayedSurveys, path: str, body: dict[str, Any], status: int
) -> None:
    answer = played.owner().post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["problem"]
    assert not surveys.begun


def test_only_who_may_configure_may_look(played: Played, surveys: PlayedSurveys) -> None:
    resident = played.user("hanako", Role.RESIDENT, "hanako")
    for path in ("/api/empty-room", "/api/walk"):
        assert resident.get(path).status_code == 403
        assert resident.post(path, json={"radar": "bedroom_radar"}).status_code == 403
    assert not surveys.begun


def test_a_server_without_a_house_says_so(played: Played, tmp_path: Path) -> None:
    other = Played(tmp_path)
    answer = other.owner().post("/api/empty-room", json={})
    assert answer.status_code == 422
    assert answer.json()["problem"]


def test_all_that_can_go_wrong_has_words_in_both_languages() -> None:
    values = dict.fromkeys(
        ("room", "rooms", "seconds", "left", "x", "y", "frames", "least", "name", "n", "height"), "1"
    )
    for key in (key for key in LANGUAGES["en"] if key.startswith("survey.") and not key.endswith(".remedy")):
        told = said(SurveyTold(kind=WALK), key, **values)
        assert told.problem != told.problem_ja
        assert bool(told.remedy) is (f"{key}.remedy" in LANGUAGES["ja"])
