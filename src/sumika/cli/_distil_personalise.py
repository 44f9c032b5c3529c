"""Makes a student this house's own, from what it was asked here: an overnight job of some seconds, without torch."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sumika.cli._distil_asked import MOST_A_DAY, Asked
from sumika.cli._distil_told_file import read_told
from sumika.models import (
    STAYS_TOLD,
    STUDENTS,
    Lived,
    Shelf,
    Student,
    StudentRefused,
    Verdict,
    Way,
    find_student,
    house_shelf,
    lived_of,
    personalise,
    told_in_use,
)
from sumika.schema import Origin, SumikaError, UsageError

_WHY_NOTHING = (
    "a student is asked where house.yaml has it worked out, all whom it concerns have agreed, and enough is measured."
)

_RUNNING = "A house that runs asks it within half a minute."

NIGHT_ENDS = timedelta(hours=12)
"""A day is counted from noon to noon where the house stands, so that a night is one."""


def make_own(
    name: str,
    data: Path,
    *,
    logs: tuple[Path, ...] = (),
    file: Path | None = None,
    back: bool = False,
    anew: bool = False,
    demo: bool = False,
    demo_data: Path | None = None,
    students: Path = STUDENTS,
    public_key: str = "",
) -> list[str]:
    """Adapt a student to a house, or go back; return what there is to say.

    Args:
        name: Of a student that ships.
        data: Folder of the house's data.
        logs: Runs to learn from; by default all in the house's log.
        file: Inputs in a file instead (.npz: x, day; mask and label where there are any).
        back: Put the student before this one in use, and do nothing else.
        anew: Also where somebody went back, or told what was right; without it that stays, whatever a night may find.
        demo: The house is for show or simulated: what was simulated or recorded counts too, as it does in `logs`.
        demo_data: Folder of the demo house, which is named where it has a log and `data` has none; None: it is not.
        students: Folder of those that ship.
        public_key: Of whoever signed them; by default the release key.

    Raises:
        StudentRefused: if there is no such student, or it could not be put in use.
        UsageError: if there is nothing to learn from.
    """
    shelf = house_shelf(data)
    if back:
        return _back(shelf, name, students, public_key)
    student = _of_rooms(name, students, public_key)
    why = "" if anew else _why_it_stays(name, student, shelf, from_log=file is None)
    if why:
        return [why]
    passed_over = list[str]()
    if file is not None:
        questions, lived = _of_file(file, student)
    else:
        runs = logs or _runs(data, demo_data)
        live_alone = not (logs or demo)
        questions, lived = _of_logs(runs, student, None if logs else passed_over, live_alone=live_alone)
    if not questions:
        nothing = f"{name} was asked nothing in what was logged."
        return [*passed_over, nothing, f"{name} stays as it is: {_WHY_NOTHING}"]
    today = datetime.now(UTC).date().isoformat()
    verdict = personalise(student, students / name, lived, shelf, way=Way.of(student.about), today=today, anew=anew)
    return [*passed_over, questions, *_told(verdict, name)]


def _of_rooms(name: str, students: Path, public_key: str) -> Student:
    """Return a student that ships; one that reads sentences is refused."""
    student = find_student(name, students=students, public_key=public_key)
    if student.about.reading is not None:
        raise UsageError(
            "it reads sentences, and is not adapted to a house",
            where=name,
            remedy="sumika distil students lists those that are asked about people and rooms.",
        )
    return student


def _why_it_stays(name: str, student: Student, shelf: Shelf, *, from_log: bool) -> str:
    """Return why no better one is looked for; empty where one is."""
    if shelf.order(name).held:
        anew_with = f"sumika distil personalise {name} --anew"
        return f"{name} stays as it is: somebody went back to it. Look for a better one all the same: {anew_with}"
    if from_log and told_in_use(student, shelf):
        return f"{name} stays as it is: {STAYS_TOLD}."  # a log brings no labels, and to replay it takes a while
    return ""


def _back(shelf: Shelf, name: str, students: Path, public_key: str) -> list[str]:
    """Go back, and say who is asked then: not always the one that was gone back to, which may be refused by now."""
    order, folders = shelf.back(name), shelf.folders(name)
    found = find_student(name, shelf=shelf, students=students, public_key=public_key)
    own = len(found.passed_over) < len(folders)
    used = f"the house's own, number {folders[len(found.passed_over)].name}" if own else "the one that ships"
    stays = " It stays so until you say otherwise." if order.held else ""
    refused = [f"Not asked: {why}" for why in found.passed_over]
    return [f"{name}: {used} is in use again.{stays} The same command goes forth again.", *refused, _RUNNING]


def _told(verdict: Verdict, name: str) -> list[str]:
    if verdict.problem:
        return [f"{name} stays as it is: {verdict.problem}."]
    what = {
        "labels": f"mean log-probability of {verdict.labels} told labels",
        "nearness": "minus how far this house's days lie off all others, in deviations",
    }[verdict.judged_by]
    line = f"On days held back: {verdict.before:.4f} before, {verdict.after:.4f} after ({what})."
    if not verdict.better:
        return [line, f"{name} stays as it is: that is no better."]
    return [line, f"{name} is this house's own now. Back with: sumika distil personalise {name} --back", _RUNNING]


def _runs(data: Path, demo_data: Path | None) -> tuple[Path, ...]:
    runs = _runs_in(data)
    if not runs:
        remedy = "Let it run for some days first."
        if demo_data is not None and _runs_in(demo_data):
            remedy = f"That of the demo house is in {demo_data}: add --demo to learn from it."
        raise UsageError("this house has no log yet", where=str(data / "log"), remedy=remedy)
    return runs


def _runs_in(data: Path) -> tuple[Path, ...]:
    folder = data / "log"
    return tuple(sorted(path for path in folder.iterdir() if path.is_dir())) if folder.is_dir() else ()


def _counted(student: Student, questions: int, like: int, kept: int) -> str:
    """Return how much there is to learn from; "" where nothing was asked."""
    if not questions:
        return ""
    thinned = f" Of these, {kept} are looked at: {MOST_A_DAY} a day at most, by chance." if kept < like else ""
    return f"{questions} questions, {like} of them like what {student.name} has learnt from.{thinned}"


def _of_logs(
    runs: tuple[Path, ...], student: Student, passed_over: list[str] | None, *, live_alone: bool
) -> tuple[str, Lived]:
    """Return how much a student was asked in what was logged, and what that was.

    Args:
        runs: Folders or files.
        student: That is listened to.
        passed_over: Takes a line for each run that cannot be read: a disk that was full, an older house.yaml, a folder
            of somebody else must not end the job of every night to come; and one for what is not of this house. None
            if each was named by a person.
        live_alone: Leave out what was played from a recording or simulated: that is how others live.

    Raises:
        SumikaError: if a run that was named cannot be read, or none can.
    """
    asked, last, not_lived = Asked(student), None, 0
    for run in runs:
        try:
            not_lived += _replay(run, asked, live_alone=live_alone)
        except (SumikaError, OSError) as error:
            if passed_over is None:
                raise
            passed_over.append(f"Passed over: {str(error).splitlines()[0]}")
            last = error
    if last is not None and passed_over is not None and len(passed_over) == len(runs):
        raise last
    if not_lived and passed_over is not None:
        passed_over.append(
            f"Passed over: {not_lived:,} messages that were played from a recording or simulated. They say nothing of "
            "who lives here; with --demo, or a run named by --log, they count."
        )
    lived = asked.lived()
    return _counted(student, asked.questions, asked.like, len(lived)), lived


def _replay(run: Path, asked: Asked, *, live_alone: bool) -> int:
    """Send what was logged through the very steps that ask the student live; return how many messages were left out."""
    from sumika.config import parse_house
    from sumika.facts.shelf import zone_name_of
    from sumika.log import LogReader
    from sumika.perception import knowing
    from sumika.perception.known_keys import known_keys, routed

    reader = LogReader(run)
    house = parse_house(reader.run.config_text, run).house
    zone = ZoneInfo(zone_name_of(house))
    states = {key: knowing.start(house, key, partial(_found, asked)) for key in known_keys(house)}
    left_out = 0
    for logged in reader:
        if live_alone and logged.message.origin is not Origin.LIVE:
            left_out += 1
            continue
        asked.day = (datetime.fromtimestamp(logged.log_time_ns / 1e9, zone) - NIGHT_ENDS).date().isoformat()
        for key in routed(house, logged.envelope.topic, logged.envelope.key):
            states[key], _ = knowing.step(states[key], logged.message)
    return left_out


def _found(asked: Asked, wanted: str, features: str) -> Any:
    """Return who is asked for a student in a replay: the one that is listened to, and those that decide when it is."""
    from sumika.perception import activity, exercise

    if wanted == asked.name:
        return asked
    decides = wanted == activity.STUDENT and asked.name in (exercise.SPORTS, exercise.REHABILITATION)
    try:
        return find_student(wanted, features=features) if decides else None
    except StudentRefused:
        return None


def _of_file(file: Path, student: Student) -> tuple[str, Lived]:
    found = read_told(file, student)
    lived = lived_of(student, found["x"], found["day"], mask=found.get("mask"), label=found.get("label"))
    return _counted(student, len(found["x"]), len(lived), len(lived)), lived
