"""Edits by program change what was asked for and nothing else, and are written whole or not at all."""

import itertools
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sumika.config import ConfigError, Document, edit_house, load_house, migrate_house, parse_house, write_new_house
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import DemoSource, PortSource

HOUSE = """\
# The house of the Yamadas.
version: 1
name:   "Home"   # as on the door

rooms:   # measured in May
# bedroom first
- id: bedroom
  floor_m: [[0, 0], [3, 0],   # south wall
            [3, 4], [0, 4]]
  height_m:  2.40
- {id: living, floor_m: [[3, 0], [8, 0], [8, 4], [3, 4]]}   # one line

# the only one so far
radars:
    - id: bed   # a gift
      room: bedroom
      model: a121
      position_m:
      - 0.1   # x
      - 2
      - 1.0
      # from the box
      source:
          type: port  # usb
          device: /dev/ttyUSB0
# the end
"""


def edited(change: Callable[[Document], None], text: str = HOUSE) -> str:
    document = Document(text)
    change(document)
    parse_house(document.text)
    return document.text


def clock() -> Callable[[], datetime]:
    moments = itertools.count()
    return lambda: datetime(2026, 11, 23, 8, tzinfo=UTC) + timedelta(seconds=next(moments))


def named(name: str) -> Callable[[Document], None]:
    return lambda document: document.set("name", name)


def backups(folder: Path) -> list[Path]:
    return sorted(folder.glob("house.yaml.*.bak"))


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE, encoding="utf-8")
    return path


# One edit: what it turns into what; everything else stays to the letter.
EDITS: list[tuple[Callable[[Document], None], str, str]] = [
    (lambda house: house.set("name", "Cottage"), '"Home"   # as', "Cottage   # as"),
    (lambda house: house.set("name", "yes: # 1"), '"Home"', '"yes: # 1"'),
    (lambda house: house.set("name", "12"), '"Home"', '"12"'),
    (lambda house: house.set("name", "山田の家"), '"Home"', "山田の家"),
    (lambda house: house.set("rooms[bedroom].height_m", 2.6), "height_m:  2.40", "height_m:  2.6"),
    (lambda house: house.set("rooms[0].storey", 2), "2.40\n", "2.40\n  storey: 2\n"),
    (lambda house: house.set("rooms[living].height_m", 3), "[3, 4]]}", "[3, 4]], height_m: 3}"),
    (lambda house: house.set("rooms[living].id", "lounge"), "{id: living", "{id: lounge"),
    (lambda house: house.set("radars[bed].source.device", "/dev/ttyUSB1"), "ttyUSB0", "ttyUSB1"),
    (lambda house: house.set("radars[bed].yaw_deg", 90), "ttyUSB0\n", "ttyUSB0\n      yaw_deg: 90\n"),
    (lambda house: house.set("rooms[0].floor_m[2][0]", 2.5), "[3, 4], [0, 4]]\n", "[2.5, 4], [0, 4]]\n"),
    (lambda house: house.set("radars[bed].position_m[1]", 2.5), "- 2\n", "- 2.5\n"),
    (lambda house: house.set("demo", True), "# the end\n", "# the end\n"),
    (lambda house: house.remove("rooms[0].height_m"), "  height_m:  2.40\n", ""),
]


@pytest.mark.parametrize(("change", "old", "new"), EDITS)
def test_an_edit_changes_its_place_and_nothing_else(change: Callable[[Document], None], old: str, new: str) -> None:
    text = edited(change)
    expected = HOUSE.replace(old, new, 1) if old else HOUSE
    if "demo" in text:
        expected = HOUSE.replace("ttyUSB0\n", "ttyUSB0\ndemo: true\n")
    assert text == expected


def test_an_entry_is_added_in_the_manner_of_its_neighbours() -> None:
    entry = {"id": "sofa", "room": "living", "model": "a121", "position_m": [3.1, 2, 1], "source": DemoSource(seed=4)}
    text = edited(lambda house: house.add("radars", entry))
    assert text == HOUSE.replace(
        "          device: /dev/ttyUSB0\n",
        """          device: /dev/ttyUSB0
    - id: sofa
      room: living
      model: a121
      position_m: [3.1, 2, 1]
      source: {type: demo, range_m: 1.5, respiration_bpm: 15.0, seed: 4}
""",
    )


def test_a_list_that_is_not_there_is_made() -> None:
    text = edited(lambda house: house.add("residents", {"id": "hanako"}))
    assert text == HOUSE.replace("ttyUSB0\n", "ttyUSB0\nresidents:\n  - id: hanako\n")


@pytest.mark.parametrize("empty", ["residents: []", "residents:  # none yet", "residents: [  ]   # none"])
def test_an_empty_list_is_filled(empty: str) -> None:
    text = edited(lambda house: house.add("residents", {"id": "hanako"}), f"{HOUSE}{empty}\n")
    assert text.startswith(HOUSE)
    assert parse_house(text).house.residents[0].id == "hanako"
    assert text.count("# none") == empty.count("# none")


def test_taking_the_last_entry_leaves_an_empty_list_and_every_comment() -> None:
    text = edited(lambda house: house.remove("radars[bed]"))
    assert parse_house(text).house.radars == ()
    assert "radars: []" in text
    for comment in ("# the only one so far", "# a gift", "# x", "# from the box", "# usb", "# the end"):
        assert comment in text


def test_taking_an_entry_keeps_its_comments_as_lines_of_their_own() -> None:
    text = edited(lambda house: house.remove("rooms[living]"))
    assert "height_m:  2.40\n# one line\n\n# the only" in text
    assert [room.id for room in parse_house(text).house.rooms] == ["bedroom"]


def test_a_group_is_replaced_with_its_comments_kept() -> None:
    text = edited(lambda house: house.set("radars[0].source", PortSource(device="/dev/ttyACM0")))
    assert "source: {type: port, device: /dev/ttyACM0}" in text
    assert "# usb" in text
    text = edited(lambda house: house.set("rooms[0].floor_m", [[0, 0], [3, 0], [3, 5], [0, 5]]))
    assert "floor_m: [[0, 0], [3, 0], [3, 5], [0, 5]]\n  # south wall\n  height_m" in text


def test_the_first_key_of_an_entry_can_go() -> None:
    text = HOUSE.replace("- id: bedroom\n", "- name: Bed   # ours\n  id: bedroom\n")
    after = edited(lambda house: house.remove("rooms[0].name"), text)
    assert "- id: bedroom" in after
    assert "# ours" in after


def test_line_ends_of_windows_stay() -> None:
    text = edited(lambda house: house.add("residents", {"id": "hanako"}), HOUSE.replace("\n", "\r\n"))
    assert "\n" not in text.replace("\r\n", "")


def test_a_file_without_a_last_line_end_can_be_added_to() -> None:
    text = edited(
        lambda house: house.add("residents", {"id": "hanako"}), HOUSE.rstrip("\n").removesuffix("# the end").rstrip()
    )
    assert text.endswith("\nresidents:\n  - id: hanako")


def test_a_house_written_as_json_can_be_edited() -> None:
    text = '{"version": 1, "rooms": [{"id": "a", "floor_m": [[0, 0], [2, 0], [2, 2]]}]}'
    after = edited(lambda house: house.add("residents", {"id": "hanako"}), text)
    after = edited(lambda house: house.set("rooms[a].residents", ["hanako"]), after)
    assert parse_house(after).house.rooms[0].residents == ("hanako",)


@pytest.mark.parametrize(
    "change",
    [
        lambda house: house.set("rooms[9].name", "x"),
        lambda house: house.set("rooms[attic].name", "x"),
        lambda house: house.set("name.first", "x"),
        lambda house: house.remove("rooms[0].name"),
        lambda house: house.add("name", "x"),
        lambda house: house.set("rooms..id", "x"),
        lambda house: house.set("", {}),
        lambda house: house.remove(""),
        lambda house: house.rename("rooms[0].id", "height_m"),
        lambda house: house.rename("rooms[0]", "x"),
        lambda house: house.get("rooms[0].nothing"),
    ],
)
def test_what_is_not_there_cannot_be_edited(change: Callable[[Document], None]) -> None:
    document = Document(HOUSE)
    with pytest.raises(UsageError):
        change(document)
    assert document.text == HOUSE


def test_a_text_that_is_not_clear_is_not_edited() -> None:
    with pytest.raises(ConfigError):
        Document(HOUSE + "name: Other\n")
    with pytest.raises(ConfigError):
        Document(HOUSE + "other: [\n")


# The file.


def test_an_edit_is_written_with_a_backup_and_the_mode_of_the_file(house: Path) -> None:
    house.chmod(0o600)
    loaded = edit_house(house, lambda document: document.set("name", "Cottage"), now=clock())
    assert load_house(house).house == loaded.house
    assert loaded.hash == load_house(house).hash
    assert house.stat().st_mode & 0o777 == 0o600
    (backup,) = backups(house.parent)
    assert backup.name == "house.yaml.20261123T080000.000000Z.bak"
    assert backup.read_text(encoding="utf-8") == HOUSE
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in house.parent.iterdir()) == ["house.yaml", backup.name]


def test_the_last_ten_backups_are_kept(house: Path) -> None:
    (house.parent / "house.yaml.mine.bak").touch()
    now = clock()
    for number in range(13):
        edit_house(house, named(f"v{number}"), now=now)
    kept = [backup for backup in backups(house.parent) if backup.name != "house.yaml.mine.bak"]
    assert [load_house(backup).house.name for backup in kept] == [f"v{number}" for number in range(2, 12)]
    assert (house.parent / "house.yaml.mine.bak").exists()


def test_an_edit_that_makes_the_house_unusable_is_refused(house: Path) -> None:
    with pytest.raises(ConfigError, match="no such room"):
        edit_house(house, lambda document: document.set("radars[bed].room", "attic"))
    assert house.read_text(encoding="utf-8") == HOUSE
    assert backups(house.parent) == []


def test_an_edit_that_changes_nothing_writes_nothing(house: Path) -> None:
    before = house.stat().st_mtime_ns
    edit_house(house, lambda document: None)
    assert house.stat().st_mtime_ns == before
    assert backups(house.parent) == []


def test_a_file_that_changed_since_it_was_loaded_is_left_alone(house: Path) -> None:
    loaded = load_house(house)
    newer = HOUSE.replace("Home", "Mine")
    house.write_text(newer, encoding="utf-8")
    with pytest.raises(UsageError, match="changed by someone else"):
        edit_house(house, lambda document: document.set("name", "Yours"), expected_hash=loaded.hash)
    assert house.read_text(encoding="utf-8") == newer


def test_a_file_that_changes_during_the_edit_is_left_alone(house: Path) -> None:
    newer = HOUSE.replace("Home", "Mine")

    def change(document: Document) -> None:
        document.set("name", "Yours")
        house.write_text(newer, encoding="utf-8")

    with pytest.raises(UsageError, match="changed by someone else"):
        edit_house(house, change)
    assert house.read_text(encoding="utf-8") == newer


def test_two_edits_at_the_same_time_are_both_made(house: Path) -> None:
    inside = threading.Event()

    def slow(document: Document) -> None:
        inside.set()
        document.set("name", "Cottage")

    first = threading.Thread(target=edit_house, args=(house, slow))
    first.start()
    assert inside.wait(10)
    edit_house(house, lambda document: document.set("language", "ja"))
    first.join()
    loaded = load_house(house).house
    assert (loaded.name, loaded.language) == ("Cottage", "ja")


def test_a_link_is_followed_and_stays_a_link(house: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(house)
    edit_house(link, lambda document: document.set("name", "Cottage"))
    assert link.is_symlink()
    assert load_house(house).house.name == "Cottage"


def test_a_full_disk_leaves_the_old_file(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SumikaError, match="No space left") as caught:
        edit_house(house, lambda document: document.set("name", "Cottage"))
    assert caught.value.exit_code == 1
    assert house.read_text(encoding="utf-8") == HOUSE
    assert [entry.name for entry in house.parent.iterdir()] == ["house.yaml"]


class PowerCut(BaseException):
    """Nothing may catch it, as nothing outlives a power cut."""


@pytest.mark.parametrize("step", range(6))
def test_a_power_cut_at_any_step_leaves_the_old_file_or_the_new_one(
    step: int, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = itertools.count()

    def cut(act: Callable[..., object]) -> Callable[..., object]:
        def may_be_cut(*arguments: object) -> object:
            if next(steps) == step:
                raise PowerCut
            return act(*arguments)

        return may_be_cut

    new = HOUSE.replace('"Home"', "Cottage")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", cut(os.fsync))
        patched.setattr(Path, "replace", cut(Path.replace))
        with pytest.raises(PowerCut):
            edit_house(house, named("Cottage"), now=clock())
    now = house.read_text(encoding="utf-8")
    assert now == (new if step == 5 else HOUSE)
    assert all(backup.read_text(encoding="utf-8") == HOUSE for backup in backups(house.parent))
    edit_house(house, named("Cabin"))
    assert load_house(house).house.name == "Cabin"
    assert not [entry for entry in house.parent.iterdir() if entry.name.startswith(".")]


def test_what_is_written_is_on_the_disk_before_it_takes_the_place_of_the_old(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def noted(name: str, act: Callable[..., object]) -> Callable[..., object]:
        def act_noted(*arguments: object) -> object:
            done.append(name)
            return act(*arguments)

        return act_noted

    monkeypatch.setattr(os, "fsync", noted("fsync", os.fsync))
    monkeypatch.setattr(Path, "replace", noted("replace", Path.replace))
    edit_house(house, named("Cottage"))
    assert done == ["fsync", "replace", "fsync"] * 2  # the backup, then the file


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_not_written(number: float) -> None:
    with pytest.raises(UsageError, match="not finite"):
        Document(HOUSE).set("rooms[0].height_m", number)


def test_a_new_house_never_takes_the_place_of_an_old_one_unasked(house: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is a file already"):
        write_new_house(house, "version: 1\n")
    assert house.read_text(encoding="utf-8") == HOUSE
    write_new_house(house, "version: 1\n", force=True)
    assert [backup.read_text(encoding="utf-8") for backup in backups(tmp_path)] == [HOUSE]
    with pytest.raises(SumikaError, match="cannot be written"):
        write_new_house(tmp_path / "nowhere" / "house.yaml", "version: 1\n")


# Older and newer versions.

VERSION_0 = HOUSE.replace("version: 1\n", "").replace("name:   ", "house_name:   ")


@pytest.mark.parametrize("text", [VERSION_0, "version: 0   # old\n" + VERSION_0])
def test_an_older_file_is_understood_and_migrated_with_its_comments(text: str, tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load_house(path)
    assert loaded.house == parse_house(HOUSE).house
    assert [warning.field for warning in loaded.warnings] == ["version"]
    assert path.read_text(encoding="utf-8") == text
    migrate_house(path)
    after = path.read_text(encoding="utf-8")
    assert 'name:   "Home"   # as on the door' in after
    assert "version: 1" in after
    assert ("# old" in after) == ("# old" in text)
    assert load_house(path).warnings == ()
    (backup,) = backups(tmp_path)
    assert backup.read_text(encoding="utf-8") == text


def test_an_edit_of_an_older_file_migrates_it(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(VERSION_0, encoding="utf-8")
    assert edit_house(path, lambda document: document.set("name", "Cottage")).house.name == "Cottage"
    assert load_house(path).warnings == ()


def test_a_current_file_is_not_touched_by_migration(house: Path) -> None:
    migrate_house(house)
    assert house.read_text(encoding="utf-8") == HOUSE
    assert backups(house.parent) == []


def test_an_older_file_with_both_names_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text("house_name: Old\n" + HOUSE.replace("version: 1\n", ""), encoding="utf-8")
    with pytest.raises(UsageError, match="house_name"):
        load_house(path)


def test_a_newer_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE.replace("version: 1", "version: 7"), encoding="utf-8")
    for act in (load_house, migrate_house):
        with pytest.raises(ConfigError, match=r"house\.yaml:2: version: .*newer Sumika.*allowed: up to 1"):
            act(path)
