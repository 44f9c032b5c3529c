"""Looks a sentence up in the language of the reader."""

from collections.abc import Mapping
from types import MappingProxyType

import sumika.text._alarm_en as _alarm_en
import sumika.text._alarm_ja as _alarm_ja
import sumika.text._answers_en as _answers_en
import sumika.text._answers_ja as _answers_ja
import sumika.text._asking_en as _asking_en
import sumika.text._asking_ja as _asking_ja
import sumika.text._bridge_en as _bridge_en
import sumika.text._bridge_ja as _bridge_ja
import sumika.text._desk_en as _desk_en
import sumika.text._desk_ja as _desk_ja
import sumika.text._en as _en
import sumika.text._facts_en as _facts_en
import sumika.text._facts_ja as _facts_ja
import sumika.text._found_en as _found_en
import sumika.text._found_ja as _found_ja
import sumika.text._house_en as _house_en
import sumika.text._house_ja as _house_ja
import sumika.text._ja as _ja
import sumika.text._known_en as _known_en
import sumika.text._known_ja as _known_ja
import sumika.text._page_en as _page_en
import sumika.text._page_ja as _page_ja
import sumika.text._papers_en as _papers_en
import sumika.text._papers_ja as _papers_ja
import sumika.text._survey_en as _survey_en
import sumika.text._survey_ja as _survey_ja
import sumika.text._talk_en as _talk_en
import sumika.text._talk_ja as _talk_ja
import sumika.text._why_en as _why_en
import sumika.text._why_ja as _why_ja

LANGUAGES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                **_en.TEXTS,
                **_why_en.WHY,
                **_asking_en.ASKING,
                **_found_en.FOUND,
                **_facts_en.FACTS,
                **_page_en.PAGE,
                **_bridge_en.BRIDGE,
                **_alarm_en.ALARM,
                **_survey_en.SURVEY,
                **_house_en.HOUSE,
                **_desk_en.DESK,
                **_talk_en.TALK,
                **_answers_en.ANSWERS,
                **_known_en.KNOWN,
                **_papers_en.PAPERS,
            }
        ),
        "ja": MappingProxyType(
            {
                **_ja.TEXTS,
                **_why_ja.WHY,
                **_asking_ja.ASKING,
                **_found_ja.FOUND,
                **_facts_ja.FACTS,
                **_page_ja.PAGE,
                **_bridge_ja.BRIDGE,
                **_alarm_ja.ALARM,
                **_survey_ja.SURVEY,
                **_house_ja.HOUSE,
                **_desk_ja.DESK,
                **_talk_ja.TALK,
                **_answers_ja.ANSWERS,
                **_known_ja.KNOWN,
                **_papers_ja.PAPERS,
            }
        ),
    }
)
"""Every language with its sentences. All have the same keys and placeholders; tests see to it."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence.

    Args:
        key: Which one, for example "reason.moving".
        language: "ja" or "en".
        values: For the placeholders in it.

    Raises:
        KeyError: if there is no such key or language, or a placeholder has no value: a slip in the program.
    """
    return LANGUAGES[language][key].format(**values)


def language_of(environ: Mapping[str, str]) -> str:
    """Return the language of a terminal: "ja" where LC_ALL, LC_MESSAGES or LANG says so, "en" otherwise."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        locale = environ.get(variable, "")
        if locale:
            return "ja" if locale.replace("-", "_").split("_")[0].split(".")[0].lower() == "ja" else "en"
    return "en"
