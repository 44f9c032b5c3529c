"""Sentences by hand become lines of the grammar, each label of the table, none of them held out."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from tools import said_lines
from tools.said_lines import FILES, SAID, SPOKEN, marked, written

from sumika.evaluate.assistant.never_taught import as_said, bare
from sumika.evaluate.assistant.phrasings import held_phrasings
from sumika.training.house_language.grammar import templates

LANGUAGES = ("ja", "en")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_learnt_from_is_what_was_written(language: str) -> None:
    found = defaultdict[str, set[str]](set)
    for one in templates(language, 0.0):
        if one.said:
            statistic = "" if one.statistic == "now" else one.statistic
            found[" ".join(filter(None, (one.tool, one.what, statistic)))].add(one.text)
    lines = {key: set(texts) for key, texts in written(language).items()}
    assert lines == found, "run tools/said_lines.py, and train house-tiny anew"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_that_was_written_for_learning_is_held_out(language: str) -> None:
    lines = [one for one in (SAID / f"{language}.txt").read_text("utf-8").splitlines() if one and one[0] != "#"]
    assert len(lines) > 500
    held = {bare(one.text) for one in held_phrasings(language)}
    assert not held & {bare(marked(line).text) for line in lines}


def test_what_is_measured_is_not_learnt_from() -> None:
    assert "ja_even" not in FILES["ja"]
    said = (SPOKEN / "ja_even.yaml").read_text("utf-8")
    lines = (SAID / "ja.txt").read_text("utf-8").splitlines()
    learnt = {bare(marked(line).text) for line in lines if line and line[0] != "#"}
    assert not {bare(text) for text in re.findall(r'text: "([^"]+)"', said)} & learnt


def test_a_sentence_with_its_pieces_marked() -> None:
    said = marked("power off|kansai|[room:二階]の[device light:枕元の灯り]、[delay:30分後]に消しといてや")
    assert said.text == "二階の枕元の灯り、30分後に消しといてや"
    assert [said.text[first:last] for first, last, _, _ in said.pieces] == ["二階", "枕元の灯り", "30分後"]
    line = said.line("ja")
    assert line == (
        "({room=二階}|{r}|{r})の({device=枕元の灯り}|{light0}|{light0})、({delay=30分後}|{delay}|{delay})に消しといてや"
    )
    assert as_said(line) == said.text
    assert marked("none|child|テレビ消したよ").key == ""


def test_other_things_stand_only_where_english_allows_it() -> None:
    line = marked("power on|plain|lights on in [room:Edith's room] please").line("en")
    assert line == "lights on in {room=Edith's room} please"
    assert "{light0}" in marked("power on|plain|put the [device light:lamp] on").line("en")
    assert "{light0}" not in marked("power on|plain|put the [device light:lamps] on").line("en")
    assert "{r0}" in marked("power on|plain|lights on in the [room:larder]").line("en")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("power sideways|plain|つけて", "no 'power sideways'"),
        ("outside weather mode|plain|天気は", "no statistic"),
        ("clock time|plain|[room:寝室]の時間は", "takes no room"),
        ("power on|plain|(つけて)", "signs"),
        ("power on|つけて", "not 'KEY.voice.sentence'"),
        ("nonsense|plain|つけて", "no 'nonsense'"),
    ],
)
def test_a_line_that_is_not_in_form_is_refused(line: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        marked(line)


def test_a_line_that_is_not_in_form_ends_the_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ja.txt").write_text("power on|plain|[device light:スタンド]つけて\nnonsense|plain|つけて\n", "utf-8")
    monkeypatch.setattr(said_lines, "SAID", tmp_path)
    monkeypatch.setattr(said_lines, "FILES", {"ja": ()})
    with pytest.raises(ValueError, match="nonsense"):
        written("ja")
