"""Sentences that people say to a house, in Japanese and English, each with what it asks for; made here, for learning.

A grammar (`*.yaml`) says what may be said, open lists say what things, rooms and people may be called, a paraphraser
says it otherwise, and every label is checked and tried in a tiny house (`tried`). Nobody's sentences are copied, and
the sentences that the house is scored by are never looked at.

How pieces are cut out: without articles and particles, with their units and what counts them ("the [living room]
lights", "[全部の電気]を"); a delay with the word that says so ("[in ten minutes]", "[十分後]に"), a duration without
("for [ten minutes]", "[十分間]"); people with what honours them ("[田中さん]"), without 's.
"""

from sumika.training.house_language.source import HOUSE_LANGUAGE, HouseLanguage

__all__ = ["HOUSE_LANGUAGE", "HouseLanguage"]
