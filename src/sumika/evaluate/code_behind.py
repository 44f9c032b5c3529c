"""What decides a figure: the code and the data behind a part of the bench, as one hash.

A figure rests on packages that are named by hand (`sumika.evaluate.bench.AREAS`), on every module of `sumika.evaluate`
that its part imports or starts as a process, on the data files beside all these, and on the students that they name.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]

STUDENTS = "models/students"
NOT_DATA = frozenset({".py", ".pyc", ".md", ".sig", ".new"})
"""What lies beside code and decides nothing: what is read by people, and what is made of the rest."""

_CHOOSING = ("distil/choose", "distil/clean", "distil/judge")
ARRAY_WORKS = (
    "distil/networks",
    *(f"distil/array_{name}" for name in ("branch", "finish", "pretraining", "rating", "unseen", "works")),
    *_CHOOSING,
    "distil/calibration",
    "distil/export",
    "distil/tabular",
)
"""What decides how a network of arrays is taught and scored, besides its recipe, its data and its features."""

LANGUAGE_WORKS = (
    "distil/language",
    *(f"distil/language_{name}" for name in ("data", "finish", "run")),
    *_CHOOSING,
    "distil/grade",
    "distil/problems",
    "distil/recipe_teachers",
    "distil/teaching",
    "distil/works",
)
"""The same of a language student."""

RUNNER = frozenset(f"evaluate/{name}.py" for name in ("bench", "code_behind", "figure", "kept_figures"))
"""What runs parts and keeps figures: a change of it changes none of them."""


def code_hash(packages: Iterable[str]) -> str:
    """Return a hash of some of our packages and modules, named by their paths (a star may stand in a module's).

    Of a package every file counts, of a module also the files beside it of a kind that it names, of both the students
    that they name.
    """
    return _hash(_files(packages))


def part_hash(part: str, packages: Iterable[str]) -> str:
    """Return the hash of what decides the figures of a part.

    Args:
        part: Its module, below `sumika.evaluate`.
        packages: What it rests on outside of `sumika.evaluate`.
    """
    start = f"evaluate/{part.replace('.', '/')}"
    return _hash(_files((*packages, start)) | _with_data(_imported(start)))


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files(packages: Iterable[str]) -> set[Path]:
    found = set[Path]()
    for package in packages:
        found |= {path for path in (PACKAGE / package).rglob("*") if path.suffix == ".py" or _is_data(path)}
        found |= _with_data(PACKAGE.glob(f"{package}.py"))
    return found | _students_of(found)


def _with_data(modules: Iterable[Path]) -> set[Path]:
    """Return modules, the data files beside them and in folders beside them that hold no code, and their students."""
    found = set(modules)
    for module in tuple(found):
        text = module.read_text("utf-8")
        places = [
            module.parent,
            *(one for one in module.parent.iterdir() if one.is_dir() and not any(one.glob("*.py"))),
        ]
        found |= {path for place in places for path in place.iterdir() if _is_data(path) and path.suffix in text}
    return found | _students_of(found)


def _is_data(path: Path) -> bool:
    # Machine code (`sumika.compiled`) lies beside its module, another on every machine, and only where it has run.
    made = "__pycache__" in path.relative_to(PACKAGE).parts
    return path.is_file() and path.suffix not in NOT_DATA and not path.name.startswith(".") and not made


def _students_of(files: Iterable[Path]) -> set[Path]:
    """Return the files of those students that some code names."""
    folders = [one for one in (PACKAGE / STUDENTS).glob("*") if one.is_dir()]
    named = set[Path]()
    for text in (path.read_text("utf-8") for path in files if path.suffix == ".py"):
        named |= {one for one in folders if f'"{one.name}"' in text}
    return {path for folder in named for path in folder.iterdir() if _is_data(path)}


def _imported(start: str) -> set[Path]:
    """Return the modules of `sumika.evaluate` that one rests on, itself too."""
    seen, todo = set[Path](), [start]
    while todo:
        path = _path_of(todo.pop())
        if path is not None and path not in seen and path.relative_to(PACKAGE).as_posix() not in RUNNER:
            seen.add(path)
            todo += _names_in(path)
    return seen


def _path_of(module: str) -> Path | None:
    """Return where a module or a package lies; None where it is neither, or not of `sumika.evaluate`."""
    if not module.startswith("evaluate/"):
        return None
    places = (PACKAGE / f"{module}.py", PACKAGE / module / "__init__.py")
    return next((path for path in places if path.is_file()), None)


def _names_in(path: Path) -> Iterator[str]:
    """Yield what may be a module that one imports anywhere, or names as one to be started."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value]
        for name in names:
            if name.startswith("sumika."):
                yield name.removeprefix("sumika.").replace(".", "/")
