"""The job of the night: of the same user and data as the house, and for the students that a log alone may teach."""

from pathlib import Path

from sumika.distil.about import read_about
from sumika.models import STUDENTS, shipped_names

FOLDER = Path(__file__).resolve().parents[2] / "packaging" / "systemd"


def settings(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_job_is_the_houses_and_speaks_to_nobody() -> None:
    house, job = settings("sumika.service"), settings("sumika-students.service")
    for key in ("DynamicUser", "User", "StateDirectory", "StateDirectoryMode", "UMask"):
        assert job[key] == house[key]
    assert set(job["Environment"]) <= set(house["Environment"])
    assert job["PrivateNetwork"] == ["yes"]
    assert settings("sumika-students.timer")["OnCalendar"]


def test_it_names_the_students_that_a_log_alone_may_teach() -> None:
    teachable = [name for name in shipped_names() if read_about(STUDENTS / name).own.shift > 0]
    named = [line.split()[-1] for line in settings("sumika-students.service")["ExecStart"]]
    assert named == teachable
    assert "--anew" not in str(settings("sumika-students.service")), "what somebody went back to stays"
