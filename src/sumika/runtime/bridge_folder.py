"""What the bridge to Home Assistant keeps on the disk: who the house is for ever, and what a broker may hold of it."""

import secrets
from pathlib import Path

from sumika.bridge import INSTALLATION, Kept
from sumika.runtime.node import BRIDGE
from sumika.runtime.small_file import DamagedFileError, read_small, write_small
from sumika.schema import SumikaError

IDENTITY, PUBLISHED = "installation.json", "published.json"
_ID_BYTES = 6


class BridgeFolder:
    """The bridge's folder in the house's data folder.

    Attributes:
        installation: The installation id; made once.
        kept: What the broker may hold.
        problem: Why something cannot be read or written; empty while all can.
    """

    def __init__(self, data: Path) -> None:
        """Read it, or begin.

        Args:
            data: The house's data folder.

        Raises:
            SumikaError: if the installation id cannot be read or kept. Nobody makes a new one: everything in Home
                Assistant would be there twice.
        """
        self._identity, self._published = data / BRIDGE / IDENTITY, data / BRIDGE / PUBLISHED
        self.problem = ""
        self.installation = self._known()
        try:
            self.kept = read_small(self._published, Kept, Kept())
        except DamagedFileError as error:
            self.kept, self.problem = Kept(), str(error)

    def _known(self) -> str:
        try:
            known = read_small(self._identity, str, "")
        except DamagedFileError as error:
            known, problem = "?", str(error)
        else:
            problem = f"{self._identity} holds no installation id"
        if not known:
            known = secrets.token_hex(_ID_BYTES)
            problem = write_small(self._identity, known)
        if not INSTALLATION.fullmatch(known) or (problem and not self._identity.exists()):
            raise SumikaError(
                f"who this house is to Home Assistant is not known: {problem}",
                where=str(self._identity),
                remedy="Bring the file back from a backup. Without it everything appears in Home Assistant anew.",
            )
        return known

    def keep(self, kept: Kept) -> None:
        """Put on the disk what may be on the broker, where it differs from what is there.

        Args:
            kept: All of it.
        """
        if kept != self.kept or self.problem:
            self.problem = write_small(self._published, kept)
            self.kept = kept
