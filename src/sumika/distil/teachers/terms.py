"""Under which terms a teacher's answers stand, and whether they allow what is meant to be done with the student."""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

import msgspec
from ruamel.yaml import YAML

from sumika.schema import UsageError

Purpose = Literal["own-use", "research", "commercial", "publish-model", "compete"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was read of one licence or of one maker's terms.

    Attributes:
        name: Of the licence or the terms, and what is under them.
        url: Where the current text stands; "" for one's own.
        edition: Which text it is about.
        read: Day it was read, ISO 8601.
        quoted: Whether the clause is the text itself; else it is a paraphrase.
        clause: What it says about training on outputs.
        allows: Purposes that it allows.
        duties: What has to be done where it allows, or can be done where it does not.
    """

    name: str
    url: str
    edition: str
    read: str
    quoted: bool
    clause: str
    allows: tuple[Purpose, ...]
    duties: str = ""

    @property
    def said(self) -> str:
        """The clause with whether it is quoted, from which text, and when it was read."""
        clause = f"“{self.clause}”" if self.quoted else f"{self.clause} (paraphrase)"
        of = f", {self.edition}" if self.edition else ""
        return f"{clause} [{self.name}{of}, as read on {self.read}; read the current text{self._where}]"

    @property
    def _where(self) -> str:
        return f": {self.url}" if self.url else ""


def registry() -> dict[str, Terms]:
    """Return the known terms by identifier."""
    return dict(_registry())


@cache
def _registry() -> dict[str, Terms]:
    path = Path(__file__).with_name("terms.yaml")
    return msgspec.convert(YAML(typ="safe").load(path.read_text(encoding="utf-8")), dict[str, Terms])


def terms_of(identifier: str) -> Terms:
    """Return the terms with this identifier; capitals do not matter, as in SPDX.

    Raises:
        UsageError: if none are known under it.
    """
    found = _registry().get(identifier.lower())
    if found is None:
        raise UsageError(
            f"no terms are known as '{identifier}'",
            where="terms of the teacher",
            remedy=f"State one of: {', '.join(_registry())}. With a permission of your own, state: own.",
        )
    return found


def check_terms(identifier: str, purpose: Purpose) -> None:
    """Do nothing if the terms allow the purpose.

    Args:
        identifier: Of the terms.
        purpose: What will be done with the student.

    Raises:
        UsageError: if they do not, or are not known; names the clause, what they allow and what to do.
    """
    terms = terms_of(identifier)
    if purpose in terms.allows:
        return
    allowed = ", ".join(terms.allows) or "none"
    ways = f"set the purpose to {' or '.join(terms.allows)} if that is what it is for, or " if terms.allows else ""
    raise UsageError(
        f"the terms '{identifier}' do not allow the purpose '{purpose}'. They say: {terms.said} "
        f"Purposes they allow: {allowed}",
        where="terms of the teacher",
        remedy=f"Take a teacher whose terms allow it (apache-2.0, mit, deepseek), {ways}get a permission in writing "
        f"and state terms: own. {terms.duties}".rstrip(),
    )
