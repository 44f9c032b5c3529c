"""Whether everything lies as the desk left it: its log, its papers, the files that were read in."""

from collections.abc import Iterator

from sumika.desk.audit import REMOVED, Audit, Entry
from sumika.desk.paper import digest_of
from sumika.desk.store import Store, digest_of_bytes


def last_lines(audit: Audit) -> dict[str, Entry]:
    """Return the last line of the log about each paper and file."""
    return {entry.paper: entry for entry in audit.entries()}


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
