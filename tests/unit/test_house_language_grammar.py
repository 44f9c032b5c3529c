"""The grammar of what people say to a house: every label is true of its sentence, and no test set is ever opened."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from sumika.assistant.calls import STATISTICS, TAUGHT, TOOLS, Call, checked
from sumika.distil.sentence_data import LEARNT
from sumika.schema import SumikaError, UsageError
from sumika.training.house_language import HOUSE_LANGUAGE, names
from sumika.training.house_language.grammar import table, templates
from sumika.training.house_language.japanese import Verb, ended
from sumika.training.house_language.japanese_slots import Japanese
from sumika.training.house_language.made import IN_DISTRIBUTION, NEW_NAMES, NEW_PHRASINGS, Maker
from sumika.training.house_language.names import is_held, lists, parts_of
from sumika.training.house_language.templates import Segment, joined, parsed
from sumika.training.house_language.tried import problem_of
from sumika.training.house_language.written import example_of

SOME = {"sentences": 400, "scored": 60, "held_share": 0.1}


def test_every_word_of_every_tool_has_many_templates_in_both_languages() -> None:
    for language in ("ja", "en"):
        counts = Counter(one.intent for one in templates(language, 0.0))
        wanted = {f"{tool} {what}" for tool, one in TAUGHT.items() for what in one.what}
        assert wanted <= set(counts)
        many = [name for name in wanted if counts[name] >= 5]
        assert len(many) >= 0.9 * len(wanted), [name for name in wanted if counts[name] < 5]
        assert sum(counts.values()) > 1000


@pytest.mark.parametrize("language", ["ja", "en"])
def test_labels_stand_in_their_sentences_and_the_table_has_them(language: str) -> None:
    maker = Maker(language, 5, paraphrase=True, held_share=0.05)
    lines = maker.lines(LEARNT, 700)
    assert len(lines) == 700
    assert len({line.text for line in lines}) == 700
    for line in lines:
        if not line.intent:
            assert line.pieces == ()
            continue
        tool, what = line.intent.split(" ")
        spans = {name: line.text[first:last] for name, first, last in line.pieces}
        call = checked(Call(tool=tool, what=what, spans=spans, statistic=line.statistic or "now"), line.text)
        assert all(piece == piece.strip() for piece in call.spans.values())
    assert {line.intent for line in lines} > {"", "power on", "power off", "temperature set"}


def test_sentences_follow_from_the_seed_and_sets_are_disjoint() -> None:
    first, again = HOUSE_LANGUAGE.read(SOME), HOUSE_LANGUAGE.read(SOME)
    assert first == again
    texts = Counter(line.text for line in first.lines)
    assert max(texts.values()) == 1
    by_part = Counter((line.part, line.domain) for line in first.lines)
    assert by_part[NEW_NAMES, "ja"] == by_part[IN_DISTRIBUTION, "en"] == by_part[NEW_PHRASINGS, "ja"] == 60
    learnt = {line.group for line in first.lines if line.part == LEARNT}
    held = {line.group for line in first.lines if line.part == NEW_PHRASINGS}
    assert held
    assert not learnt & held
    assert first.facts["sentences drawn"] > 800


def test_what_was_written_by_hand_is_learnt_from_and_never_scored() -> None:
    for language, least in (("ja", 7000), ("en", 1400)):
        said = [one for one in templates(language, 0.04) if one.said]
        assert len(said) > least
        assert not [one for one in said if one.held]
        groups = {f"{language} {one.name}" for one in said}
        maker = Maker(language, 3, paraphrase=True, held_share=0.04)
        assert groups & {line.group for line in maker.lines(LEARNT, 200)}
        grammar = {f"{language} {one.name}" for one in templates(language, 0.04) if not one.said}
        for part in (IN_DISTRIBUTION, NEW_NAMES, NEW_PHRASINGS):
            assert {line.group for line in maker.lines(part, 60)} <= grammar


@pytest.mark.parametrize("language", ["ja", "en"])
def test_whatever_has_a_statistic_is_learnt_with_it(language: str) -> None:
    lines = Maker(language, 5, paraphrase=True, held_share=0.0).lines(LEARNT, 3000)
    counted = {line.intent.split(" ")[0] for line in lines if line.statistic}
    assert counted == {name for name, tool in TOOLS.items() if tool.statistic}
    assert not [line for line in lines if not line.statistic and line.intent.split(" ")[0] in counted]
    assert {line.statistic for line in lines if line.intent.startswith("energy")} == set(STATISTICS)


def test_pieces_of_lines_stand_as_they_were_said() -> None:
    manner = Japanese("ja", np.random.default_rng(1), held=False)
    assert manner.slot("device=お湯") == [Segment("お湯", "device")]


@pytest.mark.parametrize(
    ("text", "asks", "stem"),
    [("は回っとると？", True, "は回っ"), ("もう寝た？", True, "もう寝た"), ("閉めてくれんかの", False, "閉めて")],
)
def test_sentences_end_otherwise(text: str, asks: bool, stem: str) -> None:
    random = np.random.default_rng(2)
    found = {ended(text, random, asks=asks) for _ in range(40)}
    assert len(found) > 10
    assert all(one.startswith(stem) for one in found)
    assert ended("電気", random, asks=asks) == "電気"


def test_new_names_are_of_words_that_nobody_learns_from() -> None:
    assert not set(parts_of("ja", "given", held=True)) & set(parts_of("ja", "given", held=False))
    given = [word for language in ("ja", "en") for word in lists(language)["given"]]
    held = [word for word in given if is_held(word)]
    assert 5 < len(held) < len(given) / 3
    texts = HOUSE_LANGUAGE.read(SOME | {"sentences": 800})
    pieces = {
        part: {
            line.text[a:b]
            for line in texts.lines
            if line.part == part
            for kind, a, b in line.pieces
            if kind in ("resident", "room")
        }
        for part in (LEARNT, NEW_NAMES)
    }
    shared = pieces[LEARNT] & pieces[NEW_NAMES]
    assert len(shared) < 0.15 * len(pieces[NEW_NAMES]), shared


def test_without_paraphrases_sentences_are_plainer() -> None:
    plain = {line.text for line in HOUSE_LANGUAGE.read(SOME | {"paraphrase": False}).lines if line.part == LEARNT}
    rich = {line.text for line in HOUSE_LANGUAGE.read(SOME).lines if line.part == LEARNT}
    for mark in ("てもらえますか", "could you", "please"):
        assert sum(mark in text.lower() for text in plain) < sum(mark in text.lower() for text in rich)


def test_what_has_not_its_effect_is_thrown_away() -> None:
    def problem(tool: str, what: str, kind: str, sentence: str, **spans: str) -> str:
        return problem_of(Call(tool=tool, what=what, spans=spans), sentence, kind)

    assert problem("power", "on", "light", "電気つけて", device="電気") == ""
    assert problem("level", "set", "light", "電気を半分に", device="電気", number="半分") == ""
    assert problem("level", "set", "light", "電気を23度に", device="電気", number="23度") != ""
    assert problem("level", "up", "other", "テレビを強く", device="テレビ") != ""
    assert problem("temperature", "set", "ac", "エアコンを60度に", device="エアコン", number="60度") != ""
    assert problem("temperature", "set", "ac", "エアコンを26度に", device="エアコン", number="26度") == ""
    assert problem("mode", "heat", "light", "明かりを暖房に", device="明かり") != ""
    assert problem("cover", "set", "cover", "open it thirty", number="thirty") == ""
    assert problem("colour", "set", "light", "make it plaid", colour="plaid") != ""
    assert problem("power", "on", "light", "電気つけて", device="ランプ") == "not in the table"
    assert problem("energy", "cost", "", "電気代はいつか", period="いつか") != ""


def test_templates_are_parsed_and_wrong_brackets_refused() -> None:
    assert len(parsed("(a|b[c|d]) {slot} <x|y>")) == 5
    with pytest.raises(SumikaError, match="bracket"):
        parsed("(a|b")
    with pytest.raises(SumikaError, match="bracket"):
        parsed("a) b")
    text, pieces = joined([Segment("turn on the "), Segment("lamp ", "device"), Segment(" now ")])
    assert text == "turn on the lamp now"
    assert pieces == (("device", 12, 16),)


def test_japanese_verbs_have_their_forms() -> None:
    forms = {
        plain: (Verb(plain).te, Verb(plain).masu, Verb(plain).order, Verb(plain).past)
        for plain in ("消す", "つける", "切る", "オンにする", "引く")
    }
    assert forms["消す"] == ("消して", "消し", "消せ", "消した")
    assert forms["つける"] == ("つけて", "つけ", "つけろ", "つけた")
    assert forms["切る"] == ("切って", "切り", "切れ", "切った")
    assert forms["オンにする"] == ("オンにして", "オンにし", "オンにしろ", "オンにした")
    assert forms["引く"] == ("引いて", "引き", "引け", "引いた")


def test_options_and_files_for_large_models() -> None:
    with pytest.raises(UsageError, match="sentences"):
        HOUSE_LANGUAGE.read({"sentences": 0})
    with pytest.raises(UsageError):
        HOUSE_LANGUAGE.read({"phrases": 3})
    lines = HOUSE_LANGUAGE.read(SOME | {"sentences": 50}).lines
    examples = [example_of(line) for line in lines]
    assert any(one.answer == "{}" for one in examples)
    assert any('"tool":"power"' in one.answer for one in examples)
    assert len(table().intents) == 1 + sum(len(tool.what) for tool in TAUGHT.values())


def test_other_matters_are_asked_for_in_english_as_politely_as_what_the_house_can_do() -> None:
    lines = Maker("en", 7, paraphrase=True, held_share=0.0).lines(LEARNT, 2500)
    polite = ("please", "could you", "can you")
    nothing = [line.text.lower() for line in lines if not line.intent]
    orders = [line.text.lower() for line in lines if line.intent.split(" ")[0] in ("power", "level", "cover")]
    shares = [sum(any(word in text for word in polite) for text in texts) / len(texts) for texts in (nothing, orders)]
    assert shares[0] > 0.4 * shares[1] > 0.02
    assert sum("timer" in text for text in nothing) > 10
    assert sum(not text.rstrip().endswith("?") for text in nothing) > 0.5 * len(nothing)


def test_english_speaks_of_several_things_and_of_how_many() -> None:
    lines = Maker("en", 8, paraphrase=True, held_share=0.0).lines(LEARNT, 4000)
    asked = [line.text.lower() for line in lines if line.intent == "state device"]
    for first in ("which", "how many", "are any", "is the"):
        assert any(first in text for text in asked), first
    devices = [line.text[a:b].lower() for line in lines for kind, a, b in line.pieces if kind == "device"]
    assert any(piece.startswith(("all ", "every ", "each ")) for piece in devices)
    assert not any(piece.startswith("each and") for piece in devices)
    rooms = [line.text[a:b].lower() for line in lines for kind, a, b in line.pieces if kind == "room"]
    assert {piece for piece in rooms if piece.endswith(" area")} <= {"dining area"}
    assert max(len(piece.split(" ")) for piece in devices) >= 4


def test_names_of_any_words_are_learnt_from_and_never_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(part: str) -> list[str]:
        lines = Maker("ja", 3, paraphrase=True, held_share=0.05).lines(part, 150)
        return [line.text for line in lines]

    parts = (LEARNT, IN_DISTRIBUTION, NEW_NAMES, NEW_PHRASINGS)
    before = {part: drawn(part) for part in parts}
    monkeypatch.setattr(names, "WIDE_SHARE", 0.0)
    assert [part for part in parts if drawn(part) != before[part]] == [LEARNT]


AUDITED = """
import sys
opened = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.append(arguments[0] if isinstance(arguments[0], str) else arguments[0].decode())
sys.addaudithook(hook)
from sumika.training.house_language import HOUSE_LANGUAGE
HOUSE_LANGUAGE.fingerprint()
texts = HOUSE_LANGUAGE.read({"sentences": 150, "scored": 20, "held_share": 0.1})
assert len(texts.lines) > 300
names = ("held_", "evaluate/assistant", "home_assistant_intents", "hassil")
bad = [path for path in opened if ".dist-info" not in path and any(name in path for name in names)]
mods = [name for name in sys.modules if name.startswith(("home_assistant_intents", "hassil", "sumika.evaluate"))]
print(bad + mods)
"""


def test_the_generator_never_opens_what_the_house_is_scored_by() -> None:
    done = subprocess.run([sys.executable, "-c", AUDITED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
