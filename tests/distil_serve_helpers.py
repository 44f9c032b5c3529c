"""A served student in another process: `python distil_serve_helpers.py FOLDER` says its address and serves."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import torch

from sumika.distil.export.safetensors import export_safetensors
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.folder import read_folder
from sumika.distil.language.generate import LanguageStudent
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer
from sumika.distil.serve import ServeLimits, serve, stated_key

CONTEXT = 30_000  # so long that an answer that nobody reads would take minutes
NAME = "tiny"
END_S = 30.0


def tiny_student() -> LanguageStudent:
    """Return the student that is served."""
    tokenizer = CharacterTokenizer()
    shape = DecoderShape(
        vocabulary=tokenizer.size, width=32, layers=2, heads=4, key_value_heads=2, hidden=64, context=CONTEXT
    )
    return LanguageStudent(Decoder(shape, seed=3), tokenizer)


class Served:
    """The server's process as tests see it.

    Attributes:
        url: Its address.
        process: Itself.
        client: That asks it.
    """

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url, self.process = url, process
        self.client = httpx.Client(base_url=url, timeout=END_S, trust_env=False)

    def active(self) -> int:
        """Return how many sequences are decoded."""
        return int(self.client.get("/health").json()["active"])

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(END_S)


@contextmanager
def serving(folder: Path, environment: dict[str, str] | None = None) -> Iterator[Served]:
    """Write the student to a folder and serve it from there."""
    student = tiny_student()
    export_safetensors(student.generator.decoder, student.tokenizer, folder)
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None  # a pipe was asked for
            url = process.stdout.readline().strip()
            assert url, "the server has not started"
            served = Served(url, process)
            with served.client:
                yield served
        finally:
            process.kill()


def main(folder: Path) -> None:
    """Serve what lies in a folder."""
    import os

    torch.set_num_threads(1)
    tokenizer = CharacterTokenizer.load(folder / "alphabet.json")
    student = LanguageStudent(read_folder(folder), tokenizer)
    serve(
        student,
        NAME,
        port=0,
        api_key=stated_key(os.environ),
        limits=ServeLimits(batch=8, waiting=64, max_tokens=CONTEXT),
        on_ready=lambda url: print(url, flush=True),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
