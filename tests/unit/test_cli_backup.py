"""`sumika backup`, `restore` and `diagnostics` as a person meets them: what is said, and that mistakes cost nothing."""

import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner, Result

from sumika.cli.backup import backup
from sumika.cli.diagnostics import diagnostics
from sumika.cli.restore import restore
from sumika.config import load_house
from sumika.runtime.backup_file import MANIFEST
from sumika.runtime.data_folder import data_folder, owned_data_folder
from sumika.schema import SumikaError, UsageError

HOUSE = "version: 1\nname: Home\nrooms:\n  - {id: bedroom, floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]]}\n"
PASSPHRASE = "four words of nonsense"


class Home:
    """A house on a disk, and one that is brought back elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.house, self.data, self.file = folder / "house.yaml", folder / "data", folder / "house.sumika"
        self.there = folder / "there"
        self.words = folder / "words"
        self.words.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self.house.write_text(HOUSE, encoding="utf-8")
        for name in ("plan/learned", "page/accounts.json", "alarm/before/fall.msgpack", "desk/papers/note.json"):
            (self.data / name).parent.mkdir(parents=True, exist_ok=True)
            (self.data / name).write_text(f"content of {name}", encoding="utf-8")

    def says(self, command: click.Command, *arguments: object, answers: str | None = None) -> Result:
        """Run a command."""
        return CliRunner().invoke(command, [str(each) for each in arguments], input=answers)

    def backup(self, *options: object, answers: str | None = None) -> Result:
        """Make a backup."""
        return self.says(backup, self.file, "--house", self.house, "--data", self.data, *options, answers=answers)

    def restore(self, *options: object, answers: str | None = None) -> Result:
        """Bring it back elsewhere."""
        place = ("--house", self.there / "house.yaml", "--data", self.there / "data")
        return self.says(restore, self.file, *place, *options, answers=answers)

    def came_back(self, name: str) -> bool:
        """Return whether a file is there again."""
        return (self.there / "data" / name).is_file()

    def nothing_came(self) -> bool:
        """Return whether the other place was left alone."""
        return not self.there.exists() or not [path for path in self.there.rglob("*") if path.is_file()]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr("sumika.runtime.backup_file.SCRYPT_N", 2**10)  # a weak seal is made and opened quickly
    return Home(tmp_path)


def replace_manifest(file: Path, **said: object) -> None:
    """Let a backup say something else of itself."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[MANIFEST] = json.dumps(json.loads(parts[MANIFEST]) | said).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def refused(result: Result) -> str:
    """Return the one line with which a command ends; never a traceback."""
    assert isinstance(result.exception, SumikaError), result.exception
    return str(result.exception)


def test_a_house_goes_away_and_comes_back(home: Home) -> None:
    made = home.backup()
    assert made.exit_code == 0, made.output
    assert "2 files" in made.output
    assert "not in it: data/page/accounts.json" in made.output
    assert "not in it: data/alarm/before/fall.msgpack" in made.output
    assert "not in it: data/desk/papers/note.json" in made.output
    brought = home.restore(answers="y\n")
    assert brought.exit_code == 0, brought.output
    assert brought.output.startswith("Home, ")
    assert "no secrets were restored" in brought.output
    assert (home.there / "house.yaml").read_text(encoding="utf-8") == HOUSE
    assert home.came_back("plan/learned")
    assert not home.came_back("page/accounts.json")


def test_a_passphrase_is_asked_for_twice_and_opens_the_secrets(home: Home) -> None:
    made = home.backup("--secrets", answers=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert made.exit_code == 0, made.output
    assert "without the passphrase nobody opens them" in made.output
    assert PASSPHRASE not in made.output
    assert home.restore("--yes", "--passphrase-file", home.words).exit_code == 0
    assert home.came_back("page/accounts.json")
    assert home.came_back("alarm/before/fall.msgpack")
    assert home.came_back("desk/papers/note.json")


def test_secrets_can_be_left_where_they_are(home: Home) -> None:
    home.backup("--passphrase-file", home.words)
    assert home.restore("--yes", "--no-secrets").exit_code == 0
    assert home.came_back("plan/learned")
    assert not home.came_back("page/accounts.json")


def test_another_passphrase_opens_nothing(home: Home) -> None:
    home.backup("--passphrase-file", home.words)
    said = refused(home.restore("--yes", answers="another one\n"))
    assert "does not open" in said
    assert "--no-secrets" in said
    assert home.nothing_came()


@pytest.mark.parametrize(("words", "said"), [(b"short", "8 characters"), (b"\xff\xfe\x00passphrase", "cannot be read")])
def test_a_passphrase_that_is_none_is_refused(home: Home, words: bytes, said: str) -> None:
    home.words.write_bytes(words)
    result = home.backup("--passphrase-file", home.words)
    assert result.exit_code != 0
    assert said in (result.output + str(result.exception))
    assert not home.file.exists()


def test_who_says_no_changes_nothing(home: Home) -> None:
    home.backup()
    assert home.restore(answers="n\n").exit_code == 1
    assert home.nothing_came()


STAND_IN = "radars: [{id: r, room: bedroom, model: a121, position_m: [0.1, 2, 2], yaw_deg: 0, source: {type: demo}}]\n"


@pytest.mark.parametrize("description", [HOUSE, HOUSE + STAND_IN, HOUSE + "demo: true\n"])
@pytest.mark.parametrize("said", [True, False])
def test_a_house_comes_back_to_where_it_is_looked_for_whatever_an_older_backup_calls_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, description: str, said: bool
) -> None:
    monkeypatch.setenv("SUMIKA_HOME", str(home.there / "home"))
    home.house.write_text(description, encoding="utf-8")
    home.backup()
    replace_manifest(home.file, demo=said)
    there = home.there / "house.yaml"
    brought = home.says(restore, home.file, "--house", there, "--yes")
    assert brought.exit_code == 0, brought.output
    assert (data_folder(load_house(there, {})) / "plan" / "learned").is_file()


def test_where_the_description_says_nothing_the_backup_tells_whose_folder_it_was(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMIKA_HOME", str(home.there / "home"))
    home.backup()
    replace_manifest(home.file, demo=True, house_file="gone.yaml")
    brought = home.says(restore, home.file, "--house", home.there / "house.yaml", "--yes")
    assert f"{home.there}/home/demo-" in brought.output, brought.output


def test_a_file_that_is_not_there_is_said(home: Home) -> None:
    with pytest.raises(UsageError, match=r"house.sumika: there is no such file"):
        raise home.restore("--yes").exception or AssertionError


@pytest.mark.parametrize("place", [0.3, 0.5, 0.9])
def test_a_damaged_file_is_said_and_changes_nothing(home: Home, place: float) -> None:
    (home.data / "plan" / "learned").write_bytes(bytes(range(256)) * 200)
    home.backup()
    data = bytearray(home.file.read_bytes())
    middle = int(len(data) * place)
    data[middle : middle + 20] = bytes(byte ^ 0xFF for byte in data[middle : middle + 20])
    home.file.write_bytes(data)
    assert "backup" in refused(home.restore("--yes"))
    assert home.nothing_came()


def test_a_house_that_runs_is_left_alone(home: Home) -> None:
    home.backup()
    with owned_data_folder(home.there / "data"):
        said = refused(home.restore("--yes"))
    assert "runs on this data" in said
    assert not home.came_back("plan/learned")


def test_where_there_is_no_room_nothing_is_begun(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.backup()
    monkeypatch.setattr("sumika.runtime.restore.shutil.disk_usage", lambda _: SimpleNamespace(free=100))
    said = refused(home.restore("--yes"))
    assert "no room" in said
    assert "--data" in said
    assert home.nothing_came()


def test_a_place_that_cannot_be_written_to_is_said(home: Home) -> None:
    home.backup()
    home.there.write_text("a file where a folder should be", encoding="utf-8")
    assert "cannot be unpacked" in refused(home.restore("--yes"))
    home.file = home.there / "house.sumika"
    assert "cannot be written" in refused(home.backup())


def test_diagnostics_say_what_is_in_them(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.bus.RuntimeFolder.running", list)
    target = home.house.with_name("help.zip")
    result = home.says(diagnostics, target, "--house", home.house, "--data", home.data)
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(target) as archive:
        assert result.output.strip() == f"{target}: {', '.join(archive.namelist())}"
    nowhere = home.says(diagnostics, home.house / "help.zip", "--house", home.house, "--data", home.data)
    assert "cannot be written" in refused(nowhere)
    assert "house.yaml" in refused(home.says(diagnostics, target, "--house", home.there / "house.yaml"))


@pytest.mark.parametrize("command", [backup, diagnostics])
def test_no_other_file_is_written_over(home: Home, command: click.Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.bus.RuntimeFolder.running", list)
    other, empty = home.house.with_name("photos.zip"), home.house.with_name("empty")
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("photo.jpg", "of grandmother")
    empty.touch()
    place = ("--house", home.house, "--data", home.data)
    for file in (home.house, other):
        before = file.read_bytes()
        assert "another file is there" in refused(home.says(command, file, *place))
        assert file.read_bytes() == before
    for file in (empty, empty):  # and once more over its own
        assert home.says(command, file, *place).exit_code == 0


def test_a_simulated_house_goes_back_where_it_runs(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    radar = (
        "radars:\n  - {id: bed, room: bedroom, model: iwr6843isk, position_m: [0.1, 0.1, 1.8], source: {type: world}}\n"
    )
    home.house.write_text(HOUSE + radar, encoding="utf-8")
    assert home.backup().exit_code == 0
    monkeypatch.setenv("SUMIKA_HOME", str(tmp_path / "home"))
    arguments = [str(home.file), "--house", str(home.there / "house.yaml"), "--yes"]
    brought = CliRunner().invoke(restore, arguments, catch_exceptions=False)
    assert brought.exit_code == 0, brought.output
    folder = data_folder(load_house(home.there / "house.yaml"))
    assert folder.parent == tmp_path / "home"
    assert not (folder.parent / "house").exists()
    assert folder.name.startswith("demo-")
    assert (folder / "plan" / "learned").exists()
