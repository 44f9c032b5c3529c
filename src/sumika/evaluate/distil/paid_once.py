"""Whoever asks a paid endpoint is killed again and again: no answer that is on disk may be paid for a second time.

The endpoint runs in a process of its own and keeps its own count of what it was asked. At each kill the answers in the
journal are noted; whatever of these the endpoint is asked for later was paid twice, whatever of these is not there in
the end was lost.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from sumika.distil.records import Example
from sumika.distil.teachers.journal import Answered, Journal, Line
from sumika.evaluate.distil import faulty_endpoint
from sumika.evaluate.distil.faulty_endpoint import read_log
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import SumikaError

DEADLINE_S = 120.0
KILLS = 10
PROMPTS = 600
CONCURRENCY = 6


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one run with kills.

    Attributes:
        paid_twice: Answers on disk that were asked for again.
        lost: Answers that were on disk at a kill and are not at the end, or were never got.
        kills: How often the asking process was killed before it had ended.
        prompts: Asked in all.
        in_flight: Requests that the endpoint got a second time because a kill hit them before they were on disk.
        in_flight_told: Requests lost in flight as the journal tells them; never fewer.
    """

    paid_twice: int
    lost: int
    kills: int
    prompts: int
    in_flight: int
    in_flight_told: int


def measure(full: bool) -> dict[str, Figure]:
    """Return `traces_paid_twice` and `traces_lost`, which must both be 0.

    Args:
        full: Ten kills; three otherwise.
    """
    found = killed_run(KILLS if full else 3, PROMPTS if full else 200)
    detail: dict[str, float | str] = {
        name: float(getattr(found, name)) for name in ("kills", "prompts", "in_flight", "in_flight_told")
    }
    return {
        name: Figure(value=float(value), unit="traces", evidence=Evidence.MEASURED, detail=detail)
        for name, value in (("traces_paid_twice", found.paid_twice), ("traces_lost", found.lost))
    }


def killed_run(kills: int, prompts: int, seed: int = 1) -> Outcome:
    """Ask for `prompts` answers, kill the asking process `kills` times, let it end, and count.

    Args:
        kills: How often.
        prompts: How many answers.
        seed: Of the moments at which it is killed.

    Raises:
        SumikaError: if the endpoint does not start, or the asking process ended before the last kill.
    """
    draw = random.Random(seed)
    moments = sorted(draw.sample(range(1, round(prompts * 0.9)), kills))
    noted: list[Noted] = []
    with tempfile.TemporaryDirectory(prefix="sumika-") as name, _endpoint(Path(name)) as (socket, log):
        folder = Path(name) / "journal"
        for moment in moments:
            _ask_and_kill(socket, folder, prompts, moment)
            noted.append(Noted(_answers(folder), len(_asked(log))))
        subprocess.run(_command(socket, folder, prompts), check=True, timeout=DEADLINE_S)
        with Journal(folder) as journal:
            told = journal.lost_in_flight
        final, asked = _answers(folder), _asked(log)
    paid_twice, lost = judged(noted, final, asked, {example.prompt for example in questions(prompts)})
    return Outcome(
        paid_twice=paid_twice,
        lost=lost,
        kills=kills,
        prompts=prompts,
        in_flight=len(asked) - len(set(asked)),
        in_flight_told=told,
    )


class Noted(msgspec.Struct, frozen=True):
    """How things stood at a kill.

    Attributes:
        answers: On disk, by prompt.
        asked: Requests that the endpoint had got.
    """

    answers: dict[str, str]
    asked: int


def judged(noted: Sequence[Noted], final: dict[str, str], asked: Sequence[str], wanted: set[str]) -> tuple[int, int]:
    """Return how many answers were paid twice, and how many were lost.

    Args:
        noted: At each kill.
        final: The answers at the end, by prompt.
        asked: The prompts of every request that the endpoint got, in their order.
        wanted: The prompts.
    """
    twice = {prompt for one in noted for prompt in asked[one.asked :] if prompt in one.answers}
    gone = {prompt for one in noted for prompt, answer in one.answers.items() if final.get(prompt) != answer}
    return len(twice), len(gone | wanted - final.keys())


def questions(count: int) -> list[Example]:
    """Return what is asked."""
    return [Example(prompt=f"How many letters has question {number}?") for number in range(count)]


def _asked(log: Path) -> list[str]:
    return [line.prompt for line in read_log(log) if line.what == "asked"]


def _answers(folder: Path) -> dict[str, str]:
    """Return the answers on disk by prompt; read without the journal's own code, which is what is measured."""
    path = folder / "answers.jsonl"
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    # An answer names its prompt at its end (`faulty_endpoint.answer_to`); the journal names examples by their hash.
    lines = [line for line in msgspec.json.Decoder(Line).decode_lines(whole) if isinstance(line, Answered)]
    return {line.trace.answer.partition(" letters in ")[2].strip("'"): line.trace.answer for line in lines}


def _command(socket: Path, folder: Path, prompts: int) -> list[str]:
    return [sys.executable, "-m", "sumika.evaluate.distil.paid_once", str(socket), str(folder), str(prompts)]


def _ask_and_kill(socket: Path, folder: Path, prompts: int, answers: int) -> None:
    """Start asking; kill as soon as so many answers are on disk."""
    path, mark = folder / "answers.jsonl", b'"line":"answered"'
    deadline_s = time.monotonic() + DEADLINE_S
    with subprocess.Popen(_command(socket, folder, prompts)) as process:
        try:
            while not path.exists() or path.read_bytes().count(mark) < answers:
                if process.poll() is not None or time.monotonic() > deadline_s:
                    raise SumikaError(
                        f"the asking process ended (code {process.poll()}) before {answers} answers were there",
                        where="bench distil",
                        remedy="Run it again with more prompts.",
                    )
                time.sleep(0.001)
        finally:
            process.kill()


@contextmanager
def _endpoint(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Run the endpoint; yield its socket and its log."""
    socket, log = folder / "s", folder / "log"
    deadline_s = time.monotonic() + DEADLINE_S
    with subprocess.Popen([sys.executable, "-m", faulty_endpoint.__name__, str(socket), str(log)]) as process:
        try:
            while not socket.exists():
                if process.poll() is not None or time.monotonic() > deadline_s:
                    raise SumikaError(
                        "the trial endpoint did not start", remedy="Install the extra: pip install 'sumika[distil]'."
                    )
                time.sleep(0.01)
            yield socket, log
        finally:
            process.kill()


def ask(socket: Path, folder: Path, prompts: int) -> None:
    """Ask for every answer that the journal does not hold: what the process does that is killed."""
    import httpx

    from sumika.distil.teachers.endpoint import EndpointTeacher
    from sumika.distil.teachers.presets import EndpointSettings

    settings = EndpointSettings(
        model="reasoning_content",
        base_url="http://localhost/v1",
        terms="own",
        concurrency=CONCURRENCY,
        output_usd_per_million=1.0,
    )
    teacher = EndpointTeacher(settings, transport=httpx.AsyncHTTPTransport(uds=str(socket)))
    with Journal(folder) as journal:
        teacher.answer(questions(prompts), journal)


if __name__ == "__main__":
    ask(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
