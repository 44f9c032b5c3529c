"""From the bytes of a file to its text, or to a plain sentence why there is none."""

import hashlib
import stat
from pathlib import Path

from sumika.config._problem import ConfigError, Problem, nearest

MAX_BYTES = 1_000_000
_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_UTF8_MARK = b"\xef\xbb\xbf"


def read_house_bytes(path: Path) -> bytes:
    """Return what the file holds.

    Raises:
        ConfigError: if it is absent, a folder, no plain file, unreadable or too large.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refused(path, "this is a folder, not a house description", allowed="a file such as house.yaml in it")
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "this is no plain file", allowed="a text file in YAML")
        if status.st_size > MAX_BYTES:
            raise _refused(
                path, "far too large for a house description", f"{status.st_size} bytes", f"at most {MAX_BYTES} bytes"
            )
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _absent(path) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(path, f"cannot be read ({reason})") from error


def decoded(content: bytes, path: Path) -> str:
    """Return the text of a file's content, without a byte order mark.

    Raises:
        ConfigError: if it is no UTF-8 text.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            raise _refused(path, "not in the right encoding", encoding, "UTF-8; save it again as UTF-8", line=1)
    if b"\x00" in content:
        line = content.count(b"\n", 0, content.index(b"\x00")) + 1
        raise _refused(path, "this is no text", "a zero byte", "YAML in UTF-8", line=line)
    try:
        return content.removeprefix(_UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(
            path,
            "not in the right encoding",
            f"the byte 0x{error.object[error.start]:02x}",
            "UTF-8; save it again as UTF-8",
            line=line,
        ) from error


def hash_of(content: bytes) -> str:
    """Return the SHA-256 by which a version of the file is known."""
    return hashlib.sha256(content).hexdigest()


def _absent(path: Path) -> ConfigError:
    try:
        neighbours = [entry.name for entry in path.parent.iterdir() if entry.suffix in {".yaml", ".yml"}]
    except OSError:
        return _refused(path, "there is no such folder", str(path.parent))
    return _refused(path, "there is no such file", nearest_name=nearest(path.name, neighbours))


def _refused(
    path: Path, text: str, found: str = "", allowed: str = "", *, line: int = 0, nearest_name: str = ""
) -> ConfigError:
    return ConfigError([Problem(line=line, found=found, allowed=allowed, nearest=nearest_name, text=text)], path)
