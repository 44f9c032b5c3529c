#!/usr/bin/env python3
"""The project's own rules, those that no linter knows: sizes, circles, copies, waiting tests, licences, news.

Prints one line per finding (`file:line: what`); a failure ends with exit code 1, a warning does not.
"""

import ast
import gc
import io
import re
import sys
import tokenize
import tomllib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULE_WARN_LINES, MODULE_FAIL_LINES = 300, 400
FUNCTION_WARN_LINES, FUNCTION_FAIL_LINES = 40, 60
WINDOW_LINES, COPIED_FAIL_SHARE = 8, 0.02
BUILT_IN_MARKERS = {"parametrize", "skip", "skipif", "xfail", "usefixtures", "filterwarnings", "timeout"}
SWITCHED_OFF = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover)\b(?P<rest>.*)")
CODES = re.compile(r"^\s*(?:\[[\w, -]+\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?")
COPYLEFT = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)
FRAGMENT = re.compile(r"^\+?[\w-]+\.(?P<kind>\w+)(?:\.\d+)?\.md$")

Finding = tuple[bool, str]
"""(whether it is a failure, the line to print)."""


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path
    modified_ns: int

    @property
    def name(self) -> str:
        """Path from the project's root, for messages."""
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the parsed file."""
        return list(ast.walk(self.tree))

    @cached_property
    def tokens(self) -> list[tokenize.TokenInfo]:
        """The file as tokens, comments included."""
        return list(tokenize.generate_tokens(io.StringIO(self.text).readline))

    @cached_property
    def code_lines(self) -> list[int]:
        """Numbers of the lines that hold code: no blanks, comments or docstrings."""
        docstrings = _docstring_lines(self.nodes)
        lines = ((number, line.strip()) for number, line in enumerate(self.text.splitlines(), start=1))
        return [number for number, line in lines if line and line[0] != "#" and number not in docstrings]


def _docstring_lines(nodes: list[ast.AST]) -> set[int]:
    """Return the lines of every string that stands alone: docstrings of modules, classes, functions, attributes."""
    lines: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


@cache
def _module(path: Path, modified_ns: int) -> Module:
    """Return a file; what one rule has parsed the next need not."""
    return Module(path, modified_ns)


def modules_in(*folders: str) -> list[Module]:
    """Return every Python file below these folders."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [_module(path, path.stat().st_mtime_ns) for path in paths]


def check_sizes() -> Iterator[Finding]:
    """Modules and functions that have grown too big to read at once."""
    for module in modules_in("src", "tests", "tools"):
        size = len(module.code_lines)
        if size > MODULE_WARN_LINES:
            yield size > MODULE_FAIL_LINES, f"{module.name}:1: {size} code lines (aim {MODULE_WARN_LINES}, stop at 400)"
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                last = node.end_lineno or node.lineno
                length = bisect_right(module.code_lines, last) - bisect_left(module.code_lines, node.lineno)
                if length > FUNCTION_WARN_LINES:
                    yield (
                        length > FUNCTION_FAIL_LINES,
                        f"{module.name}:{node.lineno}: {node.name} has {length} code lines (aim 40, stop at 60)",
                    )


def _imported(module: Module, package: list[str], known: Container[str]) -> Iterator[str]:
    """Yield the names of what a module imports as it is loaded; a name that `known` lacks is no module."""
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{stem}.{alias.name}" for alias in node.names]
            yield from names
            # Who takes only sibling modules from a package does not need what the package's front door defines.
            if any(name not in known for name in names):
                yield stem


def check_circles() -> Iterator[Finding]:
    """Modules that need each other to be imported."""
    source = ROOT / "src"
    by_name: dict[str, Module] = {}
    for module in modules_in("src"):
        parts = module.path.relative_to(source).with_suffix("").parts
        by_name[".".join(parts).removesuffix(".__init__")] = module
    graph: dict[str, set[str]] = {}
    for name, module in by_name.items():
        package = list(module.path.relative_to(source).parts[:-1])
        graph[name] = {wanted for wanted in _imported(module, package, by_name) if wanted in by_name and wanted != name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield True, f"src: import circle {' -> '.join(error.args[1])}"


def check_copies() -> Iterator[Finding]:
    """Code that stands in two places: share of the 8-line windows that occur more than once."""
    places: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for module in modules_in("src"):
        lines = module.text.splitlines()
        kept = [(n, lines[n - 1].strip()) for n in module.code_lines]
        # Imports, closing brackets and the like are alike by nature and no copy of anything.
        kept = [(n, line) for n, line in kept if len(line) > 3 and not line.startswith(("import ", "from "))]
        for start in range(len(kept) - WINDOW_LINES + 1):
            window = tuple(line for _, line in kept[start : start + WINDOW_LINES])
            places[window].append(f"{module.name}:{kept[start][0]}")
    total = sum(len(found) for found in places.values())
    copied = {window: found for window, found in places.items() if len(found) > 1}
    share = sum(len(found) for found in copied.values()) / max(total, 1)
    failed = share >= COPIED_FAIL_SHARE
    for found in list(copied.values())[:10] if failed else []:
        yield False, f"{found[0]}: the same {WINDOW_LINES} lines stand at {', '.join(found[1:])}"
    if failed:
        yield (
            True,
            f"src: {share:.1%} of {WINDOW_LINES}-line windows are copies (must be below {COPIED_FAIL_SHARE:.0%})",
        )


def _dotted(node: ast.expr) -> str:
    """Return "a.b.c" for such an expression, "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def check_tests_do_not_wait() -> Iterator[Finding]:
    """Tests that sleep: they are slow where the machine is fast and fail where it is slow."""
    for module in modules_in("tests"):
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom) and node.module in ("time", "asyncio"):
                waits = any(alias.name == "sleep" for alias in node.names)
            else:
                waits = isinstance(node, ast.Call) and _dotted(node.func) in ("time.sleep", "asyncio.sleep")
            if waits:
                yield True, f"{module.name}:{getattr(node, 'lineno', 1)}: sleeps; wait for a condition with a deadline"


def check_markers() -> Iterator[Finding]:
    """Markers that pyproject.toml does not name."""
    registered = project_file()["tool"]["pytest"]["ini_options"]["markers"]
    known = BUILT_IN_MARKERS | {line.split(":")[0].split("(")[0].strip() for line in registered}
    for module in modules_in("tests"):
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and _dotted(node.value) == "pytest.mark" and node.attr not in known:
                yield True, f"{module.name}:{node.lineno}: marker {node.attr} is not in pyproject.toml"


def check_switched_off() -> Iterator[Finding]:
    """Checks switched off without saying which one and why."""
    for module in modules_in("src", "tests", "tools"):
        # Few files have any, and to take a file apart takes long.
        for token in module.tokens if SWITCHED_OFF.search(module.text) else ():
            match = SWITCHED_OFF.search(token.string) if token.type == tokenize.COMMENT else None
            if match is None:
                continue
            line = token.start[0]
            above = module.text.splitlines()[line - 2].strip() if line > 1 else ""
            why = CODES.sub("", match["rest"]).strip(" -#:()")
            if not why and not above.startswith("#"):
                yield (
                    True,
                    f"{module.name}:{line}: a check is switched off without a word why, here or in the line above",
                )


def project_file() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _requirement_name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def runtime_distributions() -> set[str]:
    """Return every distribution that `sumika[all]` brings along, itself left out."""
    project = project_file()["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["recordings"], *extras["parquet"]]
    found: set[str] = set()
    while wanted:
        name = _requirement_name(wanted.pop())
        if name in found:
            continue
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # needed on other systems or Pythons only
        found.add(name)
        wanted += [entry for entry in requires if "extra ==" not in entry]
    return found


def _licence(name: str) -> str:
    """Return what a distribution says of its licence: the expression, the classifiers or the name, in this order."""
    about = metadata.metadata(name)
    for field in ("License-Expression", "Classifier", "License"):
        said = [text for text in about.get_all(field) or [] if field != "Classifier" or text.startswith("License ::")]
        if said and said[0].strip():
            # Some put the whole text of their licence into the field meant for its name.
            return "; ".join(text.strip().splitlines()[0] for text in said)
    return ""


def check_licences() -> Iterator[Finding]:
    """A copyleft or unknown licence among what the package needs to run, or none of our own."""
    if "Apache License" not in (ROOT / "LICENSE").read_text(encoding="utf-8") or (
        project_file()["project"]["license"] != "Apache-2.0"
    ):
        yield True, "LICENSE: is not the Apache-2.0 that pyproject.toml names"
    for name in sorted(runtime_distributions()):
        licence = _licence(name)
        if not licence:
            yield True, f"pyproject.toml: {name} does not say under which licence it is"
        elif any(COPYLEFT.search(part) for part in re.split(r"\bAND\b|;", licence) if " OR " not in part):
            yield True, f"pyproject.toml: {name} is under {licence}; the package must not need GPL or AGPL code"


def check_news() -> Iterator[Finding]:
    """Fragments of the change log that towncrier would not read, or no news at all."""
    kinds = {entry["directory"] for entry in project_file()["tool"]["towncrier"]["type"]}
    fragments = [path for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    for path in fragments:
        match = FRAGMENT.match(path.name)
        if match is None or match["kind"] not in kinds:
            yield True, f"changes/{path.name}: must be called <what>.<{'|'.join(sorted(kinds))}>.md"
        elif not path.read_text(encoding="utf-8").strip():
            yield True, f"changes/{path.name}: is empty"
    version = project_file()["project"]["version"]
    if not fragments and f"## {version} " not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        yield True, f"changes: nothing says what is new in {version}; see changes/README.md"


RULES: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_sizes,
    check_circles,
    check_copies,
    check_tests_do_not_wait,
    check_markers,
    check_switched_off,
    check_licences,
    check_news,
)


def main() -> None:
    """Run every rule."""
    gc.disable()  # every file stays parsed: to look through millions of nodes for garbage takes longer than the rules
    findings = [finding for rule in RULES for finding in rule()]
    for failed, line in sorted(findings, reverse=True):
        print(f"{'FAIL' if failed else 'warn'} {line}")
    failures = sum(failed for failed, _ in findings)
    print(f"house rules: {failures} failed, {len(findings) - failures} warnings")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
