"""Graders: values, and programs that would rather not be graded."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import sumika.distil.grade.sandbox as sandbox_module
from sumika.distil.grade.grader import grade, grade_all
from sumika.distil.grade.maths import equal_maths
from sumika.distil.grade.sandbox import Limits, Sandbox
from sumika.distil.records import Example, Grading
from sumika.schema import SumikaError

pytestmark = pytest.mark.slow

TESTS = ("assert f(2) == 4", "assert f(-3) == -6")
GOOD = "def f(x):\n    return 2*x"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(wall_s=1.5, cpu_s=1.0)) as started:
        yield started


@pytest.mark.parametrize(
    ("truth", "answer", "same"),
    [
        ("42", "42.0", True),
        ("1/2", "0.5", True),
        ("1000", "1,000", True),
        ("3", "4", False),
        ("2024-02-29", " 2024-02-29", True),
        ("2024-02-29", "2024-03-01", False),
        ("5", "", False),
    ],
)
def test_plain_values_are_compared_exactly(truth: str, answer: str, same: bool) -> None:
    assert equal_maths(truth, answer)[0] is same


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "answer", "same"),
    [
        (r"\frac{1}{2}", "0.5", True),
        (r"\{1,2,3\}", r"\{3,2,1\}", True),
        (r"\sqrt{8}", r"2\sqrt{2}", True),
        (r"x^2-1", r"(x-1)(x+1)", True),
        (r"\sqrt{8}", r"3\sqrt{2}", False),
    ],
)
def test_latex_is_compared_by_value(truth: str, answer: str, same: bool) -> None:
    assert equal_maths(truth, answer, limit_s=20)[0] is same


def test_good_passes_and_wrong_fails(sandbox: Sandbox) -> None:
    assert sandbox.run(GOOD, TESTS).correct
    assert not sandbox.run("def f(x):\n    return x*x", TESTS).correct
    assert not sandbox.run(GOOD, ()).correct
    assert sandbox.run("import math\ndef f(x): return math.floor(2*x)", TESTS).correct


HOSTILE = {
    "endless loop": "while True: pass",
    "fork bomb": "import os\nwhile True: os.fork()",
    "memory bomb": "x = 'a' * (1 << 31)",
    "growing list": "x=[]\nwhile True: x.append('a' * 1000000)",
    "socket": "import socket\nsocket.socket()",
    "shadow": "open('/etc/shadow').read()",
    "passwd": "open('/etc/passwd').read()",
    "environment": "import os\nassert os.environ['HOME']",
    "write": "open('/tmp/distil-grade-wrote-this', 'w').write('x')",
    "print": "while True: print('x' * 1000000)",
    "exit": "import sys\nsys.exit(0)",
    "hard exit": "import os\nos._exit(0)",
    "recursion": "def g(): return g()\ng()",
    "thread": "import threading\nthreading.Thread(target=print).start()",
    "kill": "import os\nos.kill(os.getppid(), 9)",
    "limit": "import resource\nresource.prlimit(0, resource.RLIMIT_CPU)",
    "deep parse": "x = " + "(" * 5000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_programs_fail_and_the_server_lives(sandbox: Sandbox, name: str) -> None:
    assert not sandbox.run(HOSTILE[name] + "\n" + GOOD, TESTS).correct
    assert sandbox.run(GOOD, TESTS).correct


def test_a_program_reaches_no_process_but_itself(sandbox: Sandbox) -> None:
    """Even by calls that Python does not tell of: the kernel knows no other process in its namespace."""
    program = """
import os
def f(number):
    try:
        return os.getpriority(os.PRIO_PROCESS, number)
    except OSError as error:
        return type(error).__name__
def me():
    return os.getpid(), os.getppid()
"""
    for number in (os.getpid(), os.getppid()):
        assert sandbox.run(program, [f"assert f({number}) == 'ProcessLookupError'", "assert me() == (1, 0)"]).correct


@pytest.mark.parametrize(("flags", "missing"), [("NEW_PROCESSES", "processes"), ("0", "network, processes")])
def test_what_the_kernel_does_not_permit_is_told(
    flags: str, missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = Path(sandbox_module.__file__).with_name("_server.py").read_text()
    refused = f"libc.unshare = lambda asked, real=libc.unshare: -1 if asked & {flags} == {flags} else real(asked)"
    (tmp_path / "_server.py").write_text(server.replace("\n\n\ndef isolate", f"\n{refused}\n\n\ndef isolate", 1))
    monkeypatch.setattr(sandbox_module, "__file__", str(tmp_path / "sandbox.py"))
    with pytest.raises(SumikaError, match=rf"\({missing}\)"), Sandbox():
        pass
    with Sandbox(Limits(without_isolation=True)) as trusting:
        assert trusting.run(GOOD, TESTS).correct


@pytest.mark.parametrize(
    "program",
    [
        "class Same:\n    def __eq__(self, other): return True\ndef f(x): return Same()",
        "class Same(int):\n    def __eq__(self, other): return True\ndef f(x): return Same()",
        "import builtins\nbuiltins.eval = lambda *a: 4\nbuiltins.AssertionError = KeyError\ndef f(x): return 0",
        'import os\nfor i in range(9): os.write(3, b\'["x", 0, {"int": "0x4"}]\\n\')\nos._exit(0)',
        "import json\njson.dumps = lambda *a: '[]'\ndef f(x): return 0",
    ],
)
def test_cheating_the_checker_does_not_pass(sandbox: Sandbox, program: str) -> None:
    assert not sandbox.run(program, TESTS).correct


@pytest.mark.parametrize(
    ("test", "why"),
    [
        ("f(2)\nassert f(2) == ", "line 2, column 16: invalid syntax"),
        ("assert f(2) == '\0'", "null bytes"),
        ("assert f(2) == '\ud800'", "surrogates"),
        ("assert f(2) == " + "-" * 5000 + "1", ""),  # too deep for the parser, each version in its own words
        ("f(0x" + "f" * 5000 + ")", "4300 digits"),
    ],
)
def test_a_test_that_is_no_python_fails_alone(sandbox: Sandbox, test: str, why: str) -> None:
    grade = sandbox.run(GOOD, (*TESTS, test))
    assert not grade.correct
    assert grade.reason.startswith("a test is no Python")
    assert why in grade.reason


def test_a_value_that_nobody_can_write_or_expect_is_wrong(sandbox: Sandbox) -> None:
    assert "int too long" in sandbox.run("def f(x): return 10**5000", TESTS).reason
    assert "unhashable" in sandbox.run(GOOD, ["assert f(2) == {[]: 1}"]).reason


def test_a_batch_is_graded_in_order_each_by_its_kind() -> None:
    code = Example(prompt="double", grading=Grading.CODE, tests=TESTS)
    maths = Example(prompt="1+1", answer="2", grading=Grading.MATHS)
    text = Example(prompt="say", answer="good  day")
    graded = grade_all([code, maths, text, code], [f"```python\n{GOOD}\n```", "2.0", "good day", "def f(x): return 1"])
    assert [one.correct for one in graded] == [True, True, True, False]
    assert not grade(text, "bad day").correct
