"""What the tests of the desk's queue share: a desk whose clock stands, files that are dropped, and a power cut."""

import os
from pathlib import Path

import msgspec

from sumika.desk import Desk
from sumika.schema.desk_settings import DeskSettings
from tests.desk_helpers import HOUSE, NOON_S

PRICES = "品名,対象,単位,単価\n照明,照明,台,12000\nエアコン,エアコン,台,98000\n設計費,一式,式,50000\n"


def desk(folder: Path, settings: DeskSettings | None = None, now_s: float = NOON_S) -> Desk:
    """Open a desk in a folder; its clock stands."""
    house = msgspec.structs.replace(HOUSE, desk=settings or DeskSettings())
    return Desk(folder, house, folder / "house.yaml", now=lambda: now_s)


def drop(folder: Path, name: str, data: bytes, age_s: float = 60.0) -> Path:
    """Put a file in a folder, so old at noon."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (NOON_S - age_s, NOON_S - age_s))
    return path


class Killed(BaseException):
    """Nothing catches it, as nothing catches a power cut."""
