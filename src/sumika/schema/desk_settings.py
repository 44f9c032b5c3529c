"""Paperwork that is done from the records: what `desk:` in `house.yaml` may say."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sumika.schema._plan import Identifier

DeskPaper = Literal["care_day", "care_week", "energy_month", "maintenance", "incident"]
"""What a house's desk writes by itself, each in its time."""

Hour = Annotated[float, Meta(ge=0, lt=24)]


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The records desk.

    Attributes:
        enabled: Whether anything is written without being asked for. The page shows papers all the same.
        language: Of the papers; empty: the house's.
        papers: Which are written.
        at_h: Hour of the day at which what is due is written.
        about: Residents whom care notes are about; empty: all who agreed.
        incoming: Folder whose files are read in, absolute or relative to house.yaml; empty: none.
        templates: Folder with templates of one's own, which go before those that come with Sumika; empty: none.
        written_by: Who stands for a paper: a name, an office.
        keep_days: Approved papers are kept for so long.
    """

    enabled: bool = True
    language: Literal["", "en", "ja"] = ""
    papers: tuple[DeskPaper, ...] = ("care_day", "care_week", "energy_month", "maintenance", "incident")
    at_h: Hour = 7.5
    about: tuple[Identifier, ...] = ()
    incoming: str = ""
    templates: str = ""
    written_by: Annotated[str, Meta(max_length=100)] = ""
    keep_days: Annotated[int, Meta(ge=1, le=3650)] = 1830
