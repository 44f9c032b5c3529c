"""The page's files: two dictionaries with the same keys and places, nothing missing, nothing from elsewhere."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sumika.dashboard import STATIC
from sumika.schema import (
    ActivityKind,
    AirEventKind,
    AlarmCause,
    AlarmStage,
    GhostCause,
    Measure,
    Mode,
    PostureKind,
    TrackKind,
)
from sumika.schema.devices import DEVICE_KINDS

ROOT = Path(__file__).resolve().parents[2]
SAID = re.compile(r"""\bsay\(\s*"([^"]+)\"""")
PLACE = re.compile(r"\{(\w+)")
SCRIPTS = sorted(path for path in (STATIC / "js").rglob("*.js"))


def _words(name: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((STATIC / "text" / f"{name}.json").read_text(encoding="utf-8"))
    return words


def test_both_languages_say_the_same_things() -> None:
    english, japanese = _words("en"), _words("ja")
    only = {key for key in english if key.endswith(".only")}  # of one thing: Japanese says it as of many
    assert english.keys() - only == japanese.keys()
    assert {key.removesuffix(".only") for key in only} <= japanese.keys()
    japanese |= {key: japanese[key.removesuffix(".only")] for key in only}
    differ = [key for key, text in english.items() if set(PLACE.findall(text)) != set(PLACE.findall(japanese[key]))]
    assert differ == []


def test_nothing_is_left_in_english() -> None:
    names = {"ESPHome", "ECHONET Lite", "Home Assistant", "Modbus"}
    own = {key: PLACE.sub("", text) for key, text in _words("ja").items() if text not in names}
    untranslated = [
        key
        for key, text in own.items()
        if re.search(r"[A-Za-z]{4}", text) and not re.search(r"[ぁ-んァ-ヶ一-龠]", text)
    ]
    assert untranslated == []


def test_every_sentence_that_is_said_is_there() -> None:
    words = {**_words("en"), **_words("house.en")}
    said = {key for path in SCRIPTS for key in SAID.findall(path.read_text(encoding="utf-8"))}
    assert len(said) > 300
    assert sorted(said - words.keys()) == []


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("mode.", Mode),
        ("posture.", PostureKind),
        ("activity.", ActivityKind),
        ("air_event.", AirEventKind),
        ("measure.", Measure),
        ("track.", TrackKind),
        ("ghost.", GhostCause),
        ("kind.", DEVICE_KINDS),
        ("alarm.", AlarmCause),
        ("stage.", AlarmStage),
    ],
)
def test_every_word_of_the_schema_has_its_word(prefix: str, values: list[str]) -> None:
    words = _words("en")
    assert [str(value) for value in values if f"{prefix}{value}" not in words] == []


@pytest.mark.parametrize("tool", ["page_words.py", "vendor_frontend.py"])
def test_what_tools_make_is_as_they_make_it(tool: str) -> None:
    command = [sys.executable, str(ROOT / "tools" / tool), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_comes_from_elsewhere() -> None:
    for path in (*SCRIPTS, *(STATIC / "css").glob("*.css"), STATIC / "index.html"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org", "").replace("ws://homeassistant.local", "")
        assert not re.search(r"https?://|//cdn|@import|wss?://", text), path.name


def test_every_file_that_is_asked_for_is_there() -> None:
    for path in SCRIPTS:
        for name in re.findall(r"""(?:from|import\()\s*"(\.[^"]+)\"""", path.read_text(encoding="utf-8")):
            assert (path.parent / name).resolve().is_file(), f"{path.name}: {name}"
    for name in re.findall(r"""(?:href|src)="(static/[^"]+)\"""", (STATIC / "index.html").read_text(encoding="utf-8")):
        assert (STATIC.parent / name).is_file(), name


def test_modules_are_small() -> None:
    assert [path.name for path in SCRIPTS if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []
