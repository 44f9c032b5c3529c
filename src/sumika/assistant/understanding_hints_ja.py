"""What is only hinted at in Japanese: cold, heat, bad air, darkness, glare, dry and damp air, by a word of them alone.

Whoever is cold says so in a thousand ways: 半袖じゃいられない, 首筋がゾクゾクする. Where neither book nor student
read a sentence that tells how it is here and now, a word that says it is enough, if nothing else is named of which it
may be said. The words are in `spoken/hints_ja.yaml`.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec
from ruamel.yaml import YAML

from sumika.assistant.calls import Call

LONGEST = 32
"""A hint has so many letters at most; what is longer tells a story."""

_NAMED = re.compile("[一-龠々]+|[ァ-ヶー]{2,}")
_STEM = re.compile("[ぁ-ん](?<![がはをもにでとのへや])")
"""What follows the kanji of a verb or an adjective, and not that of a thing."""


class _Hints(msgspec.Struct, frozen=True):
    """The words, ready for use.

    Attributes:
        cues: By tool and word of what is meant.
        elsewhere: What tells that it is of another place, time or thing.
        no_telling: What orders, asks, wishes, denies or tells of the past.
        of_here: What cold, heat, darkness and bad air are felt with and by at home.
    """

    cues: Mapping[str, re.Pattern[str]]
    elsewhere: re.Pattern[str]
    no_telling: re.Pattern[str]
    of_here: re.Pattern[str]


@cache
def _hints() -> _Hints:
    file = resources.files("sumika.assistant") / "spoken" / "hints_ja.yaml"
    document = YAML(typ="safe", pure=False).load(file.read_text(encoding="utf-8"))
    return _Hints(
        cues={meant: re.compile(cues) for meant, cues in document["cues"].items()},
        elsewhere=re.compile(document["elsewhere"]),
        no_telling=re.compile(document["no_telling"]),
        of_here=re.compile(document["of_here"]),
    )


def hinted(sentence: str) -> Call | None:
    """Return the complaint that a sentence hints at; None where it is about something else or may mean two.

    Args:
        sentence: As it was said, in Japanese, without names of rooms of the house.
    """
    hints, said = _hints(), _written(sentence.strip(" 。.!！〜~ー\uff5e"))
    if len(said) > LONGEST or hints.elsewhere.search(said) or hints.no_telling.search(said):
        return None
    found = [meant for meant, cues in hints.cues.items() if cues.search(said)]
    if set(found) == {"feel hot", "humidity down"}:
        found = ["feel hot"]  # sweat that sticks is of heat first
    if len(found) != 1 or _names_something_else(hints.cues[found[0]].sub("、", said)):
        return None
    tool, _, what = found[0].partition(" ")
    return Call(tool=tool, what=what)


_WRITTEN = (
    ("みえ(?=[なにへんづね])", "見え"),
    ("よめ(?=[なにへんづ])", "読め"),
    ("(?<![らは])あせ(?=[がでだびか])", "汗"),
    ("(?<![らてお])いき(?=が?(?:くるし|つま))", "息"),
    ("くうき(?=[がのもわ])", "空気"),
    ("くるし", "苦し"),
    ("(?<=のどが)かわ|(?<=のど)かわ", "乾"),
    ("(?<=[あぁ])っ?づ(?=[いぐくぅー])", "つ"),
    ("まっくら", "真っ暗"),
    ("さんび(?=[いくぐ])", "寒"),
    ("あ[ぢじ](?=[いくぐ])", "暑"),
    ("(?<=[寒暑暗])う(?=[てな])|(?<=[寒暑暗])うて", "く"),
)
"""Words that children and recognisers write as they sound, and the north as it says them: みえない, あっづい."""


def _written(said: str) -> str:
    """Return a sentence with such words as the cues have them."""
    for sound, written in _WRITTEN:
        said = re.sub(sound, written, said)
    return said


def _names_something_else(rest: str) -> bool:
    """Tell whether a thing is named beside a hint that is not felt, read or worn at home: 牛乳がくさい."""
    unknown = _hints().of_here.sub("、", rest)
    return any(len(named[0]) > 1 or _STEM.match(unknown, named.end()) is None for named in _NAMED.finditer(unknown))
