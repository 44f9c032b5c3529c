"""Tokens and passwords: in files of their own that nobody else may read, never in `house.yaml`."""

import stat
from pathlib import Path

from sumika.schema import UsageError
from sumika.schema.house import Connection

_MOST_BYTES = 16 * 1024


def read_secret(connection: Connection, folder: Path) -> str:
    """Return the token or password of a connection; empty where it names none.

    Args:
        connection: As in `house.yaml`.
        folder: Where `house.yaml` lies.

    Raises:
        UsageError: if the file is absent or empty, or others may read it.
    """
    return read_secret_file(connection.secret_file, f"connection {connection.id}", folder)


def read_secret_file(secret_file: str, whose: str, folder: Path) -> str:
    """Return what a file with a secret says; empty where none is named.

    Args:
        secret_file: As in `house.yaml`.
        whose: For messages: "connection home".
        folder: Where `house.yaml` lies.

    Raises:
        UsageError: if the file is absent or empty, or others may read it.
    """
    if not secret_file:
        return ""
    path = folder / Path(secret_file).expanduser()
    where = f"{path} (secret_file of {whose})"
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()[:_MOST_BYTES].decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the secret cannot be read: {error}",
            where=where,
            remedy="Write the token or password into that file, alone",
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise UsageError(
            f"others can read the secret: its mode is {stat.S_IMODE(mode):04o}, which must be 0600",
            where=where,
            remedy=f"Run: chmod 600 {path}",
        )
    if not text or "\n" in text:
        raise UsageError("holds no secret of one line", where=where, remedy="Write the token into it, and nothing else")
    return text
