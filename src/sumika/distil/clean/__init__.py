"""What must not be in a pool: duplicates, near duplicates, and whatever stands in an evaluation set."""

from sumika.distil.clean.arrays import ArrayCleanSettings, clean_arrays
from sumika.distil.clean.report import CleanRefusedError, CleanReport, Removal
from sumika.distil.clean.texts import CleanSettings, clean
from sumika.distil.clean.words import WORD_RULES, normalised, words

__all__ = [
    "WORD_RULES",
    "ArrayCleanSettings",
    "CleanRefusedError",
    "CleanReport",
    "CleanSettings",
    "Removal",
    "clean",
    "clean_arrays",
    "normalised",
    "words",
]
