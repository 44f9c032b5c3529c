#!/usr/bin/env python3
"""Prints the test files that look at what has changed: what `./check` runs, so that it takes less than a minute.

Changed is what is not committed, and what the newest commit changed. Tests that changed come first, then those named
after a changed module or that import it, then those that import its package; at most so many as run in half a minute.
All tests are run by `make test`.

    python tools/changed_tests.py
"""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST = 24
"""Test files; one takes one to three seconds of a core without its slow tests."""


def changed_files() -> list[Path]:
    """Return every file that is not committed, or that the newest commit changed, from the project's root."""
    asked = (
        ("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"),
        ("show", "--name-only", "-z", "--no-renames", "--format="),
    )
    found: dict[Path, None] = {}
    for words in asked:
        answer = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        # With -z a name stands as it is: otherwise one with a blank or in Japanese would stand in quotes.
        names = answer.stdout.split("\0")
        found |= dict.fromkeys(Path(name[3:] if words[0] == "status" else name) for name in names if name)
    return list(found)


def module_of(path: Path) -> str:
    """Return the name by which a file of the project is imported; "" where it is none."""
    if path.suffix != ".py":
        return ""
    parts = path.with_suffix("").parts
    if parts[0] == "src":
        parts = parts[1:]
    return ".".join(parts).removesuffix(".__init__")


def imported(text: str) -> set[str]:
    """Return every module that a file may import: of `from a import b` both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def chosen(changed: Iterable[Path], tests: dict[Path, set[str]]) -> Iterator[Path]:
    """Yield the tests of what has changed, the nearest first; some may come twice.

    Args:
        changed: Files, from the project's root.
        tests: By file: what it imports.
    """
    files = list(changed)
    yield from (path for path in files if path in tests)
    modules = [module for path in files if (module := module_of(path))]
    for module in modules:
        named = f"test_{module.rpartition('.')[2].removeprefix('_')}"
        yield from (path for path, names in tests.items() if path.stem == named or module in names)
    for package in dict.fromkeys(module.rpartition(".")[0] for module in modules):
        yield from (path for path, names in tests.items() if "." in package and package in names)


def main() -> None:
    """Print them, each in a line, and on standard error how many more there are."""
    paths = [path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("test_*.py"))]
    tests = {path: imported((ROOT / path).read_text(encoding="utf-8")) for path in paths}
    found = list(dict.fromkeys(chosen(changed_files(), tests)))
    sys.stdout.writelines(f"{path}\n" for path in found[:MOST])
    if len(found) > MOST:
        sys.stderr.write(f"   the nearest {MOST} of {len(found)} files that look at what has changed\n")


if __name__ == "__main__":
    main()
