"""The doctor's look at the house's students: whether each is what its maker signed, and which is asked instead."""

from pathlib import Path

from sumika.cli._finding import Finding, ok, warn
from sumika.models import STUDENTS, StudentRefused, find_student, house_shelf, shipped_names

_SEE = "All of them: sumika distil students"


def students_whole(data: Path, students: Path = STUDENTS, public_key: str = "") -> list[Finding]:
    """Judge the students that a house would ask.

    Args:
        data: Folder of the house's data, where those lie that it has made its own.
        students: Folder of those that ship.
        public_key: Of whoever signed them; by default the release key.
    """
    shelf = house_shelf(data)
    names = sorted({*shipped_names(students), *shelf.names()})
    refused: dict[tuple[str, str], list[str]] = {}
    passed_over, own = list[Finding](), 0
    for name in names:
        try:
            found = find_student(name, shelf=shelf, students=students, public_key=public_key)
        except StudentRefused as error:
            refused.setdefault((error.problem, error.remedy), []).append(name)
            continue
        own += found.about.personal is not None
        passed_over += [warn(f"student {name}: another one is asked", why, _SEE) for why in found.passed_over]
    # What keeps all of them from being asked is one thing to mend.
    nobody = [
        warn(f"not asked: {', '.join(those)}", f"{problem}; the house says less without", remedy or _SEE)
        for (problem, remedy), those in refused.items()
    ]
    whole = len(names) - sum(map(len, refused.values()))
    return [ok(f"{whole} of {len(names)} students can be asked, {own} of them this house's own"), *nobody, *passed_over]
