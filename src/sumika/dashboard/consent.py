"""What each resident has agreed to: whose carer may see them, and whether their nights are kept as a diary."""

import threading
from pathlib import Path

import msgspec

from sumika.dashboard.kept import SmallFiles
from sumika.dashboard.problem import refused

CONSENT_FILE = "consent.json"


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What one resident has agreed to; nothing unless they said so.

    Attributes:
        resident: Name in `house.yaml`.
        carers: Accounts of carers who may see breath, heart and posture.
        wellbeing: Whether nights and trends of theirs are shown.
        changed_unix_s: When they said so last.
        changed_by: Who wrote it down.
    """

    resident: str
    carers: tuple[str, ...] = ()
    wellbeing: bool = False
    changed_unix_s: float = 0.0
    changed_by: str = ""


class Consents:
    """All residents' consents, on the disk. May be called from several threads."""

    def __init__(self, folder: Path, files: SmallFiles, residents: tuple[str, ...]) -> None:
        """Read what was agreed.

        Args:
            folder: Where the file lies.
            files: How it is read and written.
            residents: Of the house.
        """
        self._path, self._files, self._residents = folder / CONSENT_FILE, files, residents
        self._lock = threading.Lock()
        self._kept: dict[str, Consent] = files.read(self._path, dict[str, Consent], {})

    def all(self) -> tuple[Consent, ...]:
        """Return everybody's."""
        return tuple(self._kept.get(name, Consent(resident=name)) for name in self._residents)

    def to(self, carer: str) -> frozenset[str]:
        """Return the residents who let a carer see them."""
        return frozenset(one.resident for one in self._kept.values() if carer in one.carers)

    def write(self, consent: Consent) -> Consent:
        """Keep a consent.

        Raises:
            RefusedError: if nobody of that name lives here, or the disk takes nothing.
        """
        if consent.resident not in self._residents:
            raise refused(404, "no_resident", where=consent.resident[:60], name=consent.resident[:60])
        with self._lock:
            self._put({**self._kept, consent.resident: consent})
        return consent

    def _put(self, after: dict[str, Consent]) -> None:
        problem = self._files.write(self._path, after)
        if problem:
            raise refused(507, "disk", where=str(self._path), why=problem)
        self._kept = after

    def end(self, carer: str) -> None:
        """Take back what anybody agreed to with a carer: who has the name next is somebody else.

        Raises:
            RefusedError: if the disk takes nothing.
        """
        with self._lock:
            after = {
                name: msgspec.structs.replace(one, carers=tuple(each for each in one.carers if each != carer))
                for name, one in self._kept.items()
            }
            if after == self._kept:
                return
            self._put(after)

    def forget(self, resident: str) -> None:
        """Take back all that a resident agreed to.

        Raises:
            RefusedError: if nobody of that name lives here, or the disk takes nothing.
        """
        if resident in self._kept:
            self.write(Consent(resident=resident))
