"""Takes away the papers about somebody who wants to be forgotten; the log keeps that there were some, no word more."""

from pathlib import Path

from sumika.desk.audit import REMOVED, Audit
from sumika.desk.store import DESK_FOLDER, Store

ASKED_FOLDER = "forget"
"""Below the desk's: a file for each resident whose papers are to go when somebody is next at the desk."""


def forget_papers(data: Path, resident: str, now_unix_s: float) -> int:
    """Take away every paper about a resident, whatever became of it, with all its forms; return how many there were.

    Args:
        data: The house's data folder.
        resident: Name in `house.yaml`.
        now_unix_s: The present moment.

    Raises:
        SumikaError: if somebody is at the desk, or its log cannot be written.
    """
    if not (data / DESK_FOLDER).is_dir():
        return 0
    store = Store(data)
    store.open()
    try:
        return _forget(store, Audit(store.folder), resident, now_unix_s)
    finally:
        store.close()


def forget_asked(store: Store, audit: Audit, now_unix_s: float) -> None:
    """Take away the papers of everybody who asked for it meanwhile.

    Args:
        store: Of the desk, opened.
        audit: Its log.
        now_unix_s: The present moment.
    """
    for asked in sorted((store.folder / ASKED_FOLDER).glob("*")):
        _forget(store, audit, asked.name, now_unix_s)
        asked.unlink(missing_ok=True)


def _forget(store: Store, audit: Audit, resident: str, now_unix_s: float) -> int:
    about = [paper for paper in store.papers() if paper.subject == resident]
    for paper in about:
        audit.add(at_unix_s=now_unix_s, who="desk", what=REMOVED, paper=paper.id, note="forgotten")
        store.remove(paper)
    return len(about)
