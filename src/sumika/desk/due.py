"""What is due when: yesterday's care note, last week's, last month's report, what wants looking after, closed alarms.

A paper that is there is not written again. What fell due while the house's computer was off is made up for: the last
three days, the last week, the last month.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sumika.desk.packs import Order
from sumika.desk.queue import Desk, Outcome
from sumika.facts import Book, Period

DAYS_BACK = 3
ALARMS_BACK_S = 7 * 86_400.0


def work_due(desk: Desk, book: Book, language: str = "") -> Iterator[Outcome]:
    """Write all that is due and is not there yet.

    Args:
        desk: The desk, opened.
        book: The records.
        language: Of the papers; empty: as the desk has it.

    Raises:
        SumikaError: if a paper cannot be kept.
    """
    for order in (*daily_orders(desk, book), *alarm_orders(desk, book)):
        yield desk.write(order, language)


def due_day(desk: Desk, now_unix_s: float) -> date:
    """Return the day whose papers are due: today from the hour on at which they are written, before it yesterday."""
    local = datetime.fromtimestamp(now_unix_s, desk.zone)
    hour = local.hour + local.minute / 60.0
    return local.date() if hour >= desk.settings.at_h else local.date() - timedelta(days=1)


def daily_orders(desk: Desk, book: Book) -> tuple[Order, ...]:
    """Return what is due once a day, week or month, and is not there.

    Args:
        desk: The desk, opened.
        book: The records.
    """
    today = due_day(desk, book.now_unix_s)
    days: dict[str, tuple[date, ...]] = {
        "care_day": tuple(today - timedelta(days=back) for back in range(DAYS_BACK, 0, -1)),
        "care_week": (today - timedelta(days=today.weekday() + 1),),
        "energy_month": (today.replace(day=1) - timedelta(days=1),),
    }
    wanted = [
        order
        for kind, found in days.items()
        if kind in desk.settings.papers
        for day in found
        for order in desk.orders(kind, day)
        if not desk.has(order.name)
    ]
    if "maintenance" in desk.settings.papers:
        wanted += [order for order in desk.orders("maintenance", today) if not _ordered_lately(desk, order, book)]
    return tuple(wanted)


def _ordered_lately(desk: Desk, order: Order, book: Book) -> bool:
    """Return whether the same was ordered for that device a while ago, and has not turned up since."""
    again_s = desk.number("maintenance", "again_days") * 86_400.0
    return any(
        paper.kind == "maintenance" and paper.subject == order.subject and book.now_unix_s - paper.made_unix_s < again_s
        for paper in desk.papers()
    )


def alarm_orders(desk: Desk, book: Book) -> tuple[Order, ...]:
    """Return the reports on alarms that were closed, and are not there.

    Args:
        desk: The desk, opened.
        book: The records.
    """
    if "incident" not in desk.settings.papers:
        return ()
    now = book.now_unix_s
    lately = Period(begin_unix_s=now - ALARMS_BACK_S, end_unix_s=now)
    closed = [one for one in book.incidents(lately) if one.closed_unix_s is not None]
    days = sorted({datetime.fromtimestamp(one.since_unix_s, desk.zone).date() for one in closed})
    names = {one.id for one in closed}
    return tuple(
        order
        for day in days
        for order in desk.orders("incident", day)
        if order.subject in names and not desk.has(order.name)
    )
