"""A paraphraser by rules over parsed sentences: what people do to a sentence without changing what it asks for.

Turning it round, leaving out what is understood, politeness, fillers, reasons before it, other scripts, slips of the
fingers, wide digits, no punctuation. The pieces go along, so that the label of what comes out is known.
"""

import re

from sumika.training.house_language.japanese import ended
from sumika.training.house_language.names import Draw
from sumika.training.house_language.templates import Segment
from sumika.training.house_language.words import pairs, words

JA_ENDS = ("", "", "", "", "。", "。", "！", "〜", "ー", "…", "！！", "♪")
DROPPED = ("を", "は", "が")


class Paraphraser:
    """Says the same in other ways.

    Attributes:
        draw: Source of every choice, and the language.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def said(self, segments: list[Segment], *, asks: bool, alone: bool) -> list[Segment]:
        """Return the sentence said in another way.

        Args:
            segments: Of the sentence.
            asks: Whether it is a question.
            alone: Whether it must stay as it is but for its writing: yes, no, small talk.
        """
        if self.draw.language == "ja":
            found = segments if alone else self._japanese(segments, asks=asks)
            return self._written_ja(found)
        found = segments if alone else self._english(segments, asks=asks)
        return self._written_en(found, asks=asks)

    # Japanese

    def _japanese(self, segments: list[Segment], *, asks: bool) -> list[Segment]:
        draw, found = self.draw, list(segments)
        if draw.maybe(0.3):
            found = self._elided(found)
        last = found[-1]
        if not last.piece and last.role != "phrase" and draw.maybe(0.5):
            found[-1] = Segment(ended(last.text, draw.random, asks=asks), role=last.role)
        if draw.maybe(0.07) and len(found) > 1 and found[-1].role == "phrase" and any(one.piece for one in found):
            found = self._turned(found)
        if draw.maybe(0.2):
            found.insert(0, Segment(draw.one(words("ja", "before_questions" if asks else "before")), role="filler"))
        if not asks and draw.maybe(0.07):
            found.insert(0, Segment(draw.one(words("ja", "reasons")) + draw.one(("", "、")), role="filler"))
        if not asks and draw.maybe(0.06):
            found.append(Segment(draw.one(("、", "", " ")) + draw.one(words("ja", "after")), role="filler"))
        return found

    def _elided(self, segments: list[Segment]) -> list[Segment]:
        """Leave particles out, or put a pause in their place."""
        found, pause = list[Segment](), self.draw.one(("", "", "", "、", " "))
        for place, one in enumerate(segments):
            text = one.text
            after_piece = place > 0 and bool(segments[place - 1].piece)
            if not one.piece and one.role != "phrase" and after_piece:
                if text in DROPPED:
                    text = pause
                elif text.endswith("を") and self.draw.maybe(0.5):
                    text = text[:-1]
                elif text.startswith(("は", "を")) and self.draw.maybe(0.4):
                    text = pause + text[1:]
            found.append(Segment(text, one.piece, one.role))
        return found

    def _turned(self, segments: list[Segment]) -> list[Segment]:
        """Say the verb first and then what it is about: つけて、寝室の電気."""
        rest = list(segments[:-1])
        if rest and not rest[-1].piece and rest[-1].text in (*DROPPED, "に", "で"):
            rest = [*rest[:-1], Segment(rest[-1].text if rest[-1].text in ("に", "で", "は") else "")]
        return [segments[-1], Segment(self.draw.one(("、", "、", " ", "。", "よ、"))), *rest]

    def _written_ja(self, segments: list[Segment]) -> list[Segment]:
        draw, found = self.draw, list(segments)
        if draw.maybe(0.12):
            kana = [pair for pair in pairs("ja", "kana", "=") if draw.maybe(0.7)]
            found = [Segment(_replaced(one.text, kana), one.piece, one.role) for one in found]
        if draw.maybe(0.012):
            found = [Segment(_other_kana(one.text), one.piece, one.role) for one in found]
        if draw.maybe(0.05):
            found = self._slipped(found)
        if draw.maybe(0.04):
            found = [part for one in found for part in (one, Segment(" "))]
        last = "".join(one.text for one in found)
        if not last.endswith(("？", "?", "。", "！")):
            found.append(Segment(draw.one(JA_ENDS)))
        elif draw.maybe(0.3) and found[-1].text.endswith("？"):
            found[-1] = Segment(
                found[-1].text[:-1] + draw.one(("?", "", "？？", "。")), found[-1].piece, found[-1].role
            )
        return found

    # English

    def _english(self, segments: list[Segment], *, asks: bool) -> list[Segment]:
        draw, found = self.draw, list(segments)
        first = "".join(one.text for one in found).lstrip().split(" ")[0].lower()
        if not asks and first in words("en", "verbs") and draw.maybe(0.5):
            before, after = draw.one(pairs("en", "around", "*"))
            found = [Segment(before, role="filler"), *found, Segment(after, role="filler")]
        elif draw.maybe(0.2):
            found = self._place_first(found)
        if draw.maybe(0.16):
            found.insert(0, Segment(draw.one(words("en", "before_questions" if asks else "before")), role="filler"))
        if not asks and draw.maybe(0.06):
            found.insert(0, Segment(draw.one(words("en", "reasons")), role="filler"))
        elif not asks and draw.maybe(0.05):
            found.append(Segment(draw.one((", ", " ", ", ")) + draw.one(words("en", "reasons_after")), role="filler"))
        if draw.maybe(0.1):
            found = [Segment(_no_article(one.text), one.piece, one.role) if not one.piece else one for one in found]
        return found

    def _place_first(self, segments: list[Segment]) -> list[Segment]:
        """Say where before what: in the kitchen, turn on the light."""
        if len(segments) > 2 and segments[-1].piece == "room" and segments[-2].text.startswith("in "):
            return [segments[-2], segments[-1], Segment(self.draw.one((", ", ", ", " "))), *segments[:-2]]
        return segments

    def _written_en(self, segments: list[Segment], *, asks: bool) -> list[Segment]:
        draw, found = self.draw, list(segments)
        if draw.maybe(0.25):
            pair = draw.one(pairs("en", "contracted", "="))
            found = [Segment(one.text.replace(*pair), one.piece, one.role) if not one.piece else one for one in found]
        if draw.maybe(0.07):
            found = self._slipped(found)
        case = draw.random.random()
        if case < 0.35:
            found = [Segment(one.text.lower(), one.piece, one.role) for one in found]
        elif case < 0.6:
            at = next((place for place, one in enumerate(found) if one.text.strip()), 0)
            text = found[at].text
            found[at] = Segment(text[:1].upper() + text[1:], found[at].piece, found[at].role)
        elif case < 0.62:
            found = [Segment(one.text.upper(), one.piece, one.role) for one in found]
        if asks:
            return [*found, Segment(draw.one(("", "", "?", "?", " ?", "??")))]
        return [*found, Segment(draw.one(("", "", "", ".", "!", "...")))]

    # Slips

    def _slipped(self, segments: list[Segment]) -> list[Segment]:
        """Leave a letter out, double it, or change it with its neighbour; in one segment."""
        places = [place for place, one in enumerate(segments) if len(one.text) > 3]
        if not places:
            return segments
        at = places[int(self.draw.random.integers(len(places)))]
        text, found = segments[at].text, list(segments)
        place = self.draw.number(1, len(text) - 2)
        kind = self.draw.number(0, 2)
        if kind == 0:
            text = text[:place] + text[place + 1 :]
        elif kind == 1:
            text = text[:place] + text[place] + text[place:]
        else:
            text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        found[at] = Segment(text, segments[at].piece, segments[at].role)
        return found


def _replaced(text: str, pairs: list[tuple[str, str]]) -> str:
    for word, kana in pairs:
        text = text.replace(word, kana)
    return text


def _other_kana(text: str) -> str:
    """Return hiragana as katakana, as somebody might type it."""
    return "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ん" else one for one in text)


def _no_article(text: str) -> str:
    return re.sub(r"\b(the|a|an|my|our) ", "", text)
