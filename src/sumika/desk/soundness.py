"""Whether everything lies as the desk left it: its log, its papers, the files that were read in."""

from collections.abc import Iterator, Sequence

from sumika.desk.audit import REMOVED, Audit, Entry
from sumika.desk.paper import digest_of
from sumika.desk.store import Store, digest_of_bytes

MOST_AHEAD_S, SURE_AFTER_S = 40 * 86_400.0, 20 * 3600.0
"""A desk that writes the month's report alone leaves a line as often; a clock that leapt by more may be wrong."""


def last_lines(audit: Audit) -> dict[str, Entry]:
    """Return the last line of the log about each paper and file."""
    return {entry.paper: entry for entry in audit.entries()}


def has_gone_on(entries: Sequence[Entry], now_unix_s: float) -> bool:
    """Return whether the log's last lines lead up to a moment, the first of them most of a day before it.

    Args:
        entries: Of the log, in order.
        now_unix_s: The present moment, by a clock that may be wrong.
    """
    oldest_s = now_unix_s
    for entry in reversed(entries):
        if not 0.0 <= now_unix_s - entry.at_unix_s <= MOST_AHEAD_S:
            break
        oldest_s = min(oldest_s, entry.at_unix_s)
    return now_unix_s - oldest_s >= SURE_AFTER_S


def faults_of(store: Store, audit: Audit) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield (key of a sentence `desk.audit.<key>`, its values) of what is not as the desk left it.

    Args:
    store: Of the desk.
    audit: Its log.
    """
    for line, key in audit.faults():
        yield key, {"line": line}
    left, there = last_lines(audit), {paper.id: paper for paper in store.papers()}
    for name, entry in left.items():
        if entry.what in ("read", "unread"):
            if not _has_file(store, entry):
                yield "file_changed", {"paper": entry.note or name}
        elif name not in there:
            if entry.what != REMOVED:
                yield "paper_missing", {"paper": name}
        elif entry.digest != digest_of(there[name]):
            yield "paper_changed", {"paper": name}
    for name in there:
        if name not in left:
            yield "paper_unknown", {"paper": name}


def _has_file(store: Store, entry: Entry) -> bool:
    folder = store.folder / ("files" if entry.what == "read" else "unread")
    found = [path for path in folder.glob(f"{entry.paper}-*") if path.is_file()]
    if entry.what == "unread" and found and not found[0].stat().st_size:
        return True  # too large to be copied: it stayed where it was
    return any(digest_of_bytes(path.read_bytes()) == entry.digest for path in found)
