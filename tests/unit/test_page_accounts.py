"""Accounts on the disk: secret, whole, outliving restarts; how they expire, and how guessing is locked out."""

import stat
from pathlib import Path

import pytest

from sumika.dashboard import Accounts, RefusedError, Role
from sumika.dashboard.accounts import IDLE_HOURS, SESSION_HOURS
from sumika.dashboard.lockout import FREE_TRIES, LONGEST_LOCK_S, MOST_REMEMBERED, TRIES_PER_ADDRESS, Lockout
from sumika.dashboard.passwords import fits, hashed
from sumika.runtime.page_access import Files
from sumika.runtime.small_file import DamagedFileError
from tests.page_helpers import PASSWORD

HOUR_S = 3600.0


class Wall:
    """A clock of the wall that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def wall() -> Wall:
    return Wall()


def opened(folder: Path, wall: Wall) -> Accounts:
    return Accounts(folder, Files, wall)


def with_owner(folder: Path, wall: Wall) -> Accounts:
    accounts = opened(folder, wall)
    accounts.set_up(accounts.setup_token, "owner", PASSWORD)
    return accounts


def test_a_password_is_kept_as_argon2id_with_no_less_than_is_recommended() -> None:
    kept = hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=3,p=1$")
    assert fits(PASSWORD, kept)
    assert not fits(PASSWORD + " ", kept)
    assert not fits(PASSWORD, None)
    assert not fits(PASSWORD, "no hash at all")


def test_files_can_be_read_by_the_house_alone_and_hold_no_secret(tmp_path: Path, wall: Wall) -> None:
    accounts = with_owner(tmp_path, wall)
    cookie = accounts.log_in("owner")
    _, token = accounts.add_token("machine", Role.CARER)
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for secret in (PASSWORD, cookie, token):
            assert secret not in path.read_text(encoding="utf-8")


def test_everything_outlives_a_restart(tmp_path: Path, wall: Wall) -> None:
    before = with_owner(tmp_path, wall)
    cookie = before.log_in("owner")
    _, secret = before.add_token("machine", Role.CARER)
    after = opened(tmp_path, wall)
    assert not after.setup_needed
    assert after.setup_token == ""
    assert after.session(cookie) is not None
    assert after.token(secret) is not None
    assert after.right_password("owner", PASSWORD) is not None
    assert after.right_password("owner", "wrong") is None


def test_the_link_stays_the_same_until_somebody_uses_it(tmp_path: Path, wall: Wall) -> None:
    token = opened(tmp_path, wall).setup_token
    again = opened(tmp_path, wall)
    assert again.setup_token == token
    with pytest.raises(RefusedError):
        again.set_up("", "thief", PASSWORD)
    assert again.setup_needed


def test_a_session_ends_when_it_is_old_or_unused(tmp_path: Path, wall: Wall) -> None:
    accounts = with_owner(tmp_path, wall)
    unused, used = accounts.log_in("owner"), accounts.log_in("owner")
    began_s = wall.now_s
    while wall.now_s - began_s < (IDLE_HOURS + 2) * HOUR_S:
        wall.now_s += 24 * HOUR_S
        assert accounts.session(used) is not None
    assert accounts.session(unused) is None
    while wall.now_s - began_s < SESSION_HOURS * HOUR_S:
        wall.now_s += 24 * HOUR_S
        accounts.session(used)
    assert accounts.session(used) is None


def test_a_damaged_file_lets_nobody_in(tmp_path: Path, wall: Wall) -> None:
    with_owner(tmp_path, wall)
    (tmp_path / "accounts.json").write_text("{", encoding="utf-8")
    with pytest.raises(DamagedFileError):
        opened(tmp_path, wall)


def test_what_the_disk_does_not_take_is_not_done(tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = with_owner(tmp_path, wall)
    monkeypatch.setattr(Files, "write", staticmethod(lambda path, said: "the disk is full"))
    with pytest.raises(RefusedError, match="the disk is full"):
        accounts.add("second", PASSWORD, Role.GUEST)
    assert accounts.user("second") is None


def test_a_password_that_is_reset_beside_the_running_house_counts_at_once(tmp_path: Path, wall: Wall) -> None:
    running = with_owner(tmp_path, wall)
    cookie = running.log_in("owner")
    opened(tmp_path, wall).change("owner", password="another password")
    running.refresh()
    assert running.session(cookie) is None
    assert running.right_password("owner", "another password") is not None


def test_locks_grow_and_end_and_a_right_password_forgives() -> None:
    lockout, now_ns = Lockout(), 10**9
    waits = []
    for _ in range(FREE_TRIES + 8):
        lockout.tried("1.2.3.4", "owner", now_ns, right=False)
        waits.append(lockout.wait_s("elsewhere", "owner", now_ns))
    assert waits[: FREE_TRIES - 1] == [0.0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 :] == sorted(waits[FREE_TRIES - 1 :])
    assert waits[-1] == LONGEST_LOCK_S
    assert lockout.wait_s("elsewhere", "other", now_ns) == 0.0
    lockout.tried("elsewhere", "owner", now_ns, right=True)
    assert lockout.wait_s("elsewhere", "owner", now_ns) == 0.0


def test_an_address_that_tries_every_name_is_locked_too_and_memory_stays_small() -> None:
    lockout = Lockout()
    for number in range(TRIES_PER_ADDRESS):
        assert lockout.wait_s("1.2.3.4", f"name {number}", 0) == 0.0
        lockout.tried("1.2.3.4", f"name {number}", 0, right=False)
    assert lockout.wait_s("1.2.3.4", "another", 0) > 0.0
    assert lockout.wait_s("1.2.3.4", "another", 301 * 10**9) == 0.0
    for number in range(2 * MOST_REMEMBERED):
        lockout.tried(f"address {number}", f"name {number}", 10**12, right=False)
    assert lockout.wait_s(f"address {2 * MOST_REMEMBERED - 1}", "x", 10**12) == 0.0
