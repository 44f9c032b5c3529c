"""The asking process is killed in the middle, several times: by the endpoint's own count nothing is paid twice."""

from importlib.util import find_spec

import pytest

from sumika.evaluate.distil.paid_once import Noted, judged, killed_run
from sumika.schema import SumikaError

if find_spec("httpx") is None or find_spec("uvicorn") is None:
    pytest.skip("needs the extra [distil]", allow_module_level=True)


def test_no_answer_on_disk_is_asked_for_again_and_none_is_lost() -> None:
    found = killed_run(kills=3, prompts=120)
    assert (found.paid_twice, found.lost, found.kills) == (0, 0, 3)
    assert found.in_flight <= found.in_flight_told <= 3 * 6


def test_the_count_sees_what_is_paid_twice_or_lost() -> None:
    noted = [Noted({"a": "1"}, 2), Noted({"a": "1", "b": "2"}, 4)]
    wanted = {"a", "b", "c"}
    assert judged(noted, {"a": "1", "b": "2", "c": "3"}, ["a", "b", "b", "c", "c"], wanted) == (0, 0)
    assert judged(noted, {"a": "1", "b": "2", "c": "3"}, ["a", "b", "b", "a", "c", "b"], wanted) == (2, 0)
    assert judged(noted, {"a": "0", "c": "3"}, ["a", "b"], wanted) == (0, 2)
    assert judged(noted, {"a": "1", "b": "2"}, ["a", "b"], wanted) == (0, 1)


def test_a_kill_that_comes_too_late_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.evaluate.distil.paid_once.questions", lambda count: [])
    monkeypatch.setattr("random.Random.sample", lambda draw, population, k: [10**6])
    with pytest.raises(SumikaError, match=r"ended \(code 0\) before 1000000 answers"):
        killed_run(kills=1, prompts=5)
