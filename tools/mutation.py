#!/usr/bin/env python3
"""Mutation tests of the safety gate: every small slip in it must make a test fail.

Each mutant is one change of one expression in `src/sumika/safety`: a comparison or its boundary, a boolean or an
arithmetic operator, min and max, any and all, a number, True and False. It is compiled in memory in a forked process,
which has everything but the gate imported already, and the gate's tests are run there until one fails.

`tests/safety/survivors.txt` names the mutants that no test can tell from the original, each with its reason. A survivor
that is not on the list fails, and so does a line of the list that is not true any more.

    tools/mutation.py                    all, on one core in some minutes
    tools/mutation.py shaping holds      only these modules
"""

import ast
import contextlib
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "sumika.safety"
SOURCE = ROOT / "src" / "sumika" / "safety"
TESTS = ROOT / "tests" / "safety"
SURVIVORS = TESTS / "survivors.txt"
FIRST = (
    "asking",
    "numbers",
    "times",
    "hand",
    "controllers",
    "house",
    "house_water",
    "house_windows",
    "alarms",
    "self_check",
)
"""The plain tests; what survives them meets the fuzzer and the state machine too."""

NEAREST = {
    "_kinds": "numbers",
    "_reading": "asking",
    "admission": "asking",
    "conditions": "house",
    "device_states": "hand",
    "gate": "controllers",
    "heartbeat": "controllers",
    "holds": "hand",
    "interlocks": "house_windows",
    "limits": "numbers",
    "self_check": "self_check",
    "shaping": "numbers",
    "spending": "numbers",
    "surroundings": "house",
    "timers": "times",
    "verdicts": "asking",
    "windows": "house_windows",
}
"""Which of them most likely notices a slip in a module: it is asked first, alone."""

THEN = ("wild_households", "stateful")
OPTIONS = (
    "-o",
    "addopts=",
    "--import-mode=importlib",
    "-p",
    "no:cacheprovider",
    "-x",
    "-q",
    "--tb=no",
    "-m",
    "not slow",
)
TIMEOUT_S = 60
KILLED, SURVIVED = 1, 0

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
TABLE = "_kinds"
"""The table of numbers is held against a second one by a test: there only what is code is mutated."""


@dataclass(frozen=True)
class Mutant:
    """One slip.

    Attributes:
        module: Its file, without ending.
        name: Where it is and what it changes; the same as long as that code is.
        tree: The whole module, changed.
    """

    module: str
    name: str
    tree: ast.Module


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    for path, node, where in _nodes(tree, (), ""):
        for changed in _changes(node, table=module == TABLE):
            before, after = _words(node), _words(changed)
            name = f"{module}{where}: {before} -> {after}"
            seen[name] += 1
            if seen[name] > 1:
                name += f" ({seen[name]})"
            yield Mutant(module, name, _replaced(tree, path, changed))


Path_ = tuple[tuple[str, int | None], ...]


def _nodes(node: ast.AST, path: Path_, where: str) -> Iterator[tuple[Path_, ast.AST, str]]:
    """Yield every node that may be mutated, with the way to it and the function that it is in."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST):
                continue
            inside = where
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inside = f"{where}.{child.name}"
            here = (*path, (field, index))
            yield here, child, inside
            yield from _nodes(child, here, inside)


def _changes(node: ast.AST, *, table: bool) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
        yield ast.Call(ast.Name(NAMES[node.func.id], ast.Load()), node.args, node.keywords)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not table:
        yield ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            changed = copy.deepcopy(node)
            changed.ops[index] = other()
            yield changed


def _words(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _replaced(tree: ast.Module, path: Path_, changed: ast.AST) -> ast.Module:
    """Return a copy of a module in which one node is another."""
    whole = copy.deepcopy(tree)
    parent: ast.AST = whole
    for field, index in path[:-1]:
        value = getattr(parent, field)
        parent = value if index is None else value[index]
    field, index = path[-1]
    if index is None:
        setattr(parent, field, changed)
    else:
        getattr(parent, field)[index] = changed
    return ast.fix_missing_locations(whole)


class MutantFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Hands the changed module out where the original is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self._name = PACKAGE if mutant.module == "__init__" else f"{PACKAGE}.{mutant.module}"
        self._code = compile(mutant.tree, str(SOURCE / f"{mutant.module}.py"), "exec")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the one module."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def get_code(self, fullname: str) -> CodeType:
        """Return the changed code."""
        return self._code

    def get_source(self, fullname: str) -> None:
        """Return nothing: there is no text of it."""


def lives(mutant: Mutant, tests: Sequence[str]) -> bool:
    """Return whether all tests pass with a mutant in the original's place."""
    pid = os.fork()
    if pid == 0:
        os._exit(_try(mutant, tests))
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == SURVIVED


def _try(mutant: Mutant, tests: Sequence[str]) -> int:
    """Run the tests in this process, which ends with it; what raises, hangs or fails has killed the mutant."""
    import pytest

    signal.alarm(TIMEOUT_S)
    sys.meta_path.insert(0, MutantFinder(mutant))
    quiet = io.StringIO()
    files = [str(TESTS / f"test_{name}.py") for name in tests]
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        try:
            code = pytest.main([*OPTIONS, *files])
        except BaseException:
            return KILLED
    return SURVIVED if code == 0 else KILLED


def known_survivors() -> dict[str, str]:
    """Return the reasons of the survivors that are known, by name."""
    lines = SURVIVORS.read_text(encoding="utf-8").splitlines() if SURVIVORS.exists() else []
    found = {}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" | ")
            found[name.strip()] = reason.strip()
    return found


def _preload() -> None:
    """Import what every child needs, but nothing of the gate."""
    sys.path.insert(0, str(ROOT))
    for name in ("pytest", "hypothesis", "hypothesis.stateful", "sumika.schema", "numpy"):
        importlib.import_module(name)
    if any(name.startswith(PACKAGE) for name in sys.modules):
        raise SystemExit(f"mutation: {PACKAGE} is imported already; nothing could be changed in it")


def main(modules: Sequence[str]) -> int:
    """Try all mutants; return the exit code."""
    os.environ |= {"SUMIKA_QUICK": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    os.chdir(ROOT)
    _preload()
    began_s = time.monotonic()
    every = [
        mutant
        for path in sorted(SOURCE.glob("*.py"))
        if not modules or path.stem in modules
        for mutant in mutants_of(path.stem, path.read_text(encoding="utf-8"))
    ]
    original = Mutant("gate", "none", ast.parse((SOURCE / "gate.py").read_text(encoding="utf-8")))
    if not lives(original, (*FIRST, *THEN)):
        print("mutation: the tests fail without any change: .venv/bin/pytest tests/safety")
        return 1
    known = known_survivors()
    survived = []
    for number, mutant in enumerate(every, 1):
        nearest = NEAREST.get(mutant.module, FIRST[0])
        others = tuple(name for name in FIRST if name != nearest)
        if all(lives(mutant, tests) for tests in ((nearest,), others, THEN)):
            survived.append(mutant.name)
            if mutant.name not in known:
                print(f"survived: {mutant.name}", flush=True)
        if sys.stderr.isatty() or number % 50 == 0:
            print(f"\r{number}/{len(every)}", end="", file=sys.stderr, flush=True)
    stale = [] if modules else sorted(set(known) - set(survived))
    for name in stale:
        print(f"on the list, but killed or gone: {name}")
    unknown = [name for name in survived if name not in known]
    score = 1.0 - len(unknown) / len(every) if every else 1.0
    seconds, spent = time.monotonic() - began_s, os.times()
    cpu_s = spent.user + spent.system + spent.children_user + spent.children_system
    print(
        f"mutation: {len(every)} mutants, {len(every) - len(survived)} killed, {len(survived) - len(unknown)} named as"
        f" equivalent, {len(unknown)} unknown survivors; score {score:.4f}; {seconds:.0f} s,"
        f" {cpu_s:.0f} s of one core"
    )
    return 1 if unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
