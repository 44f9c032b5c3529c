"""Whether the clock may be believed when ages are counted: what is thrown away does not come back.

A computer may begin with any time until it has a net, and for half a minute it may be the year 2038. A clock that is
ahead of the last night by more than a house is off for is believed once it has been so for most of a day.
"""

import sqlite3

from sumika.history._layout import DAY_MS

MOST_AHEAD_MS = 2 * DAY_MS
SURE_AFTER_MS = 20 * 3_600_000
"""Less than a day: a computer that is switched on every morning is not at the minute."""

_BELIEVED, _AHEAD_SINCE = "believed_ms", "ahead_since_ms"


def believed_ms(connection: sqlite3.Connection, now_ms: int) -> int:
    """Return the moment that ages are counted from: now, or where the clock leapt ahead, the last that was believed.

    Args:
        connection: To the database, which keeps what was believed.
        now_ms: Wall time.
    """
    progress = dict(connection.execute("SELECT name, value FROM progress"))
    believed, ahead_since = progress.get(_BELIEVED), progress.get(_AHEAD_SINCE)
    lasts = ahead_since is not None and now_ms - ahead_since >= SURE_AFTER_MS
    if believed is None or now_ms - believed <= MOST_AHEAD_MS or lasts:
        _keep(connection, _BELIEVED, now_ms)
        connection.execute("DELETE FROM progress WHERE name=?", (_AHEAD_SINCE,))
        return now_ms
    if ahead_since is None or now_ms < ahead_since:
        _keep(connection, _AHEAD_SINCE, now_ms)
    return int(believed)


def _keep(connection: sqlite3.Connection, name: str, value: int) -> None:
    connection.execute(
        "INSERT INTO progress VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value", (name, value)
    )
