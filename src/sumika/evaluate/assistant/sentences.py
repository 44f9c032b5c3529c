"""How much of what people say to a house is understood as they mean it, by all of the assistant, and what goes wrong.

Japanese: phrasings written by hand, apart from whoever writes sentences and generators. English: sentences drawn from
Home Assistant's own templates, which the assistant may use too, and beside them phrasings written by hand. Every one is
scored in a house that none of them was made for; what the student has met word for word is left out (`never_taught`).
"""

from collections.abc import Sequence

from sumika.assistant.names import Names
from sumika.assistant.talk_open import open_student
from sumika.assistant.understanding import Understander
from sumika.evaluate.assistant.never_taught import never_taught
from sumika.evaluate.assistant.phrasings import Phrasing, held_house, held_phrasings
from sumika.evaluate.assistant.reached import reached_in
from sumika.evaluate.assistant.sampled_english import sampled_phrasings
from sumika.evaluate.assistant.score_sentences import Outcome, SentenceScore, score_sentences
from sumika.evaluate.figure import Evidence, Figure

Detail = dict[str, float | str]
SHOWN_TOOLS = 5


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures; all are quick.

    Args:
        full: Of no matter.
    """
    scores = {
        "intents_right_ja": scored("ja", never_taught(held_phrasings("ja"), "ja")),
        "intents_right_en": scored("en", sampled_phrasings()),
        "intents_right_en_by_hand": scored("en", never_taught(held_phrasings("en"), "en")),
    }
    figures = {key: _figure(score) for key, score in scores.items()}
    return figures | {"wrong_actions": _wrong_actions(scores)}


def scored(language: str, spoken: Sequence[Phrasing]) -> SentenceScore:
    """Return the score of the whole assistant: sentences first, then the student that ships; no larger model.

    Args:
        language: In which it is spoken to: ja or en.
        spoken: What is said.
    """
    assistant = Understander(Names(held_house(language)), open_student())
    return score_sentences(spoken, assistant.understand, language, reached_in(language))


def _wrong_actions(scores: dict[str, SentenceScore]) -> Figure:
    detail: Detail = {
        key: f"{score.wrong_actions.value:.4f} [{score.wrong_actions.low:.4f}, {score.wrong_actions.high:.4f}], "
        f"{score.count(Outcome.WRONG_ACTION)} of {len(score.cases)}"
        for key, score in scores.items()
    }
    worst = max(score.wrong_actions.value for score in scores.values())
    return Figure(value=worst, unit="share", evidence=Evidence.SIMULATION, detail=detail)


def _figure(score: SentenceScore) -> Figure:
    detail: Detail = {"low": score.right.low, "high": score.right.high, "sentences": float(len(score.cases))}
    detail |= {outcome.value: float(score.count(outcome)) for outcome in Outcome}
    detail |= {f"said {style}": round(share, 3) for style, share in score.by_style().items()}
    worst = list(score.by_tool().items())[:SHOWN_TOOLS]
    detail |= {f"for {tool}": round(share, 3) for tool, share in worst}
    return Figure(value=score.right.value, unit="share", evidence=Evidence.SIMULATION, detail=detail)
