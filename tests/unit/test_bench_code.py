"""What decides a figure: every name of a package stands for code, and what other code has done is not taken up."""

from pathlib import Path

import pytest

from sumika.evaluate import code_behind
from sumika.evaluate.bench import AREAS
from sumika.evaluate.code_behind import ARRAY_WORKS, LANGUAGE_WORKS, PACKAGE, code_hash
from sumika.evaluate.distil import works_store
from sumika.evaluate.people import finished


def test_every_package_that_a_part_rests_on_is_there() -> None:
    named = {package for parts in AREAS.values() for packages in parts.values() for package in packages}
    nothing = code_hash(("no such package",))
    assert [one for one in sorted(named | {*ARRAY_WORKS, *LANGUAGE_WORKS}) if code_hash((one,)) == nothing] == []


def works_folders() -> list[Path]:
    array = finished.works_of(finished.shipped("comfort-tiny"))
    return [array.stages.store.folder, works_store.works_of("reason-tiny").stages.store.folder]


@pytest.mark.parametrize(
    ("edited", "anew"),
    [
        ("distil/networks/fit.py", [True, False]),
        ("distil/array_branch.py", [True, False]),
        ("distil/calibration.py", [True, False]),
        ("distil/language/training.py", [False, True]),
        ("distil/works.py", [False, True]),
        ("distil/choose/__init__.py", [True, True]),
        ("distil/card/render.py", [False, False]),
    ],
)
def test_stages_that_other_code_has_done_are_done_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str, anew: list[bool]
) -> None:
    monkeypatch.setenv("SUMIKA_BENCH_STORE", str(tmp_path / "store"))
    package = tmp_path / "sumika"
    for path in (PACKAGE / "distil").rglob("*.py"):
        copied = package / path.relative_to(PACKAGE)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(path.read_bytes())
    monkeypatch.setattr(code_behind, "PACKAGE", package)
    before = works_folders()
    assert works_folders() == before
    (package / edited).write_text("edited = True\n", encoding="utf-8")
    assert [one != other for one, other in zip(before, works_folders(), strict=True)] == anew
