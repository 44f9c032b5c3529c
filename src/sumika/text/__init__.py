"""What people read, in Japanese and English.

    from sumika.text import banner, language_of, rate_text, reason_text, say

    language = house.language or language_of(os.environ)
    rate_text(15.2, 0.3, language)            # 15.2 ± 0.3 /min        毎分15.2回 ±0.3
    reason_text(Reason.MOVING, language)      # moving                 体動中
    say("event.node_died", language, subject="radar_bedroom")

A new sentence is a key in `_en.py` and the same key in `_ja.py`; in `_why_en.py` and `_why_ja.py` where it says why a
device is told something; in `_asking_en.py` and `_asking_ja.py` where a resident is asked; where somebody talks to the
house in `_talk_en.py` and `_talk_ja.py`, or `_answers_en.py` and `_answers_ja.py` if records are told. Tests see to it
that both have it, with the same placeholders, and that something uses it.
"""

from sumika.text._phrases import (
    banner,
    clock_text,
    distance_text,
    duration_text,
    event_text,
    money_text,
    origin_text,
    probability_text,
    rate_text,
    reason_text,
    rule_text,
    severity_text,
    simple_text,
    state_text,
)
from sumika.text._say import LANGUAGES, language_of, say

__all__ = [
    "LANGUAGES",
    "banner",
    "clock_text",
    "distance_text",
    "duration_text",
    "event_text",
    "language_of",
    "money_text",
    "origin_text",
    "probability_text",
    "rate_text",
    "reason_text",
    "rule_text",
    "say",
    "severity_text",
    "simple_text",
    "state_text",
]
