"""The house's own students: signed with the house's key, the one in use and the one before it, swapped in one step."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import msgspec

from sumika.distil.sign import SignatureError, load_or_make_key, public_key_of, sign_folder
from sumika.distil.store import write_whole
from sumika.models._refused import StudentRefused
from sumika.models._student import Student, load_student
from sumika.schema import UNREADABLE

KEY, ORDER = "signing_key.pem", "order.json"
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
SHIPPED = 0
"""Instead of a number: the student that ships."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the numbered folders of a student are in use.

    Attributes:
        current: The one that is used.
        previous: The one that is used when somebody wants back, or if that is refused and is not held.
        held: Somebody went back to the one that is used: only a person puts another in its place, not a nightly job.
    """

    current: int = SHIPPED
    previous: int = SHIPPED
    held: bool = False


class Shelf:
    """A folder of personal students, readable by its owner alone.

    Attributes:
        folder: Below the house's data; made with mode 0700 when something is placed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def public_key(self) -> str:
        """Of this house, hexadecimal; "" where it has no key yet.

        Raises:
            StudentRefused: if the key cannot be used.
        """
        if not (self.folder / KEY).exists():
            return ""
        try:
            return public_key_of(load_or_make_key(self.folder / KEY))
        except SignatureError as error:
            raise StudentRefused(error.problem, where=error.where, remedy=error.remedy) from error

    def names(self) -> tuple[str, ...]:
        """Return the names of the students that the house has made its own; somebody's copy beside them is none."""
        if not self.folder.is_dir():
            return ()
        found = (path.parent.name for path in self.folder.glob(f"*/{ORDER}"))
        return tuple(sorted(name for name in found if NAME.fullmatch(name)))

    def order(self, name: str) -> Order:
        """Return which folders of a student are in use; the one that ships where that cannot be read."""
        try:
            return msgspec.json.decode((self._place(name) / ORDER).read_bytes(), type=Order)
        except (OSError, *UNREADABLE):
            return Order()

    def folders(self, name: str) -> tuple[Path, ...]:
        """Return the folders to try, first that in use; the student that ships comes after them, or instead of them.

        What somebody went back from is never tried: if what they went back to is refused, the one that ships is asked.
        """
        order, found = self.order(name), list[Path]()
        for number in (order.current,) if order.held else (order.current, order.previous):
            if number == SHIPPED:
                break
            found.append(self._place(name) / str(number))
        return tuple(found)

    def looks(self, name: str) -> tuple[tuple[str, int, int], ...]:
        """Return names, times and sizes of a student's files here: another one may be in use where these differ."""
        place, found = self._place(name), list[tuple[str, int, int]]()
        for path in sorted((place / ORDER, *place.glob("[0-9]*/*"))):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(found)

    def place(self, name: str, made: Path, *, previous: int | None = None) -> Student:
        """Sign a copy of a finished folder, check it as it will be checked, and put it in use; all of it or nothing.

        Args:
            name: Of the student.
            made: Its folder; stays as it is. A signature in it is replaced by the house's.
            previous: Number of the one that `back` leads to; by default of the one in use. All others are deleted.

        Raises:
            StudentRefused: if it could not be used; then what was in use stays in use.
        """
        place, order = self._place(name), self.order(name)
        number = 1 + max([0, *(int(path.name) for path in place.glob("[0-9]*") if path.name.isdigit())])
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.mkdir(exist_ok=True, mode=0o700)
            new = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
            try:
                shutil.copytree(made, new, dirs_exist_ok=True)
                sign_folder(new, load_or_make_key(self.folder / KEY))
                load_student(new, self.public_key, name=name)
                new.rename(place / str(number))
            finally:
                shutil.rmtree(new, ignore_errors=True)
            before = order.current if previous is None else previous
            write_whole(place / ORDER, msgspec.json.encode(Order(current=number, previous=before)))
        except (OSError, shutil.Error, SignatureError) as error:
            raise StudentRefused(f"it cannot be put in use ({error})", where=str(place)) from error
        self._tidy(name)
        return load_student(place / str(number), self.public_key, name=name)

    def back(self, name: str) -> Order:
        """Put the student before this one in use, and return what is in use then; called again it goes forth again.

        What somebody went back to is held; what they went forth to again is not.

        Raises:
            StudentRefused: if the house has none of that name.
        """
        place = self._place(name)
        if not (place / ORDER).is_file():
            known = ", ".join(self.names()) or "none"
            raise StudentRefused(f"this house has no '{name}' of its own", remedy=f"It has: {known}.")
        order = self.order(name)
        turned = Order(current=order.previous, previous=order.current, held=not order.held)
        write_whole(place / ORDER, msgspec.json.encode(turned))
        return turned

    def _place(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise StudentRefused(f"'{name}' is no name of a student", remedy="Use a-z, 0-9 and hyphens.")
        return self.folder / name

    def _tidy(self, name: str) -> None:
        """Delete what is neither in use nor the one before it; what does not go now goes next time."""
        order = self.order(name)
        for path in self._place(name).glob("[0-9]*"):
            if path.name.isdigit() and int(path.name) not in (order.current, order.previous):
                shutil.rmtree(path, ignore_errors=True)


def house_shelf(data: Path) -> Shelf:
    """Return the shelf of a house.

    Args:
        data: Folder of the house's data.
    """
    return Shelf(Path(os.fspath(data)) / "students")
