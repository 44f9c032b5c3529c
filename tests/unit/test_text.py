"""Every language says everything, in words that fit, without the language of diagnoses."""

import re
import string
import unicodedata
from pathlib import Path

import pytest

import sumika
from sumika.clock import Instant
from sumika.schema import Event, GateRule, NodeState, Origin, Reason, Severity
from sumika.text import (
    LANGUAGES,
    banner,
    distance_text,
    duration_text,
    event_text,
    language_of,
    origin_text,
    probability_text,
    rate_text,
    reason_text,
    rule_text,
    say,
    severity_text,
    state_text,
)

PACKAGE = Path(sumika.__file__).parent
TABLE_CELL = 24
FAMILIES = (
    "reason.",
    "state.",
    "origin.",
    "banner.",
    "severity.",
    "event.",
    "rule.",
    "world.column_",
    "why.rules.",
    "why.plan.",
    "terminal.mode.",
    "finding.",
    "level.",
    "alarm.title.",
    "alarm.words.",
    "alarm.button.",
    "alarm.mark.",
    "alarm.closing.",
    "alarm.stage.",
    "alarm.delivery.",
    "alarm.refused.",
    "talk.",
)
TEXT_FILES = ("_en.", "_ja.", "_why_", "_found_", "_alarm_", "_talk_")
DIAGNOSES = re.compile(
    r"apn|arrhythm|diagnos|disease|patient|abnormal|無呼吸|不整脈|診断|疾患|病気|患者|異常な(?:呼吸|心拍)", re.I
)
languages = pytest.mark.parametrize("language", sorted(LANGUAGES))


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def placeholders(sentence: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(sentence) if name is not None}


def sources() -> str:
    """The program without the sentences themselves, and without benches, whose events nobody reads."""
    files = [
        file for file in PACKAGE.rglob("*.py") if not file.name.startswith(TEXT_FILES) and "evaluate" not in file.parts
    ]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def event(code: str, *, recovered: bool = False, detail: str = "") -> Event:
    return Event(
        stamp=Instant(0, 0, "test"),
        origin=Origin.LIVE,
        subject="log",
        code=code,
        severity=Severity.WARNING,
        recovered=recovered,
        detail=detail,
    )


def test_all_languages_have_the_same_keys() -> None:
    assert set(LANGUAGES["ja"]) == set(LANGUAGES["en"])


def test_all_languages_have_the_same_placeholders() -> None:
    for key, sentence in LANGUAGES["en"].items():
        assert placeholders(LANGUAGES["ja"][key]) == placeholders(sentence), key


@languages
def test_every_reason_state_origin_and_severity_has_its_text(language: str) -> None:
    for reason in Reason:
        assert reason_text(reason, language)
        assert reason_text(reason, language, long=True).endswith((".", "。"))
    assert all(state_text(state, language) for state in NodeState)
    assert all(origin_text(origin, language) for origin in Origin)
    assert all(severity_text(severity, language) for severity in Severity)
    assert all(rule_text(rule, language) for rule in GateRule if rule is not GateRule.NONE)


@pytest.mark.parametrize(
    ("family", "members"),
    [
        ("reason", {name for reason in Reason for name in (reason.value, f"{reason.value}.long")}),
        ("state", {state.value for state in NodeState}),
        ("origin", {origin.value for origin in Origin}),
        ("banner", {origin.value for origin in Origin}),
        ("severity", {severity.value for severity in Severity}),
        ("rule", {rule.value for rule in GateRule if rule is not GateRule.NONE}),
    ],
)
def test_no_text_is_left_over_from_a_member_that_is_gone(family: str, members: set[str]) -> None:
    assert {key.removeprefix(f"{family}.") for key in LANGUAGES["en"] if key.startswith(f"{family}.")} == members


def test_every_other_text_is_used_somewhere() -> None:
    program = sources()
    unused = [key for key in LANGUAGES["en"] if not key.startswith(FAMILIES) and f'"{key}"' not in program]
    assert unused == []


def test_every_event_code_of_the_program_has_a_sentence_and_one_for_its_end() -> None:
    codes = set(re.findall(r'\b(?:code=|_tell\([^"()]*, |_reports\.(?:add|once)\(\s*)"(\w+)"', sources()))
    assert {"log_problem", "node_degraded", "history_not_written"} <= codes, (
        "the pattern does not fit the program any more"
    )
    for code in codes:
        assert f"event.{code}" in LANGUAGES["en"], code
    for key in LANGUAGES["en"]:
        if key.startswith("event.") and key.count(".") == 1 and key != "event.with_detail":
            assert f"{key}.recovered" in LANGUAGES["en"]


@languages
def test_short_reasons_fit_a_table_cell(language: str) -> None:
    for reason in Reason:
        assert columns(reason_text(reason, language)) <= TABLE_CELL, reason


@languages
def test_banners_fit_half_a_terminal_and_only_live_has_none(language: str) -> None:
    assert banner(Origin.LIVE, language) == ""
    for origin in (Origin.RECORDED, Origin.SIMULATED):
        assert 0 < columns(banner(origin, language)) <= 60


@languages
def test_no_word_of_diagnosis_is_used(language: str) -> None:
    for key, sentence in LANGUAGES[language].items():
        assert not DIAGNOSES.search(sentence), key


def test_japanese_is_japanese_and_english_is_ascii_but_for_signs() -> None:
    for key, sentence in LANGUAGES["en"].items():
        assert set(sentence) <= set(string.printable) | {"±", "°", "²"}, key
    for reason in Reason:
        assert any(ord(character) >= 0x3040 for character in reason_text(reason, "ja")), reason


def test_numbers_read_as_each_language_writes_them() -> None:
    assert rate_text(15.24, 0.31, "en") == "15.2 ± 0.3 /min"
    assert rate_text(15.24, 0.31, "ja") == "毎分15.2回 ±0.3"
    assert rate_text(15.24, None, "en") == "15.2 /min"
    assert distance_text(0.7, 0.05, "en") == "0.70 ± 0.05 m"
    assert distance_text(0.7, None, "ja") == "0.70 m"
    assert probability_text(0.973, "en") == "97 %"
    assert [duration_text(seconds, "ja") for seconds in (12, 125, 5400)] == ["12秒", "2分", "1.5時間"]


@languages
def test_a_missing_value_is_a_dash_and_no_number(language: str) -> None:
    dash = say("no_value", language)
    assert not any(character.isdigit() for character in dash)
    assert rate_text(None, 0.3, language) == distance_text(None, None, language) == dash
    assert probability_text(None, language) == dash


def test_an_event_is_a_sentence_with_its_detail() -> None:
    assert event_text(event("log_problem", detail="disk full"), "en") == "the log cannot be written (disk full)"
    assert event_text(event("log_problem", recovered=True), "en") == "the log is being written again"
    assert event_text(event("log_problem", detail="空き容量なし"), "ja") == "ログを書き込めません（空き容量なし）"
    held = event("held_by_hand", detail="resident")
    assert event_text(held, "en").endswith(" was set by hand and is left alone (by a resident)")
    assert event_text(held, "ja").endswith("（住人が操作）")


@languages
def test_an_event_without_a_sentence_is_still_shown(language: str) -> None:
    assert "volcano" in event_text(event("volcano"), language)
    assert event_text(event("volcano"), language) != event_text(event("volcano", recovered=True), language)


@languages
def test_braces_in_a_name_are_no_placeholders(language: str) -> None:
    assert "{sigma}" in say("event.node_died", language, subject="{sigma}")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "ja-JP"}, "ja"),
        ({"LANG": "ja.UTF-8"}, "ja"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "jam_JM.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"),
        ({"LANG": "en_US", "LC_MESSAGES": "ja_JP"}, "ja"),
    ],
)
def test_the_terminal_tells_the_language(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language


def test_a_slip_in_a_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("reason.nonsense", "en")
    with pytest.raises(KeyError):
        say("rate", "en")
