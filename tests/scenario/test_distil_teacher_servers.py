"""A teacher behind a real server of the chat protocol that is not ours: that of transformers."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import pytest_socket

from sumika.distil.export.safetensors import export_safetensors
from sumika.distil.records import Example
from sumika.distil.teachers.endpoint import EndpointTeacher
from sumika.distil.teachers.journal import Journal
from sumika.distil.teachers.presets import EndpointSettings
from sumika.evaluate.free_port import free_port
from tests.distil_serve_helpers import tiny_student

pytestmark = pytest.mark.slow
DEADLINE_S = 100.0
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}<think>"
EXAMPLES = [Example(prompt=f"What is {number} + 1?", answer=str(number + 1)) for number in range(4)]


@pytest.fixture(autouse=True)
def this_machine_alone() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(scope="module")
def transformers_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and model of `transformers serve` with a small model made here."""
    folder = tmp_path_factory.mktemp("transformers")
    student = tiny_student()
    export_safetensors(student.generator.decoder, student.tokenizer, folder)
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    pytest_socket.enable_socket()
    port = free_port()
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder), "--device", "cpu"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "HF_HOME": str(folder / "home")}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process, folder / "log")
            yield f"http://127.0.0.1:{port}/v1", str(folder)
        finally:
            process.terminate()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    pause = threading.Event()
    for _ in range(round(DEADLINE_S / 0.25)):
        if process.poll() is not None:
            break
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pause.wait(0.25)
    pytest.fail(f"transformers serve has not started: {log.read_text()[-800:]}")


def test_transformers_serve_is_a_teacher(transformers_url: tuple[str, str], tmp_path: Path) -> None:
    url, model = transformers_url
    settings = EndpointSettings(model=model, base_url=url, key_env="", terms="own", max_tokens=24, temperature=0.0)
    teacher = EndpointTeacher(settings)
    with Journal(tmp_path / "journal") as journal:
        traces = teacher.answer(EXAMPLES, journal)
    assert [trace.example_id for trace in traces] == [example.id for example in EXAMPLES]
    assert all(trace.reasoning + trace.answer for trace in traces), teacher.report.lines()
