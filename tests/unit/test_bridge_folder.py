"""Who the house is to Home Assistant is made once, and never made anew by accident."""

from pathlib import Path

import pytest

from sumika.bridge import INSTALLATION, Announced, Kept
from sumika.bridge.broker import bridge_broker
from sumika.bridge.places import Places
from sumika.runtime.bridge_folder import IDENTITY, PUBLISHED, BridgeFolder
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import Bridge

KEPT = Kept(seen={"air": ("co2_ppm",)}, announced=Announced(configs={"a/config": {"x": "sensor"}}, states=("s",)))


def test_the_installation_id_stays(tmp_path: Path) -> None:
    first = BridgeFolder(tmp_path)
    assert INSTALLATION.fullmatch(first.installation)
    assert BridgeFolder(tmp_path).installation == first.installation
    assert BridgeFolder(tmp_path / "other").installation != first.installation


@pytest.mark.parametrize("damaged", [b"", b"{", b'"../../etc"', b'"0123456789AB"', b"12"])
def test_a_damaged_id_is_not_replaced(tmp_path: Path, damaged: bytes) -> None:
    BridgeFolder(tmp_path)
    (tmp_path / "bridge" / IDENTITY).write_bytes(damaged)
    with pytest.raises(SumikaError, match="backup"):
        BridgeFolder(tmp_path)
    assert (tmp_path / "bridge" / IDENTITY).read_bytes() == damaged


def test_an_id_that_cannot_be_kept_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "bridge").write_text("no folder")
    with pytest.raises(SumikaError):
        BridgeFolder(tmp_path)


def test_what_was_published_is_remembered(tmp_path: Path) -> None:
    folder = BridgeFolder(tmp_path)
    folder.keep(KEPT)
    assert BridgeFolder(tmp_path).kept == KEPT


def test_a_damaged_list_is_told_of_and_begun_anew(tmp_path: Path) -> None:
    BridgeFolder(tmp_path).keep(KEPT)
    (tmp_path / "bridge" / PUBLISHED).write_bytes(b"[")
    folder = BridgeFolder(tmp_path)
    assert folder.kept == Kept()
    assert PUBLISHED in folder.problem
    folder.keep(Kept())
    assert folder.problem == ""
    assert BridgeFolder(tmp_path).problem == ""


def places(settings: Bridge) -> Places:
    return Places(settings, "0123456789ab")


def test_the_broker_is_reached_as_described(tmp_path: Path) -> None:
    secret, authority = tmp_path / "secret", tmp_path / "ca.pem"
    secret.touch(mode=0o600)
    secret.write_text("word\n")
    authority.write_text("PEM")
    settings = Bridge(
        broker="mqtts://broker.home", user="sumika", secret_file="secret", ca_file="ca.pem", protocol="3.1.1"
    )
    found = bridge_broker(settings, places(settings), tmp_path)
    assert (found.host, found.port, found.encrypted, found.version) == ("broker.home", 8883, True, 3)
    assert (found.user, found.password, found.ca_file) == ("sumika", "word", str(authority))
    assert found.status == "sumika/0123456789ab/status"
    assert bridge_broker(Bridge(), places(Bridge()), tmp_path).version == 5


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (Bridge(broker="http://x"), "no address"),
        (Bridge(broker="x:y"), "no address"),
        (Bridge(secret_file="absent"), "cannot be read"),
        (Bridge(ca_file="absent.pem"), "no such file of certificates"),
    ],
)
def test_a_broker_that_cannot_be_reached_like_that_is_explained(settings: Bridge, problem: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=problem):
        bridge_broker(settings, places(settings), tmp_path)


def test_a_password_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("word")
    secret.chmod(0o644)
    with pytest.raises(UsageError, match="0600"):
        bridge_broker(Bridge(secret_file="secret"), places(Bridge()), tmp_path)
