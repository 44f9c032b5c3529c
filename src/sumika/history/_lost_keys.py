"""How long a key has been missing: what lies under it is thrown away only where it was missed a whole year.

Keys may be away for a night: a house brought back without its secrets, a drive that is not mounted. Nights are counted,
not the time since the first one: a clock that stood in another year, or a house that was off, is no year of missing.
"""

import sqlite3
from collections.abc import Iterable

_LAST_NIGHT, _NIGHTS = "keys_missed_day", "key_missed_nights "


def nights_missed(connection: sqlite3.Connection, missing: Iterable[bytes], day: int) -> dict[bytes, int]:
    """Return for each missing key how many nights in a row it has been missed, this one included; keep it.

    Args:
        connection: To the database.
        missing: Ids of the keys that are not there; every other one begins anew when it is missed.
        day: Number of this night's day; a night is counted once, however often it is asked.
    """
    progress = dict(connection.execute("SELECT name, value FROM progress"))
    another = int(progress.get(_LAST_NIGHT) != day)
    nights = {key_id: progress.get(_name(key_id), 1 - another) + another for key_id in missing}
    kept = {_name(key_id): count for key_id, count in nights.items()} | ({_LAST_NIGHT: day} if nights else {})
    back = [(name,) for name in progress if name.startswith((_LAST_NIGHT, _NIGHTS)) and name not in kept]
    connection.executemany("DELETE FROM progress WHERE name=?", back)
    connection.executemany(
        "INSERT INTO progress VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value", kept.items()
    )
    return nights


def _name(key_id: bytes) -> str:
    return f"{_NIGHTS}{key_id.hex()}"
