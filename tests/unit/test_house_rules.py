"""Each of the project's own rules fires on what it forbids, and only on that."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

Finding = tuple[bool, str]


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The rules, looking at an empty project."""
    spec = importlib.util.spec_from_file_location("house_rules", ROOT / "tools" / "house_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "house_rules", module)
    spec.loader.exec_module(module)
    for folder in ("src/sumika", "tests", "tools", "changes"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("pyproject.toml", "LICENSE", "CHANGELOG.md"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    (tmp_path / "changes" / "thing.feature.md").write_text("A thing.\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], None]:
    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    return write


def failures(found: Iterator[Finding]) -> list[str]:
    return [line for failed, line in found if failed]


Write = Callable[[str, str], None]


@pytest.mark.parametrize(("lines", "findings", "failed"), [(300, 0, 0), (301, 1, 0), (401, 1, 1)])
def test_module_size(rules: ModuleType, write: Write, lines: int, findings: int, failed: int) -> None:
    write("src/sumika/big.py", '"""Docstrings do not count."""\n\n# nor do comments\n' + "x = 1\n" * lines)
    found = list(rules.check_sizes())
    assert (len(found), sum(fails for fails, _ in found)) == (findings, failed)


@pytest.mark.parametrize(("lines", "findings", "failed"), [(39, 0, 0), (40, 1, 0), (60, 1, 1)])
def test_function_size(rules: ModuleType, write: Write, lines: int, findings: int, failed: int) -> None:
    write("tests/test_long.py", 'def long():\n    """Not counted."""\n' + "    x = 1\n" * lines)
    found = list(rules.check_sizes())
    assert (len(found), sum(fails for fails, _ in found)) == (findings, failed)


def test_import_circle(rules: ModuleType, write: Write) -> None:
    write("src/sumika/one.py", "from sumika.two import b\na = b\n")
    write("src/sumika/two.py", "import sumika.one\nb = 1\n")
    assert "sumika.one" in failures(rules.check_circles())[0]


def test_sibling_modules_through_the_package_are_no_circle(rules: ModuleType, write: Write) -> None:
    write("src/sumika/part/__init__.py", "from sumika.part.table import t\n")
    write("src/sumika/part/table.py", "from sumika.part import leaf\nt = leaf\n")
    write("src/sumika/part/leaf.py", "x = 1\n")
    assert not failures(rules.check_circles())


def test_package_root_from_inside_is_a_circle(rules: ModuleType, write: Write) -> None:
    write("src/sumika/part/__init__.py", "from sumika.part.table import t\n")
    write("src/sumika/part/table.py", "from sumika.part import something\nt = something\n")
    assert failures(rules.check_circles())


def test_copied_code(rules: ModuleType, write: Write) -> None:
    block = "".join(f"value_{n} = compute({n})\n" for n in range(12))
    write("src/sumika/one.py", block)
    write("src/sumika/two.py", "".join(f"other_{n} = compute({n})\n" for n in range(40)))
    assert not failures(rules.check_copies())
    write("src/sumika/three.py", block)
    assert failures(rules.check_copies())


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.sleep(1)\n",
        "from time import sleep\n",
        "import asyncio\nasync def f():\n    await asyncio.sleep(1)\n",
    ],
)
def test_waiting_in_a_test(rules: ModuleType, write: Write, text: str) -> None:
    write("tests/test_slow.py", text)
    assert failures(rules.check_tests_do_not_wait())


def test_waiting_for_a_condition_is_allowed(rules: ModuleType, write: Write) -> None:
    write("tests/test_fine.py", "import threading, time\nthreading.Event().wait(1)\ntime.monotonic()\n")
    assert not failures(rules.check_tests_do_not_wait())


@pytest.mark.parametrize(("marker", "failed"), [("slow", 0), ("parametrize", 0), ("slwo", 1)])
def test_markers(rules: ModuleType, write: Write, marker: str, failed: int) -> None:
    write("tests/test_marked.py", f"import pytest\npytestmark = pytest.mark.{marker}\n")
    assert len(failures(rules.check_markers())) == failed


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ("x = 1  # noqa: E501", 1),
        ("x = 1  # type: ignore[attr-defined]", 1),
        ("x = 1  # pragma: no cover", 1),
        ("x = 1  # type: ignore[attr-defined]  # the stubs lack it", 0),
        ("# the stubs lack it\nx = 1  # type: ignore[attr-defined]", 0),
        ("x = '# noqa: E501'", 0),
    ],
)
def test_checks_switched_off(rules: ModuleType, write: Write, line: str, failed: int) -> None:
    write("src/sumika/part.py", f"y = 0\n{line}\n")
    assert len(failures(rules.check_switched_off())) == failed


@pytest.mark.parametrize(
    ("licence", "failed"),
    [
        ("MIT", 0),
        ("BSD-3-Clause", 0),
        ("LGPL-3.0-or-later", 0),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", 0),
        ("MIT OR GPL-2.0", 0),
        ("GPL-3.0-only", 1),
        ("AGPL-3.0", 1),
        ("MIT AND GPL-2.0", 1),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", 1),
        ("", 1),
    ],
)
def test_licences(rules: ModuleType, monkeypatch: pytest.MonkeyPatch, licence: str, failed: int) -> None:
    monkeypatch.setattr(rules, "runtime_distributions", lambda: {"something"})
    monkeypatch.setattr(rules, "_licence", lambda name: licence)
    assert len(failures(rules.check_licences())) == failed


def test_runtime_distributions_reach_through_what_is_needed(rules: ModuleType) -> None:
    found = rules.runtime_distributions()
    assert {"numpy", "mcap", "lz4", "cffi", "h5py"} <= found
    assert "pytest" not in found


@pytest.mark.parametrize(
    ("name", "failed"), [("3.fix.md", 0), ("+thing.fix.md", 0), ("thing.fixes.md", 1), ("thing.md", 1)]
)
def test_news(rules: ModuleType, write: Write, name: str, failed: int) -> None:
    write(f"changes/{name}", "Something.\n")
    assert len(failures(rules.check_news())) == failed


def test_no_news_at_all(rules: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "changes" / "thing.feature.md").unlink()
    assert failures(rules.check_news())
