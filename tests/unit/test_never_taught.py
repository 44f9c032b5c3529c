"""What is held out and was learnt from by chance, word for word, is not scored."""

import msgspec
import pytest

from sumika.evaluate.assistant.never_taught import as_said, bare, never_taught
from sumika.evaluate.assistant.phrasings import held_phrasings
from sumika.training.house_language.grammar import templates


def kept(text: str) -> bool:
    return bool(never_taught([msgspec.structs.replace(held_phrasings("ja")[0], text=text)], "ja"))


@pytest.mark.parametrize("number", [0, 400, 1200, 2400])
def test_a_sentence_that_was_learnt_from_is_left_out_however_it_is_written(number: int) -> None:
    lines = [one.text for one in templates("ja", 0.0) if one.said and "{" not in one.text]
    line = lines[number % len(lines)]
    assert not kept(line)
    assert not kept(f"{line}。")
    assert kept(f"ところで昨日の新聞によると{line}らしいのだが")


def test_a_line_with_slots_is_known_by_the_sentence_that_it_was_made_of() -> None:
    lines = {one.text for one in templates("ja", 0.0) if one.said}
    line = "({resident=お母さん}|{who}|{who})の歩くの遅くなってない？"
    assert line in lines
    assert as_said(line) == "お母さんの歩くの遅くなってない？"
    assert not kept("お母さんの歩くの遅くなってない")
    assert kept("ひいばあばの歩くの遅くなってない")
    assert not any(set("{}()|") & set(as_said(one)) for one in lines)


def test_most_of_what_is_held_out_is_scored() -> None:
    for language in ("ja", "en"):
        held = held_phrasings(language)
        assert len(never_taught(held, language)) > 0.95 * len(held)


def test_one_form_of_letters() -> None:
    assert bare("エアコン、つけて！") == bare("ｴｱｺﾝつけて")
