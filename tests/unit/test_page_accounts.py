"""Accounts on the disk: secret, whole, outliving restarts; how they expire, and how guessing is locked out."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2.exceptions import VerifyMismatchError

import sumika.dashboard.passwords as passwords
from sumika.dashboard import Accounts, RefusedError, Role
from sumika.dashboard.accounts import IDLE_HOURS, SESSION_HOURS
from sumika.dashboard.lockout import (
    FIRST_LOCK_S,
    FREE_TRIES,
    LONGEST_LOCK_S,
    MOST_AT_ONCE,
    MOST_REMEMBERED,
    TRIES_PER_ACCOUNT,
    TRIES_PER_HOUSE,
    TRIES_PER_NETWORK,
    Attempt,
    Lockout,
    network_of,
)
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


class Counting:
    """Works nothing out, and notes by which kind of hash it would have."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def verify(self, kept: str, password: str) -> bool:
        self.kinds.append(kept.rpartition("$")[0].rpartition("$")[0])
        raise VerifyMismatchError


def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, counting = with_owner(tmp_path, wall), Counting()
    monkeypatch.setattr(passwords, "_HASHER", counting)
    for name in ("owner", "nobody"):
        assert accounts.right_password(name, "guess") is None
    assert counting.kinds == ["$argon2id$v=19$m=19456,t=3,p=1"] * 2


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


def test_a_tablet_that_only_watches_is_not_idle(tmp_path: Path, wall: Wall) -> None:
    accounts = with_owner(tmp_path, wall)
    cookie = accounts.log_in("owner")
    found = accounts.session(cookie)
    assert found is not None
    began_s = wall.now_s
    while wall.now_s - began_s < (SESSION_HOURS - 24) * HOUR_S:
        wall.now_s += 24 * HOUR_S
        assert accounts.has_session(found[0].id)
    assert opened(tmp_path, wall).session(cookie) is not None
    wall.now_s += 24 * HOUR_S
    assert not accounts.has_session(found[0].id)


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


def test_the_command_line_and_the_page_do_not_write_over_each_other(tmp_path: Path, wall: Wall) -> None:
    page = with_owner(tmp_path, wall)
    page.add("hanako", PASSWORD, Role.RESIDENT)
    owner, hanako = page.log_in("owner"), page.log_in("hanako")
    opened(tmp_path, wall).change("hanako", password="another password")
    # Nobody has told the page to read the file again.
    assert page.right_password("hanako", PASSWORD) is None
    page.log_in("owner")
    page.add_token("machine", Role.CARER)
    assert page.session(hanako) is None
    assert page.session(owner) is not None
    for one in (page, opened(tmp_path, wall)):
        assert one.right_password("hanako", "another password") is not None
        assert [token.name for token in one.tokens] == ["machine"]


def test_a_session_that_is_used_does_not_undo_a_password_that_was_reset(tmp_path: Path, wall: Wall) -> None:
    page = with_owner(tmp_path, wall)
    stolen = page.log_in("owner")
    wall.now_s += 2 * HOUR_S
    opened(tmp_path, wall).change("owner", password="another password")
    assert page.session(stolen) is None
    assert opened(tmp_path, wall).right_password("owner", PASSWORD) is None


def test_many_at_once_change_the_file_one_after_the_other(tmp_path: Path, wall: Wall) -> None:
    with_owner(tmp_path, wall)
    several = [opened(tmp_path, wall) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: several[number % 4].add_token(f"{number}", Role.CARER), range(24)))
    assert {token.name for token in opened(tmp_path, wall).tokens} == {f"{number}" for number in range(24)}


def test_a_file_that_is_damaged_meanwhile_is_not_written_over(tmp_path: Path, wall: Wall) -> None:
    accounts = with_owner(tmp_path, wall)
    cookie = accounts.log_in("owner")
    (tmp_path / "accounts.json").write_text("{", encoding="utf-8")
    assert accounts.session(cookie) is not None
    for _ in range(2):
        with pytest.raises(DamagedFileError):
            accounts.refresh()
        with pytest.raises(RefusedError):
            accounts.log_in("owner")
    assert (tmp_path / "accounts.json").read_text(encoding="utf-8") == "{"


def test_a_device_is_known_to_its_own_account_until_that_is_another_one(tmp_path: Path, wall: Wall) -> None:
    accounts = with_owner(tmp_path, wall)
    accounts.add("hanako", PASSWORD, Role.RESIDENT)
    device = accounts.device("hanako")
    assert accounts.device("hanako") != device
    known = opened(tmp_path, wall).knows_device("hanako", device)
    assert known
    assert known not in (tmp_path / "accounts.json").read_text(encoding="utf-8")
    assert accounts.session(device) is None
    for name, cookie in (("owner", device), ("nobody", device), ("hanako", device[:-1]), ("hanako", f"{known}.\u00e4")):
        assert accounts.knows_device(name, cookie) == ""
    accounts.remove("hanako")
    wall.now_s += 1.0
    accounts.add("hanako", PASSWORD, Role.GUEST)
    assert accounts.knows_device("hanako", device) == ""


def failed(lockout: Lockout, account: str, address: str, now_ns: int, device: str = "") -> float:
    """Try a wrong password; return how long had to be waited before, and nothing was tried."""
    begun = lockout.begin(Attempt(account, address, device), now_ns)
    lockout.end(begun, right=False)
    return begun.wait_s


def test_locks_grow_and_end_and_a_right_password_forgives() -> None:
    lockout, now_ns, waits = Lockout(), 10**9, []
    for _ in range(FREE_TRIES + 8):
        while (wait_s := failed(lockout, "owner", "1.2.3.4", now_ns)) > 0.0:
            waits.append(wait_s)
            now_ns += round(wait_s * 1e9) + 1
    assert waits == sorted(waits)
    assert waits[0] == pytest.approx(FIRST_LOCK_S)
    assert waits[-1] == pytest.approx(LONGEST_LOCK_S)
    now_ns += round(LONGEST_LOCK_S * 1e9) + 1
    lockout.end(lockout.begin(Attempt("owner", "1.2.3.4"), now_ns), right=True)
    assert [failed(lockout, "owner", "1.2.3.4", now_ns) for _ in range(FREE_TRIES)] == [0.0] * FREE_TRIES


def test_guesses_at_once_count_before_the_first_is_worked_out() -> None:
    lockout = Lockout()
    device = [lockout.begin(Attempt("owner", "1.2.3.4", "tablet"), 10**9) for _ in range(40)]
    assert sum(one.wait_s == 0.0 for one in device) == FREE_TRIES
    strangers = [lockout.begin(Attempt("owner", f"1.2.{number}.4"), 10**9) for number in range(40)]
    assert sum(one.wait_s == 0.0 for one in strangers) == MOST_AT_ONCE
    for one in strangers:
        lockout.end(one, right=False)
    assert failed(lockout, "owner", "5.6.7.8", 10**9) == 0.0


def test_threads_do_not_get_more_guesses_than_one() -> None:
    lockout = Lockout()
    with ThreadPoolExecutor(16) as threads:
        tried = list(threads.map(lambda number: failed(lockout, "owner", "1.2.3.4", 10**9), range(400)))
    # Some may have been told to come again a moment later, since so many were at it.
    assert 1 <= sum(wait_s == 0.0 for wait_s in tried) <= FREE_TRIES
    while failed(lockout, "owner", "1.2.3.4", 10**9) == 0.0:
        tried.append(0.0)
    assert sum(wait_s == 0.0 for wait_s in tried) == FREE_TRIES


def test_strangers_cannot_shut_out_a_browser_that_was_here_before() -> None:
    lockout, now_ns = Lockout(), 10**9
    for number in range(3 * TRIES_PER_HOUSE):
        failed(lockout, "owner", f"8.8.{number % 250}.1", now_ns)
        failed(lockout, f"name {number}", "192.168.1.66", now_ns)
        now_ns += 10**9
    assert failed(lockout, "owner", "9.9.9.9", now_ns) > 0.0
    assert failed(lockout, "owner", "192.168.1.66", now_ns, device="tablet") == 0.0


def test_one_computer_at_home_does_not_lock_another_and_many_have_an_hours_guesses_among_them() -> None:
    lockout, now_ns = Lockout(), 10**9
    for _ in range(FREE_TRIES + 1):
        failed(lockout, "owner", "192.168.1.66", now_ns)
    assert failed(lockout, "owner", "192.168.1.66", now_ns) > 0.0
    assert failed(lockout, "owner", "192.168.1.5", now_ns) == 0.0
    tried = sum(
        failed(lockout, "owner", f"192.168.1.{number % 250}", now_ns + number * 10**9) == 0.0 for number in range(1000)
    )
    assert FREE_TRIES + 1 + tried == TRIES_PER_ACCOUNT


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.168.1.66", "192.168.1.66"),
        ("8.8.4.4", "8.8.4.0/24"),
        ("::ffff:8.8.4.4", "8.8.4.0/24"),
        ("2a00:1450:4001:82a::200e", "2a00:1450:4001:82a::/64"),
        ("fe80::1%eth0", "fe80::1"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_is_a_home_elsewhere_or_a_computer_here(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_address_that_tries_every_name_is_locked_too_and_memory_stays_small() -> None:
    lockout = Lockout()
    for number in range(TRIES_PER_NETWORK):
        assert failed(lockout, f"name {number}", "1.2.3.4", 0) == 0.0
    assert failed(lockout, "another", "1.2.3.4", 0) > 0.0
    assert failed(lockout, "another", "1.2.3.4", 301 * 10**9) == 0.0
    for number in range(2 * MOST_REMEMBERED):
        failed(lockout, f"name {number}", f"address {number}", (1000 + 2 * number) * 10**9)
    assert lockout.remembered == 3 * MOST_REMEMBERED
