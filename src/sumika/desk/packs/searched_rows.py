"""What was looked for in a house's records, as rows that sentences can rest on, whether it was found or not."""

from sumika.facts import Period, Row


def searched(what: str, subject: str, period: Period, found: int) -> Row:
    """Return that something was looked for, and how often it was found: what "none" rests on."""
    return Row(
        source=f"query.{what}",
        subject=subject,
        begin_unix_s=period.begin_unix_s,
        end_unix_s=period.end_unix_s,
        value=float(found),
        unit="1",
        count=found,
    )
