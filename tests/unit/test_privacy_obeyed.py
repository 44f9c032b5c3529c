"""Who logs, keeps and senses obeys what residents want, from the first moment and whoever is dead."""

from pathlib import Path

import pytest

from sumika.clock import Instant
from sumika.runtime.privacy_watch import PrivacyWatch
from sumika.runtime.small_file import write_small
from sumika.schema import PRIVACY_FILE, PrivacyKept

NOW_S = 1_790_000_000.0


def moment(seconds: float) -> Instant:
    return Instant(round(seconds * 1e9), round((NOW_S + seconds) * 1e9), "boot")


def test_nothing_is_hidden_where_nobody_asked_for_it(tmp_path: Path) -> None:
    watch = PrivacyWatch(tmp_path, "log")
    assert not watch.hides_bodies(moment(0))
    assert watch.now(moment(1)).pause_left_s is None


def test_a_pause_is_seen_within_a_moment_and_ends_by_itself(tmp_path: Path) -> None:
    watch = PrivacyWatch(tmp_path, "log")
    assert not watch.hides_bodies(moment(0))
    write_small(tmp_path / PRIVACY_FILE, PrivacyKept(paused_until_unix_s=NOW_S + 60))
    assert watch.hides_bodies(moment(1))
    assert watch.now(moment(1)).paused
    assert watch.now(moment(1)).pause_left_s == pytest.approx(59.0)
    assert watch.hides_bodies(moment(59))
    assert not watch.hides_bodies(moment(61))


def test_it_is_known_from_the_first_moment_after_a_restart(tmp_path: Path) -> None:
    write_small(tmp_path / PRIVACY_FILE, PrivacyKept(guests_until_unix_s=NOW_S + 60))
    watch = PrivacyWatch(tmp_path, "history")
    assert watch.hides_bodies(moment(0))
    assert not watch.now(moment(0)).paused


def test_taken_back_is_taken_back(tmp_path: Path) -> None:
    write_small(tmp_path / PRIVACY_FILE, PrivacyKept(guests_until_unix_s=NOW_S + 600))
    watch = PrivacyWatch(tmp_path, "log")
    assert watch.hides_bodies(moment(0))
    write_small(tmp_path / PRIVACY_FILE, PrivacyKept())
    assert not watch.hides_bodies(moment(1))


@pytest.mark.parametrize("content", [b"", b"{", b'{"guests_until_unix_s": "tomorrow"}', b"\xff" * 100])
def test_a_damaged_file_hides_rather_than_tells(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PRIVACY_FILE).write_bytes(content)
    assert PrivacyWatch(tmp_path, "log").hides_bodies(moment(0))
