"""Who is let in at the page, from where, and what a stranger gets to see: nothing."""

from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from sumika.config import host_name
from sumika.dashboard import Role, all_operations
from tests.page_helpers import PASSWORD, Played, quick_passwords

pytestmark = pytest.mark.slow


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    return Played(tmp_path)


def test_without_a_login_nothing_answers_but_the_way_in(played: Played) -> None:
    stranger = played.stranger()
    answered = set()
    for operation in all_operations(played.parts):
        path = operation.path.replace("{name}", "x").replace("{id}", "x").replace("{device}", "x")
        answer = stranger.request(operation.method, path, json={})
        if answer.status_code != 401:
            answered.add(operation.path)
    assert answered == {"/api/health", "/api/setup", "/api/login"}
    assert stranger.post("/api/setup", json={"token": "x", "name": "a", "password": PASSWORD}).status_code == 403
    assert stranger.get("/docs").status_code == 404


def test_every_refusal_says_what_is_wrong_in_both_languages(played: Played) -> None:
    told = played.stranger().get("/api/house").json()
    assert set(told) == {"problem", "problem_ja", "where", "remedy", "remedy_ja"}
    assert "logged in" in told["problem"]
    assert "ログイン" in told["problem_ja"]


def test_the_link_makes_one_owner_and_never_a_second(played: Played) -> None:
    token = played.parts.accounts.setup_token
    owner = played.owner()
    assert owner.get("/api/me").json()["role"] == "owner"
    again = played.stranger().post("/api/setup", json={"token": token, "name": "second", "password": PASSWORD})
    assert again.status_code == 403
    assert not played.stranger().get("/api/health").json()["setup_needed"]


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(played: Played) -> None:
    played.owner()
    answer = played.stranger().post("/api/login", json={"name": "owner", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie  # plain on this machine alone


def test_a_change_needs_the_word_that_only_the_page_knows(played: Played) -> None:
    owner = played.owner()
    del owner.headers["X-Sumika-CSRF"]
    assert owner.post("/api/mode", json={"mode": "off"}).status_code == 403
    owner.headers["X-Sumika-CSRF"] = "wrong"
    assert owner.post("/api/mode", json={"mode": "off"}).status_code == 403
    assert played.bus.asked == []
    assert owner.get("/api/me").status_code == 200


def test_a_machine_needs_no_such_word_but_its_token(played: Played) -> None:
    machine = played.machine()
    assert machine.post("/api/mode", json={"mode": "off"}).status_code == 200
    machine.headers["Authorization"] = "Bearer sumika_wrong"
    assert machine.post("/api/mode", json={"mode": "off"}).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[::1", "127.0.0.1.evil.example"])
def test_a_foreign_name_for_this_machine_is_turned_away(played: Played, host: str) -> None:
    answer = played.owner().get("/api/me", headers={"Host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["localhost:8160", "127.0.0.1", "192.168.1.5:8160", "[::1]:8160"])
def test_addresses_and_own_names_are_let_near(played: Played, host: str) -> None:
    assert played.stranger().get("/api/health", headers={"Host": host}).status_code == 200


def test_names_of_the_description_are_own_names(tmp_path: Path) -> None:
    played = Played(tmp_path, "page: { names: [home.example, 我が家.local, my house] }")
    for host, code in (("home.example", 200), (host_name("我が家.local"), 200), ("", 421)):
        assert played.stranger().get("/api/health", headers={"Host": host}).status_code == code


@pytest.mark.parametrize("origin", ["https://evil.example", "http://[", "null", ""])
def test_what_another_site_sends_is_refused(played: Played, origin: str) -> None:
    owner = played.owner()
    answer = owner.post("/api/mode", json={"mode": "off"}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert owner.post("/api/mode", json={"mode": "off"}, headers={"Origin": "http://localhost"}).status_code == 200


def test_answers_keep_scripts_of_others_out(played: Played) -> None:
    for path in ("/", "/api/health", "/api/house", "/nowhere"):
        headers = played.stranger().get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_guessing_locks_the_account_and_time_unlocks_it(played: Played) -> None:
    played.owner()
    stranger = played.stranger()
    tries = [stranger.post("/api/login", json={"name": "owner", "password": f"guess {i}"}) for i in range(6)]
    assert [answer.status_code for answer in tries] == [401] * 5 + [429]
    right = {"name": "owner", "password": PASSWORD}
    locked = stranger.post("/api/login", json=right)
    assert locked.status_code == 429
    assert 0 < int(locked.headers["retry-after"]) <= 30
    played.later(31.0)
    assert stranger.post("/api/login", json=right).status_code == 200


def test_guessing_does_not_shut_out_who_has_been_here_before(played: Played) -> None:
    owner, stranger = played.owner(), played.stranger()
    right = {"name": "owner", "password": PASSWORD}
    assert owner.post("/api/logout").status_code == 200
    for number in range(6):
        stranger.post("/api/login", json={"name": "owner", "password": f"guess {number}"})
    assert stranger.post("/api/login", json=right).status_code == 429
    assert owner.post("/api/login", json=right).status_code == 200
    # It is known to that account alone, and has no more guesses than others.
    played.parts.accounts.add("hanako", PASSWORD, Role.RESIDENT)
    assert owner.post("/api/login", json={"name": "hanako", "password": PASSWORD}).status_code == 200
    tries = [owner.post("/api/login", json={"name": "hanako", "password": f"guess {i}"}) for i in range(6)]
    assert [answer.status_code for answer in tries] == [401] * 5 + [429]


def test_guessing_ones_old_password_is_nobody_elses_trouble(played: Played) -> None:
    hanako, other = played.user("hanako", Role.RESIDENT, "hanako"), played.log_in("hanako")
    wrong = {"old_password": "wrong", "password": "a new password"}
    tries = [hanako.patch("/api/users/hanako", json=wrong).status_code for _ in range(6)]
    assert tries == [403] * 5 + [429]
    assert played.log_in("hanako").get("/api/me").status_code == 200
    changed = other.patch("/api/users/hanako", json={"old_password": PASSWORD, "password": "a new password"})
    assert changed.status_code == 200


def test_a_stranger_with_a_made_up_link_learns_no_names(played: Played) -> None:
    body = {"token": "x", "name": "a", "password": PASSWORD}
    for resident in ("hanako", "nobody"):
        assert played.stranger().post("/api/setup", json={**body, "residents": [resident]}).status_code == 403
    assert played.stranger().post("/api/login", json={"name": "", "password": PASSWORD}).status_code == 400


def test_what_is_too_large_or_no_json_is_refused(played: Played) -> None:
    stranger = played.stranger()
    assert stranger.post("/api/login", content=b"x" * 200_000).status_code == 413
    assert stranger.post("/api/login", content=b"[" * 20_000).status_code == 400
    assert stranger.post("/api/login", json={"name": 1, "password": []}).status_code == 400
    assert stranger.post("/api/login", json={"name": "a", "password": "b", "more": 1}).status_code == 400


def test_roles_may_what_they_may(played: Played) -> None:
    resident = played.user("hanako", Role.RESIDENT, "hanako")
    carer, guest = played.user("carer", Role.CARER), played.user("guest", Role.GUEST)
    assert resident.post("/api/mode", json={"mode": "off"}).status_code == 200
    assert resident.get("/api/users").status_code == 403
    assert resident.put("/api/house/preview", json={"edits": []}).status_code == 403
    for outsider in (carer, guest):
        assert outsider.post("/api/mode", json={"mode": "off"}).status_code == 403
        assert outsider.get("/api/verdicts").status_code == 403
        assert outsider.get("/api/saved").status_code == 403
    assert carer.get("/api/events").status_code == 200
    assert guest.get("/api/events").status_code == 403
    assert guest.post("/api/vote", json={"room": "living", "sensation": 1}).status_code == 403


@pytest.mark.parametrize("name", ["訪問介護/山田", "a//b/", "a?b#c", "50% 山田"])
def test_an_account_of_any_name_can_be_changed_and_removed(played: Played, name: str) -> None:
    owner, address = played.owner(), f"/api/users/{quote(name, safe='')}"
    made = {"name": name, "password": PASSWORD, "role": "carer"}
    assert owner.post("/api/users", json=made).status_code == 200
    assert owner.patch(address, json={"role": "guest"}).json()["role"] == "guest"
    assert owner.delete(address).status_code == 200
    assert [user["name"] for user in owner.get("/api/users").json()["users"]] == ["owner"]


@pytest.mark.parametrize("name", [".", "..", " ", "　.."])
def test_a_name_that_no_address_can_hold_is_refused(played: Played, name: str) -> None:
    made = {"name": name, "password": PASSWORD, "role": "carer"}
    assert played.owner().post("/api/users", json=made).status_code == 422


def test_blanks_round_a_name_make_no_other_account(played: Played) -> None:
    owner = played.owner()
    made = {"name": "hanako ", "password": PASSWORD, "role": "resident"}
    assert owner.post("/api/users", json=made).json()["name"] == "hanako"
    assert owner.post("/api/users", json={**made, "name": " hanako"}).status_code == 409
    assert played.stranger().post("/api/login", json={"name": "hanako ", "password": PASSWORD}).status_code == 200
    played.parts.accounts.add("taro ", PASSWORD, Role.RESIDENT)  # as they could be made before
    assert played.stranger().post("/api/login", json={"name": "taro ", "password": PASSWORD}).json()["user"] == "taro "


def test_guests_wish_where_the_house_lets_them(tmp_path: Path) -> None:
    guest = Played(tmp_path, "page: { guests_may_wish: true }").user("guest", Role.GUEST)
    assert guest.post("/api/vote", json={"room": "living", "sensation": 1}).status_code == 200
    assert guest.post("/api/mode", json={"mode": "off"}).status_code == 403


def test_another_password_ends_every_session(played: Played) -> None:
    hanako = played.user("hanako", Role.RESIDENT, "hanako")
    other = played.log_in("hanako")
    wrong = hanako.patch("/api/users/hanako", json={"old_password": "wrong", "password": "a new password"})
    assert wrong.status_code == 403
    changed = hanako.patch("/api/users/hanako", json={"old_password": PASSWORD, "password": "a new password"})
    assert changed.status_code == 200
    assert "password" not in changed.text
    assert other.get("/api/me").status_code == 401
    assert hanako.get("/api/me").status_code == 401


def test_nobody_makes_an_owner_of_themselves_or_changes_others(played: Played) -> None:
    hanako = played.user("hanako", Role.RESIDENT, "hanako")
    assert hanako.patch("/api/users/hanako", json={"role": "owner"}).status_code == 403
    assert hanako.patch("/api/users/hanako", json={"residents": ["taro"]}).status_code == 403
    assert hanako.patch("/api/users/owner", json={"language": "ja"}).status_code == 403
    assert hanako.patch("/api/users/hanako", json={"language": "ja"}).json()["language"] == "ja"


def test_the_last_owner_stays(played: Played) -> None:
    owner = played.owner()
    assert owner.delete("/api/users/owner").status_code == 409
    assert owner.patch("/api/users/owner", json={"role": "guest"}).status_code == 409
    assert owner.get("/api/users").json()["users"][0]["role"] == "owner"


def test_logging_out_ends_this_session_alone(played: Played) -> None:
    owner, other = played.owner(), played.owner()
    cookie = owner.cookies["sumika_session"]
    assert owner.post("/api/logout").status_code == 200
    owner.cookies.set("sumika_session", cookie)
    assert owner.get("/api/me").status_code == 401
    sessions = other.get("/api/sessions").json()["sessions"]
    assert len(sessions) == 1
    assert other.delete("/api/sessions/nowhere").status_code == 404
    assert other.delete(f"/api/sessions/{sessions[0]['id']}").status_code == 200
    assert other.get("/api/me").status_code == 401


def test_two_houses_on_one_computer_do_not_log_each_other_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)
    browsers = []
    for port in (8001, 8002):
        folder = tmp_path / str(port)
        folder.mkdir()
        played = Played(folder)
        played.owner()
        browsers.append(TestClient(played.app, base_url=f"http://localhost:{port}"))
    for browser in browsers:
        assert browser.post("/api/login", json={"name": "owner", "password": PASSWORD}).status_code == 200
    jar = {name: value for browser in browsers for name, value in browser.cookies.items()}
    for browser in browsers:
        browser.cookies.update(jar)  # browsers keep one for all ports
        assert browser.get("/api/me").status_code == 200


def test_a_cookie_of_before_they_were_named_by_ports_still_counts(played: Played) -> None:
    cookie = played.owner().cookies["sumika_session"]
    browser = TestClient(played.app, base_url="http://localhost:8001", cookies={"sumika_session": cookie})
    csrf = browser.get("/api/me").json()["csrf"]
    assert browser.post("/api/logout", headers={"X-Sumika-CSRF": csrf}).status_code == 200
    assert browser.get("/api/me").status_code == 401


def test_a_token_is_told_once_and_can_be_taken_away(played: Played) -> None:
    owner = played.owner()
    made = owner.post("/api/tokens", json={"name": "prometheus", "role": "carer"}).json()
    machine = played.stranger()
    machine.headers["Authorization"] = f"Bearer {made['secret']}"
    assert machine.get("/metrics").status_code == 200
    assert made["secret"] not in owner.get("/api/tokens").text
    assert owner.delete(f"/api/tokens/{made['token']['id']}").status_code == 200
    assert machine.get("/metrics").status_code == 401
