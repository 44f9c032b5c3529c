"""A house goes into one file and comes back whole; damage, newer versions and strangers change nothing."""

import hashlib
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from sumika.clock import Instant, SimulatedClock
from sumika.config import LoadedHouse, load_house
from sumika.history import Records, RecordsReader
from sumika.runtime.backup import make_backup, named_secrets
from sumika.runtime.backup_file import MANIFEST, SEALED, Manifest, Packed, Packer, safe_name
from sumika.runtime.data_folder import owned_data_folder
from sumika.runtime.restore import manifest_of, restore
from sumika.schema import Event, Origin, Severity, SumikaError, UsageError

CLOCK = SimulatedClock(Instant(10**12, 1_768_867_200 * 10**9, "boot"))
PASSPHRASE = "four words of nonsense"
TOKEN = "tok3n-of-the-house"
HOUSE = """\
# a comment that must come back
version: 1
name: Home
rooms:
  - {id: bedroom, floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]]}
connections:
  - {id: home, type: home_assistant, address: "127.0.0.1:8123", secret_file: secrets/token}
"""


class Home:
    """A house on a disk, with all that a backup meets."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder / "config", folder / "state" / "house"
        self.file = folder / "house.sumika"
        (self.folder / "secrets").mkdir(parents=True)
        self.write(self.folder / "house.yaml", HOUSE)
        self.write(self.folder / "secrets" / "token", TOKEN)
        (self.folder / "secrets" / "token").chmod(0o600)
        for name in ("plan/learned.msgpack", "alarm/alarms.json", "history/keys/hanako.key", "page/accounts.json"):
            self.write(self.data / name, f"content of {name}")
        for name in ("lock", "log/run/0001.mcap", "alarm/alarms.json.new"):
            self.write(self.data / name, "not wanted")
        self.records = Records(self.data / "history", CLOCK)
        self.records.record_event(event("before"))

    def write(self, path: Path, text: str) -> None:
        """Write a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @property
    def loaded(self) -> LoadedHouse:
        """The house."""
        return load_house(self.folder / "house.yaml", {})

    def backup(self, passphrase: str = "", version: str = "0.1.0", *, logs: bool = False) -> Manifest:
        """Make a backup."""
        return make_backup(self.file, self.loaded, self.data, version, CLOCK, passphrase=passphrase, logs=logs)


def event(detail: str) -> Event:
    return Event(stamp=CLOCK.now(), origin=Origin.LIVE, subject="gate", code="x", severity=Severity.INFO, detail=detail)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def details(data: Path) -> list[str]:
    return [each.detail for each in RecordsReader(data / "history").events()]


@pytest.mark.slow
def test_a_house_comes_back_on_another_machine(home: Home, tmp_path: Path) -> None:
    manifest = home.backup(PASSPHRASE)
    assert manifest.sealing is not None
    assert home.file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(home.file) as archive:
        assert SEALED in archive.namelist()
        assert TOKEN.encode() not in b"".join(archive.read(name) for name in archive.namelist())
    home.records.record_event(event("after"))
    there = tmp_path / "elsewhere"
    restored = restore(home.file, there / "c" / "house.yaml", there / "d", "0.1.0", CLOCK, passphrase=PASSPHRASE)
    assert restored.with_secrets
    assert (there / "c" / "house.yaml").read_text(encoding="utf-8") == HOUSE
    secret = there / "c" / "secrets" / "token"
    assert secret.read_text(encoding="utf-8") == TOKEN
    assert secret.stat().st_mode & 0o777 == 0o600
    names = set(contents(there / "d"))
    assert {"plan/learned.msgpack", "alarm/alarms.json", "history/keys/hanako.key", "page/accounts.json"} <= names
    assert not any("log/" in name or name.endswith((".new", "-wal")) for name in names)
    assert details(there / "d") == ["before"], "as it was at one moment, though somebody writes to it"


def test_without_a_passphrase_no_secret_is_in_it(home: Home) -> None:
    manifest = home.backup()
    with zipfile.ZipFile(home.file) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert TOKEN.encode() not in whole
    assert b"content of page/accounts.json" not in whole
    assert b"content of history/keys" not in whole
    assert {"data/history/keys/hanako.key", "data/page/accounts.json", "house/secrets/token"} <= set(manifest.left_out)


def test_another_passphrase_changes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.runtime.backup_file.SCRYPT_N", 2**10)  # a weak seal is made and opened quickly
    home.backup(PASSPHRASE)
    before = contents(home.folder.parent)
    with pytest.raises(UsageError, match="passphrase"):
        restore(home.file, home.folder / "house.yaml", home.data, "0.1.0", CLOCK, passphrase="another one")
    assert contents(home.folder.parent) == before


def test_what_was_there_is_kept_aside(home: Home) -> None:
    home.backup()
    home.write(home.folder / "house.yaml", HOUSE.replace("Home", "Changed"))
    home.write(home.data / "plan" / "learned.msgpack", "newer")
    home.records.close()
    restored = restore(home.file, home.folder / "house.yaml", home.data, "0.1.0", CLOCK)
    assert (home.folder / "house.yaml").read_text(encoding="utf-8") == HOUSE
    assert (home.data / "plan" / "learned.msgpack").read_text(encoding="utf-8") == "content of plan/learned.msgpack"
    aside = {path.name: path for path in restored.aside}
    assert set(aside) == {"house.before-20260120T000000Z", "house.yaml.before-20260120T000000Z"}
    old = aside["house.before-20260120T000000Z"]
    assert (old / "plan" / "learned.msgpack").read_text(encoding="utf-8") == "newer"
    assert (old / "history" / "keys" / "hanako.key").exists()
    assert not (home.data / "history" / "keys" / "hanako.key").exists()


def test_a_running_house_is_not_restored_over(home: Home) -> None:
    home.backup()
    before = contents(home.folder)
    with owned_data_folder(home.data), pytest.raises(SumikaError, match="runs on this data"):
        restore(home.file, home.folder / "house.yaml", home.data, "0.1.0", CLOCK)
    assert contents(home.folder) == before
    assert (home.data / "plan" / "learned.msgpack").exists()


@pytest.mark.parametrize(("made", "ours", "taken"), [("0.2.0", "0.1.9", False), ("0.1.9", "0.2.0", True)])
def test_a_backup_of_a_newer_sumika_is_refused(home: Home, made: str, ours: str, taken: bool) -> None:
    home.backup(version=made)
    home.records.close()
    if taken:
        restore(home.file, home.folder / "house.yaml", home.data, ours, CLOCK)
        return
    with pytest.raises(SumikaError, match="newer"):
        restore(home.file, home.folder / "house.yaml", home.data, ours, CLOCK)


def test_a_backup_of_a_newer_kind_is_refused(home: Home) -> None:
    manifest = home.backup()
    rewrite(home.file, MANIFEST, msgspec.json.encode(msgspec.structs.replace(manifest, format=99)))
    with pytest.raises(SumikaError, match="newer kind"):
        manifest_of(home.file)


def test_a_part_is_read_whole_or_not_at_all(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.runtime.backup_file.SCRYPT_N", 2**10)
    home.backup(PASSPHRASE)
    monkeypatch.setattr("sumika.runtime.restore.LARGEST_SEALED_BYTES", 100)
    with pytest.raises(SumikaError, match="larger than"):
        restore(home.file, tmp_path / "n.yaml", tmp_path / "n", "0.1.0", CLOCK, passphrase=PASSPHRASE)


def test_no_backup_is_made_that_could_not_be_opened(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.runtime.backup_file.LARGEST_SECRETS_BYTES", 60)
    with pytest.raises(SumikaError, match="can be opened again") as refused:
        home.backup(PASSPHRASE)
    assert refused.value.where == "data/history/keys/hanako.key"
    assert [path.name for path in home.file.parent.glob("*.sumika*")] == []


def test_a_sealed_part_that_is_damaged_or_gone_is_not_blamed_on_the_passphrase(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sumika.runtime.backup_file.SCRYPT_N", 2**10)
    home.backup(PASSPHRASE)
    with zipfile.ZipFile(home.file) as archive:
        at = archive.getinfo(SEALED).header_offset + 100
    content = bytearray(home.file.read_bytes())
    content[at] ^= 0xFF
    home.file.write_bytes(content)
    with pytest.raises(SumikaError, match=r"damaged: secrets\.sealed"):
        restore(home.file, tmp_path / "n.yaml", tmp_path / "n", "0.1.0", CLOCK, passphrase=PASSPHRASE)
    assert not (tmp_path / "n").exists()


def rewrite(file: Path, changed: str, content: bytes) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[changed] = content
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_one_changed_byte_is_found_before_anything_is_touched(home: Home) -> None:
    home.backup()
    rewrite(home.file, "data/plan/learned.msgpack", b"content of plan/learned.msgpacK")
    before = contents(home.data)
    with pytest.raises(SumikaError, match="damaged"):
        restore(home.file, home.folder / "house.yaml", home.data, "0.1.0", CLOCK)
    assert contents(home.data) == before
    assert not list(home.data.parent.glob(".*restoring*"))


def forge(file: Path, name: str, content: bytes) -> None:
    """Change a file in a backup and its checksum with it, as whoever holds a backup can."""
    manifest = manifest_of(file)
    packed = Packed(name=name, sha256=hashlib.sha256(content).hexdigest(), length=len(content))
    files = tuple(packed if one.name == name else one for one in manifest.files)
    assert files != manifest.files
    rewrite(file, name, content)
    rewrite(file, MANIFEST, msgspec.json.encode(msgspec.structs.replace(manifest, files=files)))


def test_who_changes_what_lies_open_is_found_by_what_is_sealed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sumika.runtime.backup_file.SCRYPT_N", 2**10)
    home.backup(PASSPHRASE)
    forge(home.file, "house/house.yaml", HOUSE.replace("127.0.0.1", "10.6.6.6").encode())
    house, data = tmp_path / "new" / "house.yaml", tmp_path / "new" / "house"
    with pytest.raises(SumikaError, match="somebody has changed it"):
        restore(home.file, house, data, "0.1.0", CLOCK, passphrase=PASSPHRASE)
    assert not data.exists()
    assert not house.exists()
    # Checksums alone find nothing, as the documentation says.
    assert not restore(home.file, house, data, "0.1.0", CLOCK).with_secrets


def test_a_backup_whose_sealed_part_was_taken_out_is_refused_to_who_has_the_passphrase(
    home: Home, tmp_path: Path
) -> None:
    home.backup()
    with pytest.raises(UsageError, match="nothing in this backup that is sealed"):
        restore(home.file, tmp_path / "house.yaml", tmp_path / "data", "0.1.0", CLOCK, passphrase=PASSPHRASE)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("cut", [0, 10, 400])
def test_half_a_file_is_no_backup(home: Home, cut: int) -> None:
    home.backup()
    home.file.write_bytes(home.file.read_bytes()[:cut])
    with pytest.raises(SumikaError, match="no backup"):
        manifest_of(home.file)


@pytest.mark.parametrize(
    "name", ["../x", "data/../../x", "/etc/passwd", "house//x", "data", "other/x", "data/a\\b", "data/./x", "data/x\0"]
)
def test_no_name_leads_elsewhere(name: str) -> None:
    with pytest.raises(SumikaError, match="elsewhere"):
        safe_name(name)


def test_a_backup_that_leads_elsewhere_writes_nothing(home: Home, tmp_path: Path) -> None:
    manifest = home.backup()
    evil = Packed(name="data/../../../evil", sha256="0", length=1)
    rewrite(home.file, MANIFEST, msgspec.json.encode(msgspec.structs.replace(manifest, files=(evil,))))
    with pytest.raises(SumikaError, match="elsewhere"):
        restore(home.file, home.folder / "house.yaml", home.data, "0.1.0", CLOCK)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("name", ["house/.profile", "house/secrets/token", "data/page/accounts.json"])
def test_who_has_no_passphrase_puts_nothing_beside_the_description_or_among_accounts(home: Home, name: str) -> None:
    manifest = home.backup(PASSPHRASE)
    planted = Packed(name=name, sha256=hashlib.sha256(b"evil").hexdigest(), length=4)
    rewrite(home.file, MANIFEST, msgspec.json.encode(msgspec.structs.replace(manifest, files=(planted,))))
    with zipfile.ZipFile(home.file, "a") as archive:
        archive.writestr(name, b"evil")
    before = contents(home.folder), contents(home.data)
    with pytest.raises(SumikaError, match="sealed"):
        restore(home.file, home.folder / "house.yaml", home.data, "0.1.0", CLOCK, passphrase=PASSPHRASE)
    assert (contents(home.folder), contents(home.data)) == before


def test_logs_come_in_when_asked_for(home: Home) -> None:
    assert "data/log/run/0001.mcap" in {packed.name for packed in home.backup(logs=True).files}


def test_a_secret_elsewhere_is_told_of(home: Home, tmp_path: Path) -> None:
    far = tmp_path / "far"
    home.write(far, TOKEN)
    home.write(home.folder / "house.yaml", HOUSE.replace("secrets/token", str(far)))
    assert any(str(far) in line for line in home.backup().left_out)


def test_an_unwritable_place_is_said_and_leaves_nothing(home: Home, tmp_path: Path) -> None:
    home.file = tmp_path / "absent" / "house.sumika"
    with pytest.raises(SumikaError, match="cannot be written"):
        home.backup()


def test_a_database_is_copied_while_it_is_written_to(home: Home) -> None:
    with closing(sqlite3.connect(home.data / "history" / "other.sqlite3")) as busy:
        busy.execute("PRAGMA journal_mode = WAL")
        busy.execute("CREATE TABLE t(x)")
        busy.execute("INSERT INTO t VALUES (1)")
        busy.commit()
        busy.execute("INSERT INTO t VALUES (2)")
        home.backup()
    with zipfile.ZipFile(home.file) as archive:
        copy = Path(archive.extract("data/history/other.sqlite3", home.folder))
    with closing(sqlite3.connect(copy)) as read:
        assert read.execute("SELECT x FROM t").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["home#2", "a?b", "50%25", "家 1"])
def test_a_house_whose_folder_has_an_unusual_name_comes_back(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / name)
    home.records.close()
    home.backup()
    restore(home.file, tmp_path / "n.yaml", tmp_path / "n", "0.1.0", CLOCK)
    assert details(tmp_path / "n") == ["before"]
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} == {name, "n"}


def test_a_history_on_a_larger_disk_comes_in_and_other_links_are_told_of(home: Home, tmp_path: Path) -> None:
    (home.data / "history").rename(tmp_path / "ssd")
    (home.data / "history").symlink_to(tmp_path / "ssd")
    (tmp_path / "ssd" / "back").symlink_to(home.data)
    (tmp_path / "ssd" / "again").symlink_to(tmp_path / "ssd")
    (home.data / "root").symlink_to("/")
    (home.data / "plan" / "linked").symlink_to(home.folder / "house.yaml")
    manifest = home.backup(PASSPHRASE)
    links = [line for line in manifest.left_out if line.endswith(": a link")]
    assert links == [f"data/{name}: a link" for name in ("history/again", "history/back", "plan/linked", "root")]
    names = [one.name for one in manifest.files]
    assert "data/history/records.sqlite3" in names
    assert len(names) == len(set(names)) < 10
    with zipfile.ZipFile(home.file) as archive:
        assert set(names) < set(archive.namelist())


def test_a_day_that_the_night_archives_meanwhile_is_in_the_backup(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Packer.add_file
    copied: list[str] = []

    def and_meanwhile(self: Packer, name: str, path: Path) -> None:
        if not copied:  # the night has archived a day, and takes it out of the database
            home.write(home.data / "history" / "archive" / "2026" / "01" / "day.parquet", "a day")
        copied.append(name)
        real(self, name, path)

    monkeypatch.setattr(Packer, "add_file", and_meanwhile)
    home.backup()
    assert copied[0] == "data/history/records.sqlite3"
    assert "data/history/archive/2026/01/day.parquet" in copied


def test_what_a_house_cannot_do_without_is_named_however_deep() -> None:
    described = {
        "page": {"certificate": "page.crt", "private_key": "page.key", "listen": "0.0.0.0"},
        "bridge": {"ca_file": "broker.pem", "secret_file": ""},
        "connections": [{"id": "home", "secret_file": "token"}],
    }
    assert sorted(named_secrets(described)) == ["broker.pem", "page.crt", "page.key", "token"]
