"""The sentences as a source of the distillation works."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec
import platformdirs

from sumika.assistant import calls, lexicon, numbers
from sumika.distil.sentence_data import LEARNT, Texts
from sumika.distil.teachers.presets import EndpointSettings
from sumika.schema import UsageError
from sumika.training.house_language.endpoint import told
from sumika.training.house_language.grammar import table
from sumika.training.house_language.made import IN_DISTRIBUTION, LANGUAGES, NEW_NAMES, NEW_PHRASINGS, Maker

FOLDER = Path(__file__).parent
FEATURES = "sentence/1"


class HouseLanguageOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many sentences are made, and how.

    Attributes:
        sentences: Of each language, to learn from.
        scored: Of each language and each evaluation set.
        paraphrase: Whether the paraphraser says sentences otherwise. What is scored is always said otherwise.
        held_share: Share of the grammar's lines that nobody learns from.
        endpoint: A large model of the owner's that paraphrases too; None for none.
        asked: So many sentences of each language it is asked for.
        journals: Folder where its answers are kept; "" for one in the user's data.
        seed: Of all of it.
    """

    sentences: int = 60_000
    scored: int = 1500
    paraphrase: bool = True
    held_share: float = 0.05
    endpoint: EndpointSettings | None = None
    asked: int = 0
    journals: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if min(self.sentences, self.scored) < 1 or not 0 <= self.held_share < 0.5:
            raise ValueError("`sentences` and `scored` are at least 1, `held_share` is a share below a half")


class HouseLanguage:
    """Sentences that people say to a house.

    Attributes:
        name: In recipes.
        licence: Of the sentences.
        cite: Who made them.
        evidence: What they are.
        features: How they are read, with the version.
    """

    name = "house-language"
    licence = "Apache-2.0"
    cite = "made by the grammar and the paraphraser of sumika.training.house_language; nobody's sentences"
    evidence = "simulation"
    features = FEATURES

    def fingerprint(self) -> str:
        """Return a hash of grammar, lists and code."""
        digest = hashlib.sha256()
        modules = [Path(str(one.__file__)) for one in (calls, lexicon, numbers)]
        for path in (*sorted(FOLDER.glob("*.yaml")), *sorted(FOLDER.glob("*.py")), *modules):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def read(self, options: Mapping[str, object]) -> Texts:
        """Make the sentences.

        Args:
            options: As `HouseLanguageOptions`.

        Raises:
            UsageError: if an option is not right.
        """
        try:
            wanted = msgspec.convert(dict(options), HouseLanguageOptions)
        except msgspec.ValidationError as error:
            raise UsageError(str(error), where="data.options", remedy="Look at HouseLanguageOptions.") from error
        lines, thrown, facts = [], Counter[str](), Counter[str]()
        for language in LANGUAGES:
            scores = Maker(language, wanted.seed + 1, paraphrase=True, held_share=wanted.held_share)
            held = [
                one for part in (IN_DISTRIBUTION, NEW_NAMES, NEW_PHRASINGS) for one in scores.lines(part, wanted.scored)
            ]
            maker = Maker(language, wanted.seed, paraphrase=wanted.paraphrase, held_share=wanted.held_share)
            taken = {one.text for one in held}
            learnt = [one for one in maker.lines(LEARNT, wanted.sentences) if one.text not in taken]
            if wanted.endpoint is not None and wanted.asked:
                more, refused = told(learnt[: wanted.asked], wanted.endpoint, _journals(wanted))
                had = taken | {one.text for one in learnt}
                more = [one for one in more if one.text not in had]
                learnt += more
                facts["paraphrases of a large model that were believed"] += len(more)
                thrown += refused
            lines += [*learnt, *held]
            thrown += maker.counts.thrown
            facts["sentences drawn"] += maker.counts.drawn
            facts["repeated"] += maker.counts.repeated
            facts["with two labels"] += maker.counts.contradicting
            facts["also in an evaluation set, left out"] += wanted.sentences - len(learnt)
            facts[f"sentences learnt from ({language})"] += len(learnt)
        facts.update({f"thrown away: {why}": count for why, count in thrown.items()})
        return Texts(lines=lines, table=table(), facts=dict(facts))


def _journals(wanted: HouseLanguageOptions) -> Path:
    return Path(wanted.journals) if wanted.journals else platformdirs.user_data_path("sumika") / "house-language"


HOUSE_LANGUAGE = HouseLanguage()
"""The source that recipes name `house-language`."""
