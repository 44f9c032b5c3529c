"""Everything that can be wrong with house.yaml is told at its line, with what is allowed and the nearest spelling."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sumika.config import (
    ConfigError,
    LoadedHouse,
    Problem,
    _paths,
    host_name,
    load_house,
    parse_house,
    recordings_folder,
)
from sumika.schema import UsageError
from sumika.schema.house import PortSource

MODELS = ("a121", "bgt60tr13c", "iwr6843", "iwr6843isk")
HOUSE = """\
# a house
version: 1
name: Home
demo: false
residents:
  - id: hanako
rooms:
  - id: bedroom
    floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]]
    height_m: 2.4
    residents: [hanako]
  - id: living
    floor_m: [[3, 0], [8, 0], [8, 4], [3, 4]]
radars:
  - id: bed
    room: bedroom
    model: a121
    position_m: [0.1, 2, 1]
    source: {type: port, device: /dev/ttyUSB0}
  - id: sofa
    room: living
    model: iwr6843isk
    position_m: [3.1, 2, 1]
    yaw_deg: 0
    source:
      type: port
      device: /dev/ttyUSB1
"""


def load(text: str, **environ: str) -> LoadedHouse:
    return parse_house(text, Path("house.yaml"), environ, models=MODELS)


def problems(text: str, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(text, **environ)
    return caught.value.problems


def changed(old: str, new: str) -> str:
    assert HOUSE.count(old) == 1, old
    return HOUSE.replace(old, new)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_sound_house_loads_without_warnings() -> None:
    loaded = load(HOUSE)
    assert [room.id for room in loaded.house.rooms] == ["bedroom", "living"]
    assert loaded.house.radar("sofa").source == PortSource(device="/dev/ttyUSB1")
    assert loaded.warnings == ()
    assert loaded.text == HOUSE


# One thing wrong at a time: what is changed, into what, the field told, and the nearest valid spelling.
ONE_WRONG = [
    ("height_m: 2.4", "heigth_m: 2.4", "rooms[0].heigth_m", "height_m"),
    ("demo: false", "dmeo: false", "dmeo", "demo"),
    ("demo: false", "demo: no", "demo", "false"),
    ("demo: false", "demo: fals", "demo", "false"),
    ("demo: false", "demo:", "demo", ""),
    ("demo: false", "language: jp", "language", "ja"),
    ("demo: false", "building: {site: {timezone: Asia/Tokio}}", "building.site.timezone", "Asia/Tokyo"),
    ("demo: false", "building: {site: {timezone: JST}}", "building.site.timezone", ""),
    ("demo: false", "building: {site: {timezone: ../etc/passwd}}", "building.site.timezone", ""),
    ("demo: false", "tariff: {plan: market_uk}", "tariff.plan", "market_eu"),
    ("name: Home", "name: 12", "name", "'12'"),
    ("name: Home", "name: 1.50", "name", "'1.50'"),
    ("name: Home", "name: true", "name", "'true'"),
    ("height_m: 2.4", "height_m: '2.4'", "rooms[0].height_m", "2.4"),
    ("height_m: 2.4", "height_m: 2.4m", "rooms[0].height_m", ""),
    ("height_m: 2.4", "height_m: 0", "rooms[0].height_m", ""),
    ("height_m: 2.4", "height_m: 240", "rooms[0].height_m", ""),
    ("height_m: 2.4", "height_m: .nan", "rooms[0].height_m", ""),
    ("height_m: 2.4", "height_m: .inf", "rooms[0].height_m", ""),
    ("height_m: 2.4", "height_m: 1e999", "rooms[0].height_m", ""),
    ("height_m: 2.4", f"height_m: {'9' * 5000}", "rooms[0].height_m", ""),
    ("height_m: 2.4", "storey: 1.5", "rooms[0].storey", ""),
    ("height_m: 2.4", "storey: true", "rooms[0].storey", ""),
    ("  - id: bedroom", "  - id: Bed Room", "rooms[0].id", "bed_room"),
    ("residents: [hanako]", "residents: [hanoko]", "rooms[0].residents[0]", "hanako"),
    ("[[0, 0], [3, 0], [3, 4], [0, 4]]", "[[0, 0], [3, 0]]", "rooms[0].floor_m", ""),
    ("[[0, 0], [3, 0], [3, 4], [0, 4]]", "[[0, 0], [3, 0, 1], [3, 4]]", "rooms[0].floor_m[1]", ""),
    ("[[0, 0], [3, 0], [3, 4], [0, 4]]", "3x4", "rooms[0].floor_m", ""),
    ("[[0, 0], [3, 0], [3, 4], [0, 4]]", "[[0, 0], [3, 4], [3, 0], [0, 4]]", "rooms[0].floor_m", ""),
    ("[[0, 0], [3, 0], [3, 4], [0, 4]]", "[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]", "rooms[0].floor_m", ""),
    ("[[0, 0], [3, 0], [3, 4], [0, 4]]", "[[0, 0], [1, 0], [2, 0]]", "rooms[0].floor_m", ""),
    ("room: living", "room: livin", "radars[1].room", "living"),
    ("room: living", "room: 7", "radars[1].room", "'7'"),
    ("model: iwr6843isk", "model: iwr6843iks", "radars[1].model", "iwr6843isk"),
    ("model: iwr6843isk", "model: IWR6843ISK", "radars[1].model", "iwr6843isk"),
    ("yaw_deg: 0", "yaw: 0", "radars[1].yaw", "yaw_deg"),
    ("yaw_deg: 0", "yaw_deg: 400", "radars[1].yaw_deg", ""),
    ("type: port\n", "type: prot\n", "radars[1].source.type", "port"),
    ("type: port\n", "typ: port\n", "radars[1].source.typ", "type"),
    ("device: /dev/ttyUSB1", "devise: /dev/ttyUSB1", "radars[1].source.devise", "device"),
    ("device: /dev/ttyUSB1", "device: /dev/ttyUSB0", "radars[1].source.device", ""),
    ("device: /dev/ttyUSB1", "device: /dev/../dev/ttyUSB0", "radars[1].source.device", ""),
    ("position_m: [3.1, 2, 1]", "position_m: [3.1, 2]", "radars[1].position_m", ""),
    ("position_m: [3.1, 2, 1]", "position_m: [3.1, 2, 2.5]", "radars[1].position_m", ""),
    ("position_m: [3.1, 2, 1]", "position_m: [3.1, 2, -0.1]", "radars[1].position_m", ""),
    ("position_m: [3.1, 2, 1]", "position_m: [2.6, 2, 1]", "radars[1].position_m", ""),
    ("position_m: [3.1, 2, 1]", "position_m: [20, 2, 1]", "radars[1].position_m", ""),
    ("  - id: sofa", "  - id: bed", "radars[1].id", ""),
    ("version: 1", "version: '1'", "version", "1"),
    ("version: 1", "version: 2", "version", ""),
    ("version: 1", "version: -1", "version", ""),
    ("name: Home", 'name: "\\ud83d"', "name", ""),
    ("name: Home", "name: &n Home", "name", ""),
    ("name: Home", "name: !!python/object:os.system Home", "name", ""),
]


@pytest.mark.parametrize(("old", "new", "field", "near"), ONE_WRONG, ids=[f"{new[:40]}" for _, new, _, _ in ONE_WRONG])
def test_one_wrong_thing_is_told_with_line_field_and_nearest_spelling(
    old: str, new: str, field: str, near: str
) -> None:
    text = changed(old, new)
    told = {problem.field: problem for problem in problems(text)}
    assert field in told
    assert told[field].nearest == near
    assert told[field].line == line_of(HOUSE, old)
    assert told[field].allowed


def test_a_wrong_key_is_told_once_and_not_as_a_missing_one_too() -> None:
    (problem,) = problems(changed("room: living", "rom: living"))
    assert (problem.field, problem.nearest) == ("radars[1].rom", "room")


def test_a_missing_key_is_told_at_the_entry_that_lacks_it() -> None:
    text = changed("    model: a121\n", "")
    (problem,) = problems(text)
    assert problem.field == "radars[0].model"
    assert problem.line == line_of(text, "- id: bed\n")


def test_a_key_that_stands_twice_names_both_lines() -> None:
    (problem,) = problems(changed("demo: false", "demo: false\nname: Other"))
    assert (problem.line, problem.field) == (5, "name")
    assert "line 3" in problem.text


def test_an_id_that_is_taken_is_told_for_every_kind() -> None:
    for kind in ("rooms", "radars", "residents", "sensors", "devices"):
        entry = "{id: twin, room: bedroom, kind: co2}"
        if kind == "residents":
            text = HOUSE.replace("  - id: hanako\n", "  - id: hanako\n  - id: hanako\n")
        elif kind in {"rooms", "radars"}:
            text = (
                HOUSE.replace("id: living", "id: bedroom")
                .replace("id: sofa", "id: bed")
                .replace(": living", ": bedroom")
            )
        else:
            text = HOUSE + f"{kind}:\n  - {entry}\n  - {entry}\n"
        assert f"{kind}[1].id" in {problem.field for problem in problems(text)}


def test_rooms_that_overlap_are_both_named_with_area_and_place() -> None:
    (problem,) = problems(changed("[[3, 0], [8, 0], [8, 4], [3, 4]]", "[[2.5, 0], [8, 0], [8, 4], [2.5, 4]]"))
    assert problem.field == "rooms[1].floor_m"
    assert "'bedroom'" in problem.text
    assert "'living'" in problem.text
    assert problem.found == "2.00 m² in common (x 2.50 to 3.00, y 0.00 to 4.00)"


@pytest.mark.parametrize("east", ["2.995", "3", "3.1"])
def test_walls_measured_with_a_tape_may_overlap_by_a_sliver(east: str) -> None:
    load(changed("[[3, 0], [8, 0], [8, 4], [3, 4]]", f"[[{east}, 0], [8, 0], [8, 4], [{east}, 4]]"))


def test_a_room_within_a_room_overlaps() -> None:
    text = changed("[[3, 0], [8, 0], [8, 4], [3, 4]]", "[[1, 1], [2, 1], [2, 2], [1, 2]]")
    assert "rooms[1].floor_m" in {problem.field for problem in problems(text)}


def test_rooms_on_different_storeys_may_lie_above_each_other() -> None:
    text = changed("[[3, 0], [8, 0], [8, 4], [3, 4]]", "[[0, 0], [4, 0], [4, 4], [0, 4]]\n    storey: 2")
    assert len(load(text).house.rooms) == 2


def test_a_radar_outside_tells_how_far_and_the_nearest_room() -> None:
    (outside,) = problems(changed("position_m: [3.1, 2, 1]", "position_m: [-2, 2, 1]"))
    assert "outside the house, 2.00 m from the nearest room 'bedroom'" in outside.text
    (other,) = problems(changed("position_m: [3.1, 2, 1]", "position_m: [1, 2, 1]"))
    assert "stands in the room 'bedroom'" in other.text
    assert "2.00 m from 'living'" in other.found


@pytest.mark.parametrize("x", ["2.8", "3", "3.1", "8.25"])
def test_a_radar_in_or_on_the_wall_is_in_its_room(x: str) -> None:
    text = changed("position_m: [3.1, 2, 1]", f"position_m: [{x}, 2, 1]")
    load(text.replace("yaw_deg: 0", "yaw_deg: 180") if x == "8.25" else text)


def test_a_radar_that_looks_out_of_its_room_is_a_warning() -> None:
    (warning,) = load(changed("yaw_deg: 0", "yaw_deg: 180").replace("[3.1, 2, 1]", "[3, 2, 1]")).warnings
    assert (warning.field, warning.warning) == ("radars[1].yaw_deg", True)


def test_an_absent_recording_is_a_warning_and_a_present_one_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = changed("{type: port, device: /dev/ttyUSB0}", "{type: recording, path: $SUMIKA_DATA/night.h5}")
    with monkeypatch.context() as nowhere:
        nowhere.setattr(_paths, "recordings_folder", lambda _environ: None)
        (unset,) = load(text).warnings
    assert "SUMIKA_DATA" in unset.allowed
    (absent,) = load(text, SUMIKA_DATA=str(tmp_path)).warnings
    assert (absent.field, absent.line) == ("radars[0].source.path", line_of(text, "$SUMIKA_DATA"))
    (tmp_path / "night.h5").touch()
    loaded = load(text, SUMIKA_DATA=str(tmp_path))
    assert loaded.warnings == ()
    assert loaded.resolve("$SUMIKA_DATA/night.h5") == tmp_path / "night.h5"


def test_a_relative_path_starts_at_the_file_and_a_builtin_chirp_is_no_file(tmp_path: Path) -> None:
    source = "{type: recording, path: rec.bin, chirp: 'builtin:iwr6843_vital'}"
    (tmp_path / "house.yaml").write_text(changed("{type: port, device: /dev/ttyUSB0}", source), encoding="utf-8")
    (tmp_path / "rec.bin").touch()
    assert load_house(tmp_path / "house.yaml", {}, models=MODELS).warnings == ()


def test_all_problems_are_told_at_once_and_sorted_by_line() -> None:
    text = (
        HOUSE.replace("demo: false", "demo: yes")
        .replace("height_m: 2.4", "height_m: '2.4'")
        .replace("room: living", "room: livin")
        .replace("model: a121", "model: a112")
        .replace("device: /dev/ttyUSB1", "device: /dev/ttyUSB1\n      colour: 3")
    )
    told = problems(text)
    assert [problem.line for problem in told] == [4, 10, 17, 21, 28]
    with pytest.raises(UsageError) as caught:
        load(text)
    lines = str(caught.value).splitlines()
    assert lines[0] == "house.yaml: 5 problems"
    assert [line.split(": ")[0] for line in lines[1:]] == [f"house.yaml:{line}" for line in (4, 10, 17, 21, 28)]
    assert caught.value.exit_code == 2


def test_one_wrong_field_hides_no_other_problem_of_the_same_entry() -> None:
    text = changed("[[3, 0], [8, 0], [8, 4], [3, 4]]", "[[2, 0], [8, 0], [8, 4], [2, 4]]\n    heihgt_m: 3").replace(
        "position_m: [0.1, 2, 1]", "position_m: [50, 2, 1]"
    )
    text = text.replace("{type: port, device: /dev/ttyUSB0}", "usb")
    assert {problem.field for problem in problems(text)} >= {
        "rooms[1].heihgt_m",
        "rooms[1].floor_m",
        "radars[0].position_m",
        "radars[0].source",
    }


def test_a_single_problem_is_one_line_with_file_line_and_field() -> None:
    with pytest.raises(ConfigError) as caught:
        load(changed("model: a121", "model: a112"))
    assert str(caught.value) == (
        "house.yaml:17: radars[0].model: there is no such model, found the text 'a112', "
        "allowed: a121, bgt60tr13c, iwr6843, iwr6843isk; did you mean a121?"
    )


# Not even YAML: the text, the line told, and a word of the sentence.
NO_YAML = [
    ("version: 1\nname: 'Home\nrooms: []\n", 2, "quote"),
    ("version: 1\nrooms: [1, 2\nname: x\n", 2, "bracket"),
    ("version: 1\nrooms: {a: 1\nname: x\n", 2, "bracket"),
    ("version: 1\nrooms:\n\t- id: x\n", 3, "tab"),
    ("version: 1\n  name: Home\n", 2, "indented"),
    ("name: a: b\n", 1, "second ':'"),
    ("version: 1\nname\ndemo: true\n", 2, "no ':'"),
    ("version: 1\nname: @home\n", 2, "quotes"),
    ("rooms:\n  - id: x\n floor: 1\n", 3, "indentation"),
    ("version: 1\n---\nversion: 1\n", 2, "second document"),
    ("%YAML 1.1\n---\nversion: 1\n", 2, "directive"),
    ("? [1, 2]\n: 3\n", 1, "one word"),
    ("version: 1\nname: a\x07b\n", 2, "character"),
    ("a: " + "[" * 50 + "\n", 1, "deeply"),
    ("a: [" + "1," * 30_000 + "1]\n", 1, "too much"),
    ("", 1, "empty"),
    ("\n# nothing but a comment\n", 1, "empty"),
    ("- version: 1\n", 1, "no house"),
    ("Home\n", 1, "no house"),
]


@pytest.mark.parametrize(("text", "line", "word"), NO_YAML, ids=[repr(text[:30]) for text, _, _ in NO_YAML])
def test_what_is_no_yaml_is_told_in_plain_words(text: str, line: int, word: str) -> None:
    (problem,) = problems(text)
    assert problem.line == line
    assert word in problem.text


def test_a_bomb_of_references_does_not_unfold() -> None:
    levels = "\n".join(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in range(1, 12))
    told = problems(f"l0: &l0 [x, x]\n{levels}\n")
    assert any("anchors" in problem.text for problem in told)
    assert any("references" in problem.text for problem in told)


# The file itself.


def test_an_absent_file_names_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no such file; did you mean house\.yaml"):
        load_house(tmp_path / "huose.yaml", {})
    with pytest.raises(ConfigError, match="no such folder"):
        load_house(tmp_path / "nowhere" / "house.yaml", {})


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


@pytest.mark.parametrize(
    ("make", "line", "word"),
    [
        (_folder, 0, "folder"),
        (_pipe, 0, "no plain file"),
        (_bytes(HOUSE.encode("utf-16")), 1, "encoding"),
        (_bytes(HOUSE.encode("utf-32")), 1, "encoding"),
        (_bytes(b"version: 1\nname: \xff\xfe\n"), 2, "encoding"),
        (_bytes("name: 家\n".encode("shift_jis")), 1, "encoding"),
        (_bytes(b"version: 1\n\x00\x01\x02"), 2, "no text"),
        (_bytes(b"x" * 1_000_001), 0, "too large"),
    ],
)
def test_a_file_that_is_no_text_is_told_so(make: Callable[[Path], None], line: int, word: str, tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    make(path)
    with pytest.raises(ConfigError) as caught:
        load_house(path, {})
    (problem,) = caught.value.problems
    assert problem.line == line
    assert word in problem.text


def test_an_unreadable_file_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE, encoding="utf-8")

    def refuse(*_args: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root, as whom some run their tests, may read everything
    with pytest.raises(ConfigError, match="cannot be read"):
        load_house(path, {})


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + HOUSE.encode(), HOUSE.replace("\n", "\r\n").encode()])
def test_a_mark_of_utf8_and_line_ends_of_windows_do_no_harm(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_bytes(content)
    assert load_house(path, {}, models=MODELS).house == load(HOUSE).house


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE, encoding="utf-8")
    first = load_house(path, {})
    assert len(first.hash) == 64
    assert first.hash == load(HOUSE).hash
    path.write_text(HOUSE + "\n", encoding="utf-8")
    assert load_house(path, {}).hash != first.hash


def test_words_that_older_yaml_took_for_something_else_are_texts() -> None:
    for word in ("yes", "off", "12:30", "2026-01-31", "1.2.3", "ja"):
        assert load(changed("name: Home", f"name: {word}")).house.name == word


@pytest.mark.parametrize(("word", "value"), [(".5", 0.5), ("+.25", 0.25), ("0.5", 0.5), ("1_0.5", 10.5)])
def test_a_number_without_its_leading_zero_is_the_same_number(word: str, value: float) -> None:
    house = load(changed("yaw_deg: 0", f"yaw_deg: {word}")).house
    assert house.radar("sofa").yaw_deg == value


@pytest.mark.parametrize("name", ["https://house.local", "house.local:8160", "my house", "*.house.local", "a..b"])
def test_a_name_by_which_no_browser_comes_is_a_warning_and_keeps_no_house_from_running(name: str) -> None:
    (warning,) = load(changed("demo: false", f"page: {{names: [house.local, '{name}']}}")).warnings
    assert warning.field == "page.names[1]"


def test_names_of_the_page_may_be_in_any_script() -> None:
    text = changed("demo: false", "page: {names: [我が家.local, house_1.local, 192.168.1.5, 'fd00::1']}")
    assert load(text).warnings == ()
    assert host_name("我が家.local") == "xn--v8j002ko8d.local"


def test_characters_escaped_in_halves_as_json_has_them_are_whole() -> None:
    assert load(changed("name: Home", 'name: "\\ud83c\\udfe0"')).house.name == "🏠"


def test_recordings_lie_where_the_variable_says_or_beside_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = tmp_path / "shared" / "data"
    beside.mkdir(parents=True)
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")
    assert recordings_folder({}) == recordings_folder({"SUMIKA_DATA": ""}) == beside
    assert recordings_folder({"SUMIKA_DATA": "/elsewhere"}) == Path("/elsewhere")
    assert load(HOUSE).resolve("$SUMIKA_DATA/x.h5") == beside / "x.h5"
