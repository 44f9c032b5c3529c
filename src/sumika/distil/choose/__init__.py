"""Which few of many problems are taught: good, hard and diverse, before any trace of a teacher exists."""

from sumika.distil.choose.choose import ChooseReport, ChooseSettings, choose, choose_arrays, choose_rows
from sumika.distil.choose.diversity import diverse
from sumika.distil.choose.domains import array_domains, lengths_of, text_domains

__all__ = [
    "ChooseReport",
    "ChooseSettings",
    "array_domains",
    "choose",
    "choose_arrays",
    "choose_rows",
    "diverse",
    "lengths_of",
    "text_domains",
]
