"""The records desk: office work done from records and files, sentence by sentence with the rows it rests on.

One queue for any office work: read in, sort, take out, draft, verify, approve. What it is about (a house, a builder's
office) is in packs of rules and templates.

with Desk(data, house, Path("house.yaml"), now=time.time, book=book) as desk:
    desk.take_in(Path("incoming"))
    for order in desk.orders("care_day", date(2026, 11, 28)):
        desk.write(order)
        desk.approve(order.name, by="Mari")
"""

from sumika.desk.audit import Audit, Entry
from sumika.desk.names import Names
from sumika.desk.paper import Derived, Look, Paper, Section, Statement, Status, Struck, Table
from sumika.desk.queue import Desk, Outcome
from sumika.desk.verify import verify

__all__ = [
    "Audit",
    "Derived",
    "Desk",
    "Entry",
    "Look",
    "Names",
    "Outcome",
    "Paper",
    "Section",
    "Statement",
    "Status",
    "Struck",
    "Table",
    "verify",
]
