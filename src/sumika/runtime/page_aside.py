"""What the page has done in processes of their own: it goes on, whatever becomes of them."""

import subprocess
import sys
from pathlib import Path

import msgspec

from sumika.dashboard import RefusedError
from sumika.dashboard.plan_files import PlanFile, PlanRead
from sumika.dashboard.problem import Trouble, refused
from sumika.schema import SumikaError

BEGINS_WITHIN_S = 60.0
PLAN_WITHIN_S = 30.0
LONGEST_TOLD = 1000


def begins(house: Path) -> None:
    """Look whether the house could begin by a description: radars, which are large, are looked at.

    Raises:
        SumikaError: with why not.
    """
    command = [sys.executable, "-m", "sumika", "house", "check", "--start", str(house)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=BEGINS_WITHIN_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise SumikaError(f"looking at it took more than {BEGINS_WITHIN_S:g} s", where=str(house)) from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip()[-LONGEST_TOLD:]
        raise SumikaError(told or "the house could not begin by this description", where=str(house))


def read_plan_aside(file: PlanFile) -> PlanRead:
    """Read a floor plan's file, which may be anything.

    Raises:
        RefusedError: if it cannot be read.
    """
    command = [sys.executable, "-m", "sumika.dashboard.plan_files"]
    question = msgspec.json.encode(file)
    try:
        done = subprocess.run(command, input=question, capture_output=True, timeout=PLAN_WITHIN_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise refused(422, "plan_late", seconds=round(PLAN_WITHIN_S)) from error
    try:
        if done.returncode == 0:
            return msgspec.json.decode(done.stdout, type=PlanRead)
        raise RefusedError(422, msgspec.json.decode(done.stdout, type=Trouble))
    except msgspec.DecodeError as error:
        raise refused(422, "plan_ended") from error
