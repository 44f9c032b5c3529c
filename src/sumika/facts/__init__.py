"""What the records say, figure by figure, each with the rows it rests on.

with Book(data_folder, house) as book:
    november = Period.month(2026, 11, book.zone)
    paid = book.cost(november)  # Figure: value, unit, rows; without a value where there is none, and its reason
    night = book.night("bedroom", date(2026, 11, 3))
"""

from sumika.facts.book import Book
from sumika.facts.figures import Figure, Row, Why
from sumika.facts.periods import Period, local_date
from sumika.facts.told import (
    Change,
    Due,
    Fault,
    Happening,
    Incident,
    Judged,
    Night,
    Notice,
    Order,
    StageReached,
    Stay,
    Wish,
)

__all__ = [
    "Book",
    "Change",
    "Due",
    "Fault",
    "Figure",
    "Happening",
    "Incident",
    "Judged",
    "Night",
    "Notice",
    "Order",
    "Period",
    "Row",
    "StageReached",
    "Stay",
    "Why",
    "Wish",
    "local_date",
]
