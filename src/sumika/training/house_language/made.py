"""Makes labelled sentences of the grammar: drawn, said otherwise, tried, and each only once."""

from collections import Counter, defaultdict
from collections.abc import Mapping

import msgspec
import numpy as np

from sumika.assistant.calls import TOOLS, Call
from sumika.distil.sentence_data import LEARNT, Labelled
from sumika.training.house_language.english_slots import English
from sumika.training.house_language.grammar import Template, templates
from sumika.training.house_language.japanese_slots import Japanese
from sumika.training.house_language.paraphrase import Paraphraser
from sumika.training.house_language.templates import Segment, drawn, joined
from sumika.training.house_language.tried import problem_of
from sumika.training.house_language.words import words

LONGEST = 96
IN_DISTRIBUTION, NEW_NAMES, NEW_PHRASINGS = "in distribution", "new devices", "own new phrasings"
NOTHING_SHARE = {"ja": 0.13, "en": 0.155}
"""English assistants are asked for timers, lists and music all day; the house must know that these are not its own."""
OFTEN: dict[str, dict[str, float]] = {
    "ja": {},
    "en": {"power": 2.0, "state": 2.2, "colour": 1.7, "cover": 1.3, "level": 1.3, "changes": 1.5, "undo": 2.0}
    | {"climate": 0.8, "what_if": 0.8, "house_mode": 0.8},
}
"""How much more often a tool's sentences are said than its lines are many."""
SAID = {"ja": 0.12, "en": 0.25}
"""How often a sentence that somebody wrote is drawn, where a line of the grammar, which has many forms, is once."""
Weighted = tuple[list[Template], np.ndarray[tuple[int], np.dtype[np.float64]]]
ALONE = ("answer", "undo", "", "help")
"""Tools whose sentences stay as they are but for how they are written."""
FEELINGS = ("feel",)
NAMED = ("device", "room", "resident")
LANGUAGES = ("ja", "en")


class Counts(msgspec.Struct, kw_only=True):
    """What became of the sentences that were drawn.

    Attributes:
        drawn: All.
        repeated: That there were already.
        contradicting: That another label had already.
        thrown: By why.
    """

    drawn: int = 0
    repeated: int = 0
    contradicting: int = 0
    thrown: Counter[str] = msgspec.field(default_factory=Counter)


class Maker:
    """Makes sentences of one language.

    Attributes:
        language: "ja" or "en".
        counts: What became of what was drawn.
    """

    def __init__(self, language: str, seed: int, *, paraphrase: bool, held_share: float) -> None:
        self.language, self.paraphrase = language, paraphrase
        self.random = np.random.default_rng((seed, LANGUAGES.index(language), int(paraphrase)))
        self.counts = Counts()
        self._known: dict[str, tuple[str, str, object]] = {}
        found = templates(language, held_share)
        kinds = {
            LEARNT: [one for one in found if not one.held],
            NEW_PHRASINGS: [one for one in found if one.held],
            "": [one for one in found if not one.held and not one.said],
        }
        self._lines = {
            part: _weighted(lines, NOTHING_SHARE[language], OFTEN[language], SAID[language])
            for part, lines in kinds.items()
        }

    def lines(self, part: str, count: int) -> list[Labelled]:
        """Return so many new sentences for a part."""
        found = list[Labelled]()
        if not self._lines_of(part)[0]:
            return found
        tries = 0
        while len(found) < count and tries < 40 * count + 1000:
            tries += 1
            one = self._one(part)
            if one is not None:
                found.append(one)
        return found

    def _lines_of(self, part: str) -> Weighted:
        """Return what a part is drawn from."""
        return self._lines.get(part, self._lines[""])

    def _one(self, part: str) -> Labelled | None:
        self.counts.drawn += 1
        options, weights = self._lines_of(part)
        template = options[int(self.random.choice(len(options), p=weights))]
        kind = Japanese if self.language == "ja" else English
        manner = kind(self.language, self.random, held=part == NEW_NAMES)
        manner.richly = self.paraphrase
        manner.widely = part == LEARNT
        segments = drawn(template.line, manner, self.random)
        if part == NEW_NAMES and not any(one.piece in NAMED for one in segments):
            return None
        if self.paraphrase:
            segments = self._otherwise(template, segments, manner)
        text, pieces = joined(_taken(_mended(segments), template.tool))
        return self._kept(template, text, pieces, part, manner.kind)

    def _otherwise(self, template: Template, segments: list[Segment], manner: Japanese | English) -> list[Segment]:
        asks = not template.tool or template.tool in ASKING
        alone = template.tool in ALONE or template.tool in FEELINGS
        if not template.tool and self.language == "en":
            # Other matters are asked for as politely as what the house can do: no "please" may tell them apart.
            first = "".join(one.text for one in segments).lstrip().split(" ")[0].lower().replace("'s", "")
            asks = first in words("en", "asking")
            alone = not asks and first not in words("en", "verbs") + words("en", "other_verbs")
        return Paraphraser(manner).said(segments, asks=asks, alone=alone)

    def _kept(
        self, template: Template, text: str, pieces: tuple[tuple[str, int, int], ...], part: str, kind: str
    ) -> Labelled | None:
        kinds = [name for name, _, _ in pieces]
        if not text or len(text) > LONGEST:
            self.counts.thrown["longer than a sentence is read" if text else "empty"] += 1
            return None
        if not template.tool:
            pieces = ()
        elif len(set(kinds)) < len(kinds):
            self.counts.thrown["a piece twice"] += 1
            return None
        spans = {name: text[first:last] for name, first, last in pieces}
        if template.tool:
            call = Call(tool=template.tool, what=template.what, spans=spans, statistic=template.statistic)
            problem = problem_of(call, text, kind)
            if problem:
                self.counts.thrown[problem] += 1
                return None
        label = (template.intent, template.statistic, pieces)
        had = self._known.get(text)
        if had is not None:
            if had == label:
                self.counts.repeated += 1
            else:
                self.counts.contradicting += 1
            return None
        self._known[text] = label
        statistic = template.statistic if template.tool in COUNTING else ""
        return Labelled(
            text=text,
            intent=template.intent,
            statistic=statistic,
            pieces=pieces,
            group=f"{self.language} {template.name}",
            domain=self.language,
            part=part,
        )


def _weighted(found: list[Template], share: float, often: Mapping[str, float], by_hand: float) -> Weighted:
    """Return lines with how often each is drawn: intents with more lines more often, though not in proportion.

    `share` is how much of it asks for nothing, `often` how much more often those of a tool are said, `by_hand` the
    same of those that somebody wrote.
    """
    if not found:
        return found, np.zeros(0)
    counts: dict[str, float] = defaultdict(float)
    for one in found:
        counts[one.intent] += by_hand if one.said else 1.0
    weights = np.array([often.get(one.tool, 1.0) * counts[one.intent] ** -0.4 for one in found])
    weights[[one.said for one in found]] *= by_hand
    nothing = np.array([not one.tool for one in found])
    if nothing.any() and not nothing.all():
        weights[nothing] *= share / weights[nothing].sum() * weights[~nothing].sum() / (1 - share)
    return found, weights / weights.sum()


def _mended(segments: list[Segment]) -> list[Segment]:
    """Return segments without what two of them make together that nobody says: 十分したらに."""
    found = list(segments)
    for place in range(1, len(found)):
        before, one = found[place - 1], found[place]
        if before.piece == "delay" and before.text.endswith("たら") and one.text.startswith("に") and not one.piece:
            found[place] = Segment(one.text[1:], one.piece, one.role)
    return found


def _taken(segments: list[Segment], tool: str) -> list[Segment]:
    """Return segments without pieces that a tool does not take.

    Of what was paid and used, a room right before its device belongs to the device's name ("寝室のエアコン"); of
    machines and tanks a house has one.
    """
    takes = TOOLS[tool].spans if tool else ()
    found = list(segments)
    for place, one in enumerate(found):
        if not one.piece or one.piece in takes:
            continue
        found[place] = Segment(one.text, "", one.role)
        near = place + 2 < len(found) and found[place + 2].piece == "device" and not found[place + 1].piece
        if tool == "energy" and one.piece == "room" and near and found[place + 1].text in ("の", " "):
            whole = one.text + found[place + 1].text + found[place + 2].text
            found[place] = found[place + 1] = Segment("")
            found[place + 2] = Segment(whole, "device")
    return found


ASKING = (
    *("climate", "outside", "state", "why", "energy", "what_if", "sleep", "presence", "happened", "vitals", "changes"),
    *("plan", "maintenance", "clock"),
)
COUNTING = tuple(name for name, tool in TOOLS.items() if tool.statistic)
"""Tools whose calls say now, mean, highest or lowest: of each sentence the student learns which."""
__all__ = ["IN_DISTRIBUTION", "LEARNT", "NEW_NAMES", "NEW_PHRASINGS", "Counts", "Maker"]
