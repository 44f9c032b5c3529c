"""Better words for sentences, from any model that speaks as OpenAI's chat completions do. The second reader decides.

A model sees one sentence at a time, and nothing else of the house. What it makes of it is taken only where it says the
same numbers, days, hours, names and quotations, denies as often, is no link and no markup, and the second reader finds
all of it in the sentence's own rows. Else the plain sentence stays.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Protocol

import msgspec

from sumika.desk.names import Names
from sumika.desk.paper import LONGEST_STATEMENT, Paper, Section, Statement
from sumika.desk.reading._document import tidy
from sumika.desk.verify import struck_in
from sumika.links.chat import ChatLink
from sumika.schema import SumikaError
from sumika.schema.talking import Talking

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_KANJI_NUMBERS = re.compile(r"[\u3007一二三四五六七八九十百千万]+(?=[回件人名時分日度円つ])")
_QUOTED = re.compile(r"[「“][^」”]*[」”]")
_NOT = re.compile(
    r"\b(?:no|not|none|never|nobody|nothing|without)\b|n't|(?:ない|なし|なかった|いない|ません|せず|未)", re.IGNORECASE
)
_MARKUP = re.compile(r"https?:|www\.|[<>\[\]`#|]|\]\(|\*\*|~~|@")
_ASKED = {
    "en": "Put this sentence of a record into plain, natural English. Keep every number, time, name and quotation "
    "exactly as it is, add nothing, leave nothing out, judge nothing. Answer with the sentence alone.",
    "ja": "次の記録の文を、自然で客観的な日本語に言い換えてください。数、時刻、名前、引用は一字も変えず、"
    "何も足さず、何も省かず、評価を加えないでください。文だけを答えてください。",
}


class Prose(Protocol):
    """Puts one sentence into better words."""

    name: str

    def rewrite(self, sentence: str, language: str) -> str:
        """Return the sentence in better words; empty where that cannot be had."""
        ...


class ModelProse:
    """Asks a model.

    Attributes:
        name: Of the model.
        problem: Why it is asked no more; empty while it answers.
    """

    def __init__(self, talking: Talking, house_file: Path) -> None:
        """Take what `assistant:` says of the model.

        Raises:
            SumikaError: if it is outside of the house, and that was not allowed; or its key cannot be read.
        """
        self.name, self.problem = talking.model or "model", ""
        self._link = ChatLink(
            talking.model_address,
            leaves_the_house=talking.leaves_the_house,
            timeout_s=talking.timeout_s,
            where="house.yaml: assistant.model_address",
        )
        self._key = _key_of(house_file.parent / talking.secret_file) if talking.secret_file else ""

    def rewrite(self, sentence: str, language: str) -> str:
        """Return the sentence in better words; empty where that cannot be had, then and after that."""
        if self.problem:
            return ""
        asked = {
            "model": self.name,
            "temperature": 0,
            "max_tokens": 400,
            "messages": [{"role": "system", "content": _ASKED[language]}, {"role": "user", "content": sentence}],
        }
        try:
            return self._link.ask(asked, self._key)
        except SumikaError as error:
            self.problem = str(error)
            return ""


def _key_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SumikaError(
            f"the model's key cannot be read ({error.strerror})",
            where=str(path),
            remedy="Correct assistant.secret_file in house.yaml",
        ) from error


def in_better_words(paper: Paper, names: Names, prose: Prose) -> Paper:
    """Return a paper with sentences in better words, where these hold.

    Args:
        paper: A verified one.
        names: Of the house.
        prose: Puts them so.
    """
    changed = False

    def worded(statement: Statement) -> Statement:
        nonlocal changed
        if statement.struck or not statement.cites:
            return statement
        better = tidy(prose.rewrite(statement.text, paper.language), LONGEST_STATEMENT)
        if not better or better == statement.text or not holds(statement, better, paper, names):
            return statement
        changed = True
        return msgspec.structs.replace(statement, text=better, plain=statement.text)

    sections = tuple(
        Section(title=section.title, statements=tuple(map(worded, section.statements)), table=section.table)
        for section in paper.sections
    )
    return msgspec.structs.replace(paper, sections=sections, prose_by=prose.name) if changed else paper


def holds(statement: Statement, better: str, paper: Paper, names: Names) -> bool:
    """Return whether a sentence in better words says the same as the plain one, as far as rules can tell.

    Args:
        statement: The plain one.
        better: The other.
        paper: That it is in.
        names: Of the house.
    """
    if len(better) > 2 * len(statement.text) + 40 or _MARKUP.search(better):
        return False
    if _said(better, names) != _said(statement.text, names):
        return False
    rows = [paper.rows[number] for number in statement.cites if 0 <= number < len(paper.rows)]
    return not struck_in(msgspec.structs.replace(statement, text=better), rows, paper, names)


def _said(text: str, names: Names) -> tuple[Counter[str], Counter[str], Counter[str], int]:
    """Return what must be the same in both: numbers, quotations, names, and how often something is denied."""
    plain = re.sub(r"\s+", "", text)
    numbers = Counter([*_DIGITS.findall(plain), *_KANJI_NUMBERS.findall(plain)])
    called = Counter({name: text.count(name) for name in names.ids if len(name) >= 2 and name in text})
    return numbers, Counter(_QUOTED.findall(plain)), called, len(_NOT.findall(text))
