"""A weather file as lines of text: what may be opened, how large it may be, and how its letters are written."""

from pathlib import Path

from sumika.schema import SumikaError

LARGEST_BYTES = 32 * 1024 * 1024
"""A year of hours has 1.5 to 2 MB."""


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file in UTF-8, UTF-16 with a mark, or Latin-1.

    Raises:
        SumikaError: if it cannot be read, is too large or is no text.
    """
    remedy = "Give an EPW or TMY3 file of one year, hour by hour"
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise SumikaError(
                f"it has {size / 1e6:.0f} MB, at most {LARGEST_BYTES / 1e6:.0f} are read",
                where=str(path),
                remedy=remedy,
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise SumikaError(
            f"the weather file cannot be read: {why}",
            where=str(path),
            remedy="Mend building.site.weather_file, or leave it out: then weather is made up from the climate",
        ) from error
    if not data.strip():
        raise SumikaError("the weather file is empty", where=str(path), remedy=remedy)
    return _decoded(data, path, remedy).splitlines()


def _decoded(data: bytes, path: Path, remedy: str) -> str:
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        if b"\0" in data:
            raise SumikaError("this is no text", where=str(path), remedy=remedy)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Only names of places have letters beyond ASCII; any will do for them.
        return data.decode("latin-1")
